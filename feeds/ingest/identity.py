"""Which entry an entry is: its keys, and the hash of all that it says.

No date is part of a key or of the hash: a change of dates alone is no change (CONTRACT section 9). What one document
holds twice is told apart by its link and its text, in the same way whatever order it comes in.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from feeds.ingest.canonical import strip_tracking
from feeds.model.entry import Entry, EntryText

_SCHEME_AND_HOST = re.compile(r"[a-z][a-z0-9+.-]*://(?:www\.)?[^/?#]*", re.IGNORECASE)


def keys(entry: Entry) -> tuple[str, str]:
    """Give an entry's key (its id, else its link, else a hash of its text), and its second one.

    The second key is the first without scheme and host: ids that drift from http to https, or from one host to another,
    keep it. `""` where nothing is left that could tell entries apart.
    """
    key = entry.id.strip() or strip_tracking(entry.link) or "text:" + _hash(_spell(entry.title), _body(entry))
    return key, _drifted(key)


def tell_apart(entries: Sequence[Entry]) -> list[tuple[Entry, str, str]]:
    """Give entries with their keys, those of equal id told apart, exact doubles given once."""
    keyed = [(entry, *keys(entry)) for entry in entries]
    counts = Counter(key for _, key, _ in keyed)
    links = Counter((key, entry.link) for entry, key, _ in keyed)
    told: dict[str, tuple[Entry, str, str]] = {}
    for entry, key, drifted in keyed:
        if counts[key] > 1:
            told_by = strip_tracking(entry.link) if entry.link and links[key, entry.link] == 1 else content_hash(entry)
            told.setdefault(f"{key} {told_by}", (entry, f"{key} {told_by}", ""))
        else:
            told[key] = (entry, key, drifted)
    return list(told.values())


def content_hash(entry: Entry) -> str:
    """Give a hash over what would become the article: everything but ids and dates, addresses without tracking."""
    image = entry.image
    return _hash(
        _spell(entry.title),
        _spell(entry.summary),
        _spell(entry.content),
        strip_tracking(entry.link),
        *entry.authors,
        "|",
        *sorted(entry.tags),
        "|",
        entry.language,
        entry.rights,
        "" if image is None else f"{image.url} {image.alt} {image.caption}",
        *(f"{file.url} {file.type} {file.length} {file.title}" for file in entry.attachments),
    )


def _drifted(key: str) -> str:
    found = _SCHEME_AND_HOST.match(key)
    if found is None:
        return ""
    rest = strip_tracking(key)[found.end() :].rstrip("/")
    return rest if len(rest) > 1 else ""


def _body(entry: Entry) -> str:
    return _spell(entry.content) or _spell(entry.summary)


def _spell(text: EntryText | None) -> str:
    return "" if text is None else f"{int(text.is_html)}{' '.join(text.value.split())}"


def _hash(*parts: str) -> str:
    return hashlib.blake2b("\0".join(parts).encode("utf-8", "replace"), digest_size=16).hexdigest()


def distinct(values: Iterable[str]) -> tuple[str, ...]:
    """Give texts once each, in their order, without empty ones."""
    return tuple(dict.fromkeys(value for value in values if value))
