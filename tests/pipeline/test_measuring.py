"""Files of articles over real sockets: asked about once, printed when known, and the article left as it was sent."""

import json
import socket
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from feeds.clock import SystemClock
from feeds.model.document import Format
from feeds.model.representation import represent
from feeds.pipeline import partners, pictures
from feeds.pipeline.measuring import PAUSES, REST, Measurer
from feeds.pipeline.poller import make_fetcher
from feeds.pipeline.worker import Worker
from feeds.store import articles, places
from tests.conftest import Desk
from tests.fakes import FixedClock
from tests.loopback import Loopback, Request, reply
from tests.model.pictures import png
from tests.pipeline.test_poll import item, rss
from tests.publish.reading import MEDIA
from tests.waiting import wait_for

MP3 = "Content-Type: audio/mpeg"
SOUND = reply(206, b"abc", MP3, "Content-Range: bytes 0-2/5000")
PICTURE = png(640, 480)


class Hosts:
    """A newsroom, its measurer, and a server that answers by path."""

    def __init__(self, desk: Desk, clock: FixedClock, server: Loopback, answers: dict[str, bytes]) -> None:
        self.desk, self.clock, self.server, self.answers = desk, clock, server, answers
        self.fetcher = make_fetcher(desk.room)
        self.measurer = Measurer(desk.room, self.fetcher)

    def url(self, path: str) -> str:
        return self.server.url + path

    def settle(self) -> None:
        """Run until no answer is waited for and nothing is due that may be asked."""

        def is_settled() -> bool:
            self.measurer.run()
            return not self.measurer._busy and not self.measurer._free(self.measurer._due_hosts())

        wait_for(is_settled, what="files asked about")
        self.desk.build()

    def rows(self) -> dict[str, Any]:
        with self.desk.room.store.read() as connection:
            rows = connection.execute(text("SELECT * FROM files ORDER BY address")).all()
        return {row.address.removeprefix(self.server.url): row for row in rows}

    def told(self, article_id: str) -> dict[str, object]:
        """Give the article as GET answers it."""
        with self.desk.room.store.read() as connection:
            found = articles.find(connection, article_id)
            assert found is not None
            return represent(found, self.desk.room.site, places.keys_of(connection, [article_id])[article_id])

    def item(self) -> ET.Element:
        """Give the newest item of the site's RSS document."""
        found = ET.fromstring(self.desk.document("site", Format.RSS)).find("channel/item")
        assert found is not None
        return found

    def enclosure(self) -> dict[str, str] | None:
        found = self.item().find("enclosure")
        return None if found is None else found.attrib

    def asked(self) -> list[str]:
        return [request.path for request in self.server.requests]


@pytest.fixture
def hosts(environ: dict[str, str], clock: FixedClock, request: pytest.FixtureRequest) -> Iterator[Hosts]:
    environ["FEEDS_INGEST__ALLOW_NETWORKS"] = '["127.0.0.0/8"]'
    environ["FEEDS_INGEST__HOST_SPACING"] = "0s"
    desk: Desk = request.getfixturevalue("desk")
    answers: dict[str, bytes] = {}

    def answer(asked: Request, connection: socket.socket) -> None:
        connection.sendall(answers.get(asked.path, reply(404)))

    with Loopback(answer) as server:
        made = Hosts(desk, clock, server, answers)
        yield made
        made.fetcher.stop()


def test_file_stands_in_media_content_until_its_length_is_known_and_is_the_enclosure_then(hosts: Hosts) -> None:
    hosts.answers["/a.mp3"] = SOUND
    hosts.desk.put("a", attachments=[{"url": hosts.url("/a.mp3")}])
    hosts.desk.build()
    assert hosts.enclosure() is None
    (media,) = hosts.item().findall(f"{MEDIA}content")
    assert media.attrib == {"url": hosts.url("/a.mp3"), "medium": "audio", "type": "audio/mpeg"}
    before = {format: hosts.desk.version("site", format) for format in Format}
    hosts.clock.advance(seconds=3)
    hosts.settle()
    assert hosts.enclosure() == {"url": hosts.url("/a.mp3"), "length": "5000", "type": "audio/mpeg"}
    assert hosts.item().find(f"{MEDIA}content") is None
    (told,) = json.loads(hosts.desk.document("site", Format.JSON))["items"][0]["attachments"]
    assert (told["size_in_bytes"], told["mime_type"]) == (5000, "audio/mpeg")
    assert 'length="5000"' in hosts.desk.document("site", Format.ATOM)
    assert all(hosts.desk.version("site", format)[1] > stamp for format, (_, stamp) in before.items())
    assert hosts.desk.differing() == {}


