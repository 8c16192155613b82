"""Files to articles: pages, JSON and feeds; importing again changes nothing."""

from pathlib import Path

import pytest

from feeds.errors import Refusal
from feeds.model.dates import parse_rfc3339
from feeds.pipeline.imports import ImportFault, read_file, take
from feeds.pipeline.intake import Saved
from tests.conftest import Desk

PAGE = """8.4 C
Brackwater
Sunday, March 1, 2026

Lock Keeper Finds Two Otters in the Upper Basin

They were asleep in a coil of rope

Must read

Ines Tamm
Ines Tamm
Covers the canal and whoever lives on it

BRACKWATER: The keeper of the upper lock found two otters on Saturday, asleep in a coil of rope.

- Advertisement -

They left at noon, by water.

Also Read: Upper basin to be drained in April
"""
FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Old site</title><link>https://old.example/</link>
<item><title>First</title><guid>https://old.example/1</guid><link>https://old.example/1</link>
<pubDate>Fri, 01 May 2020 08:00:00 GMT</pubDate><description>&lt;p&gt;Words.&lt;/p&gt;</description>
<category>Harbour</category></item></channel></rss>"""


def run(desk: Desk, path: Path, published: str | None = None) -> list[Saved]:
    moment = None if published is None else parse_rfc3339(published)
    came = [result for _, result in take(desk.room, read_file(path, published=moment, now=desk.room.clock.now()))]
    assert all(isinstance(result, Saved) for result in came), came
    return [result for result in came if isinstance(result, Saved)]


def write(tmp_path: Path, name: str, text: str) -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_page_without_a_time_is_a_draft_and_with_one_is_published(desk: Desk, tmp_path: Path) -> None:
    path = write(tmp_path, "page.txt", PAGE)
    (draft,) = run(desk, path)
    assert draft.article.status == "draft"
    (out,) = run(desk, path, "2026-02-28T12:00:00Z")
    assert out.article.id == draft.article.id
    assert out.article.status == "published"
    assert out.in_feeds == ["site", "authors/ines-tamm"]
    assert out.article.dateline == "BRACKWATER"
    assert out.article.content_html.startswith("<p>The keeper of the upper lock")
    assert [author.bio for author in out.article.authors] == ["Covers the canal and whoever lives on it"]
    assert [line.title for line in out.article.related] == ["Upper basin to be drained in April"]
    desk.build()
    assert "BRACKWATER: The keeper" in desk.document("authors/ines-tamm")


def test_page_that_was_published_is_not_taken_back_by_importing_it_again(desk: Desk, tmp_path: Path) -> None:
    path = write(tmp_path, "page.txt", PAGE)
    run(desk, path, "2026-02-28T12:00:00Z")
    (again,) = run(desk, path)
    assert again.article.status == "published"
    assert not again.has_changed


def test_lines_of_json_are_taken_and_a_wrong_one_costs_itself_alone(desk: Desk, tmp_path: Path) -> None:
    path = write(
        tmp_path, "a.ndjson", '{"id": "a", "title": "One"}\n\n{"id": "b", "title": 7}\n{"id": "c", "title": "Three"}'
    )
    came = [result for _, result in take(desk.room, read_file(path, published=None, now=desk.room.clock.now()))]
    assert [type(result) for result in came] == [Saved, Refusal, Saved]
    assert isinstance(came[1], Refusal)
    assert [fault.pointer for fault in came[1].faults] == ["/title"]


def test_feed_of_another_publisher_becomes_articles_of_ours_once(desk: Desk, tmp_path: Path) -> None:
    path = write(tmp_path, "old.xml", FEED)
    (first,) = run(desk, path)
    assert first.article.published_at == parse_rfc3339("2020-05-01T08:00:00Z")
    assert first.article.origin is None
    assert first.article.canonical_url == "https://old.example/1"
    (again,) = run(desk, path)
    assert not again.has_changed


@pytest.mark.parametrize(
    ("name", "data"), [("a.json", b"{"), ("a.txt", b"\xff\xfe\xff"), ("a.xml", b"<html></html>"), ("a.doc", b"x")]
)
def test_file_that_cannot_be_read_is_named(desk: Desk, tmp_path: Path, name: str, data: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(ImportFault, match=name):
        read_file(path, published=None, now=desk.room.clock.now())
