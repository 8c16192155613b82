"""INSERT … ON CONFLICT, the one statement that Core writes per dialect; every other file of the store calls these."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects.sqlite import Insert, insert

Row = Mapping[str, Any]


def insert_missing(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert the rows whose keys are not there yet; leave the others as they are."""
    if rows:
        connection.execute(_missing(table), list(rows))


@cache
def _missing(table: Table) -> Insert:
    return insert(table).on_conflict_do_nothing()


def upsert(connection: Connection, table: Table, rows: Sequence[Row], *, key: Sequence[str]) -> None:
    """Insert rows, or write their values over those with the same key; all rows name the same columns."""
    if rows:
        connection.execute(_over(table, tuple(rows[0]), tuple(key)), list(rows))


@cache
def _over(table: Table, columns: tuple[str, ...], key: tuple[str, ...]) -> Insert:
    """Make the statement once: to make it takes longer than to run it."""
    statement = insert(table)
    values = {name: statement.excluded[name] for name in columns if name not in key}
    return statement.on_conflict_do_update(index_elements=list(key), set_=values)


def add_up(connection: Connection, table: Table, rows: Sequence[Row], *, key: Sequence[str], column: str) -> None:
    """Insert rows, or add their numbers in `column` to those with the same key."""
    if not rows:
        return
    statement = insert(table)
    total = {column: table.c[column] + statement.excluded[column]}
    connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=total), list(rows))
