"""Values of the newsroom to what documents are joined from: fragments of articles, frames of channels.

All that is printed of the site is in `key`, which is part of every fragment's key: another address, another title or
another way of printing makes other fragments, and none of the old ones is mistaken for one of them.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

from feeds.errors import RenderError
from feeds.model.article import Article
from feeds.model.channel import Channel
from feeds.model.dates import from_us
from feeds.model.document import Format, Frame, Masthead, Tombstone, Variant
from feeds.model.label import Kind
from feeds.model.site import Site
from feeds.publish import assemble, lint
from feeds.settings import Settings

_NO_STAMP = from_us(0)
US = timedelta(microseconds=1)


class Rendered(NamedTuple):
    """A fragment's bytes and their digest."""

    data: bytes
    digest: bytes


class Printer:
    """Renders for one site; holds nothing that changes."""

    def __init__(self, site: Site, settings: Settings) -> None:
        self.site = site
        self._channels = settings.channels
        self.key = _short_hash(assemble.PRINTER_VERSION, site)
        self.documents_key = _short_hash(
            self.key,
            *(self._channels.window, self._channels.archive_part, self._channels.max_bytes),
            self._channels.tombstone_days,
        )

    def shown(self, shown: str) -> str:
        """Give the key of a fragment: what its article shows, as this site prints it."""
        return f"{shown}.{self.key}"

    def window_of(self, channel: Channel) -> int:
        """Give how many entries the channel's current documents carry."""
        return channel.window or self._channels.window

    @property
    def window(self) -> int:
        """How many entries current documents carry where their channel says nothing else."""
        return self._channels.window

    def part_of(self, channel: Channel) -> int:
        """Give how many articles a closed archive part of the channel takes: at most as many as the window has."""
        return min(self._channels.archive_part, self.window_of(channel))

    @property
    def max_bytes(self) -> int:
        """How long the longest of a channel's current documents may be."""
        return self._channels.max_bytes

    def variant_of(self, channel: Channel) -> Variant:
        """Give how the channel has its articles rendered."""
        return Variant(channel.depth, channel.language or self.site.language)

    def tombstones_since(self, stamp: int) -> int:
        """Give the instant (µs) from which tombstones are told as of a stamp."""
        return stamp - timedelta(days=self._channels.tombstone_days) // US

    def render(self, article: Article, variant: Variant) -> dict[Format, Rendered]:
        """Render an article in every format; raises RenderError, also for what the lint refuses."""
        made = {}
        for format in Format:
            data = assemble.FRAGMENTS[format](article, self.site, variant)
            if reasons := lint.lint_fragment(format, data):
                raise RenderError(article.id, f"{format}: {'; '.join(reasons)}"[:500])
            made[format] = Rendered(data, assemble.digest(data))
        return made

    def masthead(
        self,
        channel: Channel,
        *,
        stamp: int,
        tombstones: Sequence[tuple[str, int, str]] = (),
        is_complete: bool = False,
        part: int = 0,
        older: int | None = None,
        newer: int | None = None,
    ) -> Masthead:
        """Give what the frames of a channel's documents are made from, as of a stamp (µs).

        `part` is 0 for the current ones; `older` and `newer` are the archive parts beside it.
        """
        site, label = self.site, channel.label
        title = channel.title or (site.title if label is None else f"{label.name} – {site.title}")
        description = channel.description or (label.description or label.bio if label else "") or site.description
        home = site.absolute(channel.page_path)
        current = f"{site.url}/feeds/{channel.key}"
        return Masthead(
            number=channel.number,
            title=title,
            description=description or title,
            language=channel.language or site.language,
            home_url=home,
            path=f"{current}/archive/{part}" if part else current,
            stamp=from_us(stamp),
            image=channel.image,
            author=(label.name, home) if label is not None and label.kind is Kind.AUTHORS else None,
            tombstones=tuple(
                Tombstone(guid=site.article_guid(article), at=from_us(at), reason=reason)
                for article, at, reason in tombstones
            ),
            complete=is_complete,
            is_archive=part != 0,
            prev_archive=f"{current}/archive/{older}" if older else None,
            next_archive=f"{current}/archive/{newer}" if newer else None,
            current=current if part else None,
        )

    def key_of(self, masthead: Masthead) -> str:
        """Give what stands for all values that frames are made from, but the stamp."""
        return _short_hash(self.key, replace(masthead, stamp=_NO_STAMP))

    def frames(self, masthead: Masthead) -> dict[Format, Frame]:
        """Render the frames of a channel's documents."""
        return {format: assemble.FRAMES[format](masthead, self.site) for format in Format}


def _short_hash(*values: object) -> str:
    return hashlib.blake2b(repr(values).encode("utf-8", "replace"), digest_size=5).hexdigest()
