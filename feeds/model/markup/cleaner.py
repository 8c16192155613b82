"""The one sanitiser, at entry, and its second look at what goes out. nh3 is used here alone.

`clean` keeps text markup, pictures, sound, film and frames, with relative addresses as they are. Its result is
normalised: every tag closed, every attribute in double quotes; the other functions here rely on that.
"""

import re
from collections import Counter
from collections.abc import Callable
from html import unescape
from html.entities import html5

import nh3

from feeds.model.markup.addresses import absolute_address
from feeds.model.markup.lazy import lift
from feeds.model.markup.text import xml_text

_BLOCKS = set(
    """
    address article aside blockquote br caption center col colgroup dd details div dl dt figcaption figure
    footer h1 h2 h3 h4 h5 h6 header hgroup hr li main nav ol p pre section summary table tbody td tfoot th thead
    tr ul
    """.split()
)
_INLINE = set(
    """
    a abbr acronym b bdi big cite code data del dfn em font i ins kbd mark q rp rt ruby s samp small span
    strike strong sub sup time tt u var wbr
    """.split()
)
_MEDIA = {"audio", "img", "picture", "source", "track", "video"}
# Blocks of no use in a story's body: what is in them stays, apart from what stands around it.
_PLAIN_BLOCKS = {"center", "dialog", "dir", "fieldset", "form", "hgroup", "legend", "main", "menu", "nav", "search"}
_TAGS = (_BLOCKS | _INLINE | _MEDIA | {"iframe"}) - {"font"} - _PLAIN_BLOCKS
_DROPPED = set(
    """
    script style noscript template object embed applet svg math head title textarea select button
    """.split()
)
_ATTRIBUTES = {
    "*": {"id", "lang", "dir", "title"},
    "a": {"href", "hreflang", "rel", "type"},
    "abbr": {"title"},
    "audio": {"src", "controls", "preload"},
    "col": {"span"},
    "colgroup": {"span"},
    "data": {"value"},
    "del": {"datetime"},
    "details": {"open"},
    "iframe": {"src", "width", "height", "allowfullscreen", "loading"},
    "img": {"src", "srcset", "sizes", "alt", "width", "height", "loading"},
    "ins": {"datetime"},
    "li": {"value"},
    "ol": {"start", "reversed", "type"},
    "source": {"src", "srcset", "sizes", "type", "media"},
    "td": {"colspan", "rowspan", "headers"},
    "th": {"colspan", "rowspan", "headers", "scope"},
    "time": {"datetime"},
    "track": {"src", "kind", "srclang", "label"},
    "video": {"src", "poster", "controls", "preload", "width", "height", "loop", "muted"},
}
_SCHEMES = {"http", "https", "mailto", "tel", "data"}
_ADDRESSES = ("href", "src", "poster")
_SCHEME = re.compile(r"\s*([a-zA-Z][a-zA-Z0-9+.-]*):")
_RASTER = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/]+={0,2}")
_MOST_DATA = 32 * 1024  # characters of a picture that stands in the page itself
_ID = re.compile(r"[^\s\"'<>&`=]{1,100}")
_REL = frozenset(
    """
    author bookmark external help license next nofollow noopener noreferrer prev sponsored tag ugc
    """.split()
)
_CANDIDATE = re.compile(r"[\s,]*([^\s]+)(?:\s+([^,]*))?")
_DESCRIPTOR = re.compile(r"[0-9.]+[wxh]")
_PIXEL = re.compile(r'<img(?=[^>]* (?:width|height)="[01](?:px)?")[^>]*>')
# nh3 writes < and > in attributes as references, so that these see whole tags alone.
_PLAIN_BLOCK = re.compile(rf"<(/?)(?:{'|'.join(sorted(_PLAIN_BLOCKS))})(?= |>)")
_INSIDE_FRAME = re.compile(r"(<iframe[^<>]*>)(?!</iframe>).+?(?=</iframe>)", re.DOTALL)
_FIRST_LINE_END = re.compile(r"(<pre(?: [^<>]*)?>)(?=\n)")
_HIDING = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)\b", re.IGNORECASE)
_HIDDEN = re.compile(r"<([a-z][a-z0-9]*)(?: [^<>]*)? (?:hidden|style)=\"[^<>\"]*\"[^<>]*>")
_BARE_FRAME = re.compile(r"<iframe(?![^>]* src=)[^>]*></iframe>")
_BARE_IMAGE = re.compile(r"<img(?![^>]* src(?:set)?=)[^>]*>")
_TAG = re.compile(r"<[^>]*>")
_MOST_REFERENCES = 500  # in a text that is left as it is
_REFERENCES = re.compile(rf"(?:&[^&]*+){{{_MOST_REFERENCES}}}(?=&)")
_TAG_START = re.compile(r"[a-zA-Z/!?]")
_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|nbsp);|#[0-9]|#[xX][0-9a-fA-F])(?:([A-Za-z][A-Za-z0-9]{0,39});?)?")
_INLINE_TAG = re.compile(rf"</?(?:{'|'.join(sorted(_TAGS - _BLOCKS))})(?: [^<>]*)?>")
_PLAYER = re.compile("<(?:audio|iframe|video)")
_ADDRESS = re.compile(r' (?:href|src|poster)="([^"]*)"')
# What is not as the serialiser writes it, or may not be: lists of addresses, and text that was not cleaned as HTML.
_REWRITTEN = re.compile(r"srcset=|&(?!amp;|lt;|gt;|nbsp;)|\xa0")
_ANY_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/<>]{0,40})[^<>]{0,20000}>?")

