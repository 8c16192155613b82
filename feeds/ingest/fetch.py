"""One conditional request for a feed, and the only place where ingest touches the network (pycurl lives here).

In come an address and the validators of the last whole answer; out comes an Answer, or a PollError whose outcome
is one of CONTRACT section 9. Each address is judged as it is connected to, on every hop; redirects are followed
here and not by libcurl, so that validators go to the address they belong to and every hop is looked at first.
Kept out: proxies and netrc of the environment, cookies, referrers, and all that comes without end.
"""

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pycurl

from feeds.errors import PollError
from feeds.ingest.address import Network, is_allowed, refuse_url
from feeds.ingest.challenge import ADVICE, is_challenge
from feeds.ingest.pace import parse_retry_after
from feeds.model.markup import ascii_address
from feeds.model.source import Validators

MAX_REDIRECTS = 5
MAX_HEADER_BYTES = 64 * 1024  # of one answer, all lines together
MAX_VALIDATOR = 2048  # characters; a longer one is not sent back

_FOLLOWED = (301, 302, 303, 307, 308)
_QUICK_EXIT = 322  # CURLOPT_QUICK_EXIT, which pycurl does not name: a handle's end must not wait for a slow resolver
_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.5"
)
# Where systems keep the authorities that they trust; libcurl's wheels know only one of these.
_AUTHORITIES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
_TLS_CODES = frozenset(
    (
        pycurl.E_SSL_CONNECT_ERROR,
        pycurl.E_PEER_FAILED_VERIFICATION,
        pycurl.E_SSL_CERTPROBLEM,
        pycurl.E_SSL_CIPHER,
        pycurl.E_SSL_CACERT_BADFILE,
        pycurl.E_SSL_ISSUER_ERROR,
        pycurl.E_SSL_INVALIDCERTSTATUS,
        pycurl.E_USE_SSL_FAILED,
    )
)
_FAILURES = {
    pycurl.E_URL_MALFORMAT: ("refused", "the address cannot be read"),
    pycurl.E_OPERATION_TIMEDOUT: ("timeout", "no whole answer within the time"),
    pycurl.E_COULDNT_RESOLVE_HOST: ("unreachable", "the host's name cannot be looked up"),
    pycurl.E_COULDNT_CONNECT: ("unreachable", "no connection could be made"),
    pycurl.E_GOT_NOTHING: ("unreachable", "the connection was closed without an answer"),
    pycurl.E_RECV_ERROR: ("unreachable", "the connection broke off"),
    pycurl.E_SEND_ERROR: ("unreachable", "the connection broke off"),
    # The scheme was looked at before, so this is an answer without a status line (HTTP/0.9).
    pycurl.E_UNSUPPORTED_PROTOCOL: ("http-error", "the answer is not HTTP"),
    pycurl.E_FTP_WEIRD_SERVER_REPLY: ("http-error", "the answer is not HTTP"),
    pycurl.E_PARTIAL_FILE: ("broken", "the answer is shorter than it says"),
    pycurl.E_BAD_CONTENT_ENCODING: ("broken", "the answer is not compressed as it says"),
    # Not by our callbacks, which say why: this is how libcurl tells of damaged brotli.
    pycurl.E_WRITE_ERROR: ("broken", "the answer is not compressed as it says"),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the partner answered: 200 with a body, or `is_unchanged` (304) with none.

    `url` is the address that answered, after redirects; `hops` the status and target of each of these. `bytes`
    counts what was received, before decompression, on all hops. `headers` has lower-case names, the last
    line of each. `validators` are the ones to keep: renewed by a 304 that brings new ones.
    """

    status: int
    url: str
    body: bytes
    content_type: str
    etag: str
    last_modified: str
    is_unchanged: bool
    bytes: int
    took_ms: int
    headers: dict[str, str]
    validators: Validators
    hops: tuple[tuple[int, str], ...] = ()


class Fetcher:
    """Fetches feeds within fixed limits; one may be shared by many threads."""

    def __init__(self, *, user_agent: str, timeout: timedelta, max_bytes: int, allow: Sequence[Network]) -> None:
        """Take the limits: `timeout` for a whole poll, `max_bytes` of a body raw and decoded, networks to `allow`."""
        self._user_agent = user_agent
        self._timeout = timeout
        self._max_bytes = max_bytes
        self._allow = tuple(allow)
        self._authorities = _find_authorities()
        self._local = threading.local()

    def fetch(self, url: str, validators: Validators) -> Answer:
        """Ask for `url`; raises PollError where no usable answer comes.

        Validators are sent to the address that they belong to alone, byte for byte. At most five redirects.
        """
        started = time.monotonic()
        deadline = started + self._timeout.total_seconds()
        received = 0
        hops: list[tuple[int, str]] = []
        while True:
            if (reason := refuse_url(url)) is not None:
                raise PollError("refused", f"redirected, but {reason}" if hops else reason)
            known = validators if validators.url == url else Validators()
            hop = self._one_hop(url, known, deadline)
            received += hop.received
            if hop.target is None:
                break
            if len(hops) == MAX_REDIRECTS:
                raise PollError("redirected", f"more than {MAX_REDIRECTS} redirects", status=hop.status)
            url = hop.target
            hops.append((hop.status, url))
        _judge(hop, known)
        is_unchanged = hop.status == 304
        etag, last_modified = hop.headers.get("etag", ""), hop.headers.get("last-modified", "")
        return Answer(
            status=hop.status,
            url=url,
            body=b"" if is_unchanged else bytes(hop.body),
            content_type=hop.headers.get("content-type", ""),
            etag=etag,
            last_modified=last_modified,
            is_unchanged=is_unchanged,
            bytes=received,
            took_ms=round((time.monotonic() - started) * 1000),
            headers=hop.headers,
            validators=Validators(
                url=url,
                etag=etag or (known.etag if is_unchanged else ""),
                last_modified=last_modified or (known.last_modified if is_unchanged else ""),
            ),
            hops=tuple(hops),
        )

    def _one_hop(self, url: str, known: Validators, deadline: float) -> "_Hop":
        hop = _Hop(url=url, allow=self._allow, max_bytes=self._max_bytes)
        remaining = round((deadline - time.monotonic()) * 1000)
        if remaining <= 0:
            raise PollError("timeout", "no whole answer within the time")
        handle = self._handle()
        try:
            self._set_up(handle, url, known, remaining)
            handle.setopt(pycurl.OPENSOCKETFUNCTION, hop.open_socket)
            handle.setopt(pycurl.HEADERFUNCTION, hop.take_header)
            handle.setopt(pycurl.WRITEFUNCTION, hop.take_body)
            handle.perform()
        except pycurl.error as error:
            hop.raise_failure(error)
        finally:
            hop.close_sockets()
        hop.status = handle.getinfo(pycurl.RESPONSE_CODE)
        hop.received = int(handle.getinfo(pycurl.SIZE_DOWNLOAD_T))
        return hop

    def _handle(self) -> Any:
        """Give this thread's handle, fresh; kept for its loaded authorities, which cost more than a request."""
        handle = getattr(self._local, "handle", None)
        if handle is None:
            handle = self._local.handle = pycurl.Curl()
        handle.reset()
        return handle

    def _set_up(self, handle: Any, url: str, known: Validators, timeout_ms: int) -> None:
        options = {
            pycurl.URL: ascii_address(url).encode("ascii", "replace"),
            pycurl.PROTOCOLS: pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS,
            pycurl.PROXY: "",
            pycurl.PRE_PROXY: "",
            pycurl.NETRC: pycurl.NETRC_IGNORED,
            pycurl.NOSIGNAL: 1,
            _QUICK_EXIT: 1,
            pycurl.TIMEOUT_MS: timeout_ms,
            pycurl.CONNECTTIMEOUT_MS: timeout_ms,
            pycurl.MAXFILESIZE_LARGE: self._max_bytes,
            pycurl.HTTP09_ALLOWED: 0,
            pycurl.FOLLOWLOCATION: 0,
            # Polls of a host are minutes apart: a kept connection would only be a burden to the partner.
            pycurl.FORBID_REUSE: 1,
            pycurl.USERAGENT: self._user_agent,
            pycurl.ACCEPT_ENCODING: "",  # all that this libcurl can decode
            pycurl.HTTPHEADER: _request_headers(known),
            pycurl.SSL_VERIFYPEER: 1,
            pycurl.SSL_VERIFYHOST: 2,
        }
        for option, value in options.items():
            handle.setopt(option, value)
        if self._authorities:
            handle.setopt(pycurl.CAINFO, self._authorities)


@dataclass(slots=True)
class _Hop:
    """One request and what came of it; its methods are libcurl's callbacks."""

    url: str
    allow: tuple[Network, ...]
    max_bytes: int
    status: int = 0
    received: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)
    target: str | None = None
    refused: list[str] = field(default_factory=list)
    _header_bytes: int = 0
    _overflow: str = ""
    _sockets: list[socket.socket] = field(default_factory=list)

    def open_socket(self, _purpose: int, address: Any) -> socket.socket | int:
        """Open a socket for an allowed address; CURL_SOCKET_BAD for all others."""
        family, kind, protocol, name = address
        if family not in (socket.AF_INET, socket.AF_INET6) or not is_allowed(name[0], self.allow):
            self.refused.append(name[0] if isinstance(name, tuple) else "a local socket")
            return int(pycurl.SOCKET_BAD)
        # libcurl takes a duplicate of it; ours is closed when the hop is over.
        opened = socket.socket(family, kind, protocol)
        self._sockets.append(opened)
        return opened

    def close_sockets(self) -> None:
        for opened in self._sockets:
            opened.close()

    def take_header(self, line: bytes) -> int | None:
        """Keep a header line; the fields of an interim answer (100, 103) are dropped with its status line."""
        self._header_bytes += len(line)
        if self._header_bytes > MAX_HEADER_BYTES:
            self._overflow = f"the header is larger than {MAX_HEADER_BYTES} bytes"
            return -1
        text = line.decode("latin-1").rstrip("\r\n")
        if text.startswith("HTTP/"):
            self.headers.clear()
            self.status = int(text.split()[1]) if text.split()[1:] and text.split()[1].isdigit() else 0
        elif ":" in text:
            name, _, value = text.partition(":")
            self.headers[name.strip().lower()] = value.strip(" \t")
        elif not text and self.status in _FOLLOWED:
            self.target = _target(self.url, self.headers.get("location", ""))
        return None

    def take_body(self, chunk: bytes) -> int | None:
        """Count decoded bytes; a redirect's body is not waited for."""
        if self.target is not None:
            return -1
        if len(self.body) + len(chunk) > self.max_bytes:
            self._overflow = _too_large(self.max_bytes)
            return -1
        self.body += chunk
        return None

    def raise_failure(self, error: pycurl.error) -> None:
        """Tell what libcurl's error means; returns where the redirect is known and only its body was cut off."""
        code = error.args[0]
        if self._overflow:
            raise PollError("refused", self._overflow, status=self.status or None) from error
        if self.target is not None and code != pycurl.E_OPERATION_TIMEDOUT:
            return
        if code == pycurl.E_FILESIZE_EXCEEDED:
            raise PollError("refused", _too_large(self.max_bytes), status=self.status or None) from error
        if code == pycurl.E_COULDNT_CONNECT and self.refused and not self._sockets:
            raise PollError("refused", f"{self.refused[0]} is no public address") from error
        if code in _TLS_CODES:
            outcome, detail = "tls", f"no trusted connection: {_words(error)}"
        else:
            outcome, detail = _FAILURES.get(code, ("unreachable", f"the request failed: {_words(error)}"))
        raise PollError(outcome, detail, status=self.status or None) from error


