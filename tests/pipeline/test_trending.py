"""The ten most read of a day, each placed when it came in; documents change with the list alone."""

import json

from feeds.model.dates import to_us
from feeds.model.document import Format
from feeds.pipeline import housekeeping, trending
from feeds.store import channels, dirty, places, views
from tests.conftest import Desk
from tests.fakes import FixedClock

KEY = "sections/trending"


def read(desk: Desk, **counts: int) -> None:
    with desk.room.store.write() as connection:
        views.add(connection, counts, to_us(desk.room.clock.now()))


def ids(desk: Desk) -> list[str]:
    desk.build()
    told = json.loads(desk.document(KEY, Format.JSON))
    return [item["id"].rpartition("/")[2] for item in told["items"]]


def test_ten_most_read_stories_trend_and_the_most_read_stands_first(desk: Desk) -> None:
    for number in range(12):
        desk.put(f"a{number:02}")
    read(desk, **{f"a{number:02}": number + 1 for number in range(12)})
    assert trending.run(desk.room) == 10
    assert trending.run(desk.room) == 0
    assert ids(desk) == [f"a{number:02}" for number in range(11, 1, -1)]
    assert desk.put("a11", "Changed").in_feeds == ["site", KEY]
    assert ids(desk)[0] == "a11"
    assert desk.differing() == {}


def test_of_equally_read_stories_the_newest_come_in(desk: Desk) -> None:
    for number in range(14):
        desk.put(f"a{number:02}", published_at=f"2026-04-{number + 1:02}T08:00:00Z")
    read(desk, **{f"a{number:02}": 3 for number in range(14)})
    trending.run(desk.room)
    assert ids(desk) == [f"a{number:02}" for number in range(13, 3, -1)]


def test_story_stands_where_it_came_in_and_the_least_read_makes_room(desk: Desk, clock: FixedClock) -> None:
    for number in range(11):
        desk.put(f"a{number:02}")
    read(desk, **{f"a{number:02}": 20 - number for number in range(10)})
    trending.run(desk.room)
    with desk.room.store.read() as connection:
        number = channels.find(connection, KEY).number  # type: ignore[union-attr]
        before = {place.article: place.at for place in places.window(connection, number, 20)}
    clock.advance(hours=1)
    read(desk, a10=50, a05=90)
    assert trending.run(desk.room) == 2
    assert ids(desk)[0] == "a10"
    assert "a09" not in ids(desk)
    with desk.room.store.read() as connection:
        after = {place.article: place.at for place in places.window(connection, number, 20)}
    assert 0 <= to_us(clock.now()) - after.pop("a10") < 10
    assert after == {article: at for article, at in before.items() if article != "a09"}
    assert "deleted-entry" not in desk.document(KEY)  # out of fashion, not withdrawn


def test_documents_change_only_when_the_list_does(desk: Desk, clock: FixedClock) -> None:
    desk.put("a")
    desk.put("b")
    read(desk, a=5, b=3)
    trending.run(desk.room)
    desk.build()
    before = desk.version(KEY)
    clock.advance(minutes=10)
    read(desk, b=30)  # now read more than the other: the same two
    assert trending.run(desk.room) == 0
    with desk.room.store.read() as connection:
        assert not dirty.is_any(connection)
    assert desk.build() == 0
    assert desk.version(KEY) == before


def test_story_leaves_a_day_after_it_was_read(desk: Desk, clock: FixedClock) -> None:
    desk.put("a")
    read(desk, a=5)
    trending.run(desk.room)
    clock.advance(hours=23, minutes=40)
    assert trending.run(desk.room) == 0
    clock.advance(minutes=30)
    assert trending.run(desk.room) == 1
    assert ids(desk) == []
    assert desk.differing() == {}


def test_withdrawn_story_leaves_at_once_with_a_tombstone_and_comes_back_by_its_views(
    desk: Desk, clock: FixedClock
) -> None:
    desk.put("a")
    desk.put("b")
    read(desk, a=5, b=1)
    trending.run(desk.room)
    assert ids(desk) == ["a", "b"]
    clock.advance(minutes=1)
    desk.withdraw("a", "Wrong")
    assert ids(desk) == ["b"]
    assert "Wrong" in desk.document(KEY)
    assert trending.run(desk.room) == 0
    desk.put("a", status="published")
    assert ids(desk) == ["b"]
    assert "deleted-entry" not in desk.document(KEY)
    clock.advance(minutes=1)
    assert trending.run(desk.room) == 1
    assert ids(desk) == ["a", "b"]


def test_what_is_not_public_does_not_trend(desk: Desk, clock: FixedClock) -> None:
    desk.put("draft", status="draft")
    desk.put("later", published_at="2026-05-01T09:00:00Z")
    read(desk, draft=9, later=9, never=9)
    assert trending.run(desk.room) == 0
    assert ids(desk) == []


def test_there_is_no_archive_of_what_trended(desk: Desk, clock: FixedClock) -> None:
    for day in range(30):
        for number in range(10):
            desk.put(f"d{day:02}n{number}")
        read(desk, **{f"d{day:02}n{number}": 3 for number in range(10)})
        trending.run(desk.room)
        assert len(ids(desk)) == 10
        clock.advance(days=2)
    assert "prev-archive" not in desk.document(KEY)


def test_old_views_are_forgotten(desk: Desk, clock: FixedClock) -> None:
    read(desk, a=5)
    clock.advance(days=1)
    read(desk, a=7)
    clock.advance(days=1, hours=1)
    housekeeping.run(desk.room, desk.printer)
    with desk.room.store.read() as connection:
        assert views.counts(connection, since_us=0) == {"a": 7}
