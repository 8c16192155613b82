"""JSON Feed 1.0 and 1.1, read by ourselves, as tolerantly as XML feeds are read.

Text in, a ParsedFeed out. Numbers stand for ids where texts should, the old `author` is read beside `authors`, items
that are no objects are passed over with a fault. Kept out: extensions.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

from feeds.errors import PollError
from feeds.ingest.identity import distinct
from feeds.model.article import Attachment, Image
from feeds.model.dates import parse_rfc3339
from feeds.model.entry import Entry, EntryText, ParsedFeed

MAX_ENTRIES = 2000


def parse_json_feed(text: str, *, url: str) -> ParsedFeed:
    """Read a JSON Feed; raises PollError `not-a-feed`, or `broken` for JSON that cannot be read."""
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise PollError("not-a-feed", "the answer begins like JSON and is none") from error
    if not isinstance(given, dict) or not isinstance(given.get("items"), list):
        raise PollError("not-a-feed", "the answer is JSON, but no JSON Feed: it has no items")
    items = given["items"]
    language = _text(given.get("language"))
    authors = _authors(given)
    entries = [_entry(item, url, language, authors) for item in items[:MAX_ENTRIES] if isinstance(item, dict)]
    faults = [f"{len(items) - len(entries)} items cannot be read or are too many"] if len(items) > len(entries) else []
    if items and not entries:
        raise PollError("broken", "no item of the JSON Feed can be read")
    return ParsedFeed(
        title=_text(given.get("title")),
        site_url=_address(given.get("home_page_url"), url),
        language=language,
        entries=tuple(entries),
        faults=tuple(faults),
    )


def _entry(item: dict[str, Any], url: str, language: str, authors: tuple[str, ...]) -> Entry:
    html, text = _text(item.get("content_html")), _text(item.get("content_text"))
    link = _address(item.get("url"), url) or _address(item.get("external_url"), url)
    picture = _address(item.get("image"), url) or _address(item.get("banner_image"), url)
    summary, title = _text(item.get("summary")), _text(item.get("title"))
    return Entry(
        id=_text(item.get("id")),
        link=link,
        title=EntryText(value=title, is_html=False) if title else None,
        summary=EntryText(value=summary, is_html=False) if summary else None,
        content=EntryText(value=html or text, is_html=bool(html)) if html or text else None,
        authors=_authors(item) or authors,
        tags=distinct(_text(tag) for tag in _list(item.get("tags"))),
        language=_text(item.get("language")) or language,
        published=_instant(item.get("date_published")),
        updated=_instant(item.get("date_modified")),
        image=Image(url=picture) if picture else None,
        attachments=tuple(_attachments(item, url)),
        base=url,
    )


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
    people = [*_list(given.get("authors")), given.get("author")]
    return distinct(_text(person.get("name")) if isinstance(person, dict) else _text(person) for person in people)


def _number(given: object) -> float | None:
    return float(given) if isinstance(given, int | float) and 0 <= given < 1e9 else None


def _list(given: object) -> list[Any]:
    return given if isinstance(given, list) else []


def _text(given: object) -> str:
    """Give a text; a number as it is written, all else as nothing."""
    if isinstance(given, str):
        return given.strip()
    return str(given) if type(given) in (int, float) else ""


def _address(given: object, base: str) -> str:
    try:
        return urljoin(base, given.strip()) if isinstance(given, str) and given.strip() else ""
    except ValueError:
        return ""


def _instant(given: object) -> datetime | None:
    try:
        return parse_rfc3339(given.strip()).astimezone(UTC) if isinstance(given, str) else None
    except ValueError:
        return None
