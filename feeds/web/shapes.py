"""What the API gives out, as JSON Schema: a table for each kind of thing, a field a line.

A field whose name ends in "?" may be missing; all others are always there. A test holds the tables and the answers
together, both ways.
"""

from collections.abc import Mapping

from feeds.model.article import FLAGS, Status
from feeds.model.document import Format
from feeds.model.source import Outcome, State

Schema = dict[str, object]
REF = "#/components/schemas/"


def _a(kind: str, told: str = "", **more: object) -> Schema:
    return {"type": kind, **({"description": told} if told else {}), **more}


def _or_null(schema: Schema) -> Schema:
    if "$ref" in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    return {**schema, "type": [schema["type"], "null"]}


def _list(items: Schema, told: str = "") -> Schema:
    return _a("array", told, items=items)


def _ref(name: str) -> Schema:
    return {"$ref": REF + name}


def _text(told: str = "", **more: object) -> Schema:
    return _a("string", told, **more)


def _number(told: str = "") -> Schema:
    return _a("integer", told)


def _time(told: str = "") -> Schema:
    return _text(told, format="date-time")


def _link(told: str = "") -> Schema:
    return _text(told, format="uri-reference")


def _map(values: Schema, told: str = "") -> Schema:
    return _a("object", told, additionalProperties=values)


