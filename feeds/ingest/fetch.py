"""The one way to partners: many conditional requests at once, in one thread. pycurl lives here, and nowhere else.

In come an address and the validators of the last whole answer; out comes an Answer, or a PollError whose outcome
is one of CONTRACT section 9. Each address is judged as it is connected to, on every hop; who may ask whom when is
the gate's. Kept out: proxies and netrc of the environment, cookies, referrers, and all that comes without end.
"""

import contextlib
import os
import queue
import selectors
import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

import pycurl

from feeds.clock import Clock, SystemClock
from feeds.errors import PollError
from feeds.ingest.address import Network, is_allowed
from feeds.ingest.exchange import Answer, Exchange
from feeds.ingest.gate import Gate
from feeds.ingest.hop import Hop, too_large
from feeds.ingest.hub import Telling
from feeds.model.markup import ascii_address
from feeds.model.source import Validators, host_of

LONGEST_LOOK = 60.0  # seconds; nothing depends on it, a lost wake-up would only be late
LONGEST_STOP = 2.0  # seconds
KEPT_HANDLES = 64

_QUICK_EXIT = 322  # CURLOPT_QUICK_EXIT, which pycurl does not name: a handle's end must not wait for a slow resolver
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
_WEIRD_REPLY = pycurl.E_FTP_WEIRD_SERVER_REPLY  # CURLE_WEIRD_SERVER_REPLY, which pycurl knows by its old name
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
    # A header that is none: a line without a colon, a bare CR, a NUL, a length that is no number.
    _WEIRD_REPLY: ("http-error", "the answer's header is not HTTP"),
    pycurl.E_PARTIAL_FILE: ("broken", "the answer is shorter than it says"),
    pycurl.E_BAD_CONTENT_ENCODING: ("broken", "the answer is not compressed as it says"),
    # Not by our callbacks, which say why: this is how libcurl tells of damaged brotli.
    pycurl.E_WRITE_ERROR: ("broken", "the answer is not compressed as it says"),
}

# Called with what came of a poll; None: it was never asked for, since the fetcher was stopped.
OnDone = Callable[[Answer | PollError | None], None]


@dataclass(slots=True)
class _Flight:
    """A poll on its way: its requests, whom to tell, and, while a request is under way, its handle and sockets."""

    exchange: Exchange
    on_done: OnDone
    keeps_place: bool
    host: str = ""
    hop: Hop | None = None
    refused: list[str] = field(default_factory=list)
    sockets: list[socket.socket] = field(default_factory=list)


