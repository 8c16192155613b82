"""What a newsroom does in three weeks, drawn by chance: each move is one change through its own door, told in words.

The life remembers what it did to names, so that a test can say where each address that ever was has to lead.
"""

import random
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from html import escape

from feeds.ingest.fetch import Fetcher
from feeds.model.dates import rfc3339
from feeds.pipeline import housekeeping, partners, trending
from feeds.pipeline.poll import claim, poll
from feeds.pipeline.poller import make_fetcher
from tests.loopback import Loopback, Request, reply
from tests.roads.weeks.truth import Truth
from tests.roads.weeks.world import FAREWELL_DAYS, World

WORDS = (
    "the harbour board has voted for a second ferry after a long night of talks in the old town hall while nets dry on "
    "every pier and gulls wait for boats that come late in May because spring tides run high and fog lies on the bay"
).split()
MARKS = ("", "", "", " & Sons", " <b>bold</b>", " – “quoted”", " 渡し船", " ]]>")


@dataclass
class Name:
    """An author, tag or section as the life knows it. `leads` is where it leads: into another, or nowhere."""

    kind: str
    slug: str
    names: list[str]
    former: list[str] = field(default_factory=list)
    leads: "Name | None" = None
    retired: float | None = None  # days since the beginning

    @property
    def name(self) -> str:
        return self.names[-1]

    @property
    def is_live(self) -> bool:
        return self.leads is None and self.retired is None

    def end(self) -> "Name":
        """Follow it to where its addresses lead now."""
        return self if self.leads is None else self.leads.end()


