"""The road in: what a client, an import or a partner sent becomes an article in its channels, in one transaction.

    names → labels → revise (model) → saved, placed, tombstones, channels marked, those that show it told

The change and the marking of every channel that the article enters, stays in or leaves are one transaction, so
whatever is killed, an article is either not there or will be in its documents.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from feeds.errors import Fault, Refusal
from feeds.model.article import Article, Origin, Status
from feeds.model.dates import to_us
from feeds.model.label import fold
from feeds.model.representation import represent
from feeds.model.revise import check, publish_due, revise, withdraw
from feeds.model.submission import Submission
from feeds.pipeline import filing, pictures, relating, twins
from feeds.pipeline.files import want
from feeds.pipeline.membership import settle
from feeds.pipeline.newsroom import Newsroom
from feeds.pipeline.returning import keys_of
from feeds.pipeline.ripple import spread
from feeds.store import articles, dirty, files, own_stories, places
from feeds.store.database import Connection

# What the newsroom may change of a partner's story, and the partner's later versions then leave alone.
_OURS = (
    *("title", "standfirst", "content_html", "authors", "tags", "section", "kicker", "language", "rights"),
    *("canonical_url", "dateline", "image", "attachments", "related", "flags", "expires_at"),
)
WE_TELL_IT = "The newsroom tells this story itself"  # why a partner's version of it is withdrawn


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """An article as it now is, the keys of its channels, and what saving it did."""

    article: Article
    in_feeds: list[str]
    is_new: bool = False
    has_changed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is sent of one article. `origin` is a partner's new story's."""

    article_id: str
    wanted: Submission
    origin: Origin | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """An article as it is to be, and as it was; None: there was none."""

    article: Article
    before: Article | None
    ours: frozenset[str] = frozenset()


def save(
    connection: Connection,
    room: Newsroom,
    article_id: str,
    wanted: Submission,
    *,
    now: datetime,
    origin: Origin | None = None,
    by_partner: bool = False,
) -> Saved:
    """Make the article what `wanted` says; raises Refusal (422, or 409 for an id that differs by case alone).

    What the newsroom changes of a partner's story is noted as ours, unless the change comes `by_partner`.
    """
    wish = Wish(article_id=article_id, wanted=wanted, origin=origin)
    (saved,) = save_all(connection, room, [wish], now=now, by_partner=by_partner)
    if isinstance(saved, Refusal):
        raise saved
    return saved


def save_all(
    connection: Connection, room: Newsroom, wishes: Sequence[Wish], *, now: datetime, by_partner: bool = False
) -> list[Saved | Refusal]:
    """Save many articles as `save` would one after the other; what is refused leaves nothing of itself behind.

    They are handled as sets, with a few statements each: a hundred cost little more than ten one by one.
    """
    done: list[Saved | Refusal] = []
    at = 0
    while at < len(wishes):
        some = _distinct(wishes[at:])
        done += _save_set(connection, room, some, now=now, by_partner=by_partner)
        at += len(some)
    return done


def _distinct(wishes: Sequence[Wish]) -> Sequence[Wish]:
    """Give the first wishes, up to the one whose id was among them already."""
    seen: set[str] = set()
    for at, wish in enumerate(wishes):
        if (folded := wish.article_id.lower()) in seen:
            return wishes[:at]
        seen.add(folded)
    return wishes


def _save_set(
    connection: Connection, room: Newsroom, wishes: Sequence[Wish], *, now: datetime, by_partner: bool
) -> list[Saved | Refusal]:
    ids = [wish.article_id for wish in wishes]
    submissions = pictures.completed(connection, room, [wish.wanted for wish in wishes])
    wishes = [replace(wish, wanted=sent) for wish, sent in zip(wishes, submissions, strict=True)]
    present = articles.load(connection, ids)
    taken = articles.namesakes(connection, ids)
    gone = articles.erased(connection, ids)
    barred = filing.barred(connection, [wish.wanted.section for wish in wishes])
    refused = {
        wish.article_id: refusal
        for wish in wishes
        if (
            refusal := _refusal(
                wish,
                present.get(wish.article_id),
                taken.get(wish.article_id),
                barred,
                is_erased=wish.article_id in gone,
                now=now,
            )
        )
        is not None
    }
    good = [wish for wish in wishes if wish.article_id not in refused]
    filings, has_filled = filing.file(connection, [wish.wanted for wish in good], now)
    if has_filled:
        present = articles.load(connection, ids)
    theirs = [article.id for article in present.values() if article.origin is not None]
    ours = articles.ours_of(connection, theirs) if theirs else {}
    sent_by_partner = by_partner or all(wish.origin is not None for wish in good)
    changes, same = [], []
    for wish, filed in zip(good, filings, strict=True):
        current = present.get(wish.article_id)
        article = revise(current, wish.wanted, filed, article_id=wish.article_id, now=now, origin=wish.origin)
        if article == current:
            same.append(article)
            continue
        kept = ours.get(article.id, frozenset())
        if current is not None and current.origin is not None and not by_partner:
            kept = kept.union(name for name in _OURS if getattr(article, name) != getattr(current, name))
        changes.append(_Change(article=article, before=current, ours=kept))
    saved: dict[str, Saved | Refusal] = {}
    if same:
        keys = places.keys_of(connection, [article.id for article in same])
        saved |= {article.id: Saved(article=article, in_feeds=keys[article.id]) for article in same}
    saved |= {one.article.id: one for one in _settle(connection, room, changes, now=now, by_partner=sent_by_partner)}
    saved |= refused
    return [saved[article_id] for article_id in ids]


