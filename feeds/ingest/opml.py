"""An OPML list of feeds, read: the addresses and titles of all its outlines, however deep.

Lists are written by many hands, so they are mended as feeds are: a bare "&" in an address is a part of it, an encoding
is what the bytes say, a name space or capital letters change nothing, and entities that expand are refused.
"""

from typing import NamedTuple

from lxml import etree

from feeds.errors import PollError
from feeds.ingest.decode import decode
from feeds.ingest.mend import mend

MOST_BYTES = 10 * 1024 * 1024
MOST_TITLE = 500  # characters


class Listed(NamedTuple):
    """One feed of a list."""

    xml_url: str
    title: str


def read_opml(data: bytes) -> list[Listed]:
    """Read a list, each address once; raises ValueError for what is none."""
    if len(data) > MOST_BYTES:
        raise ValueError("the list is too long")
    try:
        mended = mend(decode(data), ("opml",))
    except PollError as error:
        raise ValueError(f"no OPML that can be read: {error.detail}") from error
    if mended is None:
        raise ValueError("no OPML")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True, huge_tree=False)
    root = etree.fromstring(mended.text.encode(), parser)
    if root is None:
        raise ValueError("no OPML")
    if any(fault.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for fault in parser.error_log):
        raise ValueError("the list is nested too deep, or a part of it is too long")
    found: dict[str, Listed] = {}
    for outline in root.iter("{*}*"):
        if etree.QName(outline).localname.lower() != "outline":
            continue
        attributes = {str(name).lower(): " ".join(str(value).split()) for name, value in outline.attrib.items()}
        url = attributes.get("xmlurl", "")
        if url:
            title = attributes.get("title") or attributes.get("text") or ""
            found.setdefault(url, Listed(url, title[:MOST_TITLE]))
    return list(found.values())
