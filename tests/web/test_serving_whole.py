"""Deltas, lists of changes, mixes and farewells: what readers get beyond the plain documents."""

import json
import random
import re
from datetime import timedelta
from functools import partial
from urllib.parse import quote

import feedparser
import pytest
from werkzeug.test import TestResponse

from feeds.model.document import Format
from tests.conftest import Desk
from tests.fakes import FixedClock
from tests.waiting import wait_for
from tests.web.conftest import SITE, Door, problem


def fetch(door: Door, key: str, format: str, **fields: str) -> TestResponse:
    return door.get(f"/feeds/{key}.{format}", **fields)


def fresh(door: Door, path: str, tag: str, **fields: str) -> TestResponse:
    """Give the answer once the watcher has seen that the document changed."""
    return wait_for(lambda: ok(door.get(path, If_None_Match=tag, **fields)), what=f"another version of {path}")


def ok(answer: TestResponse) -> TestResponse | None:
    return answer if answer.status_code != 304 else None


def ids(answer: TestResponse, format: str) -> list[str]:
    if format == "json":
        return [item["id"].rpartition("/")[2] for item in answer.get_json()["items"]]
    parsed = feedparser.parse(answer.data)
    assert not parsed.bozo
    return [entry.id.rpartition("/")[2] for entry in parsed.entries]


@pytest.mark.parametrize("format", ["rss", "atom", "json"])
def test_delta_has_what_is_new_or_changed_and_the_tag_of_the_whole(
    format: str, door: Door, desk: Desk, clock: FixedClock
) -> None:
    for name in ("a", "b", "c"):
        desk.put(name)
    desk.build()
    before = fetch(door, "site", format).headers["ETag"]
    assert fetch(door, "site", format, If_None_Match=before, A_IM="feed").status_code == 304
    clock.advance(minutes=1)
    desk.put("d")
    desk.put("b", "Changed")
    desk.build()
    delta = fresh(door, f"/feeds/site.{format}", before, A_IM="feed, gzip;q=0.5")
    assert (delta.status_code, delta.headers["IM"]) == (226, "feed")
    assert delta.headers["Cache-Control"] == "no-store, im"
    assert sorted(ids(delta, format)) == ["b", "d"]
    whole = fetch(door, "site", format)
    assert whole.headers["ETag"] == delta.headers["ETag"]
    other = {"rss": "atom", "atom": "json", "json": "rss"}[format]
    for foreign in (fetch(door, "sections/must-read", format), fetch(door, "site", other)):
        stamp = before.split(".")[1]
        tag = foreign.headers["ETag"].replace(foreign.headers["ETag"].split(".")[1], stamp)
        assert fetch(door, "site", format, If_None_Match=tag, A_IM="feed").status_code == 200
    for wanted in ("feed;q=0", "vcdiff", "feed;q=0.000"):
        assert fetch(door, "site", format, If_None_Match=before, A_IM=wanted).status_code == 200
    assert door.ask("HEAD", f"/feeds/site.{format}", If_None_Match=before, A_IM="feed").status_code == 200
    for stamp in ("zzzzzzzzzz", "1"):
        never = re.sub(r"\.[0-9a-z]+\.", f".{stamp}.", before)
        assert fetch(door, "site", format, If_None_Match=never, A_IM="feed").status_code == 200


def test_what_left_is_told_by_a_tombstone_or_by_the_whole(door: Door, desk: Desk, clock: FixedClock) -> None:
    for name in ("a", "b", "c"):
        desk.put(name, tags=["Harbour"])
    desk.build()
    before = {format: fetch(door, "tags/harbour", format).headers["ETag"] for format in Format}
    clock.advance(minutes=1)
    desk.withdraw("a", "untrue")
    desk.put("d", tags=["Harbour"])
    desk.build()
    atom = fresh(door, "/feeds/tags/harbour.atom", before[Format.ATOM], A_IM="feed")
    assert atom.status_code == 226
    assert "deleted-entry" in atom.text
    assert fresh(door, "/feeds/tags/harbour.rss", before[Format.RSS], A_IM="feed").status_code == 200
    between = atom.headers["ETag"]
    clock.advance(minutes=1)
    desk.put("b", tags=["Other"])
    desk.build()
    assert fresh(door, "/feeds/tags/harbour.atom", between, A_IM="feed").status_code == 200


