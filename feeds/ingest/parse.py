"""A partner's bytes to a feed. What a body is, its bytes say; feedparser, used here alone, is the judge of XML.

    decode → JSON? json_feed │ mend → (not well-formed: balance) → put aside → feedparser → xml_entry

feedparser is given text that declares nothing and refers to nothing, so no entity, DOCTYPE or charset of the
partner's reaches it. Its sanitiser is off: markup.clean has the last word on every piece of HTML.
"""

import re
from dataclasses import dataclass, replace
from xml.parsers import expat

import feedparser

from feeds.errors import PollError
from feeds.ingest.apart import apart
from feeds.ingest.aside import put_aside, with_few_tags
from feeds.ingest.balance import MAX_ATTRIBUTES, MAX_DEPTH, balance
from feeds.ingest.challenge import ADVICE, is_challenge
from feeds.ingest.decode import decode
from feeds.ingest.discover import feed_of
from feeds.ingest.json_feed import MAX_ENTRIES, parse_json_feed
from feeds.ingest.mend import first_tag, mend
from feeds.ingest.tombstones import tombstones_of
from feeds.ingest.wishes import wishes_of
from feeds.ingest.xml_entry import (
    authors_of,
    entry_of,
    field_of,
    licence_of,
    line_of,
    rights_of,
    text_detail,
)
from feeds.model.entry import Entry, ParsedFeed

MAX_ELEMENTS = 200_000

_ENTRY_START = re.compile(r"<(?:[\w.-]{1,40}:)?(?:item|entry)[\s>]", re.IGNORECASE)
_PAGES = ("html", "head", "body")
_ATOM_ROOT = re.compile(r"""<[^>]*\sxmlns(?::[\w.-]+)?\s*=\s*["'][^"']*atom""", re.IGNORECASE)
_WRAPPERS = {
    "channel": ("<rss version='2.0'>", "</rss>"),
    "entry": ("<feed xmlns='http://www.w3.org/2005/Atom'>", "</feed>"),
}


def parse(body: bytes, *, url: str, content_type: str = "") -> ParsedFeed:
    """Read a document; raises PollError `not-a-feed`, `challenge`, `broken` or `refused`."""
    text = decode(body, content_type)
    start = text.lstrip("\ufeff \t\r\n\0")
    if not start:
        raise PollError("not-a-feed", "the answer is empty")
    if start[0] in "{[":
        return parse_json_feed(start, url=url)
    mended = None if first_tag(start) in _PAGES else mend(start)
    if mended is None:
        raise _no_feed(body, start, url)
    document, faults = _bounded(mended.text)
    if mended.is_cut:
        faults.append("the document ends early")
    if (fault := _fault_of(document)) is not None:
        faults.append(fault)
        document = balance(document)
        if (fault := _fault_of(document)) is not None:
            raise PollError("broken", f"the document cannot be mended: {fault}")
    before, after = _WRAPPERS.get(mended.root, ("", ""))
    feed = _read(before + put_aside(document) + after, url, faults)
    return replace(
        feed, wishes=wishes_of(_frame(document)), deleted=tombstones_of(document), is_whole=not mended.is_cut
    )


def _frame(document: str) -> str:
    """Give what stands before the first entry and behind the last one."""
    first = _ENTRY_START.search(document)
    if first is None:
        return document
    last = max(document.rfind("</item>"), document.rfind("</entry>"), first.start())
    return document[: first.start()] + document[last:]


def _no_feed(body: bytes, text: str, url: str) -> PollError:
    if is_challenge(body, {}):
        return PollError("challenge", ADVICE)
    name = first_tag(text)
    if feed := feed_of(text, url):
        return PollError("not-a-feed", f"the answer is a page; it names a feed: {feed}"[:300], feed=feed)
    what = "a page of HTML" if name in _PAGES else f"XML of another kind ({name})" if name else "no XML"
    return PollError("not-a-feed", f"the answer is {what[:80]}")


def _bounded(document: str) -> tuple[str, list[str]]:
    """Cut a document behind the entries that are read at most; what is left open is closed by balance."""
    for number, start in enumerate(_ENTRY_START.finditer(document)):
        if number == MAX_ENTRIES:
            return balance(document[: start.start()]), [f"only the first {MAX_ENTRIES} entries are read"]
    return with_few_tags(document), []