def test_picture_gets_type_size_and_length(hosts: Hosts) -> None:
    hosts.answers["/quay"] = reply(200, PICTURE, "Content-Type: text/plain")
    hosts.desk.put("a", image={"url": hosts.url("/quay"), "alt": "A quay"})
    hosts.settle()
    content, thumbnail = hosts.item().find(f"{MEDIA}content"), hosts.item().find(f"{MEDIA}thumbnail")
    assert content is not None
    assert thumbnail is not None
    size = {"width": "640", "height": "480"}
    kind = {"medium": "image", "type": "image/png", "fileSize": str(len(PICTURE))}
    assert content.attrib == {"url": hosts.url("/quay"), **kind, **size}
    assert thumbnail.attrib == {"url": hosts.url("/quay"), **size}


def test_article_stays_as_it_was_sent(hosts: Hosts) -> None:
    hosts.answers["/a.mp3"], hosts.answers["/a.png"] = SOUND, reply(200, PICTURE)
    sent = {"attachments": [{"url": hosts.url("/a.mp3")}], "image": {"url": hosts.url("/a.png")}}
    hosts.desk.put("a", **sent)
    before = hosts.told("a")
    hosts.clock.advance(hours=1)
    hosts.settle()
    assert hosts.told("a") == before
    assert (before["revision"], before["image"], before["attachments"]) == (1, sent["image"], sent["attachments"])
    assert hosts.desk.put("a", **sent).has_changed is False
    with hosts.desk.room.store.read() as connection:
        found = articles.find(connection, "a")
        assert len(articles.revisions_of(connection, "a")) == 1
        changed_at = connection.execute(text("SELECT changed_at FROM articles")).scalar_one()
    assert found is not None
    assert changed_at == round(found.created_at.timestamp() * 1_000_000)
    hosts.desk.put("a", "Another headline", **sent)
    hosts.desk.build()
    assert hosts.enclosure() is not None  # what is known stays known
    assert sorted(hosts.asked()) == ["/a.mp3", "/a.png"]


def test_one_address_is_asked_once_whoever_shows_it(hosts: Hosts) -> None:
    hosts.answers["/a.mp3"] = SOUND
    for number in range(3):
        hosts.desk.put(f"a{number}", attachments=[{"url": hosts.url(f"/a.mp3#t={number}")}])
    hosts.settle()
    hosts.desk.put("later", attachments=[{"url": hosts.url("/a.mp3")}])
    hosts.settle()
    hosts.clock.advance(days=900)
    hosts.settle()
    assert hosts.asked() == ["/a.mp3"]
    lengths = [
        found.get("length") for found in ET.fromstring(hosts.desk.document("site", Format.RSS)).iter("enclosure")
    ]
    assert lengths == ["5000"] * 4
    assert hosts.desk.differing() == {}


def test_what_the_submitter_says_later_counts(hosts: Hosts) -> None:
    hosts.answers["/a.mp3"] = SOUND
    hosts.desk.put("a", attachments=[{"url": hosts.url("/a.mp3")}])
    hosts.settle()
    hosts.desk.put("a", attachments=[{"url": hosts.url("/a.mp3"), "type": "audio/ogg", "length": 7}])
    hosts.desk.build()
    assert hosts.enclosure() == {"url": hosts.url("/a.mp3"), "length": "7", "type": "audio/ogg"}


def test_another_address_is_asked_about(hosts: Hosts) -> None:
    hosts.answers["/b.mp3"] = SOUND
    hosts.desk.put("a", attachments=[{"url": hosts.url("/a.mp3")}])
    hosts.settle()
    hosts.desk.put("a", attachments=[{"url": hosts.url("/b.mp3")}])
    hosts.settle()
    assert hosts.asked() == ["/a.mp3", "/b.mp3"]
    assert hosts.enclosure() is not None


