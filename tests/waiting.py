"""The one helper that waits: it asks again and again until something holds, or a deadline has passed."""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")
LOOK = 0.02  # seconds between two looks


def wait_for(ask: Callable[[], Found], *, seconds: float = 20.0, what: str = "") -> Found:
    """Give the first true answer; fails once `seconds` have passed without one."""
    deadline = time.monotonic() + seconds
    while True:
        if found := ask():
            return found
        assert time.monotonic() < deadline, f"waited {seconds} s for {what or ask}"
        time.sleep(LOOK)