# The parser's time grows with the square of the depth; nothing that people write is as deep as this.
_DEEPEST = 150
_LEAVES = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_CLOSE_THEMSELVES = {"p", "li", "dt", "dd", "td", "th", "tr", "tbody", "thead", "tfoot"}
_TRIES = 4  # until the parser agrees with what it wrote; twice is nearly always enough


def clean(html: str) -> str:
    """Make HTML safe and tidy; cleaning it again changes nothing. Takes anything, raises nothing."""
    html = _flatter(lift(xml_text(html)))
    for _ in range(_TRIES):
        cleaned = _tidy(_cleaned(_SANITISER, html))
        if cleaned == html:
            break
        html = cleaned
    return cleaned


def normal(html: str) -> str:
    """Write HTML as `clean` does, with lazy pictures lifted, and with what clean leaves out last: class, style, hidden.

    By these declutter knows what no reader wants; its result is not clean.
    """
    return _cleaned(_WRITER, _flatter(lift(xml_text(html))))


def balanced_end(html: str, name: str, at: int) -> int:
    """Give where an element of normalised HTML ends whose start tag ends `at`."""
    depth = 0 if name in _LEAVES else 1
    same = re.compile(rf"<(/?){name}(?= |>)[^<>]*>")
    while depth and (tag := same.search(html, at)) is not None:
        at, depth = tag.end(), depth + (-1 if tag[1] else 1)
    return at


def absolute(html: str, base: str) -> str:
    """Make every address in clean HTML absolute against a base, `#part` and srcset too, and spell it in ASCII."""
    if _is_settled(html, base):
        return html

    def resolved(tag: str, attribute: str, value: str) -> str | None:
        if attribute in _ADDRESSES:
            return value if value.startswith("data:") else absolute_address(value, base)
        if attribute == "srcset":
            return _srcset(value, lambda address: absolute_address(address, base))
        return value

    return _cleaned(_cleaner(_TAGS, resolved), html)


def _is_settled(html: str, base: str) -> bool:
    """Say whether parsing the HTML, resolving and writing it again would change nothing; where in doubt, it would."""
    if html.count("<") != html.count(">") or _REWRITTEN.search(html):
        return False
    addresses = (unescape(found) for found in _ADDRESS.findall(html))
    return all(address.startswith("data:") or absolute_address(address, base) == address for address in addresses)


