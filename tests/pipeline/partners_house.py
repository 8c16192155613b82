"""Several partners of one newsroom, each a feed that a test sets, served by one loopback server."""

import socket
from html import escape

from feeds.ingest.fetch import Fetcher
from feeds.model.article import Article
from feeds.model.representation import represent
from feeds.model.source import Poll, Source
from feeds.pipeline import partners
from feeds.pipeline.poll import claim, poll
from feeds.pipeline.poller import make_fetcher
from feeds.pipeline.release import release
from feeds.store import articles, entries
from feeds.store.entries import Known
from tests.conftest import Desk
from tests.fakes import FixedClock
from tests.loopback import Loopback, Request, reply

WORDS = "The harbour board has voted for a second ferry after a long night of talks in the old town hall, number"


def item(number: int, host: str = "quay.example", **fields: str) -> str:
    """Write an item of RSS; number 1 is the oldest. An empty field is left out."""
    told = {
        "title": f"Ferry story {number}",
        "link": f"https://{host}/{number}",
        "guid": f"https://{host}/?p={number}",
        "pubDate": f"Wed, {number % 28 + 1:02d} Apr 2026 10:00:00 GMT",
        "description": f"<p>{WORDS} {number}.</p>",
        **fields,
    }
    raw = told.pop("raw", "")
    parts = (f"<{name}>{escape(text)}</{name}>" for name, text in told.items() if text)
    return f"<item>{''.join(parts)}{raw}</item>"


def rss(*items: str, title: str = "Quay Paper", language: str = "") -> bytes:
    told = f"<language>{language}</language>" if language else ""
    head = f"<title>{title}</title><link>https://quay.example/</link><description>x</description>{told}"
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{"".join(items)}</channel></rss>'.encode()


class House:
    """A newsroom and the server of its partners."""

    def __init__(self, desk: Desk, clock: FixedClock) -> None:
        self.desk, self.clock = desk, clock
        self.answers: dict[str, bytes] = {}
        self.fetcher: Fetcher = make_fetcher(desk.room)
        self.server = Loopback(self._answer)

    def _answer(self, asked: Request, connection: socket.socket) -> None:
        connection.sendall(self.answers.get(asked.path, reply(404)))

    def partner(self, name: str, **given: object) -> "Partner":
        source = partners.add(self.desk.room, {"url": f"{self.server.url}/{name}", "title": name, **given})
        return Partner(self, name, source.id)


class Partner:
    """One of them."""

    def __init__(self, house: House, name: str, source_id: str) -> None:
        self.house, self.name, self.id = house, name, source_id

    @property
    def source(self) -> Source:
        with self.house.desk.room.store.read() as connection:
            return partners.get(connection, self.id)

    def polled(self, *items: str, **head: str) -> Poll:
        """Poll a feed of these items an hour later; without items, what it was before."""
        if items:
            self.house.answers[f"/{self.name}"] = reply(200, rss(*items, **head))
        self.house.clock.advance(hours=1)
        claim(self.house.desk.room, self.source)
        return poll(self.house.desk.room, self.house.fetcher, self.source)

    def change(self, **given: object) -> Source:
        return partners.change(self.house.desk.room, self.id, given)

    def release(self, *keys: str) -> int:
        return release(self.house.desk.room, self.id, keys)

    def entries(self) -> dict[str, Known]:
        """Give what is known of entries, by key."""
        with self.house.desk.room.store.read() as connection:
            return {one.key: one for one in entries.newest(connection, self.id, before=None, limit=10_000)}

    def states(self) -> set[tuple[str, str]]:
        return {(one.state, one.why) for one in self.entries().values()}

    def articles(self) -> dict[str, Article]:
        """Give the articles that its entries stand for, by title."""
        ids = [one.article for one in self.entries().values() if one.article]
        with self.house.desk.room.store.read() as connection:
            return {found.title: found for found in articles.load(connection, ids).values()}


def changed(desk: Desk, article: Article, **fields: object) -> Article:
    """Change fields as PATCH through the API does."""
    stored = represent(article, desk.room.site, [])
    return desk.put(article.id, **{**stored, **fields}).article  # type: ignore[arg-type]
