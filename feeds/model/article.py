"""An article as kept: the value that the store gives and takes, and that documents are rendered from.

Everything in it is clean (markup.clean, text without characters that XML forbids) and complete (labels
are the kept ones). What a client sends is a Submission; how one becomes the other is revise.py's.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from feeds.model.label import Label
from feeds.model.slug import slugify


class Status(StrEnum):
    """Where an article stands in its life (CONTRACT section 4)."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


FLAGS = ("must-read", "breaking", "live", "opinion", "sponsored")


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """An article's picture. `url` may be rooted in the site (`/media/…`); lengths in bytes, sizes in pixels."""

    url: str
    alt: str = ""
    caption: str = ""
    credit: str = ""
    width: int | None = None
    height: int | None = None
    type: str = ""
    length: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file beside an article: sound, film, a paper. `length` in bytes, `duration` in seconds."""

    url: str
    type: str = ""
    length: int | None = None
    title: str = ""
    duration: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What a file's own server told of it, where the article's submitter said nothing (model/measures).

    `address` is the file's as articles have it; empty or None: not told.
    """

    address: str
    type: str = ""
    length: int | None = None
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """A story that an article points to.

    `id` is the target as the client named it (None: named by title alone). `tied` is the *public* article of
    ours that it stands for now, by id or by title, with the title and address that documents print; None
    while there is none. `url` is the address that the client gave.
    """

    id: str | None = None
    title: str = ""
    url: str = ""
    tied: "RelatedTarget | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RelatedTarget:
    """The public article that a related line leads to."""

    id: str
    title: str

    @property
    def path(self) -> str:
        return article_path(self.id, self.title)


@dataclass(frozen=True, slots=True)
class Correction:
    """A correction as readers are told of it."""

    at: datetime
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The partner that a story was taken over from, and what it lets us show (rights.py).

    `rights` is full, summary (of `summary_words`; None: as of our own stories) or link; `images` are shown, or not.
    `also` are other partners that sent the same story; documents print the one whose version they have.
    """

    id: str
    title: str
    url: str
    entry_id: str
    site_url: str = ""
    credit: str = ""
    rights: str = "full"
    summary_words: int | None = None
    images: bool = True
    also: tuple["Origin", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One article of the newsroom, in its present revision."""

    id: str
    title: str
    created_at: datetime
    updated_at: datetime
    status: Status
    standfirst: str = ""
    content_html: str = ""
    authors: tuple[Label, ...] = ()
    tags: tuple[Label, ...] = ()
    section: Label | None = None
    kicker: str = ""
    language: str = ""
    rights: str = ""
    canonical_url: str = ""
    dateline: str = ""
    image: Image | None = None
    attachments: tuple[Attachment, ...] = ()
    related: tuple[Related, ...] = ()
    flags: tuple[str, ...] = ()
    published_at: datetime | None = None
    expires_at: datetime | None = None
    corrections: tuple[Correction, ...] = ()
    revision: int = 1
    origin: Origin | None = None
    withdrawn_at: datetime | None = None
    withdrawn_reason: str = ""
    was_public: bool = False  # once public: its page answers 410 when it is not any more, else 404
    measured: tuple[Measure, ...] = ()  # beside the article, never in it: no revision has them, no client sends them

    @property
    def slug(self) -> str:
        """The readable part of the page's address; follows the headline."""
        return slugify(self.title)

    @property
    def path(self) -> str:
        """The page's address within the site."""
        return article_path(self.id, self.title)

    def is_public(self, now: datetime) -> bool:
        """Say whether readers may see it at `now`: published, not withdrawn, not expired."""
        return self.status is Status.PUBLISHED and (self.expires_at is None or self.expires_at > now)


def article_path(article_id: str, title: str) -> str:
    """Give the address of an article's page within the site (CONTRACT section 6)."""
    return f"/articles/{article_id}/{slugify(title)}"
