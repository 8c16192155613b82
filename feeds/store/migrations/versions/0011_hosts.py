"""Hosts are told apart by their names: not by how an address spells them, its user or its usual port."""

from urllib.parse import urlsplit

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
_USUAL = {"http": 80, "https": 443}


def _host_of(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return ""
    return host if not host or port in (None, _USUAL.get(parts.scheme.lower())) else f"{host}:{port}"


def upgrade() -> None:
    connection = op.get_bind()
    for table, key, address in (("sources", "id", "url"), ("files", "address", "address")):
        rows = connection.execute(sa.text(f"SELECT {key}, {address}, host FROM {table} WHERE host != ''")).all()
        moved = [{"key": row[0], "host": _host_of(row[1])} for row in rows if _host_of(row[1]) != row[2]]
        if moved:
            connection.execute(sa.text(f"UPDATE {table} SET host = :host WHERE {key} = :key"), moved)
