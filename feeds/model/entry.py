"""An entry: one item of a partner's feed, as its document says it, with addresses made absolute."""

from dataclasses import dataclass, field
from datetime import datetime

from feeds.model.article import Attachment, Image
from feeds.model.markup import plain, text_of
from feeds.model.pacing import NO_WISHES, Wishes


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryText:
    """A text of an entry and how it is to be read: `html` or `plain`."""

    value: str
    is_html: bool

    @property
    def line(self) -> str:
        """The text on one line, without its markup."""
        return text_of(self.value) if self.is_html else plain(self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """What was worked out of an entry once: its texts cleaned, the hash of all that it says, the key of its text."""

    content_html: str
    standfirst: str
    hash: str
    text_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item as parsed, before it is matched, cleaned and judged.

    `id` is the partner's own (`""` where it gave none). `published` and `updated` are aware UTC or None where they
    are missing or unreadable. `authors` are names. `rights` is what the entry says of them, `licence` the addresses
    (else names) of the licences that it states. `origins` are what it names as where it comes from: addresses and ids
    of stories and feeds. `base` is the absolute address that those of its texts are relative to. `worked` follows from
    all the rest; None: nothing was worked out yet.
    """

    id: str = ""
    link: str = ""
    title: EntryText | None = None
    summary: EntryText | None = None
    content: EntryText | None = None
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    language: str = ""
    rights: str = ""
    licence: str = ""
    published: datetime | None = None
    updated: datetime | None = None
    image: Image | None = None
    attachments: tuple[Attachment, ...] = ()
    base: str = ""
    origins: tuple[str, ...] = ()
    worked: Worked | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleted:
    """A tombstone: the entry of id `ref` was withdrawn by its partner `at` a moment, with its `reason`, if any."""

    ref: str
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """A partner's document as read: what it says of itself, its entries in its own order, and what it took back.

    `is_whole` is False for one that ends early. `marks` has a hash of each entry as it was sent, in the document's
    order, and is empty where they cannot be told; entries whose marks were known before are not among `entries`.
    """

    title: str = ""
    site_url: str = ""
    language: str = ""
    rights: str = ""
    licence: str = ""
    entries: tuple[Entry, ...] = ()
    deleted: tuple[Deleted, ...] = ()
    faults: tuple[str, ...] = ()
    wishes: Wishes = NO_WISHES
    is_whole: bool = True
    marks: tuple[str, ...] = ()
