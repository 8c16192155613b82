"""Entries that were held for review, published: by their ids, or all of a source."""

import json
from collections.abc import Sequence

from feeds.errors import Refusal
from feeds.model.dates import parse_rfc3339
from feeds.model.source import Source
from feeds.model.submission import submission_of
from feeds.pipeline import ids, intake, partners
from feeds.pipeline.entries import ends, origin_of, words_of
from feeds.pipeline.intake import Wish
from feeds.pipeline.newsroom import Newsroom
from feeds.store import entries

BATCH = 50  # a transaction


def release(room: Newsroom, source_id: str, keys: Sequence[str]) -> int:
    """Publish held entries (none named: all); give how many. Raises Refusal 404, and 422 for one that is not held."""
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
        wishes = [
            Wish(
                article_id=ids.new(now),
                wanted=submission_of(_as_now(source, json.loads(body))),
                origin=origin_of(source, entry.key),
            )
            for entry, body in some
        ]
        saved = intake.save_all(connection, room, wishes, now=now, by_partner=True)
        for (entry, _), wish, result in zip(some, wishes, saved, strict=True):
            if isinstance(result, Refusal):
                entries.note(connection, entry.id, {"state": "refused", "why": words_of(result), "body": ""})
            else:
                row: dict[str, object] = {"state": "published", "why": "", "body": "", "article": wish.article_id}
                row["page_at"] = None
                entries.note(connection, entry.id, row)
    return sum(not isinstance(result, Refusal) for result in saved)


def _as_now(source: Source, fields: dict[str, object]) -> dict[str, object]:
    """Give a held article's fields with the end that its source says now."""
    fields.pop("expires_at", None)
    return {**fields, **ends(source, parse_rfc3339(str(fields["published_at"])))}
