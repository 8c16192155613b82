"""Where the front finds documents: on the shelf, else joined, compressed and put there.

However many ask for one that is not ready, it is joined once; a notice of change takes it off the shelf.
"""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import NamedTuple

from feeds.errors import StoreError
from feeds.model.dates import from_us
from feeds.model.document import Format
from feeds.pipeline.serving import Ended, FragmentGone, Kitchen, Moved, Whole
from feeds.store.parts import Spot
from feeds.web.conditional import CODINGS, choose_coding, parse_tags
from feeds.web.shelf import Ready, Shelf

QUICK = ("gzip", "identity")  # made while a reader waits; br is made at leisure
WORTH_PRESSING = 3  # requests that would have liked br better
PATIENCE = 40  # looks at the store, 25 ms apart, for a version that is being replaced
MOST_DELTAS = 16  # kept of a version: readers poll at many rhythms, but most hold one of the last few
_LOCKS = 64
# "HASH.STAMP.DOCUMENT-CODING": of which version, of which document, in which coding; the first is opaque to all.
_TAG = re.compile(r'"[A-Za-z0-9_-]{1,32}\.([0-9a-z]{1,12})\.([0-9a-z]{1,12})-[a-z](?:[0-9a-f]{2})?"', re.ASCII)


class Gone(NamedTuple):
    """No document here: it lies at `location` now (absolute), or there is none: 404, or 410 for one that there was."""

    location: str | None
    status: int = 404


class Cupboard:
    """The documents of one process."""

    def __init__(self, kitchen: Kitchen, shelf: Shelf, site_url: str) -> None:
        self._kitchen = kitchen
        self._shelf = shelf
        self.site_url = site_url
        self._flights = [threading.Lock() for _ in range(_LOCKS)]
        self._leisure = ThreadPoolExecutor(1, thread_name_prefix="leisure")
        self._wait = threading.Event()  # never set: a sleep

    def find(self, path: str, key: str, part: int, format: Format) -> Ready | Gone:
        """Find the present version of a document; raises StoreError."""
        ready = self._shelf.get(path)
        if ready is not None and (ready.ends is None or not self._kitchen.is_past(ready.ends)):
            return ready
        mark = self._shelf.mark()
        found = self._kitchen.find(key, part, format)
        if found is None:
            return Gone(None)
        if isinstance(found, Ended):
            return Gone(None, 410)
        if isinstance(found, Moved):
            where = f"{found.key}/archive/{part}" if part else found.key
            return Gone(f"{self.site_url}/feeds/{where}.{format}")
        ready = self._ready(found.spot, format, found.version.hash, found.version.stamp)
        ready.ends = found.ends
        self._shelf.put(path, ready, mark)
        return ready

    def codings(self, path: str, format: Format, ready: Ready, accepted: str | None) -> tuple[str, ...]:
        """Name the codings to choose from: br once it is made, or where the client takes no gzip."""
        if "br" in ready.bodies or choose_coding(accepted, QUICK) == "identity":
            return CODINGS
        if choose_coding(accepted, CODINGS) == "br":
            ready.missed = missed = ready.missed + 1  # counted loosely, but each count is looked at
            if missed == WORTH_PRESSING:
                self._leisure.submit(self._press, path, format, ready)
        return QUICK

    def body(self, path: str, format: Format, ready: Ready, coding: str) -> tuple[Ready, bytes]:
        """Give a version's bytes in a coding; where it has gone meanwhile, the version that is there instead."""
        body = ready.bodies.get(coding)
        if body is not None:
            return ready, body
        with self._flights[hash(path) % _LOCKS]:
            ready = self._shelf.get(path) or ready
            body = ready.bodies.get(coding)
            if body is not None:
                return ready, body
            mark = self._shelf.mark()
            whole = self._join(ready.spot, format)
            if f"{whole.hash}.{_base36(whole.stamp)}" != ready.version:
                ready = replace(self._ready(ready.spot, format, whole.hash, whole.stamp), ends=ready.ends)
            body = self._kitchen.compress(coding, whole.data)
            ready.bodies[coding] = body
            self._shelf.put(path, ready, mark)
        return ready, body

    def delta(self, path: str, format: Format, ready: Ready, coding: str, if_none_match: str) -> bytes | None:
        """Give what the newest version that the client names lacks (RFC 3229), in a coding; None: it is to have all."""
        tags = [found for tag in parse_tags(if_none_match).tags if (found := _TAG.fullmatch(tag.opaque))]
        since = max((int(found[1], 36) for found in tags if found[2] == _mark(ready.spot, format)), default=None)
        if since is None:
            return None
        key = f"{since} {coding}"
        if key in ready.bodies:
            return ready.bodies[key]
        whole = self._kitchen.delta(ready.spot, format, since)
        if whole is None or f"{whole.hash}.{_base36(whole.stamp)}" != ready.version:
            return None
        body = self._kitchen.compress(coding, whole.data)
        if len(ready.bodies) < MOST_DELTAS:
            ready.bodies[key] = body
            self._shelf.grow(path, ready)
        return body

    def drop(self, spots: list[Spot]) -> None:
        """Take what changed off the shelf."""
        self._shelf.drop(spots)

    def _join(self, spot: Spot, format: Format) -> Whole:
        for _ in range(PATIENCE):
            try:
                whole = self._kitchen.join(spot, format)
            except FragmentGone:
                self._wait.wait(0.025)
                continue
            if whole is not None:
                return whole
            break
        raise StoreError(f"the {format} document of channel {spot[0]} cannot be joined")

    def _ready(self, spot: Spot, format: Format, hash: str, stamp: int) -> Ready:
        version = f"{hash}.{_base36(stamp)}"
        stem = f"{version}.{_mark(spot, format)}"
        tags = {coding: f'"{stem}-{self._kitchen.coding_tag(coding)}"' for coding in CODINGS}
        return Ready(spot=spot, tags=tags, stamp=from_us(stamp), version=version)

    def _press(self, path: str, format: Format, ready: Ready) -> None:
        """Make br of a version that is asked for again and again."""
        try:
            whole = self._kitchen.join(ready.spot, format)
        except StoreError:  # it can wait
            return
        if whole is not None and f"{whole.hash}.{_base36(whole.stamp)}" == ready.version:
            ready.bodies["br"] = self._kitchen.compress("br", whole.data)
            self._shelf.grow(path, ready)


def _mark(spot: Spot, format: Format) -> str:
    """Give what stands for a document in its tags: no other's version is taken for one of its own."""
    return _base36(spot[0]) + format[0]


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits or "0"
