"""The front: WSGI middleware ahead of Flask that answers for documents from memory, and turns away what must not pass.

    Host wrong → 400 │ document → memory: 304, 200 │ miss: pipeline/serving │ body too large, no length → 413, 411
    │ too many API calls under way → 503 │ all else → Flask

A document costs a few microseconds of Python here; it never waits for an API call, since their number is capped.
"""

import json
import logging
import re
import threading
from collections.abc import Callable, Iterable
from typing import Any

from feeds.clock import Clock
from feeds.errors import Refusal, StoreError
from feeds.logs import event
from feeds.model.document import Format
from feeds.store.parts import CURRENT
from feeds.web.conditional import CODINGS, Decision, choose_coding, decide
from feeds.web.cupboard import Cupboard, Gone
from feeds.web.mixes import Elsewhere, Mixes
from feeds.web.outage import RETRY_AFTER, said
from feeds.web.shelf import Ready

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Headers = list[tuple[str, str]]

CACHE_CONTROL = "max-age=60, stale-while-revalidate=60, stale-if-error=86400"
DOCUMENT_POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'"
WITHOUT_HOST = ("/healthz", "/readyz")  # probes may come by any name (CONTRACT section 6)
REASONS = {200: "200 OK", 226: "226 IM Used", 304: "304 Not Modified"}

_DOCUMENT = re.compile(
    r"/feeds/(site|(?:tags|authors|sections)/[a-z0-9-]{1,80})(?:/archive/([1-9][0-9]{0,8}))?\.(rss|atom|json)", re.ASCII
)
_MIX = re.compile(r"/feeds/select\.(rss|atom|json)", re.ASCII)
_BODILESS = re.compile(r"/api/sources/[^/]+/[a-z]+")  # calls whose address may say all: curl sends no length then
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::[0-9]{1,5})?", re.ASCII)
_log = logging.getLogger(__name__)


