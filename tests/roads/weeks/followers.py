"""Those who follow the newsroom, each by its own means and at its own rhythm; each knows what it was told, no more.

`check` of each says what must hold of what it has, beside what is true.
"""

import json
import random
from datetime import datetime, timedelta

from werkzeug.test import TestResponse

from feeds.model.channel import Channel
from feeds.model.document import Format
from feeds.model.mix import mix_of
from feeds.pipeline import mixes
from feeds.store import channels, documents
from feeds.store.parts import CURRENT
from tests.roads.weeks.documents import Entry, Parsed, parse, path_of
from tests.roads.weeks.life import Life
from tests.roads.weeks.truth import Truth
from tests.roads.weeks.witness import Witness, number_of
from tests.roads.weeks.world import TOMBSTONE_DAYS, World

Key = tuple[datetime, str]


def key_of(one: str, entry: Entry) -> Key:
    return entry.published, one


def channel_of(world: World, key: str) -> Channel:
    with world.room.store.read() as connection:
        found = channels.find(connection, key)
    assert found is not None, f"there is no channel {key}"
    return found


def present(world: World, channel: Channel) -> Channel | None:
    """Give a channel as it is now; None where its label was merged into another."""
    with world.room.store.read() as connection:
        found = channels.load(connection, [channel.number])[channel.number]
    return None if "~" in found.key else found


class Reader:
    """What all who read have: a name, an address that follows redirects, and a witness of what they are told."""

    def __init__(self, world: World, witness: Witness, name: str, path: str) -> None:
        self.world, self.witness, self.name, self.path = world, witness, name, path
        self.is_over = False  # told that its feed has ended

    def ask(self, path: str, **headers: str) -> tuple[TestResponse, str]:
        """Ask; follow one redirect, which is all that there may be. Give the answer and the path that it is of."""
        answer = self.world.get(path, **headers)
        if answer.status_code == 301:
            self.witness.counts["301"] += 1
            path = path_of(answer.headers["Location"])
            answer = self.world.get(path, **headers)
            assert answer.status_code != 301, f"two redirects, the second from {path}"
        self.witness.counts[str(answer.status_code)] = self.witness.counts.get(str(answer.status_code), 0) + 1
        return answer, path

    @property
    def key(self) -> str:
        return self.path.removeprefix("/feeds/").rpartition(".")[0]


