"""What is odd about a source is named, and nothing else."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from feeds.ingest.rhythm import listen
from feeds.ingest.watch import silent_for, warnings_of
from feeds.model.pacing import NO_RHYTHM, Move
from feeds.model.source import Source, State, shown_address

NOW = datetime(2026, 5, 1, 8, tzinfo=UTC)
DAY = timedelta(days=1)


def source(gap: timedelta = DAY) -> Source:
    """A source that brought something every `gap`, up to now, and was polled daily in silence since."""
    rhythm = listen(NO_RHYTHM, new=9, moments=[NOW - gap * number for number in range(9)], now=NOW)
    return Source(id="a", url="https://a.example/", created_at=NOW - 99 * DAY, rhythm=rhythm, new_at=NOW)


def silent(days: int, gap: timedelta = DAY) -> timedelta | None:
    one = source(gap)
    for day in range(1, days + 1):
        one = replace(one, rhythm=listen(one.rhythm, new=0, moments=(), now=NOW + day * DAY))
    return silent_for(one, NOW + days * DAY)


def test_silence_of_ten_usual_gaps_is_named_and_of_a_week_at_least() -> None:
    assert (silent(8), silent(9)) == (None, 9 * DAY)
    hourly = timedelta(hours=1)
    assert (silent(6, hourly), silent(7, hourly)) == (None, 7 * DAY)


def test_silence_of_what_is_paused_or_was_never_heard_is_none() -> None:
    late = NOW + 90 * DAY
    assert silent_for(source(), late) is not None
    assert silent_for(replace(source(), state=State.PAUSED), late) is None
    assert silent_for(Source(id="a", url="https://a.example/", created_at=NOW), late) is None


def test_each_oddity_has_its_line_and_a_good_source_none() -> None:
    assert warnings_of(source(), NOW) == ()
    move = Move(to="https://b.example/feed?api_key=hidden", answers=3, since=NOW)
    odd = replace(source(), move=move, distrusted_at=NOW, doubled=2, new_at=NOW - 90 * DAY)
    lines = warnings_of(odd, NOW)
    assert [line.partition(":")[0].split()[0] for line in lines] == ["silent", "moving", "answered", "doubled"]
    assert "hidden" not in "".join(lines)


def test_keys_in_addresses_are_masked_and_the_rest_is_shown() -> None:
    shown = {
        "https://a.example/feed?token=x&page=2": "https://a.example/feed?token=***&page=2",
        "https://a.example/feed?a=1&API_KEY=x#b": "https://a.example/feed?a=1&API_KEY=***#b",
        "https://a.example/feed?access_token=x;sig=y": "https://a.example/feed?access_token=***;sig=***",
        "https://me:secret@a.example/": "https://***@a.example/",
        "https://a.example/key=1?monkey=2&keyword=3&author=4": "https://a.example/key=1?monkey=2&keyword=3&author=4",
    }
    assert {url: shown_address(url) for url in shown} == shown
