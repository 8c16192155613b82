"""A partner's story on our pages: whom it is from, when, where its first home is, and no more than its rights allow."""

from dataclasses import replace
from urllib.parse import quote

import pytest

from feeds.model.submission import submission_of
from feeds.pipeline import intake, partners
from feeds.pipeline.revising import origin_of
from tests.web.conftest import Door

ORIGINAL = "https://partner.example/fire"


@pytest.fixture
def source(door: Door) -> str:
    """A source with one story, `p1`, of the licence CC BY."""
    room = door.desk.room
    made = partners.add(room, {"url": "https://partner.example/feed", "title": "Quay Paper"})
    given = {
        "title": "Fire",
        "content_html": '<p>The quay burns <img src="https://partner.example/q.png" alt=""> since this morning.</p>',
        "canonical_url": ORIGINAL,
        "published_at": "2026-04-12T10:30:00Z",
        "rights": "© Quay Paper, CC BY 4.0",
        "image": {"url": "https://partner.example/lead.png"},
    }
    origin = replace(origin_of(made, "e1"), entry_id="e1")
    with room.store.write() as connection:
        intake.save(connection, room, "p1", submission_of(given), now=room.clock.now(), origin=origin, by_partner=True)
    return made.id


def page(door: Door) -> str:
    return door.get("/articles/p1/fire").get_data(as_text=True)


def test_page_names_the_partner_the_date_and_the_first_home(door: Door, source: str) -> None:
    text = " ".join(page(door).split())
    assert f'<link rel="canonical" href="{ORIGINAL}">' in text
    assert f'First published by <a href="{ORIGINAL}" dir="auto">Quay Paper</a> on <time datetime="2026-04-12' in text
    assert '<a rel="license" href="https://creativecommons.org/licenses/by/4.0/">CC BY 4.0</a>' in text
    assert "burns" in text
    assert "lead.png" in text


def test_rights_hold_on_the_page_and_in_lists(door: Door, source: str) -> None:
    path = f"/api/sources/{source}"
    door.call("PATCH", path, {"images": False})
    for text in (page(door), door.get("/").get_data(as_text=True)):
        assert "Fire" in text
        assert "lead.png" not in text
        assert "q.png" not in text
    door.call("PATCH", path, {"rights": "summary", "summary_words": 2})
    for text in (page(door), door.get("/").get_data(as_text=True)):
        assert "The quay…" in text
        assert "since this" not in text
    assert f'<a href="{ORIGINAL}">Read the whole story at Quay Paper</a>' in page(door)
    door.call("PATCH", path, {"rights": "link"})
    moved = door.get("/articles/p1/fire")
    assert (moved.status_code, moved.headers["Location"]) == (302, ORIGINAL)
    front = door.get("/").get_data(as_text=True)
    assert f'href="{ORIGINAL}"' in front
    assert "The quay…" not in front


def test_licence_that_bars_commerce_leaves_a_summary(door: Door, source: str) -> None:
    assert "since this morning" in page(door)
    door.call("PATCH", "/api/articles/p1", {"rights": "CC BY-NC 4.0", "content_html": f"<p>{'word ' * 100}last</p>"})
    text = page(door)
    assert "word word" in text
    assert "last" not in text
    assert "by-nc/4.0" in text


@pytest.mark.parametrize(
    ("limits", "found", "hidden"),
    [
        ({}, {"fire", "quay burns", "morning"}, set()),
        ({"rights": "summary", "summary_words": 2}, {"FIRE", "quay"}, {"burns", "morning", "fire morning"}),
        ({"rights": "link"}, {"fire"}, {"quay", "burns", '"quay burns"'}),
    ],
)
def test_search_finds_by_no_word_that_may_not_be_shown(
    door: Door, source: str, limits: dict[str, object], found: set[str], hidden: set[str]
) -> None:
    if limits:
        door.call("PATCH", f"/api/sources/{source}", limits)
    told = {word: ">Fire<" in door.get(f"/search?q={quote(word)}").text for word in found | hidden}
    assert told == {**dict.fromkeys(found, True), **dict.fromkeys(hidden, False)}
    for word in hidden:  # editors work with all that is stored
        assert door.call("GET", f"/api/articles?q={quote(word)}", scope="read").get_json()["items"]
