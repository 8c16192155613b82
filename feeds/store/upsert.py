"""INSERT … ON CONFLICT, the one statement that Core writes per dialect; every other file of the store calls these."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects.sqlite import insert

Row = Mapping[str, Any]


def insert_missing(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert the rows whose keys are not there yet; leave the others as they are."""
    if rows:
        connection.execute(insert(table).on_conflict_do_nothing(), list(rows))


def upsert(connection: Connection, table: Table, rows: Sequence[Row], *, key: Sequence[str]) -> None:
    """Insert rows, or write their values over those with the same key; all rows name the same columns."""
    if not rows:
        return
    statement = insert(table)
    values = {name: statement.excluded[name] for name in rows[0] if name not in key}
    connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=values), list(rows))


def add_up(connection: Connection, table: Table, rows: Sequence[Row], *, key: Sequence[str], column: str) -> None:
    """Insert rows, or add their numbers in `column` to those with the same key."""
    if not rows:
        return
    statement = insert(table)
    total = {column: table.c[column] + statement.excluded[column]}
    connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=total), list(rows))
