"""`/api/sources`: partners (CONTRACT sections 5 and 9)."""

from flask import Blueprint, Response, request

from feeds.model.dates import to_us
from feeds.model.source_submission import SentRelease
from feeds.model.submission import validated
from feeds.pipeline import partners
from feeds.pipeline.release import release
from feeds.store import entries, polls, sources
from feeds.web.api.bodies import PATCH_TYPES, answer, parse_object, read_json
from feeds.web.api.cursors import make_cursor, page, read_cursor, read_limit
from feeds.web.auth import require, room

blueprint = Blueprint("sources", __name__, url_prefix="/api/sources")


@blueprint.get("")
def index() -> Response:
    """List the sources, by id."""
    require("read")
    limit, cursor = read_limit(), read_cursor(str)
    with room().store.read() as connection:
        found = sources.list_all(connection, after=str(cursor[0]) if cursor else "", limit=limit + 1)
        told = [partners.represent(connection, source) for source in found[:limit]]
    return answer(page(told, make_cursor(found[limit - 1].id) if len(found) > limit else None))


@blueprint.post("")
def add() -> Response:
    """Add a source; the first poll follows at once."""
    require("admin")
    source = partners.add(room(), read_json())
    return answer(_told(source.id), 201, {"Location": f"{room().site.url}/api/sources/{source.id}"})


@blueprint.get("/<source_id>")
def show(source_id: str) -> Response:
    """Give a source."""
    require("read")
    return answer(_told(source_id))


@blueprint.patch("/<source_id>")
def change(source_id: str) -> Response:
    """Change what the operator sets of a source."""
    require("admin")
    source = partners.change(room(), source_id, parse_object(read_json(PATCH_TYPES)))
    return answer(_told(source.id))


@blueprint.post("/<source_id>/release")
def let_go(source_id: str) -> Response:
    """Publish entries that are held: those named, or all, which ends a quarantine."""
    require("admin")
    sent = validated(SentRelease, read_json() if request.content_length else {}, "They cannot be released.")
    release(room(), source_id, sent.entries)
    return answer(_told(source_id), 202)


@blueprint.delete("/<source_id>")
def remove(source_id: str) -> Response:
    """Remove a source; its articles stay, with its name."""
    require("admin")
    partners.remove(room(), source_id)
    return Response(status=204)


@blueprint.post("/<source_id>/poll")
def poll(source_id: str) -> Response:
    """Have a source polled as soon as may be."""
    require("admin")
    partners.poll_soon(room(), source_id)
    return answer(_told(source_id), 202)


@blueprint.get("/<source_id>/polls")
def history(source_id: str) -> Response:
    """List a source's polls, newest first."""
    require("read")
    limit, cursor = read_limit(), read_cursor(int)
    with room().store.read() as connection:
        partners.get(connection, source_id)
        before = cursor[0] if cursor else None
        found = polls.newest(connection, source_id, before=before if isinstance(before, int) else None, limit=limit + 1)
    told = [partners.represent_poll(poll) for poll in found[:limit]]
    return answer(page(told, make_cursor(to_us(found[limit - 1].at)) if len(found) > limit else None))


@blueprint.get("/<source_id>/entries")
def met(source_id: str) -> Response:
    """List what a source's entries became, newest first seen first."""
    require("read")
    limit, cursor = read_limit(), read_cursor(int, int)
    with room().store.read() as connection:
        partners.get(connection, source_id)
        before = (int(str(cursor[0])), int(str(cursor[1]))) if cursor else None
        found = entries.newest(connection, source_id, before=before, limit=limit + 1)
    told = [
        {
            "entry_id": entry.key,
            "title": entry.title,
            "link": entry.link or None,
            "state": entry.state,
            "why": entry.why or None,
            "article": entry.article or None,
        }
        for entry in found[:limit]
    ]
    last = found[limit - 1] if len(found) > limit else None
    return answer(page(told, make_cursor(last.first_seen_at, last.id) if last else None))


def _told(source_id: str) -> dict[str, object]:
    with room().store.read() as connection:
        return partners.represent(connection, partners.get(connection, source_id))
