"""What a title, an address, a date, a piece of HTML must be, in any format; each rule gives its fault, or None.

A fault's level says whom it concerns: an ERROR breaks the format's own rules, what is of OURS breaks a promise of this
newsroom's documents that others need not keep, a WARNING holds nothing back. It runs on every fragment, so it remembers
what the three formats of an article hold alike.
"""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from feeds.model.dates import parse_rfc3339
from feeds.model.language import language_tag
from feeds.model.markup import unsafe, xml_text


class Level(StrEnum):
    """How much a fault matters, and to whom."""

    ERROR = "error"
    OURS = "ours"
    WARNING = "warning"


class Fault(NamedTuple):
    """One fault. `line` is the XML's, 0 where it is unknown; `where` an entry's id, or a pointer into JSON."""

    text: str
    level: Level = Level.ERROR
    line: int = 0
    where: str = ""


Faults = Iterator[Fault]
DateReader = Callable[[str], datetime]

_ABSOLUTE = re.compile(r"[a-z][a-z0-9+.-]*:[!-~]+", re.ASCII | re.IGNORECASE)
_WEB = re.compile(r"https?://[!-~]+", re.ASCII | re.IGNORECASE)
# The moments as we write them, on days that every month has: with these, nothing can be wrong.
_PLAIN_DATE = re.compile(
    r"""(?: [1-9]\d{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ
        | (?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),\ (?:0[1-9]|1\d|2[0-8])
          \ (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)
          \ [1-9]\d{3}\ (?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\ GMT
        )""",
    re.VERBOSE | re.ASCII,
)
_MAIL_DATE = re.compile(
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) "
    r"(?:\d{4}|\d\d) \d\d:\d\d(?::\d\d)? (?:[+-]\d{4}|[A-Z]{1,3})",
    re.ASCII,
)
# Attributes that hold an address, in HTML as nh3 writes it: double quotes, names in small letters.
_RELATIVE = re.compile(r'<[^<>]*\s(?:href|src|poster)="(?![a-zA-Z][a-zA-Z0-9+.-]*:)([^"]*)"')
# What most texts are made of, and what no reading of HTML can take for anything else: the sanitiser's opinion, which
# costs five times as much, is asked of the others.
_PLAINLY_SAFE = re.compile(
    r"""(?:[^<]++
        | </?(?:p|em|strong|b|i|u|s|a|ul|ol|li|h[1-6]|[bh]r|blockquote|code|pre|fig(?:ure|caption)|su[bp]|small|cite)>
        | <a\ href="(?:https?://|mailto:|tel:)[!#-;=?-~]*+">
        | <img(?:\ src="https?://[!#-;=?-~]*+"|\ (?:alt|title)="[^"<>]*+"|\ (?:width|height)="\d{1,5}")++>
        )*+""",
    re.VERBOSE,
)


def told(*faults: Fault | None) -> list[Fault]:
    """Give the faults among the answers of rules."""
    return [fault for fault in faults if fault is not None]


def missing(name: str, text: object, level: Level = Level.ERROR) -> Fault | None:
    """Ask for a text that is not empty."""
    return None if isinstance(text, str) and text.strip() else Fault(f"{name}: is missing", level)


def title_fault(title: object, level: Level = Level.ERROR) -> Fault | None:
    """Ask for a title on one line; `level` is that of its absence."""
    if not isinstance(title, str) or not title.strip():
        return Fault("title: is missing", level)
    # Most titles are printable through and through; the others may hold joiners, or what no title may.
    if title.isprintable() or (xml_text(title) == title and "\n" not in title):
        return None
    return Fault("title: holds control characters", Level.OURS)


def address_fault(
    name: str, address: object, level: Level = Level.ERROR, *, unfit: Level = Level.ERROR, any_scheme: bool = False
) -> Fault | None:
    """Ask for an absolute address in ASCII, of the web where no other scheme may be.

    `level` is that of its absence, `unfit` that of an address which is none.
    """
    if not isinstance(address, str) or not address:
        return Fault(f"{name}: is missing", level)
    legal = _ABSOLUTE if any_scheme else _WEB
    if address != address.strip() and legal.fullmatch(address.strip()):
        return Fault(f"{name}: has white space around it", Level.OURS)
    return None if legal.fullmatch(address) else Fault(f"{name}: is no absolute address: {address[:80]}", unfit)


def mail_date(text: str) -> datetime:
    """Read a date as RSS writes it (RFC 822 with four digits of the year allowed); raises ValueError."""
    if not _MAIL_DATE.fullmatch(" ".join(text.split())):
        raise ValueError(f"is no date of RFC 822: {text.strip()[:40]}")
    return parsedate_to_datetime(text)


def date_fault(name: str, text: object, read: DateReader, level: Level | None = Level.ERROR) -> Fault | None:
    """Ask for a date; `level` is that of its absence, None where it may be absent."""
    if text is None:
        return None if level is None else Fault(f"{name}: is missing", level)
    if not isinstance(text, str):
        return Fault(f"{name}: is no text")
    try:
        is_told = _PLAIN_DATE.fullmatch(text) or read(text).tzinfo is not None
    except ValueError as error:
        return Fault(f"{name}: {error}")
    return None if is_told else Fault(f"{name}: has no offset")


def atom_date_fault(name: str, text: object, level: Level | None = Level.ERROR) -> Fault | None:
    """Ask for a date of RFC 3339, as Atom and JSON Feed write it."""
    return date_fault(name, text, parse_rfc3339, level)


def language_fault(name: str, tag: object) -> Fault | None:
    """Ask for a language tag where there is one."""
    if tag is None or tag == "" or (isinstance(tag, str) and "_" not in tag and language_tag(tag)):
        return None
    return Fault(f"{name}: is no language tag: {str(tag)[:40]}")


def markup_fault(name: str, markup: object) -> Fault | None:
    """Ask for HTML that is safe anywhere: no script, no relative address."""
    if not isinstance(markup, str):
        return Fault(f"{name}: is no text")
    reason = _markup_reason(markup) if "<" in markup else None
    return None if reason is None else Fault(f"{name}: {reason}", Level.OURS)


# The three formats of an article hold the same markup, one after another.
@lru_cache(maxsize=4)
def _markup_reason(markup: str) -> str | None:
    if _PLAINLY_SAFE.fullmatch(markup):
        return None
    if (relative := _RELATIVE.search(markup)) is not None:
        return f"has a relative address: {relative[1][:80]}"
    return unsafe(markup)
