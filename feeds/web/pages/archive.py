"""`/archive/YYYY/MM`: the stories of a month, as the site's time zone has it."""

import re

from flask import Blueprint, Response

from feeds.errors import Refusal
from feeds.store import channels, places
from feeds.web.auth import room
from feeds.web.pages import months, stories
from feeds.web.pages.frame import MONTHS, Page, render
from feeds.web.pages.months import Month

blueprint = Blueprint("archive", __name__)
_YEAR, _MONTH = re.compile(r"[0-9]{4}", re.ASCII), re.compile(r"[0-9]{2}", re.ASCII)


@blueprint.get("/archive")
def newest() -> Response:
    """Lead to the newest month that has stories."""
    with room().store.read() as connection:
        found = next(months.with_stories(connection, channels.number_of(connection, None)), None)
    if found is None:
        raise Refusal(404, "There is no story yet.")
    location = f"{room().site.url}/archive/{found.spelled}"
    return Response("", 302, {"Location": location, "Cache-Control": "max-age=60"})


@blueprint.get("/archive/<year>/<month>")
def show(year: str, month: str) -> Response:
    """Show a month's stories, newest first, with the nearest months that have some."""
    site = room().site
    limits = months.bounds(Month(int(year), int(month))) if _YEAR.fullmatch(year) and _MONTH.fullmatch(month) else None
    if limits is None:
        raise Refusal(404, "There is nothing at this address.")
    start, end = limits
    path = f"/archive/{year}/{month}"
    with room().store.read() as connection:
        channel = channels.number_of(connection, None)
        if not places.span(connection, channel, start, end, limit=1):
            raise Refusal(404, "There are no stories of this month.")
        found = stories.some(connection, channel, path, above=start, below=end)
        older = places.before(connection, channel, start, 1)
        newer = places.span(connection, channel, end, limit=1)
    heading = f"{MONTHS[int(month) - 1]} {int(year)}"
    url = site.url + path
    page = Page(title=f"{heading} – {site.title}", description=f"{site.title} in {heading}", url=url, canonical=url)
    beside = [("Earlier", older[0] if older else None), ("Later", newer[0].key if newer else None)]
    return render(
        "list.html",
        page,
        heading=heading,
        intro="",
        label=None,
        cards=found.cards,
        next_url=found.next,
        prev_url=found.prev,
        months=[
            {"title": f"{title}: {MONTHS[at.month - 1]} {at.year}", "href": f"/archive/{at.spelled}"}
            for title, key in beside
            if key is not None
            for at in [months.month_of(key)]
        ],
    )
