"""What may be shown of a source's stories, which entries it is to bring; tombstones followed, pages to be read."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    for name in ("filters", "map_authors"):
        op.add_column("sources", sa.Column(name, sa.Text(), server_default="", nullable=False))
    for name in ("summary_words", "expire_days"):
        op.add_column("sources", sa.Column(name, sa.Integer(), nullable=True))
    op.add_column("sources", sa.Column("images", sa.Boolean(), server_default=sa.text("1"), nullable=False))
    op.add_column("sources", sa.Column("full_text", sa.Boolean(), server_default=sa.text("0"), nullable=False))
    for name in ("deleted_at", "page_at"):
        op.add_column("entries", sa.Column(name, sa.BigInteger(), nullable=True))
    op.create_index("entries_pages", "entries", ["page_at"], sqlite_where=sa.text("page_at IS NOT NULL"))
