"""Archive parts: cuts of channels, and dirt by part. Every channel is marked, so that its parts come to be."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "parts",
        sa.Column("channel", sa.Integer(), sa.ForeignKey("channels.number"), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "at", "article"),
        sqlite_with_rowid=False,
    )
    op.create_index("parts_by_name", "parts", ["channel", "part"], unique=True)
    op.rename_table("dirty", "dirty_before")
    op.drop_index("dirty_now", "dirty_before")
    op.create_table(
        "dirty",
        sa.Column("channel", sa.Integer(), sa.ForeignKey("channels.number"), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("marked", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("built", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "part"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "dirty_now", "dirty", ["since", "channel", "part"], unique=False, sqlite_where=sa.text("marked > built")
    )
    op.execute(
        "INSERT INTO dirty (channel, part, marked, built, since)"
        " SELECT channel, 0, marked + 1, built, since FROM dirty_before"
    )
    op.drop_table("dirty_before")
