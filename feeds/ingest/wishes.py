"""How often a partner wants to be asked: what its feed says (ttl, skipHours, sy:updatePeriod), and its answers' fields.

In come the text of a document outside its entries, and fields of an answer; out go Wishes, and for how long an
answer stays fresh (RFC 9111 §4.2). What cannot be read is no wish.
"""

import re
from collections.abc import Mapping
from html import unescape

from feeds.ingest.pace import parse_http_date
from feeds.model.pacing import Wishes

MOST_MINUTES = 60 * 24 * 366

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_PERIODS = {"hourly": 60, "daily": 1440, "weekly": 10080, "monthly": 43200, "yearly": 525600}
_MAX_AGE = re.compile(r"(?:^|[\s,;])max-age\s*=\s*\"?([0-9]{1,12})", re.IGNORECASE)
_HOUR = re.compile(r"<hour>\s*([0-9]{1,2})\s*</hour>", re.IGNORECASE)
_DAY = re.compile(r"<day>\s*([a-z]{6,9})\s*</day>", re.IGNORECASE)


def wishes_of(frame: str) -> Wishes:
    """Read what a feed asks for; `frame` is its document without the entries."""
    ttl = _whole(_text_of(frame, "ttl"))
    period = _PERIODS.get(_text_of(frame, "[a-z0-9]{1,20}:updatePeriod").lower(), 0)
    frequency = _whole(_text_of(frame, "[a-z0-9]{1,20}:updateFrequency")) or 1
    hours = {int(hour) % 24 for hour in _HOUR.findall(_text_of(frame, "skipHours")) if int(hour) <= 24}
    days = {_DAYS.index(day.lower()) for day in _DAY.findall(_text_of(frame, "skipDays")) if day.lower() in _DAYS}
    return Wishes(
        minutes=min(max(ttl, period // frequency), MOST_MINUTES),
        # One that asks never to be asked asks for nothing.
        skip_hours=tuple(sorted(hours)) if len(hours) < 24 else (),
        skip_days=tuple(sorted(days)) if len(days) < 7 else (),
    )


def fresh_for(headers: Mapping[str, str]) -> float:
    """Give for how many seconds an answer stays fresh, 0 where it does not say (RFC 9111 §4.2.1).

    Counted from the answer's own Date, so that a partner's wrong clock does no harm.
    """
    control = headers.get("cache-control", "")
    if re.search(r"(?:^|[\s,])no-(?:cache|store)\b", control, re.IGNORECASE):
        return 0.0
    age = float(_whole(headers.get("age", "")))
    if (found := _MAX_AGE.search(control)) is not None:
        return max(float(found[1]) - age, 0.0)
    expires, date = parse_http_date(headers.get("expires", "")), parse_http_date(headers.get("date", ""))
    if expires is None or date is None:
        return 0.0
    return max((expires - date).total_seconds() - age, 0.0)


def _text_of(frame: str, name: str) -> str:
    """Give the inside of an element, `""` where it is absent; an element of that name alone, not its prefix's."""
    found = re.search(rf"<({name})(?:\s[^<>]{{0,200}})?>(.{{0,2000}}?)</\1\s*>", frame, re.IGNORECASE | re.DOTALL)
    return "" if found is None else unescape(found[2]).strip()


def _whole(text: str) -> int:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else 0
