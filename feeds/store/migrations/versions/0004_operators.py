"""Polls that brought something new are found without the others: a silent source is told from them."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_index("polls_news", "polls", ["source", "at"], unique=False, sqlite_where=sa.text("new > 0"))
