"""What partners send: each case is a file with its expectation beside it; one test runs them all.

A case is `NAME.feed`, any bytes, and `NAME.json` with `why` (one line) and what is to come of it:
`entries` (of each, the fields named), `articles` (fields that convert makes of each), `feed`, or `error`.
"""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feeds.errors import PollError
from feeds.ingest.convert import convert
from feeds.ingest.parse import parse
from feeds.model.entry import Entry, EntryText, ParsedFeed
from feeds.model.source import Source
from feeds.model.submission import submission_of

FOLDER = Path(__file__).parents[1] / "data" / "ingest" / "cases"
CASES = sorted(FOLDER.glob("*.json"))
URL = "https://partner.example/feeds/news.xml"
NOW = datetime(2026, 5, 1, 8, tzinfo=UTC)


def told(entry: Entry, name: str) -> object:
    value = getattr(entry, name)
    if isinstance(value, EntryText):
        return {"html" if value.is_html else "text": value.value}
    if isinstance(value, datetime):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def taken(feed: ParsedFeed, entry: Entry) -> dict[str, object]:
    source = Source(id="partner", url=URL, created_at=NOW)
    made = convert(entry, source, feed=feed, now=NOW)
    wanted = submission_of(made.fields)  # what convert makes is always taken
    moment = None if made.published_at is None else made.published_at.isoformat()
    return {**made.fields, "authors": [one.name for one in wanted.authors], "published_at": moment}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_body_is_read_as_its_case_says(case: Path) -> None:
    expected = json.loads(case.read_text(encoding="utf-8"))
    assert expected.pop("why")
    header = expected.pop("content_type", "application/xml")
    if "error" in expected:
        with pytest.raises(PollError) as caught:
            parse(case.with_suffix(".feed").read_bytes(), url=URL, content_type=header)
        assert caught.value.outcome == expected["error"]
        return
    feed = parse(case.with_suffix(".feed").read_bytes(), url=URL, content_type=header)
    for name, value in expected.get("feed", {}).items():
        if name == "deleted":
            assert [[one.ref, one.at.isoformat(), one.reason] for one in feed.deleted] == value
        else:
            assert (list(feed.faults) if name == "faults" else getattr(feed, name)) == value
    if "entries" in expected:
        wanted = expected["entries"]
        assert [
            {name: told(entry, name) for name in one} for entry, one in zip(feed.entries, wanted, strict=True)
        ] == wanted
    if "articles" in expected:
        wanted = expected["articles"]
        made = [taken(feed, entry) for entry in feed.entries]
        assert [{name: article.get(name) for name in one} for article, one in zip(made, wanted, strict=True)] == wanted
