"""`backup FILE`: the instance as one tar, of one moment, while the newsroom serves.

In it are the database, pictures, the token file and the instance's own config.toml: all that the instance folder holds
of the newsroom. It can be made before a migration too, whatever the database's schema.
"""

import os
import tarfile
import tempfile
from pathlib import Path

import click

from feeds.cli.instance import read_settings
from feeds.cli.progress import share, steps
from feeds.errors import BroadsheetError
from feeds.store import sqlite

DATABASE = "broadsheet.db"  # where an instance without database.url has it
BESIDE = ("config.toml", "token")


class BackupFault(BroadsheetError):
    """A backup that cannot be made as asked."""


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Write a backup; unpacked into an empty instance folder it is the newsroom again."""
    target = file.absolute()
    if os.path.lexists(target):
        raise BackupFault(f"{file} is there already; a backup is never written over another file")
    if not target.parent.is_dir():
        raise BackupFault(f"{target.parent} is no folder")
    settings = read_settings()
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
        copy, part = Path(folder) / DATABASE, Path(folder) / "backup.tar"
        with share("page") as tell:
            sqlite.copy_file(settings.database_url, copy, on_progress=tell)
        # Pictures after the database: whatever it names is there by now, since none is ever taken away.
        _pack(part, {DATABASE: copy, **_beside(settings.instance)})
        os.replace(part, target)
    _flush(target.parent)
    click.echo(f"written: {file} ({target.stat().st_size:,} bytes; it holds the admin token and every draft)")


def _beside(instance: Path) -> dict[str, Path]:
    """Give what is kept beside the database, by its name within the instance."""
    media = instance / "media"
    pictures = [path for path in sorted(media.rglob("*")) if path.is_file() and path.suffix != ".part"]
    named = [path for name in BESIDE if (path := instance / name).is_file()]
    return {str(path.relative_to(instance)): path for path in [*named, *pictures]}


def _pack(target: Path, members: dict[str, Path]) -> None:
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)  # it holds the token
    with os.fdopen(handle, "wb") as file, steps("file", len(members)) as tell:
        with tarfile.open(fileobj=file, mode="w") as tar:
            for name, path in members.items():
                tar.add(path, arcname=name, recursive=False)
                tell(1)
        file.flush()
        os.fsync(file.fileno())


def _flush(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
