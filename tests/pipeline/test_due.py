"""What has its time: several things that are due at once."""

from datetime import timedelta

import pytest

from feeds.model.label import Kind
from feeds.model.rule import Rule
from feeds.pipeline import due, names, ripple
from feeds.store import labels
from tests.conftest import Desk
from tests.fakes import FixedClock


def label(desk: Desk, kind: Kind, slug: str) -> labels.Label:
    with desk.room.store.read() as connection:
        found = labels.find_by_slug(connection, kind, slug)
    assert found is not None
    return found


def choose(desk: Desk, rule: Rule) -> None:
    with desk.room.store.write() as connection:
        names.set_rule(connection, desk.room, label(desk, Kind.SECTIONS, "recent"), rule)


def merge(desk: Desk) -> None:
    with desk.room.store.write() as connection:
        names.merge(connection, desk.room, label(desk, Kind.TAGS, "boats"), label(desk, Kind.TAGS, "ships"))


@pytest.mark.parametrize("meanwhile", ["nothing", "another rule", "a merge"])
def test_story_that_ended_leaves_its_tombstones_whoever_notices_first(
    meanwhile: str, desk: Desk, clock: FixedClock
) -> None:
    desk.put("other", section="Recent", tags=["Ships"])
    desk.put("a", tags=["Boats", "Harbour"], expires_at="2026-05-02T00:00:00Z")
    choose(desk, Rule(max_age=timedelta(hours=12)))
    desk.build()
    clock.advance(days=1)  # past its end, and past the age that the section asks for
    if meanwhile == "another rule":
        choose(desk, Rule(max_age=timedelta(hours=10)))
    elif meanwhile == "a merge":
        merge(desk)
    due.run(desk.room)
    desk.build()
    for key in ("site", "tags/harbour", "sections/recent"):
        assert ":articles/a" in desk.document(key).partition("deleted-entry")[2], key
    assert desk.differing() == {}


@pytest.mark.parametrize("meanwhile", ["nothing", "another rule", "a merge"])
def test_story_that_ended_is_related_to_none_whoever_notices_first(
    meanwhile: str, desk: Desk, clock: FixedClock
) -> None:
    desk.put("other", section="Recent", tags=["Ships"])
    desk.put("a", "All at sea", tags=["Boats"], expires_at="2026-05-02T00:00:00Z")
    desk.put("by-title", related=[{"title": "All at sea"}])
    desk.put("by-id", related=[{"id": "a"}])
    desk.build()
    assert desk.document("site").count('rel="related"') == 2
    clock.advance(days=1)
    if meanwhile == "another rule":
        choose(desk, Rule(max_age=timedelta(hours=10)))
    elif meanwhile == "a merge":
        merge(desk)
    due.run(desk.room)
    while ripple.carry_on(desk.room):
        pass
    desk.build()
    assert 'rel="related"' not in desk.document("site")
    assert desk.differing() == {}
