"""`/` and `/feeds`."""

from datetime import datetime

from flask import Blueprint, Response

from feeds.model.article import Article
from feeds.model.markup import summary
from feeds.store import articles, channels, places
from feeds.store.database import Connection
from feeds.web.auth import room
from feeds.web.pages.frame import Card, Page, card_of, feed_links, render

blueprint = Blueprint("front", __name__)
STORIES = 40


@blueprint.get("/")
def front() -> Response:
    """Show the newest stories."""
    site, now = room().site, room().clock.now()
    with room().store.read() as connection:
        newest = _newest(connection, "site", STORIES, now)
        must_read = _newest(connection, "sections/must-read", 5, now)
    cards = [_card(article) for article in newest]
    page = Page(title=site.title, description=site.description, url=f"{site.url}/", canonical=f"{site.url}/")
    return render(
        "front.html",
        page,
        lead=cards[0] if cards else None,
        stories=cards[1:],
        must_read=[_card(article) for article in must_read],
    )


@blueprint.get("/feeds")
def feeds() -> Response:
    """Tell what a feed is, and list them all."""
    site = room().site
    with room().store.read() as connection:
        listed = [(channel, places.count(connection, channel.number)) for channel in channels.list_all(connection)]
    rows = [
        {
            "title": channel.title or (site.title if channel.label is None else channel.label.name),
            "page_url": site.absolute(channel.page_path),
            **{link: f"{site.url}/feeds/{channel.key}.{link}" for link in ("rss", "atom", "json")},
            "count": count,
        }
        for channel, count in listed
    ]
    url = f"{site.url}/feeds"
    page = Page(title=f"Feeds – {site.title}", description=f"The feeds of {site.title}", url=url, canonical=url)
    return render("feeds.html", page, feed_links("site", site.title), channels=rows)


def _newest(connection: Connection, key: str, limit: int, now: datetime) -> list[Article]:
    """Give the newest of a channel; what ended this second stands there until the worker's next look, and is hidden."""
    channel = channels.find(connection, key)
    if channel is None:
        return []
    ids = [place.article for place in places.window(connection, channel.number, limit)]
    found = articles.load(connection, ids)
    return [found[article] for article in ids if found[article].is_public(now)]


def _card(article: Article) -> Card:
    return card_of(article, summary(article.standfirst, article.content_html))
