"""When a source is polled next: floor, doubling, wishes, and never twice the same without its reason."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.ingest.pace import LONGEST_WISH, in_words, next_poll, parse_http_date, parse_retry_after
from feeds.model.pacing import Rhythm, Wishes
from feeds.model.source import Outcome

NOW = datetime(2026, 5, 1, 8, tzinfo=UTC)
FLOOR, CEILING = timedelta(minutes=15), timedelta(hours=24)


def waits(outcome: Outcome, failures: int = 0, retry_after: float | None = None, seed: str = "a") -> timedelta:
    at, why = next_poll(
        outcome=outcome, failures=failures, now=NOW, floor=FLOOR, ceiling=CEILING, retry_after=retry_after, seed=seed
    )
    assert why
    return at - NOW


def test_success_waits_for_the_floor_and_up_to_a_tenth_more() -> None:
    for seed in "abcdef":
        assert FLOOR <= waits(Outcome.CHANGED, seed=seed) <= FLOOR * 1.1
    assert len({waits(Outcome.UNCHANGED, seed=seed) for seed in "abcdef"}) == 6


def test_failures_double_the_wait_up_to_the_ceiling() -> None:
    for failures in range(1, 6):
        assert FLOOR * 2**failures <= waits(Outcome.TIMEOUT, failures) <= FLOOR * 2**failures * 1.1
    assert waits(Outcome.TIMEOUT, 50) == CEILING
    assert waits(Outcome.TIMEOUT, 5000) == CEILING


def test_pause_that_the_partner_asks_for_is_kept_up_to_seven_days() -> None:
    assert waits(Outcome.THROTTLED, 1, 7200.0) == timedelta(hours=2)
    assert waits(Outcome.THROTTLED, 1, 3e6) == LONGEST_WISH
    assert waits(Outcome.THROTTLED, 1, 1.0) >= FLOOR * 2  # a shorter one than ours changes nothing
    assert waits(Outcome.HTTP_ERROR, 1, 7200.0) < timedelta(hours=1)


@given(
    outcome=st.sampled_from(Outcome),
    failures=st.integers(0, 10_000),
    retry_after=st.none() | st.floats(allow_nan=True),
    seed=st.text(),
)
def test_next_poll_is_never_before_the_floor_nor_past_what_may_be(
    outcome: Outcome, failures: int, retry_after: float | None, seed: str
) -> None:
    assert FLOOR <= waits(outcome, failures, retry_after, seed) <= LONGEST_WISH


def test_no_floor_still_backs_off() -> None:
    at, _ = next_poll(
        outcome=Outcome.TIMEOUT,
        failures=3,
        now=NOW,
        floor=timedelta(0),
        ceiling=CEILING,
        retry_after=None,
        seed="a",
    )
    assert at - NOW >= timedelta(seconds=8)


@pytest.mark.parametrize(
    ("value", "date", "seconds"),
    [
        ("120", "", 120),
        (" 0 ", "", 0),
        ("99999999999999999999", "", LONGEST_WISH.total_seconds()),
        ("Fri, 01 May 2026 08:10:00 GMT", "", 600),
        ("Friday, 01-May-26 08:10:00 GMT", "", 600),
        ("Fri May  1 08:10:00 2026", "", 600),
        ("Thu, 01 Jan 2015 00:10:00 GMT", "Thu, 01 Jan 2015 00:00:00 GMT", 600),
        ("Thu, 01 Jan 2015 00:10:00 GMT", "", 0),
        ("-5", "", None),
        ("1.5", "", None),
        ("\u0661", "", None),
        ("soon", "", None),
        ("", "", None),
    ],
)
def test_retry_after_is_read_in_both_forms(value: str, date: str, seconds: float | None) -> None:
    assert parse_retry_after(value, date=date, now=NOW) == seconds


@given(st.text())
def test_any_text_is_a_date_or_none(text: str) -> None:
    assert parse_http_date(text) is None or isinstance(parse_http_date(text), datetime)


def test_spans_are_said_as_people_say_them() -> None:
    said = [in_words(timedelta(seconds=one)) for one in (0, 59, 900, 7200, 129600, 3661)]
    assert said == ["0 s", "59 s", "15 min", "2 h", "1 d 12 h", "1 h 1 min"]


def paced(**given: Any) -> tuple[timedelta, str]:
    told = {"outcome": Outcome.UNCHANGED, "failures": 0, "retry_after": None, "seed": "a", "now": NOW, **given}
    at, why = next_poll(floor=FLOOR, ceiling=CEILING, **told)
    return at - told["now"], why


def known(a_day: float) -> Rhythm:
    return Rhythm(hours=(a_day / 24,) * 24, days=1, at=NOW)


@pytest.mark.parametrize(
    ("a_day", "least", "why"),
    [
        (200, timedelta(minutes=15), "every 15 min, the floor: about 200 new a day"),
        (12, timedelta(minutes=24), "after 24 min: about 12 new a day"),
        (0.1, timedelta(hours=4), "every 4 h, the slowest: about 3 new a month"),
    ],
)
def test_pace_follows_the_rhythm_and_says_so(a_day: float, least: timedelta, why: str) -> None:
    wait, said = paced(rhythm=known(a_day))
    assert least <= wait <= least * 1.15
    assert said == why


@pytest.mark.parametrize(
    ("floor", "slowest"),
    [
        (timedelta(0), timedelta(0)),
        (timedelta(minutes=1), timedelta(minutes=48)),
        (timedelta(minutes=15), timedelta(hours=4)),
        (timedelta(hours=6), timedelta(hours=6)),
    ],
)
def test_slowest_pace_follows_a_low_floor(floor: timedelta, slowest: timedelta) -> None:
    at, _ = next_poll(
        outcome=Outcome.UNCHANGED,
        failures=0,
        now=NOW,
        floor=floor,
        ceiling=CEILING,
        retry_after=None,
        seed="a",
        rhythm=known(0.001),
    )
    assert slowest <= at - NOW <= slowest * 1.1


def test_what_the_partner_asks_for_is_kept_up_to_the_ceiling() -> None:
    busy = known(200)
    wait, why = paced(rhythm=busy, fresh_for=7200.0)
    assert timedelta(hours=2) <= wait <= timedelta(hours=2.2)
    assert "fresh" in why
    wait, why = paced(rhythm=busy, wishes=Wishes(minutes=90))
    assert timedelta(minutes=90) <= wait <= timedelta(minutes=99)
    assert "the feed asks" in why
    assert paced(rhythm=busy, fresh_for=1e9)[0] == CEILING
    assert paced(rhythm=busy, wishes=Wishes(minutes=10**6))[0] == CEILING
    assert paced(rhythm=busy, fresh_for=1.0)[0] < timedelta(minutes=17)


def test_hours_and_days_that_the_feed_skips_are_skipped() -> None:
    skipping = Wishes(skip_hours=(8, 9, 10))
    wait, why = paced(rhythm=known(200), wishes=skipping)
    assert timedelta(hours=3) <= wait < timedelta(hours=4)
    assert "skip" in why
    friday = NOW  # the first of May 2026 is one
    assert (friday + paced(rhythm=known(200), wishes=Wishes(skip_days=(4,)))[0]).weekday() == 5
    wait, _ = paced(rhythm=known(200), wishes=Wishes(skip_days=(4, 5, 6, 0)))
    assert wait == CEILING  # no longer than the operator allows
