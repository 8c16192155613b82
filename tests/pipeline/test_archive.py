"""The archive (RFC 5005): whoever walks back from the current documents meets every public article."""

import json
import random
import re
from collections.abc import Iterator

import feedparser
import pytest

from feeds.errors import Refusal
from feeds.model.document import Format
from feeds.store import articles, documents
from tests.conftest import Desk
from tests.fakes import FixedClock

WINDOW, PART = 6, 4


@pytest.fixture
def small(environ: dict[str, str], request: pytest.FixtureRequest) -> Desk:
    environ["FEEDS_CHANNELS__WINDOW"] = str(WINDOW)
    environ["FEEDS_CHANNELS__ARCHIVE_PART"] = str(PART)
    return request.getfixturevalue("desk")


def walk(desk: Desk, key: str) -> Iterator[tuple[int, list[str]]]:
    """Walk back from the current JSON Feed; give (part, ids of articles) of each document."""
    part = 0
    while True:
        told = json.loads(desk.document(key, Format.JSON, part=part))
        yield part, [item["id"].rpartition("/")[2] for item in told["items"]]
        if "next_url" not in told:
            return
        found = re.fullmatch(rf"https://news\.example/feeds/{key}/archive/([1-9]\d*)\.json", told["next_url"])
        assert found is not None
        part = int(found[1])


def check(desk: Desk, key: str, public: set[str], *, links: bool = True) -> None:
    """Each public article is in the current document or in exactly one part; all `links` agree."""
    found = list(walk(desk, key))
    held = [article for part, some in found if part for article in some]
    assert len(held) == len(set(held))
    assert set(held) | set(found[0][1]) == public
    for at, (part, _) in enumerate(found if links else []):
        for format in (Format.RSS, Format.ATOM):
            parsed = feedparser.parse(desk.document(key, format, part=part).encode())
            assert not parsed.bozo
            named = {link["rel"]: link["href"] for link in parsed.feed.links}
            base = f"https://news.example/feeds/{key}"
            assert named["self"] == (f"{base}/archive/{part}.{format}" if part else f"{base}.{format}")
            older = found[at + 1][0] if at + 1 < len(found) else None
            newer = found[at - 1][0] if at > 1 else None
            assert named.get("prev-archive") == (f"{base}/archive/{older}.{format}" if older else None)
            assert named.get("next-archive") == (f"{base}/archive/{newer}.{format}" if newer else None)
            assert named.get("current") == (f"{base}.{format}" if part else None)


def public_ids(desk: Desk, tag: str | None = None) -> set[str]:
    with desk.room.store.read() as connection:
        ids = articles.newest(connection, limit=1000)
        found = articles.load(connection, ids)
    now = desk.room.clock.now()
    return {
        article.id
        for article in found.values()
        if article.is_public(now) and (tag is None or tag in [label.slug for label in article.tags])
    }


def test_channel_whose_articles_fit_has_no_archive_and_says_that_it_is_complete(small: Desk) -> None:
    for number in range(WINDOW):
        small.put(f"a{number}")
    small.build()
    assert [part for part, _ in walk(small, "site")] == [0]
    assert "fh:complete" in small.document("site")
    small.put("one-more", published_at="2026-04-30T00:00:00Z")
    small.build()
    assert "fh:complete" not in small.document("site")
    assert "fh:archive" in small.document("site", part=1)
    check(small, "site", public_ids(small))


def test_part_is_closed_before_an_article_leaves_and_takes_the_oldest(small: Desk, clock: FixedClock) -> None:
    for number in range(WINDOW + 1):
        clock.advance(minutes=1)
        small.put(f"a{number}")
    small.build()
    (current, part) = walk(small, "site")
    assert part == (1, ["a3", "a2", "a1", "a0"])
    assert current[1] == ["a6", "a5", "a4", "a3", "a2", "a1"]


@pytest.mark.parametrize("seed", range(2))
def test_walk_back_meets_every_public_article_while_stories_come_go_and_change(
    seed: int, small: Desk, clock: FixedClock
) -> None:
    chance = random.Random(seed)
    for step in range(60):
        clock.advance(minutes=chance.randrange(1, 90))
        article = f"a{chance.randrange(step + 1)}" if chance.random() < 0.4 else f"a{step}"
        fields: dict[str, object] = {"tags": chance.sample(["One", "Two"], chance.randrange(3))}
        if chance.random() < 0.2:
            fields["published_at"] = f"2026-0{chance.randrange(1, 5)}-11T10:00:00Z"
        if chance.random() < 0.1:
            fields["expires_at"] = "2026-05-20T00:00:00Z"
        try:
            if chance.random() < 0.15:
                small.withdraw(article)
            else:
                small.put(article, f"Title {step}", status="published", **fields)
        except (AssertionError, Refusal):
            continue
        if chance.random() < 0.4:
            small.build()
            check(small, "site", public_ids(small), links=False)
            if one := public_ids(small, "one"):
                check(small, "tags/one", one, links=False)
    small.build()
    check(small, "site", public_ids(small))
    assert small.differing() == {}


