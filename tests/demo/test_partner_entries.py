"""A partner's entries follow from the moment alone: they come when they should and never change."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.demo.partner_entries import (
    SCIENCE_LENGTH,
    WIRE_BACKLOG,
    WIRE_LENGTH,
    find_entry,
    quick_count,
    science_entries,
    wire_entries,
    write_entry,
)

STARTED = datetime(2026, 5, 1, 8, 30, 7, tzinfo=UTC)
running = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=40))


@pytest.mark.parametrize(
    ("seconds", "count"),
    [(-5, 0), (0, 0), (29, 0), (30, 1), (59, 1), (60, 2), (599, 19), (600, 20), (1199, 20), (1200, 21), (1800, 22)],
)
def test_wire_gains_twenty_quick_entries_then_one_in_ten_minutes(seconds: int, count: int) -> None:
    assert quick_count(timedelta(seconds=seconds)) == count


def test_wire_has_a_backlog_at_its_start() -> None:
    entries = wire_entries(STARTED, started=STARTED)
    assert len(entries) == WIRE_BACKLOG
    assert all(entry.published <= STARTED for entry in entries)


@given(running)
def test_entries_stand_newest_first_and_never_ahead_of_the_moment(elapsed: timedelta) -> None:
    now = STARTED + elapsed
    for entries in (wire_entries(now, started=STARTED), science_entries(now)):
        moments = [entry.published for entry in entries]
        assert moments == sorted(moments, reverse=True)
        assert moments[0] <= now
        assert len({entry.id for entry in entries}) == len(entries) <= WIRE_LENGTH


@given(running)
def test_every_entry_is_found_again_by_its_id_after_a_restart(elapsed: timedelta) -> None:
    now = STARTED + elapsed
    for entry in (*wire_entries(now, started=STARTED), *science_entries(now)):
        write_entry.cache_clear()
        assert find_entry(entry.id, now + timedelta(days=9)) == entry


def test_another_start_gives_other_ids() -> None:
    now = STARTED + timedelta(minutes=5)
    first = {entry.id for entry in wire_entries(now, started=STARTED)}
    second = {entry.id for entry in wire_entries(now, started=STARTED + timedelta(minutes=1))}
    assert len(first & second) == WIRE_BACKLOG


@pytest.mark.parametrize(
    "entry_id", ["", "wire-", "wire-1-2-3", "science-x", "wire-١", "other-5", "wire-1777624207-1\n"]
)
def test_what_is_no_id_is_not_found(entry_id: str) -> None:
    assert find_entry(entry_id, STARTED) is None


def test_an_entry_to_come_is_not_found() -> None:
    newest = wire_entries(STARTED + timedelta(seconds=30), started=STARTED)[0]
    assert find_entry(newest.id, STARTED + timedelta(seconds=29)) is None
    assert find_entry("wire-9999999", STARTED) is None
    assert find_entry("wire-99999999999-999999", STARTED) is None


def test_entries_are_whole_and_various() -> None:
    now = STARTED + timedelta(days=1)
    entries = [*wire_entries(now, started=STARTED), *science_entries(now)]
    assert len(science_entries(now)) == SCIENCE_LENGTH
    assert len({entry.title for entry in entries}) > len(entries) * 0.8
    assert len({entry.html for entry in entries}) == len(entries)
    for entry in entries:
        assert entry.summary
        assert entry.author
        assert len(entry.categories) == 2
        assert "{" not in entry.title + entry.summary + entry.html
