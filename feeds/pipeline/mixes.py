"""Mixes, computed: the newest articles of any of some channels, in all of some, in none of others.

    terms → labels (renamed ones lead on) → channels' newest places, merged → those in and not in others → document

Work is bounded: no mix looks further than `DEEPEST` places, whatever it asks for. Nothing is stored.
"""

import heapq
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from feeds.errors import RenderError
from feeds.model.article import Article
from feeds.model.dates import whole_second
from feeds.model.document import Format, Masthead, Variant
from feeds.model.label import Kind, Label
from feeds.model.mix import ALL, ANY, NONE, Mix
from feeds.pipeline.newsroom import Newsroom
from feeds.pipeline.printer import Printer
from feeds.publish import assemble
from feeds.store import articles, channels, fragments, labels, places
from feeds.store.database import Connection
from feeds.store.parts import Key

DEEPEST = 2_000  # places that one mix looks at
CHUNK = 100


class Elsewhere(NamedTuple):
    """The mix that the labels of another are called by now."""

    mix: Mix


def compute(room: Newsroom, printer: Printer, mix: Mix, format: Format) -> bytes | Elsewhere | None:
    """Make a mix's document; None where a label is not there, Elsewhere where one has another slug now."""
    with room.store.read() as connection:
        found = _labels(connection, mix)
        if found is None:
            return None
        present = Mix(tuple(sorted({(name, label.slug) for (name, _), label in found.items()})))
        if present != mix:
            return Elsewhere(present)
        numbers = _channels(connection, list(found.values()))
        if numbers is None:
            return None
        ids = _newest(connection, mix, numbers, printer.window)
        loaded = articles.load(connection, ids)
        shown = places.shown(connection, ids)
        variant = Variant("full", room.site.language)
        keys = [(article, printer.shown(shown[article])) for article in ids if article in loaded]
        kept = fragments.data(connection, format, str(variant), keys)
    bodies = [kept[key] if key in kept else _rendered(printer, loaded[key[0]], variant, format) for key in keys]
    masthead = _masthead(room, mix, found, [loaded[article] for article, _ in keys])
    frame = assemble.FRAMES[format](masthead, room.site)
    return assemble.join(format, frame, [body for body in bodies if body is not None])


def _labels(connection: Connection, mix: Mix) -> dict[tuple[str, str], Label] | None:
    found = {}
    for name, slug in mix.terms:
        label = labels.find_by_any_slug(connection, {**ANY, **ALL, **NONE}[name], slug)
        if label is None or labels.retired(connection, [label.id]):
            return None
        found[name, slug] = label
    return found


def _channels(connection: Connection, found: Sequence[Label]) -> dict[tuple[Kind, str], int] | None:
    numbers = {}
    for label in found:
        number = channels.find_number(connection, label.kind, label.slug)
        if number is None:
            return None
        numbers[label.kind, label.slug] = number
    return numbers


def _newest(connection: Connection, mix: Mix, numbers: dict[tuple[Kind, str], int], limit: int) -> list[str]:
    """Give the ids of the newest articles of a mix, newest first, then id descending."""
    every = [numbers[label] for label in mix.slugs(ALL)]
    never = [numbers[label] for label in mix.slugs(NONE)]
    any_of = [numbers[label] for label in mix.slugs(ANY)] or every[:1] or [channels.number_of(connection, None)]
    found: dict[str, None] = {}
    seen: set[str] = set()
    some: list[str] = []
    for looked, (_, article) in enumerate(_merged(connection, any_of), 1):
        if article not in seen:
            seen.add(article)
            some.append(article)
        if len(some) == CHUNK or looked >= DEEPEST:
            found |= dict.fromkeys(_fitting(connection, some, every, never))
            some = []
        if len(found) >= limit or looked >= DEEPEST:
            break
    found |= dict.fromkeys(_fitting(connection, some, every, never))
    return list(found)[:limit]


def _merged(connection: Connection, numbers: Sequence[int]) -> Iterator[Key]:
    """Give the places of channels as one list, newest first; read a chunk of each at a time."""

    def walk(channel: int) -> Iterator[Key]:
        last: Key | None = None
        while some := places.before(connection, channel, last, CHUNK):
            yield from some
            last = some[-1]

    return heapq.merge(*(walk(number) for number in numbers), reverse=True)


def _fitting(connection: Connection, ids: Sequence[str], every: Sequence[int], never: Sequence[int]) -> list[str]:
    if not ids or not (every or never):
        return list(ids)
    stand = places.present(connection, ids)
    return [
        article
        for article in ids
        if all(number in stand[article] for number in every) and not any(number in stand[article] for number in never)
    ]


def _rendered(printer: Printer, article: Article, variant: Variant, format: Format) -> bytes | None:
    try:
        return printer.render(article, variant)[format].data
    except RenderError:  # set aside by the builder, with its reason
        return None


def _masthead(room: Newsroom, mix: Mix, found: dict[tuple[str, str], Label], held: Sequence[Article]) -> Masthead:
    site = room.site
    named = {name: [label.name for (term, _), label in found.items() if term == name] for name in {*ANY, *ALL, *NONE}}
    parts = [" or ".join([*named["tag"], *named["author"], *named["section"]])]
    parts += [" and ".join(named["all-tag"]), " nor ".join(f"not {name}" for name in named["not-tag"])]
    title = ", ".join(part for part in parts if part)
    updated = max((article.updated_at for article in held), default=None)
    return Masthead(
        number=0,
        id=site.mix_id(mix.query[1:]),
        title=f"{title} – {site.title}",
        description=site.description,
        language=site.language,
        home_url=f"{site.url}/",
        path=f"{site.url}/feeds/select",
        query=mix.query,
        stamp=whole_second(updated) if updated is not None else site.birthday,
    )
