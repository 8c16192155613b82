"""An OPML 2.0 list of feeds, by category: what a reader's import takes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import format_datetime
from typing import NamedTuple

from lxml import etree

from feeds.model.markup import xml_text


class Outline(NamedTuple):
    """One feed: its title, the document's address, and the page that it is of (empty: none)."""

    title: str
    xml_url: str
    html_url: str = ""
    type: str = "rss"


def write(title: str, categories: Mapping[str, Sequence[Outline]], *, changed: datetime | None = None) -> bytes:
    """Write the list; the category "" stands at the top without a name of its own."""
    root = etree.Element("opml", version="2.0")
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = xml_text(title)
    if changed is not None:
        etree.SubElement(head, "dateModified").text = format_datetime(changed, usegmt=True)
    body = etree.SubElement(root, "body")
    for category, outlines in categories.items():
        parent = etree.SubElement(body, "outline", text=xml_text(category)) if category else body
        for outline in outlines:
            name = xml_text(outline.title)
            told = {"type": outline.type, "text": name, "title": name, "xmlUrl": outline.xml_url}
            if outline.html_url:
                told["htmlUrl"] = outline.html_url
            etree.SubElement(parent, "outline", told)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))