class Front:
    """Answers for documents; passes on what is not its own."""

    def __init__(
        self,
        app: Callable[[Environ, StartResponse], Iterable[bytes]],
        *,
        cupboard: Cupboard,
        mixes: Mixes,
        clock: Clock,
        hosts: frozenset[str],
        max_body: int,
        api_calls: int,
        hubs: tuple[str, ...] = (),
    ) -> None:
        """`hosts` are the names that requests may have; `max_body` in bytes; `api_calls` may be under way at a time."""
        self._app = app
        self._cupboard = cupboard
        self._mixes = mixes
        self._clock = clock
        self._hosts = hosts
        self._max_body = max_body
        self._api = threading.BoundedSemaphore(api_calls)
        self._hubs = hubs

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "/")
        if not self._is_host_ours(environ.get("HTTP_HOST")) and path not in WITHOUT_HOST:
            return _refuse(start_response, environ, 400, "The Host that the request names is not served here.")
        found = _DOCUMENT.fullmatch(path)
        if found is not None:
            return self._document(environ, start_response, path, found)
        if (mix := _MIX.fullmatch(path)) is not None:
            return self._mix(environ, start_response, path, Format(mix[1]))
        refusal = self._body_refusal(environ)
        if refusal is not None:
            return _refuse(start_response, environ, *refusal)
        if path.startswith("/api/") and environ["REQUEST_METHOD"] not in ("OPTIONS", "TRACE"):
            return self._api_call(environ, start_response)
        return self._app(environ, start_response)

    def _is_host_ours(self, host: str | None) -> bool:
        """Judge the Host: one, well-formed, and one of ours (RFC 9112 §3.2)."""
        found = _HOST.fullmatch(host) if host else None
        return found is not None and found[1].strip("[]").lower() in self._hosts

    def _body_refusal(self, environ: Environ) -> tuple[int, str] | None:
        """Refuse a body by what its header says of it, before a byte of it is read."""
        length = environ.get("CONTENT_LENGTH") or ""
        if environ.get("HTTP_TRANSFER_ENCODING") and not length:
            return 411, "A body needs its Content-Length."
        if not length:
            path = environ.get("PATH_INFO", "/")
            is_write = environ["REQUEST_METHOD"] in _WRITES and path.startswith("/api")
            needs_one = is_write and not _BODILESS.fullmatch(path)
            return (411, "A body needs its Content-Length.") if needs_one else None
        if not length.isascii() or not length.isdigit():
            return 400, "The Content-Length is no number."
        if int(length[:20]) > self._max_body:
            return 413, f"A body may have up to {self._max_body} bytes."
        return None

    def _api_call(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if not self._api.acquire(blocking=False):
            return _refuse(start_response, environ, 503, "Too many API calls are under way.", ("Retry-After", "1"))
        try:
            return self._app(environ, start_response)
        finally:
            self._api.release()

    def _document(
        self, environ: Environ, start_response: StartResponse, path: str, named: re.Match[str]
    ) -> Iterable[bytes]:
        format, part = Format(named[3]), int(named[2] or CURRENT)
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return _refuse(start_response, environ, 405, "Documents are read only.", ("Allow", "GET, HEAD"))
        try:
            found = self._cupboard.find(path, named[1], part, format)
            if isinstance(found, Gone):
                return self._elsewhere(environ, start_response, found)
            accepted = environ.get("HTTP_ACCEPT_ENCODING")
            coding = choose_coding(accepted, self._cupboard.codings(path, format, found, accepted))
            decision = self._decide(environ, found, coding)
            body = b""
            if decision.status == 200:
                found, body = self._cupboard.body(path, format, found, coding)
                if found.tags[coding] != decision.etag:  # it changed between the two looks: decide on what is in hand
                    decision = self._decide(environ, found, coding)
            if decision.status == 200 and part == CURRENT and (known := _delta_base(environ)) is not None:
                delta = self._cupboard.delta(path, format, found, coding, known)
                if delta is not None:
                    decision, body = decision._replace(status=226), delta
        except StoreError as error:
            event(_log, "document", level=logging.ERROR, path=path, reason=str(error))
            return _refuse(start_response, environ, 503, said(error), ("Retry-After", RETRY_AFTER))
        return self._answer(environ, start_response, path, format, coding=coding, decision=decision, body=body)

    def _mix(self, environ: Environ, start_response: StartResponse, path: str, format: Format) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return _refuse(start_response, environ, 405, "Documents are read only.", ("Allow", "GET, HEAD"))
        try:
            found = self._mixes.find(environ.get("QUERY_STRING", ""), format)
            if isinstance(found, Elsewhere):
                return self._elsewhere(environ, start_response, Gone(found.location))
            coding = choose_coding(environ.get("HTTP_ACCEPT_ENCODING"), CODINGS)
            decision = self._decide(environ, found, coding)
            body = self._mixes.body(found, coding) if decision.status == 200 else b""
        except Refusal as refusal:
            after = (("Retry-After", str(refusal.retry_after)),) if refusal.retry_after else ()
            return _refuse(start_response, environ, refusal.status, refusal.detail, *after)
        except StoreError as error:
            event(_log, "mix", level=logging.ERROR, path=path, reason=str(error))
            return _refuse(start_response, environ, 503, said(error), ("Retry-After", RETRY_AFTER))
        own = f"{path}?{environ.get('QUERY_STRING', '')}"
        return self._answer(environ, start_response, own, format, coding=coding, decision=decision, body=body)

    def _answer(
        self,
        environ: Environ,
        start_response: StartResponse,
        path: str,
        format: Format,
        *,
        coding: str,
        decision: Decision,
        body: bytes,
    ) -> Iterable[bytes]:
        if decision.status == 412:
            return _refuse(start_response, environ, 412, "The document is not what the request expects.")
        headers = self._headers(environ, path, format)
        if decision.status == 226:
            headers[0] = ("Cache-Control", "no-store, im")  # a shared cache would hand one reader's delta to another
            headers.append(("IM", "feed"))
        if decision.etag is not None:
            headers.append(("ETag", decision.etag))
        if decision.last_modified is not None:
            headers.append(("Last-Modified", decision.last_modified))
        if decision.status != 304:
            headers += self._content_headers(environ, format, coding, len(body))
        start_response(REASONS[decision.status], headers)
        return (body,) if decision.status != 304 and environ["REQUEST_METHOD"] == "GET" else ()

    def _decide(self, environ: Environ, ready: Ready, coding: str) -> Decision:
        return decide(
            environ["REQUEST_METHOD"],
            if_match=environ.get("HTTP_IF_MATCH"),
            if_none_match=environ.get("HTTP_IF_NONE_MATCH"),
            if_modified_since=environ.get("HTTP_IF_MODIFIED_SINCE"),
            if_unmodified_since=environ.get("HTTP_IF_UNMODIFIED_SINCE"),
            etag_of=ready.tags,
            coding=coding,
            stamp=ready.stamp,
            now=self._clock.now(),
        )

    def _headers(self, environ: Environ, path: str, format: Format) -> Headers:
        vary = "Accept-Encoding, A-IM" if format is Format.JSON else "Accept-Encoding, A-IM, Sec-Fetch-Dest"
        hubs = () if "?" in path else self._hubs  # a mix is told to none
        links = [f'<{self._cupboard.site_url}{path}>; rel="self"', *(f'<{hub}>; rel="hub"' for hub in hubs)]
        return [
            ("Cache-Control", CACHE_CONTROL),
            ("Vary", vary),
            ("Link", ", ".join(links)),
            ("Access-Control-Allow-Origin", "*"),
            ("X-Content-Type-Options", "nosniff"),
            ("Content-Security-Policy", DOCUMENT_POLICY),
        ]

    def _content_headers(self, environ: Environ, format: Format, coding: str, length: int) -> Headers:
        media_type = format.media_type
        if format is not Format.JSON and environ.get("HTTP_SEC_FETCH_DEST") == "document":
            media_type = "application/xml"  # Chromium shows the feeds' own types as source text
        headers = [("Content-Type", f"{media_type}; charset=utf-8"), ("Content-Length", str(length))]
        if coding != "identity":
            headers.append(("Content-Encoding", coding))
        return headers

    def _elsewhere(self, environ: Environ, start_response: StartResponse, found: Gone) -> Iterable[bytes]:
        if found.location is None and found.status == 410:
            return _refuse(start_response, environ, 410, "This feed was given up.")
        if found.location is None:
            return self._app(environ, start_response)  # Flask's own 404
        headers = [
            ("Location", found.location),
            ("Cache-Control", CACHE_CONTROL),
            ("Access-Control-Allow-Origin", "*"),
            ("Content-Length", "0"),
            ("X-Content-Type-Options", "nosniff"),
        ]
        start_response("301 Moved Permanently", headers)
        return ()


def _delta_base(environ: Environ) -> str | None:
    """Give the tags of which a GET would have a delta (RFC 3229 §10.5.3); None where it asks for none."""
    known, wanted = environ.get("HTTP_IF_NONE_MATCH"), environ.get("HTTP_A_IM")
    if not known or not wanted or environ["REQUEST_METHOD"] != "GET":
        return None
    return known if any(_FEED_IM.fullmatch(part) for part in wanted.split(",")) else None


# `feed`, unless its q is 0.
_FEED_IM = re.compile(
    r"\s*feed\s*(?:;\s*q\s*=\s*(?!0(?:\.0{0,3})?\s*$)[01](?:\.[0-9]{0,3})?\s*)?", re.IGNORECASE | re.ASCII
)
_WRITES = ("POST", "PUT", "PATCH")
_TITLES = {
    400: "Bad Request",
    404: "Not Found",
    405: "Method Not Allowed",
    410: "Gone",
    411: "Length Required",
    412: "Precondition Failed",
    413: "Content Too Large",
    503: "Service Unavailable",
}


def _refuse(
    start_response: StartResponse, environ: Environ, status: int, detail: str, *headers: tuple[str, str]
) -> Iterable[bytes]:
    """Answer with problem details (RFC 9457), as the API's refusals are."""
    problem = {"type": "about:blank", "title": _TITLES[status], "status": status, "detail": detail, "errors": []}
    body = json.dumps(problem).encode()
    fixed = [
        ("Content-Type", "application/problem+json"),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
        ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ]
    start_response(f"{status} {_TITLES[status]}", [*fixed, *headers])
    return () if environ.get("REQUEST_METHOD") == "HEAD" else (body,)
