"""feedgen behind a fence: plain values of an entry or a feed in, fragments and frames of XML out.

Nothing else imports feedgen. It builds every element that it knows; what it leaves out or writes wrongly is
mended by the pair of extensions below, through its own extension interface. It is asked for one entry or one
empty feed at a time, so that a document can be joined from kept fragments. No rule about news is here: rss.py
and atom.py say what is printed.
"""

import html
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from feedgen.entry import FeedEntry
from feedgen.ext.base import BaseEntryExtension, BaseExtension
from feedgen.feed import FeedGenerator
from lxml import etree

from feeds.model.dates import rfc3339
from feeds.model.document import Frame
from feeds.publish.parts import EntryParts, FeedParts, Node, Person

STYLESHEET = "/static/feed.css"

NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "media": "http://search.yahoo.com/mrss/",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
    "fh": "http://purl.org/syndication/history/1.0",
    "at": "http://purl.org/atompub/tombstones/1.0",
    "xml": "http://www.w3.org/XML/1998/namespace",
}
_RSS_NAMESPACES = {prefix: NAMESPACES[prefix] for prefix in ("atom", "content", "dc", "media", "sy", "fh")}
_ATOM_NAMESPACES = {prefix: NAMESPACES[prefix] for prefix in ("fh", "media")}
# RSS texts that readers take as they are: where they look like markup, only their spelling tells (RSS Profile).
_PLAIN_TEXTS = re.compile(rb"(<(?:category|copyright|source)(?: [^<>]*)?>)([^<]*(?:&lt;|&amp;#?\w)[^<]*)(?=</)")


class _Unprinted(datetime):
    """A moment that feedgen takes for none, and so leaves to us.

    feedgen sets the process's locale to write a date in RSS, which is not safe in threads; it always writes
    lastBuildDate, unless that is false.
    """

    def __bool__(self) -> bool:
        return False


_UNPRINTED = _Unprinted(1970, 1, 1, tzinfo=UTC)


class _Entry(BaseEntryExtension):  # type: ignore[misc]  # feedgen has no types
    """Mends an entry; `tail` is what stands behind it in a document made in one go."""

    def __init__(self) -> None:
        self.parts: EntryParts | None = None
        self.tail: str | None = None

    def extend_rss(self, item: Any) -> Any:
        assert self.parts is not None
        _append(item, self.parts.nodes)
        item.tail = self.tail
        return item

    def extend_atom(self, entry: Any) -> Any:
        assert self.parts is not None
        for link in entry.findall("link"):  # feedgen keeps no more than their href
            entry.remove(link)
        _mend_atom(entry)
        if self.parts.language:
            entry.set(_clark("xml:lang"), self.parts.language)
        _append(entry, self.parts.nodes)
        entry.tail = self.tail
        return entry


class _Feed(BaseExtension):  # type: ignore[misc]  # feedgen has no types
    """Mends a feed: namespaces, stylesheet, nodes, and a line for each element."""

    def __init__(self) -> None:
        self.nodes: tuple[Node, ...] = ()
        self.namespaces: dict[str, str] = {}

    def extend_ns(self) -> dict[str, str]:
        return self.namespaces

    def extend_rss(self, root: Any) -> Any:
        self._finish(root, root[0])
        return root

    def extend_atom(self, root: Any) -> Any:
        _mend_atom(root)
        self._finish(root, root)
        return root

    def _finish(self, root: Any, parent: Any) -> None:
        _append(parent, self.nodes)
        parent.text = "\n"
        for child in parent:
            child.tail = "\n"
        root.addprevious(etree.ProcessingInstruction("xml-stylesheet", f'type="text/css" href="{STYLESHEET}"'))


def rss_fragment(parts: EntryParts) -> bytes:
    """Render one RSS item; raises ValueError where XML cannot hold its text."""
    return _spelt(_cut_root("rss", _RSS_NAMESPACES, _rss_entry(parts).rss_entry()))


def atom_fragment(parts: EntryParts) -> bytes:
    """Render one Atom entry; raises ValueError where XML cannot hold its text."""
    return _cut_root("feed", _ATOM_NAMESPACES, _atom_entry(parts).atom_entry())


