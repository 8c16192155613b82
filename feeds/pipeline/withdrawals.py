"""What a partner took back is withdrawn here as well, as the partner's, with its reason (RFC 6721).

Each tombstone is followed once: what the newsroom publishes again afterwards stays. It counts for entries of its own
source alone, and for articles that came from there. What the newsroom had withdrawn already stays as it was.
"""

from collections.abc import Sequence

from feeds.ingest import identity
from feeds.model.article import Status
from feeds.model.dates import to_us
from feeds.model.entry import Deleted, Entry, ParsedFeed
from feeds.model.source import Source
from feeds.pipeline import intake
from feeds.pipeline.newsroom import Newsroom
from feeds.pipeline.ruling import TAKEN_BACK, taken_back
from feeds.store import articles, entries
from feeds.store.database import Connection
from feeds.store.entries import Known

BATCH = 20  # tombstones a transaction

_Pair = tuple[Deleted, Known]


def follow(room: Newsroom, source: Source, feed: ParsedFeed) -> int:
    """Withdraw what a document says was withdrawn; give how many entries that concerned."""
    told = list(taken_back(feed).values())
    if not told:
        return 0
    with room.store.read() as connection:
        waiting = _waiting(connection, source, told)
    for at in range(0, len(waiting), BATCH):
        with room.store.write() as connection:
            for deleted, known in _waiting(connection, source, [deleted for deleted, _ in waiting[at : at + BATCH]]):
                _withdraw(connection, room, source, deleted, known)
        room.store.give_way()
    return len(waiting)


def _waiting(connection: Connection, source: Source, told: Sequence[Deleted]) -> list[_Pair]:
    """Give the tombstones that were not followed yet, each with the entry that it is of."""
    keyed = [(deleted, *identity.keys(Entry(id=deleted.ref))) for deleted in told]
    found = entries.known(
        connection, source.id, keys=[key for _, key, _ in keyed], drifted=[other for _, _, other in keyed], links=()
    )
    followed = entries.deleted_at(connection, [known.id for known in found])
    by_key = {known.key: known for known in found}
    by_drifted = {known.drifted: known for known in found if known.drifted}
    pairs = []
    for deleted, key, drifted in keyed:
        known = by_key.get(key) or by_drifted.get(drifted)
        if known is not None and followed.get(known.id, -1) < to_us(deleted.at):
            pairs.append((deleted, known))
    return pairs


def _withdraw(connection: Connection, room: Newsroom, source: Source, deleted: Deleted, known: Known) -> None:
    row: dict[str, object] = {"deleted_at": to_us(deleted.at), "page_at": None}
    if known.state == "held":
        row |= {"state": "refused", "why": TAKEN_BACK, "body": ""}
    elif known.state == "published":
        current = articles.find(connection, known.article)
        is_theirs = current is not None and current.origin is not None and current.origin.id == source.id
        if current is not None and is_theirs and current.status is Status.PUBLISHED:
            reason = deleted.reason or f"Withdrawn by {source.title or source.id}"
            intake.take_back(connection, room, current, reason=reason, now=room.clock.now())
            row["why"] = TAKEN_BACK
    entries.note(connection, known.id, row)
