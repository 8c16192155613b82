"""What feedparser would misread, put aside before it reads: the titles of files, ids that look like links, and more.

In comes the text of a well-formed document, out goes the same document, in which what it would take for the entry's
own, or stumble over, has other names, other values or is gone. Text in CDATA sections is left alone. All is linear.
"""

import re
from html import unescape
from xml.sax.saxutils import escape

from feeds.ingest.xml_entry import ASIDE, name_of

MAX_TAGS = 150  # of an entry, before mapping

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
# Elements whose names are those of feedparser's own lists: it would add to a text, and raise; as for a place nowhere.
_KEYS = re.compile(
    rf"{_CDATA}|<(/?)((?:[\w.-]{{1,40}}:)?)(links|authors|contributors|enclosures|media_[a-z]+|[a-z]+_detail|guidislink"
    r"|psc_chapters|pos|poslist)(?=[\s/>])",
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


def put_aside(document: str) -> str:
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
    if not stated.strip():
        return ""  # feedparser raises for it
    module = "http://backend.userland.com/creativeCommonsRssModule"
    return f'<creativeCommons:license xmlns:creativeCommons="{module}">{stated}</creativeCommons:license>'


def with_few_tags(document: str) -> str:
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
