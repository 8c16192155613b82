"""JSON Feed 1.1: an article's item, a channel's frame.

In come values, out go bytes of UTF-8. Keys stand in a fixed order, and only those that have a value; what the
format has no key for stands in `_broadsheet` objects (JSON Feed 1.1, Extensions).
"""

import json
from typing import Any

from feeds.errors import RenderError
from feeds.model.article import Article, Attachment
from feeds.model.dates import rfc3339
from feeds.model.document import Format, Frame, Masthead, Variant
from feeds.model.markup import ascii_address, xml_text
from feeds.model.site import Site
from feeds.publish.printed import Named, Pointer, PrintedArticle, PrintedMasthead, media_type, print_article

VERSION = "https://jsonfeed.org/version/1.1"


def fragment(article: Article, site: Site, variant: Variant) -> bytes:
    """Render an article as a JSON Feed item; raises RenderError."""
    try:
        return _dump(_item(print_article(article, site, variant)))
    except ValueError as error:
        raise RenderError(article.id, f"JSON cannot hold it: {error}") from error


def frame(masthead: Masthead, site: Site) -> Frame:
    """Render every byte of a channel's JSON document that is no item."""
    return Frame(_dump(_feed(masthead, site))[:-1] + b',"items":[\n', b"\n]}\n")


def _dump(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def _filled(value: dict[str, Any]) -> dict[str, Any]:
    """Drop the keys without a value; false and zero are values."""
    return {key: each for key, each in value.items() if each is not None and each not in ("", [], {})}


def _item(printed: PrintedArticle) -> dict[str, Any]:
    return _filled(
        {
            "id": printed.guid,
            "url": printed.link,
            "external_url": printed.canonical_url,
            "title": printed.title,
            "content_html": printed.content,
            # One of the two is required; what has no HTML to give has its summary, and whom it came from.
            "content_text": "" if printed.content else _content_text(printed),
            "summary": printed.summary,
            "image": printed.image.url if printed.image is not None else "",
            "date_published": rfc3339(printed.published),
            "date_modified": rfc3339(printed.updated),
            "authors": [_author(author) for author in printed.authors],
            "tags": [tag.name for tag in printed.tags],
            "language": printed.language,
            "attachments": [_attachment(each) for each in printed.attachments],
            "_broadsheet": _item_extension(printed),
        }
    )


def _content_text(printed: PrintedArticle) -> str:
    credit = "" if printed.credit is None else printed.credit.line
    return printed.summary if credit in ("", printed.summary) else f"{printed.summary}\n\n{credit}"


def _item_extension(printed: PrintedArticle) -> dict[str, Any]:
    credit, image = printed.credit, printed.image
    return _filled(
        {
            "kicker": printed.kicker,
            "dateline": printed.dateline,
            "section": printed.section.name if printed.section is not None else "",
            "corrections": [{"at": rfc3339(each.at), "note": each.note} for each in printed.corrections],
            "flags": list(printed.flags),
            "rights": printed.rights,
            "license": printed.licence.url if printed.licence is not None else "",
            "image": {}
            if image is None
            else _filled({"alt": image.alt, "caption": image.caption, "credit": image.credit}),
            "related": [_related(each) for each in printed.related],
            "credit": credit.line if credit is not None else "",
            "source": {}
            if credit is None
            else _filled({"title": credit.title, "url": credit.feed_url, "site_url": credit.site_url}),
        }
    )


def _author(author: Named) -> dict[str, Any]:
    return _filled({"name": author.name, "url": author.url, "avatar": author.image})


def _attachment(attachment: Attachment) -> dict[str, Any]:
    return _filled(
        {
            "url": attachment.url,
            "mime_type": media_type(attachment.url, attachment.type) or "application/octet-stream",
            "title": attachment.title,
            "size_in_bytes": attachment.length,
            "duration_in_seconds": _seconds(attachment.duration),
        }
    )


def _seconds(duration: float | None) -> float | None:
    """Write whole seconds as such: a reader that expects an integer stumbles at 60.0."""
    return int(duration) if duration is not None and duration.is_integer() else duration


def _related(related: Pointer) -> dict[str, Any]:
    return _filled({"id": related.id, "title": related.title, "url": related.url})


def _feed(masthead: Masthead, site: Site) -> dict[str, Any]:
    printed = PrintedMasthead(masthead, site)
    older = masthead.prev_archive
    if masthead.author is None:
        name, page = printed.publisher
    else:
        name, page = xml_text(masthead.author[0]), ascii_address(masthead.author[1])
    return _filled(
        {
            "version": VERSION,
            "title": printed.title,
            "home_page_url": printed.home,
            "feed_url": printed.address(masthead.path, Format.JSON),
            "description": printed.description,
            "next_url": printed.address(older, Format.JSON) if older else "",
            "icon": printed.square,
            "favicon": printed.icon,
            "authors": [_filled({"name": name, "url": page})],
            "language": masthead.language,
            "hubs": [{"type": "WebSub", "url": hub} for hub in printed.hubs],
            "_broadsheet": _feed_extension(masthead, site),
        }
    )


def _feed_extension(masthead: Masthead, site: Site) -> dict[str, Any]:
    deleted = [
        _filled({"id": each.guid, "at": rfc3339(each.at), "reason": xml_text(each.reason)})
        for each in masthead.tombstones
    ]
    return _filled(
        {
            "about": ascii_address(f"{site.url}/feeds"),
            "updated": rfc3339(masthead.stamp),
            "rights": xml_text(site.rights),
            "deleted": deleted,
        }
    )
