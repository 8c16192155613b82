"""Which stories and writers of the demo have a picture, and what is said of it; drawn here, kept as any other is."""

import tomllib
from importlib.resources import files
from typing import Any

from feeds.demo.drawing import portrait
from feeds.demo.subjects import draw
from feeds.pipeline import pictures
from feeds.pipeline.newsroom import Newsroom

CREDIT = "Drawn for the demo"


def illustrate(room: Newsroom, stories: list[dict[str, object]]) -> None:
    """Draw pictures, keep them, and name them in the fields of stories and their authors."""
    told = {f"demo-{picture['story']:03d}": picture for picture in _read()}
    faces: dict[str, str] = {}
    for fields in stories:
        if (picture := told.get(str(fields["id"]))) is not None:
            image = {"url": _kept(room, draw(picture["subject"], picture["light"], seed=picture["story"]))}
            fields["image"] = {**image, "alt": picture["alt"], "caption": picture["caption"], "credit": CREDIT}
        authors = fields["authors"]
        assert isinstance(authors, list)
        for author in authors:
            if author["name"] not in faces:
                faces[author["name"]] = _kept(room, portrait(len(faces)))
            author["image"] = faces[author["name"]]


def _read() -> list[dict[str, Any]]:
    text = files("feeds.demo").joinpath("stories", "pictures.toml").read_text(encoding="utf-8")
    found: list[dict[str, Any]] = tomllib.loads(text)["picture"]
    return found


def _kept(room: Newsroom, png: bytes) -> str:
    medium, _ = pictures.take(room, png, "image/png")
    return pictures.address_of(medium)
