"""A well-formed document cut into its entries and what stands around them.

In comes text, out go what stands before the first entry, the entries, and what stands behind; what stands between two
goes before. An entry within another is that one's text.
"""

from dataclasses import dataclass, field
from itertools import pairwise
from xml.parsers import expat

_ENTRIES = ("item", "entry")


def apart(document: str) -> tuple[str, list[str], str]:
    """Cut a document; what cannot be cut has no entries. Raises nothing for a document that is well-formed."""
    body = document.encode("utf-8", "replace")
    parser = expat.ParserCreate("utf-8")
    walk = _Walk(parser, body)
    parser.StartElementHandler, parser.EndElementHandler = walk.start, walk.end
    parser.Parse(body, True)
    if not walk.spans:
        return document, [], ""
    edges = [0, *(edge for span in walk.spans for edge in span), len(body)]
    parts = [body[start:end].decode("utf-8") for start, end in pairwise(edges)]
    return "".join(parts[:-1:2]), parts[1::2], parts[-1]


@dataclass(slots=True)
class _Walk:
    """Where entries lie in a document, in bytes; its methods are expat's callbacks."""

    parser: expat.XMLParserType
    body: bytes
    depth: int = 0
    begun: int = -1
    spans: list[tuple[int, int]] = field(default_factory=list)

    def start(self, name: str, _attributes: object) -> None:
        if self.depth:
            self.depth += 1
        elif name.rpartition(":")[2].lower() in _ENTRIES:
            self.depth, self.begun = 1, self.parser.CurrentByteIndex

    def end(self, _name: str) -> None:
        if not self.depth:
            return
        self.depth -= 1
        if not self.depth:
            at = self.parser.CurrentByteIndex
            self.spans.append((self.begun, self.body.index(b">", at) + 1))
