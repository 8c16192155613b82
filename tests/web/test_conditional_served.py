"""The table of conditional requests against what is served: through Flask's client, and through granian's socket."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from feeds.model.dates import rfc5322, whole_second
from tests.fakes import FixedClock
from tests.web.conftest import Door
from tests.web.served import STAMP, TOKEN, Served, Wire
from tests.web.test_conditional import FORMS, TABLE

PATH = "/feeds/tags/harbour.atom"
CASES = TABLE["request"]


def test_the_table_is_long_enough() -> None:
    assert len(CASES) > 170


def tags_of(etags: dict[str, str]) -> dict[str, str]:
    version = etags["identity"].strip('"').rpartition("-")[0]
    assert all(tag.startswith(f'"{version}-') for tag in etags.values())
    return {**etags, "version": version}


def fill(text: str, names: dict[str, str]) -> str:
    """Put the served document's tags and dates into a text of the table."""
    for name, value in names.items():
        text = text.replace(f"{{{name}}}", value)
    return re.sub(
        r"\{(imf|rfc850|asctime)([+-]\d+)\}",
        lambda found: (whole_second(STAMP) + timedelta(seconds=int(found[2]))).strftime(FORMS[found[1]]),
        text,
    )


def lines_of(case: dict[str, Any], names: dict[str, str]) -> list[tuple[str, str]]:
    asked = ((name, [value] if isinstance(value, str) else value) for name, value in case["ask"].items())
    return [(name, fill(line, names)) for name, lines in asked for line in lines]


def check(
    case: dict[str, Any], names: dict[str, str], status: int, fields: dict[str, str | None], body: bytes, whole: bytes
) -> None:
    """Hold an answer against its case: what the table says, and what each status carries."""
    assert status == case["status"]
    etag = case.get("etag")
    assert fields["ETag"] == (None if etag is None else names.get(etag, fill(etag, names)))
    is_dated = case.get("dated", status != 412)
    assert fields["Last-Modified"] == (rfc5322(STAMP) if is_dated else None)
    is_head = case.get("method") == "HEAD"
    if status == 412:
        assert fields["Content-Type"] == "application/problem+json"
        assert is_head or json.loads(body)["status"] == 412
    else:
        assert fields["Vary"] == "Accept-Encoding, A-IM, Sec-Fetch-Dest"
        assert fields["Cache-Control"] == "max-age=60, stale-while-revalidate=60, stale-if-error=86400"
    if status == 304:
        assert (fields["Content-Type"], fields["Content-Encoding"], body) == (None, None, b"")
    else:
        length = int(fields["Content-Length"] or -1)
        assert len(body) == (0 if is_head else length)
        assert length > 0
    if status == 200 and etag == "identity":
        assert fields["Content-Encoding"] is None
        assert is_head or body == whole
    elif status == 200:
        assert fields["Content-Encoding"] == etag


FIELDS = ("ETag", "Last-Modified", "Vary", "Cache-Control", "Content-Type", "Content-Encoding", "Content-Length")


def test_every_case_holds_through_a_socket(served: Served) -> None:
    served.settle()
    with served.connect() as wire:
        etags = {
            coding: wire.ask("GET", PATH, f"Accept-Encoding: {coding}").get("ETag") or ""
            for coding in ("br", "gzip", "identity")
        }
        names, whole = tags_of(etags), wire.ask("GET", PATH).body
    for case in CASES:
        served.set_clock(whole_second(STAMP) + timedelta(seconds=case.get("age", 1800)))
        asked = lines_of(case, names)
        with served.connect() as wire:
            answer = wire.ask(case.get("method", "GET"), PATH, *(f"{name}: {value}" for name, value in asked))
        if any(re.search(r"[\x00-\x08\x0a-\x1f\x7f-\xff]", value) for _, value in asked):
            # granian refuses what no field may hold, and hands on no value outside ASCII; the whole is always right.
            assert answer.status in (200, 400, case["status"])
            continue
        try:
            check(case, names, answer.status, {name: answer.get(name) for name in FIELDS}, answer.body, whole)
        except AssertionError as error:
            raise AssertionError(f"{case['why']}: {asked}") from error
    served.settle()


def test_every_case_holds_through_flask(door: Door, clock: FixedClock) -> None:
    clock.advance(seconds=(STAMP - clock.now()).total_seconds())
    door.desk.put("a", tags=["Harbour"])
    door.desk.build()
    door.settle()  # a late notice would take the br that is made here off the shelf
    etags = {c: door.get(PATH, Accept_Encoding=c).headers["ETag"] for c in ("br", "gzip", "identity")}
    names, whole = tags_of(etags), door.get(PATH).data
    for case in CASES:
        wanted = whole_second(STAMP) + timedelta(seconds=case.get("age", 1800))
        clock.advance(seconds=(wanted - clock.now()).total_seconds())
        joined: dict[str, str] = {}
        for name, value in lines_of(case, names):
            joined[name] = f"{joined[name]},{value}" if name in joined else value
        answer = door.ask(case.get("method", "GET"), PATH, **joined)
        try:
            check(case, names, answer.status_code, {n: answer.headers.get(n) for n in FIELDS}, answer.data, whole)
        except AssertionError as error:
            raise AssertionError(f"{case['why']}: {joined}") from error


@pytest.fixture
def wire(served: Served) -> Iterator[Wire]:
    served.settle()
    with served.connect() as found:
        yield found


@pytest.mark.parametrize("path", ["/", "/feeds", "/articles/a/story-a", "/api/articles/a", "/api/channels", "/static"])
def test_pages_and_lists_answer_conditional_requests_too(wire: Wire, path: str) -> None:
    if path == "/static":
        path = re.findall(r'href="(?:http://news.example)?(/static/[^"]+)"', wire.ask("GET", "/").body.decode())[0]
    auth = f"Authorization: Bearer {TOKEN}"
    whole = wire.ask("GET", path, auth)
    tag = whole.get("ETag")
    assert (whole.status, bool(tag)) == (200, True)
    for held in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        answer = wire.ask("GET", path, auth, f"If-None-Match: {held}")
        assert (answer.status, answer.body, answer.get("ETag")) == (304, b"", tag), held
        assert answer.get("Cache-Control") == whole.get("Cache-Control")
        assert answer.get("X-Content-Type-Options") == "nosniff"
    assert wire.ask("HEAD", path, auth, f"If-None-Match: {tag}").status == 304
    assert wire.ask("GET", path, auth, 'If-None-Match: "x"').status == 200
    assert wire.ask("GET", path, auth, 'If-Match: "x"').status == 412
    for held in (tag, "*"):
        assert wire.ask("GET", path, auth, f"If-Match: {held}").status == 200
    for asked in ("bytes=0-3", "bytes=0-0,2-3", "bytes=9999999-", "items=0-1"):
        assert wire.ask("GET", path, auth, f"Range: {asked}").status == 200
        assert wire.ask("GET", path, auth, f"Range: {asked}", f"If-None-Match: {tag}").status == 304
