"""`/` and `/feeds`."""

from flask import Blueprint, Response

from feeds.store import channels, places
from feeds.web.auth import room
from feeds.web.pages import stories
from feeds.web.pages.frame import Page, feed_links, render, today

blueprint = Blueprint("front", __name__)
STORIES = 40


@blueprint.get("/")
def front() -> Response:
    """Show the newest stories."""
    site = room().site
    with room().store.read() as connection:
        cards = stories.newest(connection, "site", STORIES)
        must_read = stories.newest(connection, "sections/must-read", 5)
    page = Page(title=site.title, description=site.description, url=f"{site.url}/", canonical=f"{site.url}/")
    return render(
        "front.html", page, lead=cards[0] if cards else None, stories=cards[1:], must_read=must_read, today=today()
    )


@blueprint.get("/feeds")
def feeds() -> Response:
    """Tell what a feed is, and list them all."""
    site = room().site
    with room().store.read() as connection:
        live = (channel for channel in channels.list_all(connection) if channel.retired_at is None)
        listed = [(channel, places.count(connection, channel.number, limit=stories.COUNTED)) for channel in live]
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
    return render("feeds.html", page, feed_links("site", site.title), channels=rows, opml="/feeds.opml")
