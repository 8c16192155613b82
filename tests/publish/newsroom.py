"""One fixed newsroom for the tests of printing: its site, stories with every field and every trap, mastheads.

All texts are made up. The golden files in tests/data/publish are its documents (test_golden.py).
"""

from dataclasses import replace
from datetime import UTC, datetime

from feeds.model.article import Article, Attachment, Correction, Image, Origin, Related, RelatedTarget, Status
from feeds.model.document import Format, Masthead, Tombstone, Variant
from feeds.model.label import Kind, Label
from feeds.model.site import Site
from feeds.model.slug import slugify
from feeds.publish import assemble

SITE = Site(
    url="https://news.example",
    authority="news.example",
    date="2026-01-02",
    title="The Quay & Tide",
    description="News of a small harbour",
    language="en",
    logo="/media/logo.png",
    icon="/media/icon.png",
    rights="© The Quay & Tide",
    hubs=("https://hub.example/",),
)
FULL = Variant("full", "en")
SUMMARY = Variant("summary", "en")


def instant(day: int, hour: int = 8, minute: int = 30, second: int = 0, microsecond: int = 0) -> datetime:
    """Give a moment of May 2026."""
    return datetime(2026, 5, day, hour, minute, second, microsecond, tzinfo=UTC)


STAMP = instant(30, 12, 0, 0, 123456)


def label(kind: Kind, name: str, **more: str) -> Label:
    return Label(kind=kind, id=len(name), slug=slugify(name), name=name, **more)


def author(name: str, **more: str) -> Label:
    return label(Kind.AUTHORS, name, **more)


def tag(name: str, **more: str) -> Label:
    return label(Kind.TAGS, name, **more)


def section(name: str, **more: str) -> Label:
    return label(Kind.SECTIONS, name, **more)


def article(title: str = "The ferry sails again", **fields: object) -> Article:
    """Make a public article; whatever is not said is the least that there can be."""
    known: dict[str, object] = {
        "id": "a1",
        "title": title,
        "created_at": instant(1),
        "published_at": instant(1),
        "status": Status.PUBLISHED,
        "was_public": True,
        "content_html": "<p>The ferry left at <em>eight</em>.</p>",
    }
    known |= fields
    known.setdefault("updated_at", known["published_at"])
    return Article(**known)  # type: ignore[arg-type]


def origin(**fields: str) -> Origin:
    known = {
        "id": "s1",
        "title": "Island Radio",
        "url": "https://radio.example/feed.xml",
        "entry_id": "urn:x-radio:77",
        "site_url": "https://radio.example/",
    }
    return Origin(**(known | fields))


def masthead(**fields: object) -> Masthead:
    known: dict[str, object] = {
        "number": 3,
        "title": "Harbour – The Quay & Tide",
        "description": "Ships, quays, tides",
        "language": "en",
        "home_url": "https://news.example/tags/harbour",
        "path": "https://news.example/feeds/tags/harbour",
        "stamp": STAMP,
    }
    return Masthead(**(known | fields))  # type: ignore[arg-type]


def fragment(format: Format, story: Article, variant: Variant = FULL, site: Site = SITE) -> bytes:
    return assemble.FRAGMENTS[format](story, site, variant)


def document(
    format: Format,
    stories: tuple[Article, ...] = (),
    head: Masthead | None = None,
    variant: Variant = FULL,
    site: Site = SITE,
) -> bytes:
    frame = assemble.FRAMES[format](head or masthead(), site)
    return assemble.join(format, frame, [fragment(format, story, variant, site) for story in stories])


