"""What is known of a source that says how often to ask it: its wishes, its rhythm, and where it may be moving to."""

from dataclasses import dataclass
from datetime import datetime

HOURS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What a feed says of how often it may be asked.

    `minutes` is its `ttl` or syndication period, whichever is longer, 0 for none; `skip_hours` (0 to 23, UTC) and
    `skip_days` (Monday is 0) are when it asks not to be asked.
    """

    minutes: int = 0
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """How many new entries a source brought, by the hour of the day (UTC), and in how many days; both fade.

    `usual` is the number of new entries a day as of the last poll that brought some: silence does not change it.
    `at` is up to when it was listened to; None: never.
    """

    hours: tuple[float, ...] = (0.0,) * HOURS
    days: float = 0.0
    usual: float = 0.0
    at: datetime | None = None


NO_WISHES = Wishes()
NO_RHYTHM = Rhythm()


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """An address that a source's own has led to for good; `answers` in a row since `since`."""

    to: str
    answers: int
    since: datetime
