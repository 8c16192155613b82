"""A mix: a channel computed on request, any, all and none of labels (CONTRACT sections 1 and 6). Pure.

Terms are sorted by name, then value, each once; that spelling is the one address of a mix, and part of its id.
"""

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from feeds.model.label import Kind

MOST_TERMS = 20
ANY = {"author": Kind.AUTHORS, "section": Kind.SECTIONS, "tag": Kind.TAGS}
ALL = {"all-tag": Kind.TAGS}
NONE = {"not-tag": Kind.TAGS}
KINDS = {**ANY, **ALL, **NONE}


@dataclass(frozen=True, slots=True)
class Mix:
    """Terms in their one order: (name, slug)."""

    terms: tuple[tuple[str, str], ...]

    @property
    def query(self) -> str:
        """The mix as addresses have it, `?tag=a&tag=b`."""
        return "?" + urlencode(self.terms, quote_via=quote)

    def slugs(self, names: dict[str, Kind]) -> list[tuple[Kind, str]]:
        """Give the labels of some kinds of terms."""
        return [(names[name], slug) for name, slug in self.terms if name in names]


def mix_of(pairs: list[tuple[str, str]]) -> Mix:
    """Make a mix of what a query says; other parameters count for nothing. Raises ValueError for too many, or none."""
    terms = sorted({(name, value) for name, value in pairs if name in KINDS})
    if not terms:
        raise ValueError("A mix needs a term: tag, author, section, all-tag or not-tag.")
    if sum(name in KINDS for name, _ in pairs) > MOST_TERMS:
        raise ValueError(f"A mix has up to {MOST_TERMS} terms.")
    return Mix(tuple(terms))
