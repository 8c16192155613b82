"""`articles list|show|withdraw`: a look at the newsroom from the machine it runs on."""

import click

from feeds.cli.instance import newsroom
from feeds.cli.tables import show, show_one
from feeds.errors import Refusal
from feeds.model.representation import represent
from feeds.pipeline import intake
from feeds.store import articles as kept
from feeds.store import places


@click.group()
def articles() -> None:
    """Look at articles, and withdraw them."""


@articles.command("list")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="How many of the newest.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_articles(limit: int, as_json: bool) -> None:
    """List the newest articles in any status."""
    with newsroom() as room, room.store.read() as connection:
        ids = kept.newest(connection, limit=limit)
        found, keys = kept.load(connection, ids), places.keys_of(connection, ids)
        rows = [represent(found[article], room.site, keys[article]) for article in ids]
    show(rows, ("id", "status", "published_at", "title"), as_json=as_json)


@articles.command("show")
@click.argument("article_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show_article(article_id: str, as_json: bool) -> None:
    """Show an article."""
    with newsroom() as room, room.store.read() as connection:
        found = kept.find(connection, article_id)
        if found is None:
            raise Refusal(404, f"there is no article {article_id}")
        told = represent(found, room.site, places.keys_of(connection, [article_id])[article_id])
    show_one(told, as_json=as_json)


@articles.command("withdraw")
@click.argument("article_id", metavar="ID")
@click.option("--reason", default="", help="What readers are told.")
def withdraw_article(article_id: str, reason: str) -> None:
    """Withdraw an article: out of all channels, its page answers 410."""
    with newsroom() as room, room.store.write() as connection:
        found = kept.find(connection, article_id)
        if found is None:
            raise Refusal(404, f"there is no article {article_id}")
        intake.take_back(connection, room, found, reason=reason, now=room.clock.now())
    click.echo(f"withdrawn: {article_id}")
