"""How a partner is asked over weeks: validators, proofs of 304, moves, pace and wishes, parts of documents."""

import socket
from collections.abc import Iterator
from datetime import timedelta

import pytest

from feeds.model.source import Outcome
from feeds.pipeline import partners
from feeds.store import readings, sources
from tests.conftest import Desk
from tests.fakes import FixedClock
from tests.loopback import Loopback, Request, reply
from tests.pipeline.test_poll import Partner, item, rss


@pytest.fixture
def partner(environ: dict[str, str], clock: FixedClock, request: pytest.FixtureRequest) -> Iterator[Partner]:
    environ["FEEDS_INGEST__ALLOW_NETWORKS"] = '["127.0.0.1/32"]'
    environ["FEEDS_INGEST__FIRST_POLL"] = "9"
    environ["FEEDS_INGEST__HOST_SPACING"] = "0s"
    desk: Desk = request.getfixturevalue("desk")
    made: list[Partner] = []

    def answer(asked: Request, connection: socket.socket) -> None:
        partner = made[0]
        connection.sendall(getattr(partner, "moved", {}).get(asked.path, partner.answer))

    with Loopback(answer) as server:
        made.append(Partner(desk, clock, server))
        yield made[0]
    made[0].fetcher.stop()


def warnings(partner: Partner) -> list[str]:
    with partner.desk.room.store.read() as connection:
        told = partners.represent(connection, partner.source)["warnings"]
    assert isinstance(told, list)
    return told


def test_one_poll_in_eight_days_goes_without_validators(partner: Partner) -> None:
    partner.add()
    partner.answer = reply(200, rss(item(1)), 'ETag: "a"')
    partner.polled()
    for _ in range(9):
        partner.clock.advance(days=1)
        partner.answer = reply(304)
        if len(partner.server.requests) == 8:
            partner.answer = reply(200, rss(item(1)), 'ETag: "a"')
        partner.polled()
    bare = ["if-none-match" not in request.fields for request in partner.server.requests]
    assert bare == [True, *[False] * 7, True, False]


def test_304_that_was_not_true_is_found_out_and_not_believed_for_a_while(partner: Partner) -> None:
    partner.add()
    partner.answer = reply(200, rss(item(1)), 'ETag: "a"')
    partner.polled()
    partner.answer = reply(304)
    for _ in range(8):
        partner.clock.advance(days=1)
        partner.polled()
        if partner.source.failures:
            break
    partner.answer = reply(200, rss(item(1), item(30), item(29)), 'ETag: "b"')  # of days on which it said 304
    assert partner.polled().new == 2
    assert [line for line in warnings(partner) if line.startswith("answered 304")]
    partner.polled()
    assert "if-none-match" not in partner.server.requests[-1].fields
    partner.clock.advance(days=31)
    partner.polled()
    partner.polled()
    assert "if-none-match" in partner.server.requests[-1].fields


def test_document_that_ends_early_is_not_taken_for_whole(partner: Partner) -> None:
    partner.add()
    whole = rss(item(1), item(2), item(3))
    partner.answer = reply(200, whole[: whole.index(b"Story 3")], 'ETag: "a"')
    assert partner.polled().new == 2
    assert (partner.source.validators.etag, partner.source.body_hash) == ("", "")
    partner.answer = reply(200, whole, 'ETag: "a"')
    assert partner.polled().new == 1
    assert "if-none-match" not in partner.server.requests[-1].fields
    assert partner.source.validators.etag == '"a"'


def moved(partner: Partner, *statuses: int) -> None:
    """Have the feed's address redirect with these statuses, the last hop to /new."""
    paths = ["/feed", *(f"/hop{number}" for number in range(1, len(statuses))), "/new"]
    partner.moved = {  # type: ignore[attr-defined]
        path: reply(status, b"", f"Location: {to}")
        for path, to, status in zip(paths, paths[1:], statuses, strict=False)
    }


def test_permanent_redirect_that_lasts_is_remembered_and_articles_print_the_new_address(partner: Partner) -> None:
    partner.add()
    partner.polled(item(1))
    old = partner.source.url
    moved(partner, 301, 308)
    for answers in range(1, 10):
        partner.polled()
        assert partner.source.url == old
        assert [f"({answers} answers)" in line for line in warnings(partner)] == [True]
    partner.polled()
    assert partner.source.url == old.replace("/feed", "/new")
    assert warnings(partner) == []
    partner.polled()
    assert partner.server.requests[-1].path == "/new"
    assert partner.articles()["Story 1"].origin.url.endswith("/new")  # type: ignore[union-attr]


@pytest.mark.parametrize("statuses", [(302,), (307,), (301, 302), (308, 303)])
def test_redirect_that_is_not_permanent_on_every_hop_is_never_remembered(
    partner: Partner, statuses: tuple[int, ...]
) -> None:
    partner.add()
    moved(partner, *statuses)
    for _ in range(12):
        partner.polled(item(1))
    assert (partner.source.url[-5:], partner.source.move) == ("/feed", None)


