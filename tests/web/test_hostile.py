"""Whatever clients send, they get the refusal of the contract: the cases are tests/data/api/hostile.toml."""

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.web.conftest import Door, problem

CASES = tomllib.loads((Path(__file__).parents[1] / "data/api/hostile.toml").read_text("utf-8"))["case"]
PYDANTIC = ("Input should", "String should", "Value error", "valid ", "should have", "at most {", "type=")


@pytest.fixture
def stocked(door: Door) -> Door:
    """A newsroom with what the cases speak of."""
    story = {"title": "A", "tags": ["One", "Two"], "authors": ["Ada Noor"], "section": "City"}
    for method, path, body in (
        ("PUT", "/api/articles/a", story),
        ("PUT", "/api/articles/gone", {"title": "Gone"}),
        ("DELETE", "/api/articles/gone", None),
        ("PUT", "/api/tags/old", {"name": "Old"}),
        ("PATCH", "/api/tags/old", {"slug": "new"}),
        ("PUT", "/api/tags/retired", {"name": "Retired"}),
        ("DELETE", "/api/tags/retired", None),
        ("PUT", "/api/sections/chosen", {"title": "Chosen", "rule": {"any_tags": ["One"]}}),
    ):
        assert door.call(method, path, body).status_code < 300, path
    return door


def test_every_case_is_refused_as_it_says(stocked: Door) -> None:
    wrong = []
    for case in CASES:
        try:
            _refused(stocked, case)
        except AssertionError as error:
            wrong.append(f"{case['why']}: {case['method']} {case['path']}: {str(error)[:600]}")
    assert not wrong, "\n".join(wrong)
    assert stocked.call("GET", "/api/articles/a").get_json()["revision"] == 1


def _refused(door: Door, case: dict[str, Any]) -> None:
    body = case.get("body")
    if "repeat" in case:
        text, times = case["repeat"]
        body = case.get("before", "") + text * times + case.get("after", "")
    answer = door.call(
        case["method"],
        case["path"],
        None if body is None else body.encode(),
        type=case.get("type", "application/json"),
    )
    told = problem(answer, case["status"])
    assert len(told["errors"]) <= 100
    if "pointers" in case:
        assert {fault["pointer"] for fault in told["errors"]} == set(case["pointers"])
    words = " | ".join(fault["detail"] for fault in told["errors"])
    assert all(part in words for part in case.get("says", [])), words
    assert not any(part in words for part in PYDANTIC), words
    if case["status"] == 405:
        assert answer.headers["Allow"]


# Every kind of value where every field stands, well-formed ones too: what is wrong is named, nothing falls.
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(),
    st.text(st.characters(codec="utf-8"), max_size=12),
    st.sampled_from(
        (
            *("a", "b", "A", "published", "draft", "scheduled", "withdrawn", "must-read", "City", "One", "<p>x</p>"),
            *("2026-05-01T08:00:00Z", "2099-01-01T00:00:00+23:59", "0000-00-00T00:00:00Z", "https://a.example/"),
            *("/media/a.png", "//a.example", "http://[", "en-GB", "audio/mpeg", "\u0000", "\ufffe", "x" * 2001),
        )
    ),
)
NAMES = (
    *("id", "title", "standfirst", "content_html", "authors", "tags", "section", "kicker", "language", "rights"),
    *("canonical_url", "dateline", "image", "attachments", "related", "flags", "status", "published_at", "name"),
    *("expires_at", "minor", "correction", "updated_at", "guid", "slug", "url", "alt", "width", "duration", "length"),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=3), inner),
    max_leaves=5,
)
BODIES = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=5)


def _calls(body: dict[str, object]) -> Iterator[tuple[str, str, object]]:
    yield "PATCH", "/api/articles/a", body
    yield "PUT", "/api/articles/b", {"title": "B", **body}
    yield "POST", "/api/articles:batch", [body, {"title": "C", **body}]
    yield "PATCH", "/api/tags/one", body
    yield "PATCH", "/api/sections/chosen", {"rule": body, **body}
    yield "PATCH", "/api/channels/site", body
    yield "PATCH", "/api/authors/ada-noor", body


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(body=BODIES)
def test_no_body_falls_through(stocked: Door, body: dict[str, object]) -> None:
    for method, path, sent in _calls(body):
        answer = stocked.call(method, path, json.dumps(sent).encode())
        assert answer.status_code in (200, 201, 400, 404, 409, 410, 422), (path, answer.get_data(as_text=True))
        assert not any(part in answer.get_data(as_text=True) for part in PYDANTIC[:5]), answer.get_data(as_text=True)
        if answer.status_code in (200, 201) and method in ("PUT", "PATCH") and "articles/" in path:
            told = stocked.call("GET", path)
            again = stocked.call("PUT", path, told.get_data())
            assert again.get_data() == told.get_data()


ARGUMENTS = st.dictionaries(
    st.sampled_from(("tag", "author", "section", "source", "status", "q", "since", "limit", "cursor", "other")),
    st.text(max_size=20) | st.sampled_from(("1", "draft", "WzFd", "WzEsImEiXQ", "2026-05-01T08:00:00Z", '"', "One")),
    max_size=3,
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(query=ARGUMENTS, path=st.sampled_from(("articles", "tags", "channels", "articles/a/revisions", "articles/a")))
def test_no_query_falls_through(stocked: Door, query: dict[str, str], path: str) -> None:
    answer = stocked.client.open(
        f"/api/{path}", query_string=query, base_url="https://news.example", headers=stocked.admin()
    )
    assert answer.status_code in (200, 422), answer.get_data(as_text=True)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.binary(max_size=40) | st.text('[]{}",:0123456789.eE+-\\u\ntrufalsn', max_size=40).map(str.encode))
def test_no_bytes_fall_through(stocked: Door, data: bytes) -> None:
    for path, type in (("/api/articles", "application/json"), ("/api/articles:batch", "application/x-ndjson")):
        answer = stocked.call("POST", path, data or b" ", type=type)
        assert answer.status_code in (200, 201, 400, 422), answer.get_data(as_text=True)
