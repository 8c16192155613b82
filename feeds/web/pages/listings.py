"""What programs ask a site for: `/feeds.opml`, `/robots.txt`, `/sitemap.xml` and its files, `/sitemap-news.xml`."""

import re
import threading
from collections.abc import Sequence
from datetime import timedelta

from flask import Blueprint, Response

from feeds.errors import Refusal
from feeds.model.channel import Channel
from feeds.model.dates import from_us, to_us
from feeds.publish import opml, sitemap
from feeds.store import addresses, channels, places
from feeds.store.parts import Key
from feeds.web.auth import room
from feeds.web.pages import months
from feeds.web.pages.months import Month

blueprint = Blueprint("listings", __name__)
NEWS_AGE = timedelta(hours=48)
CATEGORIES = {"sections": "Sections", "tags": "Tags", "authors": "Authors"}
_FILE = re.compile(r"(\d{4})-(\d{2})(?:-([1-9]\d{0,3}))?", re.ASCII)
_one_at_a_time = threading.Lock()  # they are long, and nobody is in a hurry


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Keep robots out of what is not to be found, and name the sitemaps."""
    base = room().site.url
    lines = ["User-agent: *", "Disallow: /api/", "Disallow: /search", ""]
    lines += [f"Sitemap: {base}/sitemap.xml", f"Sitemap: {base}/sitemap-news.xml", ""]
    return _answer("\n".join(lines).encode(), "text/plain; charset=utf-8")


@blueprint.get("/feeds.opml")
def feed_list() -> Response:
    """List the feeds that have stories, by category."""
    site = room().site
    with _one_at_a_time, room().store.read() as connection:
        found = [found for found in channels.list_all(connection) if places.count(connection, found.number, limit=1)]
    categories: dict[str, list[opml.Outline]] = {"": [], **{name: [] for name in CATEGORIES.values()}}
    for channel in found:
        kind = "" if channel.label is None else CATEGORIES[channel.label.kind]
        categories[kind].append(_outline(channel))
    told = {name: outlines for name, outlines in categories.items() if outlines}
    return _answer(opml.write(f"Feeds of {site.title}", told), "text/x-opml; charset=utf-8")


@blueprint.get("/sitemap.xml")
def sitemap_index() -> Response:
    """List the sitemap's files: the pages of labels, and the articles month by month; a month without any has none."""
    base, now_us = room().site.url, to_us(room().clock.now())
    files = [sitemap.Address(f"{base}/sitemap-pages.xml")]
    with _one_at_a_time, room().store.read() as connection:
        channel = channels.number_of(connection, None)
        for month in months.with_stories(connection, channel):
            limits = months.bounds(month)
            if limits is None:
                continue
            placed = addresses.count_placed(connection, channel, *limits)
            # What one file holds has to be looked at only until there is a page for it.
            limit = 1 if placed <= sitemap.MOST_ADDRESSES else placed
            count = addresses.count(connection, channel, *limits, now_us=now_us, partners=True, limit=limit)
            name = f"{base}/sitemap-{month.spelled.replace('/', '-')}"
            numbers = range(1, -(-count // sitemap.MOST_ADDRESSES) + 1)
            files += [sitemap.Address(f"{name}.xml" if one == 1 else f"{name}-{one}.xml") for one in numbers]
    return _xml(sitemap.write_index(files[: sitemap.MOST_ADDRESSES]))


@blueprint.get("/sitemap-pages.xml")
def sitemap_pages() -> Response:
    """List the front page, and the pages of sections, tags and authors that have stories."""
    site = room().site
    with _one_at_a_time, room().store.read() as connection:
        found = [found for found in channels.list_all(connection) if places.count(connection, found.number, limit=1)]
    paths = ["/", "/tags", "/authors", "/feeds", *(channel.page_path for channel in found if channel.label)]
    return _xml(sitemap.write(sitemap.Address(site.url + path) for path in paths[: sitemap.MOST_ADDRESSES]))


@blueprint.get("/sitemap-<name>.xml")
def sitemap_file(name: str) -> Response:
    """List the articles of a month (`sitemap-2026-05.xml`, `sitemap-2026-05-2.xml` where there are more)."""
    found = _FILE.fullmatch(name)
    limits = months.bounds(Month(int(found[1]), int(found[2]))) if found else None
    if found is None or limits is None:
        raise Refusal(404, "There is nothing at this address.")
    offset = (int(found[3] or 1) - 1) * sitemap.MOST_ADDRESSES
    now_us = to_us(room().clock.now())
    with _one_at_a_time, room().store.read() as connection:
        channel = channels.number_of(connection, None)
        told = addresses.between(
            connection, channel, *limits, now_us=now_us, offset=offset, limit=sitemap.MOST_ADDRESSES
        )
    if not told:
        raise Refusal(404, "There is nothing at this address.")
    base = room().site.url
    return _xml(sitemap.write(sitemap.Address(base + one.path, from_us(one.updated_at)) for one in told))


@blueprint.get("/sitemap-news.xml")
def news() -> Response:
    """List our own stories of the last 48 hours; more than one file holds are a list of files."""
    now_us = to_us(room().clock.now())
    with _one_at_a_time, room().store.read() as connection:
        count = addresses.count(
            connection,
            channels.number_of(connection, None),
            *_news_bounds(),
            now_us=now_us,
            partners=False,
            limit=sitemap.MOST_NEWS * sitemap.MOST_ADDRESSES,
        )
    if count <= sitemap.MOST_NEWS:
        return _xml(_news(_news_stories(0)))
    base = room().site.url
    numbers = range(1, -(-count // sitemap.MOST_NEWS) + 1)
    return _xml(sitemap.write_index(sitemap.Address(f"{base}/sitemap-news-{number}.xml") for number in numbers))


@blueprint.get("/sitemap-news-<int:number>.xml")
def news_file(number: int) -> Response:
    """List a part of the news."""
    told = _news_stories((number - 1) * sitemap.MOST_NEWS) if 1 <= number <= sitemap.MOST_ADDRESSES else []
    if not told:
        raise Refusal(404, "There is nothing at this address.")
    return _xml(_news(told))


def _news_stories(offset: int) -> list[addresses.Told]:
    now_us = to_us(room().clock.now())
    with _one_at_a_time, room().store.read() as connection:
        channel = channels.number_of(connection, None)
        return addresses.own_between(
            connection, channel, *_news_bounds(), now_us=now_us, offset=offset, limit=sitemap.MOST_NEWS
        )


def _news(told: Sequence[addresses.Told]) -> bytes:
    site = room().site
    return sitemap.write_news(
        site.title,
        [
            sitemap.Story(site.url + one.path, one.title, from_us(one.published_at), one.language or site.language)
            for one in reversed(told)
        ],
    )


def _news_bounds() -> tuple[Key, Key]:
    now = room().clock.now()
    return (to_us(now - NEWS_AGE), ""), (to_us(now) + 1, "")


def _outline(channel: Channel) -> opml.Outline:
    site = room().site
    title = channel.title or (site.title if channel.label is None else f"{channel.label.name} – {site.title}")
    return opml.Outline(title, f"{site.url}/feeds/{channel.key}.rss", site.absolute(channel.page_path))


def _xml(body: bytes) -> Response:
    return _answer(body, "application/xml; charset=utf-8")


def _answer(body: bytes, media_type: str) -> Response:
    return Response(body, content_type=media_type, headers={"Cache-Control": "max-age=60"})
