"""An article and a masthead made ready for print: what all three formats say alike, said once.

In come the values as kept; out go texts without forbidden characters and absolute ASCII addresses, with the
rights of a partner's story applied. The formats then differ in spelling alone (CONTRACT section 7).
"""

import html
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

from feeds.errors import RenderError
from feeds.model import markup
from feeds.model.article import Article, Attachment, Correction, Image, Origin, Related
from feeds.model.dates import rfc3339, whole_second
from feeds.model.document import Format, Masthead, Variant
from feeds.model.label import Label
from feeds.model.markup import ascii_address, xml_text
from feeds.model.measures import measured_attachments, measured_image
from feeds.model.rights import Licence, allowed, degree_of, licence_of
from feeds.model.site import Site

# By the ending of an address, where nobody said the type; a fixed table gives the same bytes on every machine.
_TYPES = {
    "aac": "audio/aac",
    "avif": "image/avif",
    "bmp": "image/bmp",
    "csv": "text/csv",
    "epub": "application/epub+zip",
    "flac": "audio/flac",
    "gif": "image/gif",
    "ico": "image/x-icon",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "m4a": "audio/mp4",
    "m4v": "video/mp4",
    "mov": "video/quicktime",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "oga": "audio/ogg",
    "ogg": "audio/ogg",
    "ogv": "video/ogg",
    "opus": "audio/ogg",
    "pdf": "application/pdf",
    "png": "image/png",
    "svg": "image/svg+xml",
    "txt": "text/plain",
    "wav": "audio/wav",
    "webm": "video/webm",
    "webp": "image/webp",
    "zip": "application/zip",
}


class Named(NamedTuple):
    """An author, tag or section with its address; `image` is an author's, empty where there is none."""

    slug: str
    name: str
    url: str
    image: str = ""


class Pointer(NamedTuple):
    """A related story; `id` is set for ours, `url` empty where only its title is known."""

    id: str
    title: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """The partner of a story: its feed, its site (either may be empty) and the line that readers see."""

    title: str
    feed_url: str
    site_url: str
    line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedArticle:
    """What documents say of an article, in one variant.

    `content` is HTML, empty where none may or can go out; `summary` is text, never empty. `is_foreign` says that
    `language` is not the channel's. `canonical_url` is the first home elsewhere, or empty. `licence` is the one that
    `rights` names. Moments are whole seconds.
    """

    id: str
    guid: str
    link: str
    title: str
    summary: str
    content: str
    published: datetime
    updated: datetime
    language: str
    is_foreign: bool
    kicker: str
    dateline: str
    rights: str
    licence: Licence | None
    canonical_url: str
    authors: tuple[Named, ...]
    tags: tuple[Named, ...]
    section: Named | None
    image: Image | None
    attachments: tuple[Attachment, ...]
    related: tuple[Pointer, ...]
    corrections: tuple[Correction, ...]
    flags: tuple[str, ...]
    credit: Credit | None


# One after another the three formats ask for the same article: its markup is gone through once.
@lru_cache(maxsize=4)
def print_article(article: Article, site: Site, variant: Variant) -> PrintedArticle:
    """Make an article ready for print; raises RenderError where it was never published."""
    origin, degree = article.origin, degree_of(article)
    article = allowed(article)
    if article.published_at is None:
        raise RenderError(article.id, "it has no moment of publication")
    canonical = ascii_address(article.canonical_url) if article.canonical_url else ""
    licence = licence_of(article.rights)
    credit = None if origin is None else _credit(origin, canonical)
    page = ascii_address(site.url + article.path)
    link = canonical if degree == "link" and canonical else page
    corrections = tuple(Correction(each.at, xml_text(each.note)) for each in article.corrections)
    title, dateline = xml_text(article.title), xml_text(article.dateline)
    content = ""
    if degree == "full" and variant.depth == "full":
        body = markup.for_documents(article.content_html, base=page, dateline=dateline)
        content = xml_text("".join([body, *_corrected(corrections), *_credited(credit, canonical, licence)]))
    summary = markup.summary(article.standfirst, article.content_html)
    language = article.language or site.language
    image = measured_image(article)
    return PrintedArticle(
        id=article.id,
        guid=site.article_guid(article.id),
        link=link,
        title=title,
        # RFC 4287 §4.1.2 and JSON Feed ask for some text of each: the least that is known of the story.
        summary=xml_text(summary) or (credit.line if credit else title),
        content=content,
        published=whole_second(article.published_at),
        updated=whole_second(article.updated_at),
        language=language,
        is_foreign=bool(language) and language.lower() != variant.language.lower(),
        kicker=xml_text(article.kicker),
        dateline=dateline,
        rights=xml_text(article.rights),
        licence=licence,
        canonical_url=canonical,
        authors=tuple(_named(author, site) for author in article.authors),
        tags=tuple(_named(tag, site) for tag in article.tags),
        section=None if article.section is None else _named(article.section, site),
        image=None if image is None else _image(image, site),
        attachments=tuple(_attachment(each, site) for each in measured_attachments(article)),
        # A line that names a story of ours by its id alone says nothing while that is not public.
        related=tuple(_pointer(each, site) for each in article.related if each.tied or each.title or each.url),
        corrections=corrections,
        flags=article.flags,
        credit=credit,
    )


