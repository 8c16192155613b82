"""Authors, tags and sections as their editor handles them: changed, renamed, merged, given up; sections with rules.

Old addresses lead to the new ones from the moment of the change, for ever, in one step. What many articles print of a
label goes out in batches behind it.
"""

from feeds.errors import Fault, Refusal
from feeds.model.dates import to_us
from feeds.model.label import BUILT_IN_SECTIONS, Kind, Label, fold
from feeds.model.rule import Rule
from feeds.pipeline.newsroom import Newsroom
from feeds.pipeline.ripple import spread
from feeds.store import channels, dirty, labels, places, sections
from feeds.store.database import Connection


def get(connection: Connection, kind: Kind, slug: str) -> Label:
    """Give a label by its present slug; raises Refusal 404 (410 where it was given up)."""
    found = labels.find_by_slug(connection, kind, slug)
    if found is None:
        raise Refusal(404, f"There is no such {kind.removesuffix('s')}.")
    if labels.retired(connection, [found.id]):
        raise Refusal(410, f"The {kind.removesuffix('s')} was given up.")
    return found


def make(connection: Connection, room: Newsroom, kind: Kind, slug: str, name: str) -> Label:
    """Make a label with a slug of its own; raises Refusal 409 for a slug that leads elsewhere."""
    if labels.find_redirect(connection, kind, slug) is not None:
        raise Refusal(409, "The slug redirects, and is never given away.", (Fault("/slug", "redirects"),))
    if labels.find_by_slug(connection, kind, slug) is None:
        other = labels.find_by_name(connection, kind, name)
        if other is not None:
            raise Refusal(409, f"The name stands for {other.slug} already; merge them.", (Fault("/name", "is taken"),))
    label = labels.ensure(connection, kind, slug, name)
    if labels.revive(connection, [label.id]):
        mark(connection, label, to_us(room.clock.now()))
    return label


def mark(connection: Connection, label: Label, now_us: int) -> None:
    """Mark all documents of a label's channel, where it has one."""
    number = channels.find_number(connection, label.kind, label.slug)
    if number is not None:
        dirty.mark_whole(connection, number, now_us)


def change(
    connection: Connection, room: Newsroom, label: Label, values: dict[str, object], *, slug: str | None = None
) -> Label:
    """Change what is told of a label, and its slug; what prints of it goes out anew."""
    now = room.clock.now()
    name = values.get("name")
    if isinstance(name, str):
        other = labels.find_by_name(connection, label.kind, name)
        if other is not None and other.id != label.id and fold(name) != fold(label.name):
            raise Refusal(409, f"The name stands for {other.slug} already; merge them.", (Fault("/name", "is taken"),))
    changed = labels.change(connection, label, values)
    if slug is not None and slug != label.slug:
        changed = _renamed(connection, changed, slug)
    if changed != label:
        number = channels.find_number(connection, changed.kind, changed.slug)
        if number is not None:
            dirty.mark_whole(connection, number, to_us(now))
        spread(connection, "label", str(label.id), now)
    return changed


def merge(connection: Connection, room: Newsroom, label: Label, into: Label) -> Label:
    """Merge a label into another of its kind: its articles get that one, its addresses lead there."""
    if label.id == into.id:
        raise Refusal(422, "A label cannot be merged into itself.", (Fault("/into", "must be another one"),))
    now = room.clock.now()
    labels.hand_over(connection, label, into)
    spread(connection, "merge", f"{label.id}>{into.id}", now)
    for section, rule in sections.rules(connection):
        if into.slug in rule.names:  # it may have named either, and chooses the stories of both now
            spread(connection, "rule", section.slug, now)
    return into


def give_up(connection: Connection, room: Newsroom, label: Label, successor: Label | None) -> None:
    """Retire a label; raises Refusal 409 while public articles carry it."""
    if label.slug in BUILT_IN_SECTIONS and label.kind is Kind.SECTIONS:
        raise Refusal(409, "The section is built in.")
    number = channels.find_number(connection, label.kind, label.slug)
    if number is not None and places.count(connection, number, limit=1):
        raise Refusal(409, "Public articles carry it.")
    now_us = to_us(room.clock.now())
    labels.retire(connection, label, now_us, successor)
    if number is not None:
        dirty.mark_whole(connection, number, now_us)  # its documents say so


def set_rule(connection: Connection, room: Newsroom, label: Label, rule: Rule | None) -> None:
    """Set a section's rule; articles are placed anew, newest first."""
    if sections.find_rule(connection, label.id) == rule:
        return
    sections.set_rule(connection, label.id, rule)
    channels.number_of(connection, label.id)
    spread(connection, "rule", label.slug, room.clock.now())


def set_pinned(connection: Connection, room: Newsroom, label: Label, pinned: list[str]) -> None:
    """Set which articles stand first in a section's channel."""
    if sections.pinned(connection, label.id) != pinned:
        sections.set_pinned(connection, label.id, pinned)
        dirty.mark(connection, [channels.number_of(connection, label.id)], to_us(room.clock.now()))


def _renamed(connection: Connection, label: Label, slug: str) -> Label:
    holder = labels.find_by_slug(connection, label.kind, slug)
    former = labels.find_redirect(connection, label.kind, slug)
    if holder is not None or (former is not None and former.id != label.id):
        raise Refusal(409, "The slug is taken.", (Fault("/slug", "is taken, or redirects"),))
    if label.kind is Kind.SECTIONS and label.slug in BUILT_IN_SECTIONS:
        raise Refusal(409, "The section is built in.", (Fault("/slug", "cannot be changed"),))
    return labels.move(connection, label, slug)
