"""`/search?q=`: full text of what is public."""

from flask import Blueprint, Response, request

from feeds.model.markup import plain
from feeds.store import channels, listing
from feeds.web.auth import room
from feeds.web.pages import stories
from feeds.web.pages.frame import Page, render

blueprint = Blueprint("search", __name__)
FOUND = 50  # stories shown


@blueprint.get("/search")
def show() -> Response:
    """Show the newest stories that hold all the words."""
    site = room().site
    asked = plain(request.args.get("q", "").replace("\x00", " "))[:200]
    cards = []
    if asked:
        with room().store.read() as connection:
            number = channels.number_of(connection, None)
            found = listing.find(
                connection, listing.Filter(query=asked, channel=number, status="published"), before=None, limit=FOUND
            )
            cards = stories.cards(connection, [article for _, article in found])
    note = f"The newest {FOUND} that were found." if len(cards) == FOUND else ""
    url = f"{site.url}/search"
    page = Page(title=f"Search – {site.title}", description=f"Search {site.title}", url=url, canonical=url)
    answer = render("search.html", page, q=asked, cards=cards, note=note, next_url=None)
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
