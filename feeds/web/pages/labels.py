"""`/tags`, `/authors`, `/sections`, and the page of each of them; former slugs lead to the present ones in one step."""

from flask import Blueprint, Response, redirect, request

from feeds.errors import Refusal
from feeds.model.label import Kind, Label
from feeds.store import channels, labels, places
from feeds.store.database import Connection
from feeds.web.auth import room
from feeds.web.pages import stories
from feeds.web.pages.frame import Page, feed_links, render

blueprint = Blueprint("label_pages", __name__)
LISTED = 200  # labels a page
HEADINGS = {Kind.TAGS: "Tags", Kind.AUTHORS: "Authors", Kind.SECTIONS: "Sections"}


@blueprint.get("/<any(tags, authors, sections):kind>")
def index(kind: str) -> Response:
    """List what has public stories, by slug."""
    site, named = room().site, Kind(kind)
    with room().store.read() as connection:
        found = labels.page(connection, named, after=request.args.get("after", "")[:80], limit=LISTED + 1)
        rows = [
            {"label": label, "count": count} for label in found[:LISTED] if (count := _count(connection, label)) > 0
        ]
    url, heading = f"{site.url}/{kind}", HEADINGS[named]
    page = Page(title=f"{heading} – {site.title}", description=f"{heading} of {site.title}", url=url, canonical=url)
    next_url = f"/{kind}?after={found[LISTED - 1].slug}" if len(found) > LISTED else None
    return render("labels.html", page, heading=heading, labels=rows, next_url=next_url)


@blueprint.get("/<any(tags, authors, sections):kind>/<slug>")
def show(kind: str, slug: str) -> Response:
    """Show the stories of a tag, an author or a section, newest first."""
    site, named = room().site, Kind(kind)
    with room().store.read() as connection:
        label = labels.find_by_slug(connection, named, slug)
        if label is None:
            former = labels.find_redirect(connection, named, slug)
            if former is None:
                raise Refusal(404, "There is nothing at this address.")
            return _moved(f"{site.url}/{former.key}")
        if labels.retired(connection, [label.id]):
            raise Refusal(410, f"The {kind.removesuffix('s')} was given up.")
        channel = channels.find(connection, label.key)
        if channel is None:
            raise Refusal(404, "There is nothing at this address.")
        found = stories.some(connection, channel.number, f"/{label.key}")
    url, name = f"{site.url}/{label.key}", channel.title or label.name
    page = Page(
        title=f"{name} – {site.title}",
        description=channel.description or label.description or label.bio or f"{name} in {site.title}",
        url=url,
        canonical=url,
        kind="profile" if named is Kind.AUTHORS else "website",
    )
    return render(
        "list.html",
        page,
        [*feed_links(label.key, label.name), *feed_links("site", site.title)],
        heading=name,
        intro=channel.description,
        label=label,
        cards=found.cards,
        next_url=found.next,
        prev_url=found.prev,
    )


def _count(connection: Connection, label: Label) -> int:
    channel = channels.find_number(connection, label.kind, label.slug)
    return 0 if channel is None else places.count(connection, channel, limit=stories.COUNTED)


def _moved(url: str) -> Response:
    answer: Response = redirect(url, 301)  # type: ignore[assignment]  # Flask's own kind, made by Flask
    answer.headers["Cache-Control"] = "max-age=60"
    return answer
