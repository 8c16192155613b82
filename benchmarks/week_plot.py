"""The plot of week_of_sources.py, drawn as SVG without a library: what freshness costs, and when requests are made."""

from collections.abc import Sequence
from typing import Protocol

WIDTH, HEIGHT = 860, 640
OWN, FIXED, STORIES = "#b3261e", "#33556f", "#c9cfd4"
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
Point = tuple[float, float]


class Polled(Protocol):
    """What is drawn of a poller: its requests, and its delays in minutes, sorted."""

    @property
    def requests(self) -> int: ...
    @property
    def delays(self) -> Sequence[float]: ...
    @property
    def by_hour(self) -> Sequence[int]: ...


def draw(own: Sequence[Polled], fixed: Sequence[Polled], stories: Sequence[int]) -> str:
    """Give the SVG; `own` and `fixed` are pollers of several floors and intervals, the first ones those of a week."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
        'font-size="12" fill="#222">',
        "<title>A week of 200 simulated partners</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        *_frontier(own, fixed),
        *_week(own[0], fixed[0], stories),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _frontier(own: Sequence[Polled], fixed: Sequence[Polled]) -> list[str]:
    """Draw delay over requests: lower and more to the left is better."""
    left, top, width, height = 70, 50, 750, 240
    most, longest = 210_000, 45

    def spot(requests: float, delay: float) -> Point:
        return left + width * requests / most, top + height * (1 - min(delay, longest) / longest)

    parts = [_text(left, top - 22, "Delay of a story, over requests in the week", bold=True)]
    for thousands in range(0, most // 1000 + 1, 25):
        x, y = spot(thousands * 1000, 0)
        parts += [
            _line([(x, top), (x, y)], "#eee"),
            _text(x, y + 18, f"{thousands},000" if thousands else "0", "middle"),
        ]
    for minutes in range(0, longest + 1, 15):
        x, y = spot(0, minutes)
        parts += [_line([(x, y), (left + width, y)], "#eee"), _text(x - 8, y + 4, f"{minutes} min", "end")]
    for pollers, colour, name in ((fixed, FIXED, "fixed interval"), (own, OWN, "own pace")):
        ordered = sorted(pollers, key=lambda one: one.requests)
        means = [spot(one.requests, sum(one.delays) / len(one.delays)) for one in ordered]
        medians = [spot(one.requests, one.delays[len(one.delays) // 2]) for one in ordered]
        parts += [_line(means, colour, 2), _line(medians, colour, 2, "5 4")]
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in (*means, *medians)]
        at = 0 if pollers is fixed else 170
        parts += [
            _line([(left + 380 + at, top + 14), (left + 405 + at, top + 14)], colour, 2),
            _text(left + 411 + at, top + 18, f"{name}, mean"),
            _line([(left + 380 + at, top + 32), (left + 405 + at, top + 32)], colour, 2, "5 4"),
            _text(left + 411 + at, top + 36, f"{name}, median"),
        ]
    return parts


def _week(own: Polled, fixed: Polled, stories: Sequence[int]) -> list[str]:
    """Draw requests by the hour, over what is published in it."""
    left, top, width, height = 70, 380, 750, 200
    most = max(*fixed.by_hour, *own.by_hour, *stories) * 1.05

    def spot(hour: float, count: float) -> Point:
        return left + width * hour / len(stories), top + height * (1 - count / most)

    parts = [_text(left, top - 22, "Requests and stories by the hour", bold=True)]
    for hour, count in enumerate(stories):
        (x, y), (after, _) = spot(hour, count), spot(hour + 1, 0)
        bar = f'x="{x:.1f}" y="{y:.1f}" width="{after - x:.1f}" height="{top + height - y:.1f}"'
        parts.append(f'<rect {bar} fill="{STORIES}"/>')
    for number, day in enumerate(DAYS):
        x, y = spot(number * 24, 0)
        parts += [_line([(x, top), (x, y)], "#ddd"), _text(x + width / 14, y + 18, day, "middle")]
    for count in range(0, int(most), 200):
        _, y = spot(0, count)
        parts.append(_text(left - 8, y + 4, str(count), "end"))
    for polled, colour in ((fixed, FIXED), (own, OWN)):
        # The first hour's polls are those of the start.
        parts.append(_line([spot(hour + 0.5, count) for hour, count in enumerate(polled.by_hour) if hour], colour, 1.5))
    names = (("fixed, 15 min", FIXED), ("own pace, floor 15 min", OWN), ("stories", STORIES))
    for number, (name, colour) in enumerate(names):
        x = left + 330 + number * 165
        parts += [_line([(x, top - 26), (x + 20, top - 26)], colour, 3), _text(x + 26, top - 22, name)]
    return parts


def _line(points: Sequence[Point], colour: str, width: float = 1, dashes: str = "") -> str:
    drawn = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    return f'<polyline points="{drawn}" fill="none" stroke="{colour}" stroke-width="{width}"{dashed}/>'


def _text(x: float, y: float, words: str, anchor: str = "start", *, bold: bool = False) -> str:
    weight = ' font-weight="bold" font-size="14"' if bold else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{weight}>{words}</text>'
