"""What is odd about a source that polls well: silence, a pending move, 304s that are not true, doubled ids.

Failures are not told of here: they stand in `why` and in the last poll. Pure.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from feeds.ingest import moves, rhythm
from feeds.ingest.pace import in_words
from feeds.model.dates import rfc3339
from feeds.model.source import Source, State, shown_address

SILENT_GAPS = 10  # usual gaps without anything new
SILENT_AT_LEAST = timedelta(days=7)


def warnings_of(source: Source, now: datetime) -> tuple[str, ...]:
    """Say what is odd about a source, one line each."""
    return tuple(_warnings(source, now))


def silent_for(source: Source, now: datetime) -> timedelta | None:
    """Give how long a source has been silent, where that is ten times its usual gap and at least a week."""
    gap = rhythm.usual_gap(source.rhythm)
    if source.state is not State.ACTIVE or source.new_at is None or gap is None:
        return None
    silence = now - source.new_at
    return silence if silence >= max(gap * SILENT_GAPS, SILENT_AT_LEAST) else None


def _warnings(source: Source, now: datetime) -> Iterator[str]:
    gap = rhythm.usual_gap(source.rhythm)
    if gap is not None and (silence := silent_for(source, now)) is not None:
        yield f"silent: nothing new for {in_words(silence)}; usually one in {in_words(gap)}"
    if (move := source.move) is not None:
        yield (
            f"moving: its address has led to {shown_address(move.to)} since {rfc3339(move.since)}, "
            f"for good as the partner says ({move.answers} answers)"
        )
    if source.distrusted_at is not None and now - source.distrusted_at < moves.DISTRUST:
        yield "answered 304 although it had changed: it is asked without validators for a while"
    if source.identity == "auto" and source.identified_by:
        yield f"worthless ids: its entries are told apart by {source.identified_by}"
    if source.doubled:
        yield f"doubled ids: {source.doubled} entries of its last document have an id that another one has"
