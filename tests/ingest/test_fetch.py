"""Requests over real loopback sockets: what is sent, what each answer comes to, and what is never let in."""

import gzip
import os
import queue
import socket
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from ipaddress import ip_network

import pytest

from feeds.errors import PollError
from feeds.ingest.exchange import MAX_REDIRECTS, Answer
from feeds.ingest.fetch import Fetcher
from feeds.model.source import Validators
from tests.loopback import Loopback, Request, always, reply

FEED = b"<rss version='2.0'><channel><title>Q</title></channel></rss>"
LIMIT = 100_000
NOTHING = Validators()


_open: list[Fetcher] = []


@pytest.fixture(autouse=True)
def _end_of_fetchers() -> Iterator[None]:
    yield
    while _open:
        _open.pop().stop()


def fetcher(*allow: str, seconds: float = 5, max_bytes: int = LIMIT) -> Fetcher:
    """Make a fetcher that ends with the test."""
    made = Fetcher(
        user_agent="Broadsheet/1 (+https://news.example)",
        timeout=timedelta(seconds=seconds),
        max_bytes=max_bytes,
        allow=[ip_network(one) for one in allow or ("127.0.0.1/32",)],
    )
    _open.append(made)
    return made


def closed(*, seconds: float) -> Fetcher:
    """Make a fetcher for which no inner network is allowed."""
    return Fetcher(user_agent="x", timeout=timedelta(seconds=seconds), max_bytes=LIMIT, allow=())


def fetched(answer: bytes, **limits: float) -> Answer:
    with Loopback(always(answer)) as partner:
        return fetcher(**limits).fetch(f"{partner.url}/feed", NOTHING)


def failed(answer: bytes | Callable[[Request, socket.socket], None], **limits: float) -> PollError:
    with (
        Loopback(always(answer) if isinstance(answer, bytes) else answer) as partner,
        pytest.raises(PollError) as caught,
    ):
        fetcher(**limits).fetch(f"{partner.url}/feed", NOTHING)
    return caught.value


def test_whole_answer_is_given_with_its_validators_byte_for_byte() -> None:
    tag, date = '"a\xe9,b;c"', "Thu, 30 Apr 2026 08:00:00 gmt"
    answer = fetched(reply(200, FEED, f"ETag: {tag}", f"Last-Modified: {date}", "Content-Type: text/xml"))
    assert (answer.status, answer.body, answer.content_type, answer.is_unchanged) == (200, FEED, "text/xml", False)
    assert answer.validators == Validators(url=answer.url, etag=tag, last_modified=date)
    assert answer.bytes == len(FEED)


def test_request_says_who_asks_and_nothing_of_where_from() -> None:
    with Loopback(always(reply(200, FEED, "Set-Cookie: a=b"))) as partner:
        asking = fetcher()
        for _ in range(2):
            asking.fetch(f"{partner.url}/feed?x=1", NOTHING)
    for request in partner.requests:
        assert request.path == "/feed?x=1"
        assert request.fields["user-agent"] == "Broadsheet/1 (+https://news.example)"
        assert "gzip" in request.fields["accept-encoding"]
        assert not {"cookie", "referer", "authorization", "if-none-match", "if-modified-since"} & set(request.fields)


def test_validators_go_back_byte_for_byte_to_their_own_address_alone() -> None:
    tag, date = 'W/"\xfc ,x"', "yesterday"
    with Loopback(always(reply(304))) as partner:
        url = f"{partner.url}/feed"
        answer = fetcher().fetch(url, Validators(url=url, etag=tag, last_modified=date))
        assert f"If-None-Match: {tag}\r\n".encode("latin-1") in partner.requests[0].head
        assert f"If-Modified-Since: {date}\r\n".encode() in partner.requests[0].head
        with pytest.raises(PollError) as caught:
            fetcher().fetch(f"{partner.url}/other", Validators(url=url, etag=tag, last_modified=date))
        assert "if-none-match" not in partner.requests[1].fields
    assert answer.is_unchanged
    assert answer.validators == Validators(url=url, etag=tag, last_modified=date)
    assert caught.value.outcome == "http-error"  # a 304 that nobody asked for


def test_unchanged_answer_renews_the_validators_that_it_brings() -> None:
    with Loopback(always(reply(304, b"", 'ETag: "new"'))) as partner:
        url = f"{partner.url}/feed"
        answer = fetcher().fetch(url, Validators(url=url, etag='"old"', last_modified="then"))
    assert answer.validators == Validators(url=url, etag='"new"', last_modified="then")


