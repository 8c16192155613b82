"""Elements that close, in a document whose tags do not.

In comes XML text whose characters are in order (mend.py) and whose tags are not: an end that fits no start, a
`<br>` in a headline, a missing `</item>`, attributes without quotes or twice. Out goes text in which every
element is closed and nested; what an end closes is what its name says. Linear in the text.
"""

import re
from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr, unescape

MAX_DEPTH = 200  # what is nested deeper is text of its parent
MAX_ATTRIBUTES = 100  # of one element; the others are left out

_TAG = re.compile(
    r"""<!\[CDATA\[.*?\]\]>|<(/?)([^\W\d][\w.-]*(?::[^\W\d][\w.-]*)?)((?:[^<>"']|"[^"<]*"|'[^'<]*')*|[^<>]*)>""",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(
    r"""([^\W\d][\w.-]*(?::[^\W\d][\w.-]*)?)\s*=\s*(?:"([^"<]*)"|'([^'<]*)'|([^\s"'<>]+))""",
)
_NAMESPACE_AT_END = re.compile(r"""\sxmlns(?::[\w.-]+)?=[^\s"'<>]+/$""")  # without quotes its slash closes no element
_ENTRIES = ("item", "entry")


def balance(document: str) -> str:
    """Give the document with every element closed where its parent ends at the latest."""
    return "".join(_balanced(document))


def _balanced(document: str) -> Iterator[str]:
    open_names: list[str] = []
    at = 0
    for tag in _TAG.finditer(document):
        yield _text(document[at : tag.start()])
        at = tag.end()
        name = tag[2]
        if name is None:
            yield tag[0]  # CDATA
        elif tag[1]:
            yield from _closed(open_names, name)
        else:
            if name.rpartition(":")[2].lower() in _ENTRIES:
                yield from _closed(open_names, name)
            is_empty = tag[3].endswith("/") and not _NAMESPACE_AT_END.search(tag[3])
            if len(open_names) < MAX_DEPTH:
                yield f"<{name}{_attributes(tag[3])}{'/' if is_empty else ''}>"
                if not is_empty:
                    open_names.append(name)
    yield _text(document[at:])
    while open_names:
        yield f"</{open_names.pop()}>"


def _closed(open_names: list[str], name: str) -> Iterator[str]:
    """Close down to `name`; nothing where it is not open."""
    if name in open_names:
        while (last := open_names.pop()) != name:
            yield f"</{last}>"
        yield f"</{name}>"


def _attributes(written: str) -> str:
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(written):
        if len(found) == MAX_ATTRIBUTES:
            break
        found.setdefault(match[1], next(value for value in match.groups()[1:] if value is not None))
    return "".join(f" {name}={quoteattr(unescape(value))}" for name, value in found.items())


def _text(text: str) -> str:
    return text.replace("<", "&lt;").replace("]]>", escape("]]>"))
