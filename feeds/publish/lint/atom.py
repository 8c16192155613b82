"""What Atom 1.0 asks of a feed and its entries (RFC 4287), of an archive (RFC 5005), of a tombstone (RFC 6721)."""

from collections import Counter
from typing import Any

from feeds.publish.feedgen_xml import NAMESPACES
from feeds.publish.lint.rules import (
    Fault,
    Faults,
    Level,
    address_fault,
    atom_date_fault,
    language_fault,
    markup_fault,
    title_fault,
    told,
)

ATOM = f"{{{NAMESPACES['atom']}}}"
_AT = f"{{{NAMESPACES['at']}}}"
_FH = f"{{{NAMESPACES['fh']}}}"
_MEDIA = f"{{{NAMESPACES['media']}}}"
_LANGUAGE = f"{{{NAMESPACES['xml']}}}lang"
_XHTML = "{http://www.w3.org/1999/xhtml}"
_TEXTS = {f"{ATOM}{name}": name for name in ("id", "title", "updated", "published", "summary", "content", "rights")}
_LINK, _AUTHOR, _CATEGORY, _ENTRY = f"{ATOM}link", f"{ATOM}author", f"{ATOM}category", f"{ATOM}entry"
_NAME, _URI, _DELETED = f"{ATOM}name", f"{ATOM}uri", f"{_AT}deleted-entry"
_ADDRESSED = {f"{_MEDIA}content": "media:content", f"{_MEDIA}thumbnail": "media:thumbnail"}
_ONCE = {*_TEXTS, f"{ATOM}source", f"{ATOM}generator", f"{ATOM}icon", f"{ATOM}logo", f"{ATOM}subtitle"}
_PLACES = ("prev-archive", "next-archive")


def feed_faults(root: Any) -> Faults:
    """Judge everything of a document but its entries."""
    if root.tag != f"{ATOM}feed":
        yield Fault("no Atom feed element")
        return
    entries = root.findall(_ENTRY)
    has_author = root.find(_AUTHOR) is not None or all(_has_author(entry) for entry in entries)
    yield from told(
        address_fault("id", root.findtext(f"{ATOM}id"), any_scheme=True),
        title_fault(root.findtext(f"{ATOM}title")),
        atom_date_fault("updated", root.findtext(f"{ATOM}updated")),
        None if has_author else Fault("author: is missing"),
        language_fault("xml:lang", root.get(_LANGUAGE)),
    )
    rels = [link.get("rel", "alternate") for link in root.iterchildren(_LINK)]
    for child in root.iterchildren(_LINK, _AUTHOR, _DELETED):
        if child.tag == _LINK:
            yield from _link_faults(child)
        elif child.tag == _AUTHOR:
            yield from _person_faults(child)
        else:
            yield from _tombstone_faults(child)
    if "self" not in rels:
        yield Fault("link self: is missing", Level.WARNING)
    yield from _once_faults(root)
    yield from _archive_faults(root, rels)
    moments = Counter(entry.findtext(f"{ATOM}updated") or "" for entry in entries)
    yield from (Fault(f"updated: {n} entries say {at}", Level.WARNING) for at, n in moments.items() if at and n > 1)


def entry_faults(entry: Any) -> Faults:
    """Judge one entry."""
    if entry.tag != _ENTRY:
        yield Fault(f"is {entry.tag}, not entry")
        return
    texts: dict[str, str] = {}
    has_page = False
    for child in entry:
        tag = child.tag
        if (name := _TEXTS.get(tag)) is not None:
            if name in texts:
                yield Fault(f"{name}: stands twice", line=child.sourceline)
            kind = child.get("type")
            texts.setdefault(name, "".join(child.itertext()) if kind == "xhtml" else child.text or "")
            if kind is not None:
                yield from _text_faults(name, child, kind)
        elif tag == _LINK:
            has_page = has_page or child.get("rel", "alternate") == "alternate"
            yield from _link_faults(child)
        elif tag == _AUTHOR:
            yield from _person_faults(child)
        elif tag == _CATEGORY:
            if not child.get("term"):
                yield Fault("category: lacks its term", line=child.sourceline)
        elif tag in _ADDRESSED:
            yield from told(address_fault(_ADDRESSED[tag], child.get("url")))
    yield from told(
        address_fault("id", texts.get("id"), any_scheme=True),
        title_fault(texts.get("title"), Level.ERROR if "title" not in texts else Level.OURS),
        atom_date_fault("updated", texts.get("updated")),
        atom_date_fault("published", texts.get("published"), None),
        None if has_page or "content" in texts else Fault("has neither content nor an alternate link"),
        language_fault("xml:lang", entry.get(_LANGUAGE)),
    )


def id_of(entry: Any) -> str:
    """Give what tells an entry from the others."""
    return entry.findtext(f"{ATOM}id") or ""


def _has_author(entry: Any) -> bool:
    return entry.find(_AUTHOR) is not None or entry.find(f"{ATOM}source/{ATOM}author") is not None


def _text_faults(name: str, element: Any, kind: str) -> Faults:
    """Judge a text construct or content by the type that it says (RFC 4287 §3.1, §4.1.3)."""
    if kind == "html" and name in ("title", "summary", "content", "rights"):
        yield from told(markup_fault(name, element.text or ""))
    elif kind == "xhtml":
        if [child.tag for child in element] != [f"{_XHTML}div"]:
            yield Fault(f"{name}: is no XHTML within one div", line=element.sourceline)
        elif element.find(f".//{_XHTML}script") is not None:
            yield Fault(f"{name}: the element script", Level.OURS, element.sourceline)
    elif kind not in ("text", "html") and not (name == "content" and "/" in kind):
        yield Fault(f"{name}: is of no type that there is: {kind[:40]}", line=element.sourceline)


def _link_faults(link: Any) -> Faults:
    rel, href = link.get("rel", "alternate"), link.get("href")
    # Atom resolves relative references, and takes IRIs (§2, §4.2.7.1); readers are less able.
    level = Level.ERROR if href is None else Level.OURS
    if (fault := address_fault(f"link {rel}", href, level, unfit=Level.OURS)) is not None:
        yield fault._replace(line=link.sourceline)
    if rel == "enclosure" and not link.get("length"):
        yield Fault(f"link enclosure: lacks its length: {str(href)[:80]}", Level.WARNING, link.sourceline)


def _person_faults(person: Any) -> Faults:
    parts = {part.tag: part.text or "" for part in person}
    if not parts.get(_NAME, "").strip():
        yield Fault("author: has no name", line=person.sourceline)
    if _URI in parts:
        yield from told(address_fault("author", parts[_URI], Level.OURS, unfit=Level.OURS))


def _tombstone_faults(gone: Any) -> Faults:
    yield from told(
        address_fault("deleted-entry", gone.get("ref"), any_scheme=True),
        atom_date_fault("deleted-entry", gone.get("when")),
    )


def _once_faults(feed: Any) -> Faults:
    tags = Counter(child.tag for child in feed)
    yield from (Fault(f"{tag.rpartition('}')[2]}: stands twice") for tag in sorted(_ONCE) if tags[tag] > 1)


def _archive_faults(feed: Any, rels: list[str]) -> Faults:
    """Judge an archive's marks (RFC 5005 §2, §4)."""
    if feed.find(f"{_FH}complete") is not None and any(rel in rels for rel in _PLACES):
        yield Fault("says that it is complete, and has an archive")
    if feed.find(f"{_FH}archive") is not None and "current" not in rels:
        yield Fault("link current: is missing in an archive", Level.WARNING)
