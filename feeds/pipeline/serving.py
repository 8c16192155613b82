"""The road out: from a document's address to its bytes, where memory does not have them.

Bytes are joined at the first request, from a recipe and kept fragments; a fragment that is missing is rendered by the
same code as the builder's. Nothing is written.
"""

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from feeds.errors import StoreError
from feeds.model.article import Article
from feeds.model.channel import SITE_KEY, Channel
from feeds.model.document import Format, Recipe, Variant
from feeds.model.label import Kind
from feeds.model.shown import shown_of
from feeds.pipeline.newsroom import Newsroom
from feeds.pipeline.printer import Printer
from feeds.publish import assemble, compress
from feeds.store import articles, channels, documents, fragments, labels
from feeds.store.documents import Version
from feeds.store.parts import Spot


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A document that there is: its channel and part, its version, and when it goes for good (None: never)."""

    spot: Spot
    ends: datetime | None = None
    version: Version


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A document that lies elsewhere now, for ever: the key that it has."""

    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A document's bytes, with the version that they are."""

    data: bytes
    hash: str
    stamp: int


@dataclass(frozen=True, slots=True)
class Ended:
    """A channel that was given up, and has said so for long enough."""


class FragmentGone(StoreError):
    """A fragment of the version that is stored is there no more: a newer version is about to come."""


class Kitchen:
    """Joins documents. One instance a process, shared by its threads."""

    def __init__(self, room: Newsroom, printer: Printer) -> None:
        self._room = room
        self._printer = printer
        self._rendering = threading.Lock()

    def find(self, key: str, part: int, format: Format) -> Found | Moved | Ended | None:
        """Look up a document by its channel's key and its part (0: current); None where there never was one."""
        with self._room.store.read() as connection:
            channel = channels.find(connection, key)
            if channel is not None:
                ends = self._end_of(channel)
                if self.is_past(ends):
                    return Ended()
                version = documents.version(connection, (channel.number, part), format)
                return None if version is None else Found(spot=(channel.number, part), version=version, ends=ends)
            if key == SITE_KEY:
                return None
            kind, _, slug = key.partition("/")
            if kind not in set(Kind):
                return None
            target = labels.find_redirect(connection, Kind(kind), slug)
        return None if target is None else Moved(key=target.key)

    def join(self, spot: Spot, format: Format) -> Whole | None:
        """Join the present version of a document; None where its channel has none."""
        with self._room.store.read() as connection:
            recipe = documents.load(connection, [spot]).get(spot)
            if recipe is None:
                return None
            keys = [(entry.article, entry.shown) for entry in recipe.entries]
            kept = fragments.data(connection, format, recipe.variant, keys)
            lacking = [key for key in keys if key not in kept]
            found = articles.load(connection, [article for article, _ in lacking])
        if lacking:
            kept |= self._render(recipe, format, {key: found[key[0]] for key in lacking if key[0] in found})
        try:
            joined = assemble.join(format, recipe.frames[format], [kept[key] for key in keys])
        except KeyError as missing:
            raise FragmentGone(f"channel {spot[0]} lacks the fragment {missing}") from None
        return Whole(data=joined, hash=recipe.hashes[format], stamp=recipe.stamp)

    def delta(self, spot: Spot, format: Format, since: int) -> Whole | None:
        """Join what a version of the stamp `since` (µs) lacks of the present one; None where that would not be all.

        Entries that left are told by Atom alone, with tombstones; whoever could miss one is to read the whole.
        """
        with self._room.store.read() as connection:
            recipe = documents.load(connection, [spot]).get(spot)
            if recipe is None:
                return None
            floor = recipe.atom_told_since if format is Format.ATOM else recipe.told_since
            newer = [entry for entry in recipe.entries if entry.since > since]
            if floor is None or not floor <= since < recipe.stamp or len(newer) == len(recipe.entries):
                return None
            keys = [(entry.article, entry.shown) for entry in newer]
            kept = fragments.data(connection, format, recipe.variant, keys)
        if len(kept) < len(keys):
            return None
        joined = assemble.join(format, recipe.frames[format], [kept[key] for key in keys])
        return Whole(data=joined, hash=recipe.hashes[format], stamp=recipe.stamp)

    def is_past(self, moment: datetime | None) -> bool:
        """Say whether a moment has come; None never comes."""
        return moment is not None and moment <= self._room.clock.now()

    def _end_of(self, channel: Channel) -> datetime | None:
        days = timedelta(days=self._room.settings.channels.farewell_days)
        return None if channel.retired_at is None else channel.retired_at + days

    def compress(self, coding: str, data: bytes) -> bytes:
        """Apply a content coding: br, gzip or identity."""
        return compress.compress(coding, data)

    def coding_tag(self, coding: str) -> str:
        """Give the mark of a coding in entity tags."""
        return compress.coding_tag(coding)

    def _render(
        self, recipe: Recipe, format: Format, lacking: dict[fragments.Key, Article]
    ) -> dict[fragments.Key, bytes]:
        depth, _, language = recipe.variant.partition("/")
        made = {}
        with self._rendering:  # a crowd of first requests renders once, not each
            for (article_id, shown), article in lacking.items():
                if self._printer.shown(shown_of(article)) == shown:
                    made[article_id, shown] = self._printer.render(article, Variant(depth, language))[format].data
        return made
