"""Atom 1.0 (RFC 4287) as machines want it: an article's entry, a channel's frame.

In come values, out go bytes of UTF-8. Entries carry their authors with addresses, categories with scheme and
label, all links with their rel, the partner's feed as source; frames the tombstones of RFC 6721 and the marks of
RFC 5005.
"""

from collections.abc import Iterator

from feeds.errors import RenderError
from feeds.model.article import Article, Attachment
from feeds.model.dates import rfc3339
from feeds.model.document import Format, Frame, Masthead, Tombstone, Variant
from feeds.model.label import Kind
from feeds.model.markup import ascii_address, xml_text
from feeds.model.site import Site
from feeds.publish import feedgen_xml
from feeds.publish.feedgen_xml import label, text_node
from feeds.publish.media import image_nodes
from feeds.publish.parts import Category, EntryParts, FeedParts, Node, Person
from feeds.publish.printed import Credit, PrintedArticle, PrintedMasthead, media_type, print_article


def fragment(article: Article, site: Site, variant: Variant) -> bytes:
    """Render an article as an Atom entry; raises RenderError."""
    try:
        return feedgen_xml.atom_fragment(entry_parts(article, site, variant))
    except ValueError as error:
        raise RenderError(article.id, f"Atom cannot hold it: {error}") from error


def frame(masthead: Masthead, site: Site) -> Frame:
    """Render every byte of a channel's Atom document that is no entry."""
    return feedgen_xml.atom_frame(feed_parts(masthead, site))


def entry_parts(article: Article, site: Site, variant: Variant) -> EntryParts:
    """Say what an entry is made from; raises RenderError."""
    printed = print_article(article, site, variant)
    tags, sections = (ascii_address(f"{site.url}/{kind}") for kind in (Kind.TAGS, Kind.SECTIONS))
    categories = [Category(tag.slug, tags, tag.name) for tag in printed.tags]
    if printed.section is not None:
        categories.append(Category(printed.section.slug, sections, printed.section.name))
    return EntryParts(
        id=printed.guid,
        title=printed.title,
        link=printed.link,
        updated=printed.updated,
        published=printed.published,
        summary=printed.summary,
        content=printed.content,
        categories=tuple(categories),
        persons=tuple(Person(author.name, author.url) for author in printed.authors),
        rights=printed.rights,
        language=printed.language if printed.is_foreign else "",
        nodes=tuple(_entry_nodes(printed)),
    )


def feed_parts(masthead: Masthead, site: Site) -> FeedParts:
    """Say what a feed is made from."""
    printed = PrintedMasthead(masthead, site)
    return FeedParts(
        id=masthead.id or site.channel_id(masthead.number),
        title=printed.title,
        description=printed.description,
        language=masthead.language,
        home=printed.home,
        links=printed.links(Format.ATOM),
        stamp=masthead.stamp,
        generator="Broadsheet",
        rights=printed.rights,
        icon=printed.icon,
        logo=printed.image,
        author=Person(*printed.publisher),
        nodes=tuple(_feed_nodes(masthead)),
    )


def _entry_nodes(printed: PrintedArticle) -> Iterator[Node]:
    yield _link("alternate", printed.link, type="" if printed.link == printed.canonical_url else "text/html")
    for attachment in printed.attachments:
        yield _enclosure(attachment)
    for related in printed.related:
        if related.url:
            yield _link("related", related.url, title=related.title)
    if printed.canonical_url:
        yield _link("via", printed.canonical_url)
    if printed.licence is not None:
        yield _link("license", printed.licence.url)  # RFC 4946
    if printed.image is not None:
        yield from image_nodes(printed.image)  # an enclosure would be one attachment too many
    if printed.credit is not None:
        yield _source(printed.credit, rfc3339(printed.updated), has_author=bool(printed.authors))


def _source(credit: Credit, updated: str, *, has_author: bool) -> Node:
    """Name the partner's feed (RFC 4287 §4.2.11); it is as new as the entry, as far as we know.

    An entry without authors has its source's, else the feed's (§4.2.1): the story is the partner's, not ours.
    """
    title = text_node("title", credit.title)
    children = [Node("id", credit.feed_url), title, Node("updated", updated)]
    if not has_author:
        children.append(Node("author", children=(Node("name", credit.title),)))
    if credit.site_url:
        children.append(_link("alternate", credit.site_url))
    return Node("source", children=(*children, _link("self", credit.feed_url)))


def _enclosure(attachment: Attachment) -> Node:
    length = "" if attachment.length is None else str(attachment.length)
    kind = media_type(attachment.url, attachment.type)
    return _link("enclosure", attachment.url, type=kind, length=length, title=attachment.title)


def _link(rel: str, href: str, *, type: str = "", length: str = "", title: str = "") -> Node:
    return Node("link", attributes={"rel": rel, "type": type, "href": href, "length": length, "title": label(title)})


def _feed_nodes(masthead: Masthead) -> Iterator[Node]:
    if masthead.is_archive:
        yield Node("fh:archive")
    elif masthead.complete:
        yield Node("fh:complete")
    for tombstone in masthead.tombstones:
        yield _tombstone(tombstone)


def _tombstone(tombstone: Tombstone) -> Node:
    """Tell of an article that left (RFC 6721 §3)."""
    reason = xml_text(tombstone.reason)
    return Node(
        "at:deleted-entry",
        attributes={"ref": tombstone.guid, "when": rfc3339(tombstone.at)},
        children=(Node("at:comment", reason),) if reason else (),
    )
