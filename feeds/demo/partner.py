"""The demo's two partners: an RSS and an Atom feed on the loopback, so that a newcomer sees channels move.

GET and HEAD of `/harbour-wire.rss`, `/coast-science.atom` and each entry's page, with validators and 304s.
What stands in the feeds is partner_entries.py's; here it becomes documents and answers. Nothing is stored.
"""

import hashlib
import socketserver
import threading
from collections.abc import Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar, NamedTuple

from feeds.clock import Clock
from feeds.demo.partner_entries import PartnerEntry, find_entry, science_entries, wire_entries
from feeds.model.dates import rfc3339, rfc5322, whole_second

HOST = "127.0.0.1"
WIRE_PATH, WIRE_TITLE = "/harbour-wire.rss", "Harbour Wire"
SCIENCE_PATH, SCIENCE_TITLE = "/coast-science.atom", "Coast Science"
_IDS = {"wire": "tag:harbour-wire.example,2024:", "science": "tag:coast-science.example,2024:"}
_RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/" \
xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
<title>{title}</title><link>{home}/</link><description>Arrivals, auctions and notices from the quays</description>
<language>en-GB</language><lastBuildDate>{updated}</lastBuildDate>
<atom:link href="{home}{path}" rel="self" type="application/rss+xml"/>
{entries}
</channel></rss>
"""
_ITEM = """<item><title>{title}</title><link>{link}</link><guid isPermaLink="false">{id}</guid>
<pubDate>{date}</pubDate><dc:creator>{author}</dc:creator>{categories}
<description>{summary}</description><content:encoded>{html}</content:encoded></item>"""
_ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en-GB">
<id>tag:coast-science.example,2024:feed</id><title>{title}</title><updated>{updated}</updated>
<subtitle>What is being found out between the tide marks</subtitle>
<link href="{home}{path}" rel="self" type="application/atom+xml"/>
<link href="{home}/" rel="alternate" type="text/html"/>
{entries}
</feed>
"""
_ENTRY = """<entry><id>{id}</id><title>{title}</title><link href="{link}" rel="alternate" type="text/html"/>
<published>{date}</published><updated>{date}</updated><author><name>{author}</name></author>{categories}
<summary>{summary}</summary><content type="html">{html}</content></entry>"""
_PAGE = """<!doctype html>
<html lang="en-GB"><meta charset="utf-8"><title>{title}</title>
<h1>{title}</h1>
{body}
"""


class Answer(NamedTuple):
    """What a partner has at one address."""

    media_type: str
    modified: datetime
    body: bytes

    @property
    def etag(self) -> str:
        return f'"{hashlib.sha256(self.body).hexdigest()[:20]}"'


def rss_document(entries: Sequence[PartnerEntry], home: str) -> bytes:
    """Write entries, newest first and at least one, as RSS 2.0. `home` is the partner's address without a slash."""
    items = "\n".join(_entry(_ITEM, entry, home, rfc5322(entry.published)) for entry in entries)
    updated = rfc5322(entries[0].published)
    return _RSS.format(title=WIRE_TITLE, home=home, path=WIRE_PATH, updated=updated, entries=items).encode()


def atom_document(entries: Sequence[PartnerEntry], home: str) -> bytes:
    """Write entries, newest first and at least one, as Atom 1.0 (RFC 4287)."""
    written = "\n".join(_entry(_ENTRY, entry, home, rfc3339(entry.published)) for entry in entries)
    updated = rfc3339(entries[0].published)
    return _ATOM.format(title=SCIENCE_TITLE, home=home, path=SCIENCE_PATH, updated=updated, entries=written).encode()