@pytest.mark.parametrize("fields", [{"status": "draft"}, {"published_at": "2026-05-01T09:00:00Z"}])
def test_nothing_is_asked_for_what_is_not_public(hosts: Hosts, fields: dict[str, object]) -> None:
    hosts.answers["/a.mp3"] = SOUND
    hosts.desk.put("a", attachments=[{"url": hosts.url("/a.mp3")}], **fields)
    hosts.settle()
    assert hosts.rows() == {}
    assert hosts.asked() == []


def test_scheduled_articles_file_is_asked_about_when_it_goes_out(hosts: Hosts) -> None:
    from feeds.pipeline import due

    hosts.answers["/a.mp3"] = SOUND
    hosts.desk.put("a", attachments=[{"url": hosts.url("/a.mp3")}], published_at="2026-05-01T09:00:00Z")
    hosts.clock.advance(hours=1)
    due.run(hosts.desk.room)
    hosts.settle()
    assert hosts.asked() == ["/a.mp3"]
    assert hosts.enclosure() is not None


def test_nothing_is_asked_for_what_was_withdrawn_before_its_turn_until_it_is_back(hosts: Hosts) -> None:
    hosts.answers["/a.mp3"] = SOUND
    hosts.desk.put("a", attachments=[{"url": hosts.url("/a.mp3")}])
    hosts.desk.withdraw("a")
    hosts.settle()
    assert hosts.asked() == []
    hosts.desk.put("a", attachments=[{"url": hosts.url("/a.mp3")}], status="published")
    hosts.settle()
    assert hosts.asked() == ["/a.mp3"]


def test_erased_article_leaves_no_address_behind_that_no_other_shows(hosts: Hosts) -> None:
    from feeds.pipeline.erasure import erase

    hosts.answers["/a.mp3"] = hosts.answers["/b.mp3"] = SOUND
    hosts.desk.put("a", attachments=[{"url": hosts.url("/a.mp3")}, {"url": hosts.url("/b.mp3")}])
    hosts.desk.put("b", attachments=[{"url": hosts.url("/b.mp3")}])
    hosts.settle()
    erase(hosts.desk.room, "a")
    assert set(hosts.rows()) == {"/b.mp3"}


def test_file_that_cannot_be_measured_is_asked_again_later_and_later_and_then_never(hosts: Hosts) -> None:
    hosts.desk.put("a", attachments=[{"url": hosts.url("/a.mp3")}])
    for attempts, pause in enumerate([*PAUSES, timedelta(days=99)], 1):
        hosts.settle()
        assert len(hosts.asked()) == attempts
        assert hosts.rows()["/a.mp3"].attempts == attempts
        assert hosts.rows()["/a.mp3"].reason == "http-error: 404 instead of 200"
        hosts.clock.advance(seconds=pause.total_seconds() - 1)
        hosts.settle()
        assert len(hosts.asked()) == attempts
        hosts.clock.advance(seconds=1)
    assert hosts.rows()["/a.mp3"].next_at is None
    hosts.desk.put("b", attachments=[{"url": hosts.url("/a.mp3")}])
    hosts.settle()
    assert len(hosts.asked()) == 4


def test_file_that_came_late_is_measured_then(hosts: Hosts) -> None:
    hosts.desk.put("a", attachments=[{"url": hosts.url("/a.mp3")}])
    hosts.settle()
    assert hosts.enclosure() is None
    hosts.answers["/a.mp3"] = SOUND
    hosts.clock.advance(minutes=1)
    hosts.settle()
    assert hosts.enclosure() is not None
    assert hosts.rows()["/a.mp3"].reason == ""


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (reply(410), "gone: 410"),
        (reply(302, b"", "Location: http://[::1]/"), "refused: ::1 is no public address"),
        (reply(302, b"", "Location: ftp://127.0.0.1/"), "refused: redirected, but"),
    ],
)
def test_what_another_attempt_would_not_change_is_asked_once(hosts: Hosts, answer: bytes, reason: str) -> None:
    hosts.answers["/a.mp3"] = answer
    hosts.desk.put("a", attachments=[{"url": hosts.url("/a.mp3")}])
    hosts.settle()
    hosts.clock.advance(days=9)
    hosts.settle()
    assert hosts.asked() == ["/a.mp3"]
    assert hosts.rows()["/a.mp3"].reason.startswith(reason)


