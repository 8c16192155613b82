"""`/api/channels`: every feed of ours, and its own ways (CONTRACT section 5)."""

from flask import Blueprint, Response

from feeds.errors import Refusal
from feeds.model.channel import Channel
from feeds.model.dates import from_us, rfc3339_us, to_us
from feeds.model.document import Format
from feeds.model.label_submission import SentChannel
from feeds.model.merge_patch import merge_patch
from feeds.model.submission import validated
from feeds.store import channels, dirty, documents, places
from feeds.store.database import Connection
from feeds.store.parts import CURRENT
from feeds.web.api.bodies import PATCH_TYPES, answer, parse_object, read_json
from feeds.web.api.cursors import make_cursor, page, read_cursor, read_limit
from feeds.web.auth import require, room

blueprint = Blueprint("channels", __name__, url_prefix="/api/channels")
OWN = ("title", "description", "language", "content", "window", "image", "partners")


@blueprint.get("")
def index() -> Response:
    """List the channels, in the order in which they were opened."""
    require("read")
    limit, cursor = read_limit(), read_cursor(int)
    with room().store.read() as connection:
        found = channels.page(connection, after=int(str(cursor[0])) if cursor else 0, limit=limit + 1)
        told = [_told(connection, channel) for channel in found[:limit]]
    return answer(page(told, make_cursor(found[limit - 1].number) if len(found) > limit else None))


@blueprint.get("/<path:key>")
def show(key: str) -> Response:
    """Give a channel."""
    require("read")
    with room().store.read() as connection:
        return answer(_told(connection, _get(connection, key)))


@blueprint.patch("/<path:key>")
def change(key: str) -> Response:
    """Change a channel's own ways; its documents follow within a second."""
    require("admin")
    patch = parse_object(read_json(PATCH_TYPES))
    with room().store.write() as connection:
        channel = _get(connection, key)
        told = _told(connection, channel)
        merged = parse_object(merge_patch({name: told[name] for name in OWN}, patch))
        sent = validated(
            SentChannel, {k: v for k, v in merged.items() if k not in told or k in OWN}, "It cannot be so."
        )
        values = sent.model_dump(exclude={"content"})
        channels.change(connection, channel.number, {**values, "depth": "" if sent.content == "full" else sent.content})
        dirty.mark_whole(connection, channel.number, to_us(room().clock.now()))
        return answer(_told(connection, _get(connection, key)))


def _get(connection: Connection, key: str) -> Channel:
    found = channels.find(connection, key)
    if found is None:
        raise Refusal(404, "There is no such channel.")
    return found


def _told(connection: Connection, channel: Channel) -> dict[str, object]:
    stamp = documents.stamps(connection, [(channel.number, CURRENT)]).get((channel.number, CURRENT))
    base = f"{room().site.url}/feeds/{channel.key}"
    return {
        "key": channel.key,
        "title": channel.title or None,
        "description": channel.description or None,
        "language": channel.language or None,
        "content": channel.depth,
        "window": channel.window,
        "image": channel.image or None,
        "partners": channel.partners,
        "dirty": channel.number in dirty.among(connection, [channel.number]),
        "addresses": {str(format): f"{base}.{format}" for format in Format},
        "page": room().site.absolute(channel.page_path),
        "count": places.count(connection, channel.number),
        "stamp": None if stamp is None else rfc3339_us(from_us(stamp)),
    }
