"""`/feeds/changed.json`: which channels changed since a poller last asked, for those that poll many."""

import re

from flask import Blueprint, Response, request

from feeds.errors import Fault, Refusal
from feeds.model.dates import from_us, parse_rfc3339, rfc3339_us, to_us
from feeds.model.document import Format
from feeds.store import channels, documents
from feeds.web.api.bodies import spell, tag_of
from feeds.web.auth import room
from feeds.web.conditional import check_read

blueprint = Blueprint("changed", __name__)
MOST = 500  # channels an answer
_TOKEN = re.compile(r"n([0-9]{1,18})", re.ASCII)


@blueprint.get("/feeds/changed.json")
def changed() -> Response:
    """List channels that changed since `next` of an earlier answer, or since a time; without `since`, all.

    Notices are numbered inside the transactions that they tell of, so whoever follows `next` misses none.
    """
    after, since_us = _since(request.args.get("since"))
    with room().store.read() as connection:
        newest = documents.newest_notice(connection)
        # A token from the future is of another life of this store (a restore): everything is told.
        found = documents.changed(connection, after=after if after <= newest else 0, since_us=since_us, limit=MOST)
        known = channels.load(connection, [change.channel for change in found])
    base = f"{room().site.url}/feeds"
    items = [
        {
            "key": known[change.channel].key,
            "urls": {str(format): f"{base}/{known[change.channel].key}.{format}" for format in Format},
            "stamp": rfc3339_us(from_us(change.stamp)),
        }
        for change in found
        if "~" not in known[change.channel].key  # of a label that was merged
    ]
    seq = found[-1].seq if len(found) == MOST else newest
    body = spell({"items": items, "next": f"n{seq}"})
    tag = tag_of(body)
    headers = {"ETag": tag, "Cache-Control": "no-cache", "Access-Control-Allow-Origin": "*"}
    status = check_read(tag, request.headers.get("If-Match"), request.headers.get("If-None-Match"))
    if status == 412:
        raise Refusal(412, "The list is not what the request expects.")
    return Response(b"" if status else body, status or 200, headers, content_type="application/json")


def _since(text: str | None) -> tuple[int, int | None]:
    """Read `since`: the notice of a token, and the instant (µs) of a time; raises Refusal 400."""
    if not text:
        return 0, None
    if found := _TOKEN.fullmatch(text):
        return int(found[1]), None
    try:
        return 0, to_us(parse_rfc3339(text.replace(" ", "+")))
    except ValueError:
        must = Fault("", "since must be `next` of an earlier answer, or an RFC 3339 time")
        raise Refusal(400, "since is neither a token of ours nor a time.", (must,)) from None