def redirects(status: int = 302) -> Callable[[Request, socket.socket], None]:
    """Answer /N by a redirect to /N-1, and /0 by a feed."""

    def answer(request: Request, connection: socket.socket) -> None:
        left = int(request.path.strip("/"))
        connection.sendall(reply(200, FEED) if left == 0 else reply(status, b"x" * 500, f"Location: /{left - 1}"))

    return answer


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_five_redirects_are_followed(status: int) -> None:
    with Loopback(redirects(status)) as partner:
        answer = fetcher().fetch(f"{partner.url}/{MAX_REDIRECTS}", NOTHING)
    assert answer.body == FEED
    assert answer.url == f"{partner.url}/0"
    assert [hop for hop, _ in answer.hops] == [status] * 5


def test_sixth_redirect_is_not_followed() -> None:
    with Loopback(redirects()) as partner, pytest.raises(PollError) as caught:
        fetcher().fetch(f"{partner.url}/6", NOTHING)
    assert caught.value.outcome == "redirected"
    assert len(partner.requests) == 6


def test_validators_follow_a_redirect_to_the_address_that_gave_them() -> None:
    with Loopback(redirects()) as partner:
        fetcher().fetch(f"{partner.url}/1", Validators(url=f"{partner.url}/0", etag='"x"'))
    assert ["if-none-match" in request.fields for request in partner.requests] == [False, True]


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "gopher://127.0.0.1/x", "ftp://127.0.0.1/x", "http://u:p@127.0.0.1/", "data:,x"]
)
def test_redirect_to_what_we_do_not_speak_is_refused(target: str) -> None:
    assert failed(reply(302, b"", f"Location: {target}")).outcome == "refused"


def test_redirect_that_leads_nowhere_is_told_as_one() -> None:
    assert failed(reply(302)).outcome == "redirected"
    assert failed(reply(300, FEED)).outcome == "redirected"


def test_redirect_to_an_address_that_is_not_allowed_is_refused_and_never_connected_to() -> None:
    with Loopback(always(reply(200, FEED)), host="127.0.0.2") as inner:
        error = failed(reply(302, b"", f"Location: {inner.url}/"))
    assert error.outcome == "refused"
    assert inner.connections == 0


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "0.0.0.0"])
def test_loopback_is_refused_under_every_name_and_sees_no_connection(host: str) -> None:
    with Loopback(always(reply(200, FEED))) as partner:
        with closed(seconds=5) as asking, pytest.raises(PollError) as caught:
            asking.fetch(f"http://{host}:{partner.port}/feed", NOTHING)
        assert partner.connections == 0
    assert caught.value.outcome in ("refused", "unreachable")


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (404, "http-error"),
        (500, "http-error"),
        (403, "http-error"),
        (410, "gone"),
        (429, "throttled"),
        (503, "throttled"),
    ],
)
def test_status_says_what_a_poll_came_to(status: int, outcome: str) -> None:
    error = failed(reply(status, b"no"))
    assert (error.outcome, error.status, error.retry_after) == (outcome, status, None)


def test_retry_after_is_read_as_seconds_and_as_a_date_by_the_partners_clock() -> None:
    assert failed(reply(429, b"", "Retry-After: 120")).retry_after == 120
    late = ("Date: Fri, 01 May 2020 08:00:00 GMT", "Retry-After: Fri, 01 May 2020 08:10:00 GMT")
    assert failed(reply(503, b"", *late)).retry_after == 600
    assert failed(reply(503, b"", "Retry-After: soon")).retry_after is None
    assert failed(reply(404, b"", "Retry-After: 120")).retry_after is None


def test_challenge_page_is_told_as_one() -> None:
    page = b"<!DOCTYPE html><html><title>Just a moment...</title></html>"
    assert failed(reply(403, page)).outcome == "challenge"
    assert failed(reply(503, page)).outcome == "challenge"
    assert failed(reply(403, b"", "cf-mitigated: challenge")).outcome == "challenge"


