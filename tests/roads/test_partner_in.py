"""The walk of a partner's entry, from outside: a feed added by the API, polled, published; and polled in vain."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.loopback import Loopback, Request, reply
from tests.served import Served, serving
from tests.waiting import wait_for

FIRST = """<?xml version="1.0"?><rss version="2.0"><channel><title>Tide Wire</title><link>https://tide.example/</link>
<description>Wire</description>
<item><title>Dredger aground</title><link>https://tide.example/1?utm_source=x</link><guid>tide-1</guid>
<pubDate>Mon, 02 Mar 2026 08:00:00 GMT</pubDate><category>Ships</category><description>It sits.</description></item>
<item><title>Dredger afloat</title><link>https://tide.example/2</link><guid>tide-2</guid>
<pubDate>Mon, 02 Mar 2026 09:00:00 GMT</pubDate><category>Ships</category><description>It swims.</description></item>
</channel></rss>"""
OTHER = FIRST.replace("tide", "ferry").replace("Dredger", "Ferry")  # stories of its own, whichever test comes first


class Wire:
    """A partner whose answer a test sets; the validators are honoured."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.tag = '"one"'
        self.answer = reply(200, FIRST.encode(), "Content-Type: application/rss+xml", f"ETag: {self.tag}")

    def __call__(self, request: Request, connection: socket.socket) -> None:
        with self.lock:
            is_known = request.fields.get("if-none-match") == self.tag
            connection.sendall(reply(304, b"", f"ETag: {self.tag}") if is_known else self.answer)

    def says(self, status: int, body: bytes, *fields: str) -> None:
        with self.lock:
            self.tag = '"never sent"'
            self.answer = reply(status, body, *fields)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    settings = {
        "FEEDS_INGEST__ALLOW_NETWORKS": '["127.0.0.0/8"]',
        "FEEDS_INGEST__MIN_INTERVAL": "1h",
        "FEEDS_INGEST__HOST_SPACING": "0s",
    }
    with serving(tmp_path_factory.mktemp("partner") / "instance", **settings) as found:
        yield found


def polls(served: Served, source: str) -> list[dict]:
    return list(served.ask("GET", f"/api/sources/{source}/polls").json()["items"])


def poll(served: Served, source: str) -> dict:
    """Have a source polled once more, its first poll being over, and give the poll."""
    before = wait_for(lambda: polls(served, source), what="the first poll")
    assert served.ask("POST", f"/api/sources/{source}/poll").status == 202
    wait_for(lambda: len(polls(served, source)) > len(before), what="the poll")
    return polls(served, source)[0]


def stories_of(served: Served, source: str) -> list[dict]:
    return list(served.ask("GET", f"/api/articles?source={source}").json()["items"])


def test_partner_added_by_its_address_is_published_once_and_harmed_by_nothing(served: Served) -> None:
    wire = Wire()
    with Loopback(wire) as partner:
        added = served.ask("POST", "/api/sources", {"url": f"{partner.url}/feed", "tags": {"Ships": "Harbour"}})
        assert added.status == 201
        source = added.json()["id"]
        wait_for(lambda: len(stories_of(served, source)) == 2, what="two stories")
        stories = stories_of(served, source)
        assert {story["canonical_url"] for story in stories} == {"https://tide.example/1", "https://tide.example/2"}
        assert all([tag["slug"] if isinstance(tag, dict) else tag for tag in story["tags"]] for story in stories)
        wait_for(lambda: served.get("/feeds/tags/harbour.rss").text.count("<item>") == 2, what="both in the tag's feed")
        feed = served.get("/feeds/tags/harbour.rss").fields["etag"]
        poll(served, source)
        assert partner.requests[-1].fields["if-none-match"] == '"one"'

        for status, body in (
            (404, b"no"),
            (500, b"oh"),
            (200, b""),
            (200, b"\xff\xfe\x00 rubbish"),
            (200, b"<html><title>Hello</title><p>no feed</html>"),
            (
                200,
                b'<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><rss><channel><title>&c;</title></channel></rss>',
            ),
        ):
            wire.says(status, body, "Content-Type: application/rss+xml")
            found = poll(served, source)
            assert found["new"] == found["changed"] == 0
        assert [story["revision"] for story in stories_of(served, source)] == [1, 1]
        assert served.get("/feeds/tags/harbour.rss", If_None_Match=feed).status == 304
        shown = served.command("sources", "show", source)
        assert "not-a-feed" in shown.stdout or "broken" in shown.stdout or "unchanged" in shown.stdout
        assert served.ask("DELETE", f"/api/sources/{source}").status == 204
        assert len(stories_of(served, source)) == 2


def test_changed_entry_is_a_revision_of_its_story(served: Served) -> None:
    wire = Wire()
    wire.says(200, OTHER.encode(), "Content-Type: application/rss+xml")
    with Loopback(wire) as partner:
        given = {"url": f"{partner.url}/other", "add_tags": ["Second"]}
        source = served.ask("POST", "/api/sources", given).json()["id"]
        wait_for(lambda: len(stories_of(served, source)) == 2, what="two stories")
        wire.says(200, OTHER.replace("It swims.", "It swims again.").encode(), "Content-Type: text/plain")
        found = poll(served, source)
        assert (found["outcome"], found["new"], found["changed"]) == ("changed", 0, 1)
        revised = {story["title"]: story["revision"] for story in stories_of(served, source)}
        assert revised == {"Ferry aground": 1, "Ferry afloat": 2}
        wait_for(lambda: "It swims again." in served.get("/feeds/tags/second.rss").text, what="the new text")


def test_address_inside_is_refused_unless_the_operator_allows_it(tmp_path: Path) -> None:
    with serving(tmp_path / "instance") as served, Loopback(Wire()) as partner:
        added = served.ask("POST", "/api/sources", {"url": f"{partner.url}/feed"})
        source = added.json()["id"]
        found = wait_for(lambda: polls(served, source), what="the first poll")[0]
        assert found["outcome"] == "refused"
        assert partner.connections == 0
