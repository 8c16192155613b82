"""What a regeneration reads of a channel's part, in one moment of the store: places, neighbours, the old recipe.

`marked` is read first, so that a change that comes later leaves the spot dirty.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from feeds.model.channel import Channel
from feeds.model.document import Recipe, Variant
from feeds.model.label import Kind
from feeds.pipeline import archive
from feeds.pipeline.printer import Printer
from feeds.store import channels, dirty, documents, fragments, parts, places, sections, tombstones
from feeds.store.database import Connection
from feeds.store.parts import BOTTOM, CURRENT, Key, Spot
from feeds.store.places import Place

WITHOUT_ARCHIVE = "trending"
TWICE = 2  # a part that has grown past so many times its size is split


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """One spot as it was. `places` are its articles as documents order them.

    Of current documents: `loose` are the oldest places in no part, `head` is that of the archive (None: there is
    none), `held` where those articles of the old documents stand that the new ones have no room for, and `aged` are
    those of them that show what they did: they grew old, and were not moved.
    Of a part: `span` is its range, and `middle` where it is to be split first.
    """

    channel: Channel
    part: int
    marked: int
    old: Recipe | None
    places: list[Place]
    since: int | None = None  # when it became dirty (µs); None: it is not
    is_complete: bool = False
    tombstones: list[tuple[str, int, str]] = field(default_factory=list)
    loose: list[Place] = field(default_factory=list)
    held: dict[str, Key] = field(default_factory=dict)
    aged: set[str] = field(default_factory=set)
    head: parts.Head | None = None
    span: parts.Span | None = None
    middle: Key | None = None

    @property
    def spot(self) -> Spot:
        return self.channel.number, self.part


def read(connection: Connection, printer: Printer, spots: Collection[Spot], now_us: int) -> list[Read]:
    """Read spots in one moment; those of channels and parts that are not there are left out."""
    marked = dirty.marked(connection, spots)
    since = dirty.dirty_since(connection, spots)
    known = channels.load(connection, {channel for channel, _ in spots})
    heads = parts.heads(connection, known)
    spans = parts.spans(connection, spots)
    mourning = tombstones.among(connection, known)
    old = documents.outlines(connection, spots)
    reads = []
    for spot in sorted(spots):
        channel, part = known.get(spot[0]), spot[1]
        if channel is None:
            continue
        if part == CURRENT:
            found: Read | None = _read_current(
                connection,
                printer,
                channel,
                old=old.get(spot),
                head=heads.get(spot[0]),
                now_us=now_us,
                has_tombstones=spot[0] in mourning,
            )
        else:
            found = _read_part(
                connection, printer, channel, part, old=old.get(spot), head=heads.get(spot[0]), span=spans.get(spot)
            )
        if found is not None:
            reads.append(replace(found, marked=marked.get(spot, 0), since=since.get(spot)))
    return reads


def first(connection: Connection, printer: Printer, reads: Sequence[Read], lacking: int) -> list[Read]:
    """Leave out of what was read what lacks fragments when those before it lack so many already."""
    unlike = [(found, printer.variant_of(found.channel), _unlike(printer, found)) for found in reads]
    if sum(len(keys) for _, _, keys in unlike) <= lacking:
        return list(reads)
    there: dict[Variant, set[fragments.Key]] = {}
    for variant in {variant for _, variant, _ in unlike}:
        keys = [key for _, other, some in unlike if other == variant for key in some]
        there[variant] = set(fragments.kept(connection, str(variant), keys))
    taken: list[Read] = []
    needed: set[tuple[Variant, fragments.Key]] = set()
    for found, variant, some in unlike:
        more = {(variant, key) for key in some if key not in there[variant]} - needed
        if not more or len(needed) < lacking:
            needed |= more
            taken.append(found)
    return taken


def _unlike(printer: Printer, found: Read) -> list[fragments.Key]:
    """Give the fragments of a spot that its documents do not have as they are stored."""
    old = {(entry.article, entry.shown) for entry in found.old.entries} if found.old else set()
    return [key for place in found.places if (key := (place.article, printer.shown(place.shown))) not in old]


def _read_current(
    connection: Connection,
    printer: Printer,
    channel: Channel,
    *,
    old: Recipe | None,
    head: parts.Head | None,
    now_us: int,
    has_tombstones: bool,
) -> Read:
    number, size = channel.number, printer.window_of(channel)
    window = _window(connection, channel, size + 1)
    is_complete = len(window) <= size and head is None
    stamp = now_us if old is None else old.stamp
    told: list[tuple[str, int, str]] = []
    if has_tombstones:
        since = printer.tombstones_since(stamp)
        told = tombstones.of(connection, number, since_us=since, until_us=max(now_us, stamp))
    if not has_archive(channel):
        loose = []
    elif is_complete:
        loose = sorted(window, key=lambda place: place.key)
    else:
        reach = archive.reach(printer.part_of(channel), size)
        rest = BOTTOM if head is None else head.rest
        loose = places.span(connection, number, rest, limit=reach, partners=channel.partners)
    standing: list[Place] = []
    departed: dict[str, str] = {}
    if old is not None:
        carried = {place.article for place in window[:size]}
        departed = {entry.article: entry.shown for entry in old.entries if entry.article not in carried}
        if departed:
            standing = places.of(connection, number, list(departed), partners=channel.partners)
    return Read(
        channel=channel,
        part=CURRENT,
        marked=0,
        old=old,
        places=window[:size],
        is_complete=is_complete,
        tombstones=told,
        loose=loose,
        held={place.article: place.key for place in standing},
        aged={place.article for place in standing if departed[place.article] == printer.shown(place.shown)},
        head=head,
    )


def _read_part(
    connection: Connection,
    printer: Printer,
    channel: Channel,
    part: int,
    *,
    old: Recipe | None,
    head: parts.Head | None,
    span: parts.Span | None,
) -> Read | None:
    if span is None:
        return None
    most = TWICE * printer.part_of(channel)
    limits = span.lower, span.upper
    found = places.span(connection, channel.number, *limits, limit=most + 1, partners=channel.partners)
    middle = None
    if len(found) > most:
        middle = places.middle(connection, channel.number, *limits, partners=channel.partners)
    return Read(channel=channel, part=part, marked=0, old=old, places=found[::-1], head=head, span=span, middle=middle)


def has_archive(channel: Channel) -> bool:
    """Say whether a channel hands articles over to an archive at all."""
    label = channel.label
    return label is None or label.kind is not Kind.SECTIONS or label.slug != WITHOUT_ARCHIVE


def _window(connection: Connection, channel: Channel, size: int) -> list[Place]:
    """Give the first `size` of what a channel carries: what its section pinned first, then the newest."""
    newest = places.window(connection, channel.number, size, partners=channel.partners)
    label = channel.label
    if label is None or label.kind is not Kind.SECTIONS or not (wanted := sections.pinned(connection, label.id)):
        return newest
    # The newest story is always there: nothing else would hold it.
    first = places.of(connection, channel.number, wanted, partners=channel.partners)[: size - 2]
    ahead = {place.article for place in first}
    return (first + [place for place in newest if place.article not in ahead])[:size]