class Life:
    """The newsroom's people, and a partner; `truth` is what was true before the move."""

    def __init__(self, world: World, chance: random.Random) -> None:
        self.world, self.chance = world, chance
        self.truth: Truth | None = None
        self.reason: str | None = ""  # of what a move took away for good
        self.redated: set[str] = set()  # whose `published_at` a client changed
        self.erased: set[str] = set()
        self.count = 0
        self.names = [
            *(Name("tags", slug, [slug.title()]) for slug in ("harbour", "ships", "weather", "markets", "fleeting")),
            *(Name("authors", slug, [slug.title()]) for slug in ("ada", "ben", "cleo", "dan")),
            *(Name("sections", slug, [slug.title()]) for slug in ("news", "sport", "picked", "recent")),
        ]
        self.retirable = self._named("tags", "fleeting")
        self._feed: list[tuple[int, int]] = []  # (number, version) of the partner's entries
        self._taken_back: list[int] = []
        self._server = Loopback(self._answer)
        self._fetcher: Fetcher | None = None
        self._source = ""

    # the beginning and the end

    def __enter__(self) -> "Life":
        self._server.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        if self._fetcher is not None:
            self._fetcher.stop()
        self._server.__exit__(None, None, None)

    def found(self) -> None:
        """Fill the newsroom of the first day."""
        for slug, rule in (
            ("picked", {"any_tags": ["Harbour", "Not yet there"], "no_tags": ["Markets"]}),
            ("recent", {"max_age": "30h"}),
        ):
            self.world.call("PUT", f"sections/{slug}", {"title": slug.title(), "rule": rule})
        for name in self.names:
            if name.slug not in ("picked", "recent"):
                self._post(**{name.kind: [name.name]} if name.kind != "sections" else {"section": name.name})
        self._post(flags=["must-read"])
        one = self._post()
        self.world.call("PATCH", f"articles/{one}", {"correction": "It was not so."})
        source = partners.add(
            self.world.room, {"url": f"{self._server.url}/quay", "title": "Quay Paper", "add_tags": ["Harbour"]}
        )
        self._source = source.id
        self._poll()

    def move(self, day: float) -> str:
        """Make one change; say which."""
        self.day, self.reason = day, ""
        if day > 4 and self.retirable.is_live:  # early enough for its farewell to end
            return self.retire()
        moves: list[tuple[int, Callable[[], str]]] = [
            (24, self.post),
            (4, self.batch),
            (5, self.schedule),
            (5, self.post_expiring),
            (5, self.backdate),
            (8, self.fix_silently),
            (8, self.rewrite),
            (5, self.correct),
            (7, self.withdraw),
            (4, self.republish),
            (2, self.erase),
            (2, self.back_to_draft),
            (6, self.retag),
            (4, self.move_section),
            (2, self.redate),
            (3, self.end_otherwise),
            (3, self.flag),
            (3, self.rename),
            (3, self.readdress),
            (2, self.merge),
            (2, self.retire),
            (2, self.rule),
            (3, self.pin),
            (4, self.change_channel),
            (1, self.retitle_site),
            (3, self.read_pages),
            (6, self.partner_sends),
            (2, self.partner_rights),
            (2, self.restart_web),
            (1, self.keep_house),
        ]
        weights = [weight for weight, _ in moves]
        return self.chance.choices([move for _, move in moves], weights)[0]()

    # stories

    def post(self) -> str:
        return f"post {self._post()}"

    def batch(self) -> str:
        at = self._ago(seconds=self.chance.randrange(5))  # of one second, all of them
        lines = [self._story(f"b{self._next()}", published_at=at) for _ in range(self.chance.randrange(3, 22))]
        told = self.world.call("POST", "articles:batch", lines)
        assert all(each["code"] == 201 for each in told["results"]), told
        return f"batch {lines[0]['id']}..{lines[-1]['id']}"

    def schedule(self) -> str:
        at = self._ago(minutes=-self.chance.randrange(1, 3000))
        return f"schedule {self._post(published_at=at)} for {at}"

    def post_expiring(self) -> str:
        at = self._ago(minutes=-self.chance.randrange(1, 6000))
        return f"post {self._post(expires_at=at)} that expires {at}"

    def backdate(self) -> str:
        at = self._ago(hours=self.chance.randrange(1, 600))
        return f"backdate {self._post(published_at=at)} to {at}"

    def fix_silently(self) -> str:
        return self._patch("fix silently", {"content_html": self._text(), "minor": True})

    def rewrite(self) -> str:
        return self._patch("rewrite", {"title": self._title(), "content_html": self._text()})

    def correct(self) -> str:
        return self._patch("correct", {"correction": f"Note {self._next()}."})

    def withdraw(self) -> str:
        one, reason = self._some(), self.chance.choice(["", "Untrue & sorry", "<i>Withdrawn</i>"])
        self.world.call("DELETE", f"articles/{one}?reason={reason.replace('&', '%26')}")
        return f"withdraw {one}"

    def republish(self) -> str:
        assert self.truth is not None
        gone = sorted(one for one, article in self.truth.articles.items() if article.status == "withdrawn")
        gone = [one for one in gone if one not in self.erased]
        if not gone:
            return self.post()
        one = self.chance.choice(gone)
        self.world.call("PATCH", f"articles/{one}", {"status": "published"})
        return f"republish {one}"

    def erase(self) -> str:
        one = self._some()
        self.reason = None
        self.world.call("DELETE", f"articles/{one}?erase=true&reason=Law")
        self.erased.add(one)
        return f"erase {one}"

    def back_to_draft(self) -> str:
        return self._patch("set back to draft", {"status": "draft"})

    def retag(self) -> str:
        return self._patch("retag", {"tags": self._few("tags")})

    def move_section(self) -> str:
        return self._patch("move", {"section": self._any("sections").name})

    def redate(self) -> str:
        one = self._some()
        self.redated.add(one)
        self.world.call(
            "PATCH",
            f"articles/{one}",
            {"published_at": self._ago(hours=self.chance.randrange(1, 300)), "expires_at": None},
        )
        return f"redate {one}"

    def end_otherwise(self) -> str:
        at = None if self.chance.random() < 0.4 else self._ago(minutes=-self.chance.randrange(1, 4000))
        assert self.truth is not None
        ending = sorted(one for one, article in self.truth.articles.items() if article.expires_at is not None)
        ending = [one for one in ending if one not in self.erased]
        one = self.chance.choice(ending) if ending and self.chance.random() < 0.7 else self._some()
        self.world.call("PATCH", f"articles/{one}", {"expires_at": at}, may_be=(200, 422))
        return f"have {one} end {at}"

    def flag(self) -> str:
        return self._patch("flag", {"flags": self.chance.choice([["must-read"], ["must-read", "live"], []])})

    # names

    def rename(self) -> str:
        name = self._any(self.chance.choice(["authors", "authors", "tags", "sections"]))
        new = f"{name.names[0]} {self._next()}" if self.chance.random() < 0.8 else name.names[0]
        self.world.call("PATCH", f"{name.kind}/{name.slug}", {"title" if name.kind == "sections" else "name": new})
        name.names.append(new)
        return f"rename {name.kind}/{name.slug} to {new}"

    def readdress(self) -> str:
        name = self._any(self.chance.choice(["authors", "tags", "sections"]))
        former = name.slug
        if name.former and self.chance.random() < 0.3:
            slug = self.chance.choice(name.former)  # its own former one
            name.former.remove(slug)
        else:
            slug = f"{name.slug.partition('-')[0]}-{self._next()}"
        self.world.call("PATCH", f"{name.kind}/{name.slug}", {"slug": slug})
        name.slug = slug
        name.former.append(former)
        return f"have {name.kind}/{former} lie at {slug}"

    def merge(self) -> str:
        kind = self.chance.choice(["authors", "tags"])
        first = self._new_name(kind) if self.chance.random() < 0.7 else self._any(kind)
        into = self._any(kind)
        if first is into or first is self.retirable:
            return self.post()
        self.world.call("POST", f"{kind}/{first.slug}/merge", {"into": into.slug})
        first.leads = into
        into.names[:0] = first.names
        return f"merge {kind}/{first.slug} into {into.slug}"

    def retire(self) -> str:
        name = self.retirable if self.retirable.is_live and self.day > 2 else self._new_name("tags")
        assert self.truth is not None
        for one, article in sorted(self.truth.articles.items()):
            if any(label.slug == name.slug for label in article.tags) and one not in self.erased:
                kept = [label.name for label in article.tags if label.slug != name.slug]
                self.world.call("PATCH", f"articles/{one}", {"tags": kept})
        if name is not self.retirable:  # made a moment ago
            self.world.call("PATCH", f"articles/{self._last}", {"tags": []})
        into = self._any("tags") if name is not self.retirable and self.chance.random() < 0.5 else None
        if into is name:
            into = None
        self.world.call("DELETE", f"tags/{name.slug}" + (f"?successor={into.slug}" if into else ""))
        name.leads, name.retired = into, None if into else self.day
        return f"retire tags/{name.slug}" + (f" to {into.slug}" if into else "")

    # channels

    def rule(self) -> str:
        section = self._named("sections", "picked")
        rule: dict[str, object] = {"any_tags": [self._any("tags").name, self.chance.choice(["Not yet there", "Fog"])]}
        if self.chance.random() < 0.5:
            rule["no_tags"] = [self._any("tags").slug]
        if self.chance.random() < 0.3:
            rule["max_age"] = "60h"
        if self.chance.random() < 0.2:
            rule = {"flags": ["must-read"]}
        self.world.call("PATCH", f"sections/{section.slug}", {"rule": None})
        self.world.call("PATCH", f"sections/{section.slug}", {"rule": rule})
        return f"have sections/{section.slug} choose {rule}"

    def pin(self) -> str:
        section = self._any("sections")
        pinned = [self._some() for _ in range(self.chance.randrange(4))]
        pinned = list(dict.fromkeys(pinned))
        self.world.call("PATCH", f"sections/{section.slug}", {"pinned": pinned})
        return f"pin {pinned} in {section.slug}"

    def change_channel(self) -> str:
        key = self.chance.choice(["site", "sections/corrections", *(f"{one.kind}/{one.slug}" for one in self._live())])
        change: dict[str, object] = self.chance.choice(
            [
                {"title": f"Channel {self._next()}"},
                {"window": self.chance.choice([4, 8, 11, 15])},
                {"window": None},
                {"content": self.chance.choice(["summary", "full"])},
                {"language": self.chance.choice(["en", "de", ""])},
                {"partners": self.chance.random() < 0.5},
                {"description": f"About {self._next()}"},
            ]
        )
        self.world.call("PATCH", f"channels/{key}", change, may_be=(200, 404))
        return f"change {key}: {change}"

    def retitle_site(self) -> str:
        title = f"Daily {self._next()}"
        self.world.reopen(FEEDS_SITE__TITLE=title)
        return f"call the site {title}, and start all anew"

    # readers, partner, operator

    def read_pages(self) -> str:
        assert self.truth is not None
        some = self.chance.sample(sorted(self.truth.public), 3)
        for one in some:
            self.world.get(self.truth.articles[one].path, User_Agent="Mozilla/5.0")
        self.world.app.extensions["views"].write()
        trending.run(self.world.room)
        return f"read {some}"

    def partner_sends(self) -> str:
        chance = self.chance.random()
        if chance < 0.25 and len(self._feed) > 2:
            number, _ = self._feed.pop(self.chance.randrange(len(self._feed)))
            self._taken_back.append(number)
            what = f"takes {number} back"
        elif chance < 0.5 and self._feed:
            at = self.chance.randrange(len(self._feed))
            number, version = self._feed[at]
            self._feed[at] = number, version + 1
            what = f"changes {number}"
        else:
            some = [self._next() for _ in range(self.chance.randrange(1, 4))]
            self._feed += [(number, 1) for number in some]
            what = f"sends {some}"
        self._poll()
        return f"the partner {what}"

    def partner_rights(self) -> str:
        rights = self.chance.choice(["full", "summary", "link"])
        partners.change(self.world.room, self._source, {"rights": rights})
        return f"the partner lets us show: {rights}"

    def restart_web(self) -> str:
        self.world.restart_web()
        return "restart the web process"

    def keep_house(self) -> str:
        housekeeping.run(self.world.room, self.world.printer)
        return "housekeeping"

    # what moves are made of

    def _poll(self) -> None:
        if self._fetcher is None:
            self._fetcher = make_fetcher(self.world.room)
        with self.world.room.store.read() as connection:
            source = partners.get(connection, self._source)
        claim(self.world.room, source)
        came = poll(self.world.room, self._fetcher, source)
        assert str(came.outcome) in ("changed", "unchanged"), came

    def _answer(self, _asked: Request, connection: socket.socket) -> None:
        connection.sendall(reply(200, self._atom()))

    def _atom(self) -> bytes:
        now = rfc3339(self.world.clock.now().replace(microsecond=0))
        entries = "".join(
            f"<entry><id>https://quay.example/{number}</id><title>Quay {number} in version {version}</title>"
            f'<link href="https://quay.example/{number}"/><updated>2026-04-{number % 28 + 1:02}T10:00:00Z</updated>'
            f"<published>2026-04-{number % 28 + 1:02}T10:00:00Z</published>"
            f'<content type="html">{escape(f"<p>{self._words_of(number, version)}</p>")}</content></entry>'
            for number, version in self._feed
        )
        gone = "".join(
            f'<at:deleted-entry xmlns:at="http://purl.org/atompub/tombstones/1.0" ref="https://quay.example/{number}"'
            f' when="{now}"/>'
            for number in self._taken_back[-5:]
        )
        head = f"<id>https://quay.example/feed</id><title>Quay Paper</title><updated>{now}</updated>"
        return f'<feed xmlns="http://www.w3.org/2005/Atom">{head}{gone}{entries}</feed>'.encode()

    def _words_of(self, number: int, version: int) -> str:
        return " ".join(random.Random(f"{number} {version}").choices(WORDS, k=60))

    def _post(self, **fields: object) -> str:
        one = f"a{self._next()}"
        self.world.call("PUT", f"articles/{one}", self._story(one, **fields))
        self._last = one
        return one

    def _story(self, one: str, **fields: object) -> dict[str, object]:
        told: dict[str, object] = {"id": one, "title": self._title(), "content_html": self._text()}
        told |= {"tags": self._few("tags"), "authors": self._few("authors")}
        if self.chance.random() < 0.6:
            told["section"] = self._any("sections").name
        if self.chance.random() < 0.15:
            told["flags"] = ["must-read"]
        if self.chance.random() < 0.2:
            told["related"] = [{"title": f"Story {self.chance.randrange(1, self.count + 2)}"}]
        return {**told, **fields}

    def _patch(self, what: str, fields: dict[str, object]) -> str:
        one = self._some()
        self.world.call("PATCH", f"articles/{one}", fields)
        return f"{what} {one}"

    def _some(self) -> str:
        """Choose a public article; a new one more often."""
        assert self.truth is not None
        held = self.truth.places[None]
        order = sorted(held, key=lambda one: (held[one], one), reverse=True)
        return order[min(int(self.chance.expovariate(1 / 10)), len(order) - 1)]

    def _next(self) -> int:
        self.count += 1
        return self.count

    def _title(self) -> str:
        return f"Story {self._next()}{self.chance.choice(MARKS)}"

    def _text(self) -> str:
        return f"<p>{escape(' '.join(self.chance.choices(WORDS, k=self.chance.randrange(5, 160))))}</p>"

    def _ago(self, **units: float) -> str:
        return rfc3339((self.world.clock.now() - timedelta(**units)).replace(microsecond=0))

    def _live(self, kind: str = "") -> list[Name]:
        return [name for name in self.names if name.is_live and kind in ("", name.kind)]

    def _any(self, kind: str) -> Name:
        some = [name for name in self._live(kind) if name.names[0] not in ("Recent", "Picked")]
        return self.chance.choice([name for name in some if name is not self.retirable] or some)

    def _few(self, kind: str) -> list[str]:
        """Name some of a kind, by any name that they ever had."""
        some = [name for name in self._live(kind) if name is not self.retirable or self.day_is_early]
        chosen = self.chance.sample(some, min(len(some), self.chance.randrange(3)))
        return [self.chance.choice(name.names) for name in chosen]

    @property
    def day_is_early(self) -> bool:
        return getattr(self, "day", 0.0) <= 2

    def _named(self, kind: str, first: str) -> Name:
        return next(name for name in self.names if (name.kind, name.names[0].lower()) == (kind, first))

    def _new_name(self, kind: str) -> Name:
        """Make a name that has one story."""
        text = f"{self.chance.choice(['Fog', 'Nets', 'Gulls'])} {self._next()}"
        name = Name(kind, text.lower().replace(" ", "-"), [text])
        self.names.append(name)
        self._post(**{kind: [text]})
        return name

    def is_past(self, name: Name, day: float) -> bool:
        """Say whether a name without successor was given up long enough ago."""
        return name.retired is not None and day >= name.retired + FAREWELL_DAYS
