"""`rebuild` and `verify`: what differs is found, told and mended; what does not is not written."""

import pytest

from feeds.errors import Refusal
from feeds.model.document import Format
from feeds.model.label import Kind
from feeds.pipeline import names, rebuild, ripple
from feeds.pipeline.refresh import refresh, spots_of, verify
from feeds.store import documents, jobs
from feeds.store.schema import documents as table
from feeds.store.schema import fragments as kept
from tests.conftest import Desk


def rename_author_of_many(desk: Desk, *, many: int = 130) -> None:
    """Have more articles say something of an author than hear of a new name at once."""
    for number in range(many):
        desk.put(f"a{number:03}", tags=["Harbour"], authors=["Ada"], published_at="2026-04-01T00:00:00Z")
    while desk.build():
        pass
    with desk.room.store.write() as connection:
        names.change(connection, desk.room, names.get(connection, Kind.AUTHORS, "ada"), {"name": "Ada Byron"})


def all_of(desk: Desk) -> dict[tuple[int, int], tuple[bytes, str, int]]:
    """Give bytes, hash and stamp of every Atom document by its spot."""
    with desk.room.store.read() as connection:
        spots = documents.all_spots(connection)
    wholes = {spot: desk.kitchen.join(spot, Format.ATOM) for spot in spots}
    return {spot: (whole.data, whole.hash, whole.stamp) for spot, whole in wholes.items() if whole}


def notices(desk: Desk) -> int:
    with desk.room.store.read() as connection:
        return documents.newest_notice(connection)


def test_rebuild_writes_nothing_where_nothing_differs(desk: Desk) -> None:
    for number in range(60):
        desk.put(f"a{number:02}", tags=["Harbour"])
    desk.build()
    before = notices(desk)
    seen: list[int] = []
    for fresh in (False, True):
        assert refresh(desk.room, desk.printer, spots_of(desk.room, []), fresh=fresh, on_progress=seen.append) == 0
    assert notices(desk) == before
    assert sum(seen) == 2 * len(spots_of(desk.room, []))


def test_rebuild_of_one_channel_leaves_the_others(desk: Desk) -> None:
    desk.put("a", tags=["Harbour"])
    desk.build()
    assert [spot[1] for spot in spots_of(desk.room, ["tags/harbour"])] == [0]
    with pytest.raises(Refusal):
        spots_of(desk.room, ["tags/nowhere"])


def test_verify_finds_tells_and_mends_a_difference(desk: Desk) -> None:
    desk.put("a", "As it is")
    desk.build()
    good = desk.document("site")
    with desk.room.store.write() as connection:
        bad = good.encode().partition(b"<entry>")[2].partition(b"</entry>")[0]
        connection.execute(
            kept.update().where(kept.c.format == "atom").values(data=b"<entry>" + bad + b"</entry> ", digest=b"x" * 16)
        )
        connection.execute(table.update().where(table.c.channel == 1).values(atom_hash="AAAA"))
    assert verify(desk.room, desk.printer, lambda: False) == 1
    with desk.room.store.read() as connection:
        assert jobs.count_faults(connection, 0) == {"verify": 1}
    assert desk.document("site").count("<entry>") == good.count("<entry>")
    assert verify(desk.room, desk.printer, lambda: False) == 0


def test_verify_finds_no_fault_while_articles_have_still_to_hear_of_a_change(desk: Desk) -> None:
    rename_author_of_many(desk)
    assert verify(desk.room, desk.printer, lambda: False) == 0
    assert not ripple.carry_on(desk.room)
    assert desk.differing() == {}
    with desk.room.store.read() as connection:
        assert jobs.count_faults(connection, 0) == {}


def test_version_has_the_same_bytes_though_others_are_rendered_anew_amid_a_change(desk: Desk) -> None:
    """Documents share fragments: what one is built from may not be laid under what the others were built from."""
    rename_author_of_many(desk)
    before = all_of(desk)
    for spot in spots_of(desk.room, ["authors/ada"]):
        rebuild.build(desk.room, desk.printer, [spot], fresh=True)
        after = all_of(desk)
        for one, (data, tag, stamp) in before.items():
            assert (tag, stamp) != after[one][1:] or data == after[one][0], one
        before = after
    assert "Ada Byron" in desk.document("authors/ada", part=1)
    while desk.build() or ripple.carry_on(desk.room):
        pass
    assert desk.differing() == {}
