"""RSS 2.0 as aggregators want it: an article's item, a channel's frame.

In come values, out go bytes of UTF-8. What feedgen has no word for (dates without the locale, every author, Media
RSS, Atom links, the archive's marks) is told here, element by element; how titles are kept from being taken for
markup is feedgen_xml's.
"""

from collections.abc import Iterator

from feeds.errors import RenderError
from feeds.model.article import Article, Attachment
from feeds.model.dates import rfc3339, rfc5322
from feeds.model.document import Format, Frame, Masthead, Variant
from feeds.model.site import Site
from feeds.publish import feedgen_xml
from feeds.publish.feedgen_xml import label
from feeds.publish.media import attachment_node, image_nodes
from feeds.publish.parts import Category, EntryParts, FeedParts, Node
from feeds.publish.printed import PrintedArticle, PrintedMasthead, media_type, print_article

_IMAGE_TYPES = ("image/gif", "image/jpeg", "image/png", "")  # RSS 2.0 image/url; "": no ending that tells
_PERIODS = (("hourly", 60), ("daily", 24 * 60), ("weekly", 7 * 24 * 60))  # in minutes (RSS 1.0 syndication module)


def fragment(article: Article, site: Site, variant: Variant) -> bytes:
    """Render an article as an RSS item; raises RenderError."""
    try:
        return feedgen_xml.rss_fragment(entry_parts(article, site, variant))
    except ValueError as error:
        raise RenderError(article.id, f"RSS cannot hold it: {error}") from error


def frame(masthead: Masthead, site: Site) -> Frame:
    """Render every byte of a channel's RSS document that is no item."""
    return feedgen_xml.rss_frame(feed_parts(masthead, site))


def entry_parts(article: Article, site: Site, variant: Variant) -> EntryParts:
    """Say what an item is made from; raises RenderError."""
    printed = print_article(article, site, variant)
    categories = [Category(tag.name) for tag in printed.tags]
    if printed.section is not None:
        categories.append(Category(printed.section.name, scheme=printed.section.url))
    enclosure = next((each for each in printed.attachments if _is_enclosure(each)), None)
    credit = printed.credit
    return EntryParts(
        id=printed.guid,
        title=printed.title,
        link=printed.link,
        updated=printed.updated,
        summary=printed.summary,
        content=printed.content,
        categories=tuple(categories),
        enclosure=None if enclosure is None else (enclosure.url, enclosure.length or 0, enclosure.type),
        source=None if credit is None else (credit.feed_url, credit.title),
        nodes=tuple(_item_nodes(printed, enclosure)),
    )


def feed_parts(masthead: Masthead, site: Site) -> FeedParts:
    """Say what a channel is made from."""
    printed = PrintedMasthead(masthead, site)
    links = printed.links(Format.RSS)
    return FeedParts(
        id=masthead.id or site.channel_id(masthead.number),
        title=printed.title,
        description=printed.description or printed.title,  # RSS requires one
        language=masthead.language,
        home=printed.home,
        links=links[:1],
        stamp=masthead.stamp,
        generator="Broadsheet",
        rights=printed.rights,
        ttl=site.ttl_minutes,
        image=printed.image if media_type(printed.image) in _IMAGE_TYPES else "",
        nodes=tuple(_channel_nodes(masthead, site, links[1:])),
    )


def _item_nodes(printed: PrintedArticle, enclosure: Attachment | None) -> Iterator[Node]:
    yield Node("pubDate", rfc5322(printed.published))
    if printed.updated > printed.published:
        yield Node("atom:updated", rfc3339(printed.updated))
    for author in printed.authors:
        yield Node("dc:creator", author.name)
    if printed.is_foreign:
        yield Node("dc:language", printed.language)
    if printed.image is not None:
        yield from image_nodes(printed.image)
    for attachment in printed.attachments:
        if attachment is not enclosure and (printed.image is None or attachment.url != printed.image.url):
            yield attachment_node(attachment)
    for related in printed.related:
        if related.url:
            title = label(related.title)
            yield Node("atom:link", attributes={"rel": "related", "href": related.url, "title": title})
    if printed.canonical_url:
        yield Node("atom:link", attributes={"rel": "via", "href": printed.canonical_url})
    if printed.rights:
        yield Node("dc:rights", printed.rights)
    if printed.licence is not None:
        yield Node("atom:link", attributes={"rel": "license", "href": printed.licence.url})


def _channel_nodes(masthead: Masthead, site: Site, links: tuple[dict[str, str], ...]) -> Iterator[Node]:
    yield Node("lastBuildDate", rfc5322(masthead.stamp))
    for link in links:
        yield Node("atom:link", attributes=link)
    period, frequency = _pace(site.ttl_minutes)
    yield Node("sy:updatePeriod", period)
    yield Node("sy:updateFrequency", str(frequency))
    if masthead.is_archive:
        yield Node("fh:archive")
    elif masthead.complete:
        yield Node("fh:complete")


def _pace(ttl_minutes: int) -> tuple[str, int]:
    """Say a time to live as so many updates in a period: `hourly`, 12; never more often than the ttl says."""
    for period, minutes in _PERIODS:
        if ttl_minutes <= minutes:
            return period, max(1, minutes // max(1, ttl_minutes))
    return _PERIODS[-1][0], 1


def _is_enclosure(attachment: Attachment) -> bool:
    return bool(attachment.type) and attachment.length is not None
