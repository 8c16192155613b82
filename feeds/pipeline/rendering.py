"""The fragments that a regeneration needs: kept ones found by their digests, missing ones rendered and kept.

What cannot be rendered is set aside with its reason, as of what the article showed then; everything else goes out.

A fragment is kept only under what the very values that it was rendered from show. An article that says something else
by now than what was read of it (it was changed meanwhile, or its author was renamed and it has not heard yet) is late:
it hears now, and whoever builds with it reads anew. Else two versions would share a key, and documents of one entity
tag would differ in their bytes.
"""

import logging
from collections.abc import Sequence

from feeds.errors import RenderError
from feeds.logs import event
from feeds.model.article import Article
from feeds.model.channel import Channel
from feeds.model.dates import to_us
from feeds.model.document import Format, Variant
from feeds.model.shown import shown_of
from feeds.pipeline import hearing
from feeds.pipeline.farewell import key_of, notice_of
from feeds.pipeline.newsroom import Newsroom
from feeds.pipeline.printer import Printer
from feeds.store import articles, aside, dirty, fragments, jobs, parts
from feeds.store.database import BULK_ITEMS
from feeds.store.places import Place

Kept = dict[fragments.Key, dict[Format, fragments.Kept]]
Gathered = dict[Variant, Kept]
_log = logging.getLogger(__name__)


def gather(
    room: Newsroom, printer: Printer, wanted: Sequence[tuple[Channel, Sequence[Place]]], *, fresh: bool
) -> tuple[Gathered, set[str]]:
    """Give digest and length of every fragment that channels need of these places; renders what is missing.

    Give also the articles that are late: what was read of them is not to be built from. `fresh` renders all fragments,
    and keeps those that differ.
    """
    late: set[str] = set()
    keys_of: dict[Variant, dict[fragments.Key, None]] = {}
    for channel, places in wanted:
        keys = ((place.article, printer.shown(place.shown)) for place in places)
        keys_of.setdefault(printer.variant_of(channel), {}).update(dict.fromkeys(keys))
    found = {
        variant: _gather(room, printer, variant, list(keys), late, fresh=fresh) for variant, keys in keys_of.items()
    }
    for channel, _ in wanted:
        if (notice := notice_of(channel, printer.site)) is not None:
            variant = printer.variant_of(channel)
            made = _rendered(printer, variant, notice, key_of(printer, notice)[1])
            _keep(room, variant, [made], found[variant], fresh=fresh)
    return found, late


def _gather(
    room: Newsroom, printer: Printer, variant: Variant, keys: list[fragments.Key], late: set[str], *, fresh: bool
) -> Kept:
    kept: Kept = {}
    failed: dict[str, str] = {}
    if not fresh:
        with room.store.read() as connection:
            kept = fragments.kept(connection, str(variant), keys)
            lacking = [key for key in keys if len(kept.get(key, ())) < len(Format)]
            failed = aside.of(connection, [article for article, _ in lacking]) if lacking else {}
    whole = {key: formats for key, formats in kept.items() if len(formats) == len(Format)}
    missing = [key for key in keys if key not in whole and failed.get(key[0]) != key[1]]
    return whole | _render(room, printer, variant, missing, late, fresh=fresh)


def _render(
    room: Newsroom,
    printer: Printer,
    variant: Variant,
    missing: Sequence[fragments.Key],
    late: set[str],
    *,
    fresh: bool,
) -> Kept:
    """Render and keep fragments, a bounded number a transaction; adds to `late` those that cannot be kept."""
    made: Kept = {}
    for at in range(0, len(missing), BULK_ITEMS):
        some = dict(missing[at : at + BULK_ITEMS])
        with room.store.read() as connection:
            loaded = articles.load(connection, list(some))
        now_late = {one for one, article in loaded.items() if printer.shown(shown_of(article)) != some[one]}
        rendered = [_rendered(printer, variant, loaded[one], some[one]) for one in loaded.keys() - now_late]
        _keep(room, variant, rendered, made, fresh=fresh)
        if now_late:
            late |= now_late
            with room.store.write() as connection:
                now_us = to_us(room.clock.now())
                dirty.mark_spots(connection, hearing.look_again(connection, sorted(now_late)), now_us)
    return made


def _rendered(
    printer: Printer, variant: Variant, article: Article, shown: str
) -> tuple[fragments.Key, dict[Format, bytes], dict[Format, bytes], str]:
    """Give an article's key, bytes, digests, and why it cannot be rendered (empty: it can)."""
    try:
        rendered = printer.render(article, variant)
    except RenderError as error:
        event(_log, "set aside", level=logging.ERROR, article=article.id, reason=error.reason)
        return (article.id, shown), {}, {}, error.reason
    data = {format: fragment.data for format, fragment in rendered.items()}
    return (article.id, shown), data, {format: fragment.digest for format, fragment in rendered.items()}, ""


def _keep(
    room: Newsroom,
    variant: Variant,
    rendered: Sequence[tuple[fragments.Key, dict[Format, bytes], dict[Format, bytes], str]],
    made: Kept,
    *,
    fresh: bool,
) -> None:
    now_us = to_us(room.clock.now())
    rows: list[dict[str, object]] = []
    failed: list[dict[str, object]] = []
    for (article, shown), data, digests, reason in rendered:
        if reason:
            failed.append({"article": article, "shown": shown, "reason": reason, "at": now_us})
            continue
        made[article, shown] = {format: fragments.Kept(digests[format], len(data[format])) for format in Format}
        rows += [
            {
                "article": article,
                "format": str(format),
                "variant": str(variant),
                "shown": shown,
                "data": data[format],
                "digest": digests[format],
                "made_at": now_us,
            }
            for format in Format
        ]
    with room.store.write() as connection:
        if fresh:
            wrong = fragments.unlike(connection, rows)
            fragments.replace(connection, wrong)
            # Other documents have them too, and were hashed with what was there.
            others = parts.standing(connection, sorted({str(row["article"]) for row in wrong}))
            dirty.mark_spots(connection, others, now_us, is_bulk=True)
        else:
            fragments.keep(connection, rows)
        aside.lift(connection, {str(row["article"]) for row in rows})
        aside.put(connection, failed)
        for row in failed:
            jobs.fault(connection, "render", f"{row['article']}: {row['reason']}", now_us)
    if len(rows) > BULK_ITEMS:
        room.store.give_way()
