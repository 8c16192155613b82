"""`import FILE…`: pasted pages, articles as JSON, feeds (CONTRACT section 2)."""

import sys
from datetime import datetime
from pathlib import Path

import click

from feeds.cli.instance import newsroom
from feeds.cli.progress import steps
from feeds.clock import SystemClock
from feeds.errors import Refusal
from feeds.model.dates import parse_rfc3339, whole_second
from feeds.pipeline.imports import ImportFault, Piece, read_file, take, words_of


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
    refused = 0
    for path in files:
        try:
            pieces += read_file(path, published=published, now=now)
        except ImportFault as error:
            click.echo(str(error), err=True)
            refused += 1
    if dry_run:
        _tell(pieces)
    else:
        refused += _take(pieces)
    if refused:
        raise Refusal(422, f"{refused} could not be taken")


def _tell(pieces: list[Piece]) -> None:
    for piece in pieces:
        click.echo(f"{piece.where}:")
        report = piece.page.report() if piece.page is not None else _fields(piece.fields)
        width = max((len(name) for name, _ in report), default=0)
        for name, value in report:
            click.echo(f"  {name.ljust(width)}  {value}")


def _fields(fields: object) -> list[tuple[str, str]]:
    return [(name, str(value)) for name, value in fields.items()] if isinstance(fields, dict) else [("", str(fields))]


def _take(pieces: list[Piece]) -> int:
    """Take the pieces in, with a line for each; give how many were refused."""
    refused = 0
    # A terminal that shows a line for each piece needs no bar between them.
    with newsroom() as room, steps("article", len(pieces), is_shown=not sys.stdout.isatty()) as tell:
        for piece, came in take(room, pieces):
            tell(1)
            if isinstance(came, Refusal):
                click.echo(f"{piece.where}: {words_of(came)}", err=True)
                refused += 1
                continue
            did = "new" if came.is_new else "changed" if came.has_changed else "as it was"
            article = came.article
            note = ""
            if piece.page is not None and article.status == "draft":
                note = "; a draft, since a page does not say when its story was published: give --published TIME"
            click.echo(f"{article.id}: {did}, {article.status}{note}")
    return refused
