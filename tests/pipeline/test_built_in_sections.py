"""The sections that choose for themselves: `must-read` by its flag, `corrections` by the moment of the last one."""

import json

import pytest

from feeds.errors import Refusal
from feeds.model.document import Format
from feeds.model.label import BUILT_IN_SECTIONS
from tests.conftest import Desk
from tests.fakes import FixedClock


def ids(desk: Desk, key: str) -> list[str]:
    desk.build()
    told = json.loads(desk.document(f"sections/{key}", Format.JSON))
    return [item["id"].rpartition("/")[2] for item in told["items"]]


def test_built_in_sections_are_there_from_the_start_and_empty(desk: Desk) -> None:
    for slug in BUILT_IN_SECTIONS:
        assert ids(desk, slug) == []
    assert desk.differing() == {}


@pytest.mark.parametrize("name", [*BUILT_IN_SECTIONS, *BUILT_IN_SECTIONS.values(), "MUST READ", "must  read"])
def test_built_in_section_cannot_be_named(desk: Desk, name: str) -> None:
    with pytest.raises(Refusal) as refused:
        desk.put("a", section=name)
    assert refused.value.status == 422
    assert [fault.pointer for fault in refused.value.faults] == ["/section"]


def test_must_read_follows_the_flag_and_keeps_the_order_of_publication(desk: Desk, clock: FixedClock) -> None:
    desk.put("a", flags=["must-read"], section="City")
    clock.advance(hours=1)
    desk.put("b", flags=["must-read", "live"])
    desk.put("c", flags=["breaking"])
    assert ids(desk, "must-read") == ["b", "a"]
    clock.advance(hours=1)
    desk.put("c", flags=["breaking", "must-read"], published_at="2026-05-01T07:00:00Z")
    assert ids(desk, "must-read") == ["b", "a", "c"]
    assert desk.put("b", flags=["live"]).in_feeds == ["site"]
    assert ids(desk, "must-read") == ["a", "c"]
    assert "deleted-entry" not in desk.document("sections/must-read")
    desk.withdraw("a")
    assert ids(desk, "must-read") == ["c"]
    assert "deleted-entry" in desk.document("sections/must-read")
    assert desk.differing() == {}


def test_corrected_stories_stand_by_their_last_correction(desk: Desk, clock: FixedClock) -> None:
    for article in ("a", "b", "c"):
        desk.put(article)
        clock.advance(hours=1)
    assert ids(desk, "corrections") == []
    for article in ("c", "a"):
        desk.put(article, correction="It was the other one.")
        clock.advance(hours=1)
    assert ids(desk, "corrections") == ["a", "c"]
    saved = desk.put("c", correction="And it was yesterday.")
    assert [found.note for found in saved.article.corrections] == ["It was the other one.", "And it was yesterday."]
    assert ids(desk, "corrections") == ["c", "a"]
    clock.advance(hours=1)
    desk.put("a", "A silent fix", minor=True)
    desk.put("b", "Changed, not corrected")
    assert ids(desk, "corrections") == ["c", "a"]
    desk.withdraw("c")
    assert ids(desk, "corrections") == ["a"]
    clock.advance(hours=1)
    desk.put("c", status="published")  # back where it stood
    assert ids(desk, "corrections") == ["c", "a"]
    assert desk.differing() == {}
