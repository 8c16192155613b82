"""`rebuild`: every channel compared with a regeneration, beside a serving process."""

import click
from tqdm import tqdm

from feeds.cli.instance import newsroom
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
        with tqdm(total=len(spots), unit="document", disable=None, leave=False) as bar:
            changed = refresh(room, printer, spots, fresh=fresh, on_progress=bar.update)
    click.echo(f"{len(spots)} looked at, {changed} changed")
