"""The road in: what a client, an import or a partner sent becomes an article in its channels, in one transaction.

    names → labels → revise (model) → saved, placed, tombstones, channels marked, those that show it told

The change and the marking of every channel that the article enters, stays in or leaves are one transaction, so
whatever is killed, an article is either not there or will be in its documents.
"""

import json
from dataclasses import dataclass, replace
from datetime import datetime

from feeds.errors import Fault, Refusal
from feeds.model.article import Article, Origin, Related, Status
from feeds.model.dates import to_us
from feeds.model.label import BUILT_IN_SECTIONS, Kind, Label, fold
from feeds.model.representation import represent
from feeds.model.revise import Filing, publish_due, revise, withdraw
from feeds.model.submission import SentAuthor, Submission
from feeds.pipeline.membership import place
from feeds.pipeline.newsroom import Newsroom
from feeds.pipeline.ripple import spread
from feeds.store import articles, dirty, labels, places, tombstones
from feeds.store.database import Connection

# What the newsroom may change of a partner's story, and the partner's later versions then leave alone.
_OURS = (
    *("title", "standfirst", "content_html", "authors", "tags", "section", "kicker", "language", "rights"),
    *("canonical_url", "dateline", "image", "attachments", "related", "flags", "expires_at"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """An article as it now is, the keys of its channels, and what saving it did."""

    article: Article
    in_feeds: list[str]
    is_new: bool = False
    has_changed: bool = False


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
    filing = _file(connection, wanted, now)
    current = articles.find(connection, article_id)
    if current is None and (other := articles.find_namesake(connection, article_id)):
        raise Refusal(409, f"The id differs from that of the article {other} by case alone.")
    article = revise(current, wanted, filing, article_id=article_id, now=now, origin=origin)
    if current is not None and article == current:
        return Saved(article=current, in_feeds=places.keys_of(connection, [article_id])[article_id])
    ours: frozenset[str] = frozenset()
    if current is not None and current.origin is not None:
        changed = () if by_partner else (name for name in _OURS if getattr(article, name) != getattr(current, name))
        ours = articles.ours_of(connection, article_id).union(changed)
    return settle(connection, room, article, current, now=now, ours=ours)


def settle(
    connection: Connection,
    room: Newsroom,
    article: Article,
    before: Article | None,
    *,
    now: datetime,
    ours: frozenset[str] = frozenset(),
) -> Saved:
    """Write a revised article and place it; `before` is what it was."""
    now_us = to_us(now)
    is_public = article.is_public(now)
    article = replace(article, related=_tied(connection, article), was_public=article.was_public or is_public)
    articles.save(connection, article, changed_us=now_us, is_placed=is_public, ours=ours)
    _place(connection, article, is_public=is_public, now=now)
    for kind, key in _heard_of(article, before):
        spread(connection, kind, key, now)
    in_feeds = places.keys_of(connection, [article.id])[article.id]
    if before is None or article.revision != before.revision:
        body = json.dumps(represent(article, room.site, in_feeds), ensure_ascii=False)
        articles.save_revision(connection, article, body, now_us)
    return Saved(article=article, in_feeds=in_feeds, is_new=before is None, has_changed=True)


def take_back(connection: Connection, room: Newsroom, current: Article, *, reason: str, now: datetime) -> Saved:
    """Withdraw an article; one that is withdrawn already stays untouched."""
    article = withdraw(current, reason=reason, now=now)
    if article == current:
        return Saved(article=current, in_feeds=[])
    ours = articles.ours_of(connection, current.id)
    return settle(connection, room, article, current, now=now, ours=ours)


def put_out(connection: Connection, room: Newsroom, article_id: str, *, now: datetime) -> Saved | None:
    """Publish a scheduled article whose moment has come; None where it is no longer so."""
    current = articles.find(connection, article_id)
    if current is None or current.status is not Status.SCHEDULED or current.published_at is None:
        return None
    if current.published_at > now:
        return None
    ours = articles.ours_of(connection, article_id)
    return settle(connection, room, publish_due(current), current, now=now, ours=ours)


def end(connection: Connection, room: Newsroom, article_id: str, *, now: datetime) -> Saved | None:
    """Take a story whose end has come out of its channels; None where it has been put off."""
    current = articles.find(connection, article_id)
    if current is None or current.is_public(now):
        return None
    return settle(connection, room, current, current, now=now, ours=articles.ours_of(connection, article_id))


def _file(connection: Connection, wanted: Submission, now: datetime) -> Filing:
    """Find or make the labels that the names stand for; one that is named twice counts once."""
    authors = {label.id: label for sent in wanted.authors if (label := _author(connection, sent, now))}
    tags = {label.id: label for name in wanted.tags if (label := labels.resolve(connection, Kind.TAGS, name))}
    section = labels.resolve(connection, Kind.SECTIONS, wanted.section) if wanted.section else None
    if section is not None and section.slug in BUILT_IN_SECTIONS:
        raise Refusal(
            422,
            "The article cannot be taken as it is.",
            (Fault("/section", "must be none of those that choose for themselves: " + ", ".join(BUILT_IN_SECTIONS)),),
        )
    return Filing(authors=tuple(authors.values()), tags=tuple(tags.values()), section=section)


def _author(connection: Connection, sent: SentAuthor, now: datetime) -> Label:
    label = labels.resolve(connection, Kind.AUTHORS, sent.name, slug=sent.slug)
    filled = labels.fill(connection, label, {"bio": sent.bio, "url": sent.url, "image": sent.image})
    if (filled.url, filled.image) != (label.url, label.image):  # documents print these of an author
        spread(connection, "label", str(label.id), now)
    return filled


def _place(connection: Connection, article: Article, *, is_public: bool, now: datetime) -> None:
    """Place the article where it belongs now, with tombstones where it left for good, and mark all these channels."""
    now_us = to_us(now)
    stood_in = set(places.channels_of(connection, article.id))
    touched = place(connection, article, now)
    if is_public:
        touched |= set(tombstones.lift(connection, article.id))
    else:
        reason = "Expired" if article.status is Status.PUBLISHED else article.withdrawn_reason
        tombstones.put(connection, stood_in, article.id, now_us, reason)
    dirty.mark(connection, touched, now_us)


def _tied(connection: Connection, article: Article) -> tuple[Related, ...]:
    """Tie related lines to the public articles that they stand for now."""
    if not article.related:
        return ()
    by_id, by_title = articles.find_targets(
        connection,
        ids={line.id for line in article.related if line.id},
        folds={fold(line.title) for line in article.related if not line.id},
    )
    tied = []
    for line in article.related:
        target = by_id.get(line.id) if line.id else by_title.get(fold(line.title))
        tied.append(replace(line, tied=None if target is None or target.id == article.id else target))
    return tuple(tied)


def _heard_of(article: Article, before: Article | None) -> set[tuple[str, str]]:
    """Name by what others may point to this article, as it was and as it is."""
    heard = {("article", article.id), ("title", fold(article.title))}
    if before is not None:
        heard.add(("title", fold(before.title)))
    return heard
