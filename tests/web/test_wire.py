"""What comes over a raw socket: hosts, targets, methods, half and doubled requests; never a 5xx."""

import json
from collections.abc import Iterator

import pytest

from tests.web.served import HOST, Answer, Served, Wire

DOCUMENT = "/feeds/tags/harbour.atom"


@pytest.fixture
def wire(served: Served) -> Iterator[Wire]:
    served.settle()
    with served.connect() as found:
        yield found


def raw(served: Served, data: bytes) -> int | None:
    """Send bytes and give the status of the first answer; None where the server ends the connection without one."""
    with served.connect() as wire:
        wire.connection.sendall(data)
        try:
            return wire.answer().status
        except (AssertionError, ConnectionError):
            return None


@pytest.mark.parametrize("path", [DOCUMENT, "/feeds/select.rss?tag=harbour", "/", "/api/channels", "/feeds/nothing"])
@pytest.mark.parametrize(
    "host",
    [
        None,
        "",
        "evil.example",
        "news.example.evil.example",
        "news.example@evil.example",
        "evil.example:80",
        "news.example:port",
        "news.example:123456",
        "news.example/",
        "news example",
        "news.example, evil.example",
        "[::1",
        "[news.example]",
        "news.example%00",
        "ñews.example",
        "127.0.0.2",
    ],
)
def test_missing_malformed_and_foreign_hosts_get_400(served: Served, host: str | None, path: str) -> None:
    answer = served.ask("GET", path, host=host)
    assert answer.status == 400
    assert b"evil" not in answer.body
    assert all("evil" not in value for _, value in answer.fields)


@pytest.mark.parametrize(
    "host", ["news.example", "NEWS.example", "news.example:80", "127.0.0.1", "localhost:9", "[::1]:80"]
)
def test_our_hosts_are_served_whatever_their_case_and_port(served: Served, host: str) -> None:
    assert served.ask("GET", DOCUMENT, host=host).status == 200


def test_two_hosts_get_400_and_probes_may_come_by_any_name(served: Served) -> None:
    assert served.ask("GET", DOCUMENT, "Host: evil.example").status == 400
    assert served.ask("GET", "/healthz", host="10.0.0.1:8000").status == 200


def test_absolute_form_is_served_where_its_host_is_ours(served: Served) -> None:
    # granian hands on the Host field alone, not the target's authority (RFC 9112 §3.2.2); nothing here depends on it.
    assert served.ask("GET", f"http://{HOST}{DOCUMENT}").status == 200
    assert served.ask("GET", f"http://evil.example{DOCUMENT}", host=None).status == 400
    assert served.ask("GET", f"http://evil.example{DOCUMENT}", host="evil.example").status == 400


@pytest.mark.parametrize("path", [DOCUMENT, "/feeds/select.atom?tag=harbour"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "get", "FOO"])
def test_documents_are_read_only(served: Served, method: str, path: str) -> None:
    answer = served.ask(method, path, "Origin: https://reader.example", "Access-Control-Request-Method: GET")
    assert (answer.status, answer.get("Allow")) == (405, "GET, HEAD")
    assert json.loads(answer.body)["status"] == 405


@pytest.mark.parametrize("method", ["POST", "OPTIONS", "TRACE", "PROPFIND"])
@pytest.mark.parametrize("path", ["/", "/feeds", "/articles/a/story-a", "/feeds/changed.json", "/healthz"])
def test_pages_answer_other_methods_with_what_is_allowed(served: Served, method: str, path: str) -> None:
    answer = served.ask(method, path, body=b"x")
    assert answer.status == 405
    assert set((answer.get("Allow") or "").replace(" ", "").split(",")) == {"GET", "HEAD"}


@pytest.mark.parametrize(
    "path",
    [
        DOCUMENT,
        "/feeds/select.json?tag=harbour",
        "/",
        "/feeds",
        "/articles/a/story-a",
        "/healthz",
        "/feeds/changed.json",
    ],
)
def test_head_has_the_fields_of_get_and_no_body(served: Served, path: str) -> None:
    with served.connect() as wire:
        got = wire.ask("GET", path, "Accept-Encoding: gzip")
        head = wire.ask("HEAD", path, "Accept-Encoding: gzip")
        after = wire.ask("GET", path, "Accept-Encoding: gzip")  # no stray byte of a body stands before it
    assert (head.status, after.status) == (got.status, got.status)
    assert plain(head) == plain(got) == plain(after)


def plain(answer: Answer) -> list[tuple[str, str]]:
    return sorted((name.lower(), value) for name, value in answer.fields if name.lower() != "date")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/feeds/tags/harbour%2eatom", 200),
        ("/feeds/%74ags/harbour.atom", 200),
        ("/feeds/tags/harbour.atom?utm_source=x&%ff=%00", 200),
        ("/feeds/tags/Harbour.atom", 404),
        ("/Feeds/tags/harbour.atom", 404),
        ("/feeds/tags/harbour.ATOM", 404),
        ("/feeds/tags/../site.atom", 404),
        ("/feeds/tags/%2e%2e/site.atom", 404),
        ("/feeds/tags/harbour.atom%00", 404),
        ("/feeds/tags/harbour.atom%0a", 404),
        ("/feeds/tags/harbour", 404),
        ("/feeds/tags/harbour.xml", 404),
        ("/feeds/tags/%ff.atom", 404),
        ("/feeds/tags/<script>.atom", 400),
        ("/feeds/tags/%3Cscript%3E.atom", 404),
        ("/feeds/" + "x" * 3000, 404),
    ],
)
def test_addresses_are_read_exactly(served: Served, path: str, status: int) -> None:
    answer = served.ask("GET", path)
    assert answer.status == status
    assert b"<script>" not in answer.body