class Partner:
    """Both partners on one port of the loopback, from `start` to `stop`.

    `started` is when the wire began to gain entries. A port of 0 takes a free one; `port` tells which.
    """

    def __init__(self, *, port: int, started: datetime, clock: Clock) -> None:
        self.port = port
        self._started = whole_second(started)
        self._clock = clock
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def home(self) -> str:
        return f"http://{HOST}:{self.port}"

    def start(self) -> None:
        """Bind the port and answer in a thread; raises OSError where the port is taken."""
        self._server = _Server((HOST, self.port), _handler_of(self))
        self.port = self._server.server_address[1]
        serve, often = self._server.serve_forever, {"poll_interval": 0.1}  # seconds until `stop` is seen
        self._thread = threading.Thread(target=serve, kwargs=often, name="demo-partner", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop answering and give the port back; nothing happens where it was not started."""
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()
            self._server = self._thread = None

    def answer(self, path: str) -> Answer | None:
        """Give what stands at a path now; None where nothing does."""
        now = self._clock.now()
        if path == WIRE_PATH:
            entries = wire_entries(now, started=self._started)
            return Answer("application/rss+xml", entries[0].published, rss_document(entries, self.home))
        if path == SCIENCE_PATH:
            entries = science_entries(now)
            return Answer("application/atom+xml", entries[0].published, atom_document(entries, self.home))
        if path == "/":
            links = "".join(f'<p><a href="{path}">{path}</a></p>\n' for path in (WIRE_PATH, SCIENCE_PATH))
            return _page("The demo's partners", links, self._started)
        entry = find_entry(path.removeprefix("/stories/"), now) if path.startswith("/stories/") else None
        if entry is None:
            return None
        body = f"<p>{escape(entry.author)}, {rfc3339(entry.published)[:10]}</p>\n{entry.html}"
        return _page(entry.title, body, entry.published)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def server_bind(self) -> None:
        # HTTPServer asks the resolver for the host's full name here, which can hang without a network.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, self.server_address[1]


class _Handler(BaseHTTPRequestHandler):
    partner: ClassVar[Partner]
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "DemoPartner", ""
    timeout = 30  # seconds that an idle connection is kept

    def do_GET(self) -> None:
        answer = self.partner.answer(self.path.partition("?")[0])
        if answer is None:
            self.send_error(404)
            return
        is_held = _is_held(answer, self.headers.get("If-None-Match"), self.headers.get("If-Modified-Since"))
        self.send_response(304 if is_held else 200)
        self.send_header("ETag", answer.etag)
        self.send_header("Last-Modified", rfc5322(answer.modified))
        self.send_header("Cache-Control", "max-age=10")
        if not is_held:
            self.send_header("Content-Type", f"{answer.media_type}; charset=utf-8")
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if not is_held and self.command == "GET":
            self.wfile.write(answer.body)

    do_HEAD = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet: the poller's log tells the same from the other side."""


def _handler_of(partner: Partner) -> type[_Handler]:
    return type("Handler", (_Handler,), {"partner": partner})


def _is_held(answer: Answer, if_none_match: str | None, if_modified_since: str | None) -> bool:
    """Say whether the client holds this very answer (RFC 9110 §13.1.2, §13.1.3)."""
    if if_none_match is not None:
        tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
        return "*" in tags or answer.etag in tags
    if if_modified_since is None:
        return False
    try:
        return parsedate_to_datetime(if_modified_since) >= answer.modified
    except (ValueError, TypeError):  # unreadable, or without a zone
        return False


def _page(title: str, body: str, modified: datetime) -> Answer:
    return Answer("text/html", modified, _PAGE.format(title=escape(title), body=body).encode())


def _entry(template: str, entry: PartnerEntry, home: str, date: str) -> str:
    is_rss = template is _ITEM
    categories = "".join(
        f"<category>{escape(name)}</category>" if is_rss else f'<category term="{escape(name)}"/>'
        for name in entry.categories
    )
    return template.format(
        id=_IDS[entry.id.partition("-")[0]] + entry.id,
        title=escape(entry.title, quote=False),
        link=f"{home}/stories/{entry.id}",
        date=date,
        author=escape(entry.author),
        categories=categories,
        summary=escape(entry.summary, quote=False),
        html=escape(entry.html, quote=False),
    )
