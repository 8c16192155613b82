"""`sources add|list|show|poll|remove`: partners, from the machine the newsroom runs on."""

import click

from feeds.cli.instance import newsroom
from feeds.cli.tables import show, show_one
from feeds.errors import Refusal
from feeds.pipeline import partners
from feeds.pipeline.poll import claim, poll
from feeds.pipeline.poller import make_fetcher
from feeds.store import sources as kept


@click.group()
def sources() -> None:
    """Partners' feeds that are polled."""


@sources.command("add")
@click.argument("url")
@click.option("--title", help="Its name; otherwise the one that the feed gives itself.")
@click.option("--section", help="The section that its articles go to.")
@click.option("--add-tag", "add_tags", multiple=True, help="A tag that all its articles get; may be repeated.")
@click.option("--rights", type=click.Choice(["full", "summary", "link"]), help="What may be shown of its articles.")
@click.option("--credit", help="The line that names the partner.")
def add_source(url: str, add_tags: tuple[str, ...], **given: str | None) -> None:
    """Add a partner's feed; a running worker polls it at once."""
    fields = {name: value for name, value in {**given, "add_tags": list(add_tags) or None}.items() if value is not None}
    with newsroom() as room:
        source = partners.add(room, {"url": url, **fields})
    click.echo(source.id)


@sources.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_sources(as_json: bool) -> None:
    """List the sources, with their last poll and the next one."""
    with newsroom() as room, room.store.read() as connection:
        rows = [partners.represent(connection, source) for source in kept.list_all(connection)]
    if not as_json:
        rows = [{**row, "last": _outcome(row["last"])} for row in rows]
    show(rows, ("id", "state", "last", "next_poll_at", "title", "why"), as_json=as_json)


@sources.command("show")
@click.argument("source_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show_source(source_id: str, as_json: bool) -> None:
    """Show a source: how its last poll went, when the next one is, and why then."""
    with newsroom() as room, room.store.read() as connection:
        told = partners.represent(connection, partners.get(connection, source_id))
    show_one(told, as_json=as_json)


@sources.command("poll")
@click.argument("source_id", metavar="ID")
def poll_source(source_id: str) -> None:
    """Poll a source now, and say what came of it."""
    with newsroom() as room:
        source = partners.poll_soon(room, source_id)
        claim(room, source)
        came = poll(room, make_fetcher(room), source)
    click.echo(f"{came.outcome}: {came.new} new, {came.changed} changed{f' ({came.detail})' if came.detail else ''}")
    if came.outcome.is_failure:
        raise Refusal(502, f"{source_id} could not be polled")


@sources.command("remove")
@click.argument("source_id", metavar="ID")
def remove_source(source_id: str) -> None:
    """Stop polling a source; its articles stay, with its name."""
    with newsroom() as room:
        partners.remove(room, source_id)
    click.echo(f"removed: {source_id}")


def _outcome(last: object) -> object:
    return last.get("outcome") if isinstance(last, dict) else None