def dripping(request: Request, connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n")
    done = threading.Event()
    for _ in range(200):
        connection.sendall(b"x")
        done.wait(0.05)


def test_body_that_drips_ends_at_the_time_for_the_whole() -> None:
    started = time.monotonic()
    assert failed(dripping, seconds=0.4).outcome == "timeout"
    assert time.monotonic() - started < 3


def test_redirects_share_one_time() -> None:
    def slow(request: Request, connection: socket.socket) -> None:
        threading.Event().wait(0.15)
        connection.sendall(reply(302, b"", "Location: /again"))

    assert failed(slow, seconds=0.4).outcome == "timeout"


def endless(prefix: bytes, chunk: bytes) -> Callable[[Request, socket.socket], None]:
    def answer(_request: Request, connection: socket.socket) -> None:
        connection.sendall(prefix)
        for _ in range(100_000):
            connection.sendall(chunk)

    return answer


def test_body_without_end_is_refused_for_its_size() -> None:
    error = failed(endless(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 8192))
    assert (error.outcome, str(LIMIT) in error.detail) == ("refused", True)


def test_chunked_body_without_end_is_refused_for_its_size() -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert failed(endless(head, b"1000\r\n" + b"x" * 4096 + b"\r\n")).outcome == "refused"


def test_body_that_says_it_is_too_large_is_refused_unread() -> None:
    assert failed(reply(200, b"x", length=LIMIT + 1)).outcome == "refused"


def test_header_without_end_is_refused() -> None:
    assert failed(endless(b"HTTP/1.1 200 OK\r\n", b"X-A: " + b"x" * 1000 + b"\r\n")).outcome == "refused"


def test_body_as_large_as_may_be_is_taken() -> None:
    assert len(fetched(reply(200, b"x" * LIMIT)).body) == LIMIT


@pytest.mark.parametrize(("name", "wbits"), [("gzip", 31), ("deflate", 15)])
def test_compressed_bomb_is_refused_by_what_it_unpacks_to(name: str, wbits: int) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, wbits)
    bomb = packer.compress(bytes(20_000_000)) + packer.flush()
    assert len(bomb) < LIMIT
    assert failed(reply(200, bomb, f"Content-Encoding: {name}")).outcome == "refused"


def test_compressed_body_is_unpacked_and_counted_as_received() -> None:
    packed = gzip.compress(FEED * 50, mtime=0)
    answer = fetched(reply(200, packed, "Content-Encoding: gzip"))
    assert (answer.body, answer.bytes) == (FEED * 50, len(packed))


@pytest.mark.parametrize("name", ["gzip", "br", "deflate"])
def test_body_that_is_not_compressed_as_it_says_is_broken(name: str) -> None:
    assert failed(reply(200, FEED, f"Content-Encoding: {name}")).outcome == "broken"


def test_damaged_and_cut_bodies_are_broken() -> None:
    packed = bytearray(gzip.compress(FEED * 50, mtime=0))
    packed[20] ^= 0xFF
    assert failed(reply(200, bytes(packed), "Content-Encoding: gzip")).outcome == "broken"
    assert failed(reply(200, FEED, length=len(FEED) + 10)).outcome == "broken"


def test_connections_that_break_off_are_unreachable() -> None:
    def reset(_request: Request, connection: socket.socket) -> None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    assert failed(reset).outcome == "unreachable"
    assert failed(b"").outcome == "unreachable"


def test_what_is_not_http_is_an_error_and_no_body() -> None:
    for junk in (FEED, b"\x16\x03\x01 what\r\n\r\n", b"SSH-2.0-x\r\n"):
        assert failed(junk).outcome == "http-error"


def test_nobody_listening_is_unreachable() -> None:
    with Loopback(always(b"")) as partner:
        pass
    with pytest.raises(PollError) as caught:
        fetcher().fetch(f"{partner.url}/feed", NOTHING)
    assert caught.value.outcome == "unreachable"


def test_plain_server_under_https_is_a_fault_of_tls() -> None:
    with Loopback(always(reply(200, FEED))) as partner, pytest.raises(PollError) as caught:
        fetcher().fetch(partner.url.replace("http:", "https:") + "/feed", NOTHING)
    assert caught.value.outcome == "tls"


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with Loopback(always(reply(500))) as proxy, Loopback(always(reply(200, FEED))) as partner:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert fetcher().fetch(f"{partner.url}/feed", NOTHING).body == FEED
        assert proxy.connections == 0


def test_one_fetcher_serves_many_threads() -> None:
    def echo(request: Request, connection: socket.socket) -> None:
        connection.sendall(reply(200, request.path.encode()))

    found: dict[int, bytes] = {}
    with Loopback(echo) as partner:
        asking = fetcher()

        def ask(number: int) -> None:
            found[number] = asking.fetch(f"{partner.url}/{number}", NOTHING).body

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
    assert found == {number: f"/{number}".encode() for number in range(16)}


