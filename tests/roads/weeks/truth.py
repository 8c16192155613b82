"""What ought to be in which channel, reckoned anew from the articles as they are stored, and which left for good.

Channels are told apart by their labels' numbers, since their keys change; None is `site`. `trending` is left out:
who reads what is no matter of articles.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from feeds.model.article import Article, Status
from feeds.model.channel import Channel
from feeds.model.dates import to_us
from feeds.model.label import Kind
from feeds.model.rule import selects
from feeds.store import articles, channels, labels, sections
from feeds.store.database import Connection
from feeds.store.schema import articles as table
from tests.roads.weeks.world import World

Key = tuple[int, str]  # a place: microseconds, article
Number = int | None  # of a channel's label


@dataclass(frozen=True)
class Truth:
    """The newsroom at one moment: all articles, and the places of the public ones by channel."""

    articles: dict[str, Article]
    public: frozenset[str]
    places: dict[Number, dict[str, int]]
    pinned: dict[Number, list[str]]

    def held(self, channel: Channel) -> dict[str, Key]:
        """Give the places of a channel's articles; without its partners' where it takes none."""
        own = self.places.get(None if channel.label is None else channel.label.id, {})
        return {one: (at, one) for one, at in own.items() if channel.partners or self.articles[one].origin is None}

    def order(self, channel: Channel, window: int) -> list[str]:
        """Give what a channel's current documents carry at most: pinned ones first, then the newest."""
        held = self.held(channel)
        newest = sorted(held, key=lambda one: held[one], reverse=True)
        pins = self.pinned.get(channel.label.id, []) if channel.label is not None else []
        first = [one for one in pins if one in held][: window - 1] if pins else []
        return [*first, *(one for one in newest if one not in first)][:window]


def look(world: World) -> Truth:
    """Reckon what is true now."""
    now = world.clock.now()
    with world.room.store.read() as connection:
        ids = list(connection.execute(select(table.c.id)).scalars())
        found = articles.load(connection, ids)
        ruled = sections.rules(connection)
        special = {name: _number(connection, name) for name in ("must-read", "corrections")}
        pinned = {
            channel.label.id: sections.pinned(connection, channel.label.id)
            for channel in channels.list_all(connection)
            if channel.label is not None and channel.label.kind is Kind.SECTIONS
        }
    public = {one: article for one, article in found.items() if article.is_public(now)}
    places: dict[Number, dict[str, int]] = {None: {}}
    with_rules = {label.id for label, _ in ruled}
    for one, article in public.items():
        assert article.published_at is not None
        at = to_us(article.published_at)
        numbers: list[Number] = [None, *(label.id for label in (*article.tags, *article.authors))]
        if article.section is not None and article.section.id not in with_rules:
            numbers.append(article.section.id)
        if "must-read" in article.flags:
            numbers.append(special["must-read"])
        numbers += [label.id for label, rule in ruled if selects(rule, article, now)]
        for number in numbers:
            places.setdefault(number, {})[one] = at
        if article.corrections:
            places.setdefault(special["corrections"], {})[one] = to_us(article.corrections[-1].at)
    return Truth(found, frozenset(public), places, pinned)


def _number(connection: Connection, slug: str) -> int | None:
    found = labels.find_by_slug(connection, Kind.SECTIONS, slug)
    return None if found is None else found.id


class Graves:
    """The tombstones that channels ought to have: {channel: {article: (when, reason)}}; reason None: not told apart."""

    def __init__(self) -> None:
        self.of: dict[Number, dict[str, tuple[datetime, str | None]]] = {}

    def dig(self, before: Truth, after: Truth, now: datetime, reason: str | None) -> None:
        """Follow one change."""
        for number, held in before.places.items():
            for one in held.keys() - after.public:
                self.of.setdefault(number, {})[one] = now, _reason(after.articles.get(one), reason)
        for graves in self.of.values():
            for one in graves.keys() & after.public:
                del graves[one]


def _reason(article: Article | None, given: str | None) -> str | None:
    if article is None:
        return given
    return "Expired" if article.status is Status.PUBLISHED else article.withdrawn_reason
