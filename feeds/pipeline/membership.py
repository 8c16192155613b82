"""Which channels articles stand in: those that they name, and the sections whose rules choose them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from feeds.model.article import Article
from feeds.model.channel import Membership, channels_of
from feeds.model.dates import to_us
from feeds.model.label import Kind, Label
from feeds.model.rule import Rule, selects
from feeds.store import channels, places, sections
from feeds.store.database import Connection


@dataclass(frozen=True, slots=True)
class Move:
    """Where an article stood and where it stands: {channel number: at in microseconds}."""

    before: dict[int, int]
    after: dict[int, int]

    @property
    def touched(self) -> set[int]:
        """The channels that it entered, stays in or left."""
        return self.before.keys() | self.after.keys()


def place(connection: Connection, articles: Sequence[Article], now: datetime) -> dict[str, Move]:
    """Place articles where they belong at `now`; give the move of each by its id."""
    ruled = sections.rules(connection)
    found = {article.id: _memberships(article, ruled, now) for article in articles}
    numbers = channels.open_channels(connection, (one for some in found.values() for one in some))
    before = places.present(connection, list(found))
    after = {article: {numbers[one.kind, one.slug]: to_us(one.at) for one in some} for article, some in found.items()}
    places.move(connection, before, after)
    return {article: Move(before[article], after[article]) for article in found}


def _memberships(article: Article, ruled: Sequence[tuple[Label, Rule]], now: datetime) -> list[Membership]:
    """List the channels of an article at `now`; none where it is not public."""
    if not article.is_public(now) or article.published_at is None:
        return []
    slugs = {label.slug for label, _ in ruled}
    # A section with a rule holds what the rule chooses, not what names it.
    named = [found for found in channels_of(article) if found.kind is not Kind.SECTIONS or found.slug not in slugs]
    chosen = [
        Membership(Kind.SECTIONS, label.slug, article.published_at)
        for label, rule in ruled
        if selects(rule, article, now)
    ]
    return named + chosen