_NAMES = _list(_text())
_LABEL: Mapping[str, Schema] = {
    "slug": _text("Its name in addresses."),
    "key": _text("Its channel."),
    "url_page": _link("Its page."),
    "count": _number("Public articles."),
}
SHAPES: Mapping[str, Mapping[str, Schema]] = {
    "Article": {
        "id": _text(),
        "guid": _text("The id in documents: it never changes."),
        "url": _link("Its page."),
        "slug": _text("Follows the title."),
        "title": _text(),
        "standfirst": _text(),
        "content_html": _text("Cleaned."),
        "authors": _list(_ref("Byline")),
        "tags": _list(_text(), "Names."),
        "section": _or_null(_text("Its name.")),
        "kicker": _or_null(_text()),
        "language": _or_null(_text("BCP 47.")),
        "rights": _or_null(_text()),
        "canonical_url": _or_null(_link()),
        "dateline": _or_null(_text()),
        "image": _or_null(_ref("Picture")),
        "attachments": _list(_ref("Attachment")),
        "related": _list(_ref("Related")),
        "flags": _list(_text(enum=list(FLAGS))),
        "status": _text(enum=[str(status) for status in Status]),
        "published_at": _or_null(_time()),
        "updated_at": _time("When readers had to be told last."),
        "created_at": _time(),
        "expires_at": _or_null(_time()),
        "corrections": _list(_ref("Correction"), "Oldest first."),
        "revision": _number("Counts up from 1."),
        "source": _or_null(_ref("Origin")),
        "in_feeds": _list(_text(), "Keys of the channels that hold it."),
        "withdrawn_at": _or_null(_time()),
        "withdrawn_reason": _or_null(_text()),
    },
    "Byline": {"name": _text(), "slug": _text(), "bio?": _text(), "url?": _link(), "image?": _link()},
    "Picture": {
        "url": _link(),
        "alt?": _text(),
        "caption?": _text(),
        "credit?": _text(),
        "width?": _number("Pixels."),
        "height?": _number("Pixels."),
        "type?": _text("Media type."),
        "length?": _number("Bytes."),
    },
    "Attachment": {
        "url": _link(),
        "type?": _text("Media type."),
        "length?": _number("Bytes."),
        "title?": _text(),
        "duration?": _a("number", "Seconds."),
    },
    "Related": {"id?": _text("Of one of our articles."), "title?": _text(), "url?": _link()},
    "Correction": {"at": _time(), "note": _text()},
    "Origin": {
        "id": _text("The source's."),
        "title": _text("The partner's name."),
        "url": _link("The feed."),
        "entry_id": _text("The id that the partner gave it."),
        "also?": _list(_a("object"), "Other partners that sent the same story, in the same shape."),
    },
    "Author": {
        **_LABEL,
        "name": _text(),
        "bio": _text(),
        "url": _or_null(_link("The author's own page.")),
        "image": _or_null(_link()),
    },
    "Tag": {**_LABEL, "name": _text(), "description": _text()},
    "Section": {
        **_LABEL,
        "title": _text(),
        "description": _text(),
        "rule": _or_null(_ref("SentRule")),
        "pinned": _list(_text(), "Ids of articles that stand first."),
    },
    "Channel": {
        "key": _text(),
        "title": _or_null(_text("Its own; null: made of its label's and the site's.")),
        "description": _or_null(_text()),
        "language": _or_null(_text()),
        "content": _text("What entries carry.", enum=["full", "summary"]),
        "window": _or_null(_number("Entries of its current documents; null: channels.window.")),
        "image": _or_null(_link()),
        "partners": _a("boolean", "Whether it holds partners' stories."),
        "dirty": _a("boolean", "Whether a change waits to be built."),
        "addresses": _a("object", "Its documents.", properties={str(format): _link() for format in Format}),
        "page": _link(),
        "count": _number("Public articles."),
        "stamp": _or_null(_time("When its current documents last changed; microseconds.")),
    },
    "Source": {
        "id": _text(),
        "url": _link("Keys in it are masked."),
        "title": _text(),
        "site_url": _or_null(_link()),
        "state": _text(enum=[str(state) for state in State]),
        "publish": _text(enum=["auto", "hold"]),
        "filters": _list(_ref("SentFilter")),
        "rights": _text(enum=["full", "summary", "link"]),
        "summary_words": _or_null(_number()),
        "images": _a("boolean"),
        "expire_days": _or_null(_number()),
        "full_text": _a("boolean"),
        "tags": _map(_text(), "Theirs to ours; an empty one is dropped."),
        "add_tags": _NAMES,
        "section": _or_null(_text()),
        "authors": _NAMES,
        "map_authors": _map(_text()),
        "credit": _or_null(_text()),
        "language": _or_null(_text()),
        "max_age_days": _or_null(_number()),
        "first_poll": _or_null(_number()),
        "identity": _text(enum=["auto", "id", "link", "title"]),
        "identified_by": _text("What its entries are told apart by at present."),
        "wire": _a("boolean"),
        "next_poll_at": _or_null(_time()),
        "why": _text("Why then, or why not."),
        "warnings": _NAMES,
        "last": _or_null(_ref("Poll")),
    },
    "Poll": {
        "at": _time("Microseconds."),
        "outcome": _text(enum=[str(outcome) for outcome in Outcome]),
        "status": _or_null(_number("HTTP's.")),
        "detail": _text(),
        "took_ms": _number(),
        "bytes": _number(),
        "new": _number("Entries never seen before."),
        "changed": _number("Known ones that differ."),
    },
    "Entry": {
        "entry_id": _text(),
        "title": _text(),
        "link": _or_null(_link()),
        "state": _text(enum=["published", "held", "remembered", "refused"]),
        "why": _or_null(_text()),
        "article": _or_null(_text("The id of the article that it became.")),
    },
    "SourceTest": {
        "url": _link(),
        "outcome": _text(enum=[str(outcome) for outcome in Outcome]),
        "status": _or_null(_number()),
        "detail": _text(),
        "title": _text(),
        "site_url?": _or_null(_link()),
        "entries": _list(_a("object"), "As they would become articles."),
    },
    "Media": {
        "url": _link("For `image`, `attachments` and `content_html`; made absolute when rendered."),
        "type": _text(),
        "length": _number("Bytes."),
        "width": _number("Pixels."),
        "height": _number("Pixels."),
    },
    "BatchResults": {"results": _list(_ref("BatchResult"), "One for each article sent, in order.")},
    "BatchResult": {
        "id": _or_null(_text()),
        "code": _number("As HTTP's: 201, 200, 400, 409, 422."),
        "errors?": _list(_ref("Fault")),
    },
    "Fault": {
        "pointer": _text("RFC 6901, into the body; empty: the query, or the whole."),
        "detail": _text("What may stand there."),
    },
    "Problem": {
        "type": _text(),
        "title": _text(),
        "status": _number(),
        "detail": _text(),
        "errors": _list(_ref("Fault"), "Every fault at once, up to 100."),
    },
    "Status": {
        "ok": _a("boolean", "No fault; warnings do not spoil it."),
        "wrong": _list(_text(), "The faults, in words."),
        "jobs": _list(_a("object"), "The worker's, each with its last run and the next."),
        "dirty": _number("Channels that wait to be built."),
        "oldest_dirt_s": _a("number"),
        "set_aside": _list(_a("object"), "Articles that cannot be rendered, and why."),
        "sources": _a("object", "Those that fail, and those that are silent."),
        "hubs": _list(_a("object")),
        "database": _a("object"),
        "processes": _list(_a("object")),
        "faults": _map(_number(), "Since the last start of a worker, by kind."),
        "warnings": _list(_text()),
    },
}


def schemas() -> dict[str, Schema]:
    """Give the tables as JSON Schema (2020-12, as OpenAPI 3.1 has it)."""
    return {name: _object(fields) for name, fields in SHAPES.items()}


def list_of(item: str) -> Schema:
    """Give the schema of a page of a list."""
    return _object({"items": _list(_ref(item)), "next": _or_null(_text("The `cursor` of the next page."))})


def _object(fields: Mapping[str, Schema]) -> Schema:
    return {
        "type": "object",
        "required": [name for name in fields if not name.endswith("?")],
        "properties": {name.removesuffix("?"): schema for name, schema in fields.items()},
    }