def test_entries_that_are_printed_in_another_depth_are_all_told(door: Door, desk: Desk, clock: FixedClock) -> None:
    desk.put("a", content_html="<p>Words of it</p>", standfirst="Some")
    desk.put("b", content_html="<p>Words of it</p>", standfirst="Some")
    desk.build()
    before = fetch(door, "site", Format.RSS).headers["ETag"]
    clock.advance(minutes=1)
    assert door.call("PATCH", "/api/channels/site", {"content": "summary"}).status_code == 200
    desk.build()
    answer = fresh(door, "/feeds/site.rss", before, A_IM="feed")
    assert answer.status_code == 200
    assert "Words of it" not in answer.text
    assert sorted(ids(answer, "rss")) == ["a", "b"]


def test_story_that_leaves_by_another_date_is_told_by_the_whole(
    environ: dict[str, str], request: pytest.FixtureRequest, clock: FixedClock
) -> None:
    environ["FEEDS_CHANNELS__WINDOW"] = "3"
    door: Door = request.getfixturevalue("door")
    for name in ("a", "b", "c", "d"):
        clock.advance(minutes=1)
        door.desk.put(name)
        door.desk.build()
    before = fetch(door, "site", Format.ATOM).headers["ETag"]
    clock.advance(minutes=1)
    door.desk.put("e")
    door.desk.build()
    aged = fresh(door, "/feeds/site.atom", before, A_IM="feed")
    assert aged.status_code == 226  # the oldest one grew old
    clock.advance(minutes=1)
    door.desk.put("d", published_at="2026-04-01T00:00:00Z")
    door.desk.build()
    answer = fresh(door, "/feeds/site.atom", aged.headers["ETag"], A_IM="feed")
    assert answer.status_code == 200
    assert sorted(ids(answer, "atom")) == ["b", "c", "e"]


def test_story_that_changed_and_grew_old_between_two_polls_is_told_by_the_whole(
    environ: dict[str, str], request: pytest.FixtureRequest, clock: FixedClock
) -> None:
    environ["FEEDS_CHANNELS__WINDOW"] = "3"
    door: Door = request.getfixturevalue("door")
    for name in ("a", "b", "c"):
        clock.advance(minutes=1)
        door.desk.put(name)
    door.desk.build()
    before = fetch(door, "site", Format.ATOM).headers["ETag"]
    for name, fields in (("b", {"published_at": "2026-05-01T07:00:00Z"}), ("d", {})):
        clock.advance(minutes=1)
        door.desk.put(name, **fields)
        door.desk.build()
    answer = fresh(door, "/feeds/site.atom", before, A_IM="feed")
    assert answer.status_code == 200
    assert sorted(ids(answer, "atom")) == ["a", "c", "d"]


@pytest.mark.parametrize("format", ["rss", "atom", "json"])
def test_follower_by_deltas_ends_with_what_is_there(
    format: str, environ: dict[str, str], request: pytest.FixtureRequest, clock: FixedClock
) -> None:
    environ["FEEDS_CHANNELS__WINDOW"] = "8"
    environ["FEEDS_CHANNELS__ARCHIVE_PART"] = "8"
    door: Door = request.getfixturevalue("door")
    desk, chance = door.desk, random.Random(3)
    held: dict[str, str] = {}
    tag = ""
    for step in range(40):
        clock.advance(minutes=1)
        name = f"s{chance.randrange(20)}"
        if chance.random() < 0.2:
            try:
                desk.withdraw(name)
            except AssertionError:
                continue
        else:
            desk.put(name, f"Title {step}", tags=chance.sample(["One", "Two"], 1), status="published")
        desk.build()
        answer = wait_for(partial(current, door, desk, "tags/one", format, tag), what="the present version")
        if answer.status_code == 304:
            continue
        tag = answer.headers["ETag"]
        titles = told(answer, format)
        held = titles if answer.status_code == 200 else held | titles
        for gone in deleted(answer, format):
            held.pop(gone, None)
        whole = told(fetch(door, "tags/one", format), format)
        assert {name: held.get(name) for name in whole} == whole
        standing = {name for name in held if name not in whole}
        assert not any(name in standing for name in withdrawn(desk))


def withdrawn(desk: Desk) -> list[str]:
    from feeds.store import listing

    with desk.room.store.read() as connection:
        found = listing.find(connection, listing.Filter(status="withdrawn"), before=None, limit=100)
    return [article for _, article in found]


