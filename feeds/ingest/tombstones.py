"""What a partner says that it took back: tombstones of XML documents (RFC 6721), which feedparser does not read.

In comes a well-formed document, out go the tombstones that can be read, each id once, with its last moment. What lacks
an id or a moment says nothing that could be followed; what stands within an entry is that entry's text.
"""

from dataclasses import dataclass, field
from xml.parsers import expat

from feeds.model.dates import parse_rfc3339
from feeds.model.entry import Deleted
from feeds.model.markup import plain, text_of

MOST = 1000  # of one document
MAX_REASON = 500  # characters

_NAMESPACE = "http://purl.org/atompub/tombstones/1.0"
_ENTRIES = ("entry", "item")


def tombstones_of(document: str) -> tuple[Deleted, ...]:
    """Read the tombstones of a document, in its order, at most MOST."""
    if "deleted-entry" not in document:
        return ()
    parser = expat.ParserCreate(namespace_separator=" ")
    walk = _Walk()
    parser.StartElementHandler, parser.EndElementHandler = walk.start, walk.end
    parser.CharacterDataHandler = walk.text
    parser.Parse(document.encode("utf-8", "replace"), True)
    return tuple(walk.found.values())


def deleted_of(ref: str, when: str, reason: str) -> Deleted | None:
    """Make a tombstone; None where its id or its moment cannot be read."""
    try:
        moment = parse_rfc3339(when.strip())
    except ValueError:
        return None
    return Deleted(ref=ref.strip(), at=moment, reason=plain(reason)[:MAX_REASON]) if ref.strip() else None


@dataclass(slots=True)
class _Walk:
    """Where a document is gone through; its methods are expat's callbacks."""

    found: dict[str, Deleted] = field(default_factory=dict)
    path: list[str] = field(default_factory=list)
    ref: str = ""
    when: str = ""
    comment: list[str] = field(default_factory=list)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        space, _, local = name.rpartition(" ")
        is_ours = space.rstrip("/") == _NAMESPACE
        self.path.append(f"at:{local}" if is_ours else local)
        if is_ours and local == "deleted-entry":
            self.ref, self.when = attributes.get("ref", ""), attributes.get("when", "")
            self.comment.clear()

    def text(self, text: str) -> None:
        if "at:comment" in self.path:
            self.comment.append(text)

    def end(self, _name: str) -> None:
        is_tombstone = self.path.pop() == "at:deleted-entry"
        if not is_tombstone or any(name in _ENTRIES for name in self.path) or len(self.found) == MOST:
            return
        deleted = deleted_of(self.ref, self.when, text_of("".join(self.comment)))
        if deleted is not None and (deleted.ref not in self.found or deleted.at > self.found[deleted.ref].at):
            self.found[deleted.ref] = deleted