def rss_frame(parts: FeedParts) -> Frame:
    """Render an RSS document without items, cut where they go."""
    return _cut_frame(_spelt(_rss_feed(parts).rss_str()), b"</channel>")


def atom_frame(parts: FeedParts) -> Frame:
    """Render an Atom document without entries, cut where they go."""
    return _cut_frame(_atom_feed(parts).atom_str(), b"</feed>")


def rss_document(feed: FeedParts, entries: Sequence[EntryParts]) -> bytes:
    """Render a whole RSS document in one go: what frame and fragments must join to, byte for byte."""
    return _spelt(_filled(_rss_feed(feed), [_rss_entry(parts) for parts in entries]).rss_str())


def atom_document(feed: FeedParts, entries: Sequence[EntryParts]) -> bytes:
    """Render a whole Atom document in one go: what frame and fragments must join to, byte for byte."""
    document: bytes = _filled(_atom_feed(feed), [_atom_entry(parts) for parts in entries]).atom_str()
    return document


def is_markup(text: str) -> bool:
    """Say whether a reader that takes the text for HTML would read something else."""
    return "<" in text or _is_entity(text)


def label(text: str) -> str:
    """Give a text as the title of an Atom link; none where it looks like markup.

    The attribute cannot say that it is plain, and validators warn of it; the address alone will do.
    """
    return "" if is_markup(text) else text


def text_node(tag: str, text: str) -> Node:
    """Make a text of Atom; one that looks like markup is escaped once more and says so (RFC 4287 §3.1.1.2)."""
    return Node(tag, html.escape(text, quote=False), {"type": "html"}) if _is_doubtful(text) else Node(tag, text)


def _rss_entry(parts: EntryParts) -> Any:
    entry = _entry(parts)
    entry.title(_read_as_html(parts.title, risky=is_markup))
    # An empty CDATA section is an element without text, and yet true: without a description feedgen would
    # print the content in its place.
    entry.description(_read_as_html(parts.summary, risky=_has_syntax) or etree.CDATA(""), isSummary=True)
    if parts.content:
        # The one thing that ends a CDATA section can stand in an attribute; &gt; is read the same there.
        entry.content(etree.CDATA(parts.content.replace("]]>", "]]&gt;")))
    if parts.enclosure is not None:
        url, length, media_type = parts.enclosure
        entry.link({"href": url, "rel": "enclosure", "length": str(length), "type": media_type})
    entry.link({"href": parts.link, "rel": "alternate"})
    if parts.source is not None:
        entry.source(*parts.source)
    return entry


def _atom_entry(parts: EntryParts) -> Any:
    entry = _entry(parts)
    entry.title(parts.title)
    if parts.summary:
        entry.summary(parts.summary)
    if parts.content:
        entry.content(parts.content, type="html")
    entry.link({"href": parts.link, "rel": "alternate"})  # feedgen asks for one; see _Entry
    if parts.persons:
        entry.author([_person(person) for person in parts.persons])
    entry.published(parts.published)
    if parts.rights:
        entry.rights(parts.rights)
    return entry


def _entry(parts: EntryParts) -> Any:
    entry = FeedEntry()
    entry.register_extension("broadsheet", _Entry)
    entry.broadsheet.parts = parts
    entry.id(parts.id)
    entry.updated(parts.updated)
    if parts.categories:
        entry.category([{key: value for key, value in each._asdict().items() if value} for each in parts.categories])
    return entry


def _rss_feed(parts: FeedParts) -> Any:
    feed = _feed(parts, _RSS_NAMESPACES)
    feed.title(_read_as_html(parts.title, risky=is_markup))
    feed.description(_read_as_html(parts.description, risky=is_markup))
    feed.updated(_UNPRINTED)
    feed.link([*map(dict, parts.links), {"href": parts.home}])  # the last one is the channel's own
    feed.ttl(parts.ttl)
    if parts.image:
        feed.image(parts.image)
    return feed