@pytest.mark.parametrize(
    "address",
    [
        "http://[::1]/a.mp3",
        "http://0.0.0.0/a.mp3",
        "https://pictures.example/a.mp3",
        "http://cdn.example.com./a.mp3",
    ],
)
def test_address_that_may_not_be_asked_is_not(hosts: Hosts, address: str) -> None:
    hosts.desk.put("a", attachments=[{"url": address}])
    hosts.settle()
    (row,) = hosts.rows().values()
    assert row.next_at is None
    assert row.reason
    assert hosts.desk.differing() == {}


def test_server_that_asks_for_time_gets_it(hosts: Hosts) -> None:
    hosts.answers["/a.mp3"] = reply(429, b"", "Retry-After: 7200")
    hosts.desk.put("a", attachments=[{"url": hosts.url("/a.mp3")}])
    hosts.settle()
    hosts.clock.advance(seconds=7199)
    hosts.settle()
    assert hosts.asked() == ["/a.mp3"]
    hosts.answers["/a.mp3"] = SOUND
    hosts.clock.advance(seconds=1)
    hosts.settle()
    assert hosts.enclosure() is not None


def test_host_in_trouble_is_left_alone_with_its_other_files(hosts: Hosts) -> None:
    for name in ("a", "b", "c"):
        hosts.answers[f"/{name}.mp3"] = b""  # the connection is closed without an answer
        hosts.desk.put(name, attachments=[{"url": hosts.url(f"/{name}.mp3")}])
    hosts.settle()
    assert len(hosts.asked()) == 1
    hosts.clock.advance(seconds=REST)
    hosts.answers |= dict.fromkeys(hosts.answers, SOUND)
    hosts.settle()
    assert set(hosts.asked()) == set(hosts.answers)
    assert all(row.known_at is not None for row in hosts.rows().values())


def test_clock_that_was_wrong_and_is_put_right_puts_no_file_off_for_ever(hosts: Hosts, clock: FixedClock) -> None:
    hosts.answers["/a.mp3"] = SOUND
    clock.advance(days=4000)
    hosts.desk.put("a", attachments=[{"url": hosts.url("/a.mp3")}], published_at="2026-05-01T07:00:00Z")
    clock.advance(days=-4000)
    hosts.settle()
    assert hosts.asked() == ["/a.mp3"]


def test_page_instead_of_a_picture_is_none(hosts: Hosts) -> None:
    hosts.answers["/a.png"] = reply(200, b"<!doctype html><title>Not found", "Content-Type: image/png")
    hosts.desk.put("a", image={"url": hosts.url("/a.png")})
    hosts.settle()
    assert hosts.rows()["/a.png"].reason == "broken: the answer is a page, not a file"


def test_octets_of_no_said_type_are_called_by_their_ending(hosts: Hosts) -> None:
    hosts.answers["/a.m4a?x"] = hosts.answers["/b"] = reply(200, b"abc", "Content-Type: application/octet-stream")
    hosts.desk.put("a", attachments=[{"url": hosts.url("/a.m4a?x")}])
    hosts.desk.put("b", attachments=[{"url": hosts.url("/b")}])
    hosts.settle()
    types = {row.address.rpartition("/")[2]: row.type for row in hosts.rows().values()}
    assert types == {"a.m4a?x": "audio/mp4", "b": "application/octet-stream"}


def test_picture_of_ours_is_looked_up_and_never_asked_for(hosts: Hosts) -> None:
    room = hosts.desk.room
    medium, _ = pictures.take(room, PICTURE, "image/png")
    with room.store.write() as connection:
        kept = connection.execute(text("DELETE FROM media RETURNING *")).one()._mapping
    hosts.desk.put("a", image={"url": f"https://news.example/media/{medium.name}"})
    hosts.settle()
    (row,) = hosts.rows().values()
    assert row.reason == "broken: there is no such picture of ours"
    with room.store.write() as connection:
        names = ", ".join(kept)
        values = ", ".join(f":{name}" for name in kept)
        connection.execute(text(f"INSERT INTO media ({names}) VALUES ({values})"), dict(kept))
    hosts.clock.advance(minutes=1)
    hosts.settle()
    assert 'width="640"' in hosts.desk.document("site", Format.RSS)


