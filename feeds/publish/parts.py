"""What an XML entry or feed is made from: plain values between the formats and the library that writes them.

rss.py and atom.py say by them what is printed; feedgen_xml.py turns them into bytes. All texts are free of
characters that XML forbids, all addresses absolute.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


class Node(NamedTuple):
    """An element that feedgen does not write: `dc:creator`; without a prefix it is of the document's own format.

    An attribute that is empty is left out.
    """

    tag: str
    text: str = ""
    attributes: dict[str, str] = {}  # noqa: RUF012 (a default that nothing changes)
    children: tuple["Node", ...] = ()


class Person(NamedTuple):
    """An author of an Atom entry or feed."""

    name: str
    uri: str


class Category(NamedTuple):
    """What an entry is filed under; RSS prints `label` (else `term`) and, as its domain, `scheme`."""

    term: str
    scheme: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryParts:
    """What feedgen is told of one entry, and the `nodes` that follow behind.

    `summary` may be empty, `content` is HTML or empty. `enclosure` is address, length and type, `source` address and
    title: both are RSS's. `persons`, `published`, `rights` and `language` are Atom's. Atom links are all nodes.
    """

    id: str
    title: str
    link: str
    updated: datetime
    summary: str
    content: str
    categories: tuple[Category, ...] = ()
    enclosure: tuple[str, int, str] | None = None
    source: tuple[str, str] | None = None
    persons: tuple[Person, ...] = ()
    published: datetime | None = None
    rights: str = ""
    language: str = ""
    nodes: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedParts:
    """What feedgen is told of a feed. `links` are Atom's attributes of each, without the page that `home` names."""

    id: str
    title: str
    description: str
    language: str
    home: str
    links: tuple[dict[str, str], ...]
    stamp: datetime
    generator: str
    rights: str = ""
    ttl: int | None = None
    image: str = ""
    icon: str = ""
    logo: str = ""
    author: Person | None = None
    nodes: tuple[Node, ...] = ()
