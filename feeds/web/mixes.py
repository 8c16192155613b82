"""Where the front finds mixes: computed at the first request, kept in memory until anything changes.

Strangers choose what is computed, so the work is bounded: two at a time in a process, each only so deep, and what is
kept has its share of `serving.memory`.
"""

import hashlib
import threading
from collections import OrderedDict
from typing import NamedTuple
from urllib.parse import parse_qsl

from feeds.errors import Refusal
from feeds.model.document import Format
from feeds.model.mix import KINDS, Mix, mix_of
from feeds.model.slug import SLUG
from feeds.pipeline import mixes
from feeds.pipeline.newsroom import Newsroom
from feeds.pipeline.printer import Printer
from feeds.pipeline.serving import Kitchen
from feeds.web.conditional import CODINGS
from feeds.web.shelf import Ready, Shelf

AT_A_TIME = 2
PATIENCE = 5.0  # seconds that a request waits for its turn
MOST_FIELDS = 100  # of a query
NOWHERE = (0, 0)  # the spot of what is no channel's


class Elsewhere(NamedTuple):
    """The one address of a mix."""

    location: str


class Mixes:
    """The mixes of one process."""

    def __init__(self, room: Newsroom, printer: Printer, kitchen: Kitchen, shelf: Shelf, limit: int) -> None:
        """`limit` in bytes; `shelf` tells by its mark whether anything changed."""
        self._room = room
        self._printer = printer
        self._kitchen = kitchen
        self._shelf = shelf
        self._limit = limit
        self._lock = threading.Lock()
        self._turns = threading.BoundedSemaphore(AT_A_TIME)
        self._kept: OrderedDict[tuple[Mix, Format], tuple[int, Ready]] = OrderedDict()
        self._bytes = 0

    def find(self, query: str, format: Format) -> Ready | Elsewhere:
        """Find a mix by its query; raises Refusal 400, 404 or 503."""
        try:
            pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=MOST_FIELDS)
            mix = mix_of(pairs)
        except ValueError as error:
            raise Refusal(400, str(error) if "mix" in str(error) else "The query has too many fields.") from None
        if any(not SLUG.fullmatch(slug) for _, slug in mix.terms):
            raise Refusal(404, "There is no such label.")
        if [pair for pair in pairs if pair[0] in KINDS] != list(mix.terms):
            return self._elsewhere(mix, format)
        kept = self._get(mix, format)
        if kept is not None:
            return kept
        if not self._turns.acquire(timeout=PATIENCE):
            raise Refusal(503, "Too many mixes are being computed.", retry_after=2)
        try:
            return self._get(mix, format) or self._compute(mix, format)
        finally:
            self._turns.release()

    def body(self, ready: Ready, coding: str) -> bytes:
        """Give a mix's bytes in a coding."""
        if coding not in ready.bodies:
            ready.bodies[coding] = self._kitchen.compress(coding, ready.bodies["identity"])
        return ready.bodies[coding]

    def _compute(self, mix: Mix, format: Format) -> Ready | Elsewhere:
        mark = self._shelf.mark()
        found = mixes.compute(self._room, self._printer, mix, format)
        if found is None:
            raise Refusal(404, "There is no such label.")
        if isinstance(found, mixes.Elsewhere):
            return self._elsewhere(found.mix, format)
        version = f"{hashlib.blake2b(found, digest_size=8).hexdigest()}.0"
        tags = {coding: f'"{version}-{self._kitchen.coding_tag(coding)}"' for coding in CODINGS}
        ready = Ready(spot=NOWHERE, tags=tags, stamp=None, version=version, bodies={"identity": found})
        with self._lock:
            self._drop(mix, format)
            self._kept[mix, format] = mark, ready
            self._bytes += len(found) * 2  # with its compressed form, roughly
            while self._bytes > self._limit and self._kept:
                self._drop(*next(iter(self._kept)))
        return ready

    def _get(self, mix: Mix, format: Format) -> Ready | None:
        with self._lock:
            kept = self._kept.get((mix, format))
            if kept is None or kept[0] != self._shelf.mark():
                return None
            self._kept.move_to_end((mix, format))
            return kept[1]

    def _drop(self, mix: Mix, format: Format) -> None:
        kept = self._kept.pop((mix, format), None)
        if kept is not None:
            self._bytes -= len(kept[1].bodies["identity"]) * 2

    def _elsewhere(self, mix: Mix, format: Format) -> Elsewhere:
        return Elsewhere(f"{self._room.site.url}/feeds/select.{format}{mix.query}")
