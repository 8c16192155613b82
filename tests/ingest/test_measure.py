"""Files asked for their first bytes over real loopback sockets: what is sent, and what an answer tells."""

import gzip
import queue
import socket
import zlib
from collections.abc import Callable
from datetime import timedelta
from ipaddress import ip_network

import pytest

from feeds.errors import PollError
from feeds.ingest.exchange import Answer
from feeds.ingest.fetch import Fetcher
from feeds.ingest.measure import FIRST_BYTES, measure
from feeds.model.article import Measure
from feeds.model.source import Validators
from tests.loopback import Loopback, Request, always, reply
from tests.model.pictures import avif, gif, jpeg, png, riff, segment, vp8, vp8l, vp8x

MP3 = "Content-Type: audio/mpeg"
PICTURE_BYTES = 500_000
LONG = b"\xff\xfb" + b"\x55" * (FIRST_BYTES * 2)
Answering = bytes | Callable[[Request, socket.socket], None]


def fetcher_of(*, seconds: float = 5, max_bytes: int = 1000) -> Fetcher:
    return Fetcher(
        user_agent="Broadsheet/1",
        timeout=timedelta(seconds=seconds),
        max_bytes=max_bytes,  # a feed's limit: files may be longer
        allow=[ip_network("127.0.0.1/32")],
    )


def asked(answer: Answering, path: str = "/file", *, seconds: float = 5) -> Answer:
    """Ask a server for a file's first bytes; raises PollError."""
    fetcher = fetcher_of(seconds=seconds)
    answered: queue.SimpleQueue[Answer | PollError | None] = queue.SimpleQueue()
    with Loopback(always(answer) if isinstance(answer, bytes) else answer) as server:
        fetcher.begin(server.url + path, Validators(), answered.put, first_bytes=FIRST_BYTES)
        came = answered.get(timeout=20)
        fetcher.stop()
    if isinstance(came, PollError):
        raise came
    assert came is not None
    return came


def told(answer: Answering, **limits: float) -> tuple[str, int | None, tuple[int | None, int | None]]:
    found = measure(asked(answer, **limits), "a")
    assert found.address == "a"
    return found.type, found.length, (found.width, found.height)


def failed(answer: Answering, **limits: float) -> str:
    with pytest.raises(PollError) as caught:
        told(answer, **limits)
    return f"{caught.value.outcome}: {caught.value.detail}"


def chunked(*parts: bytes, end: bool = True) -> Callable[[Request, socket.socket], None]:
    def answer(_request: Request, connection: socket.socket) -> None:
        connection.sendall(f"HTTP/1.1 200 OK\r\n{MP3}\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
        for part in parts:
            connection.sendall(b"%x\r\n%s\r\n" % (len(part), part))
        if end:
            connection.sendall(b"0\r\n\r\n")

    return answer


def test_first_bytes_are_asked_for_as_they_are_stored() -> None:
    requests = []

    def answer(request: Request, connection: socket.socket) -> None:
        requests.append(request)
        connection.sendall(reply(206, b"abc", MP3, "Content-Range: bytes 0-2/3"))

    assert asked(answer, "/a.mp3?x=1#t=10").status == 206
    (request,) = requests
    assert request.path == "/a.mp3?x=1"
    assert request.head.startswith(b"GET ")
    assert (request.fields["range"], request.fields["accept-encoding"]) == ("bytes=0-65535", "identity")
    assert not {"if-none-match", "cookie", "referer"} & set(request.fields)


def test_feed_asked_for_after_a_file_is_asked_for_as_a_feed() -> None:
    fetcher = fetcher_of(max_bytes=10)
    with Loopback(always(reply(200, b"<rss/>" * 9))) as server:
        answered: queue.SimpleQueue[Answer | PollError | None] = queue.SimpleQueue()
        fetcher.begin(server.url, Validators(), answered.put, first_bytes=FIRST_BYTES)
        assert isinstance(answered.get(timeout=20), Answer)
        with pytest.raises(PollError, match="larger than 10 bytes"):
            fetcher.fetch(server.url, Validators())
    fetcher.stop()
    assert "gzip" in server.requests[1].fields["accept-encoding"]
    assert "range" not in server.requests[1].fields


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (png(640, 480), "image/png"),
        (gif(640, 480), "image/gif"),
        (jpeg(640, 480, segment(0xE2, b"ICC_PROFILE" + b"x" * 60_000)), "image/jpeg"),
        (riff(vp8(640, 480)), "image/webp"),
        (riff(vp8l(640, 480)), "image/webp"),
        (riff(vp8x(640, 480), vp8(640, 480)), "image/webp"),
        (avif(640, 480), "image/avif"),
    ],
    ids=["png", "gif", "jpeg", "vp8", "vp8l", "vp8x", "avif"],
)
def test_pictures_size_stands_in_its_first_bytes_whatever_the_server_calls_it(head: bytes, media_type: str) -> None:
    whole = head + b"\0" * (PICTURE_BYTES - len(head))
    part = reply(206, whole[:FIRST_BYTES], "Content-Type: text/plain", f"Content-Range: bytes 0-65535/{PICTURE_BYTES}")
    expected = media_type, PICTURE_BYTES, (640, 480)
    assert told(part) == expected
    assert told(reply(200, whole, "Content-Type: text/html")) == expected  # a server that knows no ranges


