"""Entries that were held, published: by their ids, or all of a source, which then is in quarantine no longer.

A held story that another source has sent meanwhile joins that one's article.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence

from feeds.errors import Refusal
from feeds.model.dates import parse_rfc3339
from feeds.model.source import Source
from feeds.model.submission import submission_of
from feeds.pipeline import ids, intake, partners, twins
from feeds.pipeline.intake import Wish
from feeds.pipeline.newsroom import Newsroom
from feeds.pipeline.revising import ends, origin_of, words_of
from feeds.pipeline.twins import Story
from feeds.store import entries
from feeds.store.database import Connection
from feeds.store.entries import Known

BATCH = 50  # a transaction
SAME = "the same story came from another source"
_DONE: Mapping[str, object] = {"body": "", "page_at": None}  # nothing is kept of it any more, its page is not read


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
    with room.store.write() as connection:
        source = partners.get(connection, source_id)
        some = entries.bodies(connection, numbers)  # those that are still held
        return publish(connection, room, source, [(entry, json.loads(body)) for entry, body in some])


def publish(
    connection: Connection, room: Newsroom, source: Source, some: Sequence[tuple[Known, Mapping[str, object]]]
) -> int:
    """Publish held entries, each with the fields of its article to be; give how many stand for an article now."""
    now = room.clock.now()
    joining = _known_elsewhere(connection, source.id, [entry for entry, _ in some])
    some = [one for one in some if one[0].key not in joining]
    rows: dict[int, dict[str, object]] = {}
    wishes: dict[int, Wish] = {}
    # In order, so that stories of one moment keep the order in which they were met.
    for name, (entry, fields) in zip(sorted(ids.new(now) for _ in some), some, strict=True):
        try:
            wanted = submission_of(_as_now(source, fields))
            wishes[entry.id] = Wish(article_id=name, wanted=wanted, origin=origin_of(source, entry.key))
        except Refusal as error:
            rows[entry.id] = {"state": "refused", "why": words_of(error)}
    saved = intake.save_all(connection, room, list(wishes.values()), now=now, by_partner=True)
    for (number, wish), result in zip(wishes.items(), saved, strict=True):
        if isinstance(result, Refusal):
            rows[number] = {"state": "refused", "why": words_of(result)}
        else:
            rows[number] = {"state": "published", "why": "", "article": wish.article_id}
    for number, row in rows.items():
        entries.note(connection, number, {**row, **_DONE})
    return len(joining) + sum(row["state"] == "published" for row in rows.values())


def _known_elsewhere(connection: Connection, source_id: str, held: Sequence[Known]) -> dict[str, str]:
    """Have held entries stand for articles that there are of their stories already; give these by key."""
    same_link = entries.known(connection, source_id, links=[entry.link for entry in held])
    bearers = Counter(entry.link for entry in same_link)
    links = [entry.link if bearers[entry.link] == 1 else "" for entry in held]
    stories = [
        Story(source_id, entry.key, entry.title, link, entry.text_key) for entry, link in zip(held, links, strict=True)
    ]
    joining = twins.find(connection, stories)
    for entry in held:
        if entry.key in joining:
            fate = {"state": "published", "why": SAME, "joined": True, "article": joining[entry.key]}
            entries.note(connection, entry.id, {**fate, **_DONE})
    return joining


def _as_now(source: Source, fields: Mapping[str, object]) -> dict[str, object]:
    """Give a held article's fields with the end that its source says now."""
    lasting = {name: value for name, value in fields.items() if name != "expires_at"}
    return {**lasting, **ends(source, parse_rfc3339(str(fields["published_at"])))}