class Fetcher:
    """Fetches feeds within fixed limits; may be asked by many threads. Its own thread starts at the first request."""

    def __init__(
        self,
        *,
        user_agent: str,
        timeout: timedelta,
        max_bytes: int,
        allow: Sequence[Network],
        spacing: timedelta = timedelta(0),
        most: int = 32,
        clock: Clock | None = None,
        authorities: str | None = None,
    ) -> None:
        """Take the limits: `timeout` for a whole poll, `max_bytes` of a body raw and decoded, networks to `allow`,
        `spacing` between two requests to a host, `most` polls at once; `authorities` is a file of certificates.
        """
        self._user_agent = user_agent
        self._timeout = timeout.total_seconds()
        self._max_bytes = max_bytes
        self._allow = tuple(allow)
        self._clock = clock or SystemClock()
        self._authorities = authorities or _find_authorities()
        self._gate: Gate[_Flight] = Gate(spacing=spacing.total_seconds(), most=most)
        self._flying: dict[Any, _Flight] = {}
        self._handles: list[Any] = []
        self._lock = threading.Lock()
        self._inbox: deque[_Flight | None] = deque()  # None: a place is free again
        self._thread: threading.Thread | None = None
        self._bell, self._rope = -1, -1  # the ends of a pipe: what is put into the rope's wakes the thread
        self._has_ended = False
        self._timer: float | None = None  # when libcurl wants to look at its own times
        self._is_stopping = False

    def fetch(self, url: str, validators: Validators) -> Answer:
        """Ask for `url` and wait; raises PollError where no usable answer comes.

        Validators are sent to the address that they belong to alone, byte for byte. At most five redirects.
        """
        answered: queue.SimpleQueue[Answer | PollError | None] = queue.SimpleQueue()
        self.begin(url, validators, answered.put)
        answer = answered.get()
        if answer is None:
            raise PollError("unreachable", "the newsroom is stopping")
        if isinstance(answer, PollError):
            raise answer
        return answer

    def begin(
        self,
        url: str,
        validators: Validators,
        on_done: OnDone,
        *,
        keeps_place: bool = False,
        first_bytes: int | None = None,
    ) -> None:
        """Ask for `url` in its turn; `on_done` is called from the fetching thread and must be quick.

        With `keeps_place` an Answer with a body counts among those under way until `free` is called for it. With
        `first_bytes` a file of any kind and size is asked for these alone, as they are stored (no content coding).
        """
        address = url.partition("#")[0]
        exchange = Exchange(url=address, validators=validators, timeout=self._timeout, first_bytes=first_bytes)
        self._send(_Flight(exchange, on_done, keeps_place))

    def tell(self, hub: str, form: bytes, on_done: OnDone) -> None:
        """Post a form to a hub in its turn; `on_done` is called as by `begin`, with an Answer where the hub took it."""
        exchange = Telling(url=hub, validators=Validators(), timeout=self._timeout, form=form)
        self._send(_Flight(exchange, on_done, keeps_place=False))

    def free(self) -> None:
        """Say that the body of an answer, whose poll kept its place, is held no more."""
        self._send(None)

    def stop(self) -> None:
        """Begin nothing more; requests under way are cut off, and nobody is told. What was never asked is told so."""
        self._is_stopping = True
        with self._lock:
            if self._thread is None:
                self._has_ended = True
                return
            self._wake()
        self._thread.join(LONGEST_STOP)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # -- between threads -------------------------------------------------------------------------------------------

    def _send(self, message: _Flight | None) -> None:
        with self._lock:
            if not self._has_ended:
                self._inbox.append(message)
                if self._thread is None:
                    self._bell, self._rope = os.pipe()
                    os.set_blocking(self._bell, False)
                    os.set_blocking(self._rope, False)
                    self._thread = threading.Thread(target=self._run, name="fetch", daemon=True)
                    self._thread.start()
                self._wake()
                return
        if message is not None:
            message.on_done(None)

    def _wake(self) -> None:
        """Wake the thread; the caller holds the lock, so the rope is ours."""
        with contextlib.suppress(OSError):  # full: it will wake all the same; closed: nobody is there to wake
            os.write(self._rope, b".")

    # -- the fetching thread ---------------------------------------------------------------------------------------

    def _run(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._bell, selectors.EVENT_READ)
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._watch_socket)
        self._multi.setopt(pycurl.M_TIMERFUNCTION, self._set_timer)
        while not self._is_stopping:
            for key, events in self._selector.select(self._patience()):
                if key.fd == self._bell:
                    os.read(self._bell, 65536)
                else:
                    self._multi.socket_action(key.fd, _to_curl(events))
            if self._timer is not None and self._timer <= time.monotonic():
                self._timer = None
                self._multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)
            self._collect()
            self._take_messages()
            for host, flight in self._gate.take(time.monotonic()):
                self._start(host, flight)
        for handle, flight in self._flying.items():
            self._multi.remove_handle(handle)
            _close(flight)
        self._selector.close()
        self._multi.close()
        with self._lock:
            self._has_ended = True
            os.close(self._bell)
            os.close(self._rope)
            self._bell, self._rope = -1, -1
        self._take_messages()
        for flight in self._gate.drain():
            if flight.exchange.began is None:
                flight.on_done(None)

    def _patience(self) -> float:
        """Give how long the thread may sleep, in seconds."""
        if self._inbox:
            return 0.0
        wanted = [at for at in (self._timer, self._gate.next_at()) if at is not None]
        return min(max(min(wanted) - time.monotonic(), 0.0), LONGEST_LOOK) if wanted else LONGEST_LOOK

    def _take_messages(self) -> None:
        now = time.monotonic()
        while self._inbox:
            flight = self._inbox.popleft()
            if flight is None:
                self._gate.free()
            else:
                self._gate.put(host_of(flight.exchange.url), flight, now=now)

    def _start(self, host: str, flight: _Flight) -> None:
        now = time.monotonic()
        flight.host = host
        try:
            left = flight.exchange.start_hop(now)
        except PollError as error:
            # Nothing was asked, so the host needs no pause; but one rule for all is simpler than an exception.
            self._gate.leave(host, now=now)
            flight.on_done(error)
            return
        form, part = flight.exchange.form, flight.exchange.first_bytes
        flight.hop = Hop(
            url=flight.exchange.url,
            max_bytes=part or self._max_bytes,
            takes_part=part is not None,
            needs_head=form is not None,
        )
        handle = self._handles.pop() if self._handles else self._new_handle()
        handle.setopt(pycurl.URL, ascii_address(flight.exchange.url).encode("ascii", "replace"))
        handle.setopt(pycurl.HTTPHEADER, flight.exchange.request_headers())
        if form is None:
            handle.setopt(pycurl.HTTPGET, 1)
        else:
            handle.setopt(pycurl.POSTFIELDS, form)
        # Of a part, the length that is announced is the file's; what is taken of it is counted here.
        handle.setopt(pycurl.MAXFILESIZE_LARGE, self._max_bytes if part is None else 0)
        # Empty: all that this libcurl can decode.
        handle.setopt(pycurl.ACCEPT_ENCODING, "" if part is None else "identity")
        handle.setopt(pycurl.TIMEOUT_MS, max(round(left * 1000), 1))
        handle.setopt(pycurl.CONNECTTIMEOUT_MS, max(round(left * 1000), 1))
        # A connection is kept for a poll that waits for it; minutes of keeping would be a burden to the partner.
        handle.setopt(pycurl.FORBID_REUSE, 0 if self._gate.is_waited_for(host) else 1)
        handle.setopt(pycurl.OPENSOCKETFUNCTION, lambda purpose, address: self._open_socket(flight, address))
        handle.setopt(pycurl.HEADERFUNCTION, flight.hop.take_header)
        handle.setopt(pycurl.WRITEFUNCTION, flight.hop.take_body)
        self._flying[handle] = flight
        self._multi.add_handle(handle)

    def _new_handle(self) -> Any:
        handle = pycurl.Curl()
        options = {
            pycurl.PROTOCOLS: pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS,
            pycurl.PROXY: "",
            pycurl.PRE_PROXY: "",
            pycurl.NETRC: pycurl.NETRC_IGNORED,
            pycurl.NOSIGNAL: 1,
            _QUICK_EXIT: 1,
            pycurl.HTTP09_ALLOWED: 0,
            pycurl.FOLLOWLOCATION: 0,
            pycurl.USERAGENT: self._user_agent,
            pycurl.SSL_VERIFYPEER: 1,
            pycurl.SSL_VERIFYHOST: 2,
        }
        for option, value in options.items():
            handle.setopt(option, value)
        if self._authorities:
            handle.setopt(pycurl.CAINFO, self._authorities)
        return handle

    def _open_socket(self, flight: _Flight, address: Any) -> socket.socket | int:
        """Open a socket for an allowed address; CURL_SOCKET_BAD for all others."""
        family, kind, protocol, name = address
        is_ip = family in (socket.AF_INET, socket.AF_INET6)
        if not (is_ip and (is_allowed(name[0], self._allow) or flight.exchange.is_named(name[0]))):
            flight.refused.append(name[0] if isinstance(name, tuple) else "a local socket")
            return int(pycurl.SOCKET_BAD)
        # libcurl takes a duplicate of it; ours is closed when the hop is over.
        opened = socket.socket(family, kind, protocol)
        flight.sockets.append(opened)
        return opened

    def _collect(self) -> None:
        """Take what has ended."""
        while True:
            waiting, done, failed = self._multi.info_read()
            for handle in done:
                self._end(handle, None, "")
            for handle, code, words in failed:
                self._end(handle, code, words)
            if not waiting:
                return

    def _end(self, handle: Any, code: int | None, words: str) -> None:
        """End a hop: make the next one, or tell what came of the poll."""
        flight, now = self._flying.pop(handle), time.monotonic()
        received = int(handle.getinfo(pycurl.SIZE_DOWNLOAD_T))
        self._multi.remove_handle(handle)
        came: Answer | PollError | None
        try:
            _check(flight, code, words)
            assert flight.hop is not None
            came = flight.exchange.end_hop(flight.hop, received=received, now=now, wall=self._clock.now())
        except PollError as error:
            came = error
        _close(flight)
        if len(self._handles) < KEPT_HANDLES:
            self._handles.append(handle)
        if came is None:
            self._gate.leave(flight.host, now=now)
            self._gate.put(host_of(flight.exchange.url), flight, now=now, is_first=True)
            return
        keeps_place = flight.keeps_place and isinstance(came, Answer) and not came.is_unchanged
        self._gate.leave(flight.host, now=now, keeps_place=keeps_place)
        flight.on_done(came)

    def _watch_socket(self, what: int, descriptor: int, _multi: Any, _data: Any) -> None:
        """Watch a socket as libcurl asks."""
        if what == pycurl.POLL_REMOVE:
            with contextlib.suppress(KeyError, ValueError, OSError):  # libcurl may have closed it already
                self._selector.unregister(descriptor)
            return
        events = selectors.EVENT_READ if what & pycurl.POLL_IN else 0
        events |= selectors.EVENT_WRITE if what & pycurl.POLL_OUT else 0
        try:
            self._selector.modify(descriptor, events)
        except KeyError:
            self._selector.register(descriptor, events)

    def _set_timer(self, timeout_ms: int) -> None:
        self._timer = None if timeout_ms < 0 else time.monotonic() + timeout_ms / 1000


