"""Documents read back by other people's parsers, in one shape for the three formats.

The standard library reads the bare XML; what a text is *read as* follows each format's rule: RSS titles and
descriptions are HTML, Atom texts say their type, JSON is plain.
"""

import html
import json
import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from typing import Any

from feeds.model.document import Format

ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
DC = "{http://purl.org/dc/elements/1.1/}"
MEDIA = "{http://search.yahoo.com/mrss/}"
HISTORY = "{http://purl.org/syndication/history/1.0}"
SYNDICATION = "{http://purl.org/rss/1.0/modules/syndication/}"
TOMBSTONE = "{http://purl.org/atompub/tombstones/1.0}"


@dataclass(frozen=True, slots=True)
class Read:
    """One entry as a reader has it; None or empty where the document does not say."""

    id: str | None
    title: str | None
    link: str | None
    summary: str | None
    content: str | None
    published: str | None
    authors: list[str]
    tags: list[str]
    raw: Any = field(compare=False)


def entries(format: Format, document: bytes) -> list[Read]:
    return {Format.RSS: _rss, Format.ATOM: _atom, Format.JSON: _json}[format](document)


def as_html(text: str | None) -> str | None:
    """Read a text as a browser shows it: tags vanish, references become characters."""
    return None if text is None else html.unescape(re.sub(r"</?[A-Za-z!][^>]*>", "", text))


def words(markup: str | None) -> str:
    """Give the words of HTML."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", markup or "")).split())


def channel(document: bytes) -> ET.Element:
    """Give an RSS document's channel."""
    found = ET.fromstring(document).find("channel")
    assert found is not None
    return found


def links(parent: ET.Element, rel: str) -> list[str | None]:
    """List the addresses of the Atom links of one kind, in RSS and Atom."""
    return [link.get("href") for link in parent.findall(f"{ATOM}link") if link.get("rel") == rel]


def _rss(document: bytes) -> list[Read]:
    return [
        Read(
            id=item.findtext("guid"),
            title=as_html(item.findtext("title")),
            link=item.findtext("link"),
            summary=as_html(item.findtext("description")),
            content=item.findtext(f"{CONTENT}encoded"),
            published=item.findtext("pubDate"),
            authors=[each.text or "" for each in item.findall(f"{DC}creator")],
            tags=[each.text or "" for each in item.findall("category") if not each.get("domain")],
            raw=item,
        )
        for item in channel(document).findall("item")
    ]


def _atom(document: bytes) -> list[Read]:
    return [
        Read(
            id=entry.findtext(f"{ATOM}id"),
            title=_text(entry.find(f"{ATOM}title")),
            link=next(iter(links(entry, "alternate")), None),
            summary=_text(entry.find(f"{ATOM}summary")),
            content=entry.findtext(f"{ATOM}content"),
            published=entry.findtext(f"{ATOM}published"),
            authors=[each.findtext(f"{ATOM}name") or "" for each in entry.findall(f"{ATOM}author")],
            tags=[
                each.get("label") or ""
                for each in entry.findall(f"{ATOM}category")
                if (each.get("scheme") or "").endswith("/tags")
            ],
            raw=entry,
        )
        for entry in ET.fromstring(document).findall(f"{ATOM}entry")
    ]


def _json(document: bytes) -> list[Read]:
    return [
        Read(
            id=item.get("id"),
            title=item.get("title"),
            link=item.get("url"),
            summary=item.get("summary"),
            content=item.get("content_html"),
            published=item.get("date_published"),
            authors=[each["name"] for each in item.get("authors", [])],
            tags=item.get("tags", []),
            raw=item,
        )
        for item in json.loads(document)["items"]
    ]


def _text(element: ET.Element | None) -> str | None:
    if element is None:
        return None
    text = element.text or ""
    return as_html(text) if element.get("type") == "html" else text
