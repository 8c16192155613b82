"""Hostile partners, one a line: what each does, and the outcomes that a poll of it may have."""

import contextlib
import gzip
import itertools
import json
import socket
import struct
import threading
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from html import escape

import brotli

from tests.loopback import Request, reply

HTML = b"<!DOCTYPE html><html><head><title>Hi</title></head><body>Hello</body></html>"
Answer = Callable[[Request, socket.socket], None]


def rss(inside: str, head: str = "") -> bytes:
    return f"<?xml version='1.0'?>{head}<rss version='2.0'><channel><title>H</title>{inside}</channel></rss>".encode()


def says(body: bytes, *fields: str, status: int = 200, length: int | None = None) -> Answer:
    return lambda _request, connection: connection.sendall(reply(status, body, *fields, length=length))


def raw(*parts: bytes) -> Answer:
    return lambda _request, connection: [connection.sendall(part) for part in parts] and None


def endless(head: bytes, chunk: bytes, pause: float = 0.0) -> Answer:
    """Send a chunk again and again, until the client is tired of it."""

    def answer(_request: Request, connection: socket.socket) -> None:
        connection.sendall(head)
        idle = threading.Event()
        while True:
            connection.sendall(chunk)
            if pause:
                idle.wait(pause)

    return answer


def hangs(_request: Request, connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.recv(1)  # until the client goes


def resets(_request: Request, connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<rss>")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def goes_round(request: Request, connection: socket.socket) -> None:
    connection.sendall(reply(302, b"", f"Location: {request.path}x"))


def elsewhere(target: str, answer: Answer, status: int = 302) -> Answer:
    """Lead `/feed` to a target of the same server, which answers otherwise."""

    def at(request: Request, connection: socket.socket) -> None:
        (leads_to(target, status) if request.path == "/feed" else answer)(request, connection)

    return at


def anew(body: Callable[[int], bytes]) -> Answer:
    """Answer each request with another body, by its number."""
    numbers = itertools.count()
    return lambda _request, connection: connection.sendall(reply(200, body(next(numbers))))


def leads_to(target: str, status: int = 302) -> Answer:
    return says(b"", f"Location: {target}", status=status)


def bomb(size: int, wbits: int = 31) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, wbits)
    return packer.compress(bytes(size)) + packer.flush()


DOUBLED = "".join(f"<!ENTITY a{n} '&a{n - 1};&a{n - 1};'>" for n in range(1, 30))
LOL = f"<!DOCTYPE r [<!ENTITY a0 'ha'>{DOUBLED}]>"
SURROGATES = {"version": "https://jsonfeed.org/version/1", "items": [{"id": "\ud800", "title": "\udfff A"}]}
LONG_IDS = "".join(f"<item><guid>{'g' * 5000}{n}</guid><title>A{n}</title></item>" for n in range(50))
ATTRIBUTES = " ".join(f"a{n}='1'" for n in range(50_000))
XSS = (
    "<script>alert(1)</script><img src=x onerror=alert(1)><svg onload=alert(1)><a href='javascript:alert(1)'>x</a>"
    "<iframe src='data:text/html,<script>alert(1)</script>'></iframe><form action=javascript:alert(1)><input></form>"
)
EVERYWHERE = rss(
    "<item>"
    + "".join(f"<{name}>{escape(XSS)}</{name}>" for name in ("title", "guid", "author", "category", "description"))
    + "<link>javascript:alert(1)</link><enclosure url='javascript:alert(1)' type='text/html' length='1'/></item>"
)


GOOD = "<item><guid>https://quay.example/1</guid><title>A</title></item>"
# Fields that say nonsense beside a feed that is fine, and beside one that is not to be had.
ODD_FIELDS = {
    "ETag without quotes": "ETag: abc",
    "ETag of half a quote": 'ETag: "abc',
    "ETag of other letters": 'ETag: W/"\xe9\xff"',
    "ETag without end": f'ETag: "{"e" * 30_000}"',
    "Last-Modified of no day": "Last-Modified: yesterday, or so",
    "Cache-Control of 10^30": f"Cache-Control: max-age={10**30}",
    "Cache-Control of less than nothing": "Cache-Control: max-age=-5, s-maxage=99999999999999999999, =,,;",
    "Expires in the year 9999": "Expires: Fri, 31 Dec 9999 23:59:59 -1200",
    "Expires of no year": "Expires: 0",
    "Date of no day": "Date: Thu, 99 Foo 99999 25:61:61 +9999",
    "Set-Cookie of 30 KB": f"Set-Cookie: a={'c' * 30_000}",
    "type of no sense": "Content-Type: \x01\x02; charset=unicode_escape; charset=zork",
    "charset of Python's own": "Content-Type: text/xml; charset=rot13",
}
ODD_PAUSES = {
    "less than nothing": "-5",
    "10^30 s": str(10**30),
    "a fraction": "1.5e3",
    "the year 9999": "Fri, 31 Dec 9999 23:59:59 GMT",
    "long ago": "Mon, 01 Jan 1970 00:00:00 GMT",
    "digits of elsewhere": "\xb2\xb3",
    "much": "9" * 30_000,
    "nothing": "",
}


@dataclass(frozen=True)
class Case:
    """What a partner does, and the outcomes that a poll of it may have."""

    answer: Answer
    outcomes: tuple[str, ...]


CASES = {
    # bombs
    "entity bomb": Case(says(rss("<item><title>&a29;</title></item>", LOL)), ("broken",)),
    "external entity": Case(
        says(rss("<item><title>A &x;</title></item>", "<!DOCTYPE r [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>")),
        ("changed", "broken"),
    ),
    "gzip bomb": Case(says(bomb(20_000_000), "Content-Encoding: gzip"), ("refused",)),
    "gzip bomb, unsaid": Case(says(bomb(20_000_000)), ("refused",)),
    "br bomb": Case(says(brotli.compress(bytes(20_000_000), quality=1), "Content-Encoding: br"), ("refused",)),
    "gzip in gzip": Case(says(gzip.compress(bomb(20_000_000)), "Content-Encoding: gzip"), ("refused", "not-a-feed")),
    # bodies without end, and slow ones
    "endless body": Case(endless(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 8192), ("refused",)),
    "endless header": Case(endless(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n"), ("refused",)),
    "endless interim answers": Case(endless(b"", b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n"), ("refused",)),
    "drips": Case(endless(b"HTTP/1.1 200 OK\r\n\r\n", b"<", 0.05), ("timeout",)),
    "drips its header": Case(endless(b"HTTP/1.1 200 OK\r\nX:", b"y", 0.05), ("timeout",)),
    "never answers": Case(hangs, ("timeout",)),
    # lies
    "longer than it says": Case(says(rss("<item><title>A</title></item>") * 2, length=60), ("broken", "not-a-feed")),
    "shorter than it says": Case(says(rss("<item><title>A</title></item>"), length=5000), ("broken",)),
    "length without sense": Case(
        raw(b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n<rss/>"),
        ("http-error",),
    ),
    "says it is huge": Case(says(b"x", length=10**12), ("refused",)),
    "not compressed as it says": Case(says(rss(""), "Content-Encoding: gzip"), ("broken",)),
    "compressed as nothing known": Case(says(rss(""), "Content-Encoding: zork"), ("broken",)),
    "damaged gzip": Case(
        says(gzip.compress(rss("") * 9)[:-9] + b"\0\0\0\0\0\0\0\0\0", "Content-Encoding: gzip"), ("broken",)
    ),
    "damaged chunks": Case(
        raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n<rss/>"), ("broken", "unreachable")
    ),
    "chunks without their end": Case(
        raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<rss>\r\n"), ("broken",)
    ),
    # connections
    "reset": Case(resets, ("unreachable",)),
    "closed at once": Case(raw(b""), ("unreachable",)),
    "HTTP/0.9": Case(raw(rss("<item><title>A</title></item>")), ("http-error",)),
    "another protocol": Case(raw(b"SSH-2.0-OpenSSH_9.2\r\n"), ("http-error",)),
    # redirects
    "redirects without end": Case(goes_round, ("redirected",)),
    "redirect to nowhere": Case(says(b"", status=302), ("redirected",)),
    "redirect to a file": Case(leads_to("file:///etc/passwd"), ("refused",)),
    "redirect to gopher": Case(leads_to("gopher://127.0.0.1:1/x"), ("refused",)),
    "redirect to ftp": Case(leads_to("ftp://127.0.0.1/x", 301), ("refused",)),
    "redirect inwards": Case(leads_to("http://127.8.8.8:1/", 308), ("refused",)),
    "redirect inwards in another form": Case(leads_to("http://[::ffff:127.8.8.8]/"), ("refused",)),
    "redirect with a password": Case(leads_to("http://me:secret@127.0.0.1/"), ("refused",)),
    "redirect with a line end": Case(leads_to("/a%0d%0aX-Evil:%201"), ("redirected",)),
    # statuses
    "HTML with 200": Case(says(HTML, "Content-Type: application/rss+xml"), ("not-a-feed",)),
    "HTML with 204": Case(raw(b"HTTP/1.1 204 No Content\r\n\r\n" + HTML), ("http-error",)),
    "HTML with 206": Case(says(HTML, status=206), ("http-error",)),
    "nothing with 200": Case(says(b""), ("not-a-feed",)),
    "304 unasked": Case(says(b"", status=304), ("http-error",)),
    "challenge": Case(says(b"<html><title>Just a moment...</title></html>", status=403), ("challenge",)),
    "challenge with 200": Case(says(b"<html><title>Just a moment...</title></html>"), ("challenge",)),
    "forbidden": Case(says(HTML, status=403), ("http-error",)),
    "throttled": Case(says(HTML, "Retry-After: 1e9", status=429), ("throttled",)),
    "unavailable": Case(says(HTML, "Retry-After: 99999999999999999999", status=503), ("throttled",)),
    "gone": Case(says(HTML, status=410), ("gone",)),
    "status without sense": Case(says(HTML, status=999), ("http-error",)),
    # documents
    "deep nesting": Case(says(rss("<item><description>" + "<a>" * 50_000)), ("broken", "changed", "refused")),
    "deep nesting of JSON": Case(says(b"[" * 200_000), ("not-a-feed", "broken")),
    "very many entries": Case(says(rss("<item><guid>a</guid></item>" * 30_000)), ("broken", "changed", "refused")),
    "very many categories": Case(
        says(rss("<item><title>A</title>" + "<category>c</category>" * 10_000 + "</item>")), ("changed",)
    ),
    "very many attributes": Case(says(rss(f"<item {ATTRIBUTES}><title>A</title></item>")), ("changed", "broken")),
    "title of half a megabyte": Case(says(rss(f"<item><title>{'T' * 500_000}</title></item>")), ("changed",)),
    "unclosed CDATA": Case(says(rss("<item><title><![CDATA[" * 1000)), ("broken", "changed")),
    "unclosed comments": Case(says(rss("<!--" * 100_000)), ("broken", "unchanged")),
    "bare ampersands": Case(says(rss("<item><title>" + "&" * 400_000 + "</title></item>")), ("changed", "broken")),
    "NULs": Case(says(bytes(100_000)), ("not-a-feed",)),
    "XSS everywhere": Case(says(EVERYWHERE), ("changed",)),
    "ids without sense": Case(says(rss(LONG_IDS)), ("changed",)),
    "JSON of surrogates": Case(says(json.dumps(SURROGATES).encode()), ("changed",)),
    # compressed once more, and otherwise
    "br in gzip": Case(
        says(gzip.compress(brotli.compress(bytes(20_000_000), quality=1)), "Content-Encoding: br, gzip"), ("refused",)
    ),
    "compressed twice, and said so": Case(
        says(gzip.compress(gzip.compress(rss(GOOD))), "Content-Encoding: gzip, gzip"),
        ("changed",),
    ),
    "compressed twenty times": Case(says(rss(GOOD), f"Content-Encoding: {', '.join(['gzip'] * 20)}"), ("broken",)),
    "coding said in two lines": Case(
        says(gzip.compress(rss(GOOD)), "Content-Encoding: gzip", "Content-Encoding: identity"), ("changed",)
    ),
    "br called gzip": Case(says(brotli.compress(rss(GOOD)), "Content-Encoding: gzip"), ("broken",)),
    "gzip bomb in an error": Case(says(bomb(20_000_000), "Content-Encoding: gzip", status=503), ("throttled",)),
    # more redirects
    "redirect to data": Case(leads_to("data:text/xml,<rss><channel><item/></channel></rss>"), ("refused",)),
    "redirect to a name without a dot": Case(leads_to("http://0x7f.8.8.8:1/"), ("refused",)),
    "redirect to a number": Case(leads_to("http://2130708488:1/"), ("refused",)),
    "redirect to port 0": Case(leads_to("http://127.0.0.1:0/"), ("refused",)),
    "redirect without end in itself": Case(leads_to("/" + "x" * 30_000), ("refused",)),
    "redirect to a page": Case(elsewhere("page", says(HTML)), ("not-a-feed",)),
    "redirect to a sibling": Case(elsewhere("../a/./b?c=d#e", says(rss(GOOD))), ("changed",)),
    "redirect to a path of letters": Case(elsewhere("/\xc3\xa9 x", says(rss(GOOD)), 308), ("changed",)),
    "choices": Case(says(HTML, "Location: /other", status=300), ("redirected",)),
    "use a proxy": Case(says(b"", "Location: http://127.0.0.1:1/", status=305), ("redirected",)),
    # more statuses
    "reset content": Case(says(rss(GOOD), status=205), ("http-error",)),
    "a part, unasked": Case(says(rss(GOOD), "Content-Range: bytes 0-9/10", status=206), ("http-error",)),
    "an interim answer before the last": Case(
        raw(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n", reply(200, rss(GOOD))),
        ("changed",),
    ),
    "an interim answer alone": Case(raw(b"HTTP/1.1 100 Continue\r\n\r\n"), ("unreachable",)),
    "another protocol, wished for": Case(
        raw(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"), ("unreachable", "http-error", "timeout")
    ),
    "no status": Case(raw(b"HTTP/1.1  \r\n\r\n" + rss(GOOD)), ("http-error", "unreachable")),
    "a NUL in the header": Case(raw(b"HTTP/1.1 200 OK\r\nX-A: a\0b\r\nContent-Length: 0\r\n\r\n"), ("http-error",)),
    "two lengths": Case(
        raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nContent-Length: 900\r\n\r\n" + rss(GOOD)),
        ("http-error",),
    ),
    "a bare line end in a field": Case(says(rss(GOOD), 'ETag: "a\rX-Evil: 1"'), ("http-error",)),
    "a field without a name": Case(says(rss(GOOD), "nonsense"), ("http-error",)),
    # more documents
    "another partner's ids": Case(says(rss(GOOD.replace(">A<", ">Not theirs, but ours<"))), ("changed",)),
    "everything anew at each poll": Case(
        anew(
            lambda poll: rss(
                "".join(f"<item><guid>{poll}-{n}</guid><title>{poll}-{n}</title></item>" for n in range(60))
            )
        ),
        ("changed",),
    ),
    "nothing but blanks": Case(says(b" \r\n" * 200_000), ("not-a-feed",)),
    "entries within entries": Case(says(rss("<item><title>A</title>" * 3_000)), ("changed", "broken")),
    "a title without end": Case(says(rss(f"<item><title>{'T' * 900_000}")), ("changed", "broken")),
    "dates without sense": Case(
        says(
            rss("".join(f"<item><title>A{n}</title><pubDate>{'9' * n}</pubDate></item>" for n in range(0, 5000, 100)))
        ),
        ("changed",),
    ),
    "links without sense": Case(
        says(rss("".join(f"<item><title>A</title><link>http://[{'a' * n}</link></item>" for n in range(0, 5000, 500)))),
        ("changed",),
    ),
    **{name: Case(says(rss(GOOD), line), ("changed",)) for name, line in ODD_FIELDS.items()},
    **{
        f"asked to wait: {name}": Case(says(HTML, f"Retry-After: {value}", status=429), ("throttled",))
        for name, value in ODD_PAUSES.items()
    },
}
