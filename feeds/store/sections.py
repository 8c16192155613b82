"""What sections have beside their name: a rule by which they choose, and articles that stand first."""

import json
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, select, update

from feeds.model.label import BUILT_IN_SECTIONS, Kind, Label, fold
from feeds.model.rule import Rule
from feeds.store.labels import label_of
from feeds.store.schema import label_names, labels, redirects

_US = timedelta(microseconds=1)
LISTS = ("any_tags", "all_tags", "no_tags", "authors", "sections", "sources", "flags")


def rules(connection: Connection) -> list[tuple[Label, Rule]]:
    """Give the sections that choose their articles by a rule.

    A name in a rule that stands, or once stood, for a label comes as that label's present slug, so that a rule goes on
    through renames and merges; what stands for nothing yet comes as it was sent.
    """
    live = select(labels).where(labels.c.kind == "sections", labels.c.rule != "", labels.c.retired_at.is_(None))
    found = [(label_of(row), _rule_of(row.rule)) for row in connection.execute(live)]
    if not found:
        return []
    slugs = {kind: _present(connection, kind, [rule for _, rule in found]) for kind in Kind}
    return [(label, _resolved(rule, slugs)) for label, rule in found]


_FIELDS = {
    Kind.TAGS: ("any_tags", "all_tags", "no_tags"),
    Kind.AUTHORS: ("authors",),
    Kind.SECTIONS: ("sections",),
}


def _present(connection: Connection, kind: Kind, found: list[Rule]) -> dict[str, str]:
    """Give the present slugs of what rules name of a kind, by folded name."""
    names = {fold(name) for rule in found for field in _FIELDS[kind] for name in getattr(rule, field)}
    if not names:
        return {}
    by_name = select(label_names.c.fold, labels.c.slug).join(labels, labels.c.id == label_names.c.label)
    by_slug = select(redirects.c.slug, labels.c.slug.label("present")).join(labels, labels.c.id == redirects.c.label)
    led = connection.execute(by_slug.where(redirects.c.kind == kind, redirects.c.slug.in_(names)))
    present = {row.slug: row.present for row in led}
    named = connection.execute(by_name.where(label_names.c.kind == kind, label_names.c.fold.in_(names)))
    return present | {row.fold: row.slug for row in named}


def _resolved(rule: Rule, slugs: dict[Kind, dict[str, str]]) -> Rule:
    changed: dict[str, Any] = {
        field: tuple(slugs[kind].get(fold(name), name) for name in getattr(rule, field))
        for kind, fields in _FIELDS.items()
        for field in fields
    }
    return replace(rule, **changed)


def find_rule(connection: Connection, label: int) -> Rule | None:
    """Give a section's rule; None where it holds the articles that name it."""
    text = connection.execute(select(labels.c.rule).where(labels.c.id == label)).scalar()
    return _rule_of(text) if text else None


def set_rule(connection: Connection, label: int, rule: Rule | None) -> None:
    """Set a section's rule, or take it away."""
    connection.execute(update(labels).where(labels.c.id == label).values(rule=_spell(rule) if rule else ""))


def pinned(connection: Connection, label: int) -> list[str]:
    """Give the ids of articles that stand first in a section's channel."""
    text = connection.execute(select(labels.c.pinned).where(labels.c.id == label)).scalar()
    return [str(article) for article in json.loads(text or "[]")]


def set_pinned(connection: Connection, label: int, articles: list[str]) -> None:
    """Set which articles stand first."""
    connection.execute(update(labels).where(labels.c.id == label).values(pinned=json.dumps(articles)))


def _spell(rule: Rule) -> str:
    values: dict[str, Any] = {name: value for name, value in asdict(rule).items() if value not in ((), None)}
    if rule.max_age is not None:
        values["max_age"] = rule.max_age // _US
    return json.dumps(values or {"any": True}, ensure_ascii=False)


def _rule_of(text: str) -> Rule:
    values: dict[str, Any] = json.loads(text)
    age = values.get("max_age")
    return Rule(
        **{name: tuple(values.get(name, ())) for name in LISTS},
        corrected=values.get("corrected"),
        max_age=None if age is None else age * _US,
    )


def chooses(connection: Connection, label: Label) -> bool:
    """Say whether a section chooses its articles itself: by a rule, or as one of the built-in ones."""
    return label.slug in BUILT_IN_SECTIONS or find_rule(connection, label.id) is not None
