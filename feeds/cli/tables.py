"""What commands print: aligned columns for people, JSON with `--json`; the one line of what could not be done."""

import json
from collections.abc import Mapping, Sequence

import click

from feeds.errors import Refusal

WIDEST = 60  # characters of a column


def show(rows: Sequence[Mapping[str, object]], columns: Sequence[str], *, as_json: bool) -> None:
    """Print rows: the named columns aligned, or every value as JSON."""
    if as_json:
        click.echo(json.dumps({"items": list(rows), "next": None}, ensure_ascii=False, indent=2))
        return
    if not rows:
        click.echo("none")
        return
    cells = [list(columns), *([_cell(row.get(column)) for column in columns] for row in rows)]
    widths = [max(len(line[at]) for line in cells) for at in range(len(columns))]
    for line in cells:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def show_one(value: Mapping[str, object], *, as_json: bool) -> None:
    """Print one thing, a field a line, or as JSON."""
    if as_json:
        click.echo(json.dumps(value, ensure_ascii=False, indent=2))
        return
    width = max(map(len, value), default=0)
    for name, part in value.items():
        click.echo(f"{name.ljust(width)}  {_text(part)}")


def raise_for(refused: Sequence[str], done: str) -> None:
    """Raise Refusal where something was refused: one line, whatever their number. `done` is what was to be done."""
    if len(refused) == 1:
        raise Refusal(422, refused[0])
    if refused:
        raise Refusal(422, f"{len(refused)} could not be {done}, the first: {refused[0]}")


def _cell(value: object) -> str:
    text = " ".join(_text(value).split())
    return text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"


def _text(value: object) -> str:
    if value is None or (isinstance(value, dict | list) and not value):
        return "–"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
