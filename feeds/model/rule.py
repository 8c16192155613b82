"""A section's rule: which articles it chooses (CONTRACT section 5). Names in it need not exist yet."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from feeds.model.article import Article
from feeds.model.label import Label, fold


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Conditions that an article has to meet, all that are given; within a list any one does, but for `all_tags`.

    Tags, authors and sections are named by name or slug, sources by id; `max_age` counts from publication.
    """

    any_tags: tuple[str, ...] = ()
    all_tags: tuple[str, ...] = ()
    no_tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    corrected: bool | None = None
    max_age: timedelta | None = None

    @property
    def names(self) -> set[str]:
        """All tags, authors and sections that it names."""
        return {*self.any_tags, *self.all_tags, *self.no_tags, *self.authors, *self.sections}


def selects(rule: Rule, article: Article, now: datetime) -> bool:
    """Say whether a public article belongs to the section of a rule at `now`."""
    tags, authors = _names(article.tags), _names(article.authors)
    sections = _names((article.section,) if article.section is not None else ())
    source = {article.origin.id} if article.origin is not None else set()
    if rule.any_tags and not _folded(rule.any_tags) & tags:
        return False
    if _folded(rule.all_tags) - tags:
        return False
    if _folded(rule.no_tags) & tags:
        return False
    if rule.authors and not _folded(rule.authors) & authors:
        return False
    if rule.sections and not _folded(rule.sections) & sections:
        return False
    if rule.sources and not set(rule.sources) & source:
        return False
    if rule.flags and not set(rule.flags) & set(article.flags):
        return False
    if rule.corrected is not None and rule.corrected != bool(article.corrections):
        return False
    return rule.max_age is None or (article.published_at is not None and article.published_at > now - rule.max_age)


def _names(labels: tuple[Label, ...]) -> set[str]:
    """Give all by which labels can be named: folded names and slugs."""
    return {name for label in labels for name in (fold(label.name), label.slug)}


def _folded(names: tuple[str, ...]) -> set[str]:
    return {fold(name) for name in names}
