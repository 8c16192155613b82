"""JSON Feed 1.0 and 1.1, read by ourselves, as tolerantly as XML feeds are read.

Text in, a ParsedFeed out. Numbers stand for ids where texts should, the old `author` is read beside `authors`, items
that are no objects are passed over with a fault. Kept out: extensions, but
for what another Broadsheet says of rights and of what left.
"""

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any
from urllib.parse import urljoin

from feeds.errors import PollError
from feeds.ingest.identity import distinct
from feeds.ingest.moments import read_moment
from feeds.ingest.tombstones import MOST, deleted_of
from feeds.model.article import Attachment, Image
from feeds.model.entry import Deleted, Entry, EntryText, ParsedFeed

MAX_ENTRIES = 5000
MOST_DAMAGED = 50  # items, and places to go on from, past which nothing more is looked for
_JSON = json.JSONDecoder(strict=False)  # control characters in texts do no harm
_ITEMS = re.compile(r'"items"\s*:\s*\[')
_START, _END = re.compile(r"[\s,]*+(?=[^\]])"), re.compile(r"[\s,]*+\]")
_NEXT = re.compile(r"\}\s*+(?:,\s*+)?(?=\{)")  # where the next item may begin
_VERSION = "jsonfeed.org"  # `https://jsonfeed.org/version/1.1`, its slashes often escaped


def parse_json_feed(text: str, *, url: str) -> ParsedFeed:
    """Read a JSON Feed; raises PollError `not-a-feed`, or `broken` for one of which nothing can be read."""
    is_meant = _VERSION in text
    given, faults, is_whole = _loaded(text, is_meant=is_meant)
    if not isinstance(given, dict) or not isinstance(given.get("items"), list):
        raise PollError("not-a-feed", "the answer is JSON, but no JSON Feed: it has no items")
    items = given["items"]
    language = _text(given.get("language"))
    authors = _authors(given)
    read = [_entry(item, url, language, authors) for item in items[:MAX_ENTRIES] if isinstance(item, dict)]
    entries = tuple(entry for entry in read if entry is not None)
    if items and not entries and not (is_meant and any(isinstance(item, dict) and item.get("id") for item in items)):
        raise PollError("broken" if is_meant else "not-a-feed", "no item of the JSON can be read as a JSON Feed's")
    missed = len(items) - len(entries)
    faults += [f"{missed} items cannot be read or are too many"] if missed else []
    return ParsedFeed(
        title=_text(given.get("title")),
        site_url=_address(given.get("home_page_url"), url),
        language=language,
        entries=entries,
        faults=tuple(faults),
        rights=_text(_own(given).get("rights")),
        deleted=tuple(_deleted(given)),
        is_whole=is_whole,
    )


def _loaded(text: str, *, is_meant: bool) -> tuple[Any, list[str], bool]:
    """Load JSON; give it with its faults, and whether it does not end early. Raises PollError for what is none."""
    try:
        given, end = _JSON.raw_decode(text)
    except (ValueError, RecursionError) as error:
        if not is_meant:
            raise PollError("not-a-feed", "the answer begins like JSON and is none") from error
        given, is_whole = _salvaged(text)
        if not given.get("items"):
            raise PollError("broken", "the JSON Feed cannot be read: its JSON is damaged") from error
        return given, ["its JSON is damaged"], is_whole
    return given, ["something stands behind the JSON"] if text[end:].strip(" \t\r\n\0") else [], True


def _salvaged(text: str) -> tuple[dict[str, Any], bool]:
    """Load what is whole of a damaged JSON Feed: what stands before its items, and each item that can be loaded."""
    begin = _ITEMS.search(text)
    if begin is None:
        return {}, False
    try:
        given = json.loads(text[: begin.start()].rstrip(", \t\r\n") + "}", strict=False)
    except (ValueError, RecursionError):
        given = {}
    items: list[Any] = []
    at, left = begin.end(), MOST_DAMAGED
    while left and len(items) <= MAX_ENTRIES and (begun := _START.match(text, at)) is not None:
        try:
            item, at = _JSON.raw_decode(text, begun.end())
            items.append(item)
        except (ValueError, RecursionError):
            left -= 1
            at = _next_item(text, begun.end())
    return {**given, "items": items}, _END.match(text, at) is not None


