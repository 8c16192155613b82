"""Who calls the API: bearer tokens (RFC 6750) and their scopes."""

import re

from flask import current_app, request

from feeds.errors import Refusal
from feeds.pipeline.newsroom import Newsroom
from feeds.store import tokens
from feeds.web.rate import Rate

_BEARER = re.compile(r"[Bb][Ee][Aa][Rr][Ee][Rr] +([A-Za-z0-9._~+/=-]{1,200})", re.ASCII)


def room() -> Newsroom:
    """Give the newsroom that the application serves."""
    found = current_app.extensions["newsroom"]
    if not isinstance(found, Newsroom):
        raise TypeError("create_app() sets the newsroom")
    return found


def rate() -> Rate:
    """Give the buckets of this process."""
    found = current_app.extensions["rate"]
    if not isinstance(found, Rate):
        raise TypeError("create_app() sets the rate")
    return found


def require(scope: str) -> str:
    """Let a call pass whose token holds the scope, and give the token's own; raises Refusal 401, 403 or 429."""
    found = _BEARER.fullmatch(request.headers.get("Authorization", "").strip())
    held = None
    if found is not None:
        with room().store.read() as connection:
            held = tokens.scope_of(connection, found[1])
    if held is None:
        raise Refusal(401, "A token is needed: Authorization: Bearer …")
    wait = rate().wait(found[1] if found else "", room().clock.monotonic())
    if wait:
        raise Refusal(429, "The token made too many calls in a second.", retry_after=wait)
    if tokens.SCOPES.index(held) < tokens.SCOPES.index(scope):
        raise Refusal(403, f"The token's scope is {held}; this needs {scope}.")
    return held
