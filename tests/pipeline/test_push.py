"""Push against hubs of the tests' own on the loopback: who is told of what, once, and what becomes of failures."""

import json
import logging
import socket
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feeds import metrics
from feeds.errors import OutOfReach
from feeds.ingest.hub import FIRST_REST, JITTER, LONGEST_REST
from feeds.model.document import Format
from feeds.model.label import Kind
from feeds.pipeline import due, names, refresh
from feeds.pipeline.push import GIVE_UP, Teller
from feeds.pipeline.status import status
from feeds.store import pushes
from feeds.store.pushes import Hub as Known
from tests.conftest import Desk
from tests.fakes import FixedClock
from tests.ingest.test_hub import form
from tests.loopback import Loopback, Request, reply
from tests.outages import locked
from tests.waiting import wait_for

SETTLED = 1.0  # seconds after which a changed document is told of


def documents(*keys: str) -> list[str]:
    return sorted(f"https://news.example/feeds/{key}.{format}" for key in keys for format in Format)


class Hub:
    """A hub that keeps what it is told, and answers as a test wants it."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.answer = reply(204)
        self.poison = "none"  # documents of which it can make nothing
        self.server = Loopback(self._take)
        self.address = f"{self.server.url}/"

    def _take(self, request: Request, connection: socket.socket) -> None:
        document = form(request, connection)["hub.url"]
        self.told.append(document)
        connection.sendall(reply(500) if self.poison in document else self.answer)

    def take(self) -> list[str]:
        told, self.told = sorted(self.told), []
        return told


@pytest.fixture
def hub() -> Iterator[Hub]:
    made = Hub()
    with made.server:
        yield made


@pytest.fixture
def newsroom(hub: Hub, environ: dict[str, str], request: pytest.FixtureRequest) -> Desk:
    """A newsroom that names the hub, with its first documents, which hold nothing."""
    environ["FEEDS_INGEST__ALLOW_NETWORKS"] = '["127.0.0.0/8"]'
    environ.setdefault("FEEDS_WEBSUB__HUBS", json.dumps([hub.address]))
    desk: Desk = request.getfixturevalue("desk")
    desk.build()
    return desk


@pytest.fixture
def teller(newsroom: Desk) -> Iterator[Teller]:
    made = Teller(newsroom.room, newsroom.printer, lambda: None)
    yield made
    made.stop()


def pump(teller: Teller) -> None:
    """Run until every hub has answered and none may be told anything more."""
    wait_for(lambda: teller.run() == 0 and not teller._asked, what="the hubs")


def told(teller: Teller, hub: Hub, clock: FixedClock, **after: float) -> list[str]:
    clock.advance(**(after or {"seconds": SETTLED}))
    pump(teller)
    return hub.take()


def known(desk: Desk, hub: Hub) -> Known | None:
    with desk.room.store.read() as connection:
        return pushes.answering(connection).get(hub.address)


def waiting(desk: Desk) -> int:
    with desk.room.store.read() as connection:
        return sum(pushes.waiting(connection).values())


def test_each_changed_document_is_told_of_once_after_it_is_served(
    newsroom: Desk, teller: Teller, hub: Hub, clock: FixedClock
) -> None:
    newsroom.put("a", tags=["Harbour"], authors=["Ada"])
    pump(teller)
    newsroom.build()
    pump(teller)
    assert hub.take() == []  # nothing was stored yet, then it had not settled
    assert told(teller, hub, clock) == documents("site", "tags/harbour", "authors/ada")
    assert told(teller, hub, clock, hours=1) == []
    newsroom.put("a", "Another title", tags=["Harbour"], authors=["Ada"])
    newsroom.build()
    assert told(teller, hub, clock) == documents("site", "tags/harbour", "authors/ada")
    newsroom.withdraw("a")
    newsroom.build()
    assert told(teller, hub, clock) == documents("site", "tags/harbour", "authors/ada")


def test_what_is_not_seen_or_not_changed_tells_nobody(
    newsroom: Desk, teller: Teller, hub: Hub, clock: FixedClock
) -> None:
    assert told(teller, hub, clock) == []  # first documents that hold nothing
    later = "2026-05-01T09:00:00Z"
    newsroom.put("draft", status="draft", tags=["Harbour"])
    newsroom.put("later", status="scheduled", published_at=later, tags=["Harbour"])
    newsroom.build()
    assert told(teller, hub, clock) == []
    newsroom.put("a")
    newsroom.build()
    assert told(teller, hub, clock) == documents("site")
    newsroom.put("a")  # as it is stored
    refresh.refresh(newsroom.room, newsroom.printer, refresh.spots_of(newsroom.room, []), fresh=True)
    assert refresh.verify(newsroom.room, newsroom.printer, lambda: False) == 0
    assert told(teller, hub, clock) == []
    clock.advance(hours=1)
    due.run(newsroom.room)
    newsroom.build()
    assert told(teller, hub, clock) == documents("site", "tags/harbour")


def test_format_whose_bytes_are_as_before_is_not_told_of(
    newsroom: Desk, teller: Teller, hub: Hub, clock: FixedClock
) -> None:
    newsroom.put("a")
    newsroom.build()
    told(teller, hub, clock, milliseconds=600)
    newsroom.put("a", kicker="From the quay")  # RSS and Atom have no place for it, and the second is still the same
    newsroom.build()
    assert told(teller, hub, clock) == ["https://news.example/feeds/site.json"]


def test_changes_that_come_before_the_hub_was_told_are_told_once(
    newsroom: Desk, teller: Teller, hub: Hub, clock: FixedClock
) -> None:
    for number in range(5):
        newsroom.put(f"a{number}")
        newsroom.build()
        clock.advance(milliseconds=300)
        pump(teller)
    assert hub.take() == []  # it never settled
    assert told(teller, hub, clock) == documents("site")


def test_document_that_never_settles_is_told_of_all_the_same_and_its_last_version_too(
    newsroom: Desk, teller: Teller, hub: Hub, clock: FixedClock
) -> None:
    for number in range(26):
        newsroom.put(f"a{number}")
        newsroom.build()
        clock.advance(milliseconds=450)
        pump(teller)
    assert Counter(hub.take()) == Counter(documents("site"))
    assert told(teller, hub, clock) == documents("site")
    assert waiting(newsroom) == 0


def test_archive_parts_are_not_told_of(
    environ: dict[str, str], hub: Hub, clock: FixedClock, request: pytest.FixtureRequest
) -> None:
    environ |= {"FEEDS_CHANNELS__WINDOW": "3", "FEEDS_CHANNELS__ARCHIVE_PART": "3"}
    desk: Desk = request.getfixturevalue("newsroom")
    teller: Teller = request.getfixturevalue("teller")
    for number in range(8):
        desk.put(f"a{number}")
        clock.advance(seconds=1)
        desk.build()
    assert desk.document("site", part=1)
    assert told(teller, hub, clock) == documents("site")
    desk.put("a0", "An old story, corrected")
    assert desk.build() == 1
    assert told(teller, hub, clock) == []


def test_every_hub_is_told_and_one_that_is_silent_holds_up_no_other(
    environ: dict[str, str], hub: Hub, clock: FixedClock, request: pytest.FixtureRequest
) -> None:
    with Loopback(lambda _request, connection: connection.recv(1 << 20), host="127.0.0.2") as silent:
        environ["FEEDS_WEBSUB__HUBS"] = json.dumps([f"{silent.url}/", hub.address, hub.address])
        desk: Desk = request.getfixturevalue("newsroom")
        teller: Teller = request.getfixturevalue("teller")
        desk.put("a")
        desk.build()
        clock.advance(seconds=SETTLED)
        wait_for(lambda: teller.run() >= 0 and len(hub.told) == 3, what="the hub that answers")
        assert hub.take() == documents("site")
        assert len(silent.requests) == 1
        teller.stop()


def test_hub_that_fails_is_left_alone_and_told_when_it_is_back(
    newsroom: Desk, teller: Teller, hub: Hub, clock: FixedClock
) -> None:
    hub.answer = reply(500, b"oops")
    newsroom.put("a")
    newsroom.build()
    for failures in range(1, 15):
        rest = min(FIRST_REST * 2 ** (failures - 1), LONGEST_REST)
        tries = told(teller, hub, clock, seconds=rest.total_seconds() * (1 + JITTER))
        assert len(tries) == 1  # not one for each document
        state = known(newsroom, hub)
        assert state is not None
        assert (state.failures, state.why) == (failures, "500 instead of 2xx")
        assert told(teller, hub, clock, seconds=rest.total_seconds() / 2) == []
    newsroom.put("b")
    newsroom.build()
    assert told(teller, hub, clock) == []  # a change is no reason to ask it again
    hub.answer = reply(204)
    assert told(teller, hub, clock, hours=1) == documents("site")
    state = known(newsroom, hub)
    assert state is not None
    assert (state.failures, state.next_at, state.why) == (0, None, "")


def test_document_that_always_fails_holds_up_no_other_and_is_given_up_in_the_end(
    newsroom: Desk, teller: Teller, hub: Hub, clock: FixedClock
) -> None:
    hub.poison = "/feeds/tags/harbour.rss"
    newsroom.put("a", tags=["Harbour"])
    newsroom.build()
    clock.advance(seconds=SETTLED)
    pump(teller)
    for _ in range(3):
        clock.advance(seconds=FIRST_REST.total_seconds() * 8)
        pump(teller)
    taken = [document for document in hub.take() if hub.poison not in document]
    assert sorted(taken) == sorted(set(documents("site", "tags/harbour")) - {f"https://news.example{hub.poison}"})
    newsroom.put("b")
    newsroom.build()
    found = told(teller, hub, clock, hours=1)
    assert set(documents("site")) <= set(found) <= {*documents("site"), f"https://news.example{hub.poison}"}
    for _ in range(60):
        clock.advance(minutes=40)
        pump(teller)
    assert 20 < len(hub.take()) < 40  # half-hourly for a day, and no more
    assert waiting(newsroom) == 0


def test_hub_gets_the_rest_that_it_asks_for(newsroom: Desk, teller: Teller, hub: Hub, clock: FixedClock) -> None:
    hub.answer = reply(503, b"", "Retry-After: 3600")
    newsroom.put("a")
    newsroom.build()
    assert len(told(teller, hub, clock)) == 1
    hub.answer = reply(204)
    assert told(teller, hub, clock, minutes=59) == []
    assert told(teller, hub, clock, minutes=1) == documents("site")


def test_hub_that_refuses_a_document_is_told_of_the_others_and_of_its_next_version(
    newsroom: Desk, teller: Teller, hub: Hub, clock: FixedClock, caplog: pytest.LogCaptureFixture
) -> None:
    hub.answer = reply(404, b"never heard of it")
    newsroom.put("a")
    newsroom.build()
    with caplog.at_level(logging.WARNING):
        assert told(teller, hub, clock) == documents("site")
    assert [record.message for record in caplog.records] == ["hub refused"] * 3
    assert told(teller, hub, clock, hours=1) == []
    state = known(newsroom, hub)
    assert state is not None
    assert (state.failures, state.why, state.told_at) == (0, "404 instead of 2xx", None)
    hub.answer = reply(202)
    newsroom.put("a", "Another title")
    newsroom.build()
    assert told(teller, hub, clock) == documents("site")


def test_what_a_hub_was_not_told_within_a_day_is_given_up(
    newsroom: Desk, teller: Teller, hub: Hub, clock: FixedClock, caplog: pytest.LogCaptureFixture
) -> None:
    hub.answer = reply(500)
    newsroom.put("a", tags=["Harbour"])
    newsroom.build()
    told(teller, hub, clock)
    clock.advance(hours=23)
    newsroom.put("b")
    newsroom.build()
    metrics.take()
    with caplog.at_level(logging.WARNING):
        told(teller, hub, clock, hours=1.1)
    assert "hub given up" in [record.message for record in caplog.records]
    assert metrics.take()["feeds_pushes", ("given_up",)] == 3
    hub.answer = reply(204)
    assert told(teller, hub, clock, hours=1) == documents("site")  # what changed an hour ago is still told
    assert GIVE_UP.days == 1


def test_what_was_not_told_outlives_a_kill_and_what_was_told_is_not_repeated(
    newsroom: Desk, teller: Teller, hub: Hub, clock: FixedClock
) -> None:
    hub.answer = reply(503, b"", "Retry-After: 60")
    newsroom.put("a")
    newsroom.build()
    assert len(told(teller, hub, clock)) == 1
    teller.stop()
    again = Teller(newsroom.room, newsroom.printer, lambda: None)  # what a new process has: the store alone
    hub.answer = reply(204)
    assert told(again, hub, clock, seconds=30) == []  # it rests, over the start too
    assert told(again, hub, clock, seconds=30) == documents("site")
    again.stop()
    last = Teller(newsroom.room, newsroom.printer, lambda: None)
    assert told(last, hub, clock) == []
    last.stop()


def test_answer_that_cannot_be_kept_is_kept_later_and_the_hub_is_not_told_again(
    newsroom: Desk, teller: Teller, hub: Hub, clock: FixedClock
) -> None:
    newsroom.put("a")
    newsroom.build()
    clock.advance(seconds=SETTLED)
    teller.run()
    wait_for(lambda: hub.told and teller._told, what="the first answer")
    with locked(newsroom.room.store):
        for _ in range(3):
            with pytest.raises(OutOfReach):
                teller.run()
    pump(teller)
    assert hub.take() == documents("site")


def test_renamed_channel_is_told_of_at_its_new_address_and_a_merged_one_not_at_all(
    newsroom: Desk, teller: Teller, hub: Hub, clock: FixedClock
) -> None:
    newsroom.put("a", tags=["Harbour"])
    newsroom.put("b", tags=["Port"])
    newsroom.build()
    told(teller, hub, clock)
    room = newsroom.room
    with room.store.write() as connection:
        names.change(connection, room, names.get(connection, Kind.TAGS, "harbour"), {}, slug="harbor")
    newsroom.build()
    assert set(documents("tags/harbor")) <= set(told(teller, hub, clock))
    newsroom.put("b", "Another title", tags=["Port"])
    newsroom.build()
    with room.store.write() as connection:
        port, harbor = (names.get(connection, Kind.TAGS, slug) for slug in ("port", "harbor"))
        names.merge(connection, room, port, harbor)
    newsroom.build()
    found = told(teller, hub, clock)
    assert set(documents("site", "tags/harbor")) == set(found)
    assert waiting(newsroom) == 0


def test_hubs_that_are_not_named_any_more_are_forgotten(
    environ: dict[str, str], hub: Hub, clock: FixedClock, request: pytest.FixtureRequest
) -> None:
    environ["FEEDS_WEBSUB__HUBS"] = "[]"
    desk: Desk = request.getfixturevalue("newsroom")
    teller: Teller = request.getfixturevalue("teller")
    with desk.room.store.write() as connection:
        changed = [pushes.Changed(1, Format.RSS, 1)]
        pushes.put(connection, [hub.address], changed, 0, settle_us=1, most_us=1)
        pushes.note(connection, Known(hub.address, why="500 instead of 2xx", failures=3))
    desk.put("a")
    desk.build()
    assert told(teller, hub, clock) == []
    assert waiting(desk) == 0
    assert known(desk, hub) is None


def test_clock_that_was_set_back_puts_nothing_off(newsroom: Desk, teller: Teller, hub: Hub, clock: FixedClock) -> None:
    hub.answer = reply(500)
    newsroom.put("a")
    newsroom.build()
    assert len(told(teller, hub, clock)) == 1
    hub.answer = reply(204)
    clock.advance(days=-3)
    assert told(teller, hub, clock) == documents("site")
    newsroom.put("a", "Another title")
    newsroom.build()
    assert told(teller, hub, clock) == documents("site")
    assert told(teller, hub, clock) == []


def test_status_tells_how_hubs_answer(newsroom: Desk, teller: Teller, hub: Hub, clock: FixedClock) -> None:
    hub.answer = reply(500)
    newsroom.put("a")
    newsroom.build()
    assert status(newsroom.room)["hubs"] == [
        {"hub": hub.address, "waiting": 3, "failures": 0, "next_at": None, "why": "", "told_at": None}
    ]
    told(teller, hub, clock)
    found = status(newsroom.room)
    (failing,) = found["hubs"]  # type: ignore[misc, attr-defined]
    assert (failing["waiting"], failing["failures"], failing["why"]) == (3, 1, "500 instead of 2xx")
    assert failing["next_at"] > "2026-05-01T08:00:01"
    assert any(hub.address in warning for warning in found["warnings"])  # type: ignore[attr-defined]
    hub.answer = reply(204)
    told(teller, hub, clock, hours=1)
    (well,) = status(newsroom.room)["hubs"]  # type: ignore[misc, attr-defined]
    assert (well["waiting"], well["failures"], well["next_at"], well["why"]) == (0, 0, None, "")
    assert well["told_at"] == "2026-05-01T09:00:01Z"


STEPS = st.lists(st.sampled_from(["change", "build", "wait", "rest", "fail", "refuse", "heal", "restart", "tell"]))
ANSWERS = {"fail": 500, "refuse": 404, "heal": 204}


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_happens_no_version_is_taken_twice_and_the_last_one_is_taken(
    newsroom: Desk, hub: Hub, clock: FixedClock, steps: list[str]
) -> None:
    """Every example goes on with the newsroom of the one before."""
    teller = Teller(newsroom.room, newsroom.printer, lambda: None)
    taken: Counter[tuple[str, int]] = Counter()
    version = 0
    for step in [*steps, "heal", "change", "build", "rest", "tell"]:
        if step in ANSWERS:
            hub.answer = reply(ANSWERS[step])
        elif step == "change":
            newsroom.put("a", f"A story at {clock.now()}")
        elif step == "build":
            version += newsroom.build()
        elif step == "restart":
            teller.stop()
            teller = Teller(newsroom.room, newsroom.printer, lambda: None)
        elif step == "tell":
            pump(teller)
            taken.update((document, version) for document in hub.take() if hub.answer == reply(204))
        clock.advance(**({"hours": 1} if step == "rest" else {"milliseconds": 200}))
    teller.stop()
    assert set(taken.values()) <= {1}
    assert [document for document, of in taken if of == version] == documents("site")
    assert waiting(newsroom) == 0
