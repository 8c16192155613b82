"""Which entries of a document were met before.

An entry is the one met before by its key, else by the key that it had when its id was doubled, else by the key without
scheme and host, else by its link; all but the first only where this document does not hold the other one as well
(CONTRACT section 9). Here the store is read, nothing is written.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from feeds.ingest import identity
from feeds.ingest.canonical import strip_tracking
from feeds.model.entry import Entry, ParsedFeed
from feeds.model.source import Source
from feeds.pipeline.newsroom import Newsroom
from feeds.store import entries
from feeds.store.entries import Known
from feeds.store.readings import Seen

_FRONT_PAGE = re.compile(r"(?:https?://)?[^/?#]*/?(?:#.*)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """An entry with its keys, and the one met before that it is; None: it is new. `hash` is of the entry as sent."""

    entry: Entry
    key: str
    drifted: str
    link: str
    hash: str
    known: Known | None


def match(room: Newsroom, source: Source, feed: ParsedFeed, present: Sequence[Seen] = ()) -> list[Met]:
    """Tell which entries of a document were met before; `present` are those that it holds besides, unchanged."""
    keyed = identity.tell_apart(feed.entries)
    links = {key: _story_link(entry, source, feed) for entry, key, _ in keyed}
    others = {key: identity.aliases(entry, key) for entry, key, _ in keyed}
    with room.store.read() as connection:
        before = entries.known(
            connection,
            source.id,
            keys=[*links, *(other for some in others.values() for other in some)],
            drifted=[drifted for _, _, drifted in keyed],
            links=list(links.values()),
        )
    by_key = {known.key: known for known in before}
    here = {*links, *(seen.key for seen in present)}
    absent = [known for known in before if known.key not in here]
    by_drifted = {known.drifted: known for known in absent if known.drifted}
    by_link = {known.link: known for known in absent if known.link}
    bearers = Counter((*links.values(), *(seen.link for seen in present), *(known.link for known in before)))
    met, taken = [], set[int]()
    for entry, key, drifted in keyed:
        hash, link = identity.content_hash(entry), links[key]
        known = by_key.get(key) or _under_another(others[key], by_key, links, key, hash) or by_drifted.get(drifted)
        if known is None and bearers[link] == 2:  # this entry and one known one: the link stands for one story
            known = by_link.get(link)
        if known is not None and known.id in taken:
            known = None
        if known is not None:
            taken.add(known.id)
        # One whose id was doubled keeps the key that tells it from its double.
        kept = known.key if known is not None and known.key.startswith(f"{key} ") else key
        met.append(Met(entry=entry, key=kept, drifted=drifted, link=link, hash=hash, known=known))
    return met


def _under_another(
    others: Sequence[str], by_key: dict[str, Known], here: dict[str, str], key: str, hash: str
) -> Known | None:
    """Find an entry whose id is, or was, doubled, under the key that it had while it was not, or was."""
    for other in others:
        known = by_key.get(other)
        if known is None or other in here:
            continue
        is_the_one = not key.startswith(f"{other} ") or known.hash.startswith(hash) or key == f"{other} {known.link}"
        if is_the_one:
            return known
    return None


def _story_link(entry: Entry, source: Source, feed: ParsedFeed) -> str:
    """Give the link by which an entry may be known; none that leads to the partner's front page, as all others may."""
    link = strip_tracking(entry.link)
    is_front = link in (feed.site_url, source.site_url, source.url) or _FRONT_PAGE.fullmatch(link) is not None
    return "" if is_front else link