def text_of(html: str) -> str:
    """Give the text of HTML on one line: blocks and line breaks part words, inline elements do not."""
    bare = _STRIPPER.clean(_referring(_flatter(xml_text(html))))
    return " ".join(xml_text(unescape(_TAG.sub(" ", bare))).split())


def text_of_clean(html: str) -> str:
    """Give what `text_of` gives, of HTML that `clean` wrote: its tags need no parser."""
    if _PLAYER.search(html) is not None:
        return text_of(html)
    return " ".join(unescape(_TAG.sub(" ", _INLINE_TAG.sub("", html))).split())


def unsafe(html: str) -> str | None:
    """Say what must not go out in a piece of HTML; None where all is well. Frames must not: documents have links."""
    if _cleaned(_JUDGE, html) == html:
        return None
    for closing, name in _ANY_TAG.findall(html):
        if not closing and name.lower() not in _TAGS - {"iframe"}:
            return f"the element {name[:40]}"
    for found in re.finditer(r"<[a-zA-Z][^\s<>]*((?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>", html):
        for attribute in re.finditer(r"\s([a-zA-Z-]+)(?:=(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]*)))?", found[1]):
            name, value = attribute[1].lower(), attribute[2] or attribute[3] or attribute[4] or ""
            if name.startswith("on") or name == "style":
                return f"the attribute {name[:40]}"
            if name in _ADDRESSES and not _is_allowed_address("a", unescape(value)):
                return f"an address in {name}"
    return None


def _cleaned(cleaner: nh3.Cleaner, html: str) -> str:
    """Clean, and write the line end that begins a `pre` twice: every reader of HTML drops the first."""
    return _FIRST_LINE_END.sub(r"\1\n", cleaner.clean(_referring(html)))


def _referring(html: str) -> str:
    """Escape the ampersands that begin no reference, and part the texts that are full of them.

    The parser's time grows with the square of their number in one text; comments, which it leaves out, part texts.
    """
    if html.count("&") <= _MOST_REFERENCES:
        return html
    first, *others = _AMPERSAND.sub(_reference, html).split("<")
    return "<".join((_parted(first), *map(_parted_behind_tag, others)))


def _parted_behind_tag(rest: str) -> str:
    tag, end, text = rest.partition(">") if _TAG_START.match(rest) else ("", "", rest)
    return tag + end + _parted(text)


def _parted(text: str) -> str:
    return _REFERENCES.sub(r"\g<0><!-- -->", text) if text.count("&") > _MOST_REFERENCES else text


def _reference(found: re.Match[str]) -> str:
    name = found[1]
    if name and (f"{name};" in html5 or any(name[:length] in html5 for length in range(2, 7))):
        return found[0]  # also `&copy` (HTML, named character references)
    return "&amp;" + found[0][1:]


def _tidy(html: str) -> str:
    """Finish what the sanitiser wrote: no hidden part, no fallback within frames, no frame or picture of nothing."""
    html = _PLAIN_BLOCK.sub(r"<\1div", _INSIDE_FRAME.sub(r"\1", html))
    return _BARE_FRAME.sub("", _BARE_IMAGE.sub("", _PIXEL.sub("", _without_hidden(html))))


def _without_hidden(html: str) -> str:
    """Leave out elements that no reader was meant to see (`hidden`, `display: none`): feeds would show them."""
    kept, at = [], 0
    while (found := _HIDDEN.search(html, at)) is not None:
        kept.append(html[at : found.start()])
        at = balanced_end(html, found[1], found.end())
    return "".join((*kept, html[at:]))


