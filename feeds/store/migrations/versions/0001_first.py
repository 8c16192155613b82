"""The first schema: the whole walk, a story out and a partner in."""

import time

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

SECTIONS = [
    ("must-read", "Must read", "must read"),
    ("corrections", "Corrections", "corrections"),
    ("trending", "Trending", "trending"),
]


def upgrade() -> None:
    op.create_table(
        "faults",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("faults_at", "faults", ["at"], unique=False)
    op.create_table(
        "fragments",
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("variant", sa.Text(), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("fragments_key", "fragments", ["article", "variant", "shown", "format"], unique=True)
    op.create_table(
        "jobs",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("took_s", sa.Float(), server_default="0", nullable=False),
        sa.Column("outcome", sa.Text(), server_default="", nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "labels",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("bio", sa.Text(), server_default="", nullable=False),
        sa.Column("url", sa.Text(), server_default="", nullable=False),
        sa.Column("image", sa.Text(), server_default="", nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("rule", sa.Text(), server_default="", nullable=False),
        sa.Column("pinned", sa.Text(), server_default="", nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.Column("successor", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("labels_slug", "labels", ["kind", "slug"], unique=True)
    op.create_table(
        "meta",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "processes",
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("beat_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("role", "pid"),
    )
    op.create_table(
        "ripples",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column("key", sa.Text(), server_default="", nullable=False),
        sa.Column("moment", sa.BigInteger(), nullable=False),
        sa.Column("article", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "search_numbers",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("article", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("article"),
    )
    op.create_table(
        "set_aside",
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("shown", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("article"),
    )
    op.create_table(
        "sources",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("site_url", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), server_default="", nullable=False),
        sa.Column("publish", sa.Text(), server_default="", nullable=False),
        sa.Column("rights", sa.Text(), server_default="", nullable=False),
        sa.Column("tags", sa.Text(), server_default="", nullable=False),
        sa.Column("add_tags", sa.Text(), server_default="", nullable=False),
        sa.Column("section", sa.Text(), server_default="", nullable=False),
        sa.Column("authors", sa.Text(), server_default="", nullable=False),
        sa.Column("credit", sa.Text(), server_default="", nullable=False),
        sa.Column("language", sa.Text(), server_default="", nullable=False),
        sa.Column("max_age_days", sa.Integer(), nullable=True),
        sa.Column("first_poll", sa.Integer(), nullable=True),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.Column("next_poll_at", sa.BigInteger(), nullable=True),
        sa.Column("validators_url", sa.Text(), server_default="", nullable=False),
        sa.Column("etag", sa.Text(), server_default="", nullable=False),
        sa.Column("last_modified", sa.Text(), server_default="", nullable=False),
        sa.Column("body_hash", sa.Text(), server_default="", nullable=False),
        sa.Column("failures", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("polled_once", sa.Boolean(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("removed_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("url"),
    )
    op.create_index(
        "sources_due",
        "sources",
        ["next_poll_at"],
        unique=False,
        sqlite_where=sa.text("state = 'active' AND removed_at IS NULL"),
    )
    op.create_table(
        "tokens",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("scope", sa.Text(), server_default="", nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("hash"),
    )
    op.create_table(
        "articles",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("folded_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("title_fold", sa.Text(), server_default="", nullable=False),
        sa.Column("standfirst", sa.Text(), server_default="", nullable=False),
        sa.Column("content_html", sa.Text(), server_default="", nullable=False),
        sa.Column("kicker", sa.Text(), server_default="", nullable=False),
        sa.Column("language", sa.Text(), server_default="", nullable=False),
        sa.Column("rights", sa.Text(), server_default="", nullable=False),
        sa.Column("canonical_url", sa.Text(), server_default="", nullable=False),
        sa.Column("dateline", sa.Text(), server_default="", nullable=False),
        sa.Column("image", sa.Text(), server_default="", nullable=False),
        sa.Column("attachments", sa.Text(), server_default="", nullable=False),
        sa.Column("flags", sa.Text(), server_default="", nullable=False),
        sa.Column("corrections", sa.Text(), server_default="", nullable=False),
        sa.Column("section", sa.Integer(), nullable=True),
        sa.Column("status", sa.Text(), server_default="", nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=True),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("moment", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.Column("withdrawn_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("was_public", sa.Boolean(), server_default=sa.text("0"), nullable=False),
        sa.Column("is_placed", sa.Boolean(), server_default=sa.text("0"), nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("shown", sa.Text(), server_default="", nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("entry_id", sa.Text(), server_default="", nullable=False),
        sa.Column("ours", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["section"],
            ["labels.id"],
        ),
        sa.ForeignKeyConstraint(
            ["source"],
            ["sources.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("folded_id"),
    )
    op.create_index("articles_by_source", "articles", ["source", "moment", "id"], unique=False)
    op.create_index("articles_by_status", "articles", ["status", "moment", "id"], unique=False)
    op.create_index("articles_by_title", "articles", ["title_fold"], unique=False)
    op.create_index("articles_changed", "articles", ["changed_at"], unique=False)
    op.create_index(
        "articles_due", "articles", ["published_at"], unique=False, sqlite_where=sa.text("status = 'scheduled'")
    )
    op.create_index(
        "articles_ending",
        "articles",
        ["expires_at"],
        unique=False,
        sqlite_where=sa.text("is_placed = 1 AND expires_at IS NOT NULL"),
    )
    op.create_index("articles_newest", "articles", ["moment", "id"], unique=False)
    op.create_table(
        "channels",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("label", sa.Integer(), nullable=True),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("language", sa.Text(), server_default="", nullable=False),
        sa.Column("depth", sa.Text(), server_default="", nullable=False),
        sa.Column("window", sa.Integer(), nullable=True),
        sa.Column("image", sa.Text(), server_default="", nullable=False),
        sa.Column("partners", sa.Boolean(), server_default=sa.text("1"), nullable=False),
        sa.ForeignKeyConstraint(
            ["label"],
            ["labels.id"],
        ),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("label"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), server_default="", nullable=False),
        sa.Column("drifted", sa.Text(), server_default="", nullable=False),
        sa.Column("link", sa.Text(), server_default="", nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("hash", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), server_default="", nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.Column("body", sa.Text(), server_default="", nullable=False),
        sa.Column("article", sa.Text(), server_default="", nullable=False),
        sa.Column("first_seen_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source"],
            ["sources.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("entries_by_drifted", "entries", ["source", "drifted"], unique=False)
    op.create_index("entries_by_key", "entries", ["source", "key"], unique=True)
    op.create_index("entries_by_link", "entries", ["source", "link"], unique=False)
    op.create_index("entries_newest", "entries", ["source", "first_seen_at", "id"], unique=False)
    op.create_table(
        "label_names",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("fold", sa.Text(), nullable=False),
        sa.Column("label", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["label"],
            ["labels.id"],
        ),
        sa.PrimaryKeyConstraint("kind", "fold"),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_label_names_label"), "label_names", ["label"], unique=False)
    op.create_table(
        "polls",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.Column("took_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("bytes", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("new", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("changed", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["source"],
            ["sources.id"],
        ),
        sa.PrimaryKeyConstraint("source", "at"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "redirects",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("label", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["label"],
            ["labels.id"],
        ),
        sa.PrimaryKeyConstraint("kind", "slug"),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_redirects_label"), "redirects", ["label"], unique=False)
    op.create_table(
        "article_labels",
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article"],
            ["articles.id"],
        ),
        sa.ForeignKeyConstraint(
            ["label"],
            ["labels.id"],
        ),
        sa.PrimaryKeyConstraint("article", "kind", "position"),
        sqlite_with_rowid=False,
    )
    op.create_index("article_labels_by_label", "article_labels", ["label", "article"], unique=False)
    op.create_table(
        "article_related",
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("target", sa.Text(), server_default="", nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("title_fold", sa.Text(), server_default="", nullable=False),
        sa.Column("url", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["article"],
            ["articles.id"],
        ),
        sa.PrimaryKeyConstraint("article", "position"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "article_shows",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("moment", sa.BigInteger(), nullable=False),
        sa.Column("article", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article"],
            ["articles.id"],
        ),
        sa.PrimaryKeyConstraint("kind", "key", "moment", "article"),
        sqlite_with_rowid=False,
    )
    op.create_index("article_shows_by_article", "article_shows", ["article"], unique=False)
    op.create_table(
        "dirty",
        sa.Column("channel", sa.Integer(), nullable=False),
        sa.Column("marked", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("built", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["channel"],
            ["channels.number"],
        ),
        sa.PrimaryKeyConstraint("channel"),
    )
    op.create_index("dirty_now", "dirty", ["since"], unique=False, sqlite_where=sa.text("marked > built"))
    op.create_table(
        "documents",
        sa.Column("channel", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("stamp", sa.BigInteger(), nullable=False),
        sa.Column("variant", sa.Text(), server_default="", nullable=False),
        sa.Column("entries", sa.Text(), server_default="", nullable=False),
        sa.Column("rss_hash", sa.Text(), server_default="", nullable=False),
        sa.Column("rss_head", sa.LargeBinary(), nullable=False),
        sa.Column("rss_tail", sa.LargeBinary(), nullable=False),
        sa.Column("atom_hash", sa.Text(), server_default="", nullable=False),
        sa.Column("atom_head", sa.LargeBinary(), nullable=False),
        sa.Column("atom_tail", sa.LargeBinary(), nullable=False),
        sa.Column("json_hash", sa.Text(), server_default="", nullable=False),
        sa.Column("json_head", sa.LargeBinary(), nullable=False),
        sa.Column("json_tail", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["channel"],
            ["channels.number"],
        ),
        sa.PrimaryKeyConstraint("channel", "part"),
    )
    op.create_index("documents_by_seq", "documents", ["seq"], unique=False)
    op.create_table(
        "places",
        sa.Column("channel", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("article", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article"],
            ["articles.id"],
        ),
        sa.ForeignKeyConstraint(
            ["channel"],
            ["channels.number"],
        ),
        sa.PrimaryKeyConstraint("channel", "at", "article"),
        sqlite_with_rowid=False,
    )
    op.create_index("places_by_article", "places", ["article", "channel"], unique=False)
    op.create_table(
        "revisions",
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["article"],
            ["articles.id"],
        ),
        sa.PrimaryKeyConstraint("article", "number"),
    )
    op.create_table(
        "tombstones",
        sa.Column("channel", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["channel"],
            ["channels.number"],
        ),
        sa.PrimaryKeyConstraint("channel", "at", "article"),
        sqlite_with_rowid=False,
    )
    op.create_index("tombstones_by_article", "tombstones", ["article"], unique=False)
    op.execute(
        "CREATE VIRTUAL TABLE search_text USING fts5"
        "(title, standfirst, body, names, tokenize='unicode61 remove_diacritics 2')"
    )

    op.execute("INSERT INTO notices (id, seq) VALUES (1, 0)")
    # `site` and the sections that choose for themselves are there from the first start, to be regenerated at once.
    now = int(time.time() * 1_000_000)
    op.execute("INSERT INTO channels (number) VALUES (1)")
    op.execute(f"INSERT INTO dirty (channel, marked, since) VALUES (1, 1, {now})")
    for number, (slug, name, fold) in enumerate(SECTIONS, 1):
        op.execute(f"INSERT INTO labels (id, kind, slug, name) VALUES ({number}, 'sections', '{slug}', '{name}')")
        op.execute(f"INSERT INTO label_names (kind, fold, label) VALUES ('sections', '{fold}', {number})")
        op.execute(f"INSERT INTO channels (number, label) VALUES ({number + 1}, {number})")
        op.execute(f"INSERT INTO dirty (channel, marked, since) VALUES ({number + 1}, 1, {now})")
