"""Moves that last are believed, all others forgotten; 304s that were not true are found out."""

from datetime import UTC, datetime, timedelta

import pytest

from feeds.ingest.moves import follow, is_due_whole, is_lasting, was_untrue
from feeds.model.pacing import Move

NOW = datetime(2026, 5, 1, 8, tzinfo=UTC)
OLD, NEW, OTHER = "http://a.example/feed", "http://b.example/feed", "http://c.example/feed"
DAY = timedelta(days=1)


def after(*answers: tuple[tuple[int, str], ...], is_known: bool = True, url: str = OLD) -> Move | None:
    move = None
    for hops in answers:
        move = follow(move, hops, url=url, is_known=is_known, now=NOW)
    return move


def test_permanent_redirect_is_believed_after_ten_answers() -> None:
    move = after(*[((301, NEW),)] * 9)
    assert move is not None
    assert not is_lasting(move, NOW)
    move = after(*[((308, OTHER), (301, NEW))] * 10)
    assert move is not None
    assert (move.to, is_lasting(move, NOW)) == (NEW, True)


def test_permanent_redirect_is_believed_after_a_week() -> None:
    move = after(*[((301, NEW),)] * 2)
    assert move is not None
    assert is_lasting(move, NOW + 7 * DAY)
    assert not is_lasting(move, NOW + 6 * DAY)
    once = after(((301, NEW),))
    assert once is not None
    assert not is_lasting(once, NOW + 30 * DAY)


@pytest.mark.parametrize("hops", [(), ((302, NEW),), ((307, NEW),), ((301, OTHER), (302, NEW)), ((301, OLD),)])
def test_anything_else_ends_it(hops: tuple[tuple[int, str], ...]) -> None:
    assert after(*[((301, NEW),)] * 9, hops) is None


def test_another_target_begins_anew() -> None:
    move = after(*[((301, NEW),)] * 9, ((301, OTHER),))
    assert move == Move(to=OTHER, answers=1, since=NOW)


def test_feed_without_anything_that_we_know_does_not_count() -> None:
    move = after(*[((301, NEW),)] * 20, is_known=False)
    assert move is not None
    assert not is_lasting(move, NOW + 30 * DAY)


def test_move_away_from_https_is_never_believed() -> None:
    assert after(((301, NEW),), url="https://a.example/feed") is None


def test_one_poll_in_eight_days_goes_without_validators() -> None:
    assert is_due_whole(None, None, NOW)
    assert not is_due_whole(NOW - 7 * DAY, None, NOW)
    assert is_due_whole(NOW - 8 * DAY, None, NOW)
    assert is_due_whole(NOW, NOW - 29 * DAY, NOW)
    assert not is_due_whole(NOW, NOW - 31 * DAY, NOW)


def test_news_from_before_a_304_show_that_it_was_not_true() -> None:
    assert was_untrue(NOW, [NOW - DAY, NOW - 2 * DAY], 2)
    assert not was_untrue(NOW, [NOW - DAY, NOW + DAY, NOW + DAY], 3)  # a late one among others
    assert not was_untrue(None, [NOW - DAY], 1)
    assert not was_untrue(NOW, [], 3)