def test_picture_whose_size_stands_farther_back_has_type_and_length() -> None:
    far = jpeg(640, 480, *[segment(0xE2, b"x" * 60_000)] * 2)
    assert told(reply(200, far)) == ("image/jpeg", len(far), (None, None))
    assert told(reply(200, b"\x89PNG\r\n\x1a\n")) == ("image/png", 8, (None, None))
    assert told(reply(200, png(200_000, 200_000))) == ("image/png", len(png(200_000, 200_000)), (None, None))


@pytest.mark.parametrize(
    ("answer", "length"),
    [
        (reply(206, LONG[:FIRST_BYTES], MP3, "Content-Range: bytes 0-65535/9000000"), 9_000_000),
        (reply(206, b"abc", MP3, "Content-Range: Bytes  0-2/3"), 3),
        (reply(206, LONG[:FIRST_BYTES], MP3, "Content-Range: bytes 0-65535/*"), None),
        (reply(206, LONG[:FIRST_BYTES], MP3, "Content-Range: bytes 0-65535/65535"), None),
        (reply(206, LONG[:FIRST_BYTES], MP3, "Content-Range: bytes 0-65535/12"), None),
        (reply(206, b"abc", MP3, "Content-Range: bytes 0-0/2"), None),
        (reply(206, b"abc", MP3, "Content-Range: bytes 500-502/9000"), None),
        (reply(206, b"abc", MP3, f"Content-Range: bytes 0-2/{10**15 * 10}"), None),
        (reply(206, b"abc", MP3, f"Content-Range: bytes 0-2/{10**40}"), None),
        (reply(206, b"abc", MP3, "Content-Range: bytes 0-2/-5"), None),
        (reply(206, b"abc", MP3), None),
        (reply(200, b"abc", MP3), 3),
        (reply(200, LONG, MP3), len(LONG)),
        (reply(200, LONG, MP3, length=5_000_000_000), 5_000_000_000),
        (reply(200, gzip.compress(b"abc", mtime=0), MP3, "Content-Encoding: gzip"), 3),
        (
            reply(206, gzip.compress(b"abc", mtime=0), MP3, "Content-Encoding: gzip", "Content-Range: bytes 0-22/23"),
            None,
        ),
        (
            reply(200, zlib.compress(LONG + bytes(range(256)) * 9, 0), MP3, "Content-Encoding: deflate"),
            None,
        ),
        (chunked(b"abc", b"def"), 6),
        (chunked(LONG, end=False), None),
    ],
)
def test_length_is_told_where_the_answer_does_not_contradict_itself(answer: Answering, length: int | None) -> None:
    assert told(answer) == ("audio/mpeg", length, (None, None))


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Audio/MPEG; charset=binary", "audio/mpeg"),
        ("application/octet-stream", ""),
        ("binary/octet-stream", ""),
        ("nonsense", ""),
        ("a/b/c", ""),
        ("", ""),
        ("audio/\xe9", ""),
        ("application/pdf", "application/pdf"),
    ],
)
def test_type_is_the_servers_where_it_says_one(given: str, kept: str) -> None:
    assert told(reply(200, b"abc", f"Content-Type: {given}"))[:2] == (kept, 3)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (reply(404, b"<html>no"), "http-error: 404 instead of 200"),
        (reply(410), "gone: 410 Gone: the partner has ended this file"),
        (reply(416, b"", "Content-Range: bytes */0"), "http-error: 416 instead of 200"),
        (reply(500), "http-error: 500 instead of 200"),
        (reply(204), "http-error: 204 instead of 200"),
        (reply(304), "http-error: 304 to a request without validators"),
        (reply(200, b"<p>Please log in", "Content-Type: text/html; charset=utf-8"), "broken: the answer is a page"),
        (reply(200, b"\n<!DOCTYPE HTML><title>x", MP3), "broken: the answer is a page"),
        (reply(200, b"", MP3), "broken: the file is empty"),
        (reply(200, b"abc", MP3, length=5000), "broken: the answer is shorter than it says"),
        (reply(206, b"abc", "Content-Type: -"), "broken: the answer tells neither"),
        (b"SSH-2.0-none\r\n", "http-error: the answer is not HTTP"),
        (b"", "unreachable: the connection was closed"),
        (reply(302, b"", "Location: http://127.0.0.9/a.mp3"), "refused: 127.0.0.9 is no public address"),
        (reply(302, b"", "Location: http://127.0.0.2/a.mp3"), "refused: 127.0.0.2 is no public address"),
        (reply(302, b"", "Location: http://[::1]/a.mp3"), "refused: ::1 is no public address"),
        (reply(302, b"", "Location: file:///etc/passwd"), "refused: redirected, but the address is neither"),
        (reply(302, b"", "Location: http://u:p@127.0.0.1/"), "refused: redirected, but the address holds a user name"),
        (reply(302, b"", "Location: /again"), "redirected: more than 5 redirects"),
        (reply(302), "redirected: 302: points elsewhere"),
        (reply(200, b"abc", *[f"X-{number}: y" for number in range(400)]), "refused: the header is larger"),
    ],
)
def test_answer_that_brings_no_file_says_why(answer: bytes, expected: str) -> None:
    assert failed(answer).startswith(expected)


def test_endless_body_is_cut_off_after_the_first_bytes() -> None:
    def endless(_request: Request, connection: socket.socket) -> None:
        connection.sendall(f"HTTP/1.1 200 OK\r\n{MP3}\r\n\r\n".encode())
        while True:
            connection.sendall(b"x" * 65_536)

    came = asked(endless)
    assert len(came.body) == FIRST_BYTES
    assert measure(came, "a") == Measure(address="a", type="audio/mpeg")


def test_body_that_trickles_ends_with_the_time() -> None:
    def slow(_request: Request, connection: socket.socket) -> None:
        connection.sendall(f"HTTP/1.1 200 OK\r\n{MP3}\r\n\r\nx".encode())
        connection.recv(1)  # until the client hangs up

    assert failed(slow, seconds=0.3).startswith("timeout")


def test_redirect_is_followed_and_the_last_answer_counts() -> None:
    def answer(request: Request, connection: socket.socket) -> None:
        last = reply(206, b"abc", MP3, "Content-Range: bytes 0-2/77")
        connection.sendall(last if request.path == "/there" else reply(302, b"", "Location: /there", MP3))

    came = asked(answer)
    assert (measure(came, "a").length, came.url.endswith("/there")) == (77, True)
