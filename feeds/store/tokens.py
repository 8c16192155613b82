"""Tokens of the API: only their SHA-256 is kept. The first one, of scope admin, lies in a file beside the database."""

import hashlib
import os
import secrets
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, select, update

from feeds.store.schema import tokens

_all = select(tokens.c.name, tokens.c.scope, tokens.c.created_at, tokens.c.revoked_at)
SCOPES = ("read", "write", "admin")  # each holds the ones before it


def make() -> str:
    """Make up a token."""
    return "bs_" + secrets.token_urlsafe(32)


def insert(connection: Connection, token: str, *, name: str, scope: str, now_us: int) -> None:
    """Make a token known."""
    connection.execute(tokens.insert().values(hash=_hash(token), name=name, scope=scope, created_at=now_us))


def scope_of(connection: Connection, token: str) -> str | None:
    """Give the scope of a token; None where it is unknown or revoked."""
    known = select(tokens.c.scope).where(tokens.c.hash == _hash(token), tokens.c.revoked_at.is_(None))
    return connection.execute(known).scalar()


class Token(NamedTuple):
    """What is known of a token; instants in microseconds."""

    name: str
    scope: str
    created_at: int
    revoked_at: int | None


def find(connection: Connection, name: str) -> Token | None:
    """Give the token of a name that was not revoked."""
    row = connection.execute(_all.where(tokens.c.name == name, tokens.c.revoked_at.is_(None))).first()
    return None if row is None else Token(*row)


def list_all(connection: Connection) -> list[Token]:
    """Give all tokens, in the order in which they were made."""
    return [Token(*row) for row in connection.execute(_all.order_by(tokens.c.id))]


def revoke(connection: Connection, name: str, now_us: int) -> bool:
    """Revoke the token of a name; False where there is none."""
    own = tokens.c.name == name, tokens.c.revoked_at.is_(None)
    return connection.execute(update(tokens).where(*own).values(revoked_at=now_us)).rowcount > 0


def is_any(connection: Connection) -> bool:
    """Say whether there is a token at all."""
    return connection.execute(select(tokens.c.id).limit(1)).first() is not None


def write_file(path: Path, token: str) -> None:
    """Write a token to a file that its owner alone may read; whole or not at all."""
    part = path.with_name(path.name + ".part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        os.fchmod(file.fileno(), 0o600)  # the mode above counts only for a file that is new
        file.write(token + "\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
