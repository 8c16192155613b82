"""The fast path reads what reading the whole would give, and nothing that was read before."""

from dataclasses import replace
from html import escape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.errors import PollError
from feeds.ingest.noise import quiet_hash
from feeds.ingest.parse import parse
from feeds.ingest.spans import read
from feeds.model.entry import ParsedFeed

CASES = sorted((Path(__file__).parents[1] / "data" / "ingest" / "cases").glob("*.feed"))
URL = "https://partner.example/feed"


def rss(*items: str, head: str = "<language>en</language>") -> bytes:
    return f"<rss version='2.0'><channel><title>Quay</title>{head}\n {' '.join(items)}</channel></rss>".encode()


def atom(*entries: str, attributes: str = "") -> bytes:
    return f"<feed xmlns='http://www.w3.org/2005/Atom'{attributes}><title>Q</title>{''.join(entries)}</feed>".encode()


def item(number: int, text: str = "Text", **dates: str) -> str:
    told = "".join(f"<{name}>{value}</{name}>" for name, value in dates.items())
    title = f"<guid>{number}</guid><title>Story {number}</title>"
    return f"<item>{title}<description>{escape(text)}</description>{told}</item>"


def looked(body: bytes, before: ParsedFeed | None = None) -> ParsedFeed:
    return read(body, url=URL, content_type="", known=frozenset(before.marks if before else ()))


def test_only_what_was_not_read_before_is_read() -> None:
    before = looked(rss(item(1), item(2)))
    assert ([entry.id for entry in before.entries], len(before.marks)) == (["1", "2"], 2)
    after = looked(rss(item(3), item(2, "Other"), item(1)), before)
    assert [entry.id for entry in after.entries] == ["3", "2"]
    assert (after.marks[2], len(after.marks), after.title) == (before.marks[0], 3, "Quay")


def test_document_in_which_all_is_known_is_not_read_at_all() -> None:
    before = looked(rss(item(1), item(2)))
    after = looked(rss(item(2)), before)
    assert (after.entries, after.marks) == ((), before.marks[1:])


def test_dates_make_no_entry_another() -> None:
    before = looked(rss(item(1, pubDate="Fri, 01 May 2026 08:00:00 GMT")))
    assert looked(rss(item(1, pubDate="Sat, 02 May 2026 08:00:00 GMT")), before).entries == ()


def test_what_stands_round_the_entries_makes_all_of_them_others() -> None:
    before = looked(rss(item(1)))
    assert looked(rss(item(1), head="<language>fr</language>"), before).entries
    assert (
        looked(
            rss(item(1), head="<language>en</language><lastBuildDate>2026-05-01 08:00</lastBuildDate>"), before
        ).entries
        == ()
    )
    first = looked(atom("<entry><id>1</id><title>A</title></entry>"))
    assert looked(
        atom("<entry><id>1</id><title>A</title></entry>", attributes=" xml:base='https://x.example/'"), first
    ).entries
    assert read(rss(item(1)), url="https://other.example/", content_type="", known=frozenset(before.marks)).entries


@pytest.mark.parametrize(
    "body",
    [
        b"<!DOCTYPE rss>" + rss(item(1)),
        rss(item(1)).replace(b"Story 1", b"Story \xe9"),
        rss(item(1)).replace(b"Text", b"a & b"),
        rss(item(1), item(1)),
        rss(item(1).replace("</title>", "</title><item>x</item>")),
        atom("<entry><id>1</id><title>A</title><source><entry/></source></entry>"),
        b"<RDF xmlns='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:r='http://purl.org/rss/1.0/'>"
        b"<r:channel><r:title>T</r:title></r:channel><r:item><r:title>A</r:title></r:item></RDF>",
    ],
    ids=["doctype", "no UTF-8", "not well-formed", "two alike", "nested", "in a source", "RDF"],
)
def test_any_doubt_has_the_document_read_whole(body: bytes) -> None:
    found = looked(body)
    assert (found.marks, found.entries) == ((), parse(body, url=URL).entries)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_each_entry_of_a_case_is_read_alone_as_in_its_document(case: Path) -> None:
    body = case.read_bytes()
    try:
        whole = parse(body, url=URL)
    except PollError as error:
        with pytest.raises(PollError, match=error.outcome):
            looked(body)
        return
    found = looked(body)
    assert replace(found, marks=()) == whole
    for mark, entry in zip(found.marks, whole.entries, strict=bool(found.marks)):
        alone = read(body, url=URL, content_type="", known=frozenset(found.marks) - {mark})
        assert (alone.entries, alone.title, alone.language) == ((entry,), whole.title, whole.language)


numbers = st.lists(st.integers(1, 9), unique=True, max_size=6)
texts = st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"]), max_size=12)


@given(first=numbers, second=numbers, text=texts)
def test_known_and_read_together_are_the_whole_document(first: list[int], second: list[int], text: str) -> None:
    before = looked(rss(*(item(number) for number in first)))
    body = rss(*(item(number, text if number % 2 else "Text") for number in second))
    whole, found = parse(body, url=URL), looked(body, before)
    known = dict(zip(before.marks, before.entries, strict=False))
    fresh = iter(found.entries)
    together = tuple(known.get(mark) or next(fresh) for mark in found.marks) if found.marks else found.entries
    assert together == whole.entries


def test_hash_is_blind_to_dates_and_comments_and_to_nothing_else() -> None:
    one = rss(
        item(1, pubDate="Fri, 01 May 2026 08:00:00 GMT"), head="<lastBuildDate>today, 8:00</lastBuildDate><!-- 1 -->"
    )
    assert quiet_hash(one) == quiet_hash(rss(item(1, pubDate="Sat, 02 May 2026 08:00:00 GMT"), head=""))
    assert quiet_hash(one) != quiet_hash(rss(item(1, "Other")))
    long = item(1, pubDate="this is a whole sentence about how dates are written in feeds")
    assert quiet_hash(rss(long)) != quiet_hash(rss(item(1)))
