"""Stories for lists on pages: from places to cards, page by page, only what is public this moment."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from flask import request

from feeds.store import articles, channels, places
from feeds.store.database import Connection
from feeds.store.parts import Key
from feeds.web.auth import room
from feeds.web.pages.frame import Card, card_of

PAGE = 30  # stories
COUNTED = 10_000  # stories of a channel; no page counts further
_BEFORE = re.compile(r"(-?[0-9]{1,17})-([A-Za-z0-9][A-Za-z0-9._-]{0,63})", re.ASCII)


class Some(NamedTuple):
    """One page of a list; `next` and `prev` are addresses, None where there are no more."""

    cards: list[Card]
    next: str | None
    prev: str | None


def cards(connection: Connection, ids: Sequence[str]) -> list[Card]:
    """Make the cards of those of these articles that are public, in their order.

    What ended this second stands in its channels until the worker's next look, and is hidden.
    """
    found, now = articles.load(connection, ids), room().clock.now()
    shown = (found[article] for article in ids if article in found and found[article].is_public(now))
    return [card_of(article) for article in shown]


def newest(connection: Connection, key: str, limit: int) -> list[Card]:
    """Make the cards of the newest stories of a channel."""
    channel = channels.find(connection, key)
    if channel is None:
        return []
    return cards(connection, [place.article for place in places.window(connection, channel.number, limit)])


def some(
    connection: Connection, channel: int, path: str, *, above: Key | None = None, below: Key | None = None
) -> Some:
    """Give the page of a channel's stories that `?before=` asks for; `above` and `below` bound them all."""
    named = _BEFORE.fullmatch(request.args.get("before", ""))
    last = (int(named[1]), named[2]) if named else None
    if below is not None:
        last = below if last is None else min(last, below)
    found = places.before(connection, channel, last, PAGE + 1)
    if above is not None:
        found = [place for place in found if place >= above]
    shown = found[:PAGE]
    older = f"{path}?before={shown[-1][0]}-{shown[-1][1]}" if len(found) > PAGE else None
    return Some(cards(connection, [article for _, article in shown]), older, path if named else None)
