"""`demo load`: the demo newsroom put into an empty instance."""

import click

from feeds.cli.instance import newsroom, read_settings
from feeds.cli.progress import steps
from feeds.demo.load import load


@click.group()
def demo() -> None:
    """The demo newsroom."""


@demo.command("load")
def load_demo() -> None:
    """Put the demo newsroom into this instance; again: nothing changes."""
    with newsroom(read_settings(demo=True)) as room, steps("story") as tell:
        stories = load(room, on_progress=tell)
    click.echo(f"loaded {stories} stories" if stories else "the demo is loaded already")
