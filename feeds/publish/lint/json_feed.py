"""What JSON Feed 1.1 asks of a feed and its items."""

from collections.abc import Iterator
from typing import Any

from feeds.publish.lint.rules import (
    Fault,
    Faults,
    Level,
    address_fault,
    atom_date_fault,
    language_fault,
    markup_fault,
    title_fault,
    told,
)

_ADDRESSES = ("feed_url", "home_page_url", "next_url", "icon", "favicon")


def feed_faults(feed: dict[str, Any]) -> Faults:
    """Judge everything of a document but its items."""
    version = str(feed.get("version", ""))
    if not version.startswith("https://jsonfeed.org/version/1"):
        yield Fault("version: is no JSON Feed's")
    yield from told(
        title_fault(feed.get("title")),
        language_fault("language", feed.get("language")),
        *(address_fault(key, feed[key]) for key in _ADDRESSES if key in feed),
        None if "feed_url" in feed else Fault("feed_url: is missing", Level.WARNING),
        _old_author_fault(feed, version),
    )
    for author in _objects(feed, "authors"):
        yield from _author_faults(author)


def items_of(feed: dict[str, Any]) -> list[dict[str, Any]] | None:
    """Give the items; None where there is no list of objects."""
    items = feed.get("items")
    return items if isinstance(items, list) and all(isinstance(item, dict) for item in items) else None


def item_faults(item: dict[str, Any]) -> Faults:
    """Judge one item."""
    has_content = isinstance(item.get("content_html", item.get("content_text")), str)
    yield from told(
        None if isinstance(item.get("id"), str) and item["id"] else Fault("id: is missing"),
        title_fault(item.get("title"), Level.OURS),
        address_fault("url", item.get("url"), Level.ERROR if "url" in item else Level.OURS),
        None if has_content else Fault("has neither content_html nor content_text"),
        markup_fault("content_html", item.get("content_html", "")),
        atom_date_fault("date_published", item.get("date_published"), Level.OURS),
        atom_date_fault("date_modified", item.get("date_modified"), None),
        language_fault("language", item.get("language")),
        *(address_fault(key, item[key]) for key in ("external_url", "image", "banner_image") if key in item),
    )
    for author in _objects(item, "authors"):
        yield from _author_faults(author)
    for attachment in _objects(item, "attachments"):
        yield from told(address_fault("attachments", attachment.get("url")))
        if "/" not in str(attachment.get("mime_type", "")):
            yield Fault("attachments: one lacks its mime_type")
        size = attachment.get("size_in_bytes")
        if size is None:
            yield Fault(f"attachments: lacks its size_in_bytes: {str(attachment.get('url'))[:80]}", Level.WARNING)
        elif not isinstance(size, int | float):
            yield Fault("attachments: size_in_bytes is no number")


def id_of(item: dict[str, Any]) -> str:
    """Give what tells an item from the others."""
    return str(item.get("id") or "")


def _author_faults(author: dict[str, Any]) -> Faults:
    name = author.get("name")
    if name is None and (author.get("url") or author.get("avatar")):
        yield Fault("author: has no name", Level.OURS)
    elif not isinstance(name, str) or not name.strip():
        yield Fault("author: has no name")
    if author.get("url") is not None:
        yield from told(address_fault("author", author["url"]))


def _old_author_fault(feed: dict[str, Any], version: str) -> Fault | None:
    is_old = "author" in feed and "authors" not in feed and version.endswith("1.1")
    return Fault("author: is authors since version 1.1", Level.WARNING) if is_old else None


def _objects(item: dict[str, Any], key: str) -> Iterator[dict[str, Any]]:
    """Give the objects of a list; what is none of them, readers skip as well."""
    found = item.get(key)
    return (each for each in found if isinstance(each, dict)) if isinstance(found, list) else iter(())
