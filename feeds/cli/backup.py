"""`backup FILE`: database, pictures and token as one tar, consistent while the newsroom serves."""

import os
import tarfile
import tempfile
from pathlib import Path

import click
from tqdm import tqdm

from feeds.cli.instance import newsroom
from feeds.errors import BroadsheetError
from feeds.store import sqlite


class BackupFault(BroadsheetError):
    """A backup that cannot be made as asked."""


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Write a backup; unpacked into an empty instance folder it is the newsroom again."""
    if file.exists():
        raise BackupFault(f"{file} is there already")
    if not file.absolute().parent.is_dir():
        raise BackupFault(f"{file.absolute().parent} is no folder")
    with newsroom() as room:
        instance = room.settings.instance
        with tempfile.TemporaryDirectory(dir=file.absolute().parent, prefix=".backup-") as folder:
            copy, part = Path(folder) / "broadsheet.db", Path(folder) / "backup.tar"
            sqlite.copy_file(room.store.url, copy)
            _pack(part, {"broadsheet.db": copy, **_kept(instance)})
            os.replace(part, file)
    click.echo(f"written: {file}")


def _kept(instance: Path) -> dict[str, Path]:
    """Give what is kept beside the database, by its name within the instance."""
    found = [path for path in sorted((instance / "media").rglob("*")) if path.is_file() and path.suffix != ".part"]
    token = instance / "token"
    return {str(path.relative_to(instance)): path for path in [*found, *([token] if token.exists() else [])]}


def _pack(target: Path, members: dict[str, Path]) -> None:
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)  # it holds the token
    with os.fdopen(handle, "wb") as file:
        with tarfile.open(fileobj=file, mode="w") as tar:
            for name, path in tqdm(members.items(), unit="file", disable=None, leave=False):
                tar.add(path, arcname=name, recursive=False)
        file.flush()
        os.fsync(file.fileno())
