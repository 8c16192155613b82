"""Which entry an entry is: its keys, and the hash of all that it says.

No date is part of a key or of the hash: a change of dates alone is no change (CONTRACT section 9). What one document
holds twice is told apart by its link and its text, in the same way whatever order it comes in.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from html import unescape

from feeds.ingest.canonical import strip_tracking
from feeds.model import story
from feeds.model.entry import Entry, EntryText
from feeds.model.source import IDENTITIES

MAX_KEY = 500  # characters
FEW = 5  # entries of a document of which no ratio is taken
TOLD_APART = 0.5  # of a document's entries that a kind of key has to tell apart

_LINKED = re.compile(r'((?:href|src)=")([^"]*)')
_SCHEME_AND_HOST = re.compile(r"[a-z][a-z0-9+.-]*://(?:www\.)?[^/?#]*", re.IGNORECASE)


def keys(entry: Entry, by: str = "id") -> tuple[str, str]:
    """Give an entry's key (its id, else its link, else a hash of its text), and its second one.

    `by` says where to begin: where ids are worthless with the link, where links are so too with the title. The second
    key is the first without scheme, host and tracking parameters: ids that drift from http to https, or from one host
    to another, keep it. `""` where nothing is left that could tell entries apart.
    """
    found = {"id": entry.id.strip(), "link": strip_tracking(entry.link), "title": _title_key(entry)}
    order = {"id": ("id", "link"), "link": ("link", "id"), "title": ("title", "link", "id")}[by]
    key = next((found[name] for name in order if found[name]), "") or "text:" + _hash(_spell(entry.title), _body(entry))
    return _bounded(key), _bounded(_drifted(key))


def measured(entries: Sequence[Entry]) -> str:
    """Say by what the entries of a document can be told apart: the first of IDENTITIES that differs for most of them.

    Small documents are believed; an entry that stands in one twice, letter by letter, counts once.
    """
    first = IDENTITIES[0]
    if len({keys(entry, first)[0] for entry in entries}) >= TOLD_APART * len(entries):
        return first
    some = list({(entry.id, entry.link, content_hash(entry)): entry for entry in entries}.values())
    if len(some) < FEW:
        return first
    shares = {by: len({keys(entry, by)[0] for entry in some}) / len(some) for by in IDENTITIES}
    return next((by for by in IDENTITIES if shares[by] >= TOLD_APART), max(IDENTITIES, key=lambda by: shares[by]))


def tell_apart(entries: Sequence[Entry], by: str = "id") -> list[tuple[Entry, str, str]]:
    """Give entries with their keys, those of equal id told apart, exact doubles given once."""
    keyed = [(entry, *keys(entry, by)) for entry in entries]
    counts = Counter(key for _, key, _ in keyed)
    links = Counter((key, strip_tracking(entry.link)) for entry, key, _ in keyed)
    told: dict[str, tuple[Entry, str, str]] = {}
    for entry, key, drifted in keyed:
        if counts[key] == 1:
            told[key] = (entry, key, drifted)
            continue
        by_link, by_text = _told_by(entry, key, content_hash(entry))
        apart = by_link if entry.link and links[key, strip_tracking(entry.link)] == 1 else by_text
        told.setdefault(apart, (entry, apart, ""))
    return list(told.values())


def aliases(entry: Entry, key: str, by: str = "id", *, hash: str = "") -> tuple[str, ...]:
    """Give the keys that the entry had, or would have, in documents in which its id was doubled, or was not.

    Also those that it had while ids, or links, were not known to be worthless. `hash` is its content's, where
    that is known.
    """
    hash = hash or content_hash(entry)
    others: list[str] = []
    for former in IDENTITIES[: IDENTITIES.index(by) + 1]:
        alone, _ = keys(entry, former)
        others += [*_told_by(entry, alone, hash), alone]
    return tuple(other for other in dict.fromkeys(others) if other != key)


def text_key(entry: Entry) -> str:
    """Give a key of what the entry says, equal wherever the same is said (model/story); `""`: it says too little."""
    if entry.worked is not None:
        return entry.worked.text_key
    title, body = entry.title, entry.content or entry.summary
    return story.text_key("" if title is None else title.line, "" if body is None else body.line)


def _told_by(entry: Entry, key: str, hash: str) -> tuple[str, str]:
    return _bounded(f"{key} {strip_tracking(entry.link)}"), f"{key} {hash}"


def _title_key(entry: Entry) -> str:
    return f"title:{_hash(story.fold_text(entry.title.line))}" if entry.title is not None else ""


def content_hash(entry: Entry) -> str:
    """Give a hash over what would become the article: everything but ids and dates, addresses without tracking."""
    if entry.worked is not None:
        return entry.worked.hash
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
        f"{entry.rights} {entry.licence}".strip(),
        "" if image is None else f"{strip_tracking(image.url)} {image.alt} {image.caption}",
        *(f"{strip_tracking(file.url)} {file.type} {file.length} {file.title}" for file in entry.attachments),
    )


def fields_hash(fields: Mapping[str, object]) -> str:
    """Give a hash of an article's fields (JSON-like), blind to tracking parameters in the addresses of its text."""
    html = str(fields.get("content_html", ""))
    bare = _LINKED.sub(lambda found: found[1] + strip_tracking(unescape(found[2])), html)
    return _hash(json.dumps({**fields, "content_html": bare}, sort_keys=True))


def _drifted(key: str) -> str:
    found = _SCHEME_AND_HOST.match(key)
    if found is None:
        return ""
    rest = strip_tracking(key)[found.end() :]
    return rest if len(rest) > 1 else ""


def _bounded(key: str) -> str:
    """Keep a key short enough for an index; what is longer ends in a hash of the whole."""
    return key if len(key) <= MAX_KEY else f"{key[:MAX_KEY]} {_hash(key)}"


def _body(entry: Entry) -> str:
    return _spell(entry.content) or _spell(entry.summary)


def _spell(text: EntryText | None) -> str:
    return "" if text is None else f"{int(text.is_html)}{' '.join(text.value.split())}"


def _hash(*parts: str) -> str:
    return hashlib.blake2b("\0".join(parts).encode("utf-8", "replace"), digest_size=16).hexdigest()


def distinct(values: Iterable[str]) -> tuple[str, ...]:
    """Give texts once each, in their order, without empty ones."""
    return tuple(dict.fromkeys(value for value in values if value))
