"""The lint of anything: a document of ours or of anyone's, its format told by its bytes; faults, and what to mend.

Faults hold a document of ours back; warnings never do: equal moments of change, length, lengths that are missing.
"""

import json
from collections import Counter
from typing import Any, NamedTuple

from lxml import etree

from feeds.model.document import Format
from feeds.publish.lint import lint_document

LONG = 1024 * 1024  # bytes; some readers stop at so many
MOST = 100  # faults and warnings that are told
_ATOM = "{http://www.w3.org/2005/Atom}"


class Judgement(NamedTuple):
    """What a document is (None: nothing that we publish), and what is wrong with it."""

    format: Format | None
    faults: list[str]
    warnings: list[str]


def judge(data: bytes) -> Judgement:
    """Judge a document. Never raises."""
    format = format_of(data)
    if format is None:
        return Judgement(None, ["is no RSS, no Atom and no JSON Feed, or is not well-formed"], [])
    faults = lint_document(format, data)
    return Judgement(format, faults[:MOST], _warnings(format, data)[:MOST])


def format_of(data: bytes) -> Format | None:
    """Tell a document's format by its bytes; None where it is none of ours, or cannot be read."""
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        return Format.JSON
    root = _root(data)
    if root is None:
        return None
    return {"rss": Format.RSS, f"{_ATOM}feed": Format.ATOM}.get(root.tag)


def _warnings(format: Format, data: bytes) -> list[str]:
    found = [f"has {len(data)} bytes: some readers stop at {LONG}"] if len(data) > LONG else []
    moments: Counter[str] = Counter()
    if format is Format.JSON:
        try:
            told: Any = json.loads(data)
        except (ValueError, RecursionError):
            return found
        items = told.get("items") if isinstance(told, dict) else None
        for item in items if isinstance(items, list) else []:
            for attachment in (isinstance(item, dict) and item.get("attachments")) or []:
                if isinstance(attachment, dict) and "size_in_bytes" not in attachment:
                    found.append(f"{item.get('id')}: an attachment lacks its size_in_bytes")
        return found
    root = _root(data)
    if root is None:
        return found
    if format is Format.ATOM:
        moments.update(str(entry.findtext(f"{_ATOM}updated")) for entry in root.iter(f"{_ATOM}entry"))
        found += [f"{count} entries have the same updated {at}" for at, count in moments.items() if count > 1]
    for link in root.iter(f"{_ATOM}link"):
        if link.get("rel") == "enclosure" and not link.get("length"):
            found.append(f"an enclosure lacks its length: {link.get('href')}")
    return found


def _root(data: bytes) -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
