"""Which entry is which: keys, second keys, doubles, and hashes that hear no noise."""

import random
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.ingest.canonical import strip_tracking
from feeds.ingest.identity import aliases, content_hash, fields_hash, keys, tell_apart
from feeds.model.entry import Entry, EntryText

TEXT = EntryText(value="Words", is_html=False)


def entry(id: str = "", link: str = "", text: str = "Words") -> Entry:
    return Entry(id=id, link=link, title=TEXT, content=EntryText(value=text, is_html=False))


@pytest.mark.parametrize(
    ("id", "link", "key", "drifted"),
    [
        ("tag:x,2026:1", "https://p.example/1", "tag:x,2026:1", ""),
        ("https://p.example/1", "", "https://p.example/1", "/1"),
        ("http://www.p.example/1?b=2&utm_source=x", "", "http://www.p.example/1?b=2&utm_source=x", "/1?b=2"),
        ("https://p.example/", "", "https://p.example/", ""),
        ("https://p.example/A", "", "https://p.example/A", "/A"),
        ("", "https://p.example/1?fbclid=9", "https://p.example/1", "/1"),
    ],
)
def test_key_is_the_id_else_the_link(id: str, link: str, key: str, drifted: str) -> None:
    assert keys(entry(id, link)) == (key, drifted)


def test_key_without_id_and_link_is_of_the_text() -> None:
    assert keys(entry()) == keys(entry())
    assert keys(entry())[0] != keys(entry(text="Other words"))[0]


def test_long_keys_are_bounded_and_still_differ() -> None:
    one, other = keys(entry("x" * 100_000))[0], keys(entry("x" * 100_000 + "y"))[0]
    assert one != other
    assert len(one) < 600


@given(
    st.lists(
        st.builds(entry, st.sampled_from("ab"), st.sampled_from(["", "u", "v"]), st.sampled_from("xyz")), max_size=8
    )
)
def test_doubles_are_told_apart_alike_in_any_order(document: list[Entry]) -> None:
    told = {key: found for found, key, _ in tell_apart(document)}
    shuffled = document[:]
    random.Random(1).shuffle(shuffled)
    again = {key: found for found, key, _ in tell_apart(shuffled)}
    assert told == again
    assert {content_hash(found) for found in told.values()} == {content_hash(found) for found in document}


def test_entry_has_the_key_of_its_doubled_days_as_an_alias() -> None:
    one, other = entry("a", "u"), entry("a", "v")
    doubled = [key for _, key, _ in tell_apart([one, other])]
    assert doubled == ["a u", "a v"]
    assert "a u" in aliases(one, "a")
    assert "a" in aliases(one, "a u")


def test_dates_ids_and_tracking_are_no_part_of_what_an_entry_says() -> None:
    one = entry("a", "https://p.example/1")
    same = replace(one, id="b", published=datetime(2026, 5, 1, tzinfo=UTC), link="https://p.example/1?utm_source=x")
    assert content_hash(one) == content_hash(same)
    assert content_hash(one) != content_hash(replace(one, authors=("Ana",)))
    assert content_hash(one) != content_hash(replace(one, title=EntryText(value="Words", is_html=True)))


def test_tracking_in_the_addresses_of_a_text_is_no_change() -> None:
    one = {"content_html": '<a href="https://x.example/?a=1&amp;utm_source=1">x</a>'}
    other = {"content_html": '<a href="https://x.example/?a=1&amp;utm_source=2">x</a>'}
    changed = {"content_html": '<a href="https://x.example/?a=2&amp;utm_source=2">x</a>'}
    assert fields_hash(one) == fields_hash(other) != fields_hash(changed)


@pytest.mark.parametrize(
    ("given_", "kept"),
    [
        ("https://x.example/a?utm_source=1&b=2&c=", "https://x.example/a?b=2&c="),
        ("https://x.example/a?utm_source=1", "https://x.example/a"),
        ("https://x.example/a?b=2#utm_medium=feed", "https://x.example/a?b=2"),
        ("https://x.example/a#part-2", "https://x.example/a#part-2"),
        ("https://x.example/a?", "https://x.example/a?"),
        ("https://x.example/a?b=%2F&amp;utm_id=3", "https://x.example/a?b=%2F"),
        ("https://x.example/a?z=1&a=2&z=3&gclid=4", "https://x.example/a?z=1&a=2&z=3"),
        ("mailto:a@x.example?utm_source=1", "mailto:a@x.example?utm_source=1"),
        ("https://x.example/a?UTM_Source=1&id=7", "https://x.example/a?id=7"),
    ],
)
def test_tracking_parameters_go_and_all_else_stays(given_: str, kept: str) -> None:
    assert strip_tracking(given_) == kept


@given(st.text())
def test_stripping_twice_changes_nothing_more(text: str) -> None:
    address = "https://x.example/" + text
    assert strip_tracking(strip_tracking(address)) == strip_tracking(address)
