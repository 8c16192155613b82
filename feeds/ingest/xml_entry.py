"""One entry as feedparser gives it, to an Entry of ours.

In comes feedparser's dictionary, out goes the value, or None for an entry that says nothing. feedparser's own guesses
(links that are ids, details of another element's title, keys that stand for others) are looked through here: values
are asked for by `dict.get`, which knows none of its aliases.
"""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

from feeds.ingest.identity import distinct
from feeds.ingest.moments import read_moment
from feeds.model.article import Attachment, Image
from feeds.model.entry import Entry, EntryText
from feeds.model.markup import plain, text_of

# What parse.py calls the titles and texts of files and episodes; they speak where the entry itself does not.
ASIDE = "aside"

_MAIL = r"(?:mailto:)?[^\s()<>\[\],;\"@]+@[^\s()<>\[\],;\"@]+"
_MAIL_AND_NAME = re.compile(rf"{_MAIL}\s*\((.+)\)")
_BESIDE_NAME = re.compile(rf"[(<\[]\s*{_MAIL}\s*[)>\]]|(?<![\w@]){_MAIL}")
_TAG = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)
_MARKUP = re.compile(r"</?[a-z][^<>]*>|&(?:#\d+|#x[0-9a-f]+|\w+);", re.IGNORECASE)
_ESCAPED = re.compile(r"&lt;(p|div|a|img|br|b|i|em|strong|ul|ol|h[1-6]|figure|table|blockquote)\b.*&gt;", re.DOTALL)
_OCTETS = "application/octet-stream"  # what feedparser has decoded of base64, too
_BINARY = re.compile("[\x00-\x08\x0e-\x1f\ufffd]")
_WEB = re.compile(r"https?://", re.IGNORECASE)
_PICTURE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif)(?:[?#]|$)", re.IGNORECASE)
_LONGEST_TOLD = 500  # characters; a longer description is no picture's
_WHOLE_NUMBER = re.compile(r"([0-9]{1,15})(?:\.0+|px)?")


def entry_of(given: Any, *, url: str, is_atom: bool, heirloom: tuple[str, ...] = ()) -> Entry | None:
    """Make an Entry, or None where there is nothing to publish. `heirloom`: the feed's authors, for one without."""
    content, summary = _texts(given, is_atom=is_atom)
    title = text_detail(given, "title", is_atom=is_atom) or _aside(given, "title")
    shown = _all(given, "content") or [_one(given, "summary_detail") or _one(given, "title_detail")]
    link, image, files = _link(given, is_atom=is_atom), _image(given), tuple(_attachments(given))
    if not link and not content and not summary and is_atom and _WEB.match(field_of(given, "id")):
        link = field_of(given, "id")  # an entry without content has a page (RFC 4287 §4.1.2): where else
    if not (title or content or summary or link or image or files):
        return None
    return Entry(
        id=field_of(given, "id"),
        link=link,
        title=title,
        summary=summary,
        content=content,
        authors=authors_of(given, is_atom=is_atom) or heirloom,
        tags=distinct(_tags(given, is_atom=is_atom)),
        language=field_of(given, "language") or str(shown[0].get("language") or ""),
        rights=rights_of(given),
        licence=licence_of(given),
        published=read_moment(field_of(given, "published")) or read_moment(field_of(given, "created")),
        updated=read_moment(field_of(given, "updated")),
        image=image,
        attachments=files,
        base=str(shown[0].get("base") or url),
        origins=distinct(_origins(given)),
    )


def field_of(given: Any, name: str) -> str:
    """Give a field that is one text, trimmed; `""` where it is absent."""
    value = dict.get(given, name)
    return value.strip() if isinstance(value, str) else ""


def _all(given: Any, name: str) -> list[Any]:
    """Give what feedparser lists under a name; an element of that name may have taken its place with a text."""
    found = dict.get(given, name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _one(given: Any, name: str) -> Any:
    """Give what feedparser keeps in parts under a name, likewise; `{}` where there is none."""
    found = dict.get(given, name)
    return found if isinstance(found, dict) else {}


def rights_of(given: Any) -> str:
    """Give what an entry or a feed says of its rights, by whichever name."""
    return next(filter(None, (field_of(given, name) for name in ("rights", "media_copyright", "dcterms_rights"))), "")


def licence_of(given: Any) -> str:
    """Give the licences that an entry or a feed states, their addresses apart by a space (RFC 4946)."""
    links = (one for one in _all(given, "links") if one.get("rel") == "license")
    return " ".join(distinct(str(one.get("href") or "").strip() for one in links))


def text_detail(given: Any, name: str, *, is_atom: bool) -> EntryText | None:
    """Give a text with its kind; None where it is empty."""
    value = field_of(given, name)
    if not value:
        return None
    detail = _one(given, f"{name}_detail")
    if str(detail.get("value") or "").strip() != value:  # the detail of another element of that name
        return EntryText(value=value, is_html=not is_atom and _MARKUP.search(value) is not None)
    return EntryText(value=value, is_html=_is_html(detail))


def line_of(text: EntryText | None) -> str:
    """Give a text on one line, without its markup."""
    if text is None:
        return ""
    return text_of(text.value) if text.is_html else plain(text.value)


def authors_of(given: Any, *, is_atom: bool) -> tuple[str, ...]:
    """Give the names of an entry's or a feed's authors."""
    return distinct(name if is_atom else _read_again(name) for name in _authors(given))


def name_of(written: str) -> str:
    """Give the name out of `address (name)`, `name <address>` and their like; an address alone is nobody's name."""
    text = " ".join(written.split())
    if "@" in text:
        found = _MAIL_AND_NAME.fullmatch(text)
        text = found[1] if found is not None else _BESIDE_NAME.sub("", text).strip("() ")
        text = text.strip("\"', ")
    if _TAG.search(text):
        text = text_of(text)
    return "" if "@" in text and " " not in text else text


def _texts(given: Any, *, is_atom: bool) -> tuple[EntryText | None, EntryText | None]:
    """Give content and summary; feedparser copies the content into a summary that has no detail of its own."""
    contents = [part for part in _all(given, "content") if _is_text(part)]
    best = next((part for part in contents if _is_html(part)), contents[0] if contents else None)
    content = None if best is None else EntryText(value=str(best["value"]), is_html=_reads_as_html(best))
    has_own = bool(_one(given, "summary_detail"))
    summary = text_detail(given, "summary", is_atom=is_atom) if has_own else None
    if best is not None and not has_own and not is_atom:  # a description behind a body has been taken for a second one
        others = [part for part in contents if part is not best and len(part["value"]) < len(best["value"])]
        summary = next((EntryText(value=str(part["value"]), is_html=_is_html(part)) for part in others), None)
    if content is not None and summary is not None and summary.value == content.value.strip():
        summary = None
    content = content if best is None or _is_xhtml(best) else _once(content)
    summary = summary if _is_xhtml(_one(given, "summary_detail")) else _once(summary)
    if content is None and summary is None:
        summary = _aside(given, "description") or _aside(given, "summary") or _aside(given, "subtitle")
    return content, summary


def _once(text: EntryText | None) -> EntryText | None:
    """Give HTML that was escaped twice as it was meant: it is nothing but a tag from end to end, and has none."""
    if text is None or not text.is_html or "<" in text.value or _ESCAPED.fullmatch(text.value.strip()) is None:
        return text
    return EntryText(value=unescape(text.value), is_html=True)


def _aside(given: Any, name: str) -> EntryText | None:
    for prefix in ("media", "itunes", "googleplay"):
        if value := field_of(given, f"{prefix}_{ASIDE}{name}"):
            return EntryText(value=value, is_html=_MARKUP.search(value) is not None)
    return None


def _is_text(part: Any) -> bool:
    """Say whether a content can be read: Atom's may be a picture or a document of another kind (RFC 4287 §4.1.3)."""
    kind, value = str(part.get("type") or ""), str(part.get("value") or "")
    is_text = kind.startswith("text/") or _is_html(part) or (kind == _OCTETS and _BINARY.search(value) is None)
    return is_text and bool(value.strip())


def _reads_as_html(part: Any) -> bool:
    """Say whether a content is HTML: where its type does not say, by its looks."""
    return _is_html(part) or (part.get("type") == _OCTETS and _MARKUP.search(str(part["value"])) is not None)


def _is_xhtml(detail: Any) -> bool:
    return "xhtml" in str(detail.get("type") or "")


def _is_html(detail: Any) -> bool:
    return "html" in str(detail.get("type") or "")


def _link(given: Any, *, is_atom: bool) -> str:
    """Give the entry's page; an empty `link` may stand beside an Atom link that has it (RFC 4287 §4.2.7.2).

    FeedBurner's links count clicks, and it names the page beside them; Atom's content may be a page elsewhere.
    """
    links = [one for one in _all(given, "links") if one.get("rel") == "alternate" and one.get("href")]
    if is_atom:  # pages before other forms, and before other languages
        links.sort(key=lambda one: ("html" not in str(one.get("type") or "html"), bool(one.get("hreflang"))))
    first = next((str(one["href"]) for one in links), "")
    pages = (str(part["src"]) for part in _elsewhere(given) if "html" in str(part.get("type") or "html"))
    counted = field_of(given, "feedburner_origlink")
    own = first or field_of(given, "link") if is_atom else field_of(given, "link") or first
    found = counted if _WEB.match(counted) else own or next(pages, "")
    return "".join(found.split("\n")).replace("\r", "").replace("\t", "").strip()


def _elsewhere(given: Any) -> list[Any]:
    """Give the contents that are not in the document but at an address (RFC 4287 §4.1.3.2)."""
    return [part for part in _all(given, "content") if str(part.get("src") or "").strip()]


def _origins(given: Any) -> Iterator[str]:
    """Give what an entry names as where it comes from (RFC 4287 §4.2.11, RFC 4287 §7.1 `via`, RSS 2.0 item/source)."""
    source = _one(given, "source")
    links = [*_all(given, "links"), *_all(source, "links")]
    named = [one.get("href") for one in links if one.get("rel") in ("via", "canonical")]
    named += [one.get("href") for one in _all(source, "links")]
    named += [dict.get(source, name) for name in ("id", "href", "url", "link")]
    named += [dict.get(given, "feedburner_origlink")]
    for address in named:
        if isinstance(address, str):
            yield address.strip()


def _tags(given: Any, *, is_atom: bool) -> Iterator[str]:
    for tag in _all(given, "tags"):
        name = " ".join(str(tag.get("label") or tag.get("term") or "").split())
        yield name if is_atom else _read_again(name)


def _read_again(name: str) -> str:
    """Read a name that was escaped once too often: `Arts &amp; Culture` in a CDATA section."""
    return unescape(name) if _MARKUP.search(name) else name


def _authors(given: Any) -> Iterator[str]:
    people = [person for person in _all(given, "authors") if person]
    for person in people:
        name, mail = str(person.get("name") or "").strip(), str(person.get("email") or "").strip()
        yield name_of(name or mail)
    if not people:
        yield name_of(field_of(given, "author"))


def _image(given: Any) -> Image | None:
    """Give the largest picture of Media RSS, else an image enclosure, else a thumbnail."""
    media = [one for one in _all(given, "media_content") if one.get("url") and _is_picture(one)]
    thumbnails = [one for one in _all(given, "media_thumbnail") if one.get("url")]
    enclosed = [one for one in _enclosures(given) if _is_picture(one)]
    episode = _one(given, "image")
    for candidates in (media, enclosed, thumbnails, [episode] if _address(episode) else []):
        if candidates:
            largest = max(candidates, key=_area)
            told = _told_of(given) if len(media) == 1 and largest is media[0] else {}
            return Image(
                url=_address(largest),
                **told,
                width=_number(largest.get("width")),
                height=_number(largest.get("height")),
                type=str(largest.get("type") or ""),
                length=_number(largest.get("length") or largest.get("filesize")),
            )
    return None


def _told_of(given: Any) -> dict[str, str]:
    """Give what Media RSS says of the one picture: a description beside a title is its caption, one alone its text."""
    title, description = (line_of(_aside(given, name)) for name in ("title", "description"))
    credits = distinct(str(one.get("content") or "").strip() for one in _all(given, "media_credit"))
    told = {"alt": title or description, "caption": description if title else "", "credit": ", ".join(credits)}
    return {name: "" if len(text) > _LONGEST_TOLD else text for name, text in told.items()}


def _attachments(given: Any) -> Iterator[Attachment]:
    """Give enclosures, what Media RSS has besides pictures, contents elsewhere; a file that stands twice once."""
    films = [one for one in _all(given, "media_content") if one.get("url") and not _is_picture(one)]
    files = {_address(one): one for one in (*films, *_enclosures(given))}
    files |= {str(one["src"]).strip(): one for one in _elsewhere(given) if "html" not in str(one.get("type") or "html")}
    in_order = dict.fromkeys((*map(_address, _enclosures(given)), *files))
    length = _seconds(field_of(given, "itunes_duration")) if len(in_order) == 1 else None
    for url in in_order:
        one = files[url]
        yield Attachment(
            url=url,
            type=str(one.get("type") or ""),
            length=_number(one.get("length") or one.get("filesize")) or None,
            title=str(one.get("title") or ""),
            duration=_seconds(one.get("duration")) or length,
        )


def _seconds(given: object) -> float | None:
    """Read a duration: seconds, or `minutes:seconds`, or `hours:minutes:seconds`; None for none."""
    parts = [_number(part) for part in str(given or "").split(":")]
    if len(parts) > 3 or None in parts:
        return None
    return float(sum((part or 0) * 60**place for place, part in enumerate(reversed(parts)))) or None


def _enclosures(given: Any) -> list[Any]:
    return [one for one in _all(given, "links") if one.get("rel") == "enclosure" and _address(one)]


def _address(one: Any) -> str:
    return str(one.get("href") or one.get("url") or "").strip()


def _is_picture(one: Any) -> bool:
    kind, medium = str(one.get("type") or ""), one.get("medium")
    if medium or kind:
        return medium == "image" or kind.startswith("image/")
    return _PICTURE.search(_address(one)) is not None


def _area(one: Any) -> int:
    return (_number(one.get("width")) or 0) * (_number(one.get("height")) or 0)


def _number(given: object) -> int | None:
    found = _WHOLE_NUMBER.fullmatch(str(given or "").strip())
    return int(found[1]) if found else None
