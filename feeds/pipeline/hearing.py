"""What articles do when they hear that something changed that concerns them; ripple.py brings it to them in batches.

Each kind has a way to find its articles, newest first, and a way to hear, which gives the spots to mark.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from feeds.model.article import Article
from feeds.model.dates import to_us
from feeds.model.label import Kind, Label, fold
from feeds.model.rights import ending
from feeds.pipeline.membership import place, settle
from feeds.store import articles, channels, labels, parts, places, ripples, sources
from feeds.store.database import Connection
from feeds.store.parts import CURRENT, Spot

Last = tuple[int, str]  # moment and id of the last article that has heard
_FIRST: Last = (2**62, "")  # ahead of all: none has heard


@dataclass(frozen=True, slots=True)
class Hearing:
    """One kind of change: how its articles are found before `last`, and what hearing of it is."""

    find: Callable[[Connection, str, Last | None, int], list[Last]]
    hear: Callable[[Connection, str, Sequence[str], datetime], set[Spot]]


def of(kind: str) -> Hearing:
    """Give the way of a kind: label, article, title, source, file; merge; rule; expiry."""
    if kind == "merge":
        return Hearing(_labelled, _relabel)
    if kind == "rule":
        return Hearing(_public, _place_again)

    def find(connection: Connection, key: str, last: Last | None, limit: int) -> list[Last]:
        return articles.showing(connection, "source" if kind == "expiry" else kind, key, before=last, limit=limit)

    return Hearing(find, _end_anew if kind == "expiry" else lambda open, _key, found, _now: look_again(open, found))


def look_again(connection: Connection, found: Sequence[str]) -> set[Spot]:
    """Set anew what articles show; give the spots of those that show something else."""
    changed = articles.refresh_shown(connection, found)
    return parts.standing(connection, changed) if changed else set()


def _end_anew(connection: Connection, key: str, found: Sequence[str], now: datetime) -> set[Spot]:
    """Give a source's articles the end that it says now, but those whose end the newsroom set."""
    days, ours = sources.expire_days(connection, key), articles.ours_of(connection, found)
    before = {
        article.id: article
        for article in articles.load(connection, found).values()
        if "expires_at" not in ours[article.id] and article.expires_at != ending(article.published_at, days)
    }
    after = [replace(article, expires_at=ending(article.published_at, days)) for article in before.values()]
    keeps = [
        articles.Keep(article=article, is_placed=article.is_public(now), ours=ours[article.id]) for article in after
    ]
    articles.save(connection, keeps, changed_us=to_us(now))
    moved = [article for article in after if article.is_public(now) != before[article.id].is_public(now)]
    heard = {one for article in moved for one in (("article", article.id), ("title", fold(article.title)))}
    for kind, shown in articles.shown_keys(connection, heard):
        ripples.put(connection, kind, shown, _FIRST)
    return settle(connection, after, now)


def _labelled(connection: Connection, key: str, _last: Last | None, limit: int) -> list[Last]:
    """Find articles that still have a merged label; those that heard have it no more."""
    return articles.showing(connection, "label", key.partition(">")[0], before=None, limit=limit)


def _relabel(connection: Connection, key: str, found: Sequence[str], now: datetime) -> set[Spot]:
    """Give articles the label that theirs was merged into. `key` is `from>into`, both numbers."""
    old, _, new = key.partition(">")
    target = labels.load(connection, [int(new)])[int(new)]
    ours = articles.ours_of(connection, found)
    relabelled = [_with_label(article, int(old), target) for article in articles.load(connection, found).values()]
    keeps = [
        articles.Keep(article=article, is_placed=article.is_public(now), ours=ours[article.id])
        for article in relabelled
    ]
    articles.save(connection, keeps, changed_us=to_us(now))
    return place(connection, relabelled, now).touched


def _with_label(article: Article, old: int, new: Label) -> Article:
    def renewed(present: tuple[Label, ...]) -> tuple[Label, ...]:
        return tuple({label.id: label for label in (new if label.id == old else label for label in present)}.values())

    section = new if article.section is not None and article.section.id == old else article.section
    return replace(article, authors=renewed(article.authors), tags=renewed(article.tags), section=section)


def _public(connection: Connection, _key: str, last: Last | None, limit: int) -> list[Last]:
    return places.before(connection, channels.number_of(connection, None), last, limit)


def _place_again(connection: Connection, key: str, found: Sequence[str], now: datetime) -> set[Spot]:
    """Place articles anew after a section's rule changed; give its channel where one of them entered or left."""
    number = channels.find_number(connection, Kind.SECTIONS, key)
    moves = place(connection, list(articles.load(connection, found).values()), now)
    moved = {
        channel for article, before in moves.before.items() for channel in before.keys() ^ moves.after[article].keys()
    }
    touched = {spot for spot in moves.touched if spot[0] in moved}
    return touched if number is None else touched | {(number, CURRENT)}
