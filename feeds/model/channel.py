"""A channel: one feed of ours. Which channels an article belongs to, and where it stands in each."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from feeds.model.article import Article
from feeds.model.label import Kind, Label

SITE_KEY = "site"


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One channel as kept. `label` is None for `site`.

    Empty texts and None stand for "as the site has it": `title` falls back to the label's name and the
    site's title, `language` to the site's, `window` to `channels.window`. `depth` is full or summary.
    """

    number: int
    label: Label | None = None
    title: str = ""
    description: str = ""
    language: str = ""
    depth: str = "full"
    window: int | None = None
    image: str = ""
    partners: bool = True
    retired_at: datetime | None = None  # when its label was given up without a successor

    @property
    def key(self) -> str:
        return SITE_KEY if self.label is None else self.label.key

    @property
    def page_path(self) -> str:
        """The page that the channel's documents name as their home."""
        return "/" if self.label is None else "/" + self.label.key


class Membership(NamedTuple):
    """An article's belonging to a channel: the channel by its label (None: `site`), and the moment it is placed at."""

    kind: Kind | None
    slug: str
    at: datetime


def channels_of(article: Article) -> list[Membership]:
    """List the channels that a *public* article belongs to: `site` first, then tags, authors, sections.

    Sections that choose for themselves are `must-read`, by its flag, and `corrections`, at the moment of the last
    correction (CONTRACT sections 1 and 6). `trending` is filled by its own job.
    """
    at = article.published_at
    if at is None:
        raise ValueError(f"{article.id} is public without a moment of publication")
    found = [Membership(None, "", at)]
    found += [Membership(Kind.TAGS, tag.slug, at) for tag in article.tags]
    found += [Membership(Kind.AUTHORS, author.slug, at) for author in article.authors]
    if article.section is not None:
        found.append(Membership(Kind.SECTIONS, article.section.slug, at))
    if "must-read" in article.flags:
        found.append(Membership(Kind.SECTIONS, "must-read", at))
    if article.corrections:
        found.append(Membership(Kind.SECTIONS, "corrections", article.corrections[-1].at))
    return found
