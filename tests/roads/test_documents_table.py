"""docs/documents.md says what every change does to documents: its table is run, row by row."""

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from feeds.model.document import Format
from feeds.model.label import Kind
from feeds.model.rule import Rule
from feeds.pipeline import due, names, pictures
from feeds.pipeline.measuring import Measurer
from feeds.pipeline.poller import make_fetcher
from feeds.store import labels
from tests.conftest import ROOT, Desk
from tests.fakes import FixedClock
from tests.model.pictures import png

TABLE = (
    (Path(__file__).parents[2] / "docs" / "documents.md")
    .read_text(encoding="utf-8")
    .partition("## What each change does")[2]
)
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in TABLE.splitlines()
    if line.startswith("| ") and not line.startswith(("| change", "| ---"))
]
BASE = {"tags": ["One"], "authors": ["Ada"], "section": "News"}


def label(desk: Desk, kind: Kind, slug: str) -> labels.Label:
    with desk.room.store.read() as connection:
        found = labels.find_by_slug(connection, kind, slug)
    assert found is not None
    return found


def renamed(desk: Desk) -> None:
    with desk.room.store.write() as connection:
        names.change(connection, desk.room, label(desk, Kind.AUTHORS, "ada"), {"name": "Ada Marsh"})


def merged(desk: Desk) -> None:
    with desk.room.store.write() as connection:
        names.merge(connection, desk.room, label(desk, Kind.TAGS, "one"), label(desk, Kind.TAGS, "two"))


def ruled(desk: Desk) -> None:
    with desk.room.store.write() as connection:
        names.set_rule(connection, desk.room, label(desk, Kind.SECTIONS, "picked"), Rule(any_tags=("two",)))


def expire(desk: Desk) -> None:
    desk.room.clock.advance(days=1)
    due.run(desk.room)


PICTURE = png(64, 48)
ILLUSTRATED = {"image": {"url": f"/media/{hashlib.blake2b(PICTURE, digest_size=16).hexdigest()}.png"}, **BASE}


def measure(desk: Desk) -> None:
    """Have a picture of the newsroom's own come that an article named before."""
    pictures.take(desk.room, PICTURE, "image/png")
    assert Measurer(desk.room, make_fetcher(desk.room)).run() == 0  # nobody was asked


# What is there before, what is done, and the keys whose stamps move.
MOVES: dict[str, tuple[Callable[[Desk], object], Callable[[Desk], object], set[str]]] = {
    "published": (
        lambda d: None,
        lambda d: d.put("a", "A", **BASE),
        {"site", "tags/one", "authors/ada", "sections/news"},
    ),
    "scheduled": (lambda d: None, lambda d: d.put("a", "A", published_at="2027-01-01T00:00:00Z", **BASE), set()),
    "silently fixed (`minor`)": (
        lambda d: d.put("a", "A", **BASE),
        lambda d: d.put("a", "B", minor=True, **BASE),
        {"site", "tags/one", "authors/ada", "sections/news"},
    ),
    "changed": (
        lambda d: d.put("a", "A", **BASE),
        lambda d: d.put("a", "B", **BASE),
        {"site", "tags/one", "authors/ada", "sections/news"},
    ),
    "corrected": (
        lambda d: d.put("a", "A", **BASE),
        lambda d: d.put("a", "A", correction="It was two.", **BASE),
        {"site", "tags/one", "authors/ada", "sections/news", "sections/corrections"},
    ),
    "withdrawn": (
        lambda d: d.put("a", "A", **BASE),
        lambda d: d.withdraw("a", "untrue"),
        {"site", "tags/one", "authors/ada", "sections/news"},
    ),
    "republished": (
        lambda d: (d.put("a", "A", **BASE), d.withdraw("a")),
        lambda d: d.put("a", "A", status="published", **BASE),
        {"site", "tags/one", "authors/ada", "sections/news"},
    ),
    "expired": (
        lambda d: d.put("a", "A", expires_at="2026-05-01T20:00:00Z", **BASE),
        expire,
        {"site", "tags/one", "authors/ada", "sections/news"},
    ),
    "retagged": (
        lambda d: d.put("a", "A", **BASE),
        lambda d: d.put("a", "A", **{**BASE, "tags": ["Two"]}),
        {"site", "tags/one", "tags/two", "authors/ada", "sections/news"},
    ),
    "author renamed": (
        lambda d: d.put("a", "A", **BASE),
        renamed,
        {"site", "tags/one", "authors/ada", "sections/news"},
    ),
    "tags merged": (
        lambda d: (d.put("a", "A", **BASE), d.put("b", "B", tags=["Two"])),
        merged,
        {"site", "tags/two", "authors/ada", "sections/news"},
    ),
    "section's rule changed": (
        lambda d: (d.put("a", "A", tags=["Two"]), d.put("b", "B", section="Picked")),
        ruled,
        {"sections/picked"},
    ),
    "a file measured": (
        lambda d: d.put("a", "A", **ILLUSTRATED),
        measure,
        {"site", "tags/one", "authors/ada", "sections/news"},
    ),
}


def stamps(desk: Desk) -> dict[str, int]:
    from feeds.store import channels, documents

    with desk.room.store.read() as connection:
        known = channels.load(connection, channels.all_numbers(connection))
        found = documents.stamps(connection, [(number, 0) for number in known])
    return {known[number].key: stamp for (number, _), stamp in found.items() if "~" not in known[number].key}


def entry(desk: Desk) -> dict | None:
    items = json.loads(desk.document("site", Format.JSON))["items"]
    return next((item for item in items if item["id"].endswith(":articles/a")), None)


@pytest.mark.parametrize("row", [row for row in ROWS if row[0] in MOVES], ids=lambda row: row[0])
def test_row_holds(row: list[str], desk: Desk, clock: FixedClock) -> None:
    before, change, moved = MOVES[row[0]]
    before(desk)
    desk.build()
    first, then = stamps(desk), entry(desk)
    clock.advance(hours=1)
    change(desk)
    desk.build()
    second, now = stamps(desk), entry(desk)
    assert {key for key in second if second[key] != first.get(key)} == moved
    text = desk.document("site")
    if "tombstone in Atom" in row[1] or "tombstone that says" in row[1]:
        assert now is None
        assert "deleted-entry" in text
        assert "deleted" in json.loads(desk.document("site", Format.JSON))["_broadsheet"]
    else:
        assert "deleted-entry" not in text
    if row[2] == "stays" and then is not None and now is not None:
        assert (now["date_modified"], now["id"]) == (then["date_modified"], then["id"])
    if row[2] == "moves" and then is not None and now is not None:
        assert now["date_modified"] > then["date_modified"]
        assert now["date_published"] == then["date_published"]
    assert desk.differing() == {}


def test_every_row_is_run() -> None:
    # What a change of the site's address does is proved where newsrooms are opened twice: tests/pipeline/test_rebuild.
    assert {row[0] for row in ROWS} - set(MOVES) == {"site address changed"}
    assert re.search(
        r"def test_another_address_of_the_site", (ROOT / "tests/pipeline/test_rebuild.py").read_text("utf-8")
    )
