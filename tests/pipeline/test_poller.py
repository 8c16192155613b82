"""The poller over real sockets: hosts at once, one request a host, claims that are one process's alone, stops."""

import socket
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

from feeds.model.dates import to_us
from feeds.model.source import Source
from feeds.pipeline import partners
from feeds.pipeline.poller import LARGE, Poller
from feeds.store import polls, sources
from tests.conftest import Desk
from tests.fakes import FixedClock
from tests.loopback import Loopback, Request, always, reply
from tests.pipeline.test_poll import item, rss
from tests.waiting import wait_for


@pytest.fixture
def quick_desk(environ: dict[str, str], request: pytest.FixtureRequest) -> Desk:
    """A newsroom that pauses between two requests for no time."""
    environ["FEEDS_INGEST__ALLOW_NETWORKS"] = '["127.0.0.0/8"]'
    environ["FEEDS_INGEST__HOST_SPACING"] = "0s"
    found: Desk = request.getfixturevalue("desk")
    return found


@pytest.fixture
def pollers(quick_desk: Desk) -> Iterator[list[Poller]]:
    made = [Poller(quick_desk.room), Poller(quick_desk.room)]
    yield made
    for poller in made:
        poller.stop()


def of(desk: Desk, source_id: str) -> Source:
    with desk.room.store.read() as connection:
        return partners.get(connection, source_id)


def polled(desk: Desk, source_id: str) -> int:
    with desk.room.store.read() as connection:
        return len(polls.newest(connection, source_id))


def feed_of(request: Request, connection: socket.socket) -> None:
    connection.sendall(reply(200, rss(item(1, guid=request.path))))


def test_sources_of_many_hosts_are_polled_in_one_go_and_not_again_before_their_time(
    quick_desk: Desk, pollers: list[Poller], clock: FixedClock
) -> None:
    with Loopback(feed_of) as one, Loopback(feed_of, host="127.0.0.2") as two:
        ids = [
            partners.add(quick_desk.room, {"url": f"{server.url}/{number}"}).id
            for server in (one, two)
            for number in range(4)
        ]
        assert pollers[0].run() == 8
        wait_for(lambda: all(polled(quick_desk, source_id) for source_id in ids), what="every poll")
        assert (len(one.requests), len(two.requests)) == (4, 4)
        assert pollers[0].run() == 0
        assert Poller(quick_desk.room).run() == 0  # another process, after a restart
        clock.advance(minutes=14)
        assert pollers[0].run() == 0
    due = [of(quick_desk, source_id).next_poll_at for source_id in ids]
    assert all(at is not None and at > clock.now() for at in due)


def test_two_processes_never_poll_one_source_twice(quick_desk: Desk, pollers: list[Poller]) -> None:
    with Loopback(feed_of) as server:
        ids = [partners.add(quick_desk.room, {"url": f"{server.url}/{number}"}).id for number in range(20)]
        for poller in pollers:
            poller.run()
        wait_for(lambda: all(polled(quick_desk, source_id) for source_id in ids), what="every poll")
    assert sorted(request.path for request in server.requests) == sorted(f"/{number}" for number in range(20))


def test_partner_that_hangs_holds_up_no_other(quick_desk: Desk, pollers: list[Poller]) -> None:
    release = threading.Event()

    def hang(_request: Request, _connection: socket.socket) -> None:
        release.wait(10)

    with Loopback(hang) as slow, Loopback(feed_of) as fast:
        stuck = [partners.add(quick_desk.room, {"url": f"{slow.url}/{number}"}).id for number in range(3)]
        good = partners.add(quick_desk.room, {"url": f"{fast.url}/feed"}).id
        pollers[0].run()
        wait_for(lambda: polled(quick_desk, good), what="the other partner")
        assert len(slow.requests) == 1
        assert [polled(quick_desk, source_id) for source_id in stuck] == [0, 0, 0]
        release.set()


def test_large_documents_hold_up_no_other(quick_desk: Desk, pollers: list[Poller]) -> None:
    categories = "".join(f"<category>c{number}</category>" for number in range(2000))
    large = reply(200, rss(*(item(number, raw=categories) for number in range(10)), title="T" * LARGE))
    with Loopback(always(large)) as slow, Loopback(feed_of, host="127.0.0.2") as fast:
        heavy = [partners.add(quick_desk.room, {"url": f"{slow.url}/{number}"}).id for number in range(6)]
        pollers[0].run()
        wait_for(lambda: len(slow.requests) >= 4, what="several large documents")
        good = partners.add(quick_desk.room, {"url": f"{fast.url}/feed"}).id
        wait_for(lambda: pollers[0].run() >= 0 and polled(quick_desk, good) > 0, what="the small one")
        assert not all(polled(quick_desk, source_id) for source_id in heavy)


def test_source_that_is_asked_for_goes_ahead_of_its_host_s_others(quick_desk: Desk, clock: FixedClock) -> None:
    poller = Poller(quick_desk.room)
    with Loopback(feed_of) as server:
        ids = [partners.add(quick_desk.room, {"url": f"{server.url}/{number}"}).id for number in range(5)]
        with quick_desk.room.store.write() as connection:
            for number, source_id in enumerate(ids):
                sources.reschedule(connection, source_id, to_us(clock.now() - timedelta(hours=9 - number)), "x")
        partners.poll_soon(quick_desk.room, ids[4])
        poller.run()
        wait_for(lambda: all(polled(quick_desk, source_id) for source_id in ids), what="every poll")
        poller.stop()
    assert server.requests[0].path == "/4"


def test_stop_leaves_what_was_never_asked_due(quick_desk: Desk, clock: FixedClock) -> None:
    poller = Poller(quick_desk.room)
    release = threading.Event()

    def hang(_request: Request, _connection: socket.socket) -> None:
        release.wait(10)

    with Loopback(hang) as server:
        ids = [partners.add(quick_desk.room, {"url": f"{server.url}/{number}"}).id for number in range(3)]
        poller.run()
        wait_for(lambda: server.requests, what="the first request")
        poller.stop()
        release.set()
    states = sorted(
        (at, why) for at, why in ((of(quick_desk, one).next_poll_at, of(quick_desk, one).why) for one in ids) if at
    )
    assert [why for _, why in states] == ["added: polled at once", "added: polled at once", "being polled"]
    assert [at <= clock.now() for at, _ in states] == [True, True, False]


def test_due_times_follow_a_clock_that_is_set_back(quick_desk: Desk, pollers: list[Poller], clock: FixedClock) -> None:
    with Loopback(feed_of) as server:
        source = partners.add(quick_desk.room, {"url": f"{server.url}/feed"})
        pollers[0].run()
        wait_for(lambda: polled(quick_desk, source.id), what="the poll")
        before = of(quick_desk, source.id).next_poll_at
        clock._now -= timedelta(days=2)
        pollers[0].run()
    after = of(quick_desk, source.id).next_poll_at
    assert before is not None
    assert after == before - timedelta(days=2)


def test_due_time_that_lies_absurdly_far_ahead_is_pulled_in_at_the_start(
    quick_desk: Desk, pollers: list[Poller], clock: FixedClock
) -> None:
    source = partners.add(quick_desk.room, {"url": "http://127.0.0.1:9/feed"})
    with quick_desk.room.store.write() as connection:
        sources.reschedule(connection, source.id, to_us(clock.now() + timedelta(days=400)), "x")
    assert pollers[0].run() == 0
    assert of(quick_desk, source.id).next_poll_at == clock.now() + timedelta(minutes=15)
