"""What a reader sees where there is no page."""

from flask import Response, request

from feeds.web.auth import room
from feeds.web.pages.frame import Page, render

HEADINGS = {404: "Not found", 410: "Gone", 405: "Not allowed", 400: "Bad request", 503: "Out of reach for now"}


def error_page(status: int, detail: str) -> Response:
    """Make the page of an error; nothing of the request is repeated on it."""
    site = room().site
    heading = HEADINGS.get(status, "Something went wrong")
    page = Page(title=f"{heading} – {site.title}", description=detail, url=site.url + "/", canonical=site.url + "/")
    template = "gone.html" if status == 410 else "error.html"
    answer = render(template, page, status=status, heading=heading, message=detail)
    if request.method == "HEAD":
        answer.set_data(b"")
    return answer
