"""A newsroom's web page, pasted as plain text, read back into the story that it shows.

Text in, a PastedPage out: headline, standfirst, authors, dateline, body, related titles, and each line
that is none of these with the reason why. No date is guessed: the masthead's is the day on which the
page was read, never the story's. The walk down the page is newspage_walk.py's.
"""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from feeds.ingest.newspage_lines import set_as_html, split_lines
from feeds.ingest.newspage_walk import Walk


class PageAuthor(NamedTuple):
    """An author as the page names them; `bio` is `""` where it tells nothing."""

    name: str
    bio: str


class LeftOut(NamedTuple):
    """A line, or the rest of one, that is not the story's: its number from 1, its text, why it was left out."""

    line: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PastedPage:
    """What was found on a page. Texts are plain; `""` and None where the page has no such thing.

    `paragraphs` are the body's, in order, without the dateline. `read_on`, `place` and `temperature` are the
    masthead's: they tell of the page and are no part of the story.
    """

    headline: str
    standfirst: str = ""
    authors: tuple[PageAuthor, ...] = ()
    dateline: str = ""
    paragraphs: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    read_on: date | None = None
    place: str = ""
    temperature: str = ""
    left_out: tuple[LeftOut, ...] = ()

    @property
    def body_html(self) -> str:
        return set_as_html(self.paragraphs)

    def article_fields(self) -> dict[str, object]:
        """Give the article's fields as the API takes them (CONTRACT section 4); what was not found is left out."""
        found: dict[str, object] = {
            "title": self.headline,
            "standfirst": self.standfirst,
            "authors": [{"name": name, "bio": bio} if bio else {"name": name} for name, bio in self.authors],
            "dateline": self.dateline,
            "content_html": self.body_html,
            "related": [{"title": title} for title in self.related],
        }
        return {name: value for name, value in found.items() if value}

    def report(self) -> list[tuple[str, str]]:
        """List field by field what was found, then line by line what was left out and why."""
        count = f"{len(self.paragraphs)} paragraphs, {sum(map(len, self.paragraphs))} characters"
        authors = [("author", f"{name} ({bio})" if bio else name) for name, bio in self.authors]
        read_on = f"{self.read_on} (the day the page was read, not the story's)" if self.read_on else ""
        return [
            ("headline", self.headline),
            ("standfirst", self.standfirst or "not found"),
            *(authors or [("author", "not found")]),
            ("dateline", self.dateline or "not found"),
            ("body", count if self.paragraphs else "not found"),
            *(("paragraph", text) for text in self.paragraphs),
            *([("related", title) for title in self.related] or [("related", "not found")]),
            ("read on", read_on or "not found"),
            ("place", self.place or "not found"),
            ("temperature", self.temperature or "not found"),
            *(("left out", f"line {line}: {text} ({reason})") for line, text, reason in self.left_out),
        ]


def read_page(text: str) -> PastedPage:
    """Read a pasted page; raises ValueError that says what is missing where it is empty or has no headline."""
    lines = split_lines(text)
    if not lines:
        raise ValueError("the page is empty: it must hold a headline and a body")
    walk = Walk(lines)
    walk.read_masthead()
    walk.read_top()
    walk.read_story()
    return PastedPage(
        headline=walk.headline,
        standfirst=walk.standfirst,
        authors=tuple(PageAuthor(name, bio) for name, bio in walk.authors.values()),
        dateline=walk.dateline,
        paragraphs=tuple(line.text for line in walk.body),
        related=tuple(dict.fromkeys(walk.related)),
        read_on=walk.masthead.read_on,
        place=walk.masthead.place,
        temperature=walk.masthead.temperature,
        left_out=tuple(sorted(LeftOut(*left) for left in walk.left)),
    )
