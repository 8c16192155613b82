"""When a channel's current documents hand articles over to the archive (RFC 5005; CONTRACT section 7). Pure.

A part is closed before an article that is in no part would leave the current documents. It takes the oldest of those
in no part, so that what is back-dated later falls into a part that is there, and every article is in the current
documents or in exactly one part.
"""

from collections.abc import Sequence
from typing import NamedTuple

from feeds.store.parts import Key
from feeds.store.places import Place

MOST = 4  # parts closed in one build of a channel: what was loaded at once waits its turn


class Closing(NamedTuple):
    """A part to be closed: its name, what it holds (oldest first), and the cut above it."""

    part: int
    places: list[Place]
    upper: Key


class Closings(NamedTuple):
    """What is to be closed now. `is_unfinished`: some are left in neither part nor current documents."""

    parts: list[Closing]
    upper: Key | None
    is_unfinished: bool


def closings(loose: Sequence[Place], shown: set[str], *, size: int, last_name: int) -> Closings:
    """Decide which parts to close.

    `loose` are the places in no part, oldest first (of many, the oldest `reach`); `shown` are the articles that the
    current documents are to carry; `size` is that of a part.
    """
    made: list[Closing] = []
    left = list(loose)
    while len(made) < MOST and len(left) > 1 and any(place.article not in shown for place in left):
        taken = min(size, len(left) - 1)
        made.append(Closing(last_name + len(made) + 1, left[:taken], left[taken].key))
        left = left[taken:]
    is_unfinished = len(left) > 1 and any(place.article not in shown for place in left)
    return Closings(made, made[-1].upper if made else None, is_unfinished)


def reach(size: int, window: int) -> int:
    """Give how many loose places `closings` has to see, so that what it takes is what it would take of all."""
    return size * MOST + window + 2
