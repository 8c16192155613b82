"""Sources as their operator handles them: added, asked to be polled, removed, and told of."""

from datetime import datetime

from feeds.errors import Fault, Refusal
from feeds.ingest.address import refuse_url
from feeds.ingest.watch import warnings_of
from feeds.model.dates import rfc3339, rfc3339_us, to_us
from feeds.model.merge_patch import merge_patch
from feeds.model.source import POLLED, Filter, Poll, Source, State, shown_address
from feeds.model.source_submission import SentSourceChange, SourceSubmission
from feeds.model.submission import validated
from feeds.pipeline import filing
from feeds.pipeline.newsroom import Newsroom
from feeds.pipeline.poll import ASKED
from feeds.pipeline.ripple import spread
from feeds.store import polls, sources
from feeds.store.database import Connection

# What is told, and ignored when sent back.
READ_ONLY = ("id", "identified_by", "next_poll_at", "why", "warnings", "last")
# What documents and pages print of a source, or are bound by.
_PRINTED = ("url", "title", "site_url", "credit", "rights", "summary_words", "images")


def add(room: Newsroom, given: object) -> Source:
    """Add a source; its first poll follows at once. Raises Refusal 422, or 409 where it is polled already."""
    sent = validated(SourceSubmission, given, "The source cannot be taken as it is.")
    if (reason := refuse_url(sent.url)) is not None:
        raise Refusal(422, "The source cannot be taken as it is.", (Fault("/url", reason),))
    values = sent.model_dump(include=sent.model_fields_set - {"url"})
    url = sent.url.partition("#")[0]  # a fragment is never sent, and makes no other feed
    with room.store.write() as connection:
        known = sources.find_by_url(connection, url)
        if known is not None and not known[1]:
            raise Refusal(409, f"The address is polled already, as {known[0].id}.", (Fault("/url", "is taken"),))
        if filing.barred(connection, [sent.section]):
            raise Refusal(422, "The source cannot be taken as it is.", (filing.BARRED,))
        source = sources.add(connection, url, values, to_us(room.clock.now()))
        if known is not None:  # it takes up its id again, and its articles may have to print another title
            spread(connection, "source", source.id, room.clock.now())
            spread(connection, "expiry", source.id, room.clock.now())
        return source


def change(room: Newsroom, source_id: str, patch: dict[str, object]) -> Source:
    """Change what the operator sets of a source by a merge patch (RFC 7396). Raises Refusal 404, 409, 422."""
    now = room.clock.now()
    with room.store.write() as connection:
        source = get(connection, source_id)
        told = {name: value for name, value in represent(connection, source).items() if name not in READ_ONLY}
        told["url"] = source.url
        given = {name: value for name, value in patch.items() if name not in READ_ONLY}
        if given.get("url") == shown_address(source.url):
            del given["url"]  # told with its keys masked, and sent back so: no other address
        merged = merge_patch({name: value for name, value in told.items() if value is not None}, given)
        sent = validated(SentSourceChange, merged, "The source cannot be so.")
        if (reason := refuse_url(sent.url)) is not None:
            raise Refusal(422, "The source cannot be so.", (Fault("/url", reason),))
        if filing.barred(connection, [sent.section]):
            raise Refusal(422, "The source cannot be so.", (filing.BARRED,))
        values: dict[str, object] = sent.model_dump(exclude={"url", "state"})
        if sent.url != source.url:
            if sources.find_by_url(connection, sent.url) is not None:
                raise Refusal(409, "The address is a source's already.", (Fault("/url", "is taken"),))
            # What the former address sent says nothing of the new one.
            values |= {"url": sent.url, **sources.UNREAD, "usual": ""}
            values |= {"moved_to": "", "moved_answers": 0, "moved_at": None}
            values |= {"next_poll_at": to_us(now), "why": ASKED}
        if sent.identity != source.identity:
            # The next document is read whole, and its ids are judged anew.
            values |= {**sources.UNREAD, "identified_by": ""}
            values |= {"next_poll_at": to_us(now), "why": ASKED} if source.state in POLLED else {}
        values |= _moved(source, sent.state, now)
        changed = sources.change(connection, source_id, values)
        if any(getattr(changed, name) != getattr(source, name) for name in _PRINTED):
            spread(connection, "source", source_id, now)
        if changed.expire_days != source.expire_days:
            spread(connection, "expiry", source_id, now)
        return changed