EVERYTHING = article(
    "<b>Bold</b> claims & “quiet” ones: 5 < 6",
    id="everything",
    standfirst="Five is < six & the mayor said “so”",
    content_html='<p>A quay of <a href="/tags/harbour#new">the harbour</a>, 東京 🌏.</p><p title="]]>">[[1]]&gt;</p>'
    '<p><img src="/media/quay.jpg" srcset="/media/quay.jpg 1x, /media/quay-2.jpg 2x" alt="a quay"></p>'
    '<iframe src="https://player.example/v/1" title="The film"></iframe><pre>one\n  two</pre>',
    authors=(
        author("Éva Nagy", bio="Writes of ships", image="/media/eva.png"),
        author("O'Brien & Sons", url="https://obrien.example/é?a=1&b=2"),
    ),
    tags=(tag("Économie"), tag("Rock 'n' Roll"), tag("R&D")),
    section=section("World News"),
    kicker="Analysis",
    language="fr",
    rights="© Éva Nagy",
    canonical_url="https://first.example/ä?x=1&y=2",
    dateline="HAVANA",
    image=Image(
        url="/media/größe.jpg",
        alt="A ship & a quay",
        caption="The ship, <em>late</em>",
        credit="Jo Ann",
        width=1600,
        height=900,
        type="image/jpeg",
        length=123456,
    ),
    attachments=(
        Attachment(url="/media/notes.pdf", title="The notes"),
        Attachment(url="https://cdn.example/talk.mp3?a=1&b=2", type="audio/mpeg", length=98765, duration=61.0),
        Attachment(url="https://cdn.example/film.mp4", type="video/mp4", length=12345678901, duration=61.5),
    ),
    related=(
        Related(title="The ferry sails again", tied=RelatedTarget(id="a1", title="The ferry sails again")),
        Related(title="Tide tables", url="https://tides.example/größe"),
        Related(title="A story to come"),
    ),
    flags=("must-read", "breaking"),
    published_at=instant(9),
    updated_at=instant(10, 11, 12, 13, 987654),
    corrections=(Correction(instant(10), "The quay is 90 m long,\nnot <900>."),),
)
PARTNER = article(
    "Island radio tower falls",
    id="partner",
    content_html="<p>It fell at noon.</p>",
    origin=origin(),
    canonical_url="https://radio.example/tower",
    published_at=instant(8),
)
PARTNER_SUMMARY = replace(
    PARTNER,
    id="partner-summary",
    title="Island mast rises",
    origin=origin(rights="summary", credit="By courtesy of Island Radio & friends"),
    published_at=instant(7),
    updated_at=instant(7),
)
PARTNER_LINK = replace(
    PARTNER,
    id="partner-link",
    title="Island antenna sways",
    standfirst="Not ours to print",
    origin=origin(rights="link"),
    image=Image(url="https://radio.example/antenna.png"),
    attachments=(Attachment(url="https://radio.example/antenna.mp3", type="audio/mpeg", length=5),),
    published_at=instant(6),
    updated_at=instant(6),
)
ENTITY = article(
    "&amp; is how one writes an ampersand", id="entity", content_html="", published_at=instant(5), language="en-GB"
)
CUBA = article(
    "Cuba",
    id="cuba",
    authors=(author("Cuba"), author("Éva Nagy")),
    tags=(tag("Cuba"),),
    section=section("Cuba"),
    published_at=instant(4),
)
CROWD = article(
    "עברית ועוד 👩‍👩‍👧",
    id="crowd",
    authors=tuple(author(f"Author {number}") for number in range(1, 17)),
    published_at=instant(3),
)
PLAIN = article(id="a1", standfirst="It left at eight.", published_at=instant(2))

STORIES = (EVERYTHING, PARTNER, PARTNER_SUMMARY, PARTNER_LINK, ENTITY, CUBA, CROWD, PLAIN)
TOMBSTONES = (
    Tombstone(guid=SITE.article_guid("gone"), at=instant(29), reason="Retracted: <wrong> harbour & quay"),
    Tombstone(guid=SITE.article_guid("ended"), at=instant(28)),
)

# Golden documents by their file's name: masthead, variant, stories.
DOCUMENTS: dict[str, tuple[Masthead, Variant, tuple[Article, ...]]] = {
    "current": (
        masthead(prev_archive="https://news.example/feeds/tags/harbour/archive/2", tombstones=TOMBSTONES),
        FULL,
        STORIES,
    ),
    "summaries": (
        masthead(
            number=4,
            title="Éva Nagy – The Quay & Tide",
            description="Writes of <ships> & quays",
            language="fr",
            home_url="https://news.example/authors/eva-nagy",
            path="https://news.example/feeds/authors/eva-nagy",
            image="/media/eva.png",
            author=("Éva Nagy", "https://news.example/authors/eva-nagy"),
            complete=True,
        ),
        Variant("summary", "fr"),
        STORIES,
    ),
    "archive": (
        masthead(
            path="https://news.example/feeds/tags/harbour/archive/1",
            is_archive=True,
            prev_archive="https://news.example/feeds/tags/harbour/archive/0",
            next_archive="https://news.example/feeds/tags/harbour/archive/2",
            current="https://news.example/feeds/tags/harbour",
        ),
        FULL,
        STORIES[5:],
    ),
    "empty": (masthead(description="", complete=True), FULL, ()),
}
