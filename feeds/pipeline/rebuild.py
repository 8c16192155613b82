"""Regenerating channels: what is dirty is read, rendered where no fragment is kept, framed, compared, and stored.

    dirty → window (one range) → kept fragments' digests, missing ones rendered → frames → hashes
          → same as stored: nothing at all │ else a new stamp, the recipe, a notice

Fragments' bytes are not read here, and documents' bytes are not made: a recipe tells whether they differ. Two builders
cannot undo each other: a recipe is stored only if the stamp is still the one that was read.
"""

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass

from feeds.errors import RenderError
from feeds.logs import event
from feeds.model.article import Article
from feeds.model.channel import Channel
from feeds.model.dates import to_us
from feeds.model.document import Format, Frame, Ingredient, Recipe, Variant
from feeds.model.label import Kind
from feeds.pipeline.newsroom import Newsroom
from feeds.pipeline.printer import Printer
from feeds.publish import assemble, lint
from feeds.store import articles, aside, channels, dirty, documents, fragments, jobs, places, sections, tombstones
from feeds.store.database import BULK_ITEMS, Connection

CHANNELS = 20  # built at a time: with 200, a new story waits ten times as long
_log = logging.getLogger(__name__)

Digests = dict[fragments.Key, dict[Format, bytes]]
_Missing = list[tuple[Article, str]]  # and the key under which its fragments are to be kept


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """One channel as it was in one moment of the store."""

    channel: Channel
    marked: int
    old: Recipe | None
    window: list[places.Place]
    is_complete: bool
    tombstones: list[tuple[str, int, str]]  # all that could be told, newest first


def drain(room: Newsroom, printer: Printer, is_stopping: Callable[[], bool] = lambda: False) -> int:
    """Regenerate until nothing is dirty, or until it is to stop; give how many channels' documents changed.

    It looks again before it ends, so a change that comes during a run is not left to the next one.
    """
    changed = 0
    while not is_stopping():
        with room.store.read() as connection:
            pending = dirty.pending(connection, CHANNELS)
        if not pending:
            return changed
        changed += build(room, printer, list(pending))
        room.store.give_way()
    return changed


def build(room: Newsroom, printer: Printer, numbers: Collection[int]) -> int:
    """Regenerate these channels, dirty or not; give how many changed."""
    now = room.clock.now()
    with room.store.read() as connection:
        reads = _read(connection, printer, numbers, to_us(now))
        digests, missing = _gather(connection, printer, reads)
    for variant, lacking in missing.items():
        digests[variant] |= _render(room, printer, variant, lacking)
    made = [(read, _recipe(printer, read, digests[printer.variant_of(read.channel)], to_us(now))) for read in reads]
    return _store(room, made)


def differing(room: Newsroom, printer: Printer, number: int) -> list[Format]:
    """Render a channel anew without any kept fragment; give the formats whose stored documents are not the same.

    A channel that is dirty meanwhile may differ rightly; the caller looks again.
    """
    with room.store.read() as connection:
        (read,) = _read(connection, printer, [number], to_us(room.clock.now()))
        found = articles.load(connection, [place.article for place in read.window])
    if read.old is None:
        return list(Format)
    variant = printer.variant_of(read.channel)
    digests: Digests = {}
    for place in read.window:
        try:
            rendered = printer.render(found[place.article], variant)
        except RenderError:
            continue
        digests[place.article, printer.shown(place.shown)] = {
            format: fragment.digest for format, fragment in rendered.items()
        }
    frames = _frames(printer, read, read.old.stamp)
    hashes = _hashes(frames, [key for key in _keys(printer, read) if key in digests], digests)
    return [format for format in Format if hashes[format] != read.old.hashes[format]]


def _read(connection: Connection, printer: Printer, numbers: Collection[int], now_us: int) -> list[_Read]:
    """Read channels in one moment: `marked` first, so that a later change leaves them dirty."""
    marked = dirty.marked(connection, numbers)
    known = channels.load(connection, numbers)
    old = documents.load(connection, numbers)
    reads = []
    for number, channel in sorted(known.items()):
        size = printer.window_of(channel)
        window = _window(connection, channel, size + 1)
        stamp = old[number].stamp if number in old else now_us
        reads.append(
            _Read(
                channel=channel,
                marked=marked.get(number, 0),
                old=old.get(number),
                window=window[:size],
                is_complete=len(window) <= size,
                tombstones=tombstones.of(
                    connection, number, since_us=printer.tombstones_since(stamp), until_us=max(now_us, stamp)
                ),
            )
        )
    return reads


def _window(connection: Connection, channel: Channel, size: int) -> list[places.Place]:
    """Give what a channel carries: what its section pinned first, then the newest."""
    newest = places.window(connection, channel.number, size, partners=channel.partners)
    label = channel.label
    if label is None or label.kind is not Kind.SECTIONS or not (wanted := sections.pinned(connection, label.id)):
        return newest
    first = places.of(connection, channel.number, wanted)
    ahead = {place.article for place in first}
    return (first + [place for place in newest if place.article not in ahead])[:size]


