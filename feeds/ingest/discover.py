"""The feed that a page of HTML names, for an operator who gave the page's address (autodiscovery).

In come a page's text and its address, out goes the absolute address of the feed that its `link` elements name first
(HTML, link types "alternate" and "feed"), `""` where there is none. Feeds of comments are passed over, unless there is
no other; what stands in comments, scripts and templates is no element.
"""

import re
from collections.abc import Iterator
from html import unescape

from feeds.model.markup import absolute_address, web_address

MOST = 512 * 1024  # characters of a page that are looked at

_HIDDEN = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|noscript|template)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE
)
_ELEMENT = re.compile(r"""<(link|base)\b((?:[^<>"']|"[^"]*"|'[^']*')*)>""", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([a-z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+))""", re.IGNORECASE)
_TYPES = re.compile(r"(?:application|text)/(?:(?:rss|atom|rdf|feed)\+(?:xml|json)|json|xml)")
_OF_COMMENTS = re.compile(r"comment|kommentar|coment|commenti|reacties|replies", re.IGNORECASE)


def feed_of(page: str, url: str) -> str:
    """Give the address of the feed that a page names."""
    own = [(address, is_comments) for address, is_comments in _named(page[:MOST], url) if address != url]
    return next((address for address, _ in sorted(own, key=lambda one: one[1])), "")


def _named(page: str, url: str) -> Iterator[tuple[str, bool]]:
    """Give the feeds of a page in its order, and of each whether it is one of comments."""
    base = url
    for name, written in _ELEMENT.findall(_HIDDEN.sub("", page)):
        given = {key.lower(): unescape(a or b or c).strip() for key, a, b, c in _ATTRIBUTE.findall(written)}
        address = given.get("href", "")
        if not address:
            continue
        if name.lower() == "base":
            base = absolute_address(address, url)
            continue
        relations = given.get("rel", "").lower().split()
        kind = given.get("type", "").partition(";")[0].strip().lower()
        is_feed = "alternate" in relations and _TYPES.fullmatch(kind) is not None and "stylesheet" not in relations
        if (is_feed or "feed" in relations) and (found := web_address(absolute_address(address, base))) is not None:
            yield found, _OF_COMMENTS.search(f"{given.get('title', '')} {address}") is not None
