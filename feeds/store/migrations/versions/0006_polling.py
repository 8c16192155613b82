"""What polling finds out of sources: their pace, where they move to, and what their last document held."""

from urllib.parse import urlsplit

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def _host_of(url: str) -> str:
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:
        return ""


def upgrade() -> None:
    for name in ("host", "wishes", "rhythm", "moved_to"):
        op.add_column("sources", sa.Column(name, sa.Text(), server_default="", nullable=False))
    for name in ("moved_answers", "doubled"):
        op.add_column("sources", sa.Column(name, sa.BigInteger(), server_default="0", nullable=False))
    for name in ("moved_at", "whole_at", "unchanged_at", "distrusted_at", "new_at"):
        op.add_column("sources", sa.Column(name, sa.BigInteger(), nullable=True))
    connection = op.get_bind()
    for source, url in connection.execute(sa.text("SELECT id, url FROM sources")).all():
        connection.execute(
            sa.text("UPDATE sources SET host = :host WHERE id = :id"), {"host": _host_of(url), "id": source}
        )
    op.create_table(
        "readings",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.Text(), server_default="", nullable=False),
        sa.Column("quiet_hash", sa.Text(), server_default="", nullable=False),
        sa.Column("entries", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["source"], ["sources.id"]),
        sa.PrimaryKeyConstraint("source"),
    )
