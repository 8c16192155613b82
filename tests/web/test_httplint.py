"""Every kind of answer, as httplint judges it over a real socket: nothing bad, and no warning that is about us."""

import socket
from collections.abc import Iterator

import pytest
from httplint import HttpResponseLinter
from httplint.note import levels

from tests.served import HOST, Served, serving
from tests.waiting import wait_for

UNAVOIDABLE = {"The server didn't understand the request."}  # what a 400 says of itself


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("lint") / "instance") as found:
        found.post(id="a", title="A story", tags=["Harbour"])
        found.post(id="gone", title="Withdrawn")
        found.ask("DELETE", "/api/articles/gone")
        wait_for(lambda: found.get("/feeds/tags/harbour.rss").status == 200, what="the first documents")
        yield found


def exchange(port: int, lines: list[str]) -> bytes:
    with socket.create_connection((HOST, port), timeout=20) as connection:
        connection.sendall("\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1"))
        answer = b""
        while more := connection.recv(65536):
            answer += more
    return answer


def judged(served: Served, method: str, path: str, *fields: str) -> tuple[int, list[str]]:
    answer = exchange(served.port, [f"{method} {path} HTTP/1.1", f"Host: {HOST}:{served.port}", *fields])
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    version, status, phrase = [*first.split(b" ", 2), b""][:3]
    linter = HttpResponseLinter(no_content=method == "HEAD" or status == b"304")
    linter.process_response_topline(version, status, phrase)
    linter.process_headers([(name, value.strip()) for name, _, value in (line.partition(b":") for line in lines)])
    if body:
        linter.feed_content(body)
    linter.finish_content(complete=True)
    bad = [note.summary for note in linter.notes if note.level in (levels.BAD, levels.WARN)]
    return int(status), [summary for summary in bad if summary not in UNAVOIDABLE]


PATHS = {
    200: "/ /tags /tags/harbour /authors /feeds /search?q=a /articles/a/a-story /feeds/site.rss /feeds/site.atom"
    " /feeds/site.json /feeds/select.atom?tag=harbour /feeds/changed.json /feeds.opml /sitemap.xml /sitemap-news.xml"
    " /robots.txt /static/site.css /static/feed.css /api/openapi.json /api/docs /healthz /readyz /metrics",
    301: "/rss /tags/ /articles/a /feeds/select.rss?tag=b&tag=a",
    302: "/archive",
    400: "/feeds/select.rss /feeds/changed.json?since=x",
    401: "/api/articles /api/status",
    404: "/nothing /feeds/tags/nowhere.rss /api/nothing /media/x.png",
    410: "/articles/gone/withdrawn",
}


@pytest.mark.parametrize("status", PATHS)
def test_answers_have_no_fault(served: Served, status: int) -> None:
    for path in PATHS[status].split():
        assert judged(served, "GET", path) == (status, []), path


@pytest.mark.parametrize("coding", ["gzip", "br", "identity"])
def test_documents_have_no_fault_in_any_coding(served: Served, coding: str) -> None:
    for format in ("rss", "atom", "json"):
        path = f"/feeds/site.{format}"
        assert judged(served, "GET", path, f"Accept-Encoding: {coding}") == (200, [])
        tag = served.get(path, Accept_Encoding=coding).fields["etag"]
        assert judged(served, "GET", path, f"Accept-Encoding: {coding}", f"If-None-Match: {tag}") == (304, [])
        assert judged(served, "GET", path, 'If-Match: "other"') == (412, [])
        assert judged(served, "HEAD", path) == (200, [])


def test_methods_that_are_none_have_no_fault(served: Served) -> None:
    for path in ("/feeds/site.rss", "/", "/feeds/select.rss?tag=harbour"):
        assert judged(served, "DELETE", path) == (405, []), path


@pytest.mark.parametrize(
    "lines",
    [
        ["GET /feeds/site.rss HTTP/1.1"],
        ["GET /feeds/site.rss HTTP/1.1", "Host: evil.example"],
        ["GET /feeds/site.rss HTTP/1.1", "Host: a b"],
        ["GET / HTTP/1.1", "Host: "],
    ],
)
def test_host_that_is_not_ours_is_refused(served: Served, lines: list[str]) -> None:
    assert exchange(served.port, lines).split(b" ")[1] == b"400"


@pytest.mark.parametrize(
    "data",
    [
        b"\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST /api/articles HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -5\r\n\r\n",
        b"POST /api/articles HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"a" * 200_000 + b"\r\n\r\n",
        b"\x16\x03\x01\x02\x00" * 20,
    ],
)
def test_what_is_no_request_harms_nobody(served: Served, data: bytes) -> None:
    with socket.create_connection((HOST, served.port), timeout=5) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        try:
            while more := connection.recv(65536):
                answer += more
        except ConnectionError:
            pass
    assert not answer or 400 <= int(answer.split(b" ")[1]) < 500
    assert served.get("/healthz").status == 200
