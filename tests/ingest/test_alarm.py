"""Where the line is between daily life and what is held: both sides of every threshold."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from feeds.ingest.alarm import Look, host_of, is_ahead, is_long_ago, judge, language_of, learn
from feeds.model.entry import Entry, ParsedFeed
from feeds.model.usual import Usual

NOW = datetime(2026, 5, 1, 8, tzinfo=UTC)
AS_EVER = Look(
    total=20, fresh=2, renamed=0, ahead=0, long_ago=0, met=100, differs=False, language="en", host="quay.example"
)
USUAL = learn(None, AS_EVER, [NOW - timedelta(days=10), NOW])


@pytest.mark.parametrize(
    ("quiet", "loud"),
    [
        ({"language": "en", "fresh": 1}, {"language": "de", "fresh": 1}),
        ({"language": "", "fresh": 1}, {"language": "de", "fresh": 0, "differs": True}),
        ({"language": "de", "fresh": 0}, {"language": "de", "renamed": 1, "fresh": 0}),
        ({"host": "new.example", "fresh": 15}, {"host": "new.example", "fresh": 16}),
        ({"host": "new.example", "total": 2, "fresh": 2}, {"host": "new.example", "total": 3, "fresh": 3}),
        ({"host": "", "fresh": 20}, {"host": "new.example", "fresh": 20}),
        ({"renamed": 9}, {"renamed": 10}),
        ({"renamed": 2, "total": 2}, {"renamed": 3, "total": 3}),
        ({"ahead": 4, "fresh": 4}, {"ahead": 5, "fresh": 5}),
        ({"ahead": 7, "fresh": 16}, {"ahead": 8, "fresh": 16}),
        ({"long_ago": 4, "fresh": 4}, {"long_ago": 5, "fresh": 5}),
        ({"fresh": 20, "met": 1, "total": 21}, {"fresh": 21, "met": 1, "total": 22}),
        ({"fresh": 100, "met": 100, "total": 100}, {"fresh": 101, "met": 100, "total": 101}),
        ({"fresh": 101, "met": 100, "total": 101, "is_after_pause": True}, {"fresh": 101, "met": 100, "total": 101}),
    ],
)
def test_alarm_is_raised_on_one_side_of_the_line_alone(quiet: dict[str, object], loud: dict[str, object]) -> None:
    assert judge(USUAL, replace(AS_EVER, **quiet)) == ""  # type: ignore[arg-type]  # fields by name
    assert judge(USUAL, replace(AS_EVER, **loud)) != ""  # type: ignore[arg-type]  # fields by name
    assert judge(None, replace(AS_EVER, **loud)) == ""  # type: ignore[arg-type]  # fields by name


def test_what_was_accepted_is_usual_from_then_on() -> None:
    usual = learn(USUAL, replace(AS_EVER, language="", host="", ahead=1), [NOW - timedelta(days=90)])
    assert (usual.language, usual.host, usual.is_ahead) == ("en", "quay.example", True)
    assert judge(usual, replace(AS_EVER, ahead=9, fresh=9)) == ""
    assert is_long_ago(NOW - timedelta(days=420), USUAL)
    assert not is_long_ago(NOW - timedelta(days=420), usual)
    assert not is_long_ago(NOW - timedelta(days=4000), Usual())
    assert not is_long_ago(None, USUAL)


def test_language_is_the_document_s_or_that_of_all_its_entries() -> None:
    assert language_of(ParsedFeed(language="en_US", entries=(Entry(language="de"),))) == "en"
    assert language_of(ParsedFeed(entries=(Entry(language="de-AT"), Entry(language="DE")))) == "de"
    assert language_of(ParsedFeed(entries=(Entry(language="de"), Entry()))) == ""
    assert language_of(ParsedFeed()) == ""


def test_host_is_that_of_nearly_all_links() -> None:
    links = [f"https://www.quay.example/{number}" for number in range(8)]
    assert host_of([*links, "https://dock.example/", "http://[", ""]) == "quay.example"
    assert host_of([*links[:3], "https://dock.example/"]) == ""
    assert host_of(links[:2]) == ""


def test_date_is_ahead_by_more_than_clocks_differ() -> None:
    assert not is_ahead(Entry(published=NOW + timedelta(hours=20)), NOW)
    assert is_ahead(Entry(updated=NOW + timedelta(days=2)), NOW)
    assert not is_ahead(Entry(), NOW)
