"""What RSS 2.0 asks of a channel and its items (and RSS 1.0, of others' feeds)."""

from typing import Any

from feeds.publish.feedgen_xml import NAMESPACES
from feeds.publish.lint.rules import (
    Fault,
    Faults,
    Level,
    address_fault,
    atom_date_fault,
    date_fault,
    language_fault,
    mail_date,
    markup_fault,
    missing,
    title_fault,
    told,
)

RSS1 = "{http://purl.org/rss/1.0/}"
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_ATOM = f"{{{NAMESPACES['atom']}}}"
_CONTENT = f"{{{NAMESPACES['content']}}}encoded"
_DC = f"{{{NAMESPACES['dc']}}}"
_MEDIA = f"{{{NAMESPACES['media']}}}"
# Where an item's elements hold an address of the web.
_ADDRESSES = {
    "enclosure": "url",
    "source": "url",
    f"{_ATOM}link": "href",
    f"{_MEDIA}content": "url",
    f"{_MEDIA}thumbnail": "url",
}
_UPDATED, _LANGUAGE = f"{_ATOM}updated", f"{_DC}language"
_ONCE = {"title", "link", "description", "guid", "pubDate", "enclosure", "source", "author", "comments"}


def channel_faults(root: Any) -> Faults:
    """Judge everything of a document but its items."""
    channel = root.find("channel")
    if root.tag != "rss" or channel is None:
        yield Fault("no rss element with a channel")
        return
    if not root.get("version"):
        yield Fault("version: is missing", line=root.sourceline)
    yield from told(
        title_fault(channel.findtext("title")),
        missing("description", channel.findtext("description")),
        address_fault("link", channel.findtext("link")),
        language_fault("language", channel.findtext("language")),
        date_fault("lastBuildDate", channel.findtext("lastBuildDate"), mail_date, None),
        date_fault("pubDate", channel.findtext("pubDate"), mail_date, None),
        _number_fault("ttl", channel.findtext("ttl")),
    )
    links = channel.findall(f"{_ATOM}link")
    for link in links:
        if (fault := address_fault(f"link {link.get('rel', 'alternate')}", link.get("href"))) is not None:
            yield fault._replace(line=link.sourceline)
    if all(link.get("rel") != "self" for link in links):
        yield Fault("link self: is missing", Level.WARNING)
    for image in channel.findall("image"):
        for name in ("url", "link"):
            if (fault := address_fault(f"image {name}", image.findtext(name))) is not None:
                yield fault._replace(line=image.sourceline)
        yield from told(missing("image title", image.findtext("title")))


def item_faults(item: Any) -> Faults:
    """Judge one item."""
    if item.tag != "item":
        yield Fault(f"is {item.tag}, not item")
        return
    texts: dict[str, str] = {}
    guid_is_page = False
    for child in item:
        tag = child.tag
        if (attribute := _ADDRESSES.get(tag)) is not None:
            if (fault := address_fault(tag.rpartition("}")[2], child.get(attribute))) is not None:
                yield fault._replace(line=child.sourceline)
            if tag == "enclosure" and (fault := _enclosure_fault(child)) is not None:
                yield fault
        if tag == "category" and not (child.text or "").strip():
            yield Fault("category: one is empty", line=child.sourceline)
        elif tag in texts and tag in _ONCE:
            yield Fault(f"{tag}: stands twice", line=child.sourceline)
        texts.setdefault(tag, child.text or "")
        if tag == "guid":
            guid_is_page = child.get("isPermaLink") != "false"
    guid, description = texts.get("guid"), texts.get("description")
    yield from told(
        title_fault(texts.get("title"), Level.OURS if description else Level.ERROR),
        address_fault("link", texts.get("link"), Level.ERROR if texts.get("link") else Level.OURS),
        Fault("guid: is missing", Level.OURS) if not guid else address_fault("guid", guid) if guid_is_page else None,
        date_fault("pubDate", texts.get("pubDate"), mail_date, Level.OURS),
        atom_date_fault("atom:updated", texts.get(_UPDATED), None),
        Fault("description: is missing", Level.OURS)
        if description is None
        else markup_fault("description", description),
        markup_fault("content:encoded", texts.get(_CONTENT, "")),
        _author_fault(texts.get("author")),
        language_fault("dc:language", texts.get(_LANGUAGE)),
    )
    if description is not None and _CONTENT in texts and list(texts).index(_CONTENT) < list(texts).index("description"):
        yield Fault("description: stands behind content:encoded, which some readers then take for it", Level.WARNING)


def id_of(item: Any) -> str:
    """Give what tells an item from the others."""
    return item.findtext("guid") or item.get(f"{RDF}about") or ""


def old_channel_faults(root: Any) -> Faults:
    """Judge an RSS 1.0 document's channel."""
    channel = root.find(f"{RSS1}channel")
    if channel is None:
        yield Fault("no channel of RSS 1.0")
        return
    yield from told(
        title_fault(channel.findtext(f"{RSS1}title")),
        address_fault("link", channel.findtext(f"{RSS1}link")),
        missing("description", channel.findtext(f"{RSS1}description")),
    )


def old_item_faults(item: Any) -> Faults:
    """Judge one item of RSS 1.0."""
    yield from told(
        title_fault(item.findtext(f"{RSS1}title")),
        address_fault("link", item.findtext(f"{RSS1}link")),
        missing("rdf:about", item.get(f"{RDF}about")),
        markup_fault("description", item.findtext(f"{RSS1}description") or ""),
        markup_fault("content:encoded", item.findtext(_CONTENT) or ""),
    )


def _enclosure_fault(enclosure: Any) -> Fault | None:
    if enclosure.get("length", "").isdecimal() and "/" in enclosure.get("type", ""):
        return None
    return Fault("enclosure: lacks its length or type", line=enclosure.sourceline)


def _author_fault(author: str | None) -> Fault | None:
    return None if author is None or "@" in author else Fault("author: is no e-mail address", Level.WARNING)


def _number_fault(name: str, text: str | None) -> Fault | None:
    return None if text is None or text.strip().isdecimal() else Fault(f"{name}: is no number")
