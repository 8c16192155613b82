"""What the demo's partners have published by a given moment: ids, moments and texts that never change.

A moment in, entries out. An entry's id says when it was published, and everything else follows from the
id, so that an entry is the same after a restart and its page can be shown for ever. Each day brings the
science feed an entry, every third hour the wire; beside these the wire gains quick ones, counted from the
start of the process: one every 30 s up to twenty, then one every ten minutes.
"""

import hashlib
import re
import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import Any

from feeds.model.dates import EPOCH, to_us

QUICK_EVERY, QUICK_COUNT, SLOW_EVERY = timedelta(seconds=30), 20, timedelta(minutes=10)
WIRE_EVERY, SCIENCE_EVERY = timedelta(hours=3), timedelta(days=1)
WIRE_BACKLOG, SCIENCE_LENGTH, WIRE_LENGTH = 6, 8, 40  # entries in a document
_SCIENCE_HOUR = timedelta(hours=5)  # the science desk publishes at five in the morning
_ID = re.compile(
    r"wire-(?P<slot>\d{1,7})|wire-(?P<start>\d{9,11})-(?P<count>\d{1,6})|science-(?P<day>\d{1,6})", re.ASCII
)
_FIRST_NUMBER, _LAST_NUMBER = 3, 60
_WRITERS = {"wire": ("Ruth Pascoe", "Idris Vane", "Kofi Lindqvist"), "science": ("Elin Marsh", "Zoë Carraway")}


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerEntry:
    """One entry of a partner's feed. `html` is its whole text."""

    id: str
    published: datetime
    title: str
    summary: str
    html: str
    author: str
    categories: tuple[str, ...]


def wire_entries(now: datetime, *, started: datetime) -> list[PartnerEntry]:
    """Give the wire's entries at `now`, newest first, at most WIRE_LENGTH."""
    first, last = to_us(started) // 1_000_000, quick_count(now - started)
    slot = (started - EPOCH) // WIRE_EVERY
    ids = [f"wire-{first}-{count}" for count in range(last, max(0, last - WIRE_LENGTH), -1)]
    ids += [f"wire-{slot - back}" for back in range(WIRE_BACKLOG)]
    return [write_entry(entry_id) for entry_id in ids[:WIRE_LENGTH]]


def science_entries(now: datetime) -> list[PartnerEntry]:
    """Give the science feed's entries at `now`, newest first."""
    day = (now - _SCIENCE_HOUR - EPOCH) // SCIENCE_EVERY
    return [write_entry(f"science-{day - back}") for back in range(SCIENCE_LENGTH)]


def quick_count(running: timedelta) -> int:
    """Say how many quick entries a wire has that has been running for so long."""
    quick = QUICK_EVERY * QUICK_COUNT
    if running <= quick:
        return max(0, running // QUICK_EVERY)
    return QUICK_COUNT + (running - quick) // SLOW_EVERY


def find_entry(entry_id: str, now: datetime) -> PartnerEntry | None:
    """Find the entry of that id, of this start or an earlier one; None where it is not published yet, or never was."""
    if not _ID.fullmatch(entry_id) or _published(entry_id) > now:
        return None
    return write_entry(entry_id)


@lru_cache(maxsize=256)
def write_entry(entry_id: str) -> PartnerEntry:
    """Write the entry of an id: the same id, the same text."""
    feed = entry_id.partition("-")[0]
    texts = _texts()
    kind = texts[feed][_draw(entry_id, "kind", len(texts[feed]))]
    gaps = {name: words[_draw(entry_id, name, len(words))] for name, words in texts["words"].items()}
    gaps["site_capital"] = gaps["site"][0].upper() + gaps["site"][1:]
    span = _LAST_NUMBER - _FIRST_NUMBER + 1
    numbers = {name: _FIRST_NUMBER + _draw(entry_id, name, span) for name in ("n", "m")}
    paragraphs = [text.format(**gaps, **numbers) for text in kind["paragraphs"]]
    return PartnerEntry(
        id=entry_id,
        published=_published(entry_id),
        title=kind["title"].format(**gaps, **numbers),
        summary=kind["summary"].format(**gaps, **numbers),
        html="\n".join(text if text.startswith("<") else f"<p>{text}</p>" for text in paragraphs),
        author=_WRITERS[feed][_draw(entry_id, "author", len(_WRITERS[feed]))],
        categories=tuple(kind["categories"]),
    )


def _published(entry_id: str) -> datetime:
    match = _ID.fullmatch(entry_id)
    if match is None:
        raise ValueError(f"{entry_id} is no id of a partner's entry")
    if match["slot"]:
        return EPOCH + WIRE_EVERY * int(match["slot"])
    if match["day"]:
        return EPOCH + SCIENCE_EVERY * int(match["day"]) + _SCIENCE_HOUR
    count = int(match["count"])
    slow = max(0, count - QUICK_COUNT)
    return EPOCH + timedelta(seconds=int(match["start"])) + QUICK_EVERY * (count - slow) + SLOW_EVERY * slow


def _draw(entry_id: str, what: str, count: int) -> int:
    """Draw a number below `count` that the id alone decides, in every process and version of Python."""
    return int.from_bytes(hashlib.sha256(f"{entry_id}/{what}".encode()).digest()[:8], "big") % count


@lru_cache(maxsize=1)
def _texts() -> dict[str, Any]:
    return tomllib.loads(files("feeds.demo").joinpath("partner_texts.toml").read_text(encoding="utf-8"))