def current(door: Door, desk: Desk, key: str, format: str, tag: str) -> TestResponse | None:
    try:
        hash, _ = desk.version(key, Format(format))
    except AssertionError:
        return fetch(door, key, format)
    answer = fetch(door, key, format, If_None_Match=tag, A_IM="feed") if tag else fetch(door, key, format)
    return answer if hash in answer.headers.get("ETag", "") else None


def told(answer: TestResponse, format: str) -> dict[str, str]:
    if answer.status_code == 404:
        return {}
    if format == "json":
        return {item["id"].rpartition("/")[2]: item["title"] for item in answer.get_json()["items"]}
    return {entry.id.rpartition("/")[2]: entry.title for entry in feedparser.parse(answer.data).entries}


def deleted(answer: TestResponse, format: str) -> list[str]:
    if format != "atom":
        return []
    return [part.partition('"')[0].rpartition("/")[2] for part in answer.text.split('ref="')[1:]]


def test_poller_of_changes_misses_none(door: Door, desk: Desk, clock: FixedClock) -> None:
    desk.put("a", tags=["Harbour"])
    desk.build()
    first = door.get("/feeds/changed.json").get_json()
    keys = {item["key"] for item in first["items"]}
    assert {"site", "tags/harbour"} <= keys
    assert first["items"][0]["urls"]["rss"].startswith(f"{SITE}/feeds/")
    nothing = door.get(f"/feeds/changed.json?since={first['next']}").get_json()
    assert nothing == {"items": [], "next": first["next"]}
    clock.advance(minutes=1)
    desk.put("b", tags=["Fog"])
    desk.build()
    after = door.get(f"/feeds/changed.json?since={first['next']}").get_json()
    assert sorted(item["key"] for item in after["items"]) == ["site", "tags/fog"]
    since = quote((clock.now() - timedelta(seconds=30)).isoformat())
    assert len(door.get(f"/feeds/changed.json?since={since}").get_json()["items"]) == 2
    answer = door.get("/feeds/changed.json")
    assert door.get("/feeds/changed.json", If_None_Match=answer.headers["ETag"]).status_code == 304
    assert door.get("/feeds/changed.json?since=n999999").get_json()["items"]


@pytest.mark.parametrize("since", ["x", "n", "n-1", "n1x", "2026-01-01", "n" + "9" * 40, "%00", "2026-01-01T00:00:00"])
def test_token_that_is_none_is_refused(since: str, door: Door) -> None:
    assert door.get(f"/feeds/changed.json?since={since}").status_code == 400


@pytest.fixture
def mixed(door: Door, desk: Desk, clock: FixedClock) -> Door:
    for number, (name, tags) in enumerate(
        {"a": ["X"], "b": ["Y"], "c": ["X", "Y"], "d": ["Z"], "e": ["X", "Z"]}.items()
    ):
        clock.advance(minutes=1)
        desk.put(name, f"Story {number}", tags=tags, authors=["Ada"] if name == "d" else [])
    desk.build()
    return door


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("tag=x", "eca"),
        ("tag=x&tag=y", "ecba"),
        ("author=ada&tag=y", "dcb"),
        ("all-tag=x&all-tag=y", "c"),
        ("all-tag=z&tag=x", "e"),
        ("not-tag=x&tag=y", "b"),
        ("not-tag=x", "db"),
        ("tag=x&utm_source=reader", "eca"),
        ("all-tag=y&not-tag=y", ""),
    ],
)
def test_mix_is_any_all_and_none_of_its_terms(query: str, expected: str, mixed: Door) -> None:
    for format in ("rss", "atom", "json"):
        answer = mixed.get(f"/feeds/select.{format}?{query}")
        assert answer.status_code == 200, answer.text
        assert "".join(ids(answer, format)) == expected
        assert "Last-Modified" not in answer.headers
        again = mixed.get(f"/feeds/select.{format}?{query}", If_None_Match=answer.headers["ETag"], A_IM="feed")
        assert again.status_code == 304
    parsed = feedparser.parse(mixed.get(f"/feeds/select.atom?{query}").data)
    if expected:
        assert parsed.feed.updated == max(entry.updated for entry in parsed.entries)


