"""`rebuild` and `verify`: what differs is found, told and mended; what does not is not written."""

import pytest

from feeds.errors import Refusal
from feeds.pipeline.refresh import refresh, spots_of, verify
from feeds.store import documents, jobs
from feeds.store.schema import documents as table
from feeds.store.schema import fragments as kept
from tests.conftest import Desk


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
