"""Media RSS: pictures and files as RSS and Atom print them, with their size, texts and credit."""

import html
from collections.abc import Iterator

from feeds.model.article import Attachment, Image
from feeds.publish.feedgen_xml import is_markup
from feeds.publish.parts import Node
from feeds.publish.printed import media_type

_PAPERS = ("application/pdf", "application/epub+zip")


def image_nodes(image: Image) -> Iterator[Node]:
    """Tell of an article's picture, and once more as its thumbnail."""
    size = {"width": _number(image.width), "height": _number(image.height)}
    told = (
        # The alternative text is the picture's description where there is no caption.
        ("media:title", image.alt if image.caption else ""),
        ("media:description", image.caption or image.alt),
        ("media:credit", image.credit),
    )
    yield Node(
        "media:content",
        attributes={
            "url": image.url,
            "medium": "image",
            "type": image.type,
            "fileSize": _number(image.length),
            **size,
        },
        children=tuple(_text_node(tag, text) for tag, text in told if text),
    )
    yield Node("media:thumbnail", attributes={"url": image.url, **size})


def attachment_node(attachment: Attachment) -> Node:
    """Tell of a file beside an article."""
    kind = media_type(attachment.url, attachment.type)
    return Node(
        "media:content",
        attributes={
            "url": attachment.url,
            "medium": _medium(kind),
            "type": kind,
            "fileSize": _number(attachment.length),
            "duration": _number(attachment.duration),
        },
        children=(_text_node("media:title", attachment.title),) if attachment.title else (),
    )


def _text_node(tag: str, text: str) -> Node:
    """Make a text of Media RSS; one that looks like markup says that it is escaped (media:title type)."""
    if tag == "media:credit" or not is_markup(text):
        return Node(tag, text)
    return Node(tag, html.escape(text, quote=False), {"type": "html"})


def _medium(kind: str) -> str:
    family = kind.partition("/")[0]
    if family in ("image", "audio", "video"):
        return family
    return "document" if kind in _PAPERS or family == "text" else ""


def _number(value: float | None) -> str:
    """Write a size or a length in seconds; nothing where it is unknown or zero, which Media RSS does not know."""
    return f"{value:.3f}".rstrip("0").rstrip(".") if value else ""
