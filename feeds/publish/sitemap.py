"""Sitemaps (sitemaps.org 0.9) and news sitemaps: addresses of pages, and files of them."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from lxml import etree

from feeds.model.dates import rfc3339
from feeds.model.markup import ascii_address, xml_text

SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
NEWS = "http://www.google.com/schemas/sitemap-news/0.9"
MOST_ADDRESSES = 50_000  # a file
MOST_NEWS = 1_000  # a file


class Address(NamedTuple):
    """A page, and when what it shows last changed; None: nobody says."""

    url: str
    changed: datetime | None = None


class Story(NamedTuple):
    """A story as the news sitemap tells of it; `language` is a BCP 47 tag."""

    url: str
    title: str
    published: datetime
    language: str


def write_index(files: Iterable[Address]) -> bytes:
    """Write the list of the files."""
    return _write("sitemapindex", "sitemap", files)


def write(addresses: Iterable[Address]) -> bytes:
    """Write a file of pages, at most `MOST_ADDRESSES`."""
    return _write("urlset", "url", addresses)


def write_news(publication: str, stories: Iterable[Story]) -> bytes:
    """Write a file of news, at most `MOST_NEWS`, of the publication's name."""
    root = etree.Element(f"{{{SITEMAP}}}urlset", nsmap={None: SITEMAP, "news": NEWS})
    for story in stories:
        url = _sub(root, "url")
        _sub(url, "loc").text = ascii_address(story.url)
        news = etree.SubElement(url, f"{{{NEWS}}}news")
        of = etree.SubElement(news, f"{{{NEWS}}}publication")
        etree.SubElement(of, f"{{{NEWS}}}name").text = xml_text(publication)
        etree.SubElement(of, f"{{{NEWS}}}language").text = news_language(story.language)
        etree.SubElement(news, f"{{{NEWS}}}publication_date").text = rfc3339(story.published)
        etree.SubElement(news, f"{{{NEWS}}}title").text = xml_text(story.title)
    return _bytes(root)


def news_language(tag: str) -> str:
    """Give the ISO 639 language of a tag; Chinese keeps its script, as the news sitemap's rules want it."""
    first, *rest = tag.lower().split("-")
    if first == "zh":
        return "zh-tw" if {"tw", "hk", "mo", "hant"} & set(rest) else "zh-cn"
    return first


def _write(root_name: str, name: str, addresses: Iterable[Address]) -> bytes:
    root = etree.Element(f"{{{SITEMAP}}}{root_name}", nsmap={None: SITEMAP})
    for address in addresses:
        entry = _sub(root, name)
        _sub(entry, "loc").text = ascii_address(address.url)
        if address.changed is not None:
            _sub(entry, "lastmod").text = rfc3339(address.changed)
    return _bytes(root)


def _sub(parent: etree._Element, name: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{SITEMAP}}}{name}")


def _bytes(root: etree._Element) -> bytes:
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))
