"""A partner's bytes to a feed. What a body is, its bytes say; feedparser, used here alone, is the judge of XML.

    decode → JSON? json_feed │ mend → (not well-formed: balance) → feedparser → entries

feedparser is given text that declares nothing and refers to nothing, so no entity, DOCTYPE or charset of the
partner's reaches it. Its sanitiser is off: markup.clean has the last word on every piece of HTML.
"""

import calendar
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from xml.parsers import expat

import feedparser

from feeds.errors import PollError
from feeds.ingest.balance import balance
from feeds.ingest.challenge import ADVICE, is_challenge
from feeds.ingest.decode import decode
from feeds.ingest.identity import distinct
from feeds.ingest.json_feed import MAX_ENTRIES, parse_json_feed
from feeds.ingest.mend import first_tag, mend
from feeds.model.article import Attachment, Image
from feeds.model.entry import Entry, EntryText, ParsedFeed
from feeds.model.markup import plain, text_of

_ENTRY_START = re.compile(r"<(?:[\w.-]{1,40}:)?(?:item|entry)[\s>]", re.IGNORECASE)
# Titles of files and episodes; feedparser would take them for the headline.
_OTHER_TITLES = re.compile(
    r"<(media|itunes|image):title\b[^<>]*>[^<]*(?:<!\[CDATA\[.*?\]\]>)?[^<]*</\1:title\s*>", re.DOTALL
)
_MAIL_AND_NAME = re.compile(r"[^\s()<>]+@[^\s()<>]+\s*\(([^()]+)\)")
_NAME_AND_MAIL = re.compile(r"([^<>@]+?)\s*<[^<>\s]+@[^<>\s]+>")
_WHOLE_NUMBER = re.compile(r"[0-9]{1,15}")
_WRAPPERS = {
    "channel": ("<rss version='2.0'>", "</rss>"),
    "entry": ("<feed xmlns='http://www.w3.org/2005/Atom'>", "</feed>"),
}


def parse(body: bytes, *, url: str, content_type: str = "") -> ParsedFeed:
    """Read a document; raises PollError `not-a-feed`, `challenge`, `broken` or `refused`."""
    text = decode(body, content_type)
    start = text.lstrip("\ufeff \t\r\n")
    if not start:
        raise PollError("not-a-feed", "the answer is empty")
    if start[0] in "{[":
        return parse_json_feed(start, url=url)
    mended = mend(start)
    if mended is None:
        raise _no_feed(body, start)
    document, faults = _bounded(mended.text)
    if mended.is_cut:
        faults.append("the document ends early")
    if (fault := _malformed(document)) is not None:
        faults.append(f"not well-formed: {fault}")
        document = balance(document)
    before, after = _WRAPPERS.get(mended.root, ("", ""))
    return _read(before + _OTHER_TITLES.sub("", document) + after, url, faults)


def _no_feed(body: bytes, text: str) -> PollError:
    if is_challenge(body, {}):
        return PollError("challenge", ADVICE)
    name = first_tag(text)
    what = (
        "a page of HTML" if name in ("html", "head", "body") else f"XML of another kind ({name})" if name else "no XML"
    )
    return PollError("not-a-feed", f"the answer is {what[:80]}")


def _bounded(document: str) -> tuple[str, list[str]]:
    """Cut a document behind the entries that are read at most; what is left open is closed by balance."""
    for number, start in enumerate(_ENTRY_START.finditer(document)):
        if number == MAX_ENTRIES:
            return balance(document[: start.start()]), [f"only the first {MAX_ENTRIES} entries are read"]
    return document, []


