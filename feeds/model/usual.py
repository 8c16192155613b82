"""What a source's documents are usually like, by which one that is quite another is known (ingest/alarm.py)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """What documents were like up to now; an empty text, or None, where that cannot be said.

    `language` is its primary subtag, `host` the one to which nearly all links lead. `since` and `until` are the
    earliest and the latest date of an entry, in microseconds. `is_ahead`: dates in the future are usual.
    """

    language: str = ""
    host: str = ""
    since: int | None = None
    until: int | None = None
    is_ahead: bool = False
