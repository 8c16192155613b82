"""One request of a poll and what came of it, as libcurl tells it line by line and chunk by chunk.

In come the bytes of an answer, out go its status, its fields, its body and where it points. Nothing is waited for that
is not needed: bodies of redirects and errors are cut off, heads and bodies past their limits too. No network here.
"""

import contextlib
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from feeds.model.markup import ascii_address

MAX_HEADER_BYTES = 64 * 1024  # of one request's answers, all lines together
MAX_HEADER_LINES = 300
MAX_ERROR_BODY = 64 * 1024  # of an answer that brings no feed: the marks of a challenge stand in it

REDIRECTS = (301, 302, 303, 307, 308)
FEED_STATUSES = (200, 203)
PART_STATUSES = (*FEED_STATUSES, 206)  # where the first bytes alone were asked for
_ENDED_BY_ITSELF = (304, 403, 429, 503)  # 304 has no body; in that of errors are a challenge's marks
_LISTS = ("cache-control",)  # fields whose lines make one list (RFC 9110 §5.3)


@dataclass(slots=True)
class Hop:
    """One request. `target` is where a redirect points; `overflow` says which limit was passed; `""`: none was.

    `is_enough` says that what was needed has come: the rest of the answer may be cut off. With `needs_head` nothing but
    the head is needed, whatever the status; where `takes_part`, the first `max_bytes` of a body are.
    """

    url: str
    max_bytes: int
    takes_part: bool = False
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)
    target: str | None = None
    overflow: str = ""
    is_enough: bool = False
    needs_head: bool = False
    _header_bytes: int = 0
    _header_lines: int = 0

    def take_header(self, line: bytes) -> int | None:
        """Keep a header line; the fields of an interim answer (100, 103) are dropped with its status line."""
        self._header_bytes += len(line)
        self._header_lines += 1
        if self._header_bytes > MAX_HEADER_BYTES or self._header_lines > MAX_HEADER_LINES:
            self.overflow = f"the header is larger than {MAX_HEADER_BYTES} bytes or {MAX_HEADER_LINES} lines"
            return -1
        text = line.decode("latin-1").rstrip("\r\n")
        if text.startswith("HTTP/"):
            self.headers.clear()
            words = text.split(maxsplit=2)
            self.status = int(words[1]) if len(words) > 1 and words[1].isdecimal() else 0
        elif not text:
            if self.status in REDIRECTS:
                self.target = _target(self.url, self.headers.get("location", ""))
            # Interim answers are followed by another; of all others but these the head says everything.
            is_read = self.status in (*self._good, *_ENDED_BY_ITSELF) and (self.status == 304 or not self.needs_head)
            self.is_enough = self.status >= 200 and not is_read
            return -1 if self.is_enough else None
        elif ":" in text and text[0] not in " \t":  # folded lines belong to no field that is read here
            name, _, value = text.partition(":")
            name, value = name.strip().lower(), value.strip(" \t")
            if name in _LISTS and name in self.headers:
                value = f"{self.headers[name]}, {value}"
            self.headers[name] = value
        return None

    def take_body(self, chunk: bytes) -> int | None:
        """Keep decoded bytes; -1 ends the request."""
        if self.takes_part or self.status not in self._good:
            room = (self.max_bytes if self.status in self._good else MAX_ERROR_BODY) - len(self.body)
            self.body += chunk[:room]
            self.is_enough = len(chunk) >= room
            return -1 if self.is_enough else None
        if len(self.body) + len(chunk) > self.max_bytes:
            self.overflow = too_large(self.max_bytes)
            return -1
        self.body += chunk
        return None

    @property
    def _good(self) -> tuple[int, ...]:
        return PART_STATUSES if self.takes_part else FEED_STATUSES


def too_large(max_bytes: int) -> str:
    """Say that an answer passed its limit."""
    return f"the answer is larger than {max_bytes} bytes"


def _target(url: str, location: str) -> str | None:
    """Resolve a Location field against the address that sent it (RFC 9110 §10.2.2); None where there is none."""
    if not location:
        return None
    with contextlib.suppress(UnicodeError):
        # Fields are octets; most servers that send others than ASCII mean UTF-8.
        location = location.encode("latin-1").decode("utf-8")
    try:
        target = urljoin(url, location.replace(" ", "%20")).partition("#")[0]
        return ascii_address(target) if urlsplit(target).scheme in ("http", "https") else target
    except ValueError:
        return location
