"""Documents kept ready in memory: the least recently asked for go when the bytes exceed the bound.

A document is kept as one version with its bytes, so a body can never stand under another version's tag. What a
thread read before a notice of change came is not put on the shelf after it.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from feeds.store.parts import Spot

OVERHEAD = 2_000  # bytes of a version beside its bodies: tags, dates, dictionaries
_REMEMBERED = 4_096  # spots whose last notice is remembered one by one


@dataclass(slots=True)
class Ready:
    """One version of a document, with its bytes in the codings that were asked for."""

    spot: Spot
    tags: dict[str, str]  # a strong entity tag, quoted, for every coding
    stamp: datetime | None  # None: a mix, which no moment is known of
    version: str
    ends: datetime | None = None  # when it goes for good: of a channel that was given up
    bodies: dict[str, bytes] = field(default_factory=dict)
    missed: int = 0  # requests that would have liked br better

    @property
    def size(self) -> int:
        return OVERHEAD + sum(map(len, self.bodies.values()))


class Shelf:
    """Ready documents by path. Safe to share between threads."""

    def __init__(self, limit: int) -> None:
        """`limit` in bytes, all told."""
        self._limit = limit
        self._lock = threading.Lock()
        self._ready: OrderedDict[str, Ready] = OrderedDict()
        self._sizes: dict[str, int] = {}
        self._paths: dict[Spot, set[str]] = {}
        self._bytes = 0
        self._notices = 0
        self._noticed: OrderedDict[Spot, int] = OrderedDict()
        self._forgotten = 0  # notices up to this one may concern any spot

    def get(self, path: str) -> Ready | None:
        """Give the version of a document that is ready."""
        with self._lock:
            ready = self._ready.get(path)
            if ready is not None:
                self._ready.move_to_end(path)
            return ready

    def mark(self) -> int:
        """Give a mark of now; to be taken before what is to be put is read from the store."""
        with self._lock:
            return self._notices

    def put(self, path: str, ready: Ready, mark: int) -> None:
        """Keep a version, unless its spot changed since `mark`."""
        with self._lock:
            if self._noticed.get(ready.spot, self._forgotten) > mark:
                return
            self._take_off(path)
            if ready.size > self._limit:  # it would push out all others, and then go itself
                return
            self._ready[path] = ready
            self._paths.setdefault(ready.spot, set()).add(path)
            self._sizes[path] = ready.size
            self._bytes += ready.size
            self._trim()

    def grow(self, path: str, ready: Ready) -> None:
        """Count the bodies that a kept version has got since."""
        with self._lock:
            if self._ready.get(path) is ready:
                self._bytes += ready.size - self._sizes[path]
                self._sizes[path] = ready.size
                self._trim()

    def drop(self, spots: Iterable[Spot]) -> None:
        """Take off the documents of spots that changed."""
        with self._lock:
            for spot in spots:
                self._notices += 1
                self._noticed[spot] = self._notices
                self._noticed.move_to_end(spot)
                for path in self._paths.pop(spot, ()):
                    self._take_off(path)
            while len(self._noticed) > _REMEMBERED:
                self._forgotten = self._noticed.popitem(last=False)[1]

    @property
    def bytes(self) -> int:
        return self._bytes

    def _take_off(self, path: str) -> None:
        ready = self._ready.pop(path, None)
        if ready is None:
            return
        self._bytes -= self._sizes.pop(path)
        paths = self._paths.get(ready.spot)
        if paths is not None:
            paths.discard(path)
            if not paths:
                del self._paths[ready.spot]

    def _trim(self) -> None:
        while self._bytes > self._limit and self._ready:
            self._take_off(next(iter(self._ready)))
