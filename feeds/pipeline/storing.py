"""Storing what a regeneration made: recipes, archive cuts and what was built, in one transaction with one notice.

A recipe goes in only where the stamp and the cuts of its channel are still those that were read, and no other builder
has seen a later change of it: that one may have found the documents to be right as they are. What the linter
refuses leaves the last good documents where they are.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from feeds import metrics
from feeds.logs import event
from feeds.model.dates import from_us, to_us
from feeds.model.document import Recipe
from feeds.pipeline import untold
from feeds.pipeline.archive import Closing
from feeds.pipeline.newsroom import Newsroom
from feeds.pipeline.reading import Read
from feeds.publish import assemble, lint
from feeds.store import dirty, documents, jobs, parts
from feeds.store.database import Connection
from feeds.store.parts import Spot

_RECUT = parts.Head(parts.BOTTOM, 0, 0)  # equal to none that is read
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """What became of one spot. `recipe` None: every byte is as stored, or it cannot be replaced yet.

    `is_done` False leaves the spot dirty; `closed` are the parts that its current documents handed articles to, and
    `recipes` theirs.
    """

    read: Read
    recipe: Recipe | None = None
    is_done: bool = True
    closed: Sequence[Closing] = ()
    recipes: Sequence[Recipe] = ()


def store(room: Newsroom, made: Sequence[Built], now_us: int) -> int:
    """Store what changed; give how many spots did."""
    bad = {
        recipe_spot(recipe)
        for built in made
        for recipe in (*built.recipes, *([built.recipe] if built.recipe else []))
        if not _is_sound(room, built.read.channel.key, recipe)
    }
    with room.store.write() as connection:
        spots = [built.read.spot for built in made]
        stamps, marked = documents.stamps(connection, spots), dirty.marked(connection, spots)
        built_as_of = dirty.built_as_of(connection, spots)
        heads, spans = parts.heads(connection, {channel for channel, _ in spots}), parts.spans(connection, spots)
        recipes: list[Recipe] = []
        current: list[tuple[Recipe | None, Recipe]] = []
        again: list[Spot] = []
        for built in made:
            read, spot = built.read, built.read.spot
            if stamps.get(spot) != (None if read.old is None else read.old.stamp):
                continue
            if built_as_of.get(spot, 0) > read.marked:
                continue
            if heads.get(spot[0]) != read.head or spans.get(spot) != read.span:
                continue
            if built.closed or read.middle is not None:
                again += _cut(connection, built, is_moved=marked.get(spot, 0) != read.marked)
                heads[spot[0]] = _RECUT  # nothing else that was read of this channel holds
            recipes += [recipe for recipe in built.recipes if recipe_spot(recipe) not in bad]
            if built.recipe is not None and spot not in bad:
                recipes.append(built.recipe)
                current.append((read.old, built.recipe))
            if built.is_done:
                dirty.built(connection, spot, read.marked)
        dirty.mark_spots(connection, again, now_us, is_bulk=True)
        documents.save(connection, recipes)
        untold.note(connection, room, current, now_us)
    _count(room, made, recipes, bad)
    return len(recipes)


def _count(room: Newsroom, made: Sequence[Built], recipes: Sequence[Recipe], bad: set[Spot]) -> None:
    changed = {recipe_spot(recipe) for recipe in recipes}
    now = room.clock.now()
    for built in made:
        spot = built.read.spot
        if spot in changed and built.read.since is not None:
            metrics.observe("feeds_publish_seconds", (now - from_us(built.read.since)).total_seconds())
        result = "changed" if spot in changed else "held_back" if spot in bad else "unchanged"
        metrics.count("feeds_regenerated", result)


def recipe_spot(recipe: Recipe) -> Spot:
    """Give the spot of a recipe."""
    return recipe.channel, recipe.part


def _cut(connection: Connection, built: Built, *, is_moved: bool) -> list[Spot]:
    """Make the cuts of one spot; give what is dirty by them.

    A neighbour prints the name of a new part. A new part is dirty from the start where something changed since it was
    read: the change could not know that it would fall into it.
    """
    read, number = built.read, built.read.channel.number
    if read.middle is not None and read.span is not None and read.head is not None:
        older = read.head.last_name + 1
        parts.split(connection, number, read.part, read.middle, older)
        beside = [older, read.part, *([read.span.older] if read.span.older else [])]
        return [(number, part) for part in beside]
    if not built.closed:
        return []
    for closing in built.closed:
        parts.close(connection, number, closing.part, closing.upper)
    again = [(number, closing.part) for closing in built.closed] if is_moved else []
    return again + ([(number, read.head.newest)] if read.head else [])


def _is_sound(room: Newsroom, key: str, recipe: Recipe) -> bool:
    """Lint the frames, which the fragments' lint did not see; one that fails leaves the last good documents."""
    for format, frame in recipe.frames.items():
        if reasons := lint.lint_document(format, assemble.join(format, frame, [])):
            detail = f"{key}.{format}: {'; '.join(reasons)}"
            event(_log, "document held back", level=logging.ERROR, channel=key, reason=detail)
            with room.store.write() as connection:
                jobs.fault(connection, "document", detail, to_us(room.clock.now()))
            return False
    return True