def test_mix_has_one_address_and_one_id(mixed: Door) -> None:
    answer = mixed.get("/feeds/select.atom?tag=y&tag=x&author=ada&tag=x")
    assert answer.status_code == 301
    assert answer.headers["Location"] == f"{SITE}/feeds/select.atom?author=ada&tag=x&tag=y"
    one = feedparser.parse(mixed.get("/feeds/select.atom?author=ada&tag=x&tag=y").data).feed
    assert [link.href for link in one.links if link.rel == "self"] == [answer.headers["Location"]]
    assert one.id != feedparser.parse(mixed.get("/feeds/select.atom?tag=x").data).feed.id


def test_mix_follows_renames_and_changes(mixed: Door, desk: Desk, clock: FixedClock) -> None:
    before = mixed.get("/feeds/select.json?tag=x")
    mixed.call("PATCH", "/api/tags/x", {"slug": "ex"})
    desk.build()
    answer = wait_for(lambda: moved(mixed), what="the redirect")
    assert answer.headers["Location"] == f"{SITE}/feeds/select.json?tag=ex"
    clock.advance(minutes=1)
    desk.put("f", tags=["X"])
    desk.build()
    after = wait_for(lambda: with_f(mixed), what="the new story in the mix")
    assert after.headers["ETag"] != before.headers["ETag"]


def moved(door: Door) -> TestResponse | None:
    answer = door.get("/feeds/select.json?tag=x")
    return answer if answer.status_code == 301 else None


def with_f(door: Door) -> TestResponse | None:
    answer = door.get("/feeds/select.json?tag=ex")
    return answer if "f" in ids(answer, "json") else None


@pytest.mark.parametrize(
    ("query", "status"),
    [
        *[("", 400), ("foo=1", 400), ("tag=nowhere", 404), ("tag=nowhere&tag=x", 404), ("tag=%00", 404), ("tag=", 404)],
        *[("&".join(f"tag=t{n}" for n in range(21)), 400), ("&".join(f"f{n}=1" for n in range(200)), 400)],
        ("tag=X", 404),
    ],
)
def test_mix_that_is_none_is_refused(query: str, status: int, mixed: Door) -> None:
    problem(mixed.get(f"/feeds/select.rss?{query}"), status)
    assert mixed.ask("POST", f"/feeds/select.rss?{query}").status_code == 405


def test_channel_that_was_given_up_says_so_and_then_is_gone(door: Door, desk: Desk, clock: FixedClock) -> None:
    desk.put("a", tags=["Short lived"])
    desk.build()
    desk.withdraw("a")
    desk.build()
    path = "/feeds/tags/short-lived"
    before = door.get(f"{path}.json").headers["ETag"]
    assert door.call("DELETE", "/api/tags/short-lived").status_code == 204
    assert door.get("/tags/short-lived").status_code == 410
    desk.build()
    fresh(door, f"{path}.json", before)
    for format in ("rss", "atom", "json"):
        answer = door.get(f"{path}.{format}")
        assert answer.status_code == 200
        assert "Short lived has ended" in answer.text
        assert [name.startswith("farewell") for name in ids(answer, format)] == [True]
    assert json.loads(desk.document("tags/short-lived", Format.JSON))["items"][0]["url"] == f"{SITE}/"
    assert desk.differing() == {}
    clock.advance(days=31)
    for format in ("rss", "atom", "json"):
        assert door.get(f"{path}.{format}").status_code == 410


def test_name_that_was_given_up_lives_again_with_a_public_story(door: Door, desk: Desk) -> None:
    desk.put("a", tags=["Again"])
    desk.build()
    desk.withdraw("a")
    door.call("DELETE", "/api/tags/again")
    desk.build()
    desk.put("draft", tags=["Again"], status="draft")
    assert door.get("/tags/again").status_code == 410
    desk.put("b", tags=["Again"])
    desk.build()
    assert door.get("/tags/again").status_code == 200
    assert "has ended" not in desk.document("tags/again")


def test_channel_with_a_successor_leads_there_with_its_archive(door: Door, desk: Desk) -> None:
    desk.put("a", tags=["Old"])
    desk.put("b", tags=["New"])
    desk.build()
    desk.withdraw("a")
    assert door.call("DELETE", "/api/tags/old?successor=new").status_code == 204
    for path in ("/tags/old", "/feeds/tags/old.rss", "/feeds/tags/old/archive/1.atom"):
        answer = door.get(path)
        assert (answer.status_code, answer.headers["Location"]) == (301, SITE + path.replace("old", "new"))
