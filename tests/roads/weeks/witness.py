"""What holds of every document after every regeneration, whoever asks; and what the web says of any bytes.

Looked at here: order and holes of windows, the archive, tombstones, dates and ids, stamps, tags, addresses.
"""

import gzip
import hashlib
from datetime import datetime, timedelta

import brotli
from werkzeug.test import TestResponse

from feeds.model.channel import Channel
from feeds.model.dates import from_us, to_us
from feeds.model.document import Format, Recipe
from feeds.pipeline.reading import WITHOUT_ARCHIVE
from feeds.store import channels, documents
from feeds.store.parts import CURRENT, Spot
from tests.roads.weeks.documents import NOTICE, Parsed, parse, seconds
from tests.roads.weeks.life import Life
from tests.roads.weeks.truth import Graves, Number, Truth
from tests.roads.weeks.world import FAREWELL_DAYS, TOMBSTONE_DAYS, World

FEWEST = 10
ANEW = 0.2  # of the documents that changed are rendered anew at once; the others by night


def number_of(channel: Channel) -> Number:
    return None if channel.label is None else channel.label.id


class Witness:
    """Looks at documents after each sweep, and at each answer of the web."""

    def __init__(self, world: World, life: Life, graves: Graves) -> None:
        self.world, self.life, self.graves = world, life, graves
        self.windows: dict[Number, set[str]] = {}  # what stood in a channel's window and is in the channel still
        self.late: dict[Number, set[str]] = {}  # what was not the newest of its channel when it came in
        self.counts = dict.fromkeys(("200", "226", "304", "301", "410", "sweeps", "walks"), 0)
        self._known: dict[Number, set[str]] = {}
        self._seq = 0
        self._last: dict[Spot, tuple[int, dict[Format, bytes], str]] = {}
        self._dates: dict[str, tuple[datetime, datetime]] = {}
        self._bodies: dict[str, str] = {}  # by tag

    # after a sweep

    def look(self, truth: Truth) -> None:
        """Look at all documents that changed, and at the membership of all channels."""
        self.counts["sweeps"] += 1
        self._seq, changed = self.world.changed_since(self._seq)
        with self.world.room.store.read() as connection:
            known = {channel.number: channel for channel in channels.list_all(connection)}
            spots = [spot for spot in documents.all_spots(connection) if spot[0] in known]
            recipes = documents.outlines(connection, spots)
        by_channel: dict[int, list[Recipe]] = {}
        for spot in spots:
            by_channel.setdefault(spot[0], []).append(recipes[spot])
        for channel_number, some in by_channel.items():
            self._look_at_channel(known[channel_number], some, truth)
        for spot in changed:
            if spot in recipes:
                self._look_at(known[spot[0]], recipes[spot], truth)
        self._follow_windows(known, recipes, truth)

    def _look_at_channel(self, channel: Channel, recipes: list[Recipe], truth: Truth) -> None:
        """Each public article is in the current documents or in exactly one part; the order has no hole."""
        current, *parts = recipes
        shown = [one.article for one in current.entries if not one.article.startswith(NOTICE)]
        if is_trending(channel):
            assert set(shown) <= truth.public, f"{channel.key} shows {set(shown) - truth.public}"
            return
        held = truth.held(channel)
        archived = [one.article for part in parts for one in part.entries]
        assert len(archived) == len(set(archived)), f"{channel.key}: twice in the archive"
        found = set(shown) | set(archived)
        assert found == held.keys(), (
            f"{channel.key}: lost {sorted(held.keys() - found)}, too many {sorted(found - held.keys())}"
        )
        order = truth.order(channel, self.world.printer.window_of(channel))
        if shown != order:  # cut by its bytes: the newest story stays
            newest = max(held, key=lambda one: held[one])
            cut = [order[: len(shown)], [*order[: len(shown) - 1], newest]]
            assert len(shown) >= FEWEST, f"{channel.key} shows {shown}, not {order}"
            assert shown in cut, f"{channel.key} shows {shown}, not {order}"

    def _look_at(self, channel: Channel, recipe: Recipe, truth: Truth) -> None:
        spot = recipe.channel, recipe.part
        where = f"{channel.key} part {recipe.part}"
        bodies = {}
        for format in Format:
            data = self.world.stored(channel.key, format, recipe.part)
            if data is None:  # given up, and past its farewell
                return
            bodies[format] = data
        told = {format: parse(format, data) for format, data in bodies.items()}
        if self.life.chance.random() < ANEW:
            assert not (differing := self.world.differs(spot)), f"{where}: {differing} are not what they should be"
        for format, parsed in told.items():
            assert parsed.stamp == seconds(from_us(recipe.stamp)), f"{where}.{format}: {parsed.stamp}"
            assert parsed.stories == told[Format.ATOM].stories, f"{where}: {format} has other entries"
            self._look_at_dates(f"{where}.{format}", parsed, truth)
            if recipe.part == CURRENT and parsed.deleted is not None and not is_trending(channel):
                self._look_at_tombstones(f"{where}.{format}", parsed.deleted, channel, recipe.stamp)
        self._look_at_stamp(where, spot, recipe.stamp, bodies, channel.key)

    def _look_at_dates(self, where: str, parsed: Parsed, truth: Truth) -> None:
        for one in parsed.stories:
            entry, article = parsed.entries[one], truth.articles[one]
            assert entry.published == article.published_at, f"{where}: {one} was published {entry.published}"
            updated = entry.updated or article.updated_at
            assert updated == article.updated_at, f"{where}: {one} was updated {updated}, not {article.updated_at}"
            before = self._dates.get(one)
            if before is not None:
                assert before[1] <= updated, f"{where}: the update of {one} went back from {before[1]} to {updated}"
                assert one in self.life.redated or before[0] == entry.published, f"{where}: {one} was published anew"
            self._dates[one] = entry.published, updated

    def _look_at_tombstones(
        self, where: str, deleted: dict[str, tuple[datetime, str]], channel: Channel, stamp: int
    ) -> None:
        since = stamp - TOMBSTONE_DAYS * 86_400 * 1_000_000
        graves = self.graves.of.get(number_of(channel), {})
        wanted = {one: grave for one, grave in graves.items() if to_us(grave[0]) > since}
        assert deleted.keys() == wanted.keys(), (
            f"{where}: tombstones lack {wanted.keys() - deleted.keys()}, have {deleted.keys() - wanted.keys()}"
        )
        for one, (at, reason) in deleted.items():
            assert at == seconds(wanted[one][0]), f"{where}: {one} left {at}"
            assert wanted[one][1] in (None, reason), f"{where}: {one} left because {reason!r}, not {wanted[one][1]!r}"

    def _look_at_stamp(self, where: str, spot: Spot, stamp: int, bodies: dict[Format, bytes], key: str) -> None:
        now = to_us(self.world.clock.now())
        before = self._last.get(spot)
        assert stamp <= now + 1000, f"{where}: the stamp is of the future"
        if before is not None:
            assert stamp > before[0], f"{where}: the stamp went from {before[0]} to {stamp}"
            same = all(
                parse(format, data).without_stamp == parse(format, before[1][format]).without_stamp
                for format, data in bodies.items()
            )
            assert not same, f"{where}: the stamp moved, and nothing else"
        self._last[spot] = stamp, bodies, key

    def _follow_windows(self, known: dict[int, Channel], recipes: dict[Spot, Recipe], truth: Truth) -> None:
        for (channel_number, part), recipe in recipes.items():
            if part != CURRENT:
                continue
            channel = known[channel_number]
            number, held = number_of(channel), truth.held(channel)
            new = held.keys() - self._known.get(number, set())
            old = [held[one] for one in held.keys() - new]
            late = self.late.setdefault(number, set())
            late |= {one for one in new if old and held[one] <= max(old)}
            self._known[number] = set(held)
            window = self.windows.setdefault(number, set())
            window &= held.keys()
            window |= {one.article for one in recipe.entries} & held.keys()

    # each answer

    def body_of(self, name: str, answer: TestResponse) -> bytes:
        """Give an answer's bytes decoded; its tag names them and no others."""
        data = answer.get_data()
        coding = answer.headers.get("Content-Encoding", "identity")
        plain = {"gzip": gzip.decompress, "br": brotli.decompress, "identity": bytes}[coding](data)
        if answer.status_code == 200:
            tag, mark = f"{name} {answer.headers['ETag']}", hashlib.sha256(data).hexdigest()
            assert self._bodies.setdefault(tag, mark) == mark, f"the tag {tag} names two bodies"
        return plain

    def look_at_redirects(self, day: float) -> None:
        """Each address that ever was leads where it should, in one step, or has come to its end."""
        for name in self.life.names:
            end = name.end()
            gone = end.retired is not None and day >= end.retired + FAREWELL_DAYS
            for slug in [*name.former, *([name.slug] if name.leads is not None else [])]:
                for form in (".atom", ".json", ""):
                    base = f"/feeds/{name.kind}" if form else f"/{name.kind}"
                    answer = self.world.get(f"{base}/{slug}{form}")
                    wanted = f"{base}/{end.slug}{form}"
                    assert answer.status_code == 301, f"{base}/{slug}{form} answers {answer.status_code}"
                    assert answer.headers["Location"].endswith(wanted), f"{slug} leads to {answer.headers['Location']}"
                    after = self.world.get(wanted).status_code
                    may_be = (410,) if gone or (end.retired is not None and not form) else (200,)
                    assert after in (*may_be, 404), f"{slug} leads to {wanted}, which answers {after}"
                    self.counts["301"] += 1

    def look_at_the_gone(self, truth: Truth) -> None:
        """What is not public shows nowhere: its page is gone."""
        for one, article in sorted(truth.articles.items())[::7]:
            status = self.world.get(article.path).status_code
            if one in truth.public:
                # Of a partner that lets us show a link alone there is no page of ours.
                is_link = article.origin is not None and article.origin.rights == "link"
                assert status == (302 if is_link else 200), f"the page of {one} answers {status}"
            else:
                assert status == (410 if article.was_public else 404), f"the page of {one} answers {status}"


def is_trending(channel: Channel) -> bool:
    return channel.key == f"sections/{WITHOUT_ARCHIVE}"


def days_apart(first: datetime, second: datetime) -> float:
    return (second - first) / timedelta(days=1)
