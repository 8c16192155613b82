"""Regenerating documents: what is dirty is read, rendered where no fragment is kept, framed, compared, and stored.

    dirty → places (one range) → kept fragments' digests, missing ones rendered → archive parts closed where articles
          would leave → frames → hashes → same as stored: nothing at all │ else a new stamp, the recipe, a notice

Fragments' bytes are not read here, and documents' bytes are not made: a recipe tells whether they differ. Two builders
cannot undo each other: recipes are stored only if the stamp and the cuts are still those that were read.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import NamedTuple

from feeds.errors import RenderError
from feeds.model.dates import to_us
from feeds.model.document import Format, Frame, Ingredient, Masthead, Recipe
from feeds.pipeline import archive
from feeds.pipeline.farewell import key_of, notice_of
from feeds.pipeline.newsroom import Newsroom
from feeds.pipeline.printer import Printer, Rendered
from feeds.pipeline.reading import Read, first, has_archive, read
from feeds.pipeline.rendering import Gathered, Kept, gather
from feeds.pipeline.storing import Built, store
from feeds.publish import assemble
from feeds.store import articles, dirty, fragments
from feeds.store.parts import BOTTOM, CURRENT, Spot
from feeds.store.places import Place

TRIES = 3  # of spots whose articles change while they are built; who overtook them marked them
SPOTS = 20  # built at a time: with 200, a new story waits ten times as long
LACKING = 50  # fragments that are rendered at a time, and no more than one spot's beyond: it waits for that, too
FEWEST = 10  # entries of current documents, whatever their length
FRAME_BYTES = 128 * 1024  # that no frame exceeds; only documents within that of the limit are measured to the byte


class _Plan(NamedTuple):
    """What a spot is to carry, and which parts are closed before."""

    read: Read
    keys: list[fragments.Key]
    closing: archive.Closings


_Beside = tuple[int | None, int | None]  # an older and a newer archive part
_NOTHING = archive.Closings([], None, is_unfinished=False)


def drain(room: Newsroom, printer: Printer, is_stopping: Callable[[], bool] = lambda: False) -> int:
    """Regenerate until nothing is dirty, or until it is to stop; give how many spots' documents changed.

    It looks again before it ends, so a change that comes during a run is not left to the next one.
    """
    changed = 0
    while not is_stopping():
        with room.store.read() as connection:
            pending = dirty.pending(connection, SPOTS)
        if not pending:
            return changed
        changed += build(room, printer, pending, lacking=LACKING)
        room.store.give_way()
    return changed


def build(
    room: Newsroom, printer: Printer, spots: Sequence[Spot], *, fresh: bool = False, lacking: int | None = None
) -> int:
    """Regenerate these spots, dirty or not; give how many changed. `fresh`: no kept fragment is trusted.

    `lacking` leaves some for later, from where the first of them lack so many fragments on (None: all are done).
    """
    changed = 0
    for _ in range(TRIES):
        stored, spots = _build(room, printer, spots, fresh=fresh, lacking=lacking)
        changed += stored
        if not spots:
            break
    return changed


def _build(
    room: Newsroom, printer: Printer, spots: Sequence[Spot], *, fresh: bool, lacking: int | None
) -> tuple[int, list[Spot]]:
    """Regenerate spots once; give how many changed, and those whose articles say something else than was read."""
    now_us = to_us(room.clock.now())
    with room.store.read() as connection:
        reads = read(connection, printer, spots, now_us)
        if lacking is not None:
            reads = first(connection, printer, sorted(reads, key=lambda found: spots.index(found.spot)), lacking)
    same = [] if fresh else [found for found in reads if _is_same(printer, found)]
    rest = [found for found in reads if not any(found is one for one in same)]
    wanted = [(found.channel, found.places) for found in rest if not found.middle]
    kept, late = gather(room, printer, wanted, fresh=fresh)
    plans = [_plan(printer, found, kept) for found in rest if not _has_any(found.places, late)]
    handed_over = [(plan.read.channel, part.places) for plan in plans for part in plan.closing.parts]
    others, late = gather(room, printer, handed_over, fresh=fresh)
    for variant, more in others.items():
        kept[variant] = kept[variant] | more
    plans = [plan for plan in plans if not any(_has_any(part.places, late) for part in plan.closing.parts)]
    made = [_built(printer, plan, kept, now_us) for plan in plans]
    stored = store(room, [*(Built(read=found) for found in same), *made], now_us)
    return stored, sorted({found.spot for found in rest} - {plan.read.spot for plan in plans})


def _has_any(places: Collection[Place], articles: Collection[str]) -> bool:
    return bool(articles) and any(place.article in articles for place in places)


def _is_same(printer: Printer, found: Read) -> bool:
    """Say whether a spot prints the same values as its stored documents: then no fragment is looked at."""
    old = found.old
    if old is None or found.middle is not None or found.channel.retired_at is not None:
        return False
    if len(old.entries) != len(found.places) or old.variant != str(printer.variant_of(found.channel)):
        return False
    shown = {place.article for place in found.places}
    if any(place.article not in shown for place in found.loose):
        return False  # something has to be handed over to the archive
    for entry, place in zip(old.entries, found.places, strict=True):
        if entry.article != place.article or entry.shown != printer.shown(place.shown):
            return False
    return printer.key_of(_masthead(printer, found, _beside(found), old.stamp, found.is_complete)) == old.masthead


def differing(room: Newsroom, printer: Printer, spot: Spot) -> list[Format]:
    """Render a spot anew without any kept fragment; give the formats whose stored documents are not the same.

    One that is dirty meanwhile may differ rightly; the caller looks again.
    """
    with room.store.read() as connection:
        reads = read(connection, printer, [spot], to_us(room.clock.now()))
        found = articles.load(connection, [place.article for one in reads for place in one.places])
    if not reads or reads[0].old is None:
        return list(Format)
    (one,) = reads
    old, variant = reads[0].old, printer.variant_of(one.channel)
    fresh: Kept = {}
    for place in one.places:
        try:
            rendered = printer.render(found[place.article], variant)
        except RenderError:
            continue
        fresh[place.article, printer.shown(place.shown)] = _kept(rendered)
    if (notice := notice_of(one.channel, printer.site)) is not None:
        fresh[key_of(printer, notice)] = _kept(printer.render(notice, variant))
    built = _built(printer, _plan(printer, one, {variant: fresh}), {variant: fresh}, old.stamp)
    if built.recipe is None:
        return []
    return [format for format in Format if built.recipe.hashes[format] != old.hashes[format]]


def _kept(rendered: dict[Format, Rendered]) -> dict[Format, fragments.Kept]:
    return {format: fragments.Kept(fragment.digest, len(fragment.data)) for format, fragment in rendered.items()}


def _plan(printer: Printer, found: Read, kept: Gathered) -> _Plan:
    """Decide what a spot is to carry; of current documents, what they hand over to the archive before."""
    if found.middle is not None:
        return _Plan(found, [], _NOTHING)
    own = kept[printer.variant_of(found.channel)]
    keys = _keys(printer, found, own)
    if found.part != CURRENT:
        return _Plan(found, keys, _NOTHING)
    carried = _within(printer, found, keys, own)
    if not has_archive(found.channel):
        return _Plan(found, carried, _NOTHING)
    shown = {place.article for place in found.places} - ({key[0] for key in keys} - {key[0] for key in carried})
    last_name = found.head.last_name if found.head else 0
    closing = archive.closings(found.loose, shown, size=printer.part_of(found.channel), last_name=last_name)
    return _Plan(found, carried, closing)


def _built(printer: Printer, plan: _Plan, kept: Gathered, now_us: int) -> Built:
    found = plan.read
    if found.middle is not None:
        return Built(read=found, is_done=False)
    own = kept[printer.variant_of(found.channel)]
    if found.span is not None:
        return Built(read=found, recipe=_recipe(printer, found, plan.keys, own, now_us, beside=_beside(found)))
    before = found.head.newest if found.head else None
    names = [before, *(part.part for part in plan.closing.parts)]
    made = []
    for at, part in enumerate(plan.closing.parts, 1):
        as_part = replace(found, part=part.part, old=None, places=part.places[::-1], tombstones=[])
        keys = _keys(printer, as_part, own)
        beside = names[at - 1], names[at + 1] if at + 1 < len(names) else None
        made.append(_recipe(printer, as_part, keys, own, now_us, beside=beside))
    recipe = None
    if not _would_lose(plan):
        complete = found.is_complete and names[-1] is None and len(plan.keys) == len(_keys(printer, found, own))
        recipe = _recipe(printer, found, plan.keys, own, now_us, beside=(names[-1], None), is_complete=complete)
    return Built(
        read=found,
        recipe=recipe,
        is_done=not plan.closing.is_unfinished,
        closed=plan.closing.parts,
        recipes=[one for one in made if one is not None],
    )


def _would_lose(plan: _Plan) -> bool:
    """Say whether an article would leave the current documents that is in no part yet (many came at once)."""
    found = plan.read
    upper = plan.closing.upper or (found.head.rest if found.head else BOTTOM)
    carried = {article for article, _ in plan.keys} | {place.article for place in found.places}
    return plan.closing.is_unfinished and any(
        key >= upper for article, key in found.held.items() if article not in carried
    )


def _within(printer: Printer, found: Read, keys: list[fragments.Key], own: Kept) -> list[fragments.Key]:
    """Give the entries that fit into `channels.max_bytes` in every format; never under ten (CONTRACT section 3).

    The newest story stays in any case: nothing else would hold it.
    """
    lengths = [{format: kept.length + len(format.separator) for format, kept in own[key].items()} for key in keys]
    total = {format: sum(each[format] for each in lengths) for format in Format}
    if max(total.values()) <= printer.max_bytes - FRAME_BYTES:
        return keys
    head = printer.masthead(found.channel, stamp=_stamp(found), tombstones=found.tombstones, older=1)
    taken = {format: assemble.length(format, frame, []) for format, frame in printer.frames(head).items()}
    for number, each in enumerate(lengths):
        taken = {format: taken[format] + each[format] for format in Format}
        if number >= FEWEST and max(taken.values()) > printer.max_bytes:
            newest = max(found.places, key=lambda place: place.key).article
            fitting = keys[:number]
            if newest in {article for article, _ in fitting}:
                return fitting
            return fitting[:-1] + [key for key in keys if key[0] == newest]
    return keys


def _beside(found: Read) -> _Beside:
    """Give the archive parts beside a spot, as they were read: older, newer."""
    if found.span is not None:
        return found.span.older, found.span.newer
    return (found.head.newest if found.head else None), None


def _masthead(printer: Printer, found: Read, beside: _Beside, stamp: int, is_complete: bool) -> Masthead:
    """Give what the frames of a spot are made from, as of a stamp."""
    since = printer.tombstones_since(stamp)
    return printer.masthead(
        found.channel,
        stamp=stamp,
        # Those that are newer than the stamp are told as well: they are what changed.
        tombstones=[each for each in found.tombstones if each[1] > since],
        is_complete=is_complete,
        part=found.part,
        older=beside[0],
        newer=beside[1],
    )


def _told_since(found: Read, carried: set[str], stamp: int) -> tuple[int | None, int | None]:
    """Give from which stamps on a delta says all (of Atom: with its tombstones), as of a recipe's stamp."""
    old = found.old
    if old is None:
        return stamp, stamp
    left = {entry.article for entry in old.entries} - carried - found.aged
    unsaid = left - {article for article, _, _ in found.tombstones}
    # One that changed (its date, say) and then grew old is held otherwise by who has a version from before the change.
    floor = max((entry.since for entry in old.entries if entry.article in found.aged - carried), default=0)

    def told(before: int | None, is_unsaid: bool) -> int | None:
        return stamp if is_unsaid else None if before is None else max(before, floor)

    return told(old.told_since, bool(left)), told(old.atom_told_since, bool(unsaid))


