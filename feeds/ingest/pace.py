"""When a source is polled next, and why then; the arithmetic of Retry-After.

In come the outcome of a poll, how often it failed in a row, the source's rhythm and wishes and the operator's floor and
ceiling; out go an instant and its reason in words, which `sources show` prints. Nothing here reads a clock: the same
poll gives the same due time.
"""

import hashlib
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from feeds.ingest import rhythm as rhythms
from feeds.model.dates import rfc3339
from feeds.model.pacing import NO_RHYTHM, NO_WISHES, Rhythm, Wishes
from feeds.model.source import Outcome

LONGEST_WISH = timedelta(days=7)  # a partner may ask for no longer pause than this
SLOWEST = timedelta(hours=4)  # between two polls of a source that answers, however little it brings,
MOST_FLOORS = 48  # but no more than so many floors: an operator who sets a low one wants to know soon
JITTER = 0.1  # of the wait, later only, so that sources added together do not stay together
_MOST_DOUBLINGS = 30  # past any ceiling; 2 ** failures of a source dead for years would overflow
_HOUR = timedelta(hours=1)


def next_poll(
    *,
    outcome: Outcome,
    failures: int,
    now: datetime,
    floor: timedelta,
    ceiling: timedelta,
    retry_after: float | None,
    seed: str,
    rhythm: Rhythm = NO_RHYTHM,
    wishes: Wishes = NO_WISHES,
    fresh_for: float = 0.0,
) -> tuple[datetime, str]:
    """Give the instant of the next poll and the reason in words.

    `failures` counts this poll too when it failed. `retry_after` is in seconds; a wish longer than the ceiling is
    kept up to seven days. `fresh_for` is how long the answer says that it is fresh, in seconds; it and the feed's
    `wishes` are kept up to the ceiling. `seed` (the source's id) spreads polls by a tenth of the wait, later only.
    """
    ceiling = max(floor, ceiling)
    if (pause := _pause(outcome, retry_after)) > timedelta(0):
        wait, reason = _backing_off(failures, floor, ceiling)
        if pause > wait:
            # Asked for, so kept: no earlier than that, and no jitter that could pass the limit of seven days.
            return now + pause, f"asked to wait until {rfc3339(now + pause)}"
    elif outcome.is_failure:
        wait, reason = _backing_off(failures, floor, ceiling)
    else:
        wait, reason = _by_rhythm(rhythm, now, floor, ceiling)
        wait, reason = _as_wished(wait, reason, wishes, fresh_for, ceiling)
    spread = now + min(wait * (1 + JITTER * _share(seed, now)), max(wait, ceiling))
    at = _past_skipped(spread, wishes, latest=max(spread, now + ceiling))
    return at, reason if at == spread else f"{reason}; the feed asks to skip that time"


def parse_retry_after(value: str, *, date: str, now: datetime) -> float | None:
    """Read Retry-After as seconds from now; None where it is absent or unreadable (RFC 9110 §10.2.3).

    A date is taken against the answer's own Date, for the partner's clock may be wrong, else against `now`.
    """
    text = value.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:12]), LONGEST_WISH.total_seconds())
    until = parse_http_date(text)
    if until is None:
        return None
    seconds = (until - (parse_http_date(date) or now)).total_seconds()
    return min(max(seconds, 0.0), LONGEST_WISH.total_seconds())


def parse_http_date(text: str) -> datetime | None:
    """Read an HTTP-date in any of its three forms, or None (RFC 9110 §5.6.7)."""
    if not text:
        return None
    try:
        instant = parsedate_to_datetime(text)
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _by_rhythm(rhythm: Rhythm, now: datetime, floor: timedelta, ceiling: timedelta) -> tuple[timedelta, str]:
    if rhythm.at is None:
        return floor, f"every {in_words(floor)}, the floor: its rhythm is not known yet"
    slowest = min(max(min(floor * MOST_FLOORS, SLOWEST), floor), ceiling)
    wait = rhythms.wait(rhythm, now, slowest)
    often = rhythms.in_words(rhythm)
    if wait <= floor:
        return floor, f"every {in_words(floor)}, the floor: {often}"
    if wait >= slowest:
        return slowest, f"every {in_words(slowest)}, the slowest: {often}"
    return wait, f"after {in_words(_whole_minutes(wait))}: {often}"


def _whole_minutes(span: timedelta) -> timedelta:
    return timedelta(minutes=round(span / timedelta(minutes=1)))


def _as_wished(
    wait: timedelta, reason: str, wishes: Wishes, fresh_for: float, ceiling: timedelta
) -> tuple[timedelta, str]:
    """Wait as long as the partner asks, up to the ceiling."""
    asked = {
        "its answer is fresh so long": timedelta(seconds=min(fresh_for, ceiling.total_seconds())),
        "the feed asks for it": min(timedelta(minutes=wishes.minutes), ceiling),
    }
    for why, wish in asked.items():
        if wish > wait:
            wait, reason = wish, f"after {in_words(wish)}: {why}"
    return wait, reason


def _past_skipped(at: datetime, wishes: Wishes, *, latest: datetime) -> datetime:
    """Move an instant out of the hours and days that the feed asks to skip, at most to `latest`."""
    while at < latest and (at.hour in wishes.skip_hours or at.weekday() in wishes.skip_days):
        at = (at + _HOUR).replace(minute=0, second=at.second, microsecond=at.microsecond)
    return min(at, latest)


def _backing_off(failures: int, floor: timedelta, ceiling: timedelta) -> tuple[timedelta, str]:
    times = max(failures, 1)
    # A floor of nothing (tests, demos) would double to nothing: failures start from a second at least.
    start = max(floor, timedelta(seconds=1))
    factor = 2 ** min(times, _MOST_DOUBLINGS)
    wait = ceiling if start > ceiling / factor else start * factor
    wait = max(wait, floor)
    return wait, f"failed {'once' if times == 1 else f'{times} times'}: waits {in_words(wait)}"


def _pause(outcome: Outcome, retry_after: float | None) -> timedelta:
    """Give the pause that a partner asked for by Retry-After."""
    if outcome is not Outcome.THROTTLED or retry_after is None or not retry_after > 0:
        return timedelta(0)
    return timedelta(seconds=min(retry_after, LONGEST_WISH.total_seconds()))


def _share(seed: str, now: datetime) -> float:
    """Give a number in [0, 1) that hangs on the source and the poll alone."""
    digest = hashlib.sha256(f"{seed} {now.isoformat()}".encode("utf-8", "replace")).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def in_words(span: timedelta) -> str:
    """Write a length of time as people say it: `15 min`, `2 h`, `1 d 12 h`; at most two units."""
    seconds = round(span.total_seconds())
    parts = []
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        count, seconds = divmod(seconds, length)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2]) or "0 s"
