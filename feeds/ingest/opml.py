"""An OPML list of feeds, read: the addresses and titles of all its outlines, however deep."""

from typing import NamedTuple

from lxml import etree

MOST_BYTES = 10 * 1024 * 1024


class Listed(NamedTuple):
    """One feed of a list."""

    xml_url: str
    title: str


def read_opml(data: bytes) -> list[Listed]:
    """Read a list, each address once; raises ValueError for what is none."""
    if len(data) > MOST_BYTES:
        raise ValueError("the list is too long")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"no OPML: {error}") from error
    if root is None or etree.QName(root).localname.lower() != "opml":
        raise ValueError("no OPML")
    found: dict[str, Listed] = {}
    for outline in root.iter("outline"):
        attributes = {str(name).lower(): str(value).strip() for name, value in outline.attrib.items()}
        url = attributes.get("xmlurl", "")
        if url:
            found.setdefault(url, Listed(url, (attributes.get("title") or attributes.get("text") or "")[:500]))
    return list(found.values())