def _stamp(found: Read) -> int:
    return 0 if found.old is None else found.old.stamp


def _keys(printer: Printer, found: Read, own: Kept) -> list[fragments.Key]:
    """Give the fragments of a spot, less those of articles that were set aside."""
    keys = [(place.article, printer.shown(place.shown)) for place in found.places]
    if found.part == CURRENT and (notice := notice_of(found.channel, printer.site)) is not None:
        keys.insert(0, key_of(printer, notice))
    return [key for key in keys if key in own]


def _recipe(
    printer: Printer,
    found: Read,
    keys: list[fragments.Key],
    own: Kept,
    now_us: int,
    *,
    beside: _Beside,
    is_complete: bool = False,
) -> Recipe | None:
    """Make the recipe of a spot as it is to be; None where every byte is as stored. `beside`: older and newer part."""

    def frames(stamp: int) -> dict[Format, Frame]:
        return printer.frames(_masthead(printer, found, beside, stamp, is_complete))

    def hashes(made: dict[Format, Frame]) -> dict[Format, str]:
        return {
            format: assemble.document_hash(format, made[format], [own[key][format].digest for key in keys])
            for format in Format
        }

    old = found.old
    if old is not None and hashes(frames(old.stamp)) == old.hashes:
        return None
    stamp = now_us if old is None else max(now_us, old.stamp + 1)
    variant = str(printer.variant_of(found.channel))
    # Another depth or language makes other fragments of the same values.
    same = old.entries if old is not None and old.variant == variant else ()
    before = {(entry.article, entry.shown): entry.since for entry in same}
    made = frames(stamp)
    told_since, atom_told_since = _told_since(found, {article for article, _ in keys}, stamp)
    return Recipe(
        channel=found.channel.number,
        part=found.part,
        stamp=stamp,
        variant=variant,
        entries=tuple(Ingredient(article, shown, before.get((article, shown), stamp)) for article, shown in keys),
        masthead=printer.key_of(_masthead(printer, found, beside, stamp, is_complete)),
        told_since=told_since,
        atom_told_since=atom_told_since,
        frames=made,
        hashes=hashes(made),
    )
