"""Entries that were held, published: by their ids, or all of a source, which then is in quarantine no longer.

A held story that another source has sent meanwhile joins that one's article.
"""

import json
from collections import Counter
from collections.abc import Sequence

from feeds.errors import Refusal
from feeds.model.submission import submission_of
from feeds.pipeline import ids, intake, partners, twins
from feeds.pipeline.entries import origin_of, words_of
from feeds.pipeline.intake import Wish
from feeds.pipeline.newsroom import Newsroom
from feeds.pipeline.twins import Story
from feeds.store import entries
from feeds.store.database import Connection
from feeds.store.entries import Known

BATCH = 50  # a transaction
SAME = "the same story came from another source"


def release(room: Newsroom, source_id: str, keys: Sequence[str]) -> int:
    """Publish held entries (none named: all); give how many. Raises Refusal 404, and 422 for one that is not held."""
    if not keys:
        partners.end_quarantine(room, source_id)
    with room.store.read() as connection:
        partners.get(connection, source_id)
        held = entries.held(connection, source_id)
    if unknown := sorted(set(keys) - {entry.key for entry in held}):
        raise Refusal(422, f"It is not held: {unknown[0][:200]}")
    wanted = [entry for entry in held if not keys or entry.key in set(keys)]
    done = 0
    for at in range(0, len(wanted), BATCH):
        done += _publish(room, source_id, [entry.id for entry in wanted[at : at + BATCH]])
        room.store.give_way()
    return done


def _publish(room: Newsroom, source_id: str, numbers: Sequence[int]) -> int:
    now = room.clock.now()
    with room.store.write() as connection:
        source = partners.get(connection, source_id)
        some = entries.bodies(connection, numbers)  # those that are still held
        joining = _known_elsewhere(connection, source_id, [entry for entry, _ in some])
        some = [one for one in some if one[0].key not in joining]
        # In order, so that stories of one moment keep the order in which they were met.
        names = sorted(ids.new(now) for _ in some)
        wishes = [
            Wish(article_id=name, wanted=submission_of(json.loads(body)), origin=origin_of(source, entry.key))
            for name, (entry, body) in zip(names, some, strict=True)
        ]
        saved = intake.save_all(connection, room, wishes, now=now, by_partner=True)
        for (entry, _), wish, result in zip(some, wishes, saved, strict=True):
            if isinstance(result, Refusal):
                entries.note(connection, entry.id, {"state": "refused", "why": words_of(result), "body": ""})
            else:
                row: dict[str, object] = {"state": "published", "why": "", "body": "", "article": wish.article_id}
                entries.note(connection, entry.id, row)
    return len(joining) + sum(not isinstance(result, Refusal) for result in saved)


def _known_elsewhere(connection: Connection, source_id: str, held: Sequence[Known]) -> dict[str, str]:
    """Have held entries stand for articles that there are of their stories already; give these by key."""
    same_link = entries.known(connection, source_id, links=[entry.link for entry in held])
    bearers = Counter(entry.link for entry in same_link)
    stories = [
        Story(entry.key, entry.title, entry.link if bearers[entry.link] == 1 else "", entry.text_key) for entry in held
    ]
    joining = twins.find(connection, source_id, stories)
    for entry in held:
        if entry.key in joining:
            fate: dict[str, object] = {"state": "published", "why": SAME, "body": "", "joined": True}
            entries.note(connection, entry.id, {**fate, "article": joining[entry.key]})
    return joining