def _malformed(document: str) -> str | None:
    try:
        expat.ParserCreate(namespace_separator=" ").Parse(document.encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        return str(error)
    return None


def _read(document: str, url: str, faults: list[str]) -> ParsedFeed:
    xml = b'<?xml version="1.0" encoding="utf-8"?>' + document.encode("utf-8", "replace")
    headers = {"content-location": url, "content-type": "application/xml; charset=utf-8"}
    try:
        found = feedparser.parse(xml, response_headers=headers, sanitize_html=False, resolve_relative_uris=True)
        entries = tuple(_entry(entry, url) for entry in found.entries)
    except Exception as error:  # it raises whatever its parsers do: a wrapped library (DESIGN section 7)
        raise PollError("broken", f"the document cannot be read: {type(error).__name__}") from error
    if not entries and (found.bozo or not found.version) and _ENTRY_START.search(document):
        raise PollError("broken", "no entry can be read")
    feed = found.feed
    return ParsedFeed(
        title=_plain_title(feed),
        site_url=_text(feed, "link"),
        language=_text(feed, "language"),
        rights=_text(feed, "rights"),
        entries=entries,
        faults=tuple(faults),
    )


def _entry(entry: Any, url: str) -> Entry:
    contents = [part for part in dict.get(entry, "content") or [] if str(part.get("value", "")).strip()]
    best = next((part for part in contents if "html" in str(part.get("type"))), contents[0] if contents else None)
    content = None if best is None else EntryText(value=str(best["value"]), is_html=_is_html(best))
    summary = _detail(entry, "summary")
    if content is not None and summary is not None and summary.value.strip() == content.value.strip():
        summary = None  # feedparser copies the content there
    return Entry(
        id=_text(entry, "id"),
        link=_text(entry, "link"),
        title=_detail(entry, "title"),
        summary=summary,
        content=content,
        authors=distinct(_authors(entry)),
        tags=distinct(str(tag.get("label") or tag.get("term") or "").strip() for tag in dict.get(entry, "tags") or []),
        language=str((best or dict.get(entry, "title_detail") or {}).get("language") or ""),
        rights=_text(entry, "rights"),
        published=_instant(entry, "published") or _instant(entry, "created"),
        updated=_instant(entry, "updated"),
        image=_image(entry),
        attachments=tuple(_attachments(entry)),
        base=str((best or dict.get(entry, "summary_detail") or {}).get("base") or url),
    )


def _text(given: Any, name: str) -> str:
    value = dict.get(given, name)
    return value.strip() if isinstance(value, str) else ""


def _plain_title(feed: Any) -> str:
    detail = _detail(feed, "title")
    if detail is None:
        return ""
    return text_of(detail.value) if detail.is_html else plain(detail.value)


def _detail(given: Any, name: str) -> EntryText | None:
    value = _text(given, name)
    if not value:
        return None
    return EntryText(value=value, is_html=_is_html(dict.get(given, f"{name}_detail") or {}))


def _is_html(detail: Any) -> bool:
    return "html" in str(detail.get("type") or "")


def _authors(entry: Any) -> Iterator[str]:
    people = [person for person in dict.get(entry, "authors") or [] if person]
    for person in people:
        name, mail = str(person.get("name") or "").strip(), str(person.get("email") or "").strip()
        yield _name_of(name or mail)
    if not people:
        yield _name_of(_text(entry, "author"))


def _name_of(written: str) -> str:
    """Give the name out of `address (name)` or `name <address>`; an address alone is nobody's name."""
    text = " ".join(written.split())
    for form in (_MAIL_AND_NAME, _NAME_AND_MAIL):
        if (found := form.fullmatch(text)) is not None:
            return found[1].strip().strip('"')
    return "" if "@" in text and " " not in text else text


def _instant(entry: Any, name: str) -> datetime | None:
    parsed = dict.get(entry, f"{name}_parsed")
    if parsed is not None:
        try:
            return datetime.fromtimestamp(calendar.timegm(parsed), UTC)
        except (ValueError, OverflowError, OSError):
            return None
    try:
        found = parsedate_to_datetime(_text(entry, name))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)


def _image(entry: Any) -> Image | None:
    """Give the largest picture of Media RSS, else an image enclosure, else a thumbnail."""
    media = [one for one in dict.get(entry, "media_content") or [] if one.get("url") and _is_picture(one)]
    enclosed = [
        {"url": one.get("href"), **one}
        for one in dict.get(entry, "enclosures") or []
        if one.get("href") and _is_picture(one)
    ]
    thumbnails = [one for one in dict.get(entry, "media_thumbnail") or [] if one.get("url")]
    for candidates in (media, enclosed, thumbnails):
        if candidates:
            largest = max(
                candidates, key=lambda one: (_number(one.get("width")) or 0) * (_number(one.get("height")) or 0)
            )
            return Image(
                url=str(largest["url"]).strip(),
                width=_number(largest.get("width")),
                height=_number(largest.get("height")),
                type=str(largest.get("type") or ""),
                length=_number(largest.get("length") or largest.get("filesize")),
            )
    return None


def _is_picture(one: Any) -> bool:
    kind = str(one.get("type") or "")
    if one.get("medium") or kind:
        return one.get("medium") == "image" or kind.startswith("image/")
    return (
        re.search(r"\.(?:jpe?g|png|gif|webp|avif)(?:[?#]|$)", str(one.get("url") or one.get("href")), re.I) is not None
    )


def _attachments(entry: Any) -> Iterator[Attachment]:
    seen: set[str] = set()
    given = [*(dict.get(entry, "enclosures") or []), *(dict.get(entry, "media_content") or [])]
    for one in given:
        url = str(one.get("href") or one.get("url") or "").strip()
        if not url or url in seen or ("url" in one and _is_picture(one)):
            continue
        seen.add(url)
        length = _number(one.get("length") or one.get("filesize"))
        yield Attachment(url=url, type=str(one.get("type") or ""), length=length or None)


def _number(given: object) -> int | None:
    text = str(given or "").strip()
    return int(text) if _WHOLE_NUMBER.fullmatch(text) else None
