"""A source's own rhythm: how often it brings something new, and at which hours of the day.

Counts and the days in which they were counted fade together, so the rate follows what a partner does of late, and
silence makes it slower. A source is asked again when what is to be expected of it has waited for so long together:
pauses go by the square root of the rate, which brings the most stories soon for so many requests (docs/ingest.md has
the figures). Pure: instants come in as arguments.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from feeds.model.pacing import HOURS, Rhythm

HALF_LIFE = timedelta(days=7)  # after which what was counted counts half
LOOKED_BACK = timedelta(days=14)  # how far a first document's own dates are believed
WAITED = timedelta(minutes=2.5)  # by all expected entries together, until the next poll
OWN_HOURS = 0.8  # how much of the rate hangs on the hour; the rest is spread evenly

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_STRANGER = 4.0  # a source that says nothing of its dates: so many entries in so long a time, soon forgotten
_STRANGER_DAYS = 4 / 24


def listen(rhythm: Rhythm, *, new: int, moments: Sequence[datetime], now: datetime) -> Rhythm:
    """Give the rhythm after a poll that brought `new` entries; `moments` are their dates, as far as believed.

    At the first one these are of the whole document.
    """
    if rhythm.at is None:
        return _first(moments, now)
    passed = max((now - rhythm.at) / _DAY, 0.0)
    fade = math.exp2(-(passed * _DAY / HALF_LIFE))
    hours = [count * fade for count in rhythm.hours]
    since_then = [moment for moment in moments if rhythm.at - _HOUR <= moment <= now][:new]
    for moment in since_then:
        hours[moment.hour] += 1
    hours[now.hour] += new - len(since_then)
    days = round(rhythm.days * fade + passed, 5)
    heard = Rhythm(hours=tuple(round(count, 4) for count in hours), days=days, usual=rhythm.usual, at=now)
    return replace(heard, usual=round(a_day(heard), 4)) if new else heard


def wait(rhythm: Rhythm, now: datetime, most: timedelta = LOOKED_BACK) -> timedelta:
    """Give how long it takes until the entries to be expected have waited for WAITED together; at most `most`."""
    if not rhythm.days:
        return min(_HOUR / 2, most)
    rate_at = _rates(rhythm, now)
    hour, begun, passed = now.hour, (now.minute * 60 + now.second) / 3600, 0.0  # in hours
    expected, left, longest = 0.0, WAITED / _HOUR, most / _HOUR
    while passed < longest:
        rate, rest = rate_at(hour), 1 - begun
        waited = (expected + rate * rest / 2) * rest
        if waited >= left:
            passed += (math.sqrt(expected * expected + 2 * rate * left) - expected) / rate
            break
        expected, left, passed = expected + rate * rest, left - waited, passed + rest
        hour, begun = (hour + 1) % HOURS, 0.0
    return min(passed * _HOUR, most)


def _rates(rhythm: Rhythm, now: datetime) -> Callable[[int], float]:
    """Give the new entries to be expected in an hour, by the hour of the day, after the silence up to `now`.

    An hour's neighbours speak for it as well: few entries make a spiky day.
    """
    counts, silence = rhythm.hours, max((now - (rhythm.at or now)) / _DAY, 0.0)
    fade = math.exp2(-(silence * _DAY / HALF_LIFE))
    per_count = fade / (rhythm.days * fade + silence)
    evenly = (1 - OWN_HOURS) * (sum(counts) or 0.01) / HOURS

    def rate_at(hour: int) -> float:
        near = counts[hour - 1] + 2 * counts[hour] + counts[hour + 1 - HOURS]
        return (OWN_HOURS / 4 * near + evenly) * per_count

    return rate_at


def a_day(rhythm: Rhythm) -> float:
    """Give the number of new entries a day."""
    return sum(rhythm.hours) / rhythm.days if rhythm.days else 0.0


def usual_gap(rhythm: Rhythm) -> timedelta | None:
    """Give the time between two new entries while some came; None where there was hardly one."""
    return _DAY / rhythm.usual if rhythm.usual > 0.01 else None


def in_words(rhythm: Rhythm) -> str:
    """Say how often something new comes."""
    rate = a_day(rhythm)
    for span, many in (("a day", 1.0), ("a week", 7.0), ("a month", 30.0)):
        if rate * many >= 1:
            return f"about {round(rate * many)} new {span}"
    return "hardly anything new"


def _first(moments: Sequence[datetime], now: datetime) -> Rhythm:
    """Make a rhythm of a document's own dates, as far back as two weeks or as the document goes."""
    if not moments:
        return Rhythm(hours=(_STRANGER / HOURS,) * HOURS, days=_STRANGER_DAYS, at=now)
    oldest = max(min(moments), now - LOOKED_BACK)
    hours = [0.0] * HOURS
    for moment in moments:
        if moment >= oldest:
            hours[moment.hour] += 1
    days = round(max((now - oldest) / _DAY, 1 / HOURS), 5)
    return Rhythm(hours=tuple(hours), days=days, usual=round(sum(hours) / days, 4), at=now)
