"""Tokens of the API: only their SHA-256 is kept. The first one, of scope admin, lies in a file beside the database."""

import hashlib
import os
import secrets
from pathlib import Path

from sqlalchemy import Connection, select

from feeds.store.schema import tokens

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
