"""Three weeks of a newsroom in which everything changes, and everyone who follows it ends with what there is.

More seeds than the suite's one: `WEEKS_SEEDS=1-20 python -m pytest tests/roads/test_three_weeks.py`.
"""

import os
import random
from pathlib import Path

import pytest

from feeds.model.document import Format
from tests.fakes import FixedClock
from tests.roads.weeks.followers import Aggregator, MixReader, Poller, Walker, pollers
from tests.roads.weeks.life import Life
from tests.roads.weeks.truth import Graves, Truth, look
from tests.roads.weeks.witness import Witness
from tests.roads.weeks.world import World

DAYS, NIGHTS = 21, 3  # compared with a fresh rendering, as a whole, every third night
FOLLOWED = ["site", "tags/harbour", "tags/fleeting", "authors/ada", "sections/news", "sections/picked"]
BESIDE = ["sections/recent", "sections/must-read", "sections/corrections", "sections/trending"]


def _seeds() -> list[int]:
    """Read `WEEKS_SEEDS`, `7` or `1-20`; seed 0 where it is not set."""
    first, _, last = os.environ.get("WEEKS_SEEDS", "0").partition("-")
    return list(range(int(first), int(last or first) + 1))


class Weeks:
    """One telling of the story."""

    def __init__(self, world: World, life: Life, chance: random.Random) -> None:
        self.world, self.life, self.chance = world, life, chance
        self.graves = Graves()
        self.witness = Witness(world, life, self.graves)
        self.before = "the beginning"
        self.who = "nobody"
        self.day = 0.0
        self.begun = world.clock.now()
        self.truth: Truth

    def begin(self) -> None:
        self.life.found()
        self.world.keep_time()
        self.world.sweep()
        self.truth = self.life.truth = look(self.world)
        self.witness.look(self.truth)
        self._read()
        world, witness = self.world, self.witness
        self.pollers = pollers(world, witness, self.chance, FOLLOWED)
        self.pollers += [
            Poller(world, witness, means="delta", key=key, format=format, coding="gzip", eager=True)
            for key in BESIDE
            for format in Format
        ]
        self.walkers = [
            *(Walker(world, witness, key="site", format=format) for format in Format),
            *(Walker(world, witness, key="site", format=format, knows=True) for format in Format),
            Walker(world, witness, key="tags/harbour", format=Format.ATOM),
            Walker(world, witness, key="authors/ada", format=Format.JSON),
            Walker(world, witness, key="sections/picked", format=Format.RSS),
        ]
        self.others: list[Aggregator | MixReader] = [
            Aggregator(world, witness, format=Format.RSS, by_time=False),
            Aggregator(world, witness, format=Format.ATOM, by_time=True),
            Aggregator(world, witness, format=Format.JSON, by_time=False),
            MixReader(world, witness, query="author=ada&tag=ships", format=Format.ATOM),
            MixReader(world, witness, query="section=news&tag=harbour", format=Format.JSON),
            MixReader(world, witness, query="all-tag=harbour&not-tag=weather", format=Format.RSS),
        ]

    def live(self) -> None:
        """Let the days pass."""
        self.begin()
        night = 0
        while self.day < DAYS:
            self._pass()
            for _ in range(self.chance.choice([1, 1, 2, 3])):
                self.change()
                if self.chance.random() < 0.2:
                    self.lag()
            self.sweep()
            self.follow()
            if self.day > night + NIGHTS:
                night = int(self.day)
                self.check_by_night()
        self.end()

    def _pass(self) -> None:
        """Let some time pass; often less than a second."""
        if self.chance.random() < 0.25:
            self.world.clock.advance(milliseconds=self.chance.randrange(0, 1500))
        else:
            self.world.clock.advance(minutes=self.chance.randrange(1, 1440), milliseconds=self.chance.randrange(1000))
        self.day = (self.world.clock.now() - self.begun).total_seconds() / 86_400
        self.before = "time passed"
        self.world.keep_time()
        self._see("")

    def change(self) -> None:
        self.before = f"{self.before}; (a change)"
        self.before = f"{self.before.removesuffix('; (a change)')}; {self.life.move(self.day)}"
        self._see(self.life.reason)

    def _see(self, reason: str | None) -> None:
        after = look(self.world)
        self.graves.dig(self.truth, after, self.world.clock.now(), reason)
        self.truth = self.life.truth = after

    def lag(self) -> None:
        """Have some poll while documents are behind, or half of them; a stale answer is the same for all, then."""
        self.before += "; a sweep cut short"
        self.world.sweep(most=self.chance.randrange(2))
        for poller in self.chance.sample(self.pollers, 6):
            self._poll(poller, None)

    def sweep(self) -> None:
        self.world.sweep()
        assert not self.world.is_dirty
        self._see("")
        self.witness.look(self.truth)

    def follow(self) -> None:
        if self.chance.random() < 0.3:
            self.world.clock.advance(seconds=self.chance.choice([1, 2, 3]))
        for poller in self.pollers:
            if poller.is_eager or poller.is_hungry or self.chance.random() < 0.12:
                self._poll(poller, self.truth)
        for walker in self.walkers:
            self.who = walker.name
            for _ in range(self.chance.randrange(4)):
                walker.step(self.truth)
        for other in self.others:
            if self.chance.random() < 0.25:
                self.who = other.name
                other.poll()
        self._read()

    def _read(self) -> None:
        self.who = "nobody"

    def _poll(self, poller: Poller, truth: Truth | None) -> None:
        if poller.is_over:
            return
        self.who = poller.name
        poller.poll(truth)
        assert not poller.is_over or self.life.is_past(self.life.retirable, self.day), "told that the feed has ended"
        self._read()

    def check_by_night(self) -> None:
        assert self.world.verify() == 0
        self.witness.look_at_redirects(self.day)
        self.witness.look_at_the_gone(self.truth)

    def end(self) -> None:
        assert self.world.verify(remembering=False) == 0
        assert self.world.faults() == {}
        for poller in self.pollers:
            self._poll(poller, self.truth)
            self.who = poller.name
            poller.check_end(self.truth, self.life)
        for walker in self.walkers:
            self.who = walker.name
            walker.finish(self.truth)
            walker.finish(self.truth)
            assert walker.walks > 3
        for other in self.others:
            self.who = other.name
            other.poll()


@pytest.mark.parametrize("seed", _seeds())
def test_whoever_follows_for_three_weeks_ends_with_what_there_is(
    seed: int, tmp_path: Path, migrated: Path, clock: FixedClock
) -> None:
    chance = random.Random(seed)
    world = World(tmp_path, migrated, clock)
    with Life(world, chance) as life:
        weeks = Weeks(world, life, chance)
        try:
            weeks.live()
        except AssertionError as error:
            what = f"seed {seed}, day {weeks.day:.2f}, {weeks.who}, after {weeks.before}: {error}"
            raise AssertionError(what) from error
        finally:
            world.close()
    assert all(weeks.witness.counts.values())
