"""Under which labels articles are filed: the names in submissions, found or made, for many articles at once."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

from feeds.errors import Fault
from feeds.model.label import BUILT_IN_SECTIONS, Kind, Label
from feeds.model.revise import Filing
from feeds.model.slug import slugify
from feeds.model.submission import SentAuthor, Submission
from feeds.pipeline.ripple import spread
from feeds.store import labels, sections
from feeds.store.database import Connection

_NAMES: dict[Kind, Callable[[Submission], list[str]]] = {
    Kind.AUTHORS: lambda sent: [author.name for author in sent.authors if author.slug is None],
    Kind.TAGS: lambda sent: list(sent.tags),
    Kind.SECTIONS: lambda sent: [sent.section] if sent.section else [],
}
BARRED = Fault("/section", "must be none of those that choose for themselves: " + ", ".join(BUILT_IN_SECTIONS))


def barred(connection: Connection, names: Iterable[str]) -> set[str]:
    """Give the names of sections, out of those named, that choose their articles themselves."""
    named = dict.fromkeys(name for name in names if name)
    if not named:
        return set()
    found = labels.find_all(connection, Kind.SECTIONS, named)
    return {name for name in named if (found[name].slug if name in found else slugify(name)) in BUILT_IN_SECTIONS}


def chooses_for_itself(connection: Connection, name: str) -> bool:
    """Say whether a name stands for a section that holds what it chooses: built in, or by a rule."""
    label = labels.find_all(connection, Kind.SECTIONS, [name]).get(name)
    return slugify(name) in BUILT_IN_SECTIONS if label is None else sections.chooses(connection, label)


def file(connection: Connection, wanted: Sequence[Submission], now: datetime) -> tuple[list[Filing], bool]:
    """Find or make the labels of submissions, in order; one that is named twice in an article counts once.

    What bylines tell of an author fills what is empty, and all of them see it filled. Says as well whether something
    was filled: articles that were loaded before are out of date then.
    """
    found = {kind: _resolved(connection, kind, wanted) for kind in (Kind.TAGS, Kind.SECTIONS)}
    bylines = [byline for some in _runs(wanted) for byline in _bylines(connection, some)]
    known = {label.id: label for byline in bylines for label in byline}
    before = dict(known)
    for sent, byline in zip(wanted, bylines, strict=True):
        for author, label in zip(sent.authors, byline, strict=True):
            known[label.id] = _fill(connection, author, known[label.id], now)
    filings = [
        Filing(
            authors=tuple({label.id: known[label.id] for label in byline}.values()),
            tags=tuple({label.id: label for label in (found[Kind.TAGS][name] for name in sent.tags)}.values()),
            section=found[Kind.SECTIONS][sent.section] if sent.section else None,
        )
        for sent, byline in zip(wanted, bylines, strict=True)
    ]
    return filings, known != before


def _resolved(connection: Connection, kind: Kind, wanted: Sequence[Submission]) -> dict[str, Label]:
    return labels.resolve_all(connection, kind, dict.fromkeys(name for sent in wanted for name in _NAMES[kind](sent)))


def _runs(wanted: Sequence[Submission]) -> Iterator[Sequence[Submission]]:
    """Part submissions behind each that names an author by slug: whom it makes, those behind it may mean by name."""
    began = 0
    for at, sent in enumerate(wanted, 1):
        if at == len(wanted) or any(author.slug is not None for author in sent.authors):
            yield wanted[began:at]
            began = at


def _bylines(connection: Connection, wanted: Sequence[Submission]) -> list[list[Label]]:
    named = _resolved(connection, Kind.AUTHORS, wanted)
    return [[_author(connection, author, named) for author in sent.authors] for sent in wanted]


def _author(connection: Connection, sent: SentAuthor, named: dict[str, Label]) -> Label:
    if sent.slug is None:
        return named[sent.name]
    return labels.resolve(connection, Kind.AUTHORS, sent.name, slug=sent.slug)


def _fill(connection: Connection, sent: SentAuthor, label: Label, now: datetime) -> Label:
    filled = labels.fill(connection, label, {"bio": sent.bio, "url": sent.url, "image": sent.image})
    if (filled.url, filled.image) != (label.url, label.image):  # documents print these of an author
        spread(connection, "label", str(label.id), now)
    return filled
