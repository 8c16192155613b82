"""Which channels articles stand in: those that they name, and the sections whose rules choose them."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from feeds.model.article import Article, Status
from feeds.model.channel import Membership, channels_of
from feeds.model.dates import to_us
from feeds.model.label import Kind, Label
from feeds.model.rule import Rule, selects
from feeds.store import channels, parts, places, sections, tombstones
from feeds.store.database import Connection
from feeds.store.parts import CURRENT, Spot

TRENDING = "trending"


class Moves(NamedTuple):
    """Where articles stood and stand, {article: {channel: at in microseconds}}, and all spots that this is about."""

    before: dict[str, dict[int, int]]
    after: dict[str, dict[int, int]]
    touched: set[Spot]


def place(connection: Connection, articles: Sequence[Article], now: datetime) -> Moves:
    """Place articles where they belong at `now`: touched is what they entered, stay in or left.

    Where they left for good there are tombstones then: whoever places one first that has ended meanwhile says so.
    """
    ruled = sections.rules(connection)
    found = {article.id: _memberships(article, ruled, now) for article in articles}
    numbers = channels.open_channels(connection, (one for some in found.values() for one in some))
    before = places.present(connection, list(found))
    after = {article: {numbers[one.kind, one.slug]: to_us(one.at) for one in some} for article, some in found.items()}
    trending = channels.find_number(connection, Kind.SECTIONS, TRENDING)
    for article, held in before.items():
        if trending in held and after[article]:  # its own job takes it out
            after[article][trending] = held[trending]
    stood = [article for article, places_before in before.items() if places_before]
    touched = parts.standing(connection, stood) if stood else set()
    places.move(connection, before, after)
    left = [
        (channel, article.id, "Expired" if article.status is Status.PUBLISHED else article.withdrawn_reason)
        for article in articles
        if not article.is_public(now)
        for channel in before[article.id]
    ]
    tombstones.put(connection, left, to_us(now))
    return Moves(before, after, touched | parts.standing(connection, list(found)))


def settle(connection: Connection, articles: Sequence[Article], now: datetime) -> set[Spot]:
    """Place articles where they belong now, without tombstones where they are back; give all spots to be marked."""
    moves = place(connection, articles, now)
    lifted = tombstones.lift(connection, [article.id for article in articles if article.is_public(now)])
    return moves.touched | {(channel, CURRENT) for channel in lifted}


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
