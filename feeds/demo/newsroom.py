"""The demo newsroom: its stories, writers and partners, as the intake takes them.

The moment of the load in, article fields out, as a client would POST them (CONTRACT section 4), with ids that
never change and dates that hang on that moment. What happens to two of the stories afterwards stands here as
values. The texts are in stories/*.toml; nothing is stored here.
"""

import re
import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any

from feeds.demo.partner import HOST, SCIENCE_PATH, SCIENCE_TITLE, WIRE_PATH, WIRE_TITLE
from feeds.model.dates import rfc3339, whole_second

_SECTIONS = {"news": "News", "harbour": "Harbour", "life": "Life", "opinion": "Opinion"}
_AGE = re.compile(r"(?P<count>-?\d+)(?P<unit>[mhd])")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_BLOCKS = ("<ul>", "<ol>", "<p>", "<blockquote>", "<figure>", "<table>")
_AS_WRITTEN = ("title", "standfirst", "kicker", "dateline", "language", "tags", "flags", "related")


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A story's mistake and its mending; `note` is what readers are told."""

    article_id: str
    wrong: str
    right: str
    note: str

    @property
    def fields(self) -> dict[str, object]:
        """The story's fields that the mending changes, as they are afterwards."""
        texts = (story["text"] for stem in _SECTIONS for story in _read(stem)["story"] if _id(story) == self.article_id)
        return {"content_html": _html(next(texts).replace(self.wrong, self.right))}


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A story that is taken back once it was out, and the reason that is given."""

    article_id: str
    reason: str


CORRECTION = Correction(
    article_id="demo-013",
    wrong="54 of 60 beach huts",
    right="44 of 60 beach huts",
    note="An earlier version said that 54 of the beach huts at Oyster Reach were damaged. It was 44.",
)
WITHDRAWAL = Withdrawal("demo-029", "The sale had not been agreed when we reported it.")


def stories(loaded_at: datetime) -> list[dict[str, object]]:
    """Give every story, oldest first, as POST /api/articles takes it; all values are JSON's.

    The one that is still to come is `scheduled`, ten minutes after the load.
    """
    bios = {author["name"]: author for author in authors()}
    told = [(_age(story), section, story) for stem, section in _SECTIONS.items() for story in _read(stem)["story"]]
    told.sort(key=lambda each: (-each[0], each[2]["number"]))
    return [_fields(story, section, bios, whole_second(loaded_at) - age) for age, section, story in told]


def authors() -> list[dict[str, str]]:
    """Give the writers, each with name and bio."""
    return [dict(author) for author in _read("authors")["author"]]


def sources(port: int) -> list[dict[str, object]]:
    """Give the two partners on that port as POST /api/sources takes them."""
    home = f"http://{HOST}:{port}"
    return [
        {
            "url": home + WIRE_PATH,
            "title": WIRE_TITLE,
            "section": "Harbour",
            "tags": {"Sailing": "Sport", "Markets": ""},
        },
        {
            "url": home + SCIENCE_PATH,
            "title": SCIENCE_TITLE,
            "add_tags": ["Nature"],
            "credit": "With thanks to Coast Science",
        },
    ]


def _fields(
    story: dict[str, Any], section: str, bios: dict[str, dict[str, str]], published: datetime
) -> dict[str, object]:
    fields: dict[str, object] = {name: story[name] for name in _AS_WRITTEN if name in story}
    fields["id"] = _id(story)
    fields["section"] = section
    fields["authors"] = [dict(bios[name]) for name in story["authors"]]
    fields["content_html"] = _html(story["text"])
    fields["published_at"] = rfc3339(published)
    fields["status"] = "scheduled" if _age(story) < timedelta(0) else "published"
    return fields


def _id(story: dict[str, Any]) -> str:
    return f"demo-{story['number']:03d}"


def _html(text: str) -> str:
    blocks = (block.strip() for block in text.split("\n\n"))
    return "\n".join(block if block.startswith(_BLOCKS) else f"<p>{block}</p>" for block in blocks)


def _age(story: dict[str, Any]) -> timedelta:
    """How long before the load a story was published; those of past days went out at hours of their own."""
    match = _AGE.fullmatch(story["age"])
    if match is None:
        raise ValueError(f"{story['age']} is no age such as 25m, 3h or 410d")
    minutes = story["number"] * 37 % 600 if match["unit"] == "d" else 0
    return int(match["count"]) * _UNITS[match["unit"]] + timedelta(minutes=minutes)


def _read(stem: str) -> dict[str, Any]:
    return tomllib.loads(files("feeds.demo").joinpath("stories", f"{stem}.toml").read_text(encoding="utf-8"))
