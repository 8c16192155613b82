"""Where articles stand, whoever it is that places them."""

import json

import pytest

from feeds.model.document import Format
from feeds.model.label import Kind
from feeds.model.rule import Rule
from feeds.pipeline import due, names
from feeds.store import labels
from tests.conftest import Desk
from tests.fakes import FixedClock


@pytest.mark.parametrize("noticed_by_a_rule", [False, True])
def test_expired_article_has_its_tombstone_whoever_notices_first(
    desk: Desk, clock: FixedClock, noticed_by_a_rule: bool
) -> None:
    desk.put("a", tags=["One"], section="Picked", expires_at="2026-05-01T20:00:00Z")
    desk.put("b", tags=["Two"], section="Picked")
    desk.build()
    clock.advance(days=1)
    if noticed_by_a_rule:  # a change of the section's rule places its articles before `due` comes to run
        with desk.room.store.write() as connection:
            picked = labels.find_by_slug(connection, Kind.SECTIONS, "picked")
            assert picked is not None
            names.set_rule(connection, desk.room, picked, Rule(any_tags=("one", "two")))
        desk.build()
    due.run(desk.room)
    desk.build()
    for key in ("site", "tags/one", "sections/picked"):
        told = json.loads(desk.document(key, Format.JSON))
        left = [(each["id"].rpartition("/")[2], each["reason"]) for each in told["_broadsheet"]["deleted"]]
        assert left == [("a", "Expired")], key
        assert all(not item["id"].endswith("/a") for item in told["items"])
    assert desk.differing() == {}