def test_redirect_to_a_page_is_never_remembered(partner: Partner) -> None:
    partner.add()
    partner.polled(item(1))
    moved(partner, 301)
    partner.answer = reply(200, b"<html><body>Hello</body></html>")
    for _ in range(12):
        assert partner.polled().outcome is Outcome.NOT_A_FEED
    assert (partner.source.url[-5:], partner.source.move) == ("/feed", None)


def test_address_that_is_another_source_s_is_not_taken(partner: Partner) -> None:
    partner.add()
    partner.polled(item(1))
    partners.add(partner.desk.room, {"url": f"{partner.server.url}/new"})
    moved(partner, 301)
    for _ in range(12):
        partner.polled()
    assert partner.source.url.endswith("/feed")
    assert [line.partition(":")[0] for line in warnings(partner)] == ["moving"]


def test_pace_follows_what_comes_and_is_explained(partner: Partner) -> None:
    partner.add()
    partner.polled(*(item(number) for number in range(1, 30)))
    source = partner.source
    assert source.why == "after 39 min: about 6 new a week"  # all of them came at ten, and it is nine
    assert source.next_poll_at is not None
    assert timedelta(minutes=39) < source.next_poll_at - partner.clock.now() < timedelta(minutes=45)


def test_wishes_of_feed_and_answer_are_kept_also_when_nothing_is_read(partner: Partner) -> None:
    partner.add()
    asks = rss(item(1)).replace(b"<item>", b"<ttl>600</ttl><item>", 1)
    for answer in (reply(200, asks), reply(200, asks), reply(200, asks.replace(b"Apr", b"Mar"))):
        partner.answer = answer
        partner.polled()
        at = partner.source.next_poll_at
        assert at is not None
        assert timedelta(hours=10) <= at - partner.clock.now() <= timedelta(hours=11)
        assert "the feed asks for it" in partner.source.why
    partner.answer = reply(200, rss(item(1), item(2)), "Cache-Control: max-age=30000")
    partner.polled()
    assert "fresh" in partner.source.why


def test_same_but_for_dates_is_not_read(partner: Partner) -> None:
    partner.add()
    partner.polled(item(1))
    came = partner.polled(item(1, pubDate="Thu, 02 Apr 2026 11:00:00 GMT"))
    assert (came.outcome, came.detail) == (Outcome.UNCHANGED, "the same but for its dates")


def test_entries_read_before_are_remembered_by_what_was_sent(partner: Partner) -> None:
    partner.add()
    partner.polled(item(1), item(2), item(3))
    with partner.desk.room.store.read() as connection:
        before = readings.find(connection, partner.source_id, partner.source.body_hash)
    assert len(before.entries) == 3
    came = partner.polled(item(4), item(3), item(2, title="Other"))
    assert (came.new, came.changed) == (1, 1)
    with partner.desk.room.store.read() as connection:
        after = readings.find(connection, partner.source_id, partner.source.body_hash)
        assert readings.find(connection, partner.source_id, "another") == readings.Reading()
    assert after.entries[1] == before.entries[2]
    assert [seen.key for seen in after.entries] == [f"https://partner.example/?p={number}" for number in (4, 3, 2)]


def test_id_that_an_unread_entry_has_as_well_is_told_apart(partner: Partner) -> None:
    partner.add()
    partner.polled(item(1), item(2))
    assert partner.polled(item(1), item(2), item(3, guid="https://partner.example/?p=2")).new == 1
    assert partner.source.doubled == 1
    assert len(partner.articles()) == 3
    assert [line.partition(":")[0] for line in warnings(partner)] == ["doubled ids"]
    assert partner.polled(item(3, guid="https://partner.example/?p=2"), item(2), item(1)).new == 0


def test_id_that_drifts_is_another_entry_where_an_unread_one_still_has_it(partner: Partner) -> None:
    partner.add()
    partner.polled(item(2), item(1))
    assert partner.polled(item(3, guid="http://partner.example/?p=2"), item(2), item(1)).new == 1


def test_keys_in_an_address_are_never_shown(partner: Partner) -> None:
    source = partners.add(partner.desk.room, {"url": f"{partner.server.url}/feed?token=hidden#part"})
    partner.source_id = source.id
    assert source.url.endswith("?token=hidden")
    partner.polled(item(1))
    partner.desk.build()
    with partner.desk.room.store.read() as connection:
        told = partners.represent(connection, partner.source)
    assert str(told["url"]).endswith("/feed?token=***")
    assert "hidden" not in str(told)
    assert "hidden" not in str(partner.articles())
    assert partner.server.requests[-1].path == "/feed?token=hidden"


def test_sources_that_were_added_before_are_polled_as_before(partner: Partner) -> None:
    partner.add()
    with partner.desk.room.store.read() as connection:
        assert [one.host for one in sources.due(connection, 10**16, 10)] == [partner.server.url[7:]]
