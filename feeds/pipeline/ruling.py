"""What the operator's filters and the partner's own tombstones say of new entries, before anything is made of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from feeds.ingest.filters import rule_for
from feeds.model.entry import Deleted, Entry, ParsedFeed
from feeds.model.source import Source
from feeds.pipeline.matching import Met

TAKEN_BACK = "withdrawn by its partner"
_STATES = {"publish": "published", "hold": "held", "drop": "refused"}
_WORDS = {"publish": "published", "hold": "held for review", "drop": "dropped"}


@dataclass(frozen=True, slots=True)
class Ruling:
    """The state that an entry is to have, and why."""

    state: str
    why: str


def rule(source: Source, feed: ParsedFeed, fresh: Sequence[Met]) -> dict[str, Ruling]:
    """Rule on new entries, by key; those on which nothing is said are left out."""
    gone = taken_back(feed)
    ruled = {}
    for found in fresh:
        if found.entry.id in gone:
            ruled[found.key] = Ruling("refused", TAKEN_BACK)
        elif (applied := rule_for(found.entry, source, feed)) is not None:
            action = applied[0].action
            ruled[found.key] = Ruling(_STATES[action], f"{_WORDS[action]} by a filter: {applied[1]}"[:500])
    return ruled


def taken_back(feed: ParsedFeed) -> dict[str, Deleted]:
    """Give the document's tombstones by id, but of entries that it holds itself in a later version (RFC 6721 §3)."""
    told = {deleted.ref: deleted for deleted in feed.deleted}
    return {ref: deleted for ref, deleted in told.items() if not any(_outlives(one, deleted) for one in feed.entries)}


def _outlives(entry: Entry, deleted: Deleted) -> bool:
    moment = entry.updated or entry.published
    return entry.id == deleted.ref and moment is not None and moment > deleted.at