def _gather(
    connection: Connection, printer: Printer, reads: list[_Read]
) -> tuple[dict[Variant, Digests], dict[Variant, _Missing]]:
    """Find the digests of kept fragments, and load the articles of those that are missing."""
    wanted: dict[Variant, dict[fragments.Key, None]] = {}
    for read in reads:
        wanted.setdefault(printer.variant_of(read.channel), {}).update(dict.fromkeys(_keys(printer, read)))
    kept: dict[Variant, Digests] = {}
    missing: dict[Variant, _Missing] = {}
    for variant, keys in wanted.items():
        kept[variant] = fragments.digests(connection, str(variant), keys)
        lacking = [key for key in keys if len(kept[variant].get(key, ())) < len(Format)]
        failed = aside.of(connection, [article for article, _ in lacking])
        again = {article: shown for article, shown in lacking if failed.get(article) != shown}
        missing[variant] = [(found, again[found.id]) for found in articles.load(connection, list(again)).values()]
    return kept, missing


def _render(room: Newsroom, printer: Printer, variant: Variant, missing: _Missing) -> Digests:
    """Render and keep what is missing, a bounded number a transaction; what cannot be rendered is set aside."""
    made: Digests = {}
    for at in range(0, len(missing), BULK_ITEMS):
        now_us = to_us(room.clock.now())
        rows: list[dict[str, object]] = []
        failed: list[dict[str, object]] = []
        for article, shown in missing[at : at + BULK_ITEMS]:
            try:
                rendered = printer.render(article, variant)
            except RenderError as error:
                event(_log, "set aside", level=logging.ERROR, article=article.id, reason=error.reason)
                failed.append({"article": article.id, "shown": shown, "reason": error.reason, "at": now_us})
                continue
            made[article.id, shown] = {format: fragment.digest for format, fragment in rendered.items()}
            rows += [
                {
                    "article": article.id,
                    "format": str(format),
                    "variant": str(variant),
                    "shown": shown,
                    "data": fragment.data,
                    "digest": fragment.digest,
                    "made_at": now_us,
                }
                for format, fragment in rendered.items()
            ]
        _keep(room, rows, failed, now_us)
    return made


def _keep(room: Newsroom, rows: list[dict[str, object]], failed: list[dict[str, object]], now_us: int) -> None:
    with room.store.write() as connection:
        fragments.keep(connection, rows)
        aside.lift(connection, {str(row["article"]) for row in rows})
        aside.put(connection, failed)
        for row in failed:
            jobs.fault(connection, "render", f"{row['article']}: {row['reason']}", now_us)
    if len(rows) > BULK_ITEMS:
        room.store.give_way()


def _recipe(printer: Printer, read: _Read, digests: Digests, now_us: int) -> Recipe | None:
    """Make the recipe of a channel as it is to be; None where every byte is as stored."""
    keys = [key for key in _keys(printer, read) if key in digests]
    old = read.old
    if old is not None and _hashes(_frames(printer, read, old.stamp), keys, digests) == old.hashes:
        return None
    stamp = now_us if old is None else max(now_us, old.stamp + 1)
    frames = _frames(printer, read, stamp)
    before = {(entry.article, entry.shown): entry.since for entry in old.entries} if old is not None else {}
    return Recipe(
        channel=read.channel.number,
        part=0,
        stamp=stamp,
        variant=str(printer.variant_of(read.channel)),
        entries=tuple(Ingredient(article, shown, before.get((article, shown), stamp)) for article, shown in keys),
        frames=frames,
        hashes=_hashes(frames, keys, digests),
    )


def _keys(printer: Printer, read: _Read) -> list[fragments.Key]:
    return [(place.article, printer.shown(place.shown)) for place in read.window]


def _frames(printer: Printer, read: _Read, stamp: int) -> dict[Format, Frame]:
    """Render the frames as of a stamp; tombstones that are newer than it are told as well: they are what changed."""
    since = printer.tombstones_since(stamp)
    told = [found for found in read.tombstones if found[1] > since]
    masthead = printer.masthead(read.channel, stamp=stamp, tombstones=told, is_complete=read.is_complete)
    return printer.frames(masthead)


def _hashes(frames: dict[Format, Frame], keys: list[fragments.Key], digests: Digests) -> dict[Format, str]:
    return {
        format: assemble.document_hash(format, frames[format], [digests[key][format] for key in keys])
        for format in Format
    }


def _store(room: Newsroom, made: list[tuple[_Read, Recipe | None]]) -> int:
    """Store what changed, where the channel's stamp is still the one that was read; give how many were stored."""
    sound = [(read, recipe if recipe is None or _is_sound(room, read, recipe) else None) for read, recipe in made]
    with room.store.write() as connection:
        stamps = documents.stamps(connection, [read.channel.number for read, _ in made])
        good = [
            (read, recipe)
            for read, recipe in sound
            if stamps.get(read.channel.number) == (None if read.old is None else read.old.stamp)
        ]
        recipes = [recipe for _, recipe in good if recipe is not None]
        documents.save(connection, recipes)
        for read, _ in good:
            dirty.built(connection, read.channel.number, read.marked)
    return len(recipes)


def _is_sound(room: Newsroom, read: _Read, recipe: Recipe) -> bool:
    """Lint the frames, which the fragments' lint did not see; one that fails leaves the last good documents."""
    for format, frame in recipe.frames.items():
        if reasons := lint.lint_document(format, assemble.join(format, frame, [])):
            detail = f"{read.channel.key}.{format}: {'; '.join(reasons)}"
            event(_log, "document held back", level=logging.ERROR, channel=read.channel.key, reason=detail)
            with room.store.write() as connection:
                jobs.fault(connection, "document", detail, to_us(room.clock.now()))
            return False
    return True
