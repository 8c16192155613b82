"""A partner's server on the loopback: real sockets, answers byte by byte as a test wants them, requests kept."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

PATIENCE = 10  # seconds until a test that hangs fails


@dataclass(frozen=True)
class Request:
    """What was asked: the lines as they came, the path, and fields by lower-case name."""

    head: bytes
    path: str
    fields: dict[str, str] = field(default_factory=dict)


class Loopback:
    """Answers each connection by `answer(request, connection)`; may be asked by many threads."""

    def __init__(
        self,
        answer: Callable[[Request, socket.socket], None],
        host: str = "127.0.0.1",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._answer = answer
        self._tls = tls
        self._listener = socket.create_server((host, 0))
        self._listener.settimeout(0.01)
        self._threads: list[threading.Thread] = []
        self._open: list[socket.socket] = []
        self.requests: list[Request] = []
        self.connections = 0
        self.stopping = threading.Event()
        self.port = self._listener.getsockname()[1]
        self.url = f"{'http' if tls is None else 'https'}://{host}:{self.port}"

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self.stopping.set()
        self._listener.close()
        for connection in self._open:
            connection.close()
        for thread in self._threads:
            thread.join(PATIENCE)

    def _start(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self.stopping.is_set():
            try:
                connection, _ = self._listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        with (
            contextlib.suppress(OSError, ValueError),
            contextlib.ExitStack() as opened,
        ):  # the test, or the client, ends
            opened.enter_context(connection).settimeout(PATIENCE)
            if self._tls is not None:
                connection = opened.enter_context(self._tls.wrap_socket(connection, server_side=True))
            head = b""
            while b"\r\n\r\n" not in head and not head.startswith(b"\x16"):  # TLS begins so
                if not (more := connection.recv(65536)):
                    return
                head += more
            request = _read(head)
            self.requests.append(request)
            self._answer(request, connection)


def _read(head: bytes) -> Request:
    first, *lines = head.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines)
    return Request(
        head=head, path=[*first.split(" "), ""][1], fields={name.lower(): value.strip() for name, _, value in pairs}
    )


def reply(status: int = 200, body: bytes = b"", *fields: str, length: int | None = None) -> bytes:
    """Write a whole answer; `length` is what Content-Length says where it is to lie."""
    lines = [f"HTTP/1.1 {status} Whatever", *fields, f"Content-Length: {len(body) if length is None else length}"]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1") + body


def always(answer: bytes) -> Callable[[Request, socket.socket], None]:
    """Answer every request with the same bytes."""
    return lambda _request, connection: connection.sendall(answer)
