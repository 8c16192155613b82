"""Dates as partners write them: a table of spellings, and that no text is too odd."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.ingest.moments import read_moment
from feeds.model.dates import rfc3339, rfc5322

TABLE = tomllib.loads((Path(__file__).parents[1] / "data" / "ingest" / "moments.toml").read_text(encoding="utf-8"))
SPELLINGS = [(text, case.get("is")) for case in TABLE["moments"] for text in case["same"]]


@pytest.mark.parametrize(("text", "moment"), SPELLINGS)
def test_date_is_read_as_its_case_says(text: str, moment: str | None) -> None:
    found = read_moment(text)
    assert (None if found is None else rfc3339(found)) == moment


@given(st.datetimes(min_value=datetime(1000, 1, 1), timezones=st.just(UTC)))
def test_what_documents_print_is_read(moment: datetime) -> None:
    whole = moment.replace(microsecond=0)
    assert read_moment(rfc3339(moment)) == read_moment(rfc5322(moment)) == whole


@given(st.text(st.sampled_from("0123456789:-/+., TZGMAPmayFri年월오後ä"), max_size=40))
def test_no_text_is_too_odd(text: str) -> None:
    found = read_moment(text)
    assert found is None or found.tzinfo is UTC