def _judge(hop: _Hop, known: Validators) -> None:
    """Raise PollError for a status that brings no feed; 304 is fine where validators were sent."""
    status, headers = hop.status, hop.headers
    if status == 304 and (known.etag or known.last_modified):
        return
    if status == 410:
        raise PollError("gone", "410 Gone: the partner has ended this feed", status=status)
    if is_challenge(bytes(hop.body) if status in (403, 429, 503) else b"", headers):
        raise PollError("challenge", f"{status}: {ADVICE}", status=status)
    if status in (200, 203):
        return
    if status in (429, 503):
        now = datetime.now(UTC)
        wish = parse_retry_after(headers.get("retry-after", ""), date=headers.get("date", ""), now=now)
        raise PollError("throttled", f"{status}: asked to come later", status=status, retry_after=wish)
    if 300 <= status < 400 and status != 304:
        raise PollError("redirected", f"{status}: points elsewhere, to no address that can be followed", status=status)
    if status == 304:
        raise PollError("http-error", "304 to a request without validators", status=status)
    raise PollError("http-error", f"{status} instead of 200", status=status)


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


def _request_headers(known: Validators) -> list[bytes]:
    lines = [f"Accept: {_ACCEPT}".encode("ascii")]
    for name, value in (("If-None-Match", known.etag), ("If-Modified-Since", known.last_modified)):
        if value and len(value) <= MAX_VALIDATOR and not any(character in value for character in "\r\n\0"):
            # They came as octets read as Latin-1 and go back as the same octets.
            lines.append(f"{name}: {value}".encode("latin-1", "ignore"))
    return lines


def _find_authorities() -> str | None:
    candidates = (ssl.get_default_verify_paths().cafile, *_AUTHORITIES)
    return next((path for path in candidates if path and Path(path).is_file()), None)


def _too_large(max_bytes: int) -> str:
    return f"the answer is larger than {max_bytes} bytes"


def _words(error: pycurl.error) -> str:
    """Give libcurl's own words, on one line and short; they name hosts, never paths or queries."""
    text = str(error.args[1]) if len(error.args) > 1 else str(error.args[0])
    return " ".join(text.split())[:200]
