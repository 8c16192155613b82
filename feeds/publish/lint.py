"""The last word before something goes out: why a fragment or a document must not.

In come bytes, ours or anyone's; out go reasons, none where all is well. Looked at is what makes readers fail:
well-formedness, required elements, legal dates, absolute addresses, clean titles, ids told apart, markup that is
safe (feeds.model.markup.unsafe). It is run on every fragment, so it parses once and looks only at what it needs.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any

from lxml import etree

from feeds.model.dates import parse_rfc3339
from feeds.model.document import Format
from feeds.model.markup import unsafe, xml_text
from feeds.publish.feedgen_xml import NAMESPACES

_ATOM = f"{{{NAMESPACES['atom']}}}"
_CONTENT = f"{{{NAMESPACES['content']}}}"
_MEDIA = f"{{{NAMESPACES['media']}}}"
_AT = f"{{{NAMESPACES['at']}}}"

# A fragment is read within a root that declares what its document's root does.
_DECLARED = " ".join(
    f'xmlns:{prefix}="{NAMESPACES[prefix]}"' for prefix in ("atom", "content", "dc", "media", "sy", "fh")
)
_WRAPS = {
    Format.RSS: (f"<rss {_DECLARED}>".encode(), b"</rss>"),
    Format.ATOM: (f'<feed xmlns="{NAMESPACES["atom"]}" {_DECLARED}>'.encode(), b"</feed>"),
}
_ABSOLUTE = re.compile(r"[a-z][a-z0-9+.-]*:[!-~]+", re.ASCII | re.IGNORECASE)
_WEB = re.compile(r"https?://[!-~]+", re.ASCII | re.IGNORECASE)
# Attributes that hold an address, in HTML as nh3 writes it: double quotes, names in small letters.
_RELATIVE = re.compile(r'<[^<>]*\s(?:href|src|poster)="(?![a-zA-Z][a-zA-Z0-9+.-]*:)([^"]*)"')


def lint_fragment(format: Format, data: bytes) -> list[str]:
    """List the reasons why a fragment must not go out; empty where there is none."""
    if format is Format.JSON:
        item, faults = _read_json(data)
        return faults or list(_json_item_faults(item))
    before, after = _WRAPS[format]
    root, faults = _read_xml(before + data + after)
    if root is None:
        return faults
    if len(root) != 1:
        return [f"holds {len(root)} elements, not one"]
    return list(_ITEM_FAULTS[format](root[0]))


def lint_document(format: Format, data: bytes) -> list[str]:
    """List the reasons why a whole document must not go out; each fault of an entry names the entry."""
    if format is Format.JSON:
        feed, faults = _read_json(data)
        return faults or list(_json_feed_faults(feed))
    root, faults = _read_xml(data)
    if root is None:
        return faults
    return list(_rss_faults(root) if format is Format.RSS else _atom_faults(root))


def _read_xml(data: bytes) -> tuple[Any, list[str]]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        return None, [f"not well-formed: {error.msg}"]
    # An entity that was declared stands in the tree unread: no reader would see the same text.
    if root.getroottree().docinfo.internalDTD is not None:
        return None, ["has a document type declaration"]
    return root, []


def _read_json(data: bytes) -> tuple[dict[str, Any], list[str]]:
    try:
        value = json.loads(data, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        return {}, [f"not JSON: {error}"]
    return (value, []) if isinstance(value, dict) else ({}, ["not a JSON object"])


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON number")


def _rss_faults(root: Any) -> Iterator[str]:
    channel = root.find("channel")
    if root.tag != "rss" or channel is None:
        yield "no rss element with a channel"
        return
    yield from _title_faults(channel.findtext("title"))
    yield from _required(channel, "description")
    yield from _address_faults("link", channel.findtext("link"), _WEB)
    yield from _date_faults("lastBuildDate", channel.findtext("lastBuildDate"), parsedate_to_datetime, optional=True)
    yield from _link_faults(channel)
    yield from _entries_faults(channel.findall("item"), _rss_item_faults, lambda item: item.findtext("guid"))


def _rss_item_faults(item: Any) -> Iterator[str]:
    if item.tag != "item":
        yield f"is {item.tag}, not item"
        return
    yield from _title_faults(item.findtext("title"))
    yield from _address_faults("link", item.findtext("link"), _WEB)
    guid = item.find("guid")
    if guid is None or not guid.text:
        yield "guid: is missing"
    elif guid.get("isPermaLink") != "false":
        yield from _address_faults("guid", guid.text, _WEB)
    yield from _date_faults("pubDate", item.findtext("pubDate"), parsedate_to_datetime)
    yield from _date_faults("atom:updated", item.findtext(f"{_ATOM}updated"), parse_rfc3339, optional=True)
    description, content = item.findtext("description"), item.findtext(f"{_CONTENT}encoded")
    if description is None:
        yield "description: is missing"
    yield from _markup_faults("description", description or "")
    yield from _markup_faults("content:encoded", content or "")
    enclosure = item.find("enclosure")
    if enclosure is not None:
        yield from _address_faults("enclosure", enclosure.get("url"), _WEB)
        if not (enclosure.get("length") or "").isdecimal() or "/" not in (enclosure.get("type") or ""):
            yield "enclosure: lacks its length or type"
    for media in (*item.iterchildren(f"{_MEDIA}content"), *item.iterchildren(f"{_MEDIA}thumbnail")):
        yield from _address_faults("media", media.get("url"), _WEB)
    yield from _link_faults(item)


def _atom_faults(root: Any) -> Iterator[str]:
    if root.tag != f"{_ATOM}feed":
        yield "no Atom feed element"
        return
    yield from _required(root, f"{_ATOM}id")
    yield from _title_faults(root.findtext(f"{_ATOM}title"))
    yield from _date_faults("updated", root.findtext(f"{_ATOM}updated"), parse_rfc3339)
    yield from _link_faults(root)
    for gone in root.iterchildren(f"{_AT}deleted-entry"):
        yield from _address_faults("deleted-entry", gone.get("ref"), _ABSOLUTE)
        yield from _date_faults("deleted-entry", gone.get("when"), parse_rfc3339)
    entries = root.findall(f"{_ATOM}entry")
    if root.find(f"{_ATOM}author") is None and any(entry.find(f"{_ATOM}author") is None for entry in entries):
        yield "author: is missing"
    yield from _entries_faults(entries, _atom_entry_faults, lambda entry: entry.findtext(f"{_ATOM}id"))


def _atom_entry_faults(entry: Any) -> Iterator[str]:
    if entry.tag != f"{_ATOM}entry":
        yield f"is {entry.tag}, not entry"
        return
    yield from _address_faults("id", entry.findtext(f"{_ATOM}id"), _ABSOLUTE)
    yield from _title_faults(entry.findtext(f"{_ATOM}title"))
    yield from _date_faults("updated", entry.findtext(f"{_ATOM}updated"), parse_rfc3339)
    yield from _date_faults("published", entry.findtext(f"{_ATOM}published"), parse_rfc3339, optional=True)
    content = entry.find(f"{_ATOM}content")
    links = [link.get("rel", "alternate") for link in entry.iterchildren(f"{_ATOM}link")]
    if content is None and "alternate" not in links:
        yield "has neither content nor an alternate link"
    if content is not None and content.get("type") == "html":
        yield from _markup_faults("content", content.text or "")
    yield from _link_faults(entry)


def _json_feed_faults(feed: dict[str, Any]) -> Iterator[str]:
    if not str(feed.get("version", "")).startswith("https://jsonfeed.org/version/1"):
        yield "version: is no JSON Feed's"
    yield from _title_faults(feed.get("title"))
    for key in ("feed_url", "home_page_url", "next_url", "icon", "favicon"):
        if key in feed:
            yield from _address_faults(key, feed[key], _WEB)
    items = feed.get("items")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        yield "items: is no list of objects"
        return
    yield from _entries_faults(items, _json_item_faults, lambda item: item.get("id"))


def _json_item_faults(item: dict[str, Any]) -> Iterator[str]:
    if not isinstance(item.get("id"), str) or not item["id"]:
        yield "id: is missing"
    yield from _title_faults(item.get("title"))
    yield from _address_faults("url", item.get("url"), _WEB)
    for key in ("external_url", "image"):
        if key in item:
            yield from _address_faults(key, item[key], _WEB)
    if not any(isinstance(item.get(key), str) for key in ("content_html", "content_text")):
        yield "has neither content_html nor content_text"
    yield from _markup_faults("content_html", item.get("content_html", ""))
    yield from _date_faults("date_published", item.get("date_published"), parse_rfc3339)
    yield from _date_faults("date_modified", item.get("date_modified"), parse_rfc3339, optional=True)
    for attachment in item.get("attachments", ()):
        yield from _address_faults("attachments", attachment.get("url"), _WEB)
        if "/" not in attachment.get("mime_type", ""):
            yield "attachments: one lacks its mime_type"


_ITEM_FAULTS: dict[Format, Callable[[Any], Iterator[str]]] = {
    Format.RSS: _rss_item_faults,
    Format.ATOM: _atom_entry_faults,
}


def _entries_faults(
    entries: Iterable[Any], faults_of: Callable[[Any], Iterator[str]], id_of: Callable[[Any], object]
) -> Iterator[str]:
    seen: set[object] = set()
    for entry in entries:
        guid = id_of(entry)
        if guid is not None and guid in seen:
            yield f"{guid}: stands twice"
        seen.add(guid)
        for fault in faults_of(entry):
            yield f"{guid}: {fault}"


def _required(parent: Any, tag: str) -> Iterator[str]:
    if not (parent.findtext(tag) or "").strip():
        yield f"{tag.rpartition('}')[2]}: is missing"


def _title_faults(title: object) -> Iterator[str]:
    if not isinstance(title, str) or not title.strip():
        yield "title: is missing"
    elif xml_text(title) != title or "\n" in title:
        yield "title: holds control characters"


def _address_faults(name: str, address: object, legal: re.Pattern[str]) -> Iterator[str]:
    if not isinstance(address, str) or not address:
        yield f"{name}: is missing"
    elif not legal.fullmatch(address):
        yield f"{name}: is no absolute address: {address[:80]}"


def _link_faults(parent: Any) -> Iterator[str]:
    for link in parent.iterchildren(f"{_ATOM}link"):
        yield from _address_faults(f"link {link.get('rel', 'alternate')}", link.get("href"), _ABSOLUTE)


def _date_faults(name: str, text: object, read: Callable[[str], datetime], *, optional: bool = False) -> Iterator[str]:
    if text is None:
        if not optional:
            yield f"{name}: is missing"
        return
    try:
        if not isinstance(text, str) or read(text).tzinfo is None:
            yield f"{name}: has no offset"
    except ValueError as error:
        yield f"{name}: {error}"


def _markup_faults(name: str, markup: object) -> Iterator[str]:
    if not isinstance(markup, str):
        yield f"{name}: is no text"
        return
    if (reason := _markup_fault(markup)) is not None:
        yield f"{name}: {reason}"


# The three formats of an article hold the same markup, one after another.
@lru_cache(maxsize=4)
def _markup_fault(markup: str) -> str | None:
    if "<" not in markup:
        return None
    if (relative := _RELATIVE.search(markup)) is not None:
        return f"has a relative address: {relative[1][:80]}"
    return unsafe(markup)
