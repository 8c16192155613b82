"""Instants: RFC 3339 and RFC 5322 texts, and the microseconds that the store keeps.

An instant is an aware datetime in UTC. Years outside 1–9999 cannot be, and those that documents
print are kept within FIRST_YEAR–LAST_YEAR, which every reader of dates understands.
"""

import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

FIRST_YEAR = 1000  # below it, four-digit years and e-mail dates are read differently from reader to reader
LAST_YEAR = 9999
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_RFC3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))", re.ASCII
)


def parse_rfc3339(text: str) -> datetime:
    """Read an RFC 3339 date-time with its offset; raises ValueError that says what it may be.

    A leap second (:60) is read as the second after :59; fractions past microseconds are cut.
    """
    match = _RFC3339.fullmatch(text)
    if match is None:
        raise ValueError("an RFC 3339 time with its offset, such as 2026-05-01T08:30:00Z or …+02:00")
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    leap = second == 60
    fraction = (match[7] or "")[:6].ljust(6, "0")
    offset = timedelta(0)
    if match[8] is not None:
        if int(match[9]) > 23 or int(match[10]) > 59:
            raise ValueError("an offset between -23:59 and +23:59")
        offset = timedelta(hours=int(match[9]), minutes=int(match[10])) * (1 if match[8] == "+" else -1)
    try:
        local = datetime(year, month, day, hour, minute, 59 if leap else second, int(fraction), tzinfo=UTC)
        instant = local + timedelta(seconds=leap) - offset
    except (ValueError, OverflowError) as error:
        raise ValueError(f"a date that exists: {error}") from error
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise ValueError(f"a year from {FIRST_YEAR} to {LAST_YEAR}")
    return instant


def rfc3339(instant: datetime) -> str:
    """Write an instant as RFC 3339 in UTC, cut to whole seconds: `2026-05-01T08:30:00Z`."""
    return f"{instant.year:04d}" + instant.astimezone(UTC).strftime("-%m-%dT%H:%M:%SZ")


def rfc3339_us(instant: datetime) -> str:
    """Write an instant as RFC 3339 in UTC with its six digits of microseconds."""
    return f"{rfc3339(instant)[:-1]}.{instant.microsecond:06d}Z"


def rfc5322(instant: datetime) -> str:
    """Write an instant as RSS and HTTP print it: `Fri, 01 May 2026 08:30:00 GMT` (RFC 9110 §5.6.7).

    Unlike strftime, it never asks the process's locale for the names of days and months.
    """
    return format_datetime(instant.astimezone(UTC), usegmt=True)


def whole_second(instant: datetime) -> datetime:
    """Cut an instant to its second."""
    return instant.replace(microsecond=0)


def to_us(instant: datetime) -> int:
    """Give an instant as the store keeps it: microseconds since 1970 in UTC."""
    return (instant - EPOCH) // timedelta(microseconds=1)


def from_us(microseconds: int) -> datetime:
    """Give back the instant that `to_us` counted."""
    return EPOCH + timedelta(microseconds=microseconds)
