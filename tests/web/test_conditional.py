"""Conditional requests and content codings, by the table in tests/data/conditional.toml."""

import re
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model.dates import rfc3339, rfc5322, whole_second
from feeds.web.conditional import (
    CODINGS,
    EntityTag,
    check_write,
    choose_coding,
    decide,
    http_date,
    parse_tags,
    version_of,
)

TABLE = tomllib.loads((Path(__file__).parents[1] / "data" / "conditional.toml").read_text("utf-8"))
STAMP = datetime(2026, 5, 1, 8, 30, 0, 250_000, tzinfo=UTC)
NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
VERSION = "9f86d081884c7d65.h1k4xq2z9"
TAGS = {"br": f'"{VERSION}-b3f"', "gzip": f'"{VERSION}-g7e"', "identity": f'"{VERSION}-i"'}
FORMS = {"imf": "%a, %d %b %Y %H:%M:%S GMT", "rfc850": "%A, %d-%b-%y %H:%M:%S GMT", "asctime": "%a %b %e %H:%M:%S %Y"}

CONDITIONS = ("if_match", "if_none_match", "if_modified_since", "if_unmodified_since")

header_text = st.text(alphabet=st.characters(max_codepoint=255))
list_text = st.text(alphabet='*,"W/ \tab-;q=01.' + VERSION)


def fill(text: str) -> str:
    """Put the document's tags and dates into a text of the table."""
    for name, value in (*TAGS.items(), ("version", VERSION)):
        text = text.replace(f"{{{name}}}", value)
    return re.sub(
        r"\{(imf|rfc850|asctime)([+-]\d+)\}",
        lambda found: (whole_second(STAMP) + timedelta(seconds=int(found[2]))).strftime(FORMS[found[1]]),
        text,
    )


def field(case: dict[str, Any], name: str) -> str | None:
    """Give a header field as a server hands it on: lines joined by a comma, None without any."""
    lines = case["ask"].get(name)
    return None if lines is None else fill(lines if isinstance(lines, str) else ",".join(lines))


def named(kind: str) -> list[Any]:
    return [pytest.param(case, id=f"{number}: {case['why']}") for number, case in enumerate(TABLE[kind], 1)]


@pytest.mark.parametrize("case", named("request"))
def test_a_request_is_answered_as_the_table_says(case: dict[str, Any]) -> None:
    decision = decide(
        case.get("method", "GET"),
        if_match=field(case, "If-Match"),
        if_none_match=field(case, "If-None-Match"),
        if_modified_since=field(case, "If-Modified-Since"),
        if_unmodified_since=field(case, "If-Unmodified-Since"),
        etag_of=TAGS,
        coding=choose_coding(field(case, "Accept-Encoding"), CODINGS),
        stamp=STAMP,
        now=whole_second(STAMP) + timedelta(seconds=case.get("age", 1800)),
    )
    etag = case.get("etag")
    dated = case.get("dated", case["status"] != 412)
    assert decision.status == case["status"]
    assert decision.etag == (None if etag is None else TAGS.get(etag, fill(etag)))
    assert decision.last_modified == (rfc5322(STAMP) if dated else None)


@pytest.mark.parametrize("case", named("date"))
def test_an_http_date_is_read_as_the_table_says(case: dict[str, Any]) -> None:
    found = http_date(case["text"], now=NOW)
    assert (None if found is None else rfc3339(found)) == case.get("is")


@pytest.mark.parametrize("case", named("write"))
def test_a_change_is_guarded_as_the_table_says(case: dict[str, Any]) -> None:
    tag = None if case.get("missing") else '"now"'
    found = check_write(tag, if_match=field(case, "If-Match"), if_none_match=field(case, "If-None-Match"))
    assert found == case.get("status")


def test_every_case_of_the_table_is_there_once() -> None:
    for kind in TABLE:
        questions = [repr({**case, "why": None}) for case in TABLE[kind]]
        assert len(questions) == len(set(questions))


