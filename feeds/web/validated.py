"""Conditional requests of all that Flask answers: pages, lists, articles (RFC 9110 §13).

An answer to GET or HEAD gets the strong tag of its bytes, and the request's conditions are judged by the same
`conditional.py` that judges documents.
"""

from flask import Response, request

from feeds.web.api.bodies import tag_of
from feeds.web.auth import room
from feeds.web.conditional import IDENTITY, decide
from feeds.web.problems import problem


def validate(response: Response) -> Response:
    """Answer 304 or 412 instead, where the request's conditions say so."""
    if request.method not in ("GET", "HEAD") or response.status_code != 200 or response.direct_passthrough:
        return response
    if "no-store" in response.headers.get("Cache-Control", ""):
        return response
    tag = response.headers.get("ETag") or tag_of(response.get_data())
    response.headers["ETag"] = tag
    decision = decide(
        request.method,
        if_match=_field("If-Match"),
        if_none_match=_field("If-None-Match"),
        etag_of={IDENTITY: tag},
        coding=IDENTITY,
        stamp=None,
        now=room().clock.now(),
    )
    if decision.status == 412:
        refused = problem(412, "It is not what the request expects.")
        return refused
    if decision.status == 304:
        response.set_data(b"")
        response.status_code = 304
        for name in ("Content-Type", "Content-Length"):
            response.headers.pop(name, None)
    return response


def _field(name: str) -> str | None:
    lines = request.headers.getlist(name)
    return ",".join(lines) if lines else None
