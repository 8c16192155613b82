"""Files to articles: a pasted page (.txt), articles (.json, .ndjson), a feed (.xml); read whole, taken in by batches.

A page or a feed's entry gets an id that follows from what it says: importing the file again changes nothing.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from feeds.errors import BroadsheetError, Fault, PollError, Refusal
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
    """One article of a file: where it stands, its id (None: one is assigned), its fields, its pasted page."""

    where: str
    id: str | None
    fields: object
    page: PastedPage | None = None


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
        checked = [(piece, _checked(piece)) for piece in pieces[at : at + BULK_ITEMS]]
        with room.store.write() as connection:
            done = [(piece, _take_one(connection, room, piece, wanted)) for piece, wanted in checked]
        yield from done
        room.store.give_way()


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


def _checked(piece: Piece) -> Submission | Refusal:
    try:
        return submission_of(piece.fields, may_set_updated=True)
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
        try:
            pieces.append(Piece(where=f"{path}:{number}", id=None, fields=json.loads(line)))
        except (ValueError, RecursionError) as error:
            raise ImportFault(f"{path}:{number}: no JSON: {error}") from error
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


def words_of(refusal: Refusal) -> str:
    """Give a refusal in one line: every field at fault and what it may be."""
    faults: tuple[Fault, ...] = refusal.faults
    return "; ".join(f"{fault.pointer or '/'} {fault.detail}" for fault in faults) or refusal.detail
