"""`GET /api/articles`: the list with its filters, cursors and full text (CONTRACT section 5)."""

from flask import Blueprint, Response, request

from feeds.errors import Fault, Refusal
from feeds.model.article import Status
from feeds.model.dates import parse_rfc3339, to_us
from feeds.model.label import Kind
from feeds.model.representation import represent
from feeds.store import articles, channels, labels, listing, places, sections
from feeds.store.database import Connection
from feeds.web.api.bodies import answer
from feeds.web.api.cursors import make_cursor, page, read_cursor, read_limit
from feeds.web.auth import require, room

blueprint = Blueprint("article_lists", __name__, url_prefix="/api/articles")
LABELS = {"tag": Kind.TAGS, "author": Kind.AUTHORS, "section": Kind.SECTIONS}


@blueprint.get("")
def index() -> Response:
    """List articles in all statuses, newest first."""
    require("read")
    limit, cursor = read_limit(), read_cursor(int, str)
    before = (int(str(cursor[0])), str(cursor[1])) if cursor else None
    with room().store.read() as connection:
        wanted = _filter(connection)
        found = [] if wanted is None else listing.find(connection, wanted, before=before, limit=limit + 1)
        ids = [article for _, article in found[:limit]]
        loaded, keys = articles.load(connection, ids), places.keys_of(connection, ids)
    told = [represent(loaded[article], room().site, keys[article]) for article in ids]
    return answer(page(told, make_cursor(*found[limit - 1]) if len(found) > limit else None))


def _filter(connection: Connection) -> listing.Filter | None:
    """Read the filters of the query; None where one names what is not there, which fits no article."""
    given = request.args
    if holding := [name for name, value in given.items(multi=True) if "\0" in value]:
        must = Fault("", f"{holding[0][:40]} must not hold the character U+0000")
        raise Refusal(422, "A value holds U+0000.", (must,))
    numbers: list[int] = []
    channel = None
    for name, kind in LABELS.items():
        for value in given.getlist(name):
            label = labels.find_by_slug(connection, kind, value) or labels.find_redirect(connection, kind, value)
            label = label or labels.find_by_name(connection, kind, value)
            if label is None:
                return None
            if kind is Kind.SECTIONS and sections.chooses(connection, label):
                channel = channels.find_number(connection, kind, label.slug)
            else:
                numbers.append(label.id)
    return listing.Filter(
        labels=tuple(numbers),
        channel=channel,
        source=given.get("source"),
        status=_status(given.get("status")),
        query=given.get("q"),
        since=_since(given.get("since")),
    )


def _status(text: str | None) -> str | None:
    if text is not None and text not in set(Status):
        raise Refusal(422, "There is no such status.", (Fault("", f"status may be {', '.join(Status)}"),))
    return text


def _since(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        return to_us(parse_rfc3339(text.replace(" ", "+")))  # a + that was not encoded arrives as a space
    except ValueError as error:
        raise Refusal(422, "since is no time.", (Fault("", f"since must be {error}"),)) from error
