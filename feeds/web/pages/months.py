"""Months as the site's time zone has them: the ranges of places that pages and sitemaps are cut into."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from feeds.model.dates import from_us, to_us
from feeds.store import places
from feeds.store.database import Connection
from feeds.store.parts import Key
from feeds.web.auth import room


class Month(NamedTuple):
    """A month of a year."""

    year: int
    month: int

    @property
    def spelled(self) -> str:
        """The month as addresses have it: `2026/05`."""
        return f"{self.year:04}/{self.month:02}"


def month_of(key: Key) -> Month:
    """Give the month of a place."""
    local = from_us(key[0]).astimezone(room().settings.site.timezone)
    return Month(local.year, local.month)


def bounds(month: Month) -> tuple[Key, Key] | None:
    """Give the keys between which a month's places lie; None for what is no month that a clock can show."""
    zone = room().settings.site.timezone
    if not (1 <= month.month <= 12 and 1 <= month.year < 9999):
        return None
    first = datetime(month.year, month.month, 1, tzinfo=zone)
    after = datetime(month.year + month.month // 12, month.month % 12 + 1, 1, tzinfo=zone)
    try:
        return (to_us(first.astimezone(UTC)), ""), (to_us(after.astimezone(UTC)), "")
    except OverflowError:
        return None


def with_stories(connection: Connection, channel: int) -> Iterator[Month]:
    """Give the months that have places in a channel, newest first; one look at an index each."""
    last: Key | None = None
    while found := places.before(connection, channel, last, 1):
        month = month_of(found[0])
        yield month
        limits = bounds(month)
        if limits is None:
            return
        last = limits[0]
