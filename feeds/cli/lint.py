"""`lint [FILE|URL|KEY…]`: the judgement that our documents pass before they are served, on anything."""

import json
from pathlib import Path

import click

from feeds.cli.instance import newsroom
from feeds.errors import PollError, Refusal
from feeds.model.document import Format
from feeds.model.source import Validators
from feeds.pipeline.newsroom import Newsroom
from feeds.pipeline.poller import make_fetcher
from feeds.pipeline.printer import Printer
from feeds.pipeline.refresh import spots_of
from feeds.pipeline.serving import Kitchen
from feeds.publish.judge import Judgement, judge
from feeds.store import channels


@click.command()
@click.argument("things", nargs=-1, metavar="[FILE|URL|KEY]…")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def lint(ctx: click.Context, things: tuple[str, ...], as_json: bool) -> None:
    """Judge documents: files, addresses, channels by their keys; without any, all that we serve."""
    with newsroom() as room:
        found = [(name, judge(data)) for thing in things or ("",) for name, data in _documents(room, thing)]
    if as_json:
        told = [{"name": name, **judged._asdict()} for name, judged in found]
        click.echo(json.dumps({"items": told, "next": None}, ensure_ascii=False, indent=2))
    else:
        for name, judged in found:
            _print(name, judged)
    if any(judged.faults for _, judged in found):
        ctx.exit(1)


def _documents(room: Newsroom, thing: str) -> list[tuple[str, bytes]]:
    if thing.startswith(("http://", "https://")):
        try:
            return [(thing, make_fetcher(room).fetch(thing, Validators()).body)]
        except PollError as error:
            raise Refusal(502, f"{thing}: {error.detail}") from error
    if thing and Path(thing).is_file():
        return [(thing, Path(thing).read_bytes())]
    kitchen = Kitchen(room, Printer(room.site, room.settings))
    found = []
    for spot in spots_of(room, [thing] if thing else []):
        with room.store.read() as connection:
            key = channels.load(connection, [spot[0]])[spot[0]].key
        for format in Format:
            whole = kitchen.join(spot, format)
            if whole is not None:
                found.append((f"{key}{f'/archive/{spot[1]}' if spot[1] else ''}.{format}", whole.data))
    return found


def _print(name: str, judged: Judgement) -> None:
    for kind, lines in (("fault", judged.faults), ("warning", judged.warnings)):
        for line in lines:
            click.echo(f"{name}: {kind}: {line}")
    if not judged.faults and not judged.warnings:
        click.echo(f"{name}: good {judged.format}")
