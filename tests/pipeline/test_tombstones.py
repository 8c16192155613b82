"""Which tombstones a document carries: two hundred at most, of the days before its stamp, newest first."""

import json
import re

from feeds.model.document import Format
from tests.conftest import Desk
from tests.fakes import FixedClock


def told(desk: Desk, key: str) -> list[str]:
    """Give the ids of the articles that a channel tells of as gone; Atom and JSON say the same."""
    refs = re.findall(r'<at:deleted-entry[^>]* ref="[^"]*articles/([^"]+)"', desk.document(key, Format.ATOM))
    deleted = json.loads(desk.document(key, Format.JSON))["_broadsheet"].get("deleted", [])
    assert [each["id"].rpartition("/")[2] for each in deleted] == refs
    assert "deleted" not in desk.document(key, Format.RSS)
    return refs


def test_document_tells_of_the_two_hundred_that_left_last(desk: Desk, clock: FixedClock) -> None:
    for number in range(203):
        desk.put(f"a{number:03}", tags=["Harbour"])
    desk.put("kept", tags=["Harbour"])
    for number in range(203):
        clock.advance(seconds=1)
        desk.withdraw(f"a{number:03}")
    desk.build()
    last = [f"a{number:03}" for number in range(202, 2, -1)]
    assert told(desk, "site") == told(desk, "tags/harbour") == last
    desk.put("a202", tags=["Harbour"], status="published")  # one that is back makes room for an older one
    desk.build()
    assert told(desk, "site") == [*last[1:], "a002"]
    assert desk.differing() == {}


def test_tombstone_is_told_for_its_days_and_goes_with_the_next_change(desk: Desk, clock: FixedClock) -> None:
    desk.put("gone", tags=["Harbour"])
    desk.put("kept", tags=["Harbour"])
    desk.put("other")
    desk.withdraw("gone", "Wrong")
    desk.build()
    clock.advance(days=29)
    desk.put("other", "Another title")
    desk.build()
    assert told(desk, "site") == ["gone"]
    clock.advance(days=2)
    desk.build()
    assert told(desk, "site") == ["gone"]  # time alone changes no document: its days are those before the stamp
    desk.put("other", "A third title")
    desk.build()
    assert told(desk, "site") == []
    assert told(desk, "tags/harbour") == ["gone"]  # nothing has changed there
    assert desk.differing() == {}
