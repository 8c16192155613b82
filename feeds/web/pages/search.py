"""`/search?q=`: full text of what is public.

Of partners' stories no more is searched than their rights allow to be shown: a story that is found by a word tells
that the word is in it.
"""

from flask import Blueprint, Response, request

from feeds.model.markup import plain
from feeds.model.rights import allowed, degree_of
from feeds.store import articles, channels, listing, search
from feeds.store.database import Connection
from feeds.web.auth import room
from feeds.web.pages import stories
from feeds.web.pages.frame import Page, render

blueprint = Blueprint("search", __name__)
FOUND = 50  # stories shown
MOST_LOOKS = 20  # times FOUND stories that are looked through for those that may be found


@blueprint.get("/search")
def show() -> Response:
    """Show the newest stories that hold all the words."""
    site = room().site
    asked = plain(request.args.get("q", "").replace("\x00", " "))[:200]
    cards = []
    if asked:
        with room().store.read() as connection:
            cards = stories.cards(connection, _find(connection, asked))
    note = f"The newest {FOUND} that were found." if len(cards) == FOUND else ""
    url = f"{site.url}/search"
    page = Page(title=f"Search – {site.title}", description=f"Search {site.title}", url=url, canonical=url)
    answer = render("search.html", page, q=asked, cards=cards, note=note, next_url=None)
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _find(connection: Connection, asked: str) -> list[str]:
    """Give the ids of the newest stories that show all the words, at most FOUND."""
    wanted = listing.Filter(query=asked, channel=channels.number_of(connection, None), status="published")
    shown: list[str] = []
    last: tuple[int, str] | None = None
    for _ in range(MOST_LOOKS):
        found = listing.find(connection, wanted, before=last, limit=FOUND)
        ids = [article for _, article in found]
        some = articles.load(connection, ids)
        limited = [allowed(article) for article in some.values() if degree_of(article) != "full"]
        hidden = {article.id for article in limited} - search.holding(asked, limited)
        shown += [article for article in ids if article not in hidden]
        if len(found) < FOUND or len(shown) >= FOUND:
            break
        last = found[-1]
    return shown[:FOUND]
