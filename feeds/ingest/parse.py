"""A partner's bytes to a feed. What a body is, its bytes say; feedparser, used here alone, is the judge of XML.

    decode → JSON? json_feed │ mend → (not well-formed: balance) → put aside → feedparser → xml_entry

feedparser is given text that declares nothing and refers to nothing, so no entity, DOCTYPE or charset of the
partner's reaches it. Its sanitiser is off: markup.clean has the last word on every piece of HTML.
"""

import re
from dataclasses import replace
from html import unescape
from xml.parsers import expat
from xml.sax.saxutils import escape

import feedparser

from feeds.errors import PollError
from feeds.ingest.balance import MAX_ATTRIBUTES, MAX_DEPTH, balance
from feeds.ingest.challenge import ADVICE, is_challenge
from feeds.ingest.decode import decode
from feeds.ingest.discover import feed_of
from feeds.ingest.json_feed import MAX_ENTRIES, parse_json_feed
from feeds.ingest.mend import first_tag, mend
from feeds.ingest.tombstones import tombstones_of
from feeds.ingest.wishes import wishes_of
from feeds.ingest.xml_entry import (
    ASIDE,
    authors_of,
    entry_of,
    field_of,
    licence_of,
    line_of,
    name_of,
    rights_of,
    text_detail,
)
from feeds.model.entry import ParsedFeed

MAX_ELEMENTS = 200_000
MAX_TAGS = 150  # of an entry, before mapping

_ENTRY_START = re.compile(r"<(?:[\w.-]{1,40}:)?(?:item|entry)[\s>]", re.IGNORECASE)
_PAGES = ("html", "head", "body")
_CDATA = r"<!\[CDATA\[[^\]]*+(?:\](?!\]>)[^\]]*+)*+\]\]>"
_TAG = re.compile(
    rf"{_CDATA}|<(?:[\w.-]{{1,40}}:)?(?:item|entry)[\s>]"
    rf"|<((?:[\w.-]{{1,40}}:)?(?:category|subject))(?:\s[^<>]*)?(?:/>|>(?:[^<]++|{_CDATA})*+</\1\s*>)"
)
_KEYWORDS = re.compile(r"(:keywords(?:\s[^<>]*)?>\s*(?:<!\[CDATA\[)?[^<\]]{2000})[^<\]]+")
_MEDIA = re.compile(r"""\sxmlns:([\w.-]{1,40})\s*=\s*["']http://search\.yahoo\.com/mrss/?["']""")
# An id is a text (RFC 4287 §4.2.6); only RSS's guid may be a link, and only where it is an address.
_ID_START = re.compile(rf"{_CDATA}|<((?:[\w.-]{{1,40}}:)?id)(?=[\s>])[^<>]*(?<!/)>", re.DOTALL)
_GUID_START = re.compile(rf"{_CDATA}|<guid(?=[\s>])[^<>]*(?<!/)>(?!\s*(?:<!\[CDATA\[\s*)?https?://)", re.DOTALL)
# An empty link takes the place of all others, or leads to the feed; an attribute of RSS's that of its text.
_LINK = re.compile(
    rf"{_CDATA}|<((?:[\w.-]{{1,40}}:)?link)(?:\s[^<>]*\bhref\s*=\s*(?:\"\s*\"|'\s*')[^<>]*?|\s*)(?:/>|>\s*</\1\s*>)"
    r"|<link\s(?![^<>]*\b(?:href|rel)\s*=)[^<>]*(?<!/)>(?=\s*[^\s<])",
    re.DOTALL,
)
# Elements whose names are those of feedparser's own lists: it would add to a text, and raise.
_KEYS = re.compile(
    rf"{_CDATA}|<(/?)((?:[\w.-]{{1,40}}:)?)(links|authors|contributors|enclosures|media_[a-z]+|[a-z]+_detail|guidislink"
    r"|psc_chapters)(?=[\s/>])",
    re.IGNORECASE,
)
# feedparser knows no host name past four letters, and cuts names at it.
_BYLINE = re.compile(
    r"(<((?:[\w.-]{1,40}:)?(?:author|creator|managingEditor))(?:\s[^<>]*)?>)\s*"
    r"(?:<!\[CDATA\[([^\]]{1,1000})\]\]>|([^<>]{1,1000}))\s*</\2\s*>"
)
# feedparser knows two of the modules that state a licence, and one of these by half (RSS 1.0 cc, cc of 2008, dcterms).
_LICENCE = re.compile(
    rf"{_CDATA}|<([\w.-]{{1,40}}):license(?=[\s/>])([^<>]{{0,2000}}?)(?:/>|>\s*([^<>]{{0,2000}}?)\s*</\1:license\s*>)",
    re.DOTALL,
)
_LICENCE_ADDRESS = re.compile(r"""\s(?:[\w.-]{1,40}:)?(?:resource|href)\s*=\s*["']([^"']*)""")
_RELATIONS = '="http://www.iana.org/assignments/relation/'  # the long form of relations' names (RFC 4287 §4.2.7.2)
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
    feed = _read(before + _put_aside(document) + after, url, faults)
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
    return _with_few_tags(document), []


