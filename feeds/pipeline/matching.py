"""Which entries of a document were met before.

An entry is the one met before by its key, else by the key that it had when its id was doubled, else by the key without
scheme and host, else by its link, else by its very text of the very same date; all but the first only where this
document does not hold the other one as well (CONTRACT section 9). Here the store is read, nothing is written.
"""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from feeds.ingest import identity
from feeds.ingest.canonical import strip_tracking
from feeds.ingest.convert import moment_of
from feeds.model.dates import to_us
from feeds.model.entry import Entry, ParsedFeed
from feeds.model.source import Source
from feeds.pipeline.newsroom import Newsroom
from feeds.store import entries
from feeds.store.database import Connection
from feeds.store.entries import Known
from feeds.store.readings import Seen

_FRONT_PAGE = re.compile(r"(?:https?://)?[^/?#]*/?(?:#.*)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """An entry with its keys, and the one met before that it is; None: it is new. `hash` is of the entry as sent.

    `how` it was known: by its `id`, its `link` or its `text`; `""` where it is new. `text_key` is of what it says (`""`
    where another entry says it too), `moment` its date (µs). `has_own_page`: no other entry of the source has its link.
    """

    entry: Entry
    key: str
    drifted: str
    link: str
    hash: str
    known: Known | None
    how: str = ""
    text_key: str = ""
    moment: int | None = None
    has_own_page: bool = False


def match(room: Newsroom, source: Source, feed: ParsedFeed, present: Sequence[Seen] = ()) -> list[Met]:
    """Tell which entries of a document were met before; `present` are those that it holds besides, unchanged."""
    by, now = source.told_apart_by, room.clock.now()
    keyed = [
        _Keyed(entry, key, drifted, _story_link(entry, source, feed), identity.content_hash(entry))
        for entry, key, drifted in identity.tell_apart(feed.entries, by)
    ]
    others = {one.key: identity.aliases(one.entry, one.key, by, hash=one.hash) for one in keyed}
    with room.store.read() as connection:
        before = entries.known(
            connection,
            source.id,
            keys=[*others, *(other for some in others.values() for other in some)],
            drifted=[one.drifted for one in keyed],
            links=[one.link for one in keyed],
        )
        found = _Search(keyed, others, before, present)
        known = found.all()
        says = {one.key: _text_key(one, known.get(one.key)) for one in keyed}
        counts = Counter(says.values())  # what stands twice in a document is a form of words
        unknown = {one.key: one for one in keyed if one.key not in known}
        taken = {seen.id for seen, _ in known.values()}
        known |= _by_text(connection, source, unknown, says, counts=counts, now=now, here=found.here, taken=taken)
    met = []
    for one in keyed:
        seen, how = known.get(one.key, (None, ""))
        # One whose id was doubled keeps the key that tells it from its double.
        kept = seen.key if seen is not None and seen.key.startswith(f"{one.key} ") else one.key
        met.append(
            Met(
                entry=one.entry,
                key=kept,
                drifted=one.drifted,
                link=one.link,
                hash=one.hash,
                known=seen,
                how=how,
                text_key=says[one.key] if counts[says[one.key]] == 1 else "",
                moment=_moment_us(one.entry, now),
                has_own_page=bool(one.link) and found.bearers[one.link] == 1,
            )
        )
    return met


@dataclass(frozen=True, slots=True)
class _Keyed:
    entry: Entry
    key: str
    drifted: str
    link: str
    hash: str


_Found = dict[str, tuple[Known, str]]  # by the entry's key: the one met before, and how it was known


class _Search:
    """The entries of one document among those met before; each of these is found once."""

    def __init__(
        self,
        keyed: Sequence[_Keyed],
        others: Mapping[str, Sequence[str]],
        before: Sequence[Known],
        present: Sequence[Seen],
    ) -> None:
        self._keyed, self._others = keyed, others
        self._claims = Counter(other for some in others.values() for other in some)
        self.here = {*others, *(seen.key for seen in present)}
        absent = [known for known in before if known.key not in self.here]
        self._by_key = {known.key: known for known in before}
        self._by_drifted = {known.drifted: known for known in absent if known.drifted}
        self._by_link = {known.link: known for known in absent if known.link}
        links = (*(one.link for one in keyed), *(seen.link for seen in present), *(known.link for known in before))
        self.bearers = Counter(links)

    def all(self) -> _Found:
        """Find all that can be found by keys and links."""
        found: _Found = {}
        taken: set[int] = set()
        for one in self._keyed:
            known, how = self._find(one)
            if known is not None and known.id not in taken:
                taken.add(known.id)
                found[one.key] = known, how
        return found

    def _find(self, one: _Keyed) -> tuple[Known | None, str]:
        known = self._by_key.get(one.key) or self._under_another(one) or self._by_drifted.get(one.drifted)
        if known is not None:
            return known, "id"
        if self.bearers[one.link] == 2:  # this entry and one known one: the link stands for one story
            return self._by_link.get(one.link), "link"
        return None, ""

    def _under_another(self, one: _Keyed) -> Known | None:
        """Find an entry whose id is, or was, doubled, under the key that it had while it was not, or was."""
        for other in self._others[one.key]:
            known = self._by_key.get(other)
            if known is None or other in self.here:
                continue
            is_same = known.hash.startswith(one.hash) or (bool(one.link) and known.link == one.link)
            if is_same or self._claims[other] == 1:
                return known
        return None


def _by_text(
    connection: Connection,
    source: Source,
    unknown: Mapping[str, _Keyed],
    says: Mapping[str, str],
    *,
    counts: Mapping[str, int],
    now: datetime,
    here: Collection[str],
    taken: Collection[int],
) -> _Found:
    """Find entries whose id and link are others, and whose text and date are those of one that is gone from here."""
    texts = {says[key]: one for key, one in unknown.items() if says[key] and counts[says[key]] == 1}
    if not texts:
        return {}
    before: dict[str, list[Known]] = {}
    for known in entries.known(connection, source.id, texts=texts):
        before.setdefault(known.text_key, []).append(known)
    found: _Found = {}
    for key, one in texts.items():
        if len(before.get(key, ())) != 1:
            continue
        (known,) = before[key]
        is_gone = known.key not in here and known.id not in taken
        if is_gone and known.moment == _moment_us(one.entry, now):
            found[one.key] = known, "text"
    return found


def _text_key(one: _Keyed, known: tuple[Known, str] | None) -> str:
    if known is not None and known[0].hash.startswith(one.hash):
        return known[0].text_key
    return identity.text_key(one.entry)


def _moment_us(entry: Entry, now: datetime) -> int | None:
    moment = moment_of(entry, now)
    return None if moment is None else to_us(moment)


def _story_link(entry: Entry, source: Source, feed: ParsedFeed) -> str:
    """Give the link by which an entry may be known; none that leads to the partner's front page, as all others may."""
    link = strip_tracking(entry.link)
    is_front = link in (feed.site_url, source.site_url, source.url) or _FRONT_PAGE.fullmatch(link) is not None
    return "" if is_front else link
