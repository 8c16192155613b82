"""The lines of a pasted page, made whole: text in, numbered lines out; and paragraphs set as HTML again.

White space of every kind is folded, what cannot be seen is dropped, a paragraph that was wrapped at a
column becomes one line. What a line means is not asked here.
"""

import html
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from feeds.ingest.newspage_signs import BULLET, ends_sentence

# What may be wrapped: mail programs break at 72, editors at up to 100; paragraphs of a web page are longer.
_WRAPPED_FROM, _WRAPPED_TO = 45, 100
_LONGEST_HEADING = 60  # characters
_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1b\x7f\u200b\u2060\ufeff\ud800-\udfff]")
_DEGREES, _UNIT = re.compile(r"[-−+]?\d{1,3}(?:[.,]\d)?"), re.compile(r"[°º]?\s?[CF]")


class Line(NamedTuple):
    """A line with something on it, `number` counted from 1. `is_apart`: a blank line or the page's edge is above."""

    number: int
    text: str
    is_apart: bool


def split_lines(text: str) -> list[Line]:
    """Give the lines that are not blank, in order."""
    lines: list[Line] = []
    is_apart = True
    for number, raw in enumerate(_INVISIBLE.sub("", text).splitlines(), 1):
        folded = " ".join(raw.split())
        if folded and lines and not is_apart and _UNIT.fullmatch(folded) and _DEGREES.fullmatch(lines[-1].text):
            lines[-1] = lines[-1]._replace(text=f"{lines[-1].text} {folded}")  # the unit of a raised figure
        elif folded:
            lines.append(Line(number, folded, is_apart))
        is_apart = not folded
    starts = [index for index, line in enumerate(lines) if line.is_apart] + [len(lines)]
    runs = (lines[start:end] for start, end in itertools.pairwise(starts))
    return [line for run in runs for line in ([_joined(run)] if _is_wrapped(run) else run)]


def set_as_html(paragraphs: Sequence[str]) -> str:
    """Set plain paragraphs as HTML: lists where lines begin with bullets, headings where a few words head a text."""
    return "\n".join(_blocks(paragraphs))


def _is_wrapped(run: list[Line]) -> bool:
    """Lines of about one length of which at least one goes on in mid-sentence are a paragraph's."""
    texts = [line.text for line in run]
    if len(texts) < 2 or any(not _WRAPPED_FROM <= len(text) <= _WRAPPED_TO for text in texts[:-1]):
        return False
    goes_on = any(below[0].islower() and not ends_sentence(above) for above, below in itertools.pairwise(texts))
    return goes_on and len(texts[-1]) <= _WRAPPED_TO


def _joined(run: list[Line]) -> Line:
    return run[0]._replace(text=" ".join(line.text for line in run))


def _blocks(paragraphs: Sequence[str]) -> Iterator[str]:
    last = len(paragraphs) - 1
    indexed: Iterable[tuple[int, str]] = enumerate(paragraphs)
    for is_list, group in itertools.groupby(indexed, key=lambda pair: BULLET.match(pair[1]) is not None):
        if is_list:
            yield "<ul>" + "".join(f"<li>{_text(BULLET.sub('', text, count=1))}</li>" for _, text in group) + "</ul>"
            continue
        for index, text in group:
            heads = 0 < index < last and len(text) <= _LONGEST_HEADING and not ends_sentence(text)
            tag = "h2" if heads and len(paragraphs[index + 1]) > _LONGEST_HEADING else "p"
            yield f"<{tag}>{_text(text)}</{tag}>"


def _text(text: str) -> str:
    return html.escape(text, quote=False)
