"""A label: what an article is filed under, an author, a tag or a section.

All three have a slug, a name and a channel of their own; they differ in what is told of them.
Two names are the same label when their `fold` is equal.
"""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The kinds of label; the values are the words in addresses and channel keys."""

    AUTHORS = "authors"
    TAGS = "tags"
    SECTIONS = "sections"


# Sections that exist from the start and choose their articles themselves (CONTRACT section 6).
BUILT_IN_SECTIONS = {"must-read": "Must read", "corrections": "Corrections", "trending": "Trending"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One author, tag or section as kept.

    `id` is the store's number.
    `bio`, `url` and `image` are an author's; `description` a section's or tag's.
    """

    kind: Kind
    id: int
    slug: str
    name: str
    bio: str = ""
    url: str = ""
    image: str = ""
    description: str = ""

    @property
    def key(self) -> str:
        """The key of the label's own channel: `tags/harbour`."""
        return f"{self.kind}/{self.slug}"


def fold(name: str) -> str:
    """Give the form by which names are compared: NFKC, case folded, white space made single.

    Accents count: año and ano stay two names (CONTRACT section 4). Folding can undo normalisation,
    so NFKC is applied again behind it (Unicode 3.13, D146).
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return " ".join(folded.split())
