"""What every page has in common: site and feeds, times and cards for templates, the policy it goes by."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Response, make_response, render_template

from feeds.errors import StoreError
from feeds.model.article import Article, Image
from feeds.model.document import Format
from feeds.model.label import Kind, Label
from feeds.model.markup import summary
from feeds.model.measures import measured_image
from feeds.model.rights import allowed, degree_of
from feeds.model.site import Site
from feeds.store import labels
from feeds.web.auth import room

CACHE_CONTROL = "max-age=30, stale-while-revalidate=60"
BAR = 12  # sections in the bar
LINKS = (
    {"title": "Tags", "href": "/tags"},
    {"title": "Authors", "href": "/authors"},
    {"title": "Archive", "href": "/archive"},
    {"title": "Search", "href": "/search"},
)
FORMAT_NAMES = {Format.RSS: "RSS", Format.ATOM: "Atom", Format.JSON: "JSON Feed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a page says of itself. `canonical` is the address that search engines are to keep."""

    title: str
    description: str
    url: str
    canonical: str
    kind: str = "website"
    lang: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedLink:
    """One feed as autodiscovery names it."""

    title: str
    type: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """An article in a list."""

    id: str
    title: str
    url: str
    standfirst: str
    kicker: str
    published: datetime
    published_text: str
    section: Label | None
    authors: tuple[Label, ...]
    image: Image | None
    source: str | None
    flags: tuple[str, ...]


def render(template: str, page: Page, feeds: Sequence[FeedLink] = (), status: int = 200, **context: object) -> Response:
    """Render a template with what all pages share."""
    text = render_template(
        template,
        site=room().site,
        page=page,
        feeds=feeds or feed_links("site", room().site.title),
        sections=_sections(),
        links=LINKS,
        hubs=room().site.hubs,
        status=status,
        **context,
    )
    answer = make_response(text, status)
    answer.headers["Cache-Control"] = CACHE_CONTROL if status == 200 else "no-store"
    answer.headers["Content-Security-Policy"] = _policy()
    if room().site.hubs:
        answer.headers["Link"] = ", ".join(f'<{hub}>; rel="hub"' for hub in room().site.hubs)
    return answer


def today() -> dict[str, str]:
    """Give the day, as pages say it in the site's zone."""
    local = room().clock.now().astimezone(room().settings.site.timezone)
    return {"date": f"{local:%Y-%m-%d}", "text": f"{local.day} {MONTHS[local.month - 1]} {local.year}"}


def _sections() -> list[Label]:
    """Give the sections for the bar under the masthead: those that have stories."""
    try:
        with room().store.read() as connection:
            return labels.with_stories(connection, Kind.SECTIONS, limit=BAR)
    except StoreError:  # an error's page says so; it needs no bar
        return []


def feed_links(key: str, title: str) -> list[FeedLink]:
    """Name the three documents of a channel."""
    base = f"{room().site.url}/feeds/{key}"
    return [
        FeedLink(title=f"{title} ({FORMAT_NAMES[format]})", type=format.media_type, href=f"{base}.{format}")
        for format in Format
    ]


def card_of(article: Article) -> Card:
    """Make the card of a public article."""
    site, url = room().site, link_of(article, room().site)
    article = allowed(article)
    published = article.published_at or article.created_at
    return Card(
        id=article.id,
        title=article.title,
        url=url,
        standfirst=summary(article.standfirst, article.content_html),
        kicker=article.kicker,
        published=published,
        published_text=spell_time(published),
        section=article.section,
        authors=article.authors,
        image=absolute_image(measured_image(article), site),
        source=None if article.origin is None else article.origin.title,
        flags=article.flags,
    )


def link_of(article: Article, site: Site) -> str:
    """Give where a story is read: our page, or the partner's where it is only to be linked."""
    if article.canonical_url and degree_of(article) == "link":
        return article.canonical_url
    return site.url + article.path


def absolute_image(image: Image | None, site: Site) -> Image | None:
    """Give a picture with its address made absolute."""
    if image is None:
        return None
    return Image(
        url=site.absolute(image.url),
        alt=image.alt,
        caption=image.caption,
        credit=image.credit,
        width=image.width,
        height=image.height,
        type=image.type,
        length=image.length,
    )


def spell_time(instant: datetime) -> str:
    """Write a time as pages do, in the site's zone: `1 May 2026, 10:30`."""
    local = instant.astimezone(room().settings.site.timezone)
    return f"{local.day} {MONTHS[local.month - 1]} {local.year}, {local:%H:%M}"


# Not strftime's, which hang on the process's locale.
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def _policy() -> str:
    """Allow what articles may show: pictures, sound and film of any address, frames of the players; no script."""
    players = " ".join(f"https://{host}" for host in room().settings.content.players) or "'none'"
    return (
        "default-src 'none'; style-src 'self'; img-src * data:; media-src *; "
        f"frame-src {players}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
