"""Partners over the API: changed, paused, their held entries released, feeds looked at without keeping anything."""

import pytest

from feeds.pipeline.poll import claim, poll
from feeds.pipeline.poller import make_fetcher
from feeds.store import sources as kept
from tests.loopback import Loopback, always, reply
from tests.web.conftest import Door, problem

FEED = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>Wire</title><link>https://wire.example/</link>
<description>d</description><item><title>One</title><link>https://wire.example/1</link><guid>one</guid>
<description>Text &lt;script&gt;x&lt;/script&gt;</description></item>
<item><title>Two</title><link>https://wire.example/2</link><guid>two</guid></item></channel></rss>"""


@pytest.fixture
def inside(environ: dict[str, str], request: pytest.FixtureRequest) -> Door:
    environ["FEEDS_INGEST__ALLOW_NETWORKS"] = '["127.0.0.0/8"]'
    return request.getfixturevalue("door")


def polled(door: Door, source: str) -> None:
    room = door.desk.room
    with room.store.read() as connection:
        found = kept.find(connection, source)
    assert found is not None
    claim(room, found)
    with make_fetcher(room) as fetcher:
        poll(room, fetcher, found)


def test_source_is_changed_by_a_patch(inside: Door) -> None:
    source = inside.call("POST", "/api/sources", {"url": "https://wire.example/feed"}).get_json()["id"]
    path = f"/api/sources/{source}"
    told = inside.call("PATCH", path, {"title": "The Wire", "tags": {"a": "b"}, "rights": "summary"}).get_json()
    assert (told["title"], told["tags"], told["rights"]) == ("The Wire", {"a": "b"}, "summary")
    told = inside.call("PATCH", path, {"tags": {"a": None, "c": ""}, "title": None}).get_json()
    assert (told["tags"], told["title"]) == ({"c": ""}, "")
    assert inside.call("PATCH", path, told).get_json() == told
    told = inside.call("PATCH", path, {"state": "paused"}).get_json()
    assert (told["state"], told["next_poll_at"]) == ("paused", None)
    problem(inside.call("POST", f"{path}/poll"), 409)
    assert inside.call("PATCH", path, {"state": "active"}).get_json()["next_poll_at"]
    problem(inside.call("PATCH", path, {"state": "gone"}), 422, "/state")
    problem(inside.call("PATCH", path, {"url": "ftp://x", "colour": 1}), 422, "/url", "/colour")
    inside.call("POST", "/api/sources", {"url": "https://other.example/feed"})
    problem(inside.call("PATCH", path, {"url": "https://other.example/feed"}), 409, "/url")
    assert (
        inside.call("PATCH", path, {"url": "https://moved.example/feed"}).get_json()["url"].startswith("https://moved")
    )
    problem(inside.call("PATCH", "/api/sources/nobody", {}), 404)


def test_key_in_an_address_is_masked_and_outlives_a_patch(inside: Door) -> None:
    source = inside.call("POST", "/api/sources", {"url": "https://wire.example/feed?api_key=s3cr3t"}).get_json()["id"]
    path = f"/api/sources/{source}"
    told = inside.call("PATCH", path, {"title": "The Wire"}).get_json()
    assert "s3cr3t" not in str(told)
    assert inside.call("PATCH", path, told).get_json() == told
    with inside.desk.room.store.read() as connection:
        found = kept.find(connection, source)
    assert found is not None
    assert found.url == "https://wire.example/feed?api_key=s3cr3t"


def test_held_entries_are_published_when_they_are_released(inside: Door) -> None:
    with Loopback(always(reply(200, FEED, "Content-Type: application/rss+xml"))) as partner:
        sent = {"url": f"{partner.url}/feed", "publish": "hold"}
        source = inside.call("POST", "/api/sources", sent).get_json()["id"]
        polled(inside, source)
    path = f"/api/sources/{source}"
    entries = inside.call("GET", f"{path}/entries").get_json()["items"]
    assert {entry["state"] for entry in entries} == {"held"}
    problem(inside.call("POST", f"{path}/release", {"entries": ["never"]}), 422)
    assert inside.call("POST", f"{path}/release", {"entries": ["one"]}).status_code == 202
    listed = inside.call("GET", f"/api/articles?source={source}").get_json()["items"]
    assert [(story["title"], story["status"]) for story in listed] == [("One", "published")]
    assert inside.call("POST", f"{path}/release").status_code == 202
    assert len(inside.call("GET", f"/api/articles?source={source}").get_json()["items"]) == 2
    assert inside.call("POST", f"{path}/release", {}).status_code == 202
    assert len(inside.call("GET", f"/api/articles?source={source}").get_json()["items"]) == 2


