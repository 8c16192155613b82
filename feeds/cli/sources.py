"""`sources …`: partners, from the machine the newsroom runs on."""

from pathlib import Path

import click

from feeds.cli.instance import newsroom
from feeds.cli.lifeline import hold
from feeds.cli.progress import steps
from feeds.cli.tables import raise_for, show, show_one
from feeds.errors import Refusal, words_of
from feeds.ingest.opml import read_opml
from feeds.ingest.readers import Readers
from feeds.model.source import IDENTITIES, Outcome
from feeds.pipeline import partners
from feeds.pipeline.full_text import read_now
from feeds.pipeline.poll import claim, poll
from feeds.pipeline.poller import make_fetcher
from feeds.pipeline.release import release
from feeds.pipeline.trial import look_at
from feeds.publish.opml import Outline, write
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
@click.option("--identity", type=click.Choice(["auto", *IDENTITIES]), help="What its entries are told apart by.")
@click.option("--wire", is_flag=True, default=None, help="Its version of a story goes before other partners'.")
def add_source(url: str, add_tags: tuple[str, ...], **given: object) -> None:
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
        with make_fetcher(room) as fetcher, Readers() as readers:
            came = poll(room, fetcher, source, readers.read)
            read_now(room, fetcher, source_id, readers.read_page)
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


@sources.command("pause")
@click.argument("source_id", metavar="ID")
def pause_source(source_id: str) -> None:
    """Stop polling a source until it is resumed."""
    with newsroom() as room:
        partners.pause(room, source_id)
    click.echo(f"paused: {source_id}")


@sources.command("resume")
@click.argument("source_id", metavar="ID")
def resume_source(source_id: str) -> None:
    """Poll a source again, at once."""
    with newsroom() as room:
        partners.resume(room, source_id)
    click.echo(f"resumed: {source_id}")


@sources.command("release")
@click.argument("source_id", metavar="ID")
@click.argument("entries", nargs=-1, metavar="[ENTRY]…")
def release_entries(source_id: str, entries: tuple[str, ...]) -> None:
    """Publish entries that are held: those named, or all, which ends a quarantine."""
    with newsroom() as room:
        count = release(room, source_id, entries)
    click.echo(f"released: {count}")


@sources.command("test")
@click.argument("url")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--lifeline", type=int, hidden=True, help="A pipe: whoever asked is gone when it closes.")
def test_source(url: str, as_json: bool, lifeline: int | None) -> None:
    """Say what would be published of a feed; nothing is stored."""
    if lifeline is not None:
        hold(lifeline)
    with newsroom() as room, make_fetcher(room) as fetcher, Readers() as readers:
        told = look_at(room, fetcher, url, readers.read)
    if as_json:
        show_one(told, as_json=True)
        # The API's child says by its exit code whether it could look, not what it saw.
        if lifeline is None and Outcome(str(told["outcome"])).is_failure:
            raise Refusal(502, f"{url} could not be read")
        return
    detail = f" ({told['detail']})" if told["detail"] else ""
    click.echo(f"{told['outcome']}: {told['title'] or url}{detail}")
    entries = told["entries"]
    assert isinstance(entries, list)
    show(entries, ("state", "published_at", "title", "link", "why"), as_json=False)
    if Outcome(str(told["outcome"])).is_failure:
        raise Refusal(502, f"{url} could not be read")


@sources.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_sources(file: Path) -> None:
    """Add the feeds of an OPML list; those that are polled already stay as they are."""
    try:
        outlines = read_opml(file.read_bytes())
    except ValueError as error:
        raise Refusal(422, f"{file}: {error}") from error
    added = known = 0
    refused = []
    with newsroom() as room, steps("source", len(outlines)) as tell:
        for outline in outlines:
            tell(1)
            try:
                partners.add(room, {"url": outline.xml_url, "title": outline.title})
                added += 1
            except Refusal as error:
                if error.status == 409:
                    known += 1
                    continue
                refused.append(f"{outline.xml_url}: {words_of(error)}")
                click.echo(f"refused: {refused[-1]}")
    click.echo(f"added: {added}, known: {known}, refused: {len(refused)}")
    raise_for(refused, "added")


@sources.command("export")
def export_sources() -> None:
    """Write the sources as an OPML list to standard output."""
    with newsroom() as room, room.store.read() as connection:
        found = kept.list_all(connection, limit=1_000_000)
        title = f"Sources of {room.site.title}"
    outlines = [Outline(source.title or source.id, source.url, source.site_url) for source in found]
    click.echo(write(title, {"": outlines}), nl=False)


def _outcome(last: object) -> object:
    return last.get("outcome") if isinstance(last, dict) else None