class Diary:
    """Answers with a feed after a moment, and notes who was there at once, and when."""

    def __init__(self, target: str = "") -> None:
        self.target = target
        self.now = self.most = 0
        self.began: list[float] = []
        self.ended: list[float] = []
        self.lock = threading.Lock()

    def __call__(self, request: Request, connection: socket.socket) -> None:
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
            self.began.append(time.monotonic())
        threading.Event().wait(0.01)
        with self.lock:
            self.now -= 1
            self.ended.append(time.monotonic())
        moved = reply(302, b"", f"Location: {self.target}") if request.path == "/moved" else reply(200, FEED)
        connection.sendall(moved)


def test_host_is_asked_one_at_a_time_with_a_pause_between_also_on_redirects() -> None:
    diary = Diary("/feed")
    with Loopback(diary) as partner:
        asking = Fetcher(
            user_agent="x",
            timeout=timedelta(seconds=5),
            max_bytes=LIMIT,
            allow=[ip_network("127.0.0.1/32")],
            spacing=timedelta(seconds=0.05),
        )
        done: queue.SimpleQueue[object] = queue.SimpleQueue()
        for number in range(4):
            asking.begin(f"{partner.url}/{number}", NOTHING, done.put)
        asking.begin(f"{partner.url}/moved", NOTHING, done.put)
        for _ in range(5):
            assert isinstance(done.get(timeout=10), Answer)
        asking.stop()
    assert (len(diary.began), diary.most) == (6, 1)
    assert all(later - sooner >= 0.05 for sooner, later in zip(diary.ended, diary.began[1:], strict=False))


def test_hosts_are_asked_at_the_same_time() -> None:
    met = threading.Barrier(3)

    def answer(_request: Request, connection: socket.socket) -> None:
        met.wait(5)
        connection.sendall(reply(200, FEED))

    with Loopback(answer) as one, Loopback(answer) as two, Loopback(answer) as three:
        asking = fetcher()
        done: queue.SimpleQueue[object] = queue.SimpleQueue()
        for partner in (one, two, three):
            asking.begin(f"{partner.url}/feed", NOTHING, done.put)
        assert all(isinstance(done.get(timeout=10), Answer) for _ in range(3))


def test_bodies_of_redirects_and_errors_are_not_waited_for() -> None:
    def hanging(status: int, *fields: str) -> Callable[[Request, socket.socket], None]:
        def answer(request: Request, connection: socket.socket) -> None:
            if request.path == "/next":
                connection.sendall(reply(200, FEED))
                return
            connection.sendall(reply(status, b"", *fields, length=10_000_000))
            threading.Event().wait(1.0)

        return answer

    started = time.monotonic()
    assert failed(hanging(404), seconds=0.9).outcome == "http-error"
    assert failed(hanging(410), seconds=0.9).outcome == "gone"
    with Loopback(hanging(302, "Location: /next")) as partner:
        assert fetcher(seconds=0.9).fetch(f"{partner.url}/feed", NOTHING).body == FEED
    assert time.monotonic() - started < 4


def test_header_of_very_many_lines_is_refused() -> None:
    assert failed(reply(200, FEED, *("a: b" for _ in range(400)))).outcome == "refused"


def test_fragment_of_an_address_is_never_sent() -> None:
    with Loopback(always(reply(304))) as partner:
        url = f"{partner.url}/feed"
        assert fetcher().fetch(f"{url}#part", Validators(url=url, etag='"x"')).url == url
    assert partner.requests[0].path == "/feed"


@pytest.mark.parametrize(
    "host",
    [
        "0177.0.0.1",
        "127.1",
        "017700000001",
        "[::1]",
        "[::]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
    ],
)
def test_no_form_of_an_inner_address_is_connected_to(host: str) -> None:
    with closed(seconds=2) as asking, pytest.raises(PollError) as caught:
        asking.fetch(f"http://{host}:9/feed", NOTHING)
    assert caught.value.outcome in ("refused", "unreachable")


def test_stopped_fetcher_holds_no_file_and_tells_whoever_asks_later() -> None:
    before = set(os.listdir("/proc/self/fd"))
    with Loopback(always(reply(200, FEED))) as partner:
        with closed(seconds=5) as asking, pytest.raises(PollError):
            asking.fetch(f"{partner.url}/feed", NOTHING)
        done: queue.SimpleQueue[object] = queue.SimpleQueue()
        asking.begin(f"{partner.url}/feed", NOTHING, done.put)
        assert done.get(timeout=5) is None
        asking.stop()
        assert partner.connections == 0
    assert set(os.listdir("/proc/self/fd")) <= before