class PrintedMasthead:
    """What the frames of the three formats say alike of a channel's document."""

    def __init__(self, masthead: Masthead, site: Site) -> None:
        self.masthead = masthead
        self.title = xml_text(masthead.title)
        self.description = xml_text(masthead.description)
        self.home = ascii_address(masthead.home_url)
        self.image = _address(masthead.image or site.logo, site)
        self.icon = _address(site.icon, site)
        self.square = _address(masthead.image or site.icon or site.logo, site)
        self.logo = _address(site.logo, site)
        self.rights = xml_text(site.rights)
        # A mix names none: no hub is ever told of it, and who waits for one would ask less often.
        self.hubs = () if masthead.query else tuple(ascii_address(hub) for hub in site.hubs)
        self.publisher = (xml_text(site.title), ascii_address(f"{site.url}/"))
        self._site = site

    def address(self, path: str, format: Format) -> str:
        """Give the absolute address of a document by its path without ending."""
        return ascii_address(self._site.absolute(f"{path}.{format}")) + self.masthead.query

    def links(self, format: Format) -> tuple[dict[str, str], ...]:
        """List the Atom links that RSS and Atom documents carry, as attributes; the page that they are of is not one.

        The document itself, its other formats, hubs (WebSub §4), then its place in the archive (RFC 5005).
        """
        masthead, own = self.masthead, format.media_type
        found = [{"rel": "self", "type": own, "href": self.address(masthead.path, format)}]
        for other in Format:
            if other is not format:
                href = self.address(masthead.path, other)
                found.append({"rel": "alternate", "type": other.media_type, "href": href})
        found += [{"rel": "hub", "href": hub} for hub in self.hubs]
        places = (
            ("current", masthead.current),
            ("prev-archive", masthead.prev_archive),
            ("next-archive", masthead.next_archive),
        )
        found += [{"rel": rel, "type": own, "href": self.address(path, format)} for rel, path in places if path]
        return tuple(found)


def media_type(address: str, given: str = "") -> str:
    """Give the type that was said, else the one of the address's ending, else nothing."""
    return given or _TYPES.get(urlsplit(address).path.rpartition(".")[2].lower(), "")


def _credit(origin: Origin, canonical: str) -> Credit:
    feed, site = (ascii_address(address) if address else "" for address in (origin.url, origin.site_url))
    title = xml_text(origin.title) or urlsplit(canonical or feed).hostname or feed
    return Credit(
        title=title, feed_url=feed, site_url=site, line=xml_text(origin.credit) or f"First published by {title}"
    )


def _corrected(corrections: tuple[Correction, ...]) -> Iterator[str]:
    for each in corrections:
        note = html.escape(each.note, quote=False).replace("\n", "<br>")
        yield f"<p>Correction ({rfc3339(each.at)[:10]}): {note}</p>"


def _credited(credit: Credit | None, address: str, licence: Licence | None) -> Iterator[str]:
    """Name the partner, and the licence where it is one that asks for that."""
    if credit is not None:
        line = html.escape(credit.line, quote=False)
        named = f'<a href="{html.escape(address)}">{line}</a>' if address else line
        under = f' (<a rel="license" href="{licence.url}">{licence.name}</a>)' if licence else ""
        yield f"<p>{named}{under}</p>"


def _named(label: Label, site: Site) -> Named:
    own = ascii_address(label.url or f"{site.url}/{label.key}")
    return Named(label.slug, xml_text(label.name), own, _address(label.image, site))


def _image(image: Image, site: Site) -> Image:
    url = _address(image.url, site)
    return replace(
        image,
        url=url,
        alt=xml_text(image.alt),
        caption=xml_text(image.caption),
        credit=xml_text(image.credit),
        type=media_type(url, image.type),
    )


def _attachment(attachment: Attachment, site: Site) -> Attachment:
    return replace(attachment, url=_address(attachment.url, site), title=xml_text(attachment.title))


def _pointer(related: Related, site: Site) -> Pointer:
    if related.tied is not None:
        return Pointer(related.tied.id, xml_text(related.tied.title), ascii_address(site.url + related.tied.path))
    return Pointer("", xml_text(related.title), ascii_address(related.url) if related.url else "")


def _address(address: str, site: Site) -> str:
    return ascii_address(site.absolute(address)) if address else ""
