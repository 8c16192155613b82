"""What articles do when they hear that something changed that concerns them; ripple.py brings it to them in batches.

Each kind has a way to find its articles, newest first, and a way to hear, which gives the spots to mark.
"""

from collections.abc import Callable, Mapping, Sequence
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
    back = [article for article in after if not before[article.id].is_public(now)]
    _write(connection, after, ours, now, back=back)
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
    _write(connection, relabelled, ours, now)
    return place(connection, relabelled, now).touched


def _write(
    connection: Connection,
    changed: Sequence[Article],
    ours: Mapping[str, frozenset[str]],
    now: datetime,
    *,
    back: Sequence[Article] = (),
) -> None:
    """Write articles anew; those that point to one that is public no more, or `back`, are to hear of it.

    A story whose end came just now may be written here before the job that ends stories saw it; that job looks among
    those that are placed, so it will not see it any more.
    """
    keeps = [articles.Keep(article=one, is_placed=one.is_public(now), ours=ours[one.id]) for one in changed]
    articles.save(connection, keeps, changed_us=to_us(now))
    moved = [*back, *(article for article in changed if not article.is_public(now))]
    heard = {key for article in moved for key in (("article", article.id), ("title", fold(article.title)))}
    for kind, shown in articles.shown_keys(connection, heard):
        ripples.put(connection, kind, shown, _FIRST)


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
