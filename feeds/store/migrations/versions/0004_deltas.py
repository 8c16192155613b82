"""From which versions on a delta says all, what frames were made from, and documents by their stamps."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("documents", sa.Column("told_since", sa.BigInteger(), nullable=True))
    op.add_column("documents", sa.Column("atom_told_since", sa.BigInteger(), nullable=True))
    op.add_column("documents", sa.Column("masthead", sa.Text(), server_default="", nullable=False))
    op.create_index("documents_by_stamp", "documents", ["stamp"])
