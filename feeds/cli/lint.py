"""`lint [FILE|URL|KEY…]`: the judge of our own documents, run on anything.

A file is read, an address fetched as a partner's would be, a channel's key (`tags/harbour`, or `tags/harbour.rss` for
one format) looked up in the newsroom; without any, all channels are judged. `-` is standard input. Exit code 1 where
there is an error.
"""

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from ipaddress import ip_network
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import click

from feeds import VERSION
from feeds.cli.instance import newsroom, read_settings
from feeds.cli.tables import show
from feeds.errors import BroadsheetError
from feeds.ingest.fetch import Fetcher
from feeds.model.document import Format
from feeds.model.source import Validators
from feeds.pipeline.newsroom import Newsroom
from feeds.pipeline.printer import Printer
from feeds.pipeline.refresh import spots_of
from feeds.pipeline.serving import Found, Kitchen, Moved
from feeds.publish.lint import Finding, Report, examine
from feeds.settings import Settings
from feeds.store import channels
from feeds.store.parts import CURRENT

_LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
_SERVED_AS = ("xml", "json", "text/plain")  # what a feed's media type holds; readers go by less, aggregators by more


class Document(NamedTuple):
    """A document to be judged, or the reason why it cannot be."""

    name: str
    data: bytes = b""
    media_type: str = ""
    failure: str = ""


@click.command()
@click.argument("targets", metavar="[FILE|URL|KEY]...", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def lint(ctx: click.Context, targets: tuple[str, ...], as_json: bool) -> None:
    """Judge feeds: ours by their channel's key, anyone's by file or address; all of ours without any."""
    rows, faulty = [], []
    for document in _documents(targets):
        report = _judged(document)
        if report.has_errors:
            faulty.append(document.name)
        if as_json:
            rows.append(_row(document, report))
        else:
            _print(document, report)
    if as_json:
        show(rows, (), as_json=True)
    if faulty:
        more = f" and {len(faulty) - 1} more" if len(faulty) > 1 else ""
        click.echo(f"lint: errors in {faulty[0]}{more}", err=True)
        ctx.exit(1)


def _documents(targets: tuple[str, ...]) -> Iterator[Document]:
    """Give what the targets name, one after another; the newsroom is opened when a key first asks for it."""
    with ExitStack() as stack:
        ours: _Ours | None = None
        for target in targets or ("",):
            if target == "-":
                yield Document("-", sys.stdin.buffer.read())
            elif "://" in target:
                yield _fetched(target, read_settings())
            elif target and Path(target).exists():
                yield _read(target)
            else:
                ours = ours or _Ours(stack.enter_context(newsroom()))
                yield from ours.of(target) if target else ours.all()


def _read(path: str) -> Document:
    try:
        return Document(path, Path(path).read_bytes())
    except OSError as error:
        return Document(path, failure=f"cannot be read: {error.strerror}")


def _fetched(url: str, settings: Settings) -> Document:
    """Fetch a document within the limits of a poll; our own site may lie on the loopback."""
    allow = settings.ingest.allow_networks
    if urlsplit(url)[:2] == urlsplit(settings.address)[:2]:
        allow = (*allow, *_LOOPBACK)
    with Fetcher(
        user_agent=f"Broadsheet/{VERSION} (+{settings.address})",
        timeout=settings.ingest.timeout,
        max_bytes=settings.ingest.max_bytes,
        allow=allow,
    ) as fetcher:
        try:
            answer = fetcher.fetch(url, Validators())
        except BroadsheetError as error:
            return Document(url, failure=str(error))
    return Document(url, answer.body, answer.content_type)


class _Ours:
    """Our own documents, as they are stored."""

    def __init__(self, room: Newsroom) -> None:
        self._room = room
        self._kitchen = Kitchen(room, Printer(room.site, room.settings))

    def all(self) -> Iterator[Document]:
        """Give the documents of every channel and archive part that has some."""
        for spot in spots_of(self._room, []):
            with self._room.store.read() as connection:
                key = channels.load(connection, [spot[0]])[spot[0]].key
            name = f"{key}/archive/{spot[1]}" if spot[1] else key
            for format in Format:
                whole = self._kitchen.join(spot, format)
                if whole is not None:
                    yield Document(f"{name}.{format}", whole.data)

    def of(self, target: str) -> Iterator[Document]:
        """Give a channel's documents, in one format where the target ends in it."""
        key, dot, ending = target.rpartition(".")
        is_one = bool(dot) and ending in set(Format)
        for format in [Format(ending)] if is_one else list(Format):
            found = self._kitchen.find(key if is_one else target, CURRENT, format)
            if isinstance(found, Moved):
                found = self._kitchen.find(found.key, CURRENT, format)
            whole = self._kitchen.join(found.spot, format) if isinstance(found, Found) else None
            if whole is None:
                yield Document(target, failure="is no file, no http or https address, and no channel with documents")
                return
            yield Document(target if is_one else f"{target}.{format}", whole.data)


def _judged(document: Document) -> Report:
    if document.failure:
        return Report("", (Finding(True, document.failure, 0, ""),))
    report = examine(document.data)
    kind = document.media_type.partition(";")[0].strip().lower()
    if not kind or any(part in kind for part in _SERVED_AS):
        return report
    return Report(report.kind, (*report.findings, Finding(False, f"is served as {kind[:60]}", 0, "")))


def _print(document: Document, report: Report) -> None:
    for found in report.findings:
        place = f"{document.name}:{found.line}" if found.line else document.name
        told = f"{found.where}: {found.text}" if found.where else found.text
        click.echo(f"{place}: {'error' if found.is_error else 'warning'}: {told}")
    if not document.failure:
        errors = sum(found.is_error for found in report.findings)
        counted = f"{errors} errors, {len(report.findings) - errors} warnings"
        click.echo(f"{document.name}: {report.kind or 'no feed'}: {counted}")


def _row(document: Document, report: Report) -> dict[str, object]:
    return {
        "document": document.name,
        "kind": report.kind or None,
        "findings": [
            {
                "level": "error" if found.is_error else "warning",
                "line": found.line or None,
                "entry": found.where or None,
                "detail": found.text,
            }
            for found in report.findings
        ],
    }