def _next_item(text: str, at: int) -> int:
    """Give where the next item begins that can be loaded, the text's end where there is none; files have no id."""
    for found in islice(_NEXT.finditer(text, at), MOST_DAMAGED):
        try:
            item, _ = _JSON.raw_decode(text, found.end())
        except (ValueError, RecursionError):
            continue
        if "id" in item:
            return found.end()
    return len(text)


def _entry(item: dict[str, Any], url: str, language: str, authors: tuple[str, ...]) -> Entry | None:
    """Make an Entry of an item; None where it says nothing that could be published."""
    html, text = _text(item.get("content_html")), _text(item.get("content_text"))
    link = _address(item.get("url"), url) or _address(item.get("external_url"), url)
    picture = _address(item.get("image"), url) or _address(item.get("banner_image"), url)
    summary, title = _text(item.get("summary")), _text(item.get("title"))
    files = tuple(_attachments(item, url))
    if not (title or html or text or summary or link or picture or files):
        return None
    return Entry(
        id=_text(item.get("id")),
        link=link,
        title=EntryText(value=title, is_html=False) if title else None,
        summary=EntryText(value=summary, is_html=False) if summary else None,
        content=EntryText(value=html or text, is_html=bool(html)) if html or text else None,
        authors=_authors(item) or authors,
        tags=distinct(_text(tag) for tag in _list(item.get("tags"))),
        language=_text(item.get("language")) or language,
        rights=_text(_own(item).get("rights")),
        licence=_address(_own(item).get("license"), url),
        published=read_moment(_text(item.get("date_published"))),
        updated=read_moment(_text(item.get("date_modified"))),
        image=Image(url=picture) if picture else None,
        attachments=files,
        base=url,
        origins=distinct([_address(item.get("external_url"), url)]),
    )


def _own(given: dict[str, Any]) -> dict[str, Any]:
    """Give what a Broadsheet adds to the format: rights, what left."""
    found = given.get("_broadsheet")
    return found if isinstance(found, dict) else {}


def _deleted(given: dict[str, Any]) -> Iterator[Deleted]:
    for one in _list(_own(given).get("deleted"))[:MOST]:
        told = one if isinstance(one, dict) else {}
        found = deleted_of(_text(told.get("id")), _text(told.get("at")), _text(told.get("reason")))
        if found is not None:
            yield found


def _attachments(item: dict[str, Any], url: str) -> Iterator[Attachment]:
    for given in _list(item.get("attachments")):
        if not isinstance(given, dict) or not (address := _address(given.get("url"), url)):
            continue
        size, duration = _number(given.get("size_in_bytes")), _number(given.get("duration_in_seconds"))
        yield Attachment(
            url=address,
            type=_text(given.get("mime_type")),
            length=int(size) if size else None,
            title=_text(given.get("title")),
            duration=duration,
        )


def _authors(given: dict[str, Any]) -> tuple[str, ...]:
    several = given.get("authors")
    people = [*(several if isinstance(several, list) else [several]), given.get("author")]
    return distinct(_text(person.get("name")) if isinstance(person, dict) else _text(person) for person in people)


def _number(given: object) -> float | None:
    return (
        float(given) if isinstance(given, int | float) and not isinstance(given, bool) and 0 <= given < 1e12 else None
    )


def _list(given: object) -> list[Any]:
    return given if isinstance(given, list) else []


def _text(given: object) -> str:
    """Give a text; a number as it is written, all else as nothing."""
    if isinstance(given, str):
        return given.encode("utf-8", "replace").decode().strip()  # JSON can spell lone surrogates
    return str(given) if type(given) in (int, float) else ""


def _address(given: object, base: str) -> str:
    try:
        return urljoin(base, address) if (address := _text(given if isinstance(given, str) else "")) else ""
    except ValueError:
        return ""