def test_many_hosts_are_asked_at_once_each_by_one_request(hosts: Hosts) -> None:
    waiting: list[socket.socket] = []

    def hold(_request: Request, connection: socket.socket) -> None:
        waiting.append(connection)
        connection.recv(1)  # until the client hangs up

    with Loopback(hold, host="127.0.0.2") as slow:
        hosts.answers["/a.mp3"] = hosts.answers["/b.mp3"] = SOUND
        for number in range(3):
            hosts.desk.put(f"slow{number}", attachments=[{"url": f"{slow.url}/{number}.mp3"}])
        for name in ("a", "b"):
            hosts.desk.put(name, attachments=[{"url": hosts.url(f"/{name}.mp3")}])
        wait_for(lambda: [hosts.measurer.run()] and sum(row.known_at is not None for row in hosts.rows().values()) == 2)
        assert len(slow.requests) == 1
        hosts.measurer.stop()
        hosts.fetcher.stop()


def test_what_was_claimed_and_never_asked_is_due_again_after_a_stop(hosts: Hosts) -> None:
    hosts.desk.put("a", attachments=[{"url": hosts.url("/a.mp3")}])
    hosts.fetcher._gate._most = 0  # no place is free
    assert hosts.measurer.run() == 0
    assert hosts.rows()["/a.mp3"].attempts == 1
    hosts.measurer.stop()
    hosts.fetcher.stop()
    hosts.measurer.finish()
    assert hosts.rows()["/a.mp3"].attempts == 0
    assert hosts.asked() == []
    again = Measurer(hosts.desk.room, make_fetcher(hosts.desk.room))
    wait_for(lambda: [again.run()] and hosts.asked(), what="the next start asks")
    again._fetcher.stop()


def test_partners_pictures_are_measured_unless_the_story_is_only_linked(hosts: Hosts) -> None:
    from feeds.pipeline.poll import claim, poll

    hosts.answers["/full.png"] = hosts.answers["/link.png"] = reply(200, PICTURE)
    for rights in ("full", "link"):
        media = f'<enclosure url="{hosts.url(f"/{rights}.png")}" type="image/png" length="0"/>'
        hosts.answers[f"/{rights}"] = reply(200, rss(item(1, guid=rights).replace("</item>", f"{media}</item>")))
        source = partners.add(hosts.desk.room, {"url": hosts.url(f"/{rights}"), "rights": rights})
        claim(hosts.desk.room, source)
        poll(hosts.desk.room, hosts.fetcher, source)
    hosts.settle()
    assert [path for path in hosts.asked() if path.endswith(".png")] == ["/full.png"]


def test_worker_measures_what_is_published_and_polls_meanwhile(
    environ: dict[str, str], request: pytest.FixtureRequest
) -> None:
    environ["FEEDS_INGEST__ALLOW_NETWORKS"] = '["127.0.0.0/8"]'
    environ["FEEDS_INGEST__HOST_SPACING"] = "0s"
    desk: Desk = request.getfixturevalue("desk")
    desk = Desk(replace(desk.room, clock=SystemClock()))

    def answer(asked: Request, connection: socket.socket) -> None:
        connection.sendall(reply(200, rss(item(1))) if asked.path == "/feed" else SOUND)

    with Loopback(answer) as server:
        worker = Worker(desk.room)
        worker.start()
        try:
            partners.add(desk.room, {"url": f"{server.url}/feed"})
            desk.put("a", attachments=[{"url": f"{server.url}/{number}.mp3"} for number in range(3)], tags=["Own"])
            wait_for(lambda: desk.kitchen.find("tags/own", 0, Format.RSS), what="the document")
            wait_for(lambda: 'length="5000"' in desk.document("tags/own", Format.RSS), what="the enclosure")
            wait_for(lambda: len(server.requests) == 4, what="the poll, and every file")
        finally:
            worker.stop()
    assert len({request.path for request in server.requests}) == 4
