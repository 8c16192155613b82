"""Pictures that a script would have loaded: their real address put where readers look, before anything is cleaned.

Sites put a blank picture in `src` and the real one in `data-src`, `data-srcset` and their kin, often with the real
picture once more in `<noscript>`; its size may stand in `data-orig-size`. AMP has elements of its own for pictures.
Works on raw HTML by its tags; what it misses is cleaned all the same.
"""

import re
from html import escape, unescape

_ATTRIBUTE = r"""[^\s"'<>/=]{1,64}(?:\s{0,20}=\s{0,20}(?:"[^"]{0,65536}"|'[^']{0,65536}'|[^\s"'<>=`]{1,8192}))?"""
_TAG = re.compile(rf"<(img|source|iframe|video)((?:[\s/]{{1,40}}{_ATTRIBUTE}){{0,60}})[\s/]{{0,40}}>", re.IGNORECASE)
_PAIR = re.compile(
    r"""([^\s"'<>/=]{1,64})(?:\s{0,20}=\s{0,20}(?:"([^"]{0,65536})"|'([^']{0,65536})'|([^\s"'<>=`]{1,8192})))?"""
)
_NOSCRIPT = re.compile(r"<noscript[^<>]{0,200}>((?:[^<]|<(?!/?noscript)){0,20000})</noscript\s{0,20}>", re.IGNORECASE)
_BLANK = re.compile(
    r"data:|about:blank|.*(?:blank|spacer|placeholder|pixel|lazy|transparent|1x1)[^/]*\.(?:gif|png|svg)"
)
_SIZE = re.compile(r"([1-9][0-9]{0,4})(?:px)?\s*[,x]\s*([1-9][0-9]{0,4})(?:px)?")
_AMP = re.compile(r"<(/?)amp-((?:img|video|audio|iframe)\b)", re.IGNORECASE)
REAL_SRC = ("data-src", "data-original", "data-lazy-src", "data-orig-file", "data-lazy", "data-full-src", "data-url")
REAL_SRCSET = ("data-srcset", "data-lazy-srcset", "data-original-set")


def lift(html: str) -> str:
    """Give the HTML with lazy pictures made plain ones; quick where there is none."""
    if "<amp-" in html:
        html = _AMP.sub(r"<\1\2", html)
    has_lazy = "data-" in html
    if has_lazy:
        html = _TAG.sub(lambda found: _lifted(found[1], found[2], found[0]), html)
    if "<noscript" in html.lower():
        html = _NOSCRIPT.sub(lambda found: _shown_without_script(found[1], html), html)
    return html


def _lifted(name: str, attributes: str, tag: str) -> str:
    """Give a tag with its real addresses in place of blank ones."""
    if "data-" not in attributes.lower():
        return tag
    values = {
        found[1].lower(): unescape(found[2] or found[3] or found[4] or "") for found in _PAIR.finditer(attributes)
    }
    src = next((values[real] for real in REAL_SRC if values.get(real, "").strip()), "")
    srcset = next((values[real] for real in REAL_SRCSET if values.get(real, "").strip()), "")
    if src and _is_blank(values.get("src", "")):
        values["src"] = src
    elif srcset and values.get("src") and _is_blank(values["src"]):
        del values["src"]
    if srcset and _is_blank(values.get("srcset", "")):
        values["srcset"] = srcset
    if not values.get("width") and not values.get("height") and (size := _size(values)) is not None:
        values["width"], values["height"] = size
    kept = ((key, value) for key, value in values.items() if not key.startswith("data-"))
    return f"<{name} " + " ".join(f'{key}="{escape(value)}"' for key, value in kept) + ">"


def _size(values: dict[str, str]) -> tuple[str, str] | None:
    """Give width and height as scripts are told of them; None where they are not."""
    told = values.get("data-orig-size") or f"{values.get('data-width', '')},{values.get('data-height', '')}"
    found = _SIZE.fullmatch(told.strip())
    return (found[1], found[2]) if found else None


def _shown_without_script(inside: str, html: str) -> str:
    """Give the picture that stands in `<noscript>`, unless it is shown beside it already; nothing else of it."""
    pictures = [found[0] for found in _TAG.finditer(inside) if found[1].lower() == "img"]
    return "".join(picture for picture in pictures if (src := _src_of(picture)) and html.count(src) < 2)


def _src_of(tag: str) -> str:
    for found in _PAIR.finditer(tag):
        if found[1].lower() == "src":
            return found[2] or found[3] or found[4] or ""
    return ""


def _is_blank(src: str) -> bool:
    return not src.strip() or _BLANK.match(src.strip()[:2000].lower()) is not None
