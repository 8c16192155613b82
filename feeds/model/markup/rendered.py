"""Clean HTML as it is printed: addresses absolute, frames as links where no player is, the dateline."""

import re
from collections.abc import Callable
from html import escape, unescape
from urllib.parse import urlsplit

from feeds.model.markup.addresses import absolute_address
from feeds.model.markup.cleaner import absolute, text_of_clean

SUMMARY = 300  # characters of a body that stand for a summary
_LONG_WORD = 80  # characters of a run without spaces; in Chinese or Japanese that is no word
_FRAME = re.compile(r"<iframe([^<>]*)>.*?</iframe>", re.DOTALL)
_ATTRIBUTE = re.compile(r' ([a-z]+)="([^"]*)"')
_FIRST_TEXT = re.compile(r"\A((?:\s|<(?!img|picture|video|audio|figure|table|ul|ol|iframe)[^>]*>)*)(?=[^\s<])")
_FIRST_PARAGRAPH = re.compile(r"<p(?: [^>]*)?>(?=[^<]*\S|<)")
_JOINERS = "\u200d\ufe0f"  # that make one picture of several emoji
_FIGURE = re.compile(r"<figure(?: [^<>]*)?>((?:(?!</?figure[ >]).)*)</figure>", re.DOTALL)
_NO_MERE_PICTURE = re.compile(r"<(?:video|audio|iframe|table|blockquote|pre)[ >]")
_PICTURE = re.compile(r"<picture(?: [^<>]*)?>.*?</picture>|<img(?: [^<>]*)?>", re.DOTALL)
_POSTER = re.compile(r'(<video[^<>]*?) poster="[^"<>]*"')
_OURS = re.compile(r' src="/(?!/)')
_TOP_HEADING = re.compile(r"(</?)h1(?=[ >])")
_SILENT_PICTURE = re.compile(r'<img(?![^<>]* alt=")')
_LEFT_EMPTY = re.compile(r"<(p|a|div|li)(?: [^<>]*)?>\s*</\1>")


def summary(standfirst: str, html: str) -> str:
    """Give the standfirst, else the body's text, cut at a word after 300 characters (CONTRACT section 4)."""
    if standfirst:
        return standfirst
    text = text_of_clean(html)
    if len(text) <= SUMMARY:
        return text
    at = text.rfind(" ", 0, SUMMARY + 1)
    if at < 0 or (at < SUMMARY - _LONG_WORD and not text[at:SUMMARY].isascii()):
        at = SUMMARY
        while at > SUMMARY - 20 and (text[at] in _JOINERS or text[at - 1] in _JOINERS or _combines(text[at])):
            at -= 1
    return text[:at].rstrip() + "…"


def for_documents(html: str, *, base: str, dateline: str = "") -> str:
    """Give clean HTML as documents print it; frames become links, for few readers show them."""
    return absolute(_with_dateline(_FRAME.sub(lambda found: _link(found[1], base), html), dateline), base)


def for_page(html: str, *, base: str, players: frozenset[str], dateline: str = "") -> str:
    """Give clean HTML as our pages print it; frames of `players` (hosts) stay, over https alone.

    The page's own headline is its one h1; a picture of which nothing is said is passed over by who reads aloud.
    """

    def frame(found: re.Match[str]) -> str:
        values = dict(_ATTRIBUTE.findall(found[1]))
        address = absolute_address(unescape(values.get("src", "")), base)
        parts = urlsplit(address)
        if parts.scheme != "https" or parts.hostname not in players:
            return _link(found[1], base)
        kept = {name: values[name] for name in ("title", "width", "height") if name in values}
        kept = {"src": escape(address), **kept, "loading": "lazy", "allowfullscreen": ""}
        return "<iframe " + " ".join(f'{name}="{value}"' for name, value in kept.items()) + "></iframe>"

    html = _SILENT_PICTURE.sub('<img alt=""', _TOP_HEADING.sub(r"\1h2", _FRAME.sub(frame, html)))
    return absolute(_with_dateline(html, dateline), base)


def without_pictures(html: str) -> str:
    """Leave pictures out of clean HTML, with figures that hold nothing else; those rooted in the site are ours."""

    def figure(found: re.Match[str]) -> str:
        inside = found[1]
        is_kept = "<img" not in inside or _OURS.search(inside) or _NO_MERE_PICTURE.search(inside)
        return found[0] if is_kept else ""

    bare = _PICTURE.sub(lambda found: found[0] if _OURS.search(found[0]) else "", _FIGURE.sub(figure, html))
    if bare != html:
        for _ in range(3):  # a link in a paragraph in an item of a list
            bare = _LEFT_EMPTY.sub("", bare)
    return _POSTER.sub(r"\1", bare)


def _link(attributes: str, base: str) -> str:
    values = dict(_ATTRIBUTE.findall(attributes))
    address = absolute_address(unescape(values.get("src", "")), base)
    name = unescape(values.get("title", "")).strip() or address
    return f'<a href="{escape(address)}">{escape(name)}</a>'


def _with_dateline(html: str, dateline: str) -> str:
    """Put the dateline before the body's first words; a picture at the top stays there."""
    if not dateline:
        return html
    mark = dateline if dateline[-1] in ":–—-―" else f"{dateline}:"
    told = f"{escape(mark, quote=False)} "
    place: Callable[[str], re.Match[str] | None]
    for place in (_FIRST_TEXT.search, _FIRST_PARAGRAPH.search):
        if (found := place(html)) is not None:
            return html[: found.end()] + told + html[found.end() :]
    return f"<p>{told.strip()}</p>" + html


def _combines(character: str) -> bool:
    return "\u0300" <= character <= "\u036f" or "\U0001f3fb" <= character <= "\U0001f3ff"