class Poller(Reader):
    """Polls one document; `means` is plain, tag, date, both or delta. Keeps each entry until told that it is gone."""

    def __init__(
        self, world: World, witness: Witness, *, means: str, key: str, format: Format, coding: str, eager: bool
    ) -> None:
        rhythm = "eager" if eager else "seldom"
        super().__init__(world, witness, f"{rhythm} {means} {key}.{format} {coding}", f"/feeds/{key}.{format}")
        self.means, self.format, self.coding, self.is_eager = means, format, coding, eager
        self.entries: dict[str, Entry] = {}
        self.window: set[str] = set()  # what the document held when it was polled last
        self.polled_at = world.clock.now()
        self.tag = self.date = ""
        self.body: bytes | None = None  # the whole document as last given; None after a delta
        self.channel = channel_of(world, key)

    def poll(self, truth: Truth | None) -> None:
        """Poll once; `truth` None: documents may lag behind it."""
        self.polled_at = self.world.clock.now()
        answer, self.path = self.ask(self.path, **self._conditions())
        status = answer.status_code
        if status == 410:
            self.is_over = True
            return
        stored = self.world.stored(self.key, self.format)
        if stored is None and truth is None:
            return  # it has another address since a moment ago, and was not built under that yet
        assert stored is not None, f"{self.path} answers {status}, and is not stored"
        fresh = parse(self.format, stored)
        if present(self.world, self.channel) is None:  # its address leads to another channel now
            self.channel, self.is_eager = channel_of(self.world, self.key), False
        if status == 304:
            assert self.means != "plain", "a 304 that nobody asked for"
            assert self.body in (None, stored), f"a stale 304 ({self._conditions()}) {_parting(self.body, stored)}"
        else:
            assert status in (200, 226), f"answers {status}"
            body = self.witness.body_of(self.path, answer)
            if status == 200:
                assert body == stored, f"a 200 that is not what is stored: {_parting(body, stored)}"
                self._take_whole(fresh)
                self.body = body
            else:
                assert self.means == "delta", "a delta that nobody asked for"
                self._take_delta(parse(self.format, body))
                self.body = None
            self.tag, self.date = answer.headers["ETag"], answer.headers.get("Last-Modified", "")
        self._check(fresh, truth, status)

    def _conditions(self) -> dict[str, str]:
        sent = {} if self.coding == "identity" else {"Accept_Encoding": self.coding}
        if self.means in ("tag", "both", "delta") and self.tag:
            sent["If_None_Match"] = self.tag
        if self.means in ("date", "both") and self.date:
            sent["If_Modified_Since"] = self.date
        if self.means == "delta":
            sent["A_IM"] = "feed"
        return sent

    def _take_whole(self, document: Parsed) -> None:
        self.entries |= document.entries
        self._bury(document)
        if document.stories and "prev-archive" in document.links:
            last = document.stories[-1]
            oldest = key_of(last, document.entries[last])
        else:  # all of the channel
            oldest = None
        for one, entry in list(self.entries.items()):
            is_within = oldest is None or key_of(one, entry) > oldest
            if one not in document.entries and is_within and self.is_in_order:
                del self.entries[one]

    def _take_delta(self, document: Parsed) -> None:
        self.entries |= document.entries
        self._bury(document)

    def _bury(self, document: Parsed) -> None:
        for one in document.deleted or {}:
            self.entries.pop(one, None)

    @property
    def is_hungry(self) -> bool:
        """Say whether it may wait no longer: tombstones are not told for ever."""
        return self.world.clock.now() - self.polled_at > timedelta(days=TOMBSTONE_DAYS - 2)

    @property
    def is_in_order(self) -> bool:
        """Say whether the channel's order is told by its entries."""
        return self.key not in ("sections/corrections", "sections/trending")

    def _check(self, fresh: Parsed, truth: Truth | None, status: int) -> None:
        for one, entry in fresh.entries.items():
            assert one in self.entries, f"lacks {one} after a {status}"
            assert self.entries[one] == entry, f"has another {one} after a {status}"
        if self.is_in_order:  # what left the document since the last poll did so by growing old, or was told as gone
            last = fresh.stories[-1] if fresh.stories and "prev-archive" in fresh.links else None
            for one in (self.entries.keys() & self.window) - fresh.entries.keys():
                within = last is None or key_of(one, self.entries[one]) > key_of(last, fresh.entries[last])
                assert not within, f"still has {one} after a {status}"
        self.window = set(fresh.entries)
        if truth is None:
            return
        if self.format is not Format.RSS:
            stale = self.entries.keys() & self.witness.graves.of.get(number_of(self.channel), {}).keys()
            assert not stale, f"still has {sorted(stale)}, which were withdrawn, after a {status}"

    def check_end(self, truth: Truth, life: Life) -> None:
        """At the end: whoever polled at every change has all that entered the window and is still there."""
        if not self.is_eager or self.is_over:
            return
        lacking = self.witness.windows[number_of(self.channel)] - self.entries.keys() - life.redated
        if self.key != "sections/trending":
            assert not lacking, f"never had {sorted(lacking)}"


def _parting(held: bytes | None, stored: bytes) -> str:
    held = held or b""
    at = next((at for at, (one, two) in enumerate(zip(held, stored, strict=False)) if one != two), len(held))
    return f"they part at byte {at}: {held[max(0, at - 60) : at + 40]!r}, {stored[max(0, at - 60) : at + 40]!r}"


class Walker(Reader):
    """Walks back from the current document, a step at a time, while things change; then begins anew.

    `knows`: stops at a part that it knows, and is to have every story that came as its channel's newest.
    """

    def __init__(self, world: World, witness: Witness, *, key: str, format: Format, knows: bool = False) -> None:
        super().__init__(world, witness, f"{'knowing ' * knows}walker {key}.{format}", f"/feeds/{key}.{format}")
        self.format, self.knows = format, knows
        self.channel = channel_of(world, key)
        self.met: dict[str, Entry] = {}
        self.parts: set[str] = set()
        self.walks = 0
        self._next: str | None = None  # the part to be read
        self._walked: set[str] = set()
        self._owed: dict[str, tuple[int, str]] = {}  # what was there all along, at its place

    def step(self, truth: Truth) -> None:
        """Read one document more."""
        if present(self.world, self.channel) is None:  # its address leads to another channel now
            self._next, self.parts, self.met = None, set(), {}
        if self._next is None:
            answer, self.path = self.ask(self.path)
            assert answer.status_code == 200, f"{self.path} answers {answer.status_code}"
            self.channel = channel_of(self.world, self.key)
            self._owed, self._walked = self._held(truth), set()
        else:
            answer, _ = self.ask(self._next)
            assert answer.status_code == 200, f"{self._next} answers {answer.status_code}"
        held = self._held(truth)
        self._owed = {one: at for one, at in self._owed.items() if held.get(one) == at}
        document = parse(self.format, self.witness.body_of(self._next or self.path, answer))
        self.met |= document.entries
        self._walked |= document.entries.keys()
        older = document.links.get("prev-archive")
        known = self._next is not None and self._next.rpartition("/")[2] in self.parts
        if self._next is not None:
            self.parts.add(self._next.rpartition("/")[2])
        self._next = None if older is None or (self.knows and known) else path_of(older)
        if self._next is None:
            self._end()

    def finish(self, truth: Truth) -> None:
        """Walk to the end."""
        self.step(truth)
        while self._next is not None:
            self.step(truth)

    def _end(self) -> None:
        self.walks += 1
        self.witness.counts["walks"] += 1
        if self.knows:
            late = self.witness.late[number_of(self.channel)] | self.witness.life.redated
            lacking = self._owed.keys() - late - self.met.keys()
        else:
            lacking = self._owed.keys() - self._walked
        assert not lacking, f"walked past {sorted(lacking)}"

    def _held(self, truth: Truth) -> dict[str, tuple[int, str]]:
        channel = present(self.world, self.channel)
        return {} if channel is None else truth.held(channel)


