"""Documents from frames and fragments: joined, measured, hashed (DESIGN section 5).

Rendering happens once an article, format and variant; here bytes are only put together. The hash of a document
follows from its frame and the digests of its fragments, so that no fragment's bytes are read to compare two.
"""

import base64
import hashlib
from collections.abc import Callable, Iterable, Sequence

from feeds.model.article import Article
from feeds.model.document import Format, Frame, Masthead, Variant
from feeds.model.site import Site
from feeds.publish import atom, json_feed, rss

# Raised by hand whenever the same values are printed as other bytes: part of the key of every kept fragment.
PRINTER_VERSION = "5"

FRAGMENTS: dict[Format, Callable[[Article, Site, Variant], bytes]] = {
    Format.RSS: rss.fragment,
    Format.ATOM: atom.fragment,
    Format.JSON: json_feed.fragment,
}
FRAMES: dict[Format, Callable[[Masthead, Site], Frame]] = {
    Format.RSS: rss.frame,
    Format.ATOM: atom.frame,
    Format.JSON: json_feed.frame,
}

_HASH_BYTES = 10  # 80 bits are 16 characters; only versions of one document are ever compared


def join(format: Format, frame: Frame, fragments: Sequence[bytes]) -> bytes:
    """Join a document; one without any fragment is valid too."""
    return b"".join((frame.head, format.separator.join(fragments), frame.tail))


def length(format: Format, frame: Frame, fragment_lengths: Sequence[int]) -> int:
    """Give the length in bytes of what `join` would make."""
    separators = len(format.separator) * max(0, len(fragment_lengths) - 1)
    return len(frame.head) + sum(fragment_lengths) + separators + len(frame.tail)


def digest(data: bytes) -> bytes:
    """Give the 16 bytes that stand for a fragment's bytes in `document_hash`."""
    return hashlib.blake2b(data, digest_size=16).digest()


def document_hash(format: Format, frame: Frame, digests: Iterable[bytes]) -> str:
    """Give 16 characters of `a-z2-7` that stand for a document's bytes, fit for an entity tag.

    `digests` are those of the fragments, in their order. The stamp is hashed where the frame prints it: to ask
    whether anything else has changed, compare frames made with one and the same stamp.
    """
    state = hashlib.blake2b(digest_size=_HASH_BYTES)
    for part in (format.encode(), digest(frame.head), digest(frame.tail), *digests):
        state.update(part)
    return base64.b32encode(state.digest()).decode().lower()