def test_follower_that_stops_at_a_part_that_it_knows_misses_no_new_story(small: Desk, clock: FixedClock) -> None:
    chance = random.Random(7)
    known: set[int] = set()
    met: set[str] = set()
    for step in range(120):
        clock.advance(minutes=1)
        small.put(f"a{step}")
        if chance.random() < 0.5:
            small.build()
        if chance.random() < 0.1 or step == 119:
            small.build()
            for part, some in walk(small, "site"):
                met.update(some)
                if part in known:
                    break
                known |= {part} - {0}
    assert met == public_ids(small)


def test_publish_into_a_channel_with_many_parts_writes_few_documents(small: Desk, clock: FixedClock) -> None:
    for number in range(200):
        clock.advance(minutes=1)
        small.put(f"a{number:03}")
    small.build()
    assert sum(1 for _ in walk(small, "site")) == 200 // PART + 1 - 1
    with small.room.store.read() as connection:
        before = documents.newest_notice(connection)
    clock.advance(minutes=1)
    small.put("next")
    small.put("a003", "Changed long after")
    small.build()
    with small.room.store.read() as connection:
        _, changed = documents.noticed(connection, before)
    assert len(changed) <= 4
    assert small.differing() == {}


def test_part_keeps_bytes_and_stamp_while_others_change(small: Desk, clock: FixedClock) -> None:
    for number in range(30):
        clock.advance(minutes=1)
        small.put(f"a{number:03}")
    small.build()
    before = {part: small.version("site", part=part) for part, _ in walk(small, "site")}
    clock.advance(minutes=1)
    small.put("a000", "Another title")
    small.withdraw("a009")
    small.build()
    after = {part: small.version("site", part=part) for part in before}
    moved = {part for part in before if before[part] != after[part]}
    assert moved == {0, 1, 3}  # the current documents tell of the withdrawal
    assert small.document("site", part=1).count("<entry>") == PART
    assert small.document("site", part=3).count("<entry>") == PART - 1


def test_part_past_twice_its_size_is_split_and_keeps_its_name_for_the_newer_half(
    small: Desk, clock: FixedClock
) -> None:
    for number in range(12):
        clock.advance(minutes=1)
        small.put(f"a{number:03}")
    small.build()
    (first, second) = [part for part, _ in walk(small, "site")][1:][::-1][:2]
    for number in range(2 * PART + 1):
        small.put(f"old{number}", published_at=f"2020-01-0{number + 1}T00:00:00Z")
    small.build()
    names = [part for part, _ in walk(small, "site")]
    assert names[1] == second
    assert names[2] == first
    assert all(name > second for name in names[3:])
    assert len(names) >= 4
    check(small, "site", public_ids(small))
    assert small.differing() == {}


def test_part_never_goes_away_not_even_empty(small: Desk, clock: FixedClock) -> None:
    for number in range(12):
        clock.advance(minutes=1)
        small.put(f"a{number:03}")
    small.build()
    for number in range(12):
        small.withdraw(f"a{number:03}")
    small.build()
    assert [some for _, some in walk(small, "site")] == [[], [], []]
    check(small, "site", set())


def test_documents_keep_within_the_bytes_that_they_may_have(
    environ: dict[str, str], request: pytest.FixtureRequest, clock: FixedClock
) -> None:
    environ["FEEDS_CHANNELS__MAX_BYTES"] = "64KiB"
    desk: Desk = request.getfixturevalue("desk")
    for number in range(40):
        clock.advance(minutes=1)
        desk.put(f"a{number:03}", content_html="<p>" + "word " * 800 + "</p>")
    desk.build()
    found = list(walk(desk, "site"))
    assert 10 <= len(found[0][1]) < 20
    for format in Format:
        assert len(desk.document("site", format)) <= 64 * 1024
    check(desk, "site", public_ids(desk))
    assert desk.differing() == {}


def test_channel_without_partners_has_an_archive_without_them(small: Desk) -> None:
    from feeds.store import channels, dirty

    for number in range(20):
        small.put(f"a{number:03}", published_at=f"2026-03-{number + 1:02}T00:00:00Z")
    small.build()
    with small.room.store.write() as connection:
        channels.change(connection, 1, {"title": "All of it"})
        dirty.mark_whole(connection, 1, 0)
    small.build()
    assert all("All of it" in small.document("site", part=part) for part, _ in walk(small, "site"))


def test_many_at_once_are_served_newest_first_and_none_is_lost(small: Desk, clock: FixedClock) -> None:
    for number in range(WINDOW):
        clock.advance(minutes=1)
        small.put(f"a{number:03}")
    small.build()
    for number in range(150):
        clock.advance(minutes=1)
        small.put(f"b{number:03}")
    small.build()
    check(small, "site", public_ids(small))
    assert small.differing() == {}
