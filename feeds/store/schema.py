"""The tables, as they are after the newest migration (a test holds the two together).

Conventions: instants are integer microseconds since 1970 in UTC (`…_at`); texts are never null, an empty text stands
for "none"; a null instant or number means that there is none. Ids of articles are texts, compared as bytes: they are
part of keys whose order documents print. Tables that are read by ranges of their key are clustered by it.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)

metadata = MetaData()


def _text(name: str, **options: object) -> Column[str]:
    return Column(name, Text, nullable=False, server_default="", **options)  # type: ignore[arg-type]


def _at(name: str, *, optional: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=optional)


def _count(name: str, start: int = 0) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default=str(start))


# -- the newsroom itself --------------------------------------------------------------------------------------------

# What is fixed or found once: authority and date of ids, the address served, whether the demo is in, print settings.
meta = Table("meta", metadata, Column("key", Text, primary_key=True), _text("value"))

# One row. `seq` numbers every change that other processes must see; drawn inside the write transaction.
notices = Table("notices", metadata, Column("id", Integer, primary_key=True), _count("seq"))

tokens = Table(
    "tokens",
    metadata,
    Column("id", Integer, primary_key=True),
    _text("name"),
    _text("scope"),
    Column("hash", Text, nullable=False, unique=True),  # SHA-256 of the token, in hex; the token itself is not kept
    _at("created_at"),
    _at("revoked_at", optional=True),
)

# -- what articles are filed under -----------------------------------------------------------------------------------

labels = Table(
    "labels",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),  # authors, tags, sections
    Column("slug", Text, nullable=False),
    _text("name"),
    # told of an author
    _text("bio"),
    _text("url"),
    _text("image"),
    # told of a section or tag
    _text("description"),
    # a section that chooses its articles itself, and those that stand first in its channel
    _text("rule"),  # JSON; empty: it holds the articles that name it
    _text("pinned"),  # JSON list of ids
    # given up
    _at("retired_at", optional=True),
    Column("successor", Integer, nullable=True),
    Index("labels_slug", "kind", "slug", unique=True),
)

# Every folded name that stands for a label, also those it had before a rename or merge.
label_names = Table(
    "label_names",
    metadata,
    Column("kind", Text, nullable=False),
    Column("fold", Text, nullable=False),
    Column("label", ForeignKey("labels.id"), nullable=False, index=True),
    PrimaryKeyConstraint("kind", "fold"),
    sqlite_with_rowid=False,
)

# Slugs that lead elsewhere, for ever; they are never given away.
redirects = Table(
    "redirects",
    metadata,
    Column("kind", Text, nullable=False),
    Column("slug", Text, nullable=False),
    Column("label", ForeignKey("labels.id"), nullable=False, index=True),
    PrimaryKeyConstraint("kind", "slug"),
    sqlite_with_rowid=False,
)

# -- articles --------------------------------------------------------------------------------------------------------

articles = Table(
    "articles",
    metadata,
    Column("id", Text, primary_key=True),
    Column("folded_id", Text, nullable=False, unique=True),  # two ids that differ by case alone are refused
    # as the newsroom wrote it
    _text("title"),
    Column("title_fold", Text, nullable=False, server_default=""),  # by which related lines find it
    _text("standfirst"),
    _text("content_html"),
    _text("kicker"),
    _text("language"),
    _text("rights"),
    _text("canonical_url"),
    _text("dateline"),
    _text("image"),  # JSON; empty: none
    _text("attachments"),  # JSON list
    _text("flags"),  # words apart by spaces
    _text("corrections"),  # JSON list of {at, note}, oldest first
    Column("section", ForeignKey("labels.id"), nullable=True),
    # where it stands in its life
    _text("status"),
    _at("published_at", optional=True),
    _at("updated_at"),
    _at("created_at"),
    _at("moment"),  # by which lists are ordered: published, else made
    _at("changed_at"),  # any change at all, also of tags
    _at("expires_at", optional=True),
    _at("withdrawn_at", optional=True),
    _text("withdrawn_reason"),
    _at("erased_at", optional=True),  # its text is gone for good; the row keeps the id from being given again
    Column("was_public", Boolean, nullable=False, server_default=text("0")),
    Column("is_placed", Boolean, nullable=False, server_default=text("0")),  # public as of its last placing
    _count("revision", 1),
    _text("shown"),  # stands for every value that its fragments print
    # a partner's
    Column("source", ForeignKey("sources.id"), nullable=True),
    _text("entry_id"),
    _text("ours"),  # names of fields that were changed through the API, apart by spaces
    Index("articles_by_title", "title_fold"),
    Index("articles_newest", "moment", "id"),
    Index("articles_by_status", "status", "moment", "id"),
    Index("articles_by_source", "source", "moment", "id"),
    Index("articles_due", "published_at", sqlite_where=text("status = 'scheduled'")),
    Index("articles_ending", "expires_at", sqlite_where=text("is_placed = 1 AND expires_at IS NOT NULL")),
    Index("articles_changed", "changed_at"),
)

article_labels = Table(
    "article_labels",
    metadata,
    Column("article", ForeignKey("articles.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("position", Integer, nullable=False),  # as the byline and the list of tags have them
    Column("label", ForeignKey("labels.id"), nullable=False),
    PrimaryKeyConstraint("article", "kind", "position"),
    Index("article_labels_by_label", "label", "article"),
    sqlite_with_rowid=False,
)

article_related = Table(
    "article_related",
    metadata,
    Column("article", ForeignKey("articles.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("target", Text, nullable=False, server_default=""),  # an id, as the client named it; need not exist
    _text("title"),
    _text("title_fold"),
    _text("url"),
    PrimaryKeyConstraint("article", "position"),
    sqlite_with_rowid=False,
)

# Pictures that we serve; the bytes are files of these names in the instance's folder `media`.
media = Table(
    "media",
    metadata,
    Column("name", Text, primary_key=True),  # the hash of the bytes, with the ending of the type
    _text("type"),
    _count("length"),
    _count("width"),
    _count("height"),
    _at("created_at"),
)

# Files of which articles leave something out, by address: asked about, and what came of it. A row stays, so that no
# address is asked about again.
files = Table(
    "files",
    metadata,
    Column("address", Text, primary_key=True),  # as articles have it, without fragment
    _text("host"),  # with its port: to one host goes one request at a time; empty: it is ours
    # asking
    _at("next_at", optional=True),  # null: never again
    _count("attempts"),
    _text("reason"),  # why the last one failed
    # as its server told
    _at("known_at", optional=True),
    _text("type"),
    Column("length", BigInteger, nullable=True),
    Column("width", BigInteger, nullable=True),
    Column("height", BigInteger, nullable=True),
    Index("files_due", "next_at", sqlite_where=text("next_at IS NOT NULL")),
    Index("files_of_host", "host", "next_at", sqlite_where=text("next_at IS NOT NULL")),
)

# Page views by spans of ten minutes.
page_views = Table(
    "page_views",
    metadata,
    Column("span", BigInteger, nullable=False),
    Column("article", Text, nullable=False),
    _count("views"),
    PrimaryKeyConstraint("span", "article"),
    Index("page_views_by_article", "article"),
    sqlite_with_rowid=False,
)

# Which articles print something of a label, of another article (by id or by title) or of a source.
article_shows = Table(
    "article_shows",
    metadata,
    Column("kind", Text, nullable=False),  # label, article, title, source, file
    Column("key", Text, nullable=False),
    _at("moment"),  # the article's
    Column("article", ForeignKey("articles.id"), nullable=False),
    PrimaryKeyConstraint("kind", "key", "moment", "article"),
    Index("article_shows_by_article", "article"),
    sqlite_with_rowid=False,
)

# What is left to do of a change that concerns many articles: those before (moment, article) have not heard of it yet.
ripples = Table(
    "ripples",
    metadata,
    Column("id", Integer, primary_key=True),
    _text("kind"),  # as in article_shows; merge and rule: see pipeline/ripple
    _text("key"),
    _at("moment"),
    _text("article"),
)

revisions = Table(
    "revisions",
    metadata,
    Column("article", ForeignKey("articles.id"), nullable=False),
    Column("number", Integer, nullable=False),
    _at("at"),
    _text("body"),  # the article as GET answered it, JSON
    PrimaryKeyConstraint("article", "number"),
)

# -- channels and what they hold -------------------------------------------------------------------------------------

channels = Table(
    "channels",
    metadata,
    Column("number", Integer, primary_key=True),  # given at first use, printed in Atom ids, never given again
    Column("label", ForeignKey("labels.id"), nullable=True, unique=True),  # null: `site`
    # its own ways; empty or null: as the site has it
    _text("title"),
    _text("description"),
    _text("language"),
    _text("depth"),
    Column("window", Integer, nullable=True),
    _text("image"),
    Column("partners", Boolean, nullable=False, server_default=text("1")),
    sqlite_autoincrement=True,
)

places = Table(
    "places",
    metadata,
    Column("channel", ForeignKey("channels.number"), nullable=False),
    _at("at"),
    Column("article", ForeignKey("articles.id"), nullable=False),
    PrimaryKeyConstraint("channel", "at", "article"),
    Index("places_by_article", "article", "channel"),
    sqlite_with_rowid=False,
)

# Cuts of channels into archive parts, in the order of places; part 0 is the cut above which places are in no part.
parts = Table(
    "parts",
    metadata,
    Column("channel", ForeignKey("channels.number"), nullable=False),
    _at("at"),
    Column("article", Text, nullable=False),
    Column("part", Integer, nullable=False),
    PrimaryKeyConstraint("channel", "at", "article"),
    Index("parts_by_name", "channel", "part", unique=True),
    sqlite_with_rowid=False,
)

# Counters that only rise: a part of a channel (0: its current documents) is dirty while marked > built.
dirty = Table(
    "dirty",
    metadata,
    Column("channel", ForeignKey("channels.number"), nullable=False),
    Column("part", Integer, nullable=False),
    _count("marked"),
    _count("built"),
    _at("since"),  # when it last became dirty; negative: it goes first
    PrimaryKeyConstraint("channel", "part"),
    Index("dirty_now", "since", "channel", "part", sqlite_where=text("marked > built")),
    sqlite_with_rowid=False,
)

fragments = Table(
    "fragments",
    metadata,
    Column("article", Text, nullable=False),
    Column("format", Text, nullable=False),
    Column("variant", Text, nullable=False),
    Column("shown", Text, nullable=False),  # the article's, with the printer's (pipeline/printer)
    Column("data", LargeBinary, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    _at("made_at"),
    Index("fragments_key", "article", "variant", "shown", "format", unique=True),
)

# One row is the three documents of a channel (part 0: current; archive parts above) as recipes: frames and the
# list of fragments. `stamp` is theirs together; `<format>_hash` is part of the ETag.
documents = Table(
    "documents",
    metadata,
    Column("channel", ForeignKey("channels.number"), nullable=False),
    Column("part", Integer, nullable=False),
    _count("seq"),  # of the notice that told of it
    _at("stamp"),
    _text("variant"),
    _text("entries"),  # JSON list of [article, shown, stamp at which it came so]
    # Whoever holds a version of at least this stamp misses nothing in a delta: what left since then grew old (in Atom:
    # or has a tombstone). Null: no version is known to be so.
    _at("told_since", optional=True),
    _at("atom_told_since", optional=True),
    _text("masthead"),  # stands for all values that the frames were made from, but the stamp
    _text("rss_hash"),
    Column("rss_head", LargeBinary, nullable=False),
    Column("rss_tail", LargeBinary, nullable=False),
    _text("atom_hash"),
    Column("atom_head", LargeBinary, nullable=False),
    Column("atom_tail", LargeBinary, nullable=False),
    _text("json_hash"),
    Column("json_head", LargeBinary, nullable=False),
    Column("json_tail", LargeBinary, nullable=False),
    PrimaryKeyConstraint("channel", "part"),
    Index("documents_by_seq", "seq"),
    Index("documents_by_stamp", "stamp"),
)

tombstones = Table(
    "tombstones",
    metadata,
    Column("channel", ForeignKey("channels.number"), nullable=False),
    _at("at"),
    Column("article", Text, nullable=False),
    _text("reason"),
    PrimaryKeyConstraint("channel", "at", "article"),
    Index("tombstones_by_article", "article"),
    sqlite_with_rowid=False,
)

# Articles that could not be rendered, as of what they showed then.
# Full text of articles in any status; the FTS5 table `search_text` beside it has these numbers as its rowid.
search_numbers = Table(
    "search_numbers",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("article", Text, nullable=False, unique=True),
)

set_aside = Table(
    "set_aside",
    metadata,
    Column("article", Text, primary_key=True),
    _text("shown"),
    _text("reason"),
    _at("at"),
)

# -- partners --------------------------------------------------------------------------------------------------------

sources = Table(
    "sources",
    metadata,
    Column("id", Text, primary_key=True),
    Column("url", Text, nullable=False, unique=True),
    # as the operator set it
    _text("title"),
    _text("site_url"),
    _text("state"),
    _text("publish"),
    _text("filters"),  # JSON list of objects
    _text("rights"),
    Column("summary_words", Integer, nullable=True),
    Column("images", Boolean, nullable=False, server_default=text("1")),
    Column("expire_days", Integer, nullable=True),
    Column("full_text", Boolean, nullable=False, server_default=text("0")),
    _text("tags"),  # JSON object, theirs to ours
    _text("add_tags"),  # JSON list
    _text("section"),
    _text("authors"),  # JSON list
    _text("map_authors"),  # JSON object, theirs to ours
    _text("credit"),
    _text("language"),
    Column("max_age_days", Integer, nullable=True),
    Column("first_poll", Integer, nullable=True),
    Column("identity", Text, nullable=False, server_default="auto"),  # entries are told apart by: auto, id, link, title
    Column("wire", Boolean, nullable=False, server_default=text("0")),  # its versions go before other partners'
    # as polling found it
    _text("why"),
    _at("next_poll_at", optional=True),
    _text("validators_url"),
    _text("etag"),
    _text("last_modified"),
    _text("body_hash"),
    _count("failures"),
    Column("polled_once", Boolean, nullable=False, server_default=text("0")),
    _text("host"),  # of its address, with the port: to one host goes one request at a time
    _text("wishes"),  # JSON: what it says of how often it may be asked
    _text("rhythm"),  # JSON: how often it brings something new
    _text("moved_to"),  # where its address has led of late, for good; empty: nowhere
    _count("moved_answers"),
    _at("moved_at", optional=True),
    _at("whole_at", optional=True),  # last asked without validators, and answered
    _at("unchanged_at", optional=True),  # last answered 304
    _at("distrusted_at", optional=True),  # found to have answered 304 although it had changed
    _at("new_at", optional=True),  # last brought something new
    _count("doubled"),  # entries of its last document whose ids others have too
    _text("identified_by"),  # link or title, where its ids, or links, were found to be worthless; it stays so
    _text("usual"),  # JSON: what its documents are like
    _text("alarm"),  # why it is quarantined
    _at("created_at"),
    _at("removed_at", optional=True),  # removed: its articles keep its name, the same address takes it up again
    Index("sources_due", "next_poll_at", sqlite_where=text("removed_at IS NULL")),
)

# A source's last document: by which the next one is found to be the same, or which of its entries are.
readings = Table(
    "readings",
    metadata,
    Column("source", ForeignKey("sources.id"), primary_key=True),
    _text("body_hash"),  # as in sources: a reading of another body counts for nothing
    _text("quiet_hash"),  # of the body without its dates and comments
    _text("entries"),  # JSON list of [mark, key, link]; empty: the next one is read whole
)

entries = Table(
    "entries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", ForeignKey("sources.id"), nullable=False),
    _text("key"),  # the partner's id, else link, else a hash (ingest/identity)
    _text("drifted"),  # the key without scheme and host; empty: none
    _text("link"),
    _text("title"),
    _text("hash"),  # of everything but its dates
    _text("state"),  # published, held, remembered, refused
    _text("why"),
    _text("body"),  # of one that is held: the article that it would become, JSON
    _text("text_key"),  # of what it says, as all houses would print it (model/story); empty: too little
    _at("moment", optional=True),  # its own date, as far as it is believed
    Column("article", Text, nullable=False, server_default=""),
    Column("joined", Boolean, nullable=False, server_default=text("0")),  # its article prints another one's version
    _count("versions", 1),  # that became revisions of its article
    _at("first_seen_at"),
    _at("seen_at"),
    _at("deleted_at", optional=True),  # the moment of the partner's tombstone that was followed
    _at("page_at", optional=True),  # when its page is to be read for the text; null: not any more
    Index("entries_by_key", "source", "key", unique=True),
    Index("entries_by_drifted", "source", "drifted"),
    Index("entries_by_link", "source", "link"),
    Index("entries_newest", "source", "first_seen_at", "id"),
    Index("entries_pages", "page_at", sqlite_where=text("page_at IS NOT NULL")),
    Index("entries_by_page", "link"),
    Index("entries_by_text", "text_key"),
    Index("entries_by_id", "key"),
    Index("entries_by_article", "article"),
)

# By what stories of our own are known when a partner sends them: headlines, first homes, and texts of erased ones.
own_stories = Table(
    "own_stories",
    metadata,
    Column("key", Text, nullable=False),
    Column("article", Text, nullable=False),
    PrimaryKeyConstraint("key", "article"),
    sqlite_with_rowid=False,
)

polls = Table(
    "polls",
    metadata,
    Column("source", ForeignKey("sources.id"), nullable=False),
    _at("at"),
    _text("outcome"),
    Column("status", Integer, nullable=True),
    _text("detail"),
    _count("took_ms"),
    _count("bytes"),
    _count("new"),
    _count("changed"),
    PrimaryKeyConstraint("source", "at"),
    Index("polls_news", "source", "at", sqlite_where=text("new > 0")),
    sqlite_with_rowid=False,
)

# -- hubs ------------------------------------------------------------------------------------------------------------

# Changed documents that a hub has not been told of; one that changes again before is told of once.
pushes = Table(
    "pushes",
    metadata,
    Column("hub", Text, nullable=False),
    Column("channel", ForeignKey("channels.number"), nullable=False),
    Column("format", Text, nullable=False),
    _at("stamp"),  # of the document's last version
    _at("since"),  # from when on it has changed again before it settled
    _count("rank"),  # less by one with each failure: what failed comes after what did not
    _at("due_at"),
    PrimaryKeyConstraint("hub", "channel", "format"),
    Index("pushes_due", "hub", "rank", "due_at"),
    sqlite_with_rowid=False,
)

# How hubs answer; those that were never told anything are not there.
hubs = Table(
    "hubs",
    metadata,
    Column("hub", Text, primary_key=True),
    _count("failures"),  # in a row
    _at("next_at", optional=True),  # not asked before; null: at any time
    _text("why"),  # of the last failure
    _at("told_at", optional=True),  # last told of something
    sqlite_with_rowid=False,
)

# -- the machine room ------------------------------------------------------------------------------------------------

jobs = Table(
    "jobs",
    metadata,
    Column("name", Text, primary_key=True),
    _at("started_at", optional=True),
    Column("took_s", Float, nullable=False, server_default="0"),
    _text("outcome"),
    _text("detail"),
    _at("next_at", optional=True),
)

faults = Table(
    "faults",
    metadata,
    Column("id", Integer, primary_key=True),
    _at("at"),
    _text("kind"),
    _text("detail"),
    Index("faults_at", "at"),
)

# What all processes counted, added up; for times a row each class (`…_bucket`, not yet cumulative) and their sum.
counters = Table(
    "counters",
    metadata,
    Column("name", Text, nullable=False),
    Column("labels", Text, nullable=False),  # JSON list of their values
    Column("value", Float, nullable=False),
    PrimaryKeyConstraint("name", "labels"),
    sqlite_with_rowid=False,
)

processes = Table(
    "processes",
    metadata,
    Column("role", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    _at("started_at"),
    _at("beat_at"),
    PrimaryKeyConstraint("role", "pid"),
)
