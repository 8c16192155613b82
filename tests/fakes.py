"""Stand-ins for the world outside: a clock that the test moves. Nothing of our own code is replaced."""

from datetime import UTC, datetime, timedelta


class FixedClock:
    """A clock that stands still until it is moved."""

    def __init__(self, start: str = "2026-05-01T08:00:00+00:00") -> None:
        self._now = datetime.fromisoformat(start).astimezone(UTC)
        self._monotonic = 1000.0

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def advance(self, **units: float) -> datetime:
        """Let time pass; the wall clock and the monotonic one alike."""
        step = timedelta(**units)
        self._now += step
        self._monotonic += step.total_seconds()
        return self._now
