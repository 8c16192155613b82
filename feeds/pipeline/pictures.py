"""Pictures taken in: looked at, written whole beside the database, known by the hash of their bytes.

What a submission leaves out of a picture that we serve (type, length, width, height) is filled in from what is known.
"""

import hashlib
import os
import re
import secrets
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

from feeds.errors import Refusal, StoreError
from feeds.model.dates import to_us
from feeds.model.picture import TYPES, read_picture
from feeds.model.submission import SentAttachment, SentImage, Submission
from feeds.pipeline.newsroom import Newsroom
from feeds.store import media
from feeds.store.database import Connection
from feeds.store.media import Medium

NAME = re.compile(r"[0-9a-f]{32}\.(?:png|jpg|gif|webp|avif)", re.ASCII)
MEASURES = ("type", "length", "width", "height")  # of a picture, in the order in which they are told
STALE_PART = 3600.0  # seconds after which a file that was never finished is left over from a kill
_FOLDER = "/media/"
Part = TypeVar("Part", SentImage, SentAttachment)


def take(room: Newsroom, data: bytes, declared: str) -> tuple[Medium, bool]:
    """Keep a picture; give what is known of it, and whether it is new. Raises Refusal 415, StoreError."""
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
        is_new = media.keep(connection, medium, to_us(room.clock.now())) or is_new
    return medium, is_new


def address_of(medium: Medium) -> str:
    """Give a picture's address within the site."""
    return _FOLDER + medium.name


def path_of(room: Newsroom, name: str) -> Path:
    """Give the file of a picture; the name must be one."""
    return _folder(room) / name


def name_of(room: Newsroom, url: str) -> str | None:
    """Give the name of our picture that an address leads to, rooted or absolute; None where it leads elsewhere."""
    path = url.removeprefix(room.site.url)
    name = path.removeprefix(_FOLDER)
    return name if path.startswith(_FOLDER) and NAME.fullmatch(name) else None


def completed(connection: Connection, room: Newsroom, wanted: Iterable[Submission]) -> list[Submission]:
    """Fill what submissions leave out of pictures that we serve; one query for all of them."""
    submissions = list(wanted)
    named = {name for sent in submissions for part in _parts(sent) if (name := name_of(room, part.url))}
    if not named:
        return submissions
    known = media.load(connection, named)
    return [_completed(sent, room, known) for sent in submissions]


def unmeasured(connection: Connection, room: Newsroom, image: dict[str, object]) -> dict[str, object]:
    """Give an article's image, as it is told, without what was filled in: it would be wrong of another picture."""
    name = name_of(room, str(image.get("url", "")))
    medium = media.load(connection, [name]).get(name) if name else None
    if medium is None:
        return image
    return {key: value for key, value in image.items() if key not in MEASURES or value != getattr(medium, key)}


def clear_parts(room: Newsroom) -> None:
    """Remove what a kill left half-written."""
    for part in _folder(room).glob("*.part"):
        try:
            if time.time() - part.stat().st_mtime > STALE_PART:  # against the file system's own clock
                part.unlink()
        except FileNotFoundError:
            continue  # finished meanwhile


def _parts(sent: Submission) -> list[SentImage | SentAttachment]:
    return [*([sent.image] if sent.image is not None else []), *sent.attachments]


def _completed(sent: Submission, room: Newsroom, known: dict[str, Medium]) -> Submission:
    def filled(part: Part) -> Part:
        medium = known.get(name_of(room, part.url) or "")
        lacking = [name for name in MEASURES if getattr(part, name, 0) in ("", None)] if medium is not None else []
        return part.model_copy(update={name: getattr(medium, name) for name in lacking})

    image = None if sent.image is None else filled(sent.image)
    return sent.model_copy(update={"image": image, "attachments": [filled(part) for part in sent.attachments]})


def _folder(room: Newsroom) -> Path:
    return room.settings.instance / "media"


def _write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; raises StoreError where it cannot be (disk full, say)."""
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with part.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(part, path)
        finally:
            part.unlink(missing_ok=True)
        folder = os.open(path.parent, os.O_RDONLY)  # the name is durable only with its folder
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise StoreError(f"the picture cannot be stored: {error.strerror}") from error
