"""`rebuild`: every channel compared with a regeneration, beside a serving process."""

import click

from feeds.cli.instance import newsroom
from feeds.cli.progress import steps
from feeds.pipeline.printer import Printer
from feeds.pipeline.refresh import refresh, spots_of


@click.command()
@click.argument("keys", nargs=-1, metavar="[KEY]…")
@click.option("--fresh", is_flag=True, help="Render every article anew, whatever is kept.")
def rebuild(keys: tuple[str, ...], fresh: bool) -> None:
    """Compare channels (all, or those named) with a regeneration; what differs is stored."""
    with newsroom() as room:
        spots = spots_of(room, keys)
        printer = Printer(room.site, room.settings)
        with steps("document", len(spots)) as tell:
            changed = refresh(room, printer, spots, fresh=fresh, on_progress=tell)
    click.echo(f"{len(spots)} looked at, {changed} changed")
