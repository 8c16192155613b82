"""An entry to the fields of an article, as the API would take them: cleaned, absolute, within every limit.

What does not fit is cut or left out, never a reason to lose the story. nh3 runs last on every piece of HTML.
"""

import re
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from html import escape, unescape
from itertools import chain

from feeds.ingest.canonical import strip_tracking
from feeds.ingest.declutter import declutter
from feeds.ingest.identity import distinct
from feeds.model.article import Attachment, Image
from feeds.model.entry import Entry, EntryText, ParsedFeed
from feeds.model.label import fold
from feeds.model.language import language_tag
from feeds.model.markup import absolute, absolute_address, clean, from_plain, plain, shows, text_of, web_address
from feeds.model.source import Source

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)  # before the web: a date that is absurd
MAX_TITLE, MAX_STANDFIRST, MAX_NAME, MAX_CONTENT = 500, 2000, 200, 1024 * 1024
MAX_ADDRESS, MAX_RIGHTS = 4096, 2000
MAX_AUTHORS, MAX_TAGS, MAX_FILES = 50, 100, 100
FIRST_WORDS = 80  # characters of a text that stand for a missing headline

_LINK = re.compile(r'(<a [^<>]*?\bhref=")([^"<>]*[?#][^"<>]*)"')
_TEXTLESS = re.compile(r"(<img(?![^<>]* alt=)[^<>]*)>")  # a picture without `alt` is read out by its file's name
_LICENCE_LINK = re.compile(r'<a(?= [^<>]*\brel="[^"<>]*\blicense\b)[^<>]* href="([^"<>]+)"')  # rel=license (HTML)
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,63}/[A-Za-z0-9!#$&^_.+-]{1,63}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What an entry becomes: an article's fields; its moment, None where the entry has none that can be believed."""

    fields: dict[str, object]
    published_at: datetime | None
    canonical_url: str


def convert(entry: Entry, source: Source, *, feed: ParsedFeed, now: datetime) -> Taken:
    """Give the fields of the article that an entry becomes, by its source's rules (CONTRACT section 9)."""
    base = _base_of(entry, source.url)
    link = web_address(absolute_address(entry.link, base)) if entry.link else None
    canonical = strip_tracking(link) if link and len(link) <= MAX_ADDRESS else ""
    content, standfirst = texts_of(entry, source.url)
    fields: dict[str, object] = {
        "title": _headline(entry, (content, standfirst), canonical)[:MAX_TITLE],
        "standfirst": _cut(standfirst, MAX_STANDFIRST),
        "content_html": content,
        "authors": [{"name": name} for name in _authors(entry, source)[:MAX_AUTHORS]],
        "tags": tags_of(entry, source)[:MAX_TAGS],
        "section": source.section,
        "language": language_tag(source.language or entry.language or feed.language) or "",
        "rights": _rights(entry, feed, content),
        "canonical_url": canonical,
        "image": _image(entry.image, base),
        "attachments": _attachments(entry.attachments, base),
    }
    return Taken(
        fields={name: value for name, value in fields.items() if value},
        published_at=moment_of(entry, now),
        canonical_url=canonical,
    )


def moment_of(entry: Entry, now: datetime) -> datetime | None:
    """Give when an entry was published, else updated; a date that is absurd or in the future counts as missing."""
    return _believable(entry.published, now) or _believable(entry.updated, now)


def texts_of(entry: Entry, url: str = "") -> tuple[str, str]:
    """Give content and standfirst: a text alone is the content, a summary beside it the standfirst.

    `url` is the feed's, for an entry that knows no base.
    """
    if entry.worked is not None:
        return entry.worked.content_html, entry.worked.standfirst
    base = _base_of(entry, url)
    body, beside = entry.content, entry.summary
    if body is None:
        body, beside = beside, None
    return _html(body, base), _line(beside)


def _base_of(entry: Entry, url: str) -> str:
    return absolute_address(entry.base or url, url)


def story_html(html: str, base: str) -> str:
    """Clean the HTML of a story's own page, as an entry's is."""
    return _html(EntryText(value=html, is_html=True), base) if html else ""


def _html(text: EntryText | None, base: str) -> str:
    if text is None:
        return ""
    cleaned = absolute(clean(declutter(text.value, base) if text.is_html else from_plain(text.value)), base)
    cleaned = _LINK.sub(lambda found: f'{found[1]}{escape(strip_tracking(unescape(found[2])))}"', cleaned)
    cleaned = _TEXTLESS.sub(r'\1 alt="">', cleaned)
    while (size := len(cleaned.encode("utf-8", "replace"))) > MAX_CONTENT:
        cleaned = clean(cleaned[: len(cleaned) * MAX_CONTENT // size * 99 // 100])
    return cleaned


def _line(text: EntryText | None) -> str:
    if text is None:
        return ""
    return text_of(text.value) if text.is_html else plain(text.value)


def _headline(entry: Entry, texts: tuple[str, str], link: str) -> str:
    """Give the title, or what stands for one that is missing or shows nothing."""
    found = chain([_line(entry.title)], map(_first_words, texts), [link])
    return next(filter(shows, found), "Untitled")


def _first_words(html: str) -> str:
    return _cut(text_of(html), FIRST_WORDS)


def _cut(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    at = text.rfind(" ", limit // 2, limit)
    return text[: at if at > 0 else limit - 1].rstrip() + "…"


def _names(names: tuple[str, ...]) -> list[str]:
    return [name for name in distinct(plain(name)[:MAX_NAME].strip() for name in names) if shows(name)]


def _authors(entry: Entry, source: Source) -> list[str]:
    return _names(source.authors or _mapped(entry.authors, source.map_authors))


def tags_of(entry: Entry, source: Source) -> list[str]:
    """Give the tags that an entry's article gets, ours for theirs."""
    return _names((*_mapped(entry.tags, source.tags), *source.add_tags))


def _mapped(names: tuple[str, ...], mapping: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    """Map the partner's names to ours; one that is mapped to nothing is dropped, one that is not mapped kept."""
    ours = {fold(theirs): mapped for theirs, mapped in mapping}
    return tuple(ours.get(fold(plain(name)), name) for name in names)


def _rights(entry: Entry, feed: ParsedFeed, content: str) -> str:
    """Give the rights that an entry states, else its feed does, with the licence: also one that its text names."""
    stated = entry.licence or " ".join(map(unescape, _LICENCE_LINK.findall(content))) or feed.licence
    rights = plain(entry.rights or feed.rights)
    parts = distinct((rights, *(one for one in plain(stated).split(" ") if one not in rights)))
    return " ".join(parts)[:MAX_RIGHTS]


def _image(image: Image | None, base: str) -> dict[str, object] | None:
    if image is None or (url := web_address(absolute_address(image.url, base))) is None or len(url) > MAX_ADDRESS:
        return None
    values = {**asdict(image), "url": url, "type": _type(image.type)}
    values |= {name: plain(str(values[name]))[:500] for name in ("alt", "caption", "credit")}
    values |= {name: values[name] if 0 < (values[name] or 0) <= 1_000_000 else None for name in ("width", "height")}
    return {name: value for name, value in values.items() if value}


def _attachments(files: tuple[Attachment, ...], base: str) -> list[dict[str, object]]:
    found = []
    for file in files[:MAX_FILES]:
        url = web_address(absolute_address(file.url, base))
        if url is None or len(url) > MAX_ADDRESS:
            continue
        values = {**asdict(file), "url": url, "type": _type(file.type), "title": plain(file.title)[:500]}
        found.append({name: value for name, value in values.items() if value})
    return found


def _type(media_type: str) -> str:
    spelled = media_type.partition(";")[0].strip().lower()
    return spelled if _MEDIA_TYPE.fullmatch(spelled) else ""


def _believable(moment: datetime | None, now: datetime) -> datetime | None:
    return moment if moment is not None and EARLIEST <= moment <= now else None