def _with_few_tags(document: str) -> str:
    """Leave out tags of an entry past MAX_TAGS: feedparser compares each with all others."""
    document = _KEYWORDS.sub(r"\1", document)
    if document.count("category") + document.count("subject") <= 2 * MAX_TAGS:
        return document
    kept, at, count = [], 0, 0
    for found in _TAG.finditer(document):
        if not found[1]:
            count = 0 if found[0][1] != "!" else count
            continue
        count += 1
        if count > MAX_TAGS:
            kept.append(document[at : found.start()])
            at = found.end()
    return "".join((*kept, document[at:]))


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


def _put_aside(document: str) -> str:
    """Rename what feedparser would take for the entry's own: titles and texts of its files, ids that look like links.

    Text in CDATA sections is left alone.
    """
    prefixes = "|".join(map(re.escape, sorted({"media", "itunes", "googleplay", *_MEDIA.findall(document)})))
    names = "title|description|summary|subtitle"
    document = _KEYS.sub(lambda found: f"<{found[1]}{found[2]}{ASIDE}{found[3]}" if found[3] else found[0], document)
    theirs = re.compile(rf"{_CDATA}|<(/?)({prefixes}):({names})(?=[\s/>])[^<>]*?(/?)>", re.DOTALL)

    def renamed(found: re.Match[str]) -> str:
        return f"<{found[1]}{found[2]}:{ASIDE}{found[3]}{found[4]}>" if found[2] else found[0]

    def named(found: re.Match[str]) -> str:
        return f"{found[1]}{escape(name_of(found[3] or unescape(found[4])))}</{found[2]}>"

    document = document.replace(_RELATIONS, '="')
    document = _LICENCE.sub(_stated, _BYLINE.sub(named, theirs.sub(renamed, document)))
    document = _LINK.sub(_linked, document)
    document = _ID_START.sub(lambda found: f'<{found[1]} isPermaLink="false">' if found[1] else found[0], document)
    return _GUID_START.sub(
        lambda found: found[0] if found[0].startswith("<!") else '<guid isPermaLink="false">', document
    )


def _linked(found: re.Match[str]) -> str:
    if found[0].startswith("<!"):
        return found[0]
    return "" if found[1] else "<link>"


def _stated(found: re.Match[str]) -> str:
    """Write a licence as the one module that feedparser reads right."""
    if not found[1]:
        return found[0]
    address = _LICENCE_ADDRESS.search(found[2])
    stated = address[1] if address and address[1] else found[3] or ""
    module = "http://backend.userland.com/creativeCommonsRssModule"
    return f'<creativeCommons:license xmlns:creativeCommons="{module}">{stated}</creativeCommons:license>'


def _read(document: str, url: str, faults: list[str]) -> ParsedFeed:
    xml = b'<?xml version="1.0" encoding="utf-8"?>' + document.encode("utf-8", "replace")
    headers = {"content-location": url, "content-type": "application/xml; charset=utf-8"}
    try:
        is_based = b"xml:base" in xml  # without, convert knows the one base of all HTML, and does it in half the time
        found = feedparser.parse(xml, response_headers=headers, sanitize_html=False, resolve_relative_uris=is_based)
        feed, is_atom = found.feed, found.version.startswith("atom")
        heirloom = authors_of(feed, is_atom=True) if is_atom else ()  # RFC 4287 §4.1.2
        given = [entry_of(entry, url=url, is_atom=is_atom, heirloom=heirloom) for entry in found.entries]
        title = line_of(text_detail(feed, "title", is_atom=is_atom))
    except Exception as error:  # it raises whatever its parsers do: a wrapped library (DESIGN section 7)
        raise PollError("broken", f"the document cannot be read: {type(error).__name__}") from error
    entries = tuple(entry for entry in given if entry is not None)
    if not entries and (faults or found.bozo or given):
        raise PollError("broken", "; ".join(["no entry can be read", *faults])[:300])
    if not entries and (not found.version or (is_atom and not _ATOM_ROOT.match(document))):
        raise PollError("not-a-feed", "the answer is XML of another kind")
    if len(entries) < len(given):
        faults.append(f"{len(given) - len(entries)} entries say nothing")
    return ParsedFeed(
        title=title,
        site_url=field_of(feed, "link"),
        language=field_of(feed, "language"),
        rights=rights_of(feed),
        licence=licence_of(feed),
        entries=entries,
        faults=tuple(faults),
    )