def _kept(tag: str, attribute: str, value: str) -> str | None:
    """Judge one attribute; give the value that it may have, or None."""
    if attribute in _ADDRESSES:
        address = "".join(value.split("\n")).replace("\r", "").replace("\t", "").strip().replace(" ", "%20")
        return address if _is_allowed_address(tag, address) else None
    if attribute == "srcset":
        return _srcset(value, lambda address: address if _is_allowed_address("source", address) else None)
    if attribute == "id":
        return value if _ID.fullmatch(value) else None
    if attribute == "hidden":
        return None if value.lower() == "until-found" else ""
    if attribute == "style":  # a picture that is hidden is one that a script would have shown
        return "" if tag not in _MEDIA and _HIDING.search(value) else None
    if attribute == "rel":
        return " ".join(word for word in value.lower().split() if word in _REL) or None
    if attribute in ("width", "height"):
        return value if re.fullmatch(r"[0-9]{1,5}(?:%|px)?", value) else None
    return value


def _is_allowed_address(tag: str, address: str) -> bool:
    if not address:
        return False
    scheme = _SCHEME.match(address)
    if scheme is None:
        return tag != "iframe" or address.startswith("//")
    name = scheme[1].lower()
    if name == "data":
        return tag == "img" and len(address) <= _MOST_DATA and _RASTER.fullmatch(address) is not None
    if name in ("mailto", "tel"):
        return tag == "a"
    return name in ("http", "https")


def _srcset(value: str, change: Callable[[str], str | None]) -> str | None:
    """Change each address of a srcset; one that becomes None is left out (HTML, parsing a srcset attribute)."""
    candidates, at = [], 0
    while at < len(value) and (found := _CANDIDATE.match(value, at)) is not None:
        address, descriptor = found[1], (found[2] or "").strip()
        at = found.end()
        if address.endswith(","):  # the comma ends a candidate without descriptor: what follows is the next one
            at, descriptor = found.end(1), ""
            address = address.rstrip(",")
        words = descriptor.split()
        while words and not _DESCRIPTOR.fullmatch(words[0]):  # a space that belongs to the address
            address += f"%20{words.pop(0)}"
        descriptor = " ".join(words)
        changed = change(address) if address else None
        if changed:
            candidates.append(f"{changed} {descriptor}".strip())
    return ", ".join(candidates) or None


def _flatter(html: str) -> str:
    """Leave out elements deeper than any text needs, and ends of nothing: the parser's time stays bounded."""
    if html.count("<") <= _DEEPEST:
        return html
    open_names: Counter[str] = Counter()

    def shallow(found: re.Match[str]) -> str:
        name = found[2].lower()
        if name in _LEAVES or name in _CLOSE_THEMSELVES:
            return found[0]
        if found[1]:
            if not open_names[name]:
                return ""
            open_names[name] -= 1
            return found[0]
        if open_names.total() >= _DEEPEST:
            return ""
        open_names[name] += 1
        return found[0]

    return _ANY_TAG.sub(shallow, html)


def _cleaner(
    tags: set[str], keep: Callable[[str, str, str], str | None], attributes: dict[str, set[str]] = _ATTRIBUTES
) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=tags,
        clean_content_tags=_DROPPED,
        attributes=attributes,
        attribute_filter=keep,
        url_schemes=_SCHEMES,
        link_rel=None,
    )


# Made once: building one costs as much as cleaning a page.
_SANITISER = _cleaner(_TAGS | _PLAIN_BLOCKS, _kept, _ATTRIBUTES | {"*": _ATTRIBUTES["*"] | {"hidden", "style"}})
_WRITER = nh3.Cleaner(
    tags=_TAGS | _PLAIN_BLOCKS,
    clean_content_tags=_DROPPED,
    attributes=_ATTRIBUTES | {"*": _ATTRIBUTES["*"] | {"class", "hidden", "style"}},
    url_schemes=_SCHEMES,
    link_rel=None,
)
_JUDGE = _cleaner(_TAGS - {"iframe"}, _kept)
# What stands within players is shown in their place alone (HTML innerText).
_STRIPPER = nh3.Cleaner(
    tags=_BLOCKS | _PLAIN_BLOCKS,
    clean_content_tags=_DROPPED | {"audio", "iframe", "video"},
    attributes={},
    link_rel=None,
)
