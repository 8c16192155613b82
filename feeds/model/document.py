"""Documents and what they are joined from: a frame, and one fragment an article (DESIGN section 5).

    document = frame.head + fragments joined + frame.tail

A fragment is one article rendered in one format, in one variant; the frame is every other byte.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class Format(StrEnum):
    """The formats; the values are the endings of addresses."""

    RSS = "rss"
    ATOM = "atom"
    JSON = "json"

    @property
    def media_type(self) -> str:
        return _MEDIA_TYPES[self]

    @property
    def separator(self) -> bytes:
        """What stands between two fragments."""
        return b",\n" if self is Format.JSON else b"\n"


_MEDIA_TYPES = {
    Format.RSS: "application/rss+xml",
    Format.ATOM: "application/atom+xml",
    Format.JSON: "application/feed+json",
}


class Variant(NamedTuple):
    """How an article is rendered for a channel.

    `depth` is full or summary. `language` is the channel's: an entry names its own only where it differs.
    """

    depth: str
    language: str

    def __str__(self) -> str:
        return f"{self.depth}/{self.language}"


class Frame(NamedTuple):
    """Every byte of a document that is no fragment."""

    head: bytes
    tail: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    """What Atom and JSON tell of an article that left (RFC 6721)."""

    guid: str
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Masthead:
    """What the frame of one document is made from: one channel, current or one archive part, as of its stamp.

    Addresses are absolute. `path` is the channel's part of its documents' addresses (`/feeds/tags/harbour`), to
    which `.rss`, `.atom` and `.json` are added. `title` is the channel's own, else its name with the site's
    (CONTRACT section 7). `author` is set on an author's channel: name and page. `prev_archive`, `next_archive`
    and `current` are paths without ending as well (RFC 5005); None where there is none. `complete` says that
    the current document holds every article of the channel. A mix has a `query` behind its ending, `?tag=…`, and an
    `id` of its own.
    """

    number: int
    title: str
    description: str
    language: str
    home_url: str
    path: str
    stamp: datetime
    image: str = ""
    author: tuple[str, str] | None = None
    tombstones: tuple[Tombstone, ...] = ()
    is_archive: bool = False
    complete: bool = False
    prev_archive: str | None = None
    next_archive: str | None = None
    current: str | None = None
    query: str = ""
    id: str = ""


class Ingredient(NamedTuple):
    """One fragment of a recipe: the article, what it shows, and the stamp (µs) at which it came so into the window."""

    article: str
    shown: str
    since: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """The three documents of a channel's part, without the fragments' bytes: enough to join them, and their validators.

    `part` is 0 for the current documents. `stamp` is in microseconds, theirs together; `hashes` cover every byte.
    `masthead` stands for what the frames were made from. Whoever holds a version from `told_since` on (µs; of Atom:
    `atom_told_since`) misses nothing in a delta: what left since then grew old, or in Atom has a tombstone. None: of no
    version is that known.
    """

    channel: int
    part: int
    stamp: int
    variant: str
    entries: tuple[Ingredient, ...]
    masthead: str = ""
    told_since: int | None = None
    atom_told_since: int | None = None
    frames: dict[Format, Frame]
    hashes: dict[Format, str]
