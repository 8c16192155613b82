"""Figures of all processes, added up for ever: they only rise, whoever dies and whatever is started again."""

import json
from collections.abc import Mapping

from sqlalchemy import Connection, select

from feeds.metrics import Key
from feeds.store.schema import counters
from feeds.store.upsert import add_up


def add(connection: Connection, counted: Mapping[Key, float]) -> None:
    """Add what a process counted."""
    rows = [
        {"name": name, "labels": json.dumps(labels), "value": value}
        for (name, labels), value in sorted(counted.items())
    ]
    add_up(connection, counters, rows, key=["name", "labels"], column="value")


def load(connection: Connection) -> dict[Key, float]:
    """Give all figures."""
    rows = connection.execute(select(counters.c.name, counters.c.labels, counters.c.value))
    return {(row.name, tuple(json.loads(row.labels))): row.value for row in rows}
