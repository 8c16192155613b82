"""Web addresses: which may be kept, how one is made absolute, how one is spelt in ASCII (RFC 3986, RFC 3987)."""

import re
from functools import lru_cache
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

# Around an address white space and controls are slips of the pen (WHATWG URL, basic parser, step 1).
_AROUND = "".join(map(chr, range(33))) + "\x7f\u00a0\u2028\u2029\ufeff"
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_NAME = re.compile(r"(?!-)[^\s\x00-\x20\x7f/\\?#@:\[\]<>^|%\"'`{}]{1,253}(?<!-)")
_SAFE = "/%:@!$&'()*+,;=~-._"  # of a path; a query may hold `?` as well (RFC 3986 §3.3, §3.4)


def web_address(url: str) -> str | None:
    """Give an absolute http or https address, trimmed, its inner spaces as %20; None where it is none.

    Credentials are refused: they would be shown to every reader.
    """
    trimmed = url.strip(_AROUND).replace(" ", "%20")
    if _CONTROLS.search(trimmed) or "\\" in trimmed:
        return None
    try:
        parts = urlsplit(trimmed)
        port = parts.port  # raises where it is no number of a port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or "@" in parts.netloc or port == 0:
        return None
    return trimmed if _is_host(parts.hostname) else None


def site_address(url: str) -> str | None:
    """Give an address that is absolute, or rooted in the site (`/media/…`); None where it is neither."""
    trimmed = url.strip(_AROUND).replace(" ", "%20")
    if trimmed.startswith("/") and not trimmed.startswith("//"):
        return None if _CONTROLS.search(trimmed) or "\\" in trimmed else trimmed
    return web_address(url)


def absolute_address(url: str, base: str) -> str:
    """Make an address absolute against a base (RFC 3986 §5.2), in ASCII; one that cannot be stays as it is."""
    try:
        return ascii_address(urljoin(base, url.strip(_AROUND)))
    except ValueError:
        return url


@lru_cache(maxsize=4096)
def ascii_address(url: str) -> str:
    """Spell an address in ASCII: the host by IDNA, the rest percent-encoded as UTF-8 (RFC 3987 §3.1)."""
    if url.isascii() and not _needs_quoting(url):
        return url
    try:
        parts = urlsplit(url)
    except ValueError:
        return quote(url, safe=_SAFE + "?#[]")
    return urlunsplit(
        (
            parts.scheme,
            _ascii_host(parts.netloc),
            quote(parts.path, safe=_SAFE, errors="replace"),
            quote(parts.query, safe=_SAFE + "?", errors="replace"),
            quote(parts.fragment, safe=_SAFE + "?", errors="replace"),
        )
    )


def _needs_quoting(url: str) -> bool:
    return any(character in ' "<>\\^`{|}' for character in url)


def _ascii_host(netloc: str) -> str:
    if netloc.isascii():
        return netloc
    host, colon, port = netloc.partition(":")
    try:
        return host.encode("idna").decode("ascii") + colon + port
    except UnicodeError:
        return quote(host, safe="") + colon + port


def _is_host(host: str | None) -> bool:
    if not host:
        return False
    if ":" in host:  # urlsplit has taken the brackets off and, since 3.11.4, checked what stood in them
        return re.fullmatch(r"[0-9a-f:.]+", host) is not None
    return _NAME.fullmatch(host) is not None and ".." not in host
