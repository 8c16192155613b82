"""Whether a partner's feed has moved for good, and whether its 304s can be believed. Pure.

A permanent redirect (301, 308) is remembered only after it has lasted: ten answers in a row or a week, every hop
permanent, to one address, which gives a feed whose entries we know, and never from https to http. What is
temporary, or leads to anything but the feed, is followed and forgotten.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from feeds.model.pacing import Move

LASTING_ANSWERS = 10
LASTING_TIME = timedelta(days=7)
WHOLE_EVERY = timedelta(days=8)  # one poll goes without validators: some servers answer 304 for ever
DISTRUST = timedelta(days=30)  # for which validators are not sent to a partner whose 304 was not true

_PERMANENT = (301, 308)


def follow(
    move: Move | None, hops: Sequence[tuple[int, str]], *, url: str, is_known: bool, now: datetime
) -> Move | None:
    """Give where the source may be moving to, after an answer that brought its feed.

    `is_known` says that the answer held entries that we had met, or the same bytes as before.
    """
    if not hops or any(status not in _PERMANENT for status, _ in hops):
        return None
    to = hops[-1][1]
    if to == url or (url.startswith("https:") and not to.startswith("https:")):
        return None
    if move is None or move.to != to:
        return Move(to=to, answers=int(is_known), since=now)
    return Move(to=to, answers=move.answers + int(is_known), since=move.since)


def is_lasting(move: Move, now: datetime) -> bool:
    """Say whether a move has lasted long enough to be believed."""
    return move.answers >= LASTING_ANSWERS or (move.answers > 1 and now - move.since >= LASTING_TIME)


def is_due_whole(whole_at: datetime | None, distrusted_at: datetime | None, now: datetime) -> bool:
    """Say whether a poll goes without validators."""
    if distrusted_at is not None and now - distrusted_at < DISTRUST:
        return True
    return whole_at is None or now - whole_at >= WHOLE_EVERY


def was_untrue(unchanged_at: datetime | None, moments: Sequence[datetime], new: int) -> bool:
    """Say whether the 304 at `unchanged_at` was not true: most of what is new now had been published before it."""
    if unchanged_at is None or not new:
        return False
    before = [moment for moment in moments if moment < unchanged_at - timedelta(hours=1)]
    return len(before) * 2 > new
