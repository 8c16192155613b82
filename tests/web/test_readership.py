"""Page views are those of people, and none of them is lost at a shutdown."""

import multiprocessing
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from werkzeug.datastructures import Headers

from feeds.clock import SystemClock
from feeds.model.dates import to_us
from feeds.pipeline import trending
from feeds.pipeline.newsroom import open_newsroom
from feeds.settings import load_settings
from feeds.store import views
from feeds.web.readership import Readership, is_reading
from tests.conftest import ROOT, Desk
from tests.web.conftest import Door

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


def counted(desk: Desk) -> dict[str, int]:
    with desk.room.store.read() as connection:
        return views.counts(connection, since_us=to_us(desk.room.clock.now() - timedelta(days=1)))


def test_views_of_people_are_counted_and_no_others(door: Door, desk: Desk) -> None:
    for article, fields in (("a", {}), ("draft", {"status": "draft"}), ("gone", {})):
        desk.put(article, "Read me", **fields)
    desk.withdraw("gone")
    door.get("/articles/a/read-me")
    door.get("/articles/a/read-me", User_Agent=BROWSER)
    door.get("/articles/a/read-me", User_Agent="Somebot/1.0")
    door.get("/articles/a/read-me", Sec_Purpose="prefetch")
    door.ask("HEAD", "/articles/a/read-me")
    door.ask("POST", "/articles/a/read-me")
    for path in (
        "/articles/a",
        "/articles/a/wrong",
        "/articles/draft/read-me",
        "/articles/gone/read-me",
        "/",
        "/feeds",
    ):
        door.get(path)
    door.get("/articles/never/read-me")
    assert counted(desk) == {}  # in memory alone
    door.app.extensions["views"].write()
    assert counted(desk) == {"a": 2}
    door.get("/articles/a/read-me")
    door.app.extensions["views"].write()
    door.app.extensions["views"].write()
    assert counted(desk) == {"a": 3}
    assert trending.run(desk.room) == 1


@pytest.mark.parametrize(
    "agent",
    [
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 AppleWebKit/537.36 (compatible; bingbot/2.0) Chrome/116.0 Safari/537.36",
        "AdsBot-Google (+http://www.google.com/adsbot.html)",
        "Mozilla/5.0 (compatible; archive.org_bot +http://archive.org/details/archive.org_bot)",
        "Mozilla/5.0 (compatible; Baiduspider/2.0)",
        "Mozilla/5.0 (compatible; Yahoo! Slurp)",
        "facebookexternalhit/1.1",
        "WhatsApp/2.23.20.0",
        "SomeCrawler",
    ],
)
def test_robots_that_say_so_are_no_readers(agent: str) -> None:
    assert not is_reading(Headers({"User-Agent": agent}))


@pytest.mark.parametrize("agent", [BROWSER, "", "Mozilla/5.0 (Linux; Android 9; CUBOT X19) Chrome/120.0", "curl/8.5.0"])
def test_others_are_readers_unless_they_fetch_ahead(agent: str) -> None:
    assert is_reading(Headers({"User-Agent": agent}))
    for name, purpose in (
        ("Sec-Purpose", "prefetch"),
        ("Sec-Purpose", "prefetch;prerender"),
        ("Purpose", "prefetch"),
        ("X-Moz", "Prefetch"),
    ):
        assert not is_reading(Headers({"User-Agent": agent, name: purpose}))


def _read_and_end(instance: str) -> None:
    settings = load_settings(root=ROOT, environ={"FEEDS_INSTANCE": instance})
    readership = Readership(open_newsroom(settings, SystemClock()))
    readership.start()
    readership.count("a")
    readership.count("a")


def test_views_are_written_when_a_process_of_granian_ends(migrated: Path, tmp_path: Path) -> None:
    shutil.copy(migrated, tmp_path / "broadsheet.db")
    process = multiprocessing.get_context("fork").Process(target=_read_and_end, args=(str(tmp_path),))
    process.start()
    process.join(30)
    assert process.exitcode == 0
    room = open_newsroom(load_settings(root=ROOT, environ={"FEEDS_INSTANCE": str(tmp_path)}), SystemClock())
    with room.store.read() as connection:
        assert views.counts(connection, since_us=0) == {"a": 2}
    room.close()


def test_views_that_cannot_be_written_are_kept_for_the_next_time(door: Door, desk: Desk) -> None:
    desk.put("a", "Read me")
    door.get("/articles/a/read-me")
    path = desk.room.settings.instance / "broadsheet.db"
    desk.room.store.shrink()
    desk.room.store.engine.dispose()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("feeds.store.sqlite.PATIENCE", 0.01)
        import sqlite3

        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        door.app.extensions["views"].write()
        other.execute("ROLLBACK")
        other.close()
    assert counted(desk) == {}
    door.app.extensions["views"].write()
    assert counted(desk) == {"a": 1}