@pytest.mark.parametrize(
    "path",
    [
        "//feeds/tags/harbour.atom",
        "/feeds//tags/harbour.atom",
        "//evil.example/",
        "//evil.example/%2e%2e",
        "/feeds/tags/harbour.atom/",
    ],
)
def test_doubled_slashes_lead_nowhere_else(served: Served, path: str) -> None:
    answer = served.ask("GET", path)
    assert answer.status in (301, 308, 404)
    location = answer.get("Location")
    assert location is None or location.startswith((f"http://{HOST}/", "/"))
    assert location is None or not location.startswith("//")


def test_trailing_slash_leads_to_the_document(served: Served) -> None:
    answer = served.ask("GET", f"{DOCUMENT}/?x=1")
    assert (answer.status, answer.get("Location")) == (301, f"http://{HOST}{DOCUMENT}?x=1")


def test_requests_in_one_go_are_answered_in_their_order(wire: Wire) -> None:
    tag = wire.ask("GET", DOCUMENT).get("ETag")
    for lines in ((), (f"If-None-Match: {tag}",), ('If-Match: "x"',)):
        wire.send("GET", DOCUMENT, *lines)
    wire.send("HEAD", DOCUMENT)
    wire.send("GET", "/healthz")
    statuses = [wire.answer(method).status for method in ("GET", "GET", "GET", "HEAD", "GET")]
    assert statuses == [200, 304, 412, 200, 200]


def test_a_body_of_a_get_does_not_become_the_next_request(wire: Wire) -> None:
    assert wire.ask("GET", DOCUMENT, body=b"GET /api/channels HTTP/1.1\r\n\r\n").status == 200
    assert wire.ask("GET", "/healthz").body == b"ok\n"


REQUEST = f"GET {DOCUMENT} HTTP/1.1\r\nHost: {HOST}\r\n".encode()


@pytest.mark.parametrize(
    "data",
    [
        b"\r\n" * 40 + b"x",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: news.example\r\n\r\n",
        b"GET  / HTTP/1.1\r\nHost: news.example\r\n\r\n",
        b"\x16\x03\x01\x00\xff",
        b"\x00" * 100 + b"\r\n\r\n",
        REQUEST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        REQUEST + b"Content-Length: -1\r\n\r\n",
        REQUEST + b"Content-Length: +5\r\n\r\nhello",
        REQUEST + b"Content-Length: 0x5\r\n\r\nhello",
        REQUEST + b"Content-Length: 5, 5\r\n\r\nhello",
        REQUEST + b"Content-Length: " + b"9" * 40 + b"\r\n\r\n",
        REQUEST + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        REQUEST + b"Transfer-Encoding: nonsense\r\n\r\n",
        REQUEST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        REQUEST + b"X: " + b"y" * 200_000 + b"\r\n\r\n",
        REQUEST + b"".join(b"X-%d: y\r\n" % n for n in range(500)) + b"\r\n",
        REQUEST + b"A-IM: " + b"feed," * 10_000 + b"\r\nIf-None-Match: " + b'"x",' * 5_000 + b"\r\n\r\n",
        REQUEST + b"Accept-Encoding: " + b"gzip;q=0.5," * 4_000 + b"\r\n\r\n",
        REQUEST + b" folded: x\r\n\r\n",
        REQUEST + b"no colon\r\n\r\n",
        REQUEST + b"Bad Name: x\r\n\r\n",
        REQUEST + b"X: a\x00b\r\n\r\n",
        REQUEST + b"Expect: the-impossible\r\n\r\n",
        REQUEST + b"Upgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
        b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\nHost: news.example\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: news.example\r\n\r\n",
        b"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        b"GET /feeds/select.rss?tag=" + b"%" * 3000 + b" HTTP/1.1\r\nHost: news.example\r\n\r\n",
        b"PUT /api/articles/x HTTP/1.1\r\nHost: news.example\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
)
def test_what_no_client_should_send_is_no_fault_of_ours(served: Served, data: bytes) -> None:
    served.settle()
    with served.connect() as wire:
        wire.connection.sendall(data)
        wire.connection.shutdown(1)
        try:
            status = wire.answer().status
        except (AssertionError, ConnectionError):
            status = None
    assert status is None or status < 500
    assert served.ask("GET", DOCUMENT).status == 200


def test_half_a_request_holds_nobody_up(served: Served) -> None:
    with served.connect() as first, served.connect() as second, served.connect() as third:
        first.connection.sendall(REQUEST)
        second.connection.sendall(b"POST /api/articles HTTP/1.1\r\nHost: news.example\r\nContent-Length: 100\r\n\r\n{")
        assert third.ask("GET", DOCUMENT).status == 200
        first.connection.sendall(b"\r\n")
        assert first.answer().status == 200


def test_a_request_without_length_is_read_whole_by_old_clients(served: Served) -> None:
    assert raw(served, f"GET {DOCUMENT} HTTP/1.0\r\nHost: {HOST}\r\n\r\n".encode()) == 200
    assert raw(served, f"GET {DOCUMENT} HTTP/1.0\r\n\r\n".encode()) == 400