def test_feed_is_looked_at_by_a_child_and_nothing_is_kept(inside: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEEDS_INGEST__ALLOW_NETWORKS", '["127.0.0.0/8"]')
    with Loopback(always(reply(200, FEED, "Content-Type: text/plain"))) as partner:
        told = inside.call("POST", "/api/sources:test", {"url": f"{partner.url}/feed"}).get_json()
    assert (told["outcome"], told["title"]) == ("changed", "Wire")
    assert [entry["title"] for entry in told["entries"]] == ["One", "Two"]
    assert "script" not in told["entries"][0]["content_html"]
    assert inside.call("GET", "/api/sources").get_json()["items"] == []
    assert inside.call("GET", "/api/articles").get_json()["items"] == []
    problem(inside.call("POST", "/api/sources:test", {"url": "ftp://x.example/"}), 422, "/url")
    problem(inside.call("POST", "/api/sources:test", {}), 422, "/url")


def test_address_that_is_refused_reads_like_one_where_nothing_is(door: Door) -> None:
    with Loopback(always(reply(200, FEED))) as partner:
        told = door.call("POST", "/api/sources:test", {"url": f"{partner.url}/feed"}).get_json()
        assert (told["outcome"], told["entries"]) == ("unreachable", [])
        assert partner.connections == 0


def flood(numbers: range) -> bytes:
    items = "".join(
        f"<item><title>Story {one}</title><link>https://wire.example/{one}</link><guid>s{one}</guid></item>"
        for one in numbers
    )
    return f"<rss version='2.0'><channel><title>Wire</title>{items}</channel></rss>".encode()


def test_flood_is_told_of_held_and_released_by_one_call(inside: Door) -> None:
    answers = [reply(200, flood(range(3)))]
    with Loopback(lambda _, connection: connection.sendall(answers[-1])) as partner:
        source = inside.call("POST", "/api/sources", {"url": f"{partner.url}/feed"}).get_json()["id"]
        path = f"/api/sources/{source}"
        polled(inside, source)
        answers.append(reply(200, flood(range(60))))
        polled(inside, source)
        told = inside.call("GET", path).get_json()
        assert told["state"] == "quarantined"
        assert told["why"].startswith("quarantined: it has 57 new entries at once, more than it ever had")
        assert told["last"]["detail"] == "held: it has 57 new entries at once, more than it ever had"
        assert inside.call("GET", "/api/status").get_json()["sources"]["failing"][0]["id"] == source
        here = {"REMOTE_ADDR": "127.0.0.1"}
        figures = inside.client.get("/metrics", base_url="https://news.example", environ_overrides=here).data
        assert b'feeds_sources{state="quarantined"} 1.0' in figures
        assert len(inside.call("GET", f"/api/articles?source={source}").get_json()["items"]) == 3
        held = inside.call("GET", f"{path}/entries").get_json()["items"][0]
        assert (held["state"], held["article"]) == ("held", None)
        assert inside.call("POST", f"{path}/poll").status_code == 202
        assert inside.call("POST", f"{path}/release").get_json()["state"] == "active"
        assert len(inside.call("GET", f"/api/articles?source={source}&limit=100").get_json()["items"]) == 60
        polled(inside, source)
        assert inside.call("GET", path).get_json()["state"] == "active"


def test_identity_and_wire_are_set_by_a_patch_and_wrong_ones_are_named(inside: Door) -> None:
    source = inside.call("POST", "/api/sources", {"url": "https://wire.example/feed", "wire": True}).get_json()
    assert (source["identity"], source["identified_by"], source["wire"]) == ("auto", "id", True)
    path = f"/api/sources/{source['id']}"
    told = inside.call("PATCH", path, {"identity": "link", "wire": False, "identified_by": "ignored"}).get_json()
    assert (told["identity"], told["identified_by"], told["wire"]) == ("link", "link", False)
    problem(inside.call("PATCH", path, {"identity": "date"}), 422, "/identity")
    problem(inside.call("PATCH", path, {"wire": "yes"}), 422, "/wire")
    problem(inside.call("PATCH", path, {"state": "quarantined"}), 422, "/state")
