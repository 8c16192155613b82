"""Well-formed XML out of what partners send for it.

In comes the text of a document, out goes the same document as XML that declares nothing and refers to nothing:
junk round the root, the DOCTYPE, comments and processing instructions are gone, named characters of HTML are
characters, a bare "&" or "<" is text, prefixes are declared. Elements are left alone here (balance.py).
Entities that are defined by others are refused, not expanded. All passes are linear in the text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from html.entities import html5
from xml.sax.saxutils import escape, quoteattr

from feeds.errors import PollError

FEED_ROOTS = ("rss", "feed", "rdf", "channel", "entry")
MAX_ENTITIES = 300
MAX_GROWTH = 1024 * 1024  # characters that a document's own entities may add to it
MAX_MENDING = 2 * 1024 * 1024  # characters that escaping what was not escaped may add
_MAX_PREFIXES = 50

_FIRST_TAG = re.compile(r"<([^\W\d][\w.:-]*)")
_DOCTYPE = re.compile(r"<!doctype", re.IGNORECASE)
_ENTITY = re.compile(r"""<!ENTITY\s+([\w.-]{1,100})\s+(?:"([^"]*)"|'([^']*)')\s*>""")
_SPECIAL = re.compile(r"<!\[CDATA\[|<!--|<\?")
_ENDS = {"<![CDATA[": "]]>", "<!--": "-->", "<?": "?>"}
_ENTRY_END = re.compile(r"</(?:[\w.-]{1,40}:)?(?:item|entry)\s*>")
_OPENED = re.compile(r"<([\w.:-]{1,80})(?:\s[^<>]*)?>\s*\Z")
# Of XML's own five names nothing has to be done.
_REFERENCE = re.compile(
    r"&(?!(?:lt|gt|amp|quot|apos);)(?:#([0-9]{1,9});|#[xX]([0-9a-fA-F]{1,8});|([A-Za-z][\w.-]{0,99});)?"
)
_BARE_LESS = re.compile(r"<(?![^\W\d]|[:/])")
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0 §2.2
_PREFIX = re.compile(r"""</?([^\W\d][\w.-]{0,40}+):[^\W\d]|\s([^\W\d][\w.-]{0,40}+):[^\W\d][\w.-]{0,40}\s*=\s*["']""")
_PREFIXED = re.compile(r"([<\s]/?)([^\W\d][\w.-]{0,40}+):(?=[^\W\d])")
_DECLARED = re.compile(r"""\sxmlns:([\w.-]{1,41})\s*=\s*(?:"([^"<]*)"|'([^'<]*)')""")
# What the customary prefixes stand for; any other undeclared one gets a name of its own and is nobody's.
_CUSTOMARY = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
}


@dataclass(frozen=True, slots=True)
class Mended:
    """A document from its root's start to its end; `is_cut` says that it ended early and was closed by us."""

    text: str
    root: str
    is_cut: bool


def first_tag(text: str) -> str:
    """Give the name of the first element, in lower case, without prefix; `""` where there is none."""
    match = _FIRST_TAG.search(_without_prolog(text))
    return match[1].lower().rpartition(":")[2] if match else ""


def mend(text: str, roots: tuple[str, ...] = FEED_ROOTS) -> Mended | None:
    """Give the feed in the text as well-formed as characters allow, or None where none of the `roots` begins in it.

    Raises PollError `broken` for entities that expand, and for what would have to be escaped without end.
    """
    body = _without_prolog(text)
    root = _root_of(roots).search(body)
    if root is None:
        return None
    name = root[0][1:]
    document, is_cut = _to_its_end(body[root.start() :], name)
    entities = _entities(text[: len(text) - len(body) + root.start()])
    mended = "".join(_pieces(_FORBIDDEN.sub("", document), entities))
    if len(mended) - len(document) > MAX_MENDING + MAX_GROWTH:
        raise PollError("broken", "the document holds more bare signs than could be mended")
    return Mended(_declared(mended), root[1].lower(), is_cut)


@cache
def _root_of(roots: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"<(?:[\w.-]{{1,40}}:)?({'|'.join(roots)})(?=[\s/>])", re.IGNORECASE)


def _without_prolog(text: str) -> str:
    """Cut off the declaration, comments and DOCTYPE that stand ahead of the first element."""
    at = 0
    while (special := re.compile(r"[\s\ufeff]*(<\?|<!--|<!doctype)", re.IGNORECASE).match(text, at)) is not None:
        opening = special[1].lower()
        end = _doctype_end(text, special.end()) if opening == "<!doctype" else text.find(_ENDS[opening], special.end())
        if end < 0:
            break
        at = end + (1 if opening == "<!doctype" else len(_ENDS[opening]))
    return text[at:]


def _doctype_end(text: str, at: int) -> int:
    """Find the ">" that ends a DOCTYPE, past its internal subset; -1 where it never ends."""
    close = text.find(">", at)
    if close >= 0 and (subset := text.find("[", at, close)) >= 0:
        end = re.compile(r"\]\s*>").search(text, subset)
        return end.end() - 1 if end else -1
    return close


