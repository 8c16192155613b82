"""Page views are those of people."""

from datetime import timedelta

from feeds.model.dates import to_us
from feeds.pipeline import trending
from feeds.store import views
from tests.conftest import Desk
from tests.web.conftest import Door


def test_views_of_people_are_counted_and_those_of_robots_not(door: Door, desk: Desk) -> None:
    desk.put("a", "Read me")
    door.get("/articles/a/read-me")
    door.get("/articles/a/read-me", User_Agent="Mozilla/5.0")
    door.get("/articles/a/read-me", User_Agent="Somebot/1.0")
    door.get("/articles/a/read-me", Sec_Purpose="prefetch")
    door.get("/articles/a/wrong-slug")
    door.ask("HEAD", "/articles/a/read-me")
    door.app.extensions["views"].write()
    with desk.room.store.read() as connection:
        since = to_us(desk.room.clock.now() - timedelta(days=1))
        assert views.most_read(connection, since_us=since, limit=5) == ["a"]
    assert trending.run(desk.room) == 1
