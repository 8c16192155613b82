"""The demo's stories are whole, believable as articles, and the same at every load of one moment."""

import json
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest

from feeds.demo.newsroom import CORRECTION, WITHDRAWAL, authors, sources, stories
from feeds.model.article import FLAGS
from feeds.model.dates import parse_rfc3339

LOADED_AT = datetime(2026, 5, 1, 8, 30, 0, 250_000, tzinfo=UTC)
STORIES = stories(LOADED_AT)
BY_ID = {str(story["id"]): story for story in STORIES}
FIELDS = "id title standfirst content_html authors tags section kicker language dateline related flags status"


class Balanced(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def published_at(story: dict[str, object]) -> datetime:
    return parse_rfc3339(str(story["published_at"]))


def test_sixty_and_more_are_published_and_one_is_ten_minutes_ahead() -> None:
    assert sorted(BY_ID) == [f"demo-{number:03d}" for number in range(1, 65)]
    ahead = [story for story in STORIES if published_at(story) > LOADED_AT]
    assert [story["status"] for story in ahead] == ["scheduled"]
    assert published_at(ahead[0]) == LOADED_AT.replace(microsecond=0) + timedelta(minutes=10)
    assert Counter(story["status"] for story in STORIES) == {"published": 63, "scheduled": 1}


def test_stories_come_oldest_first_and_span_fourteen_months() -> None:
    moments = [published_at(story) for story in STORIES]
    assert moments == sorted(moments)
    assert timedelta(days=420) < LOADED_AT - moments[0] < timedelta(days=430)
    assert len(set(moments)) == len(moments)


def test_newsroom_has_six_writers_with_bios_twelve_tags_and_four_sections() -> None:
    names = {author["name"] for author in authors()}
    assert len(names) == 6
    assert all(author["bio"] for author in authors())
    assert {author["name"] for story in STORIES for author in story["authors"]} == names  # type: ignore[attr-defined]
    assert len({tag for story in STORIES for tag in story["tags"]}) == 12  # type: ignore[attr-defined]
    assert {story["section"] for story in STORIES} == {"News", "Harbour", "Life", "Opinion"}


def test_stories_are_json_with_known_fields_alone() -> None:
    assert json.loads(json.dumps(STORIES)) == STORIES
    assert {name for story in STORIES for name in story} <= {*FIELDS.split(), "published_at"}
    assert {flag for story in STORIES for flag in story.get("flags", [])} <= set(FLAGS)  # type: ignore[attr-defined]


def test_loading_at_one_moment_gives_the_same_stories() -> None:
    assert stories(LOADED_AT) == STORIES
    later = stories(LOADED_AT + timedelta(days=3))
    assert [story["id"] for story in later] == [story["id"] for story in STORIES]
    assert [story["content_html"] for story in later] == [story["content_html"] for story in STORIES]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story["id"])
def test_story_has_well_nested_text_of_a_newspapers_length(story: dict[str, object]) -> None:
    html = str(story["content_html"])
    parser = Balanced()
    parser.feed(html)
    assert parser.open == []
    assert 80 <= len(re.sub(r"<[^>]+>", " ", html).split()) <= 220
    assert html.count("\n") >= 1


def test_links_and_related_stories_lead_to_stories_of_the_demo() -> None:
    for story in STORIES:
        assert set(re.findall(r'href="/articles/([^"]+)"', str(story["content_html"]))) <= set(BY_ID)
        for related in story.get("related", []):  # type: ignore[attr-defined]
            assert related.get("id", "demo-001") in BY_ID
            assert related.get("id") != story["id"]


def test_correction_mends_what_the_story_says_wrong() -> None:
    before, after = str(BY_ID[CORRECTION.article_id]["content_html"]), str(CORRECTION.fields["content_html"])
    assert before != after
    assert before.replace("54", "44") == after
    assert CORRECTION.note


def test_the_withdrawn_story_is_one_that_was_published() -> None:
    assert BY_ID[WITHDRAWAL.article_id]["status"] == "published"
    assert WITHDRAWAL.reason


def test_sources_are_the_two_partners_on_the_given_port() -> None:
    wire, science = sources(8123)
    assert wire["url"] == "http://127.0.0.1:8123/harbour-wire.rss"
    assert science["url"] == "http://127.0.0.1:8123/coast-science.atom"
    assert json.loads(json.dumps([wire, science])) == [wire, science]
