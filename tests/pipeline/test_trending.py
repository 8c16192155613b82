"""The ten most read of a day, each placed when it came in."""

import json

from feeds.model.dates import to_us
from feeds.model.document import Format
from feeds.pipeline import trending
from feeds.store import views
from tests.conftest import Desk
from tests.fakes import FixedClock


def read(desk: Desk, **counts: int) -> None:
    with desk.room.store.write() as connection:
        views.add(connection, counts, to_us(desk.room.clock.now()))


def ids(desk: Desk) -> list[str]:
    desk.build()
    told = json.loads(desk.document("sections/trending", Format.JSON))
    return [item["id"].rpartition("/")[2] for item in told["items"]]


def test_most_read_stories_trend_and_leave_after_a_day(desk: Desk, clock: FixedClock) -> None:
    for number in range(12):
        desk.put(f"a{number:02}")
    read(desk, **{f"a{number:02}": number + 1 for number in range(12)})
    assert trending.run(desk.room) == 10
    assert trending.run(desk.room) == 0
    assert sorted(ids(desk)) == [f"a{number:02}" for number in range(2, 12)]
    clock.advance(hours=1)
    read(desk, a00=50)
    assert trending.run(desk.room) == 2
    assert ids(desk)[0] == "a00"
    desk.put("a00", "Changed")
    assert ids(desk)[0] == "a00"
    desk.withdraw("a00")
    assert "a00" not in ids(desk)
    clock.advance(hours=25)
    trending.run(desk.room)
    assert ids(desk) == []
    assert desk.differing() == {}