class Aggregator(Reader):
    """Follows `changed.json`, by `next` or by the time of its last look, and fetches what is named there, no more."""

    def __init__(self, world: World, witness: Witness, *, format: Format, by_time: bool) -> None:
        super().__init__(world, witness, f"aggregator of {format} by {'time' if by_time else 'next'}", "")
        self.format, self.by_time = format, by_time
        self.since = ""
        self.held: dict[str, bytes] = {}
        self.fetched = 0

    def poll(self) -> None:
        """Look, fetch; then have every document as it is stored."""
        now = self.world.clock.now().isoformat().replace("+", "%2B")
        told = json.loads(self.world.get(f"/feeds/changed.json?since={self.since}").get_data())
        self.since = now if self.by_time else told["next"]
        for item in told["items"]:
            self.fetched += 1
            path = path_of(item["urls"][str(self.format)])
            answer = self.world.get(path)
            if answer.status_code == 200:
                self.held[item["key"]] = self.witness.body_of(path, answer)
        with self.world.room.store.read() as connection:
            keys = {channel.number: channel.key for channel in channels.list_all(connection)}
            spots = documents.all_spots(connection)
        for number, part in spots:
            if part != CURRENT or number not in keys:
                continue
            stored = self.world.stored(keys[number], self.format)
            if stored is not None:
                held = self.held.get(keys[number])
                assert held == stored, f"{keys[number]} is not as stored: {_parting(held, stored)}"


class MixReader(Reader):
    """Follows a mix by its tag; its address follows the names in it."""

    def __init__(self, world: World, witness: Witness, *, query: str, format: Format) -> None:
        super().__init__(world, witness, f"mix {query} {format}", f"/feeds/select.{format}?{query}")
        self.format = format
        self.tag, self.body = "", b""

    def poll(self) -> None:
        sent = {"If_None_Match": self.tag} if self.tag else {}
        answer, self.path = self.ask(self.path, **sent)
        mix = mix_of([tuple(term.split("=")) for term in self.path.partition("?")[2].split("&")])
        fresh = mixes.compute(self.world.room, self.world.fresh, mix, self.format)
        assert isinstance(fresh, bytes), f"{self.path} answers {answer.status_code}, and is {fresh}"
        if answer.status_code == 304:
            assert self.body == fresh, f"a stale 304: {_parting(self.body, fresh)}"
            return
        assert answer.status_code == 200, f"answers {answer.status_code}"
        assert "Last-Modified" not in answer.headers
        self.body, self.tag = self.witness.body_of(self.path, answer), answer.headers["ETag"]
        assert self.body == fresh, f"a 200 that is not what it should be: {_parting(self.body, fresh)}"


def pollers(world: World, witness: Witness, chance: random.Random, keys: list[str]) -> list[Poller]:
    """Have every document of these channels followed by every means, by one that polls at every change and others."""
    made = []
    for key in keys:
        for format in Format:
            for means in ("plain", "tag", "date", "both", "delta"):
                coding = chance.choice(["identity", "gzip", "br"])
                eager = means == "delta" or chance.random() < 0.15
                made.append(Poller(world, witness, means=means, key=key, format=format, coding=coding, eager=eager))
                if means == "delta":
                    made.append(Poller(world, witness, means=means, key=key, format=format, coding="gzip", eager=False))
    return made