def _to_its_end(document: str, root: str) -> tuple[str, bool]:
    """Cut behind the root's end; where it has none, behind the last whole entry, and close what is open."""
    end = document.rfind(f"</{root}")
    if end >= 0 and (close := document.find(">", end)) >= 0:
        return document[: close + 1], False
    ends = list(re.finditer(r"</(?:[\w.-]{1,40}:)?(?:item|entry)\s*>", document))
    kept = document[: ends[-1].end()] if ends else document
    # RSS has one level between its root and its entries; RDF and Atom have none.
    middle = "</channel>" if root.lower() == "rss" and ends else ""
    return f"{kept}{middle}</{root}>", True


def _entities(prolog: str) -> dict[str, str]:
    """Read the entities that a DOCTYPE defines as plain text; one that is made of others is kept as a refusal."""
    if not _DOCTYPE.search(prolog):
        return {}
    found: dict[str, str] = {}
    for match in _ENTITY.finditer(prolog):
        value = _REFERENCE.sub(_plain_reference, match[2] or match[3] or "")
        found.setdefault(match[1], value)
        if len(found) > MAX_ENTITIES:
            raise PollError("broken", f"the document defines more than {MAX_ENTITIES} entities")
    return found


def _plain_reference(match: re.Match[str]) -> str:
    if match[3] and f"{match[3]};" not in html5:
        return "\0"  # made of another entity: refused where it is used
    return _character(match) or ("&" if match[0] == "&" else match[0])


def _pieces(document: str, entities: dict[str, str]) -> Iterator[str]:
    """Give the document's parts mended: CDATA as it is, comments and instructions not at all, the rest as text."""
    at, room = 0, [MAX_GROWTH]
    ends = dict.fromkeys(_ENDS, 0)  # where each kind ends next, as far as looked for; -1: nowhere
    while (special := _SPECIAL.search(document, at)) is not None:
        yield _mended_text(document[at : special.start()], entities, room)
        opening = special[0]
        if 0 <= ends[opening] < special.end():
            ends[opening] = document.find(_ENDS[opening], special.end())
        if (end := ends[opening]) < 0:
            yield escape(opening)
            at = special.end()
            continue
        at = end + len(_ENDS[opening])
        if opening == "<![CDATA[":
            if (early := _end_of_unclosed(document, special.start(), end)) >= 0:
                yield f"{opening}{document[special.end() : early].removesuffix(']').removesuffix(']')}]]>"
                at = early
                continue
            yield document[special.start() : at]
    yield _mended_text(document[at:], entities, room)


def _end_of_unclosed(document: str, start: int, end: int) -> int:
    """Give where a CDATA section ends that was never closed, -1 for one that was.

    It reaches over the end of its entry into another section; what ends it is the end of its element.
    """
    nested = document.find("<![CDATA[", start + 1, end)
    if nested < 0 or _ENTRY_END.search(document, start, nested) is None:
        return -1
    opened = _OPENED.search(document[max(start - 200, 0) : start])
    return -1 if opened is None else document.find(f"</{opened[1]}", start, nested)


def _mended_text(text: str, entities: dict[str, str], room: list[int]) -> str:
    def reference(match: re.Match[str]) -> str:
        if match[3] in entities:
            return _expanded(match[3], entities[match[3]], room)
        return _character(match) or "&amp;" + match[0][1:]

    return _BARE_LESS.sub("&lt;", _REFERENCE.sub(reference, text))


def _expanded(name: str, value: str, room: list[int]) -> str:
    room[0] -= len(value)
    if "\0" in value or room[0] < 0:
        raise PollError("broken", f"the document's entity {name!r} expands beyond what a feed may hold")
    return escape(value)


def _character(match: re.Match[str]) -> str:
    """Give a numeric or HTML reference as XML text, `""` for none; forbidden numbers become a space."""
    decimal, hexadecimal, name = match.groups()
    if name is not None:
        return escape(html5.get(f"{name};", ""))
    if decimal is None and hexadecimal is None:
        return ""
    number = int(decimal) if decimal is not None else int(hexadecimal, 16)
    if 0x80 <= number <= 0x9F:  # numbers of windows-1252, as HTML reads them
        return bytes([number]).decode("cp1252", "replace")
    if number > 0x10FFFF or _FORBIDDEN.match(chr(number)):
        return " "
    # A reference to markup has to stay one; "\r" would be read as "\n" (XML 1.0 §2.11).
    return f"&#{number};" if number < 0x80 else chr(number)


def _declared(document: str) -> str:
    """Declare on the root each prefix that is used and not declared there."""
    end = document.find(">")
    root = document[: end + 1]
    known = {match[1] for match in _DECLARED.finditer(root)} | {"xml", "xmlns"}
    used = dict.fromkeys(of_element or of_attribute for of_element, of_attribute in _PREFIX.findall(document))
    missing = [prefix for prefix in used if prefix not in known]
    if not missing:
        return document
    if len(missing) > _MAX_PREFIXES:  # names of nothing
        odd = set(missing[_MAX_PREFIXES:]) - _CUSTOMARY.keys()
        document = _PREFIXED.sub(lambda found: f"{found[1]}{found[2]}{'_' if found[2] in odd else ':'}", document)
        missing = [prefix for prefix in missing if prefix not in odd]
    elsewhere = {match[1]: match[2] or match[3] for match in _DECLARED.finditer(document)}
    added = "".join(
        f" xmlns:{prefix}={quoteattr(elsewhere.get(prefix) or _CUSTOMARY.get(prefix) or f'urn:undeclared:{prefix}')}"
        for prefix in missing
    )
    name = _FIRST_TAG.match(document)
    assert name is not None
    return document[: name.end()] + added + document[name.end() :]
