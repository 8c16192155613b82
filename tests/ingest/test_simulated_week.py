"""The simulation behind docs/ingest.md: its arithmetic, and that the pace keeps what the page says."""

import importlib.util
import sys
from datetime import timedelta
from pathlib import Path
from types import ModuleType

import pytest

PATH = Path(__file__).parents[2] / "benchmarks" / "week_of_sources.py"


@pytest.fixture(scope="module")
def simulation() -> ModuleType:
    spec = importlib.util.spec_from_file_location("week_of_sources", PATH)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    path, sys.modules["week_of_sources"] = list(sys.path), module  # dataclasses look their module up
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path[:] = path
    return module


def test_fixed_poller_is_counted_right(simulation: ModuleType) -> None:
    partner = simulation.Partner(
        number=0, kind=simulation.NEWSROOM, stories=[-5.0, 10.0, 20.0, 21.0, 40.0], holds=2, ttl=0, has_validators=True
    )
    tally = simulation.poll(partner, 0.0, simulation.fixed(30))
    assert (tally.requests, tally.lost) == (7 * 48, 1)  # the story of minute 10 had left at minute 30
    assert tally.delays == [10.0, 9.0, 20.0]
    changed = 1 + 2 + 2  # entries sent at minutes 0, 30 and 60
    assert tally.bytes == tally.requests * simulation.HEAD_BYTES + changed * simulation.STORY_BYTES


def test_same_seed_gives_the_same_partners_and_another_one_others(
    simulation: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulation, "SOURCES", 10)
    made, again, other = ([partner.stories for partner in simulation.partners(seed)] for seed in (7, 7, 8))
    assert made == again
    assert all(mine != theirs for mine, theirs in zip(made, other, strict=True) if mine)


def test_own_pace_makes_few_requests_and_waits_neither_too_short_nor_too_long(simulation: ModuleType) -> None:
    some = simulation.partners(7)[5::10]
    for partner in some:
        tally = simulation.poll(partner, 0.0, simulation.own_pace(timedelta(minutes=15)))
        pauses = [after - at for at, after in zip(tally.at, tally.at[1:], strict=False)]
        longest = 24 * 60 if partner.kind.is_dead or partner.ttl else 4 * 60
        assert min(pauses) >= 15
        assert max(pauses) <= longest * 1.1
    week = simulation.week("own", some, simulation.own_pace(timedelta(minutes=15)))
    assert week.requests < 20 * 672 / 3
    assert sum(week.by_hour) == week.requests == sum(requests for requests, _ in week.by_kind.values())
