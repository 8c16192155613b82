"""Files to articles: a pasted page (.txt), articles (.json, .ndjson), a feed (.xml); read whole, taken in by batches.

A page or a feed's entry gets an id that follows from what it says: importing the file again changes nothing.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from feeds.errors import BroadsheetError, PollError, Refusal
from feeds.ingest import identity
from feeds.ingest.convert import convert
from feeds.ingest.newspage import PastedPage, read_page
from feeds.ingest.parse import parse
from feeds.model.article import Status
from feeds.model.dates import rfc3339
from feeds.model.label import fold
from feeds.model.source import Source
from feeds.model.submission import Submission, submission_of
from feeds.pipeline import ids, intake
from feeds.pipeline.intake import Saved
from feeds.pipeline.newsroom import Newsroom
from feeds.store import articles
from feeds.store.database import BULK_ITEMS, Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One article of a file: where it stands, its id (None: one is assigned), its fields, its pasted page.

    `fault` says why nothing can be made of it; empty: something can.
    """

    where: str
    id: str | None
    fields: object
    page: PastedPage | None = None
    fault: str = ""


class ImportFault(BroadsheetError):
    """A file, or one article of it, cannot be taken; says which and why."""


def read_file(path: Path, *, published: datetime | None, now: datetime) -> list[Piece]:
    """Read a file into pieces by its ending; raises ImportFault. `published` is the moment of pasted pages."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ImportFault(f"{path}: {error.strerror}") from error
    readers: dict[str, Callable[[], list[Piece]]] = {
        ".txt": lambda: [_page(path, data, published)],
        ".json": lambda: _json(path, data),
        ".ndjson": lambda: _lines(path, data),
        ".xml": lambda: _feed(path, data, now),
    }
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise ImportFault(f"{path}: the name must end in {', '.join(readers)}")
    return reader()


def take(room: Newsroom, pieces: list[Piece]) -> Iterator[tuple[Piece, Saved | Refusal]]:
    """Take pieces in, in short transactions; yield what became of each, the refused ones too."""
    for at in range(0, len(pieces), BULK_ITEMS):
        checked = [(piece, checked_piece(piece)) for piece in pieces[at : at + BULK_ITEMS]]
        with room.store.write() as connection:
            done = [(piece, _take_one(connection, room, piece, wanted)) for piece, wanted in checked]
        yield from done
        room.store.give_way()


def checked_piece(piece: Piece) -> Submission | Refusal:
    """Validate a piece; nothing is stored."""
    if piece.fault:
        return Refusal(400, piece.fault)
    try:
        return submission_of(piece.fields, may_set_updated=True)
    except Refusal as error:
        return error


def _take_one(connection: Connection, room: Newsroom, piece: Piece, wanted: Submission | Refusal) -> Saved | Refusal:
    if isinstance(wanted, Refusal):
        return wanted
    now = room.clock.now()
    article_id = piece.id or wanted.id or ids.new(now)
    if piece.page is not None and wanted.status is Status.DRAFT and articles.find(connection, article_id):
        wanted = wanted.model_copy(update={"status": None})  # a page that was published since is not taken back
    try:
        with connection.begin_nested():  # what is refused half-way leaves nothing of itself behind
            return intake.save(connection, room, article_id, wanted, now=now)
    except Refusal as error:
        return error


def _page(path: Path, data: bytes, published: datetime | None) -> Piece:
    try:
        page = read_page(_text(path, data))
    except ValueError as error:
        raise ImportFault(f"{path}: {error}") from error
    fields = page.article_fields()
    fields |= {"status": "draft"} if published is None else {"status": "published", "published_at": rfc3339(published)}
    first = page.paragraphs[0] if page.paragraphs else ""
    return Piece(where=str(path), id=_steady_id("page", fold(page.headline), fold(first)), fields=fields, page=page)


def _json(path: Path, data: bytes) -> list[Piece]:
    try:
        given = json.loads(_text(path, data))
    except (ValueError, RecursionError) as error:
        raise ImportFault(f"{path}: no JSON: {error}") from error
    many = given if isinstance(given, list) else [given]
    return [
        Piece(where=f"{path}[{at}]" if len(many) > 1 else str(path), id=None, fields=one) for at, one in enumerate(many)
    ]


def _lines(path: Path, data: bytes) -> list[Piece]:
    pieces = []
    for number, line in enumerate(_text(path, data).split("\n"), 1):
        if not line.strip():
            continue
        where = f"{path}:{number}"
        try:
            pieces.append(Piece(where=where, id=None, fields=json.loads(line)))
        except (ValueError, RecursionError) as error:  # costs this line, not the others
            pieces.append(Piece(where=where, id=None, fields=None, fault=f"no JSON: {error}"))
    return pieces


def _feed(path: Path, data: bytes, now: datetime) -> list[Piece]:
    """Read a feed of one's own, from another publisher: its entries become articles of ours."""
    address = path.absolute().as_uri()
    try:
        feed = parse(data, url="http://localhost/", content_type="application/xml")
    except PollError as error:
        raise ImportFault(f"{path}: {error.detail}") from error
    source = Source(id="import", url=address, created_at=now)
    pieces = []
    for entry, key, _ in identity.tell_apart(feed.entries):
        taken = convert(entry, source, feed=feed, now=now)
        fields = {**taken.fields, "published_at": rfc3339(taken.published_at or now)}
        pieces.append(Piece(where=f"{path}: {key[:80]}", id=_steady_id("feed", key), fields=fields))
    return pieces


def _steady_id(kind: str, *parts: str) -> str:
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()
    return f"{kind}-{digest[:20]}"


def _text(path: Path, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ImportFault(f"{path}: not UTF-8 (byte {error.start})") from error
