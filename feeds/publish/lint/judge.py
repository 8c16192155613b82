"""A fragment or a document, ours or anyone's, judged as a whole. It never raises.

Ours are held back by every fault that is more than a warning; what is of our own making alone is a warning of others'
documents. XML is read once, without entities, without the network.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from lxml import etree

from feeds.model.document import Format
from feeds.model.markup import xml_text
from feeds.publish.feedgen_xml import NAMESPACES
from feeds.publish.lint import atom, json_feed, rss
from feeds.publish.lint.rules import Fault, Faults, Level

LARGE = 1024 * 1024  # bytes; past it some readers give up

# A fragment is read within a root that declares what its document's root does.
_RSS_PREFIXES = " ".join(f'xmlns:{prefix}="{NAMESPACES[prefix]}"' for prefix in ("atom", "content", "dc", "media"))
_WRAPS = {
    Format.RSS: (f"<rss {_RSS_PREFIXES}>".encode(), b"</rss>"),
    Format.ATOM: (f'<feed xmlns="{NAMESPACES["atom"]}" xmlns:media="{NAMESPACES["media"]}">'.encode(), b"</feed>"),
}
# Made once: to make one costs a fifth of reading a fragment. An entity that was declared stays in the tree unread.
_PARSER = etree.XMLParser(
    resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True, collect_ids=False
)
_DTD = "has a document type declaration"


class Finding(NamedTuple):
    """What a judge says of anyone's document. `line` is 0 where it is unknown; `where` an entry's id or a pointer."""

    is_error: bool
    text: str
    line: int
    where: str


@dataclass(frozen=True, slots=True)
class Report:
    """A document judged: what it is (empty where it is no feed), and what was found, errors first."""

    kind: str
    findings: tuple[Finding, ...]

    @property
    def has_errors(self) -> bool:
        return any(finding.is_error for finding in self.findings)


def lint_fragment(format: Format, data: bytes) -> list[str]:
    """List the reasons why a fragment must not go out; empty where there is none."""
    return _reasons(_fragment_faults(format, data))


def lint_document(format: Format, data: bytes) -> list[str]:
    """List the reasons why a whole document must not go out; each fault of an entry names the entry."""
    return _reasons(_document_faults(format, data))


def examine(data: bytes) -> Report:
    """Judge any document in the world by the rules of the format that it is in."""
    kind, faults = _recognised(data)
    found = [Finding(each.level is Level.ERROR, each.text, each.line, each.where) for each in faults]
    if len(data) > LARGE:
        found.append(Finding(False, f"has {len(data):,} bytes; some readers take no more than {LARGE:,}", 0, ""))
    return Report(kind, tuple(sorted(found, key=lambda each: not each.is_error)))


def _reasons(faults: Iterable[Fault]) -> list[str]:
    return [
        f"{fault.where}: {fault.text}" if fault.where else fault.text
        for fault in faults
        if fault.level is not Level.WARNING
    ]


def _fragment_faults(format: Format, data: bytes) -> Faults:
    if format is Format.JSON:
        item, faults = _read_json(data)
        yield from faults or json_feed.item_faults(item)
        return
    before, after = _WRAPS[format]
    root, faults = _read_xml(before + data + after)
    if root is None:
        yield from faults
    elif len(root) != 1 or not data.startswith(b"<") or not data.endswith(b">"):
        yield Fault("is not one element, with nothing beside it")
    else:
        yield from rss.item_faults(root[0]) if format is Format.RSS else atom.entry_faults(root[0])


def _document_faults(format: Format, data: bytes) -> Faults:
    if format is Format.JSON:
        feed, faults = _read_json(data)
        yield from faults or _json_faults(feed)
        return
    root, faults = _read_xml(data)
    if root is None:
        yield from faults
    elif root.getroottree().docinfo.internalDTD is not None:
        yield Fault(_DTD)
    else:
        yield from _rss_faults(root) if format is Format.RSS else _atom_faults(root)


def _recognised(data: bytes) -> tuple[str, list[Fault]]:
    """Say what a document is, and judge it as that."""
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
        feed, faults = _read_json(data.removeprefix(b"\xef\xbb\xbf"))
        version = str(feed.get("version", "")).rpartition("/")[2][:10]
        return (f"JSON Feed {version}".strip(), faults or list(_json_faults(feed)))
    root, faults = _read_xml(data)
    if root is None:
        return "", faults
    if root.getroottree().docinfo.internalDTD is not None:
        faults = [Fault(_DTD, Level.WARNING)]
    if root.tag == "rss":
        return f"RSS {root.get('version', '2.0')[:10]}", faults + list(_rss_faults(root))
    if root.tag == f"{atom.ATOM}feed":
        return "Atom 1.0", faults + list(_atom_faults(root))
    if root.tag == f"{rss.RDF}RDF":
        items = root.findall(f"{rss.RSS1}item")
        judged = [*rss.old_channel_faults(root), *_entries_faults(items, rss.old_item_faults, rss.id_of)]
        return "RSS 1.0", faults + judged
    return "", [Fault(f"is no RSS, Atom or JSON Feed document, but {root.tag[:80]}", line=root.sourceline)]


def _rss_faults(root: Any) -> Faults:
    yield from rss.channel_faults(root)
    yield from _entries_faults(root.iterfind("channel/item"), rss.item_faults, rss.id_of)


def _atom_faults(root: Any) -> Faults:
    yield from atom.feed_faults(root)
    yield from _entries_faults(root.iterchildren(f"{atom.ATOM}entry"), atom.entry_faults, atom.id_of)


def _json_faults(feed: dict[str, Any]) -> Faults:
    items = json_feed.items_of(feed)
    if items is None:
        yield Fault("items: is no list of objects")
        return
    yield from json_feed.feed_faults(feed)
    yield from _entries_faults(items, json_feed.item_faults, json_feed.id_of)


def _entries_faults(
    entries: Iterable[Any], faults_of: Callable[[Any], Faults], id_of: Callable[[Any], str]
) -> Iterator[Fault]:
    seen: set[str] = set()
    for at, entry in enumerate(entries):
        guid, line = id_of(entry), getattr(entry, "sourceline", 0)
        where = guid or f"entry {at + 1}"
        if guid and guid in seen:
            yield Fault("stands twice", line=line, where=where)
        seen.add(guid)
        for fault in faults_of(entry):
            yield fault._replace(where=where, line=fault.line or line)


def _read_xml(data: bytes) -> tuple[Any, list[Fault]]:
    try:
        return etree.fromstring(data, _PARSER), []
    except etree.XMLSyntaxError as error:
        return None, [Fault(f"not well-formed: {error}", line=error.lineno or 0)]
    except ValueError as error:
        return None, [Fault(f"not well-formed: {error}")]


def _read_json(data: bytes) -> tuple[dict[str, Any], list[Fault]]:
    try:
        value = json.loads(data.decode(), parse_constant=_no_constant)
        # What XML forbids has no place here either, and in JSON it mostly stands escaped.
        is_unclean = b"\\u" in data and any(xml_text(text) != text for text in _texts(value))
    except json.JSONDecodeError as error:
        return {}, [Fault(f"not JSON: {error}", line=error.lineno)]
    except (ValueError, RecursionError) as error:
        return {}, [Fault(f"not JSON: {error}")]
    if not isinstance(value, dict):
        return {}, [Fault("not a JSON object")]
    return value, [Fault("holds control characters", Level.OURS)] if is_unclean else []


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON number")


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts(part)
