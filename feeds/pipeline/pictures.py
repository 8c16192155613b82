"""Pictures taken in: looked at, written whole beside the database, known by the hash of their bytes."""

import hashlib
import os
import re
from collections.abc import Iterable
from pathlib import Path

from feeds.errors import Refusal
from feeds.model.dates import to_us
from feeds.model.picture import TYPES, read_picture
from feeds.model.submission import Submission
from feeds.pipeline.newsroom import Newsroom
from feeds.store import media
from feeds.store.database import Connection
from feeds.store.media import Medium

NAME = re.compile(r"[0-9a-f]{32}\.(?:png|jpg|gif|webp|avif)", re.ASCII)


def take(room: Newsroom, data: bytes, declared: str) -> tuple[Medium, bool]:
    """Keep a picture; give what is known of it, and whether it is new. Raises Refusal 415."""
    if declared not in TYPES:
        raise Refusal(415, f"A picture is one of {', '.join(TYPES)}.")
    try:
        picture = read_picture(data)
    except ValueError as error:
        raise Refusal(415, f"The picture cannot be taken: {error}.") from error
    if picture.type != declared:
        raise Refusal(415, f"The picture is said to be {declared}, and is {picture.type}.")
    name = f"{hashlib.blake2b(data, digest_size=16).hexdigest()}.{picture.extension}"
    medium = Medium(name, picture.type, len(data), picture.width, picture.height)
    is_new = not path_of(room, name).exists()
    if is_new:
        _write(path_of(room, name), data)
    with room.store.write() as connection:  # after the file: what is known is there
        is_new = not media.load(connection, [name]) or is_new
        media.keep(connection, medium, to_us(room.clock.now()))
    return medium, is_new


def path_of(room: Newsroom, name: str) -> Path:
    """Give the file of a picture; the name must be one."""
    return room.settings.instance / "media" / name


def completed(connection: Connection, room: Newsroom, wanted: Iterable[Submission]) -> list[Submission]:
    """Fill what submissions leave out of pictures that we serve: type, length, width and height."""
    submissions = list(wanted)
    named = {
        name
        for sent in submissions
        for part in (sent.image, *sent.attachments)
        if part is not None and (name := _name_of(room, part.url))
    }
    if not named:
        return submissions
    known = media.load(connection, named)
    return [_completed(sent, room, known) for sent in submissions]


def _completed(sent: Submission, room: Newsroom, known: dict[str, Medium]) -> Submission:
    updates: dict[str, object] = {}
    if sent.image is not None and (medium := known.get(_name_of(room, sent.image.url) or "")) is not None:
        told = {"type": medium.type, "length": medium.length, "width": medium.width, "height": medium.height}
        lacking = {name: value for name, value in told.items() if not getattr(sent.image, name)}
        updates["image"] = sent.image.model_copy(update=lacking)
    attachments = []
    for part in sent.attachments:
        medium = known.get(_name_of(room, part.url) or "")
        told = {} if medium is None else {"type": medium.type, "length": medium.length}
        attachments.append(part.model_copy(update={n: v for n, v in told.items() if not getattr(part, n)}))
    updates["attachments"] = attachments
    return sent.model_copy(update=updates)


def _name_of(room: Newsroom, url: str) -> str | None:
    name = url.removeprefix(room.site.url).removeprefix("/media/")
    is_ours = url.startswith(("/media/", f"{room.site.url}/media/"))
    return name if is_ours and NAME.fullmatch(name) else None


def _write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)