def _check(flight: _Flight, code: int | None, words: str) -> None:
    """Raise PollError for what libcurl calls a failure, but where we have cut the answer off ourselves."""
    hop = flight.hop
    assert hop is not None
    status = hop.status or None
    if hop.overflow:
        raise PollError("refused", hop.overflow, status=status)
    if code is None or (hop.is_enough and code != pycurl.E_OPERATION_TIMEDOUT):
        return
    if code == pycurl.E_FILESIZE_EXCEEDED:
        raise PollError("refused", too_large(hop.max_bytes), status=status)
    if code == pycurl.E_COULDNT_CONNECT and flight.refused and not flight.sockets:
        raise PollError("refused", f"{flight.refused[0]} is no public address")
    if code in _TLS_CODES:
        outcome, detail = "tls", f"no trusted connection: {_one_line(words)}"
    else:
        outcome, detail = _FAILURES.get(code, ("unreachable", f"the request failed: {_one_line(words)}"))
    raise PollError(outcome, detail, status=status)


def _close(flight: _Flight) -> None:
    for opened in flight.sockets:
        opened.close()
    flight.sockets.clear()
    flight.refused.clear()


def _to_curl(events: int) -> int:
    wanted = pycurl.CSELECT_IN if events & selectors.EVENT_READ else 0
    return int(wanted | (pycurl.CSELECT_OUT if events & selectors.EVENT_WRITE else 0))


def _find_authorities() -> str | None:
    candidates = (ssl.get_default_verify_paths().cafile, *_AUTHORITIES)
    return next((path for path in candidates if path and Path(path).is_file()), None)


def _one_line(words: str) -> str:
    """Give libcurl's own words, on one line and short; they name hosts, never paths or queries."""
    return " ".join(words.split())[:200]
