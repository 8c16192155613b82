"""The demo is put in once, pictures and all, however often it is loaded and whatever is cut short."""

import pytest

from feeds.demo.load import NotForDemo, load
from feeds.model.dates import to_us
from feeds.pipeline import pictures
from feeds.store import articles, labels, media
from feeds.store.database import Store
from tests.conftest import Desk
from tests.fakes import FixedClock


def all_of(desk: Desk) -> dict:
    with desk.room.store.read() as connection:
        return articles.load(connection, articles.newest(connection, limit=1000))


def test_demo_is_a_newsroom_with_pictures(desk: Desk) -> None:
    assert load(desk.room) >= 60
    found = list(all_of(desk).values())
    statuses = {
        status: sum(one.status == status for one in found) for status in ("published", "scheduled", "withdrawn")
    }
    assert statuses["scheduled"] == 1
    assert statuses["withdrawn"] == 1
    assert any(one.corrections for one in found)
    months = {(one.published_at.year, one.published_at.month) for one in found if one.published_at}
    assert len(months) >= 13
    pictured = [one.image for one in found if one.image]
    assert len(pictured) >= 15
    assert all(image.width == 960 and image.alt and image.credit for image in pictured)
    with desk.room.store.read() as connection:
        authors = labels.list_all(connection, "authors")
        assert len(labels.list_all(connection, "tags")) >= 12
        assert media.load(connection, [image.url.removeprefix("/media/") for image in pictured])
    assert len(authors) >= 6
    assert all(author.bio and author.image for author in authors)
    assert all(pictures.path_of(desk.room, image.url.removeprefix("/media/")).is_file() for image in pictured)
    desk.build()
    assert desk.differing() == {}


def test_demo_loaded_again_changes_nothing(desk: Desk, clock: FixedClock) -> None:
    load(desk.room)
    before = all_of(desk)
    clock.advance(days=3)
    assert load(desk.room) == 0
    assert all_of(desk) == before


def test_load_that_was_cut_short_is_made_whole(desk: Desk, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    began = to_us(clock.now())
    with monkeypatch.context() as patched:
        writes = iter(range(100))

        def give_out(self: Store) -> None:
            if next(writes) == 1:
                raise KeyboardInterrupt

        patched.setattr(Store, "give_way", give_out)
        with pytest.raises(KeyboardInterrupt):
            load(desk.room)
    clock.advance(hours=1)
    assert load(desk.room) >= 60
    newest = max(to_us(one.published_at) for one in all_of(desk).values() if one.status == "published")
    assert newest <= began


def test_demo_keeps_out_of_a_newsroom_of_ones_own(desk: Desk) -> None:
    desk.put("mine")
    with pytest.raises(NotForDemo):
        load(desk.room)