def _atom_feed(parts: FeedParts) -> Any:
    feed = _feed(parts, _ATOM_NAMESPACES)
    feed.title(parts.title)
    feed.subtitle(parts.description)
    feed.updated(parts.stamp.replace(microsecond=0))
    feed.link([{"href": parts.home, "rel": "alternate", "type": "text/html"}, *map(dict, parts.links)])
    if parts.author is not None:
        feed.author(_person(parts.author))
    feed.icon(parts.icon or None)
    feed.logo(parts.logo or None)
    return feed


def _feed(parts: FeedParts, namespaces: dict[str, str]) -> Any:
    feed = FeedGenerator()
    feed.register_extension("broadsheet", _Feed, _Entry)
    feed.broadsheet.nodes = parts.nodes
    feed.broadsheet.namespaces = namespaces
    feed.id(parts.id)
    feed.language(parts.language)
    feed.generator(parts.generator)
    feed.rights(parts.rights or None)
    return feed


def _filled(feed: Any, entries: list[Any]) -> Any:
    for entry in entries:
        entry.broadsheet.tail = None if entry is entries[-1] else "\n"
        feed.add_entry(entry, order="append")
    return feed


def _person(person: Person) -> dict[str, str]:
    return {"name": person.name, "uri": person.uri}


def _append(parent: Any, nodes: Sequence[Node]) -> None:
    for node in nodes:
        prefix = node.tag.partition(":")[0]
        # A namespace that is not on the root is declared on each element alone (RFC 6721's).
        own = {prefix: NAMESPACES[prefix]} if prefix == "at" else None
        element = etree.SubElement(parent, _clark(node.tag), nsmap=own)
        for name, value in node.attributes.items():
            if value:
                element.set(name, value)
        if node.text:
            element.text = node.text
        _append(element, node.children)


def _clark(tag: str) -> str:
    prefix, _, name = tag.rpartition(":")
    return f"{{{NAMESPACES[prefix]}}}{name}" if prefix else name


def _mend_atom(parent: Any) -> None:
    """Write moments as all formats do, and say of a text that looks like markup how it is to be read."""
    for name in ("updated", "published"):
        if (moment := parent.find(name)) is not None:
            moment.text = rfc3339(datetime.fromisoformat(moment.text))
    for name in ("title", "subtitle", "summary", "rights"):
        element = parent.find(name)
        if element is not None and _is_doubtful(element.text):
            mended = text_node(name, element.text)
            element.text = mended.text
            element.attrib.update(mended.attributes)


def _read_as_html(text: str, *, risky: Callable[[str], bool]) -> Any:
    """Escape once more what would be read as markup: the world takes RSS titles and descriptions for HTML.

    Hexadecimal references in a CDATA section are the spelling to which no reader and no validator objects.
    """
    if not risky(text):
        return text
    return etree.CDATA(text.replace("&", "&#x26;").replace("<", "&#x3C;").replace(">", "&#x3E;"))


def _is_entity(text: str) -> bool:
    return "&" in text and html.unescape(text) != text


def _is_doubtful(text: str) -> bool:
    """Say whether a reader, or a validator, of Atom might take plain text for HTML."""
    return _is_entity(text) or "</" in text


def _has_syntax(text: str) -> bool:
    """Say whether a strict reader of HTML would stumble: at a bare ampersand too."""
    return "<" in text or "&" in text


def _spelt(data: bytes) -> bytes:
    """Write markup in RSS's plain texts as hexadecimal references: the same text, beyond doubt."""
    return _PLAIN_TEXTS.sub(
        lambda found: found[1] + found[2].replace(b"&lt;", b"&#x3C;").replace(b"&amp;", b"&#x26;"), data
    )


def _cut_root(tag: str, namespaces: dict[str, str], entry: Any) -> bytes:
    """Serialise an entry within the feed's root, whose namespaces it then needs not declare, and cut that off."""
    root = etree.Element(tag, nsmap=namespaces)
    root.append(entry)
    data: bytes = etree.tostring(root, encoding="UTF-8")
    return data[data.index(b">") + 1 : data.rindex(b"</")]


def _cut_frame(data: bytes, end: bytes) -> Frame:
    at = data.rindex(end)
    return Frame(data[:at], data[at:])
