"""What stands above a pasted page's headline, and where the headline is.

Lines in; the headline's index and a Masthead out. Date, temperature and navigation are the anchors: short
lines above the last of them are the page's, not the story's. A headline so short that it looks like a paper's
name, with its date below it, is told by what follows.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from feeds.ingest import newspage_signs as signs
from feeds.ingest.newspage_furniture import Place, furniture
from feeds.ingest.newspage_lines import Line

LONGEST_HEADLINE = 250  # characters; past it a line is a paragraph whose headline was not pasted
_PARAGRAPH = 150  # characters from which a line that ends as a sentence is a paragraph
_PIECES = re.compile(r"\s*[|•·]\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Masthead:
    """What a page's head says of the moment it was read; `left` are its lines with what each of them is."""

    read_on: date | None = None
    place: str = ""
    temperature: str = ""
    left: tuple[tuple[int, str, str], ...] = ()


def headline_at(lines: list[Line]) -> int:
    """Give the index of the headline; raises ValueError where the page has none."""
    last_short = next((at for at, line in enumerate(lines) if not _may_be_above(line.text)), len(lines))
    anchors = [at for at in range(last_short) if _is_anchor(lines[at].text)]
    below = anchors[-1] + 1 if anchors else 0
    at = _first_own(lines, below)
    if at is not None and anchors and _is_place_below(lines, at, anchors):
        at = _first_own(lines, at + 1) or at
    if at is not None and _can_head(lines[at].text, is_sure=_is_dated_masthead(lines[:below])):
        return at
    above = [own for own in range(below) if _is_own(lines[own].text) and not _is_beside_temperature(lines, own)]
    if above:
        return above[-1]
    if at is not None and _can_head(lines[at].text, is_sure=True):
        return at
    found = "nothing but the page's own furniture" if at is None else f"line {lines[at].number} is already a paragraph"
    raise ValueError(f"no headline: a line of up to {LONGEST_HEADLINE} characters must stand above the body; {found}")


def read_masthead(lines: list[Line]) -> Masthead:
    """Read the lines above the headline."""
    place = _place(lines)
    read_on: date | None = None
    temperature = ""
    left: list[tuple[int, str, str]] = []
    for line in lines:
        reasons = []
        for piece in _PIECES.split(line.text):
            if printed := signs.printed_date(piece):
                read_on = read_on or printed.day
                reasons.append("the day the page was read")
            elif degrees := signs.temperature(piece):
                temperature = temperature or degrees[0]
                reasons.append("the temperature")
            elif mark := furniture(piece):
                reasons.append(mark.reason)
            else:
                reasons.append("the place where the page was read" if piece == place else "the page's head")
        left.append((line.number, line.text, ", ".join(dict.fromkeys(reasons))))
    return Masthead(read_on=read_on, place=place, temperature=temperature, left=tuple(left))


def _place(lines: list[Line]) -> str:
    """The place beside the temperature, else beside the date: what follows rather than what precedes."""
    pieces = [piece for line in lines for piece in _PIECES.split(line.text)]
    degrees = [signs.temperature(piece) for piece in pieces]
    dates = [signs.printed_date(piece) for piece in pieces]
    if named := next((found[1] for found in degrees if found and found[1]), ""):
        return named
    anchors = [at for at, found in enumerate(degrees) if found] + [at for at, found in enumerate(dates) if found]
    beside = (near for at in anchors for near in (at + 1, at - 1) if 0 <= near < len(pieces))
    return next((pieces[at] for at in beside if _is_own(pieces[at]) and signs.is_place(pieces[at])), "")


def _may_be_above(text: str) -> bool:
    """Short lines, as menus and names of papers are, and furniture; a byline is below the headline."""
    if signs.read_byline(text):
        return False
    return _is_anchor(text) or furniture(text) is not None or (len(text.split()) <= 4 and signs.width(text) <= 30)


def _is_anchor(text: str) -> bool:
    mark = furniture(text)
    return any(_moments(text)) or (mark is not None and mark.place is Place.NAVIGATION)


def _moments(text: str) -> Iterator[bool]:
    for piece in _PIECES.split(text):
        printed = signs.printed_date(piece)
        yield signs.temperature(piece) is not None or (printed is not None and not printed.is_labelled)


def _is_own(text: str) -> bool:
    """A line that is neither the page's furniture nor an anchor of its masthead."""
    return not _is_anchor(text) and furniture(text) is None


def _first_own(lines: list[Line], start: int) -> int | None:
    """The first line from `start` that may be the headline; a label of a list takes the titles under it along."""
    is_listing = False
    for at in range(start, len(lines)):
        mark = furniture(lines[at].text)
        if mark is not None:
            is_listing = mark.place is Place.LISTING
        elif not (is_listing and not lines[at].is_apart):
            return at
    return None


def _is_place_below(lines: list[Line], at: int, anchors: list[int]) -> bool:
    """A place that closes the masthead: `16 °C`, `Tuesday …`, `Madrid` in one block, the headline behind it."""
    is_near = at == anchors[-1] + 1 and not lines[at].is_apart
    if not is_near or not signs.is_place(lines[at].text) or _place(lines[:at]):
        return False
    later = _first_own(lines, at + 1)
    return later is not None and lines[later].is_apart and _can_head(lines[later].text, is_sure=False)


def _is_dated_masthead(lines: list[Line]) -> bool:
    """A temperature or a weekday: what only mastheads print. A bare date may be the story's, below its headline."""
    pieces = [piece for line in lines for piece in _PIECES.split(line.text)]
    dates = [printed for piece in pieces if (printed := signs.printed_date(piece))]
    return any(printed.has_weekday for printed in dates) or any(map(signs.temperature, pieces))


def _is_beside_temperature(lines: list[Line], at: int) -> bool:
    near = lines[max(at - 1, 0) : at + 2]
    return any(signs.temperature(line.text) for line in near) and signs.is_place(lines[at].text)


def _can_head(text: str, *, is_sure: bool) -> bool:
    """Say whether a line can be a headline; `is_sure`: what stands above it is surely a masthead."""
    if len(text) > LONGEST_HEADLINE or signs.read_byline(text) or signs.related_titles(text):
        return False
    is_sentence = text.endswith((".", "。", "।"))
    if is_sentence and (len(text) >= _PARAGRAPH or signs.read_dateline(text) is not None):
        return False
    return is_sure or not is_sentence
