"""`import FILE…`: pasted pages, articles as JSON, feeds (CONTRACT section 2)."""

import sys
from datetime import datetime
from pathlib import Path

import click

from feeds.cli.instance import newsroom
from feeds.cli.progress import steps
from feeds.cli.tables import raise_for
from feeds.clock import SystemClock
from feeds.errors import Refusal, words_of
from feeds.model.dates import parse_rfc3339, whole_second
from feeds.pipeline.imports import ImportFault, Piece, checked_piece, read_file, take


class Moment(click.ParamType[datetime]):
    """An RFC 3339 time with its offset."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        try:
            return whole_second(parse_rfc3339(str(value)))
        except ValueError as error:
            self.fail(f"{value!r} must be {error}", param, ctx)


@click.command("import")
@click.argument("files", metavar="FILE…", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--published", type=Moment(), help="When a pasted page's story was published; without it, it is a draft.")
@click.option("--dry-run", is_flag=True, help="Say what would be taken, and store nothing.")
def import_files(files: tuple[Path, ...], published: datetime | None, dry_run: bool) -> None:
    """Take in files: .txt a pasted page, .json and .ndjson articles, .xml a feed."""
    now = SystemClock().now()
    pieces: list[Piece] = []
    refused: list[str] = []
    for path in files:
        try:
            pieces += read_file(path, published=published, now=now)
        except ImportFault as error:
            click.echo(f"refused: {error}")
            refused.append(str(error))
    refused += _tell(pieces) if dry_run else _take(pieces)
    raise_for(refused, "taken")


def _tell(pieces: list[Piece]) -> list[str]:
    """Say of each piece what would be taken; give which would be refused, and why."""
    refused = []
    for piece in pieces:
        if isinstance(wrong := checked_piece(piece), Refusal):
            refused.append(_refused(piece, wrong))
            continue
        click.echo(f"{piece.where}:")
        report = piece.page.report() if piece.page is not None else _fields(piece.fields)
        width = max((len(name) for name, _ in report), default=0)
        for name, value in report:
            click.echo(f"  {name.ljust(width)}  {value}")
    return refused


def _fields(fields: object) -> list[tuple[str, str]]:
    return [(name, str(value)) for name, value in fields.items()] if isinstance(fields, dict) else [("", str(fields))]


def _take(pieces: list[Piece]) -> list[str]:
    """Take the pieces in, with a line for each; give which were refused, and why."""
    refused = []
    # A terminal that shows a line for each piece needs no bar between them.
    with newsroom() as room, steps("article", len(pieces), is_shown=not sys.stdout.isatty()) as tell:
        for piece, came in take(room, pieces):
            tell(1)
            if isinstance(came, Refusal):
                refused.append(_refused(piece, came))
                continue
            did = "new" if came.is_new else "changed" if came.has_changed else "as it was"
            article = came.article
            note = ""
            if piece.page is not None and article.status == "draft":
                note = "; a draft, since a page does not say when its story was published: give --published TIME"
            click.echo(f"{article.id}: {did}, {article.status}{note}")
    return refused


def _refused(piece: Piece, refusal: Refusal) -> str:
    told = f"{piece.where}: {words_of(refusal)}"
    click.echo(f"refused: {told}")
    return told
