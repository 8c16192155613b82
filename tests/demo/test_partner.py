"""The partners' feeds over real sockets of the loopback: documents, validators, pages."""

import http.client
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import feedparser
import pytest

from feeds.demo.partner import HOST, SCIENCE_PATH, WIRE_PATH, Partner, atom_document, rss_document
from feeds.demo.partner_entries import science_entries, wire_entries

STARTED = datetime(2026, 5, 1, 8, 30, 7, 400_000, tzinfo=UTC)


class FixedClock:
    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return 0.0


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(STARTED + timedelta(seconds=95))


@pytest.fixture
def partner(clock: FixedClock) -> Iterator[Partner]:
    partner = Partner(port=0, started=STARTED, clock=clock)
    partner.start()
    yield partner
    partner.stop()


def ask(
    partner: Partner, path: str, *, method: str = "GET", headers: dict[str, str] | None = None
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection(HOST, partner.port, timeout=5)
    try:
        connection.request(method, path, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


@pytest.mark.parametrize(("path", "version"), [(WIRE_PATH, "rss20"), (SCIENCE_PATH, "atom10")])
def test_feed_is_read_without_a_fault(partner: Partner, path: str, version: str) -> None:
    status, headers, body = ask(partner, path)
    assert status == 200
    read = feedparser.parse(body, response_headers={"content-type": headers["content-type"]})
    assert not read.bozo
    assert read.version == version
    assert len(read.entries) >= 8
    for entry in read.entries:
        assert entry.id.startswith("tag:")
        assert entry.title
        assert entry.summary
        assert entry.content[-1].value.startswith("<p>")
        assert entry.author
        assert len(entry.tags) == 2
        assert entry.published_parsed


def test_documents_say_what_the_entries_say() -> None:
    entries = wire_entries(STARTED + timedelta(minutes=3), started=STARTED)
    read = feedparser.parse(rss_document(entries, "http://127.0.0.1:1"))
    assert [item.title for item in read.entries] == [entry.title for entry in entries]
    assert [item.content[0].value for item in read.entries] == [entry.html for entry in entries]
    science = science_entries(STARTED)
    read = feedparser.parse(atom_document(science, "http://127.0.0.1:1"))
    assert [item.title for item in read.entries] == [entry.title for entry in science]
    assert [item.author for item in read.entries] == [entry.author for entry in science]


@pytest.mark.parametrize("path", [WIRE_PATH, SCIENCE_PATH])
def test_unchanged_feed_is_answered_304(partner: Partner, path: str) -> None:
    _, headers, _ = ask(partner, path)
    for condition in (
        {"If-None-Match": headers["etag"]},
        {"If-None-Match": f'"other", W/{headers["etag"]}'},
        {"If-Modified-Since": headers["last-modified"]},
    ):
        status, again, body = ask(partner, path, headers=condition)
        assert (status, body) == (304, b"")
        assert again["etag"] == headers["etag"]
    for condition in ({"If-None-Match": '"other"'}, {"If-Modified-Since": "no date"}):
        assert ask(partner, path, headers=condition)[0] == 200


def test_wire_gains_an_entry_and_new_validators_with_time(partner: Partner, clock: FixedClock) -> None:
    _, before, body = ask(partner, WIRE_PATH)
    held = len(feedparser.parse(body).entries)
    clock.moment += timedelta(seconds=30)
    status, after, body = ask(partner, WIRE_PATH, headers={"If-None-Match": before["etag"]})
    assert status == 200
    assert len(feedparser.parse(body).entries) == held + 1
    assert after["last-modified"] == "Fri, 01 May 2026 08:32:07 GMT"


def test_every_link_leads_to_a_page(partner: Partner) -> None:
    for path in (WIRE_PATH, SCIENCE_PATH):
        for entry in feedparser.parse(ask(partner, path)[2]).entries[:3]:
            status, headers, body = ask(partner, entry.link.removeprefix(partner.home))
            assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8")
            assert b"<h1>" in body
    assert ask(partner, "/")[0] == 200


@pytest.mark.parametrize(
    "path", ["/nothing", "/stories/", "/stories/wire-0-0-0", "/stories/wire-9999999", "/%2e%2e/etc"]
)
def test_what_is_not_there_is_404(partner: Partner, path: str) -> None:
    assert ask(partner, path)[0] == 404


def test_head_has_the_headers_without_the_body(partner: Partner) -> None:
    _, headers, body = ask(partner, WIRE_PATH)
    status, head, nothing = ask(partner, WIRE_PATH, method="HEAD")
    assert (status, nothing) == (200, b"")
    assert (head["etag"], head["content-length"]) == (headers["etag"], str(len(body)))


def test_a_taken_port_is_an_os_error(partner: Partner, clock: FixedClock) -> None:
    second = Partner(port=partner.port, started=STARTED, clock=clock)
    with pytest.raises(OSError, match="in use"):
        second.start()
    second.stop()


def test_a_stopped_partner_gives_its_port_back(clock: FixedClock) -> None:
    first = Partner(port=0, started=STARTED, clock=clock)
    first.start()
    first.stop()
    second = Partner(port=first.port, started=STARTED, clock=clock)
    second.start()
    assert ask(second, WIRE_PATH)[0] == 200
    second.stop()
