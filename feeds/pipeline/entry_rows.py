"""What is kept of an entry as it was met (store/entries.py): the columns of its row, by what becomes of it."""

import json
from datetime import datetime

from feeds.ingest import identity
from feeds.ingest.convert import Taken
from feeds.model.dates import to_us
from feeds.model.source import Source
from feeds.pipeline.matching import Met
from feeds.pipeline.revising import fields_of


def row_of(found: Met, taken: Taken, now: datetime) -> dict[str, object]:
    return {
        "key": found.key,
        "drifted": found.drifted,
        "link": found.link,
        "title": str(taken.fields.get("title", ""))[:500],
        "hash": f"{found.hash}.{identity.fields_hash(taken.fields)}",
        "seen_at": to_us(now),
        "text_key": found.text_key,
        "moment": found.moment,
    }


def held(source: Source, taken: Taken, first_seen_at: datetime, now: datetime) -> dict[str, object]:
    """Give what is kept of an entry that is held: its article to be, which its page has a part in."""
    body = json.dumps(fields_of(source, taken, first_seen_at), ensure_ascii=False)
    return {"body": body, "page_at": to_us(now) if wants_page(source, taken) else None}


def to_be_read(taken: Taken, now: datetime) -> dict[str, object]:
    """Give what is kept of a published entry whose page is to be read anew: what its feed says of it now."""
    return {"body": json.dumps(taken.fields, ensure_ascii=False), "page_at": to_us(now)}


def wants_page(source: Source, taken: Taken) -> bool:
    return source.full_text and bool(taken.canonical_url)
