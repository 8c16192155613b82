"""Ids that we assign: sortable by the moment they were made in, and never the same twice."""

import secrets
from datetime import datetime

from feeds.model.dates import to_us

_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u


def new(now: datetime) -> str:
    """Make an id: ten digits of milliseconds, ten of chance (50 bits)."""
    return _spell(to_us(now) // 1000, 10) + _spell(secrets.randbits(50), 10)


def _spell(number: int, length: int) -> str:
    digits = ""
    for _ in range(length):
        number, digit = divmod(number, 32)
        digits = _DIGITS[digit] + digits
    return digits
