"""The last word before something goes out: why a fragment or a document must not.

In come bytes, ours or anyone's; out go reasons, none where all is well. Looked at is what makes readers fail:
well-formedness, required elements, legal dates, absolute addresses, clean titles, ids told apart, markup that is
safe (feeds.model.markup.unsafe). It is run on every fragment, so it parses once, goes once through an entry's
elements, and remembers what the three formats of an article hold alike. It never raises.
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
_RSS_PREFIXES = " ".join(f'xmlns:{prefix}="{NAMESPACES[prefix]}"' for prefix in ("atom", "content", "dc", "media"))
_WRAPS = {
    Format.RSS: (f"<rss {_RSS_PREFIXES}>".encode(), b"</rss>"),
    Format.ATOM: (f'<feed xmlns="{NAMESPACES["atom"]}">'.encode(), b"</feed>"),
}
# Made once: to make one costs a fifth of reading a fragment. An entity that was declared stays in the tree unread.
_PARSER = etree.XMLParser(
    resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True, collect_ids=False
)

_ABSOLUTE = re.compile(r"[a-z][a-z0-9+.-]*:[!-~]+", re.ASCII | re.IGNORECASE)
_WEB = re.compile(r"https?://[!-~]+", re.ASCII | re.IGNORECASE)
# Where an entry's elements hold an address of the web.
_ITEM_ADDRESSES = {
    "enclosure": "url",
    "source": "url",
    f"{_ATOM}link": "href",
    f"{_MEDIA}content": "url",
    f"{_MEDIA}thumbnail": "url",
}
_ENTRY_TEXTS = {f"{_ATOM}{name}": name for name in ("id", "title", "updated", "published", "summary", "content")}
# The moments as we write them, on days that every month has: with these, nothing can be wrong.
_PLAIN_DATE = re.compile(
    r"""(?: [1-9]\d{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ
        | (?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),\ (?:0[1-9]|1\d|2[0-8])
          \ (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)
          \ [1-9]\d{3}\ (?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\ GMT
        )""",
    re.VERBOSE | re.ASCII,
)

# Attributes that hold an address, in HTML as nh3 writes it: double quotes, names in small letters.
_RELATIVE = re.compile(r'<[^<>]*\s(?:href|src|poster)="(?![a-zA-Z][a-zA-Z0-9+.-]*:)([^"]*)"')
# What most texts are made of, and what no reading of HTML can take for anything else: the sanitiser's opinion, which
# costs five times as much, is asked of the others.
_PLAINLY_SAFE = re.compile(
    r"""(?:[^<]++
        | </?(?:p|em|strong|b|i|u|s|a|ul|ol|li|h[1-6]|[bh]r|blockquote|code|pre|fig(?:ure|caption)|su[bp]|small|cite)>
        | <a\ href="(?:https?://|mailto:|tel:)[!#-;=?-~]*+">
        )*+""",
    re.VERBOSE,
)


def lint_fragment(format: Format, data: bytes) -> list[str]:
    """List the reasons why a fragment must not go out; empty where there is none."""
    if format is Format.JSON:
        item, faults = _read_json(data)
        return faults or _json_item_faults(item)
    before, after = _WRAPS[format]
    root, faults = _read_xml(before + data + after)
    if root is None:
        return faults
    if len(root) != 1 or not data.startswith(b"<") or not data.endswith(b">"):
        return ["is not one element, with nothing beside it"]
    return _rss_item_faults(root[0]) if format is Format.RSS else _atom_entry_faults(root[0])


def lint_document(format: Format, data: bytes) -> list[str]:
    """List the reasons why a whole document must not go out; each fault of an entry names the entry."""
    if format is Format.JSON:
        feed, faults = _read_json(data)
        return faults or _json_feed_faults(feed)
    root, faults = _read_xml(data)
    if root is None:
        return faults
    if root.getroottree().docinfo.internalDTD is not None:
        return ["has a document type declaration"]
    return _rss_faults(root) if format is Format.RSS else _atom_faults(root)


def _read_xml(data: bytes) -> tuple[Any, list[str]]:
    try:
        return etree.fromstring(data, _PARSER), []
    except (etree.XMLSyntaxError, ValueError) as error:
        return None, [f"not well-formed: {error}"]


def _read_json(data: bytes) -> tuple[dict[str, Any], list[str]]:
    try:
        value = json.loads(data.decode(), parse_constant=_no_constant)
        # What XML forbids has no place here either, and in JSON it mostly stands escaped.
        is_unclean = b"\\u" in data and any(xml_text(text) != text for text in _texts(value))
    except (ValueError, RecursionError) as error:
        return {}, [f"not JSON: {error}"]
    if not isinstance(value, dict):
        return {}, ["not a JSON object"]
    return (value, []) if not is_unclean else ({}, ["holds control characters"])


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON number")


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts(part)


def _rss_faults(root: Any) -> list[str]:
    channel = root.find("channel")
    if root.tag != "rss" or channel is None:
        return ["no rss element with a channel"]
    return _told(
        _title_fault(channel.findtext("title")),
        None if (channel.findtext("description") or "").strip() else "description: is missing",
        _address_fault("link", channel.findtext("link")),
        _date_fault("lastBuildDate", channel.findtext("lastBuildDate"), parsedate_to_datetime, optional=True),
        *_link_faults(channel),
        *_entries_faults(channel.findall("item"), _rss_item_faults, lambda item: item.findtext("guid")),
    )


def _rss_item_faults(item: Any) -> list[str]:
    if item.tag != "item":
        return [f"is {item.tag}, not item"]
    faults: list[str | None] = []
    texts: dict[str, str] = {}
    guid_is_page = False
    for child in item:
        tag = child.tag
        if (attribute := _ITEM_ADDRESSES.get(tag)) is not None:
            faults.append(_address_fault(tag.rpartition("}")[2], child.get(attribute)))
            if tag == "enclosure":
                faults.append(_enclosure_fault(child.get("length", ""), child.get("type", "")))
        else:
            texts.setdefault(tag, child.text or "")
            guid_is_page = guid_is_page or (tag == "guid" and child.get("isPermaLink") != "false")
    guid, description = texts.get("guid"), texts.get("description")
    return _told(
        _title_fault(texts.get("title")),
        _address_fault("link", texts.get("link")),
        "guid: is missing" if not guid else _address_fault("guid", guid) if guid_is_page else None,
        _date_fault("pubDate", texts.get("pubDate"), parsedate_to_datetime),
        _date_fault("atom:updated", texts.get(f"{_ATOM}updated"), parse_rfc3339, optional=True),
        "description: is missing" if description is None else _markup_fault("description", description),
        _markup_fault("content:encoded", texts.get(f"{_CONTENT}encoded", "")),
        *faults,
    )


def _atom_faults(root: Any) -> list[str]:
    if root.tag != f"{_ATOM}feed":
        return ["no Atom feed element"]
    entries = root.findall(f"{_ATOM}entry")
    has_author = root.find(f"{_ATOM}author") is not None or all(
        entry.find(f"{_ATOM}author") is not None for entry in entries
    )
    faults: list[str | None] = []
    for gone in root.iterchildren(f"{_AT}deleted-entry"):
        faults.append(_address_fault("deleted-entry", gone.get("ref"), _ABSOLUTE))
        faults.append(_date_fault("deleted-entry", gone.get("when"), parse_rfc3339))
    return _told(
        _address_fault("id", root.findtext(f"{_ATOM}id"), _ABSOLUTE),
        _title_fault(root.findtext(f"{_ATOM}title")),
        _date_fault("updated", root.findtext(f"{_ATOM}updated"), parse_rfc3339),
        None if has_author else "author: is missing",
        *_link_faults(root),
        *faults,
        *_entries_faults(entries, _atom_entry_faults, lambda entry: entry.findtext(f"{_ATOM}id")),
    )


def _atom_entry_faults(entry: Any) -> list[str]:
    if entry.tag != f"{_ATOM}entry":
        return [f"is {entry.tag}, not entry"]
    faults: list[str | None] = []
    texts: dict[str, str] = {}
    has_page = False
    for child in entry:
        tag = child.tag
        if tag == f"{_ATOM}link":
            rel = child.get("rel", "alternate")
            has_page = has_page or rel == "alternate"
            faults.append(_address_fault(f"link {rel}", child.get("href")))
        elif tag == f"{_ATOM}author":
            told = {part.tag: part.text or "" for part in child}
            faults += _author_faults(told.get(f"{_ATOM}name"), told.get(f"{_ATOM}uri"))
        elif (name := _ENTRY_TEXTS.get(tag)) is not None:
            texts.setdefault(name, child.text or "")
            if name in ("summary", "content") and child.get("type") == "html":
                faults.append(_markup_fault(name, child.text or ""))
    return _told(
        _address_fault("id", texts.get("id"), _ABSOLUTE),
        _title_fault(texts.get("title")),
        _date_fault("updated", texts.get("updated"), parse_rfc3339),
        _date_fault("published", texts.get("published"), parse_rfc3339, optional=True),
        None if has_page or "content" in texts else "has neither content nor an alternate link",
        *faults,
    )


def _json_feed_faults(feed: dict[str, Any]) -> list[str]:
    items = feed.get("items")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        return ["items: is no list of objects"]
    is_told = str(feed.get("version", "")).startswith("https://jsonfeed.org/version/1")
    addresses = ("feed_url", "home_page_url", "next_url", "icon", "favicon")
    return _told(
        None if is_told else "version: is no JSON Feed's",
        _title_fault(feed.get("title")),
        *(_address_fault(key, feed[key]) for key in addresses if key in feed),
        *_entries_faults(items, _json_item_faults, lambda item: item.get("id")),
    )


def _json_item_faults(item: dict[str, Any]) -> list[str]:
    has_content = isinstance(item.get("content_html", item.get("content_text")), str)
    faults = [_address_fault(key, item[key]) for key in ("external_url", "image") if key in item]
    for author in _objects(item, "authors"):
        faults += _author_faults(author.get("name"), author.get("url"))
    for attachment in _objects(item, "attachments"):
        faults.append(_address_fault("attachments", attachment.get("url")))
        if "/" not in str(attachment.get("mime_type", "")):
            faults.append("attachments: one lacks its mime_type")
    return _told(
        None if isinstance(item.get("id"), str) and item["id"] else "id: is missing",
        _title_fault(item.get("title")),
        _address_fault("url", item.get("url")),
        None if has_content else "has neither content_html nor content_text",
        _markup_fault("content_html", item.get("content_html", "")),
        _date_fault("date_published", item.get("date_published"), parse_rfc3339),
        _date_fault("date_modified", item.get("date_modified"), parse_rfc3339, optional=True),
        *faults,
    )


def _told(*faults: str | None) -> list[str]:
    return [fault for fault in faults if fault is not None]


def _entries_faults(
    entries: Iterable[Any], faults_of: Callable[[Any], list[str]], id_of: Callable[[Any], object]
) -> Iterator[str]:
    seen: set[str] = set()
    for entry in entries:
        guid = str(id_of(entry) or "")
        if guid and guid in seen:
            yield f"{guid}: stands twice"
        seen.add(guid)
        for fault in faults_of(entry):
            yield f"{guid}: {fault}"


def _objects(item: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """Give the objects of a list; what is none of them, readers skip as well."""
    found = item.get(key)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _title_fault(title: object) -> str | None:
    if not isinstance(title, str) or not title.strip():
        return "title: is missing"
    # Most titles are printable through and through; the others may hold joiners, or what no title may.
    if title.isprintable() or (xml_text(title) == title and "\n" not in title):
        return None
    return "title: holds control characters"


def _enclosure_fault(length: str, kind: str) -> str | None:
    return None if length.isdecimal() and "/" in kind else "enclosure: lacks its length or type"


def _author_faults(name: object, address: object) -> list[str | None]:
    return [
        None if isinstance(name, str) and name.strip() else "author: has no name",
        None if address is None else _address_fault("author", address),
    ]


def _link_faults(parent: Any) -> list[str | None]:
    links = parent.iterchildren(f"{_ATOM}link")
    return [_address_fault(f"link {link.get('rel', 'alternate')}", link.get("href")) for link in links]


def _address_fault(name: str, address: object, legal: re.Pattern[str] = _WEB) -> str | None:
    if not isinstance(address, str) or not address:
        return f"{name}: is missing"
    return None if legal.fullmatch(address) else f"{name}: is no absolute address: {address[:80]}"


def _date_fault(name: str, text: object, read: Callable[[str], datetime], *, optional: bool = False) -> str | None:
    if text is None:
        return None if optional else f"{name}: is missing"
    if not isinstance(text, str):
        return f"{name}: is no text"
    try:
        is_told = _PLAIN_DATE.fullmatch(text) or read(text).tzinfo is not None
    except ValueError as error:
        return f"{name}: {error}"
    return None if is_told else f"{name}: has no offset"


def _markup_fault(name: str, markup: object) -> str | None:
    if not isinstance(markup, str):
        return f"{name}: is no text"
    reason = _markup_reason(markup) if "<" in markup else None
    return None if reason is None else f"{name}: {reason}"


# The three formats of an article hold the same markup, one after another.
@lru_cache(maxsize=4)
def _markup_reason(markup: str) -> str | None:
    if _PLAINLY_SAFE.fullmatch(markup):
        return None
    if (relative := _RELATIVE.search(markup)) is not None:
        return f"has a relative address: {relative[1][:80]}"
    return unsafe(markup)