def erased() -> Refusal:
    """Say that an article was erased, and its id is not given again."""
    return Refusal(409, "The article was erased; its id is not given again.", (Fault("/id", "was erased"),))


def _refusal(
    wish: Wish, current: Article | None, namesake: str | None, barred: set[str], *, is_erased: bool, now: datetime
) -> Refusal | None:
    """Say why an article cannot be taken; None where it can."""
    if is_erased:
        return erased()
    if current is None and namesake is not None:
        return Refusal(409, f"The id differs from that of the article {namesake} by case alone.")
    if wish.wanted.section in barred:
        return Refusal(422, "The article cannot be taken as it is.", (filing.BARRED,))
    try:
        check(current, wish.wanted, now)
    except Refusal as refusal:
        return refusal
    return None


def _settle(
    connection: Connection, room: Newsroom, changes: Sequence[_Change], *, now: datetime, by_partner: bool = False
) -> list[Saved]:
    """Write revised articles, place them, and tell all who show something of them."""
    if not changes:
        return []
    now_us = to_us(now)
    tied = relating.tie(connection, [change.article for change in changes], now)
    settled = [
        replace(change.article, related=related, was_public=change.article.was_public or change.article.is_public(now))
        for change, related in zip(changes, tied, strict=True)
    ]
    settled = files.measured(connection, settled)
    want(connection, room, settled, now)
    keeps = [
        articles.Keep(article=article, is_placed=article.is_public(now), is_new=change.before is None, ours=change.ours)
        for change, article in zip(changes, settled, strict=True)
    ]
    articles.save(connection, keeps, changed_us=now_us)
    own_stories.keep(connection, [key for article in settled for key in keys_of(article)])
    dirty.mark_spots(connection, settle(connection, settled, now), now_us, is_bulk=by_partner)
    heard = {key for change in changes for key in _heard_of(change.article, change.before)}
    for kind, key in articles.shown_keys(connection, heard):
        spread(connection, kind, key, now)
    in_feeds = places.keys_of(connection, [article.id for article in settled])
    revised = [
        article
        for change, article in zip(changes, settled, strict=True)
        if change.before is None or article.revision != change.before.revision
    ]
    bodies = (
        json.dumps(represent(article, room.site, in_feeds[article.id]), ensure_ascii=False) for article in revised
    )
    articles.save_revisions(connection, zip(revised, bodies, strict=True), now_us)
    if room.settings.ingest.wins == "ours":
        _go_before(connection, room, settled, now=now)
    return [
        Saved(article=article, in_feeds=in_feeds[article.id], is_new=change.before is None, has_changed=True)
        for change, article in zip(changes, settled, strict=True)
    ]


def _go_before(connection: Connection, room: Newsroom, settled: Sequence[Article], *, now: datetime) -> None:
    """Take back partners' articles of stories that we tell ourselves now."""
    told = [article for article in settled if article.origin is None and article.is_public(now)]
    beaten = {other for article in told for other in twins.beaten_by(connection, article)}
    for article in articles.load(connection, sorted(beaten)).values():
        if article.origin is not None:
            take_back(connection, room, article, reason=WE_TELL_IT, now=now)


def _settle_one(connection: Connection, room: Newsroom, article: Article, before: Article, *, now: datetime) -> Saved:
    ours = articles.ours_of(connection, [before.id])[before.id]
    (saved,) = _settle(connection, room, [_Change(article=article, before=before, ours=ours)], now=now)
    return saved


def take_back(connection: Connection, room: Newsroom, current: Article, *, reason: str, now: datetime) -> Saved:
    """Withdraw an article; one that is withdrawn already stays untouched."""
    article = withdraw(current, reason=reason, now=now)
    if article == current:
        return Saved(article=current, in_feeds=[])
    return _settle_one(connection, room, article, current, now=now)


def put_out(connection: Connection, room: Newsroom, article_id: str, *, now: datetime) -> Saved | None:
    """Publish a scheduled article whose moment has come; None where it is no longer so."""
    current = articles.find(connection, article_id)
    if current is None or current.status is not Status.SCHEDULED or current.published_at is None:
        return None
    if current.published_at > now:
        return None
    return _settle_one(connection, room, publish_due(current), current, now=now)


def end(connection: Connection, room: Newsroom, article_id: str, *, now: datetime) -> Saved | None:
    """Take a story whose end has come out of its channels; None where it has been put off."""
    current = articles.find(connection, article_id)
    if current is None or current.is_public(now):
        return None
    return _settle_one(connection, room, current, current, now=now)


def _heard_of(article: Article, before: Article | None) -> set[tuple[str, str]]:
    """Name by what others may point to this article, as it was and as it is."""
    heard = {("article", article.id), ("title", fold(article.title))}
    if before is not None:
        heard.add(("title", fold(before.title)))
    return heard
