"""One walk down a pasted page: the headline's top, the body, what stands below it.

Lines in; the walk gathers what each of them is. A line that is the story's goes to its field, every other
one to `left` with the reason. What single lines say is newspage_signs.py's, what is furniture
newspage_furniture.py's, what stands above the headline newspage_masthead.py's.
"""

from dataclasses import dataclass, field

from feeds.ingest import newspage_signs as signs
from feeds.ingest.newspage_furniture import Mark, Place, furniture
from feeds.ingest.newspage_lines import Line
from feeds.ingest.newspage_masthead import Masthead, headline_at, read_masthead
from feeds.model.label import fold

LONGEST_STANDFIRST = 600  # characters, its lines together
_LISTED = "listed under a label of the page"
_BELOW = "below the story"


@dataclass(slots=True)
class Walk:
    """The state of one walk; each step goes on at `at`, where the one before stopped."""

    lines: list[Line]
    at: int = 0
    label: Place | None = None  # what the last label says of the lines below it
    masthead: Masthead = field(default_factory=Masthead)
    headline: str = ""
    standfirst: str = ""
    authors: dict[str, tuple[str, str]] = field(default_factory=dict)  # folded name: (name, bio), in order
    told_of: str = ""  # the folded name that a bio below belongs to
    named_at: int = -2  # index of the line that named it
    dateline: str = ""
    body: list[Line] = field(default_factory=list)
    related: list[str] = field(default_factory=list)
    left: list[tuple[int, str, str]] = field(default_factory=list)

    def read_masthead(self) -> None:
        """Find the headline and read what stands above it; raises ValueError where there is none."""
        self.at = headline_at(self.lines)
        self.masthead = read_masthead(self.lines[: self.at])
        self.left.extend(self.masthead.left)
        self.headline = self.lines[self.at].text
        self.at += 1

    def read_top(self) -> None:
        """Read what stands between headline and body: standfirst, byline, bios, in any order."""
        waiting: list[Line] = []
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if self._is_the_pages(line) or self._is_author() or self._is_bio():
                pass
            elif self._is_listed(line):
                self._leave(line, _LISTED)
            elif signs.read_dateline(line.text) or (self.authors and (waiting or signs.is_prose(line.text))):
                break
            else:
                waiting.append(line)
                if len(waiting) > 2 or sum(len(each.text) for each in waiting) > LONGEST_STANDFIRST:
                    self.at += 1
                    break
            self.at += 1
        self._take_standfirst(waiting)

    def read_story(self) -> None:
        """Read the body, with what stands in it and below it without being of it."""
        is_over = False
        self.label = None
        while self.at < len(self.lines):
            line = self.lines[self.at]
            mark = furniture(line.text)
            ends_it = mark is not None and mark.place in (Place.AUTHOR, Place.TAIL)
            is_over = is_over or (ends_it and bool(self.body))
            if self._is_the_pages(line):
                pass
            elif is_over or (self.body and signs.read_byline(line.text)):
                if not (self.label is not Place.TAIL and (self._is_author() or self._is_bio())):
                    self._leave(line, _BELOW)
            elif self._is_listed(line):
                self._leave(line, _LISTED)
            else:
                self.label = None
                self.body.append(line)
            self.at += 1
        self._trim()
        self._take_dateline()

    def _is_the_pages(self, line: Line) -> bool:
        """Take furniture, dates, pointers to other stories, and the headline where it is printed again."""
        if mark := furniture(line.text):
            self._note(mark)
            self._leave(line, mark.reason)
        elif fold(line.text) == fold(self.headline):
            self._leave(line, "the headline again")
        elif signs.printed_date(line.text):
            self._leave(line, "a date below the headline: the story's is given with --published")
        else:
            return self._is_related(line)
        return True

    def _note(self, mark: Mark) -> None:
        if mark.place not in (Place.ASIDE, Place.NAVIGATION):
            self.label = mark.place

    def _is_listed(self, line: Line) -> bool:
        return self.label in (Place.LISTING, Place.TAIL) and not signs.is_paragraph(line.text)

    def _is_related(self, line: Line) -> bool:
        titles = signs.related_titles(line.text) if self.label is not Place.TAIL else ()
        if not titles and self.label is Place.RELATED and not signs.is_paragraph(line.text):
            titles = (line.text,)
            below = self._below()
            self.label = self.label if below and not below.is_apart else None
        self.related.extend(titles)
        return bool(titles)

    def _is_author(self) -> bool:
        """Take a byline, or a name that the page sets apart: twice, under a label, or before a bio or the body."""
        line, below = self.lines[self.at], self._below()
        if byline := signs.read_byline(line.text):
            for name, role in byline.authors:
                self._name(name, role)
            if byline.behind:
                self._leave(line._replace(text=byline.behind), "behind the names in the byline")
            return True
        if len(line.text) > 60 or (signs.is_prose(line.text) and not signs.is_name(line.text)):
            return False
        is_twice = below is not None and fold(below.text) == fold(line.text)
        if not is_twice and not (signs.is_name(line.text) and self._is_set_apart(line, below)):
            return False
        if is_twice and below is not None:
            self.at += 1
            self._leave(below, "the name again")
        if fold(line.text) in self.authors:
            self._leave(line, "the name again")
        self._name(line.text, "")
        self.label = None if self.label is not Place.AUTHOR else self.label
        return True

    def _is_set_apart(self, line: Line, below: Line | None) -> bool:
        if self.label is Place.AUTHOR or fold(line.text) in self.authors:
            return True
        if below is None:
            return False
        is_told_of = not below.is_apart and signs.is_bio(below.text, line.text)
        if is_told_of or signs.printed_date(below.text):
            return True
        starts_body = signs.is_paragraph(below.text) or signs.read_dateline(below.text) is not None
        return starts_body and self.label is None and not self.body

    def _name(self, name: str, role: str) -> None:
        self.told_of, self.named_at = fold(name), self.at
        known, bio = self.authors.get(self.told_of, (name, ""))
        self.authors[self.told_of] = (known, bio or role)

    def _is_bio(self) -> bool:
        """Take what is told of the author just named: in one block with the name, or clearly of a person."""
        line = self.lines[self.at]
        if self.named_at != self.at - 1 or signs.read_dateline(line.text):
            return False
        name, bio = self.authors[self.told_of]
        is_one_block = not line.is_apart and any(each.is_apart for each in self.lines[1:])
        is_told = signs.is_bio(line.text, name)
        if is_one_block and (is_told or not signs.is_prose(line.text)):
            self.named_at = self.at  # a bio may go on in the next line of the block
        elif not (is_told and (signs.names_author(line.text, name) or not signs.is_prose(line.text))):
            return False
        if bio and bio in line.text:
            bio = ""
        joint = " " if signs.ends_sentence(bio) else ". "
        self.authors[self.told_of] = (name, f"{bio}{joint}{line.text}" if bio else line.text)
        return True

    def _take_standfirst(self, waiting: list[Line]) -> None:
        """Share out what stood below the headline: all of it is the standfirst where the body begins by a sign."""
        has_sign = self.at < len(self.lines) and len(waiting) <= 2
        if has_sign and any(signs.is_prose(line.text) for line in self.lines[self.at :]):
            self.standfirst = " ".join(line.text for line in waiting)
        elif len(waiting) > 1 and not signs.is_prose(waiting[0].text):
            self.standfirst, self.body = waiting[0].text, waiting[1:]
        else:
            self.body = waiting

    def _trim(self) -> None:
        """Take from the body's end what no label announced: titles, buttons, a line about the author."""
        prose = [at for at, line in enumerate(self.body) if signs.is_prose(line.text)]
        end = prose[-1] + 1 if prose else len(self.body)
        for line in self.body[end:]:
            self._leave(line, _BELOW)
        del self.body[end:]
        last = self.body[-1].text if len(self.body) > 1 else ""
        for key, (name, bio) in self.authors.items():
            if last.startswith(name) and signs.is_bio(last, name):
                self.authors[key] = (name, bio or last)
                line = self.body.pop()
                if bio:
                    self._leave(line, "a line about the author")
                return

    def _take_dateline(self) -> None:
        if self.body and (found := signs.read_dateline(self.body[0].text)):
            self.dateline, rest = found
            self.body[:1] = [self.body[0]._replace(text=rest)] if rest else []

    def _below(self) -> Line | None:
        return self.lines[self.at + 1] if self.at + 1 < len(self.lines) else None

    def _leave(self, line: Line, reason: str) -> None:
        self.left.append((line.number, line.text, reason))