def _moved(source: Source, state: str, now: datetime) -> dict[str, object]:
    """Give what follows from a state that is set by hand; raises Refusal 422 for one that only polling finds."""
    if state == source.state:
        return {}
    if state == State.PAUSED:
        return {"state": state, "next_poll_at": None, "why": "paused by its operator"}
    if state == State.ACTIVE:
        anew = sources.ANEW if source.alarm else {}
        return {**anew, "state": state, "next_poll_at": to_us(now), "why": ASKED, "failures": 0}
    raise Refusal(422, "The source cannot be so.", (Fault("/state", "may be set to active or paused"),))


def pause(room: Newsroom, source_id: str) -> Source:
    """Stop polling a source until it is resumed."""
    return change(room, source_id, {"state": "paused"})


def resume(room: Newsroom, source_id: str) -> Source:
    """Poll a source again, at once."""
    return change(room, source_id, {"state": "active"})


def end_quarantine(room: Newsroom, source_id: str) -> None:
    """Accept what a quarantined source sends as what is usual; polled at once, and its document read whole."""
    now = room.clock.now()
    with room.store.write() as connection:
        if get(connection, source_id).state is State.QUARANTINED:
            active = {"state": str(State.ACTIVE), "next_poll_at": to_us(now), "why": ASKED, "failures": 0}
            sources.change(connection, source_id, {**sources.ANEW, **active})


def poll_soon(room: Newsroom, source_id: str) -> Source:
    """Have a source polled as soon as may be, whatever its due time; one that is gone is tried again."""
    with room.store.write() as connection:
        source = get(connection, source_id)
        if source.state is State.PAUSED:
            raise Refusal(409, f"The source {source_id} is paused.")
        if source.state is State.GONE:
            sources.change(connection, source_id, {"state": str(State.ACTIVE)})
        sources.reschedule(connection, source_id, to_us(room.clock.now()), ASKED)
        return get(connection, source_id)


def remove(room: Newsroom, source_id: str) -> None:
    """Remove a source; its articles stay, with its name."""
    with room.store.write() as connection:
        get(connection, source_id)
        sources.remove(connection, source_id, to_us(room.clock.now()))


def get(connection: Connection, source_id: str) -> Source:
    """Give a source; raises Refusal 404."""
    found = sources.find(connection, source_id)
    if found is None:
        raise Refusal(404, f"There is no source {source_id[:64]}.")
    return found


def represent(connection: Connection, source: Source) -> dict[str, object]:
    """Give a source as the API and the commands tell it; `last` is its last poll.

    What its address may hold of keys is masked; `warnings` are as of its last poll.
    """
    last = polls.newest(connection, source.id, limit=1)
    now = last[0].at if last else source.created_at
    return {
        "id": source.id,
        "url": shown_address(source.url),
        "title": source.title,
        "site_url": source.site_url or None,
        "state": str(source.state),
        "publish": source.publish,
        "filters": [_told(rule) for rule in source.filters],
        "rights": source.rights,
        "summary_words": source.summary_words,
        "images": source.images,
        "expire_days": source.expire_days,
        "full_text": source.full_text,
        "tags": dict(source.tags),
        "add_tags": list(source.add_tags),
        "section": source.section or None,
        "authors": list(source.authors),
        "map_authors": dict(source.map_authors),
        "credit": source.credit or None,
        "language": source.language or None,
        "max_age_days": source.max_age_days,
        "first_poll": source.first_poll,
        "identity": source.identity,
        "identified_by": source.told_apart_by,
        "wire": source.wire,
        "next_poll_at": None if source.next_poll_at is None else rfc3339(source.next_poll_at),
        "why": source.why,
        "warnings": list(warnings_of(source, now)),
        "last": represent_poll(last[0]) if last else None,
    }


def _told(rule: Filter) -> dict[str, object]:
    return {"action": rule.action, **{name: list(getattr(rule, name)) for name in ("words", "tags", "languages")}}


def represent_poll(poll: Poll) -> dict[str, object]:
    """Give a poll as the API tells it."""
    return {
        "at": rfc3339_us(poll.at),
        "outcome": str(poll.outcome),
        "status": poll.status,
        "detail": poll.detail,
        "took_ms": poll.took_ms,
        "bytes": poll.bytes,
        "new": poll.new,
        "changed": poll.changed,
    }