def test_conditions_of_other_methods_fail_with_412_and_dates_of_reading_are_ignored() -> None:
    common: dict[str, Any] = {"etag_of": TAGS, "coding": "identity", "stamp": STAMP, "now": NOW}
    assert decide("PUT", if_none_match="*", **common).status == 412
    assert decide("DELETE", if_none_match=TAGS["gzip"], **common).status == 412
    assert decide("PUT", if_modified_since=rfc5322(STAMP), **common).status == 200


def test_without_a_stamp_there_is_no_date_and_dates_are_ignored() -> None:
    common: dict[str, Any] = {"etag_of": TAGS, "coding": "gzip", "stamp": None, "now": NOW}
    late, early = "Fri, 01 May 2099 00:00:00 GMT", "Thu, 01 Jan 1970 00:00:00 GMT"
    assert decide("GET", if_modified_since=late, **common) == (200, TAGS["gzip"], None)
    assert decide("GET", if_unmodified_since=early, **common) == (200, TAGS["gzip"], None)
    assert decide("GET", if_none_match=TAGS["gzip"], **common) == (304, TAGS["gzip"], None)


def test_a_tag_of_foreign_making_is_compared_whole() -> None:
    tags = {"identity": '"plain"'}
    common: dict[str, Any] = {"etag_of": tags, "coding": "identity", "stamp": None, "now": NOW}
    assert decide("GET", if_none_match='W/"plain"', **common).status == 304
    assert decide("GET", if_none_match='"other"', **common).status == 200
    assert version_of('"plain"') is None
    assert version_of(TAGS["gzip"]) == VERSION == version_of(TAGS["identity"])


def test_tags_are_read_with_their_quotes_and_weakness() -> None:
    assert parse_tags('"a", W/"b"').tags == (EntityTag('"a"', False), EntityTag('"b"', True))
    assert parse_tags("*").is_any
    assert parse_tags('"a", *') == (False, ())


def test_a_coding_that_is_not_available_is_not_chosen() -> None:
    assert choose_coding("br, gzip;q=0.5", ("gzip", "identity")) == "gzip"
    assert choose_coding("br", ("gzip", "identity")) == "identity"
    assert choose_coding("gzip", ()) == "identity"
    assert choose_coding(None, CODINGS) == "identity"


@given(st.one_of(st.none(), header_text, list_text), st.sets(st.sampled_from(CODINGS)))
def test_any_accept_encoding_gives_an_available_coding_or_identity(text: str | None, available: set[str]) -> None:
    assert choose_coding(text, sorted(available)) in available | {"identity"}


@given(
    st.fixed_dictionaries({}, optional={name: st.one_of(header_text, list_text) for name in CONDITIONS}),
    st.sampled_from(CODINGS),
    st.floats(-10, 10),
)
def test_no_header_makes_a_304_of_what_was_not_named_nor_a_line_break(
    conditions: dict[str, str], coding: str, age: float
) -> None:
    now = STAMP + timedelta(seconds=age)
    decision = decide("GET", **conditions, etag_of=TAGS, coding=coding, stamp=STAMP, now=now)
    if_none_match = conditions.get("if_none_match")
    assert decision.status in (200, 304, 412)
    if decision.status == 304 and if_none_match is not None:
        assert "*" in if_none_match or VERSION in if_none_match
    if decision.status == 200:
        assert decision.etag == TAGS[coding]
    assert not decision.etag or re.fullmatch(r'"[!#-~\x80-\xff]+"', decision.etag)


@given(st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59, 59)))
def test_a_date_of_ours_is_read_back_to_its_second(moment: datetime) -> None:
    aware = moment.replace(tzinfo=UTC)
    assert http_date(rfc5322(aware), now=NOW) == whole_second(aware)


@given(st.datetimes(datetime(1950, 1, 1), datetime(2150, 1, 1)), st.integers(0, 99))
def test_two_digits_mean_a_year_at_most_fifty_ahead_and_less_than_fifty_past(now: datetime, digits: int) -> None:
    found = http_date(f"Sunday, 15-Jun-{digits:02d} 12:00:00 GMT", now=now.replace(tzinfo=UTC))
    assert found is not None
    assert found.year % 100 == digits
    assert -50 <= found.year - now.year <= 50
