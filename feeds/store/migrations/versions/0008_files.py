"""Files of which articles leave something out: which articles show which, and the public ones' to be asked about."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
BATCH = 500


def upgrade() -> None:
    op.create_table(
        "files",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), server_default="", nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("known_at", sa.BigInteger(), nullable=True),
        sa.Column("type", sa.Text(), server_default="", nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=True),
        sa.Column("width", sa.BigInteger(), nullable=True),
        sa.Column("height", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("address"),
    )
    is_wanted = sa.text("next_at IS NOT NULL")
    op.create_index("files_due", "files", ["next_at"], sqlite_where=is_wanted)
    op.create_index("files_of_host", "files", ["host", "next_at"], sqlite_where=is_wanted)
    connection = op.get_bind()
    after = ""
    while True:
        rows = connection.execute(
            sa.text(
                "SELECT id, moment, image, attachments, is_placed FROM articles"
                " WHERE id > :after AND (image <> '' OR attachments NOT IN ('', '[]')) ORDER BY id LIMIT :batch"
            ),
            {"after": after, "batch": BATCH},
        ).all()
        _note(connection, rows)
        if len(rows) < BATCH:
            return
        after = rows[-1].id


def _note(connection: sa.Connection, rows: Any) -> None:
    """Note what articles show; the newest public ones' files are asked about first."""
    found = [(row, address) for row in rows for address in sorted(set(_lacking(row)))]
    shows = [{"key": address, "moment": row.moment, "article": row.id} for row, address in found]
    due = [{"address": address, "host": _host_of(address), "at": row.moment} for row, address in found if row.is_placed]
    if shows:
        connection.execute(
            sa.text(
                "INSERT INTO article_shows (kind, key, moment, article) VALUES ('file', :key, :moment, :article)"
                " ON CONFLICT DO NOTHING"
            ),
            shows,
        )
    if due:
        connection.execute(
            sa.text(
                "INSERT INTO files (address, host, next_at) VALUES (:address, :host, :at)"
                " ON CONFLICT (address) DO UPDATE SET next_at = max(files.next_at, excluded.next_at)"
            ),
            due,
        )


def _lacking(row: Any) -> Iterator[str]:
    for file in json.loads(row.attachments or "[]"):
        if not file.get("type") or file.get("length") is None:
            yield file["url"].partition("#")[0]
    if row.image:
        image = json.loads(row.image)
        if not image.get("type") or None in (image.get("length"), image.get("width"), image.get("height")):
            yield image["url"].partition("#")[0]


def _host_of(address: str) -> str:
    try:
        return urlsplit(address).netloc.lower()
    except ValueError:
        return ""
