"""Web addresses: which may be kept, how one is made absolute, how one is spelt in ASCII (RFC 3986, RFC 3987)."""

import re
import unicodedata
from functools import lru_cache
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

# Around an address white space and controls are slips of the pen (WHATWG URL, basic parser, step 1).
_AROUND = "".join(map(chr, range(33))) + "\x7f\u00a0\u2028\u2029\ufeff"
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_NAME = re.compile(r"(?!-)[^\s\x00-\x20\x7f/\\?#@:\[\]<>^|%\"'`{}]{1,253}(?<!-)")
_DOTS = re.compile("[.\u3002\uff0e\uff61]")  # RFC 3490 §3.1
_SAFE = "/%:@!$&'()*+,;=~-._"  # of a path; a query may hold `?` as well (RFC 3986 §3.3, §3.4)
_UNSAFE = re.compile(r"""[ "<>\\^`{|}]|%(?![0-9A-Fa-f]{2})|\A[^/]*//[^/?#]*[/?#].*[\[\]]|#.*#""", re.DOTALL)
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
# IDNA 2003, which Python's codec is, turned these into other letters: into the address of somebody else.
_DEVIATIONS = re.compile("[ßẞς\u200c\u200d]")


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
    if url.isascii() and not _UNSAFE.search(url):
        return url
    try:
        parts = urlsplit(url)
    except ValueError:
        return quote(url, safe=_SAFE + "?#")
    return urlunsplit(
        (
            parts.scheme,
            _ascii_host(parts.netloc),
            _quoted(parts.path, _SAFE),
            _quoted(parts.query, _SAFE + "?"),
            _quoted(parts.fragment, _SAFE + "?"),
        )
    )


def _quoted(part: str, safe: str) -> str:
    return quote(_STRAY_PERCENT.sub("%25", part), safe=safe, errors="replace")


def _ascii_host(netloc: str) -> str:
    if netloc.isascii():
        return netloc
    host, colon, port = netloc.partition(":")
    try:
        return ".".join(map(_ascii_label, _DOTS.split(host))) + colon + port
    except UnicodeError:
        return quote(host, safe="") + colon + port


def _ascii_label(label: str) -> str:
    """Spell one label of a host in ASCII, as browsers do (UTS 46, without transition); raises UnicodeError."""
    if label.isascii() or not _DEVIATIONS.search(label):
        return label.encode("idna").decode("ascii")
    spelt = "xn--" + unicodedata.normalize("NFC", label.lower()).encode("punycode").decode("ascii")
    if len(spelt) > 63:
        raise UnicodeError("the label is too long")
    return spelt


def _is_host(host: str | None) -> bool:
    if not host:
        return False
    if not host.isascii() and "%" in _ascii_host(host):
        return False
    if ":" in host:  # urlsplit has taken the brackets off and, since 3.11.4, checked what stood in them
        return re.fullmatch(r"[0-9a-f:.]+", host) is not None
    return _NAME.fullmatch(host) is not None and ".." not in host
