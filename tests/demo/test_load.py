"""The demo is put in once, pictures and all, however often it is loaded and whatever is cut short."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count

import pytest

from feeds.demo import pictures as demo_pictures
from feeds.demo.load import NotForDemo, load
from feeds.model.dates import to_us
from feeds.pipeline import pictures
from feeds.store import articles, labels, media, sources
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
    assert len(pictured) >= 20
    assert all((image.width, image.height, image.type) == (960, 540, "image/png") for image in pictured)
    assert all(image.alt and image.caption and image.credit and image.length for image in pictured)
    front = sorted((one for one in found if one.status == "published"), key=lambda one: one.published_at)[::-1][:3]
    assert all(one.image for one in front[:2])  # the front page does not open without
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


def test_pictures_are_small_different_and_each_belongs_to_a_story(desk: Desk) -> None:
    load(desk.room)
    files = list((desk.room.settings.instance / "media").iterdir())
    assert sum(path.stat().st_size for path in files) < 300 * 1024
    pictured = [one for one in all_of(desk).values() if one.image]
    assert len({one.image.caption for one in pictured}) == len(pictured)
    known = {f"demo-{picture['story']:03d}" for picture in demo_pictures._read()}
    assert {one.id for one in pictured} == known


@pytest.mark.parametrize("after", [1, 2, 4, 7, 12])
def test_load_that_is_killed_anywhere_and_done_again_is_whole(
    desk: Desk, clock: FixedClock, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    commits = count()
    write = Store.write

    @contextmanager
    def killed(self: Store) -> Iterator[object]:
        with write(self) as connection:
            yield connection
            if next(commits) == after:
                raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Store, "write", killed)
        with pytest.raises(KeyboardInterrupt):
            load(desk.room)
    began = clock.now()
    clock.advance(minutes=5)
    load(desk.room)
    found = all_of(desk)
    assert len(found) == 64
    newest = max(one.published_at for one in found.values() if one.status != "scheduled")
    assert newest == began - timedelta(minutes=25)
    with desk.room.store.read() as connection:
        assert len(sources.list_all(connection)) == 2
    statuses = Counter(str(one.status) for one in found.values())
    assert statuses["withdrawn"] == 1
    assert sum(bool(one.corrections) for one in found.values()) == 1
    assert not list((desk.room.settings.instance / "media").glob("*.part"))


def test_demo_keeps_out_of_a_newsroom_of_ones_own(desk: Desk) -> None:
    desk.put("mine")
    with pytest.raises(NotForDemo):
        load(desk.room)