def _fault_of(document: str) -> str | None:
    """Say what of a document's elements has to be mended; None where all is well.

    feedparser's time is 40 µs an element and grows with the square of an element's attributes. Raises PollError
    `refused` for more elements than any feed has.
    """
    elements = depth = deepest = widest = 0

    def start(_name: str, attributes: dict[str, str]) -> None:
        nonlocal elements, depth, deepest, widest
        elements += 1
        depth += 1
        deepest, widest = max(deepest, depth), max(widest, len(attributes))

    def end(_name: str) -> None:
        nonlocal depth
        depth -= 1

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = start, end
    fault = None
    try:
        parser.Parse(document.encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        fault = f"not well-formed: {error}"
    if elements > MAX_ELEMENTS:
        raise PollError("refused", f"the document has more than {MAX_ELEMENTS} elements")
    if fault is None and deepest > MAX_DEPTH:
        fault = f"elements are nested more than {MAX_DEPTH} deep"
    if fault is None and widest > MAX_ATTRIBUTES:
        fault = f"an element has more than {MAX_ATTRIBUTES} attributes"
    return fault


@dataclass(frozen=True, slots=True)
class _Heard:
    """What feedparser says of a document: its feed, how many entries it gave, and of how many it knew nothing at all.

    `is_odd`: it found fault; `is_feed`: the root is a feed's.
    """

    feed: ParsedFeed
    given: int
    blank: int
    is_odd: bool
    is_feed: bool


def _read(document: str, url: str, faults: list[str]) -> ParsedFeed:
    try:
        heard = _heard(document, url)
    except MemoryError:
        raise
    except Exception as error:  # it raises whatever its parsers do: a wrapped library (DESIGN section 7)
        heard = _salvaged(document, url, error)
    entries = heard.feed.entries
    if not entries and (faults or heard.is_odd or heard.blank):
        raise PollError("broken", "; ".join(["no entry can be read", *faults])[:300])
    if not entries and not heard.is_feed:
        raise PollError("not-a-feed", "the answer is XML of another kind")
    if len(entries) < heard.given:
        faults.append(f"{heard.given - len(entries)} entries say nothing")
    return replace(heard.feed, faults=tuple(faults))


def _heard(document: str, url: str) -> _Heard:
    """Have feedparser read a document; raises whatever it raises."""
    xml = b'<?xml version="1.0" encoding="utf-8"?>' + document.encode("utf-8", "replace")
    headers = {"content-location": url, "content-type": "application/xml; charset=utf-8"}
    is_based = b"xml:base" in xml  # without, convert knows the one base of all HTML, and does it in half the time
    found = feedparser.parse(xml, response_headers=headers, sanitize_html=False, resolve_relative_uris=is_based)
    feed, is_atom = found.feed, found.version.startswith("atom")
    heirloom = authors_of(feed, is_atom=True) if is_atom else ()  # RFC 4287 §4.1.2
    given = [entry_of(entry, url=url, is_atom=is_atom, heirloom=heirloom) for entry in found.entries]
    read = ParsedFeed(
        title=line_of(text_detail(feed, "title", is_atom=is_atom)),
        site_url=field_of(feed, "link"),
        language=field_of(feed, "language"),
        rights=rights_of(feed),
        licence=licence_of(feed),
        entries=tuple(entry for entry in given if entry is not None),
    )
    is_feed = bool(found.version) and (not is_atom or _ATOM_ROOT.match(document) is not None)
    return _Heard(read, len(given), found.entries.count({}), bool(found.bozo), is_feed)


def _salvaged(document: str, url: str, error: Exception) -> _Heard:
    """Read what can be read of a document over which feedparser stumbles: an entry costs itself alone."""
    before, entries, behind = apart(document)
    kept: list[Entry] = []
    waiting = [entries]
    try:
        frame = _heard(before + behind, url)
    except Exception:
        raise PollError("broken", f"the document cannot be read: {type(error).__name__}") from error
    while waiting:
        parts = waiting.pop()
        try:
            kept += _heard("".join((before, *parts, behind)), url).feed.entries
        except Exception:  # one of these, then
            half = len(parts) // 2
            waiting += [parts[half:], parts[:half]] if half else []
    missed = len(entries) - len(kept)
    return replace(frame, feed=replace(frame.feed, entries=tuple(kept)), given=len(entries), blank=missed)
