"""A database that is locked, read-only, full or damaged: the store says which, and is well again afterwards."""

import pytest

from feeds.errors import OutOfReach
from feeds.store import meta, sqlite
from feeds.store.database import Store
from tests.conftest import Desk
from tests.outages import OUTAGES

WORDS = {
    "locked": "locked by another program",
    "read-only": "read-only",
    "full": "the disk is full",
    "damaged": "damaged",
}


@pytest.mark.parametrize("outage", OUTAGES)
def test_store_says_why_it_cannot_be_written_and_is_well_again(outage: str, desk: Desk) -> None:
    store = desk.room.store

    def write(store: Store, size: int) -> None:
        with store.write() as connection:
            meta.put(connection, meta.Key.PRINTED, "x" * size)

    with OUTAGES[outage](store):
        with pytest.raises(OutOfReach, match=WORDS[outage]):
            write(store, 1_000_000)
        if outage in ("locked", "read-only"):
            assert WORDS[outage] in str(store.refusal(patience=0.05))
    assert store.refusal() is None
    write(store, 1_000_000)
    with store.read() as connection:
        assert meta.find(connection, meta.Key.PRINTED) == "x" * 1_000_000


def test_writers_of_one_process_wait_for_each_other_for_a_bounded_time(desk: Desk, monkeypatch) -> None:
    monkeypatch.setattr(sqlite, "PATIENCE", 0.05)
    with (
        desk.room.store.write(),
        pytest.raises(OutOfReach, match="other changes"),
        desk.room.store.write(),
    ):
        pass


def test_errors_of_the_database_name_no_values(desk: Desk) -> None:
    from sqlalchemy.exc import IntegrityError

    from feeds.store.schema import articles

    with pytest.raises(IntegrityError) as raised, desk.room.store.write() as connection:
        connection.execute(articles.insert().values(id="a", title="a secret story", folded_id=None))
    assert "secret" not in str(raised.value)


def test_looking_at_a_database_that_is_not_there_makes_none(tmp_path) -> None:
    from feeds.store.database import schema_of

    store = Store(f"sqlite:///{tmp_path}/nowhere/broadsheet.db")
    assert schema_of(store) is None
    store.close()
    assert list(tmp_path.iterdir()) == []
