"""`tokens create|list|revoke`: who may call the API."""

import click

from feeds.cli.instance import newsroom
from feeds.cli.tables import show
from feeds.errors import Refusal
from feeds.model.dates import from_us, rfc3339, to_us
from feeds.store import tokens as kept


@click.group()
def tokens() -> None:
    """Tokens of the API."""


@tokens.command("create")
@click.argument("name")
@click.option("--scope", type=click.Choice(kept.SCOPES), default="read", show_default=True, help="What it may do.")
def create_token(name: str, scope: str) -> None:
    """Make a token, and print it: it is shown this once."""
    if not name.strip() or len(name) > 100 or not name.isprintable():
        raise click.BadParameter("a name has 1 to 100 printable characters", param_hint="NAME")
    with newsroom() as room, room.store.write() as connection:
        if kept.find(connection, name.strip()):
            raise Refusal(409, f"there is a token named {name.strip()}")
        token = kept.make()
        kept.insert(connection, token, name=name.strip(), scope=scope, now_us=to_us(room.clock.now()))
    click.echo(token)


@tokens.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_tokens(as_json: bool) -> None:
    """List the tokens, never themselves."""
    with newsroom() as room, room.store.read() as connection:
        found = kept.list_all(connection)
    rows = [
        {
            "name": token.name,
            "scope": token.scope,
            "created_at": rfc3339(from_us(token.created_at)),
            "revoked_at": None if token.revoked_at is None else rfc3339(from_us(token.revoked_at)),
        }
        for token in found
    ]
    show(rows, ("name", "scope", "created_at", "revoked_at"), as_json=as_json)


@tokens.command("revoke")
@click.argument("name")
def revoke_token(name: str) -> None:
    """Revoke a token by its name: it is refused from now on."""
    with newsroom() as room, room.store.write() as connection:
        if not kept.revoke(connection, name, to_us(room.clock.now())):
            raise Refusal(404, f"there is no token named {name}")
    click.echo(f"revoked: {name}")
