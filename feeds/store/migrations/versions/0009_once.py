"""By what stories are known again across sources, what sources' documents are like, and why one is quarantined.

Stories of our own that are there already get their keys here; entries get theirs when they are next said anew.
"""

import sqlalchemy as sa
from alembic import op

from feeds.model.story import headline_key, page_key

revision = "0009"
down_revision = "0008"
_CHUNK = 1000


def upgrade() -> None:
    op.add_column("sources", sa.Column("identity", sa.Text(), server_default="auto", nullable=False))
    for name in ("identified_by", "usual", "alarm"):
        op.add_column("sources", sa.Column(name, sa.Text(), server_default="", nullable=False))
    op.add_column("sources", sa.Column("wire", sa.Boolean(), server_default=sa.text("0"), nullable=False))
    op.drop_index("sources_due", "sources")
    op.create_index("sources_due", "sources", ["next_poll_at"], sqlite_where=sa.text("removed_at IS NULL"))
    op.add_column("entries", sa.Column("text_key", sa.Text(), server_default="", nullable=False))
    op.add_column("entries", sa.Column("moment", sa.BigInteger(), nullable=True))
    op.add_column("entries", sa.Column("joined", sa.Boolean(), server_default=sa.text("0"), nullable=False))
    op.add_column("entries", sa.Column("versions", sa.BigInteger(), server_default="1", nullable=False))
    for name, column in (("page", "link"), ("text", "text_key"), ("id", "key"), ("article", "article")):
        op.create_index(f"entries_by_{name}", "entries", [column])
    op.create_table(
        "own_stories",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("article", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", "article"),
        sqlite_with_rowid=False,
    )
    _know_our_own(op.get_bind())


def _know_our_own(connection: sa.Connection) -> None:
    chunk = sa.text(
        "SELECT id, title, canonical_url FROM articles WHERE source IS NULL AND erased_at IS NULL AND id > :after"
        " ORDER BY id LIMIT :limit"
    )
    keep = sa.text("INSERT OR IGNORE INTO own_stories (key, article) VALUES (:key, :article)")
    after = ""
    while rows := connection.execute(chunk, {"after": after, "limit": _CHUNK}).all():
        keys = [(key, row.id) for row in rows for key in (headline_key(row.title), page_key(row.canonical_url)) if key]
        if keys:
            connection.execute(keep, [{"key": key, "article": article} for key, article in keys])
        after = rows[-1].id
