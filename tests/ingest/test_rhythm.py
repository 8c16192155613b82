"""A source's rhythm: learned from dates and from what polls bring, faded, and told in words."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from feeds.ingest.rhythm import a_day, in_words, listen, usual_gap, wait
from feeds.model.pacing import NO_RHYTHM, Rhythm

NOW = datetime(2026, 5, 1, 8, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


def first(*moments: datetime) -> Rhythm:
    return listen(NO_RHYTHM, new=len(moments), moments=moments, now=NOW)


def test_first_document_tells_its_rhythm_by_its_own_dates() -> None:
    rhythm = first(*(NOW - HOUR * 4 * number for number in range(12)))
    assert 5.5 < a_day(rhythm) < 7
    assert in_words(rhythm) == "about 7 new a day"


def test_old_dates_say_that_hardly_anything_comes() -> None:
    rhythm = first(*(NOW - timedelta(days=100 + number) for number in range(20)))
    assert (a_day(rhythm), in_words(rhythm)) == (0, "hardly anything new")
    assert usual_gap(rhythm) is None
    assert wait(rhythm, NOW) > timedelta(hours=24)


def test_source_without_dates_is_asked_hourly_until_it_is_known() -> None:
    assert 0.25 * HOUR < wait(first(), NOW) <= HOUR


def test_silence_makes_the_rate_fall_and_news_make_it_rise() -> None:
    rhythm = first(*(NOW - HOUR * number for number in range(24)))
    silent = listen(rhythm, new=0, moments=(), now=NOW + timedelta(days=3))
    assert a_day(silent) < a_day(rhythm) / 2
    busy = listen(silent, new=50, moments=(), now=NOW + timedelta(days=3, hours=1))
    assert a_day(busy) > a_day(silent)


def test_hours_in_which_nothing_comes_are_waited_through() -> None:
    mornings = [NOW.replace(hour=7, minute=0) - timedelta(days=day) for day in range(14) for _ in range(8)]
    rhythm = first(*mornings)
    assert wait(rhythm, NOW.replace(hour=7, minute=1)) < timedelta(minutes=15)
    assert wait(rhythm, NOW.replace(hour=12)) > 2 * wait(rhythm, NOW.replace(hour=7))


def test_pauses_go_by_the_square_root_of_the_rate() -> None:
    waits = [wait(first(*(NOW - HOUR / rate * number for number in range(14 * 24))), NOW) for rate in (1, 4)]
    assert 1.8 < waits[0] / waits[1] < 2.2


def test_silence_makes_pauses_longer_though_nothing_was_read() -> None:
    rhythm = first(*(NOW - HOUR * number for number in range(24)))
    assert wait(rhythm, NOW + timedelta(days=7)) > 1.5 * wait(rhythm, NOW)
    heard = listen(rhythm, new=0, moments=(), now=NOW + timedelta(days=7))
    difference = wait(rhythm, NOW + timedelta(days=7)) - wait(heard, NOW + timedelta(days=7))
    assert abs(difference) < timedelta(seconds=1)


@given(
    days=st.lists(st.floats(0, 40), max_size=30),
    polls=st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 300)), max_size=10),
)
def test_wait_is_always_within_two_weeks_and_never_nothing(days: list[float], polls: list[tuple[int, int]]) -> None:
    now = NOW
    rhythm = first(*(NOW - timedelta(days=one) for one in days))
    for minutes, new in polls:
        now += timedelta(minutes=minutes)
        rhythm = listen(rhythm, new=new, moments=(), now=now)
        assert a_day(rhythm) >= 0
    assert timedelta(0) < wait(rhythm, now) <= timedelta(days=14)
