"""The road in: places, tombstones and marks follow each change of an article, in its transaction."""

import json

import pytest

from feeds.errors import Refusal
from feeds.model.dates import to_us
from feeds.model.representation import represent
from feeds.pipeline import due
from feeds.store import articles, dirty
from tests.conftest import Desk
from tests.fakes import FixedClock


def test_article_stands_in_the_site_its_tags_authors_and_section(desk: Desk) -> None:
    saved = desk.put("a", tags=["Harbour", "Sea"], authors=["Ana Lopes"], section="City", flags=["must-read"])
    assert saved.in_feeds == [
        "site",
        "tags/harbour",
        "tags/sea",
        "sections/city",
        "sections/must-read",
        "authors/ana-lopes",
    ]


def test_saving_what_is_stored_changes_nothing(desk: Desk, clock: FixedClock) -> None:
    first = desk.put("a", tags=["Harbour"], authors=[{"name": "Ana Lopes", "bio": "Writes"}], related=[{"title": "B"}])
    desk.build()
    clock.advance(minutes=5)
    again = desk.put("a", tags=["harbour"], authors=[{"name": "ANA LOPES", "bio": "Writes"}], related=[{"title": "B"}])
    assert again.article == first.article
    assert not again.has_changed
    with desk.room.store.read() as connection:
        assert not dirty.is_any(connection)


def test_tag_added_and_tag_dropped_are_both_marked(desk: Desk) -> None:
    desk.put("a", tags=["Old", "Both"])
    desk.build()
    desk.put("a", tags=["New", "Both"])
    assert desk.build() == 4  # site, old, new and both print its tags
    assert "articles/a<" not in desk.document("tags/old")
    assert "articles/a<" in desk.document("tags/new")
    assert "deleted-entry" not in desk.document("tags/old")  # retagged, not withdrawn


def test_withdrawn_article_leaves_every_channel_and_is_told_as_deleted(desk: Desk, clock: FixedClock) -> None:
    saved = desk.put("a", tags=["Harbour"])
    desk.build()
    clock.advance(minutes=1)
    desk.withdraw("a", "Wrong harbour")
    desk.build()
    for key in saved.in_feeds:
        text = desk.document(key)
        assert "<entry>" not in text
        assert "deleted-entry" in text
        assert "Wrong harbour" in text


def test_article_that_is_back_keeps_guid_and_date_and_loses_its_tombstone(desk: Desk, clock: FixedClock) -> None:
    first = desk.put("a").article
    desk.build()
    clock.advance(minutes=1)
    desk.withdraw("a")
    desk.build()
    clock.advance(minutes=1)
    back = desk.put("a", status="published").article
    desk.build()
    assert back.published_at == first.published_at
    assert back.updated_at == clock.now()
    assert "deleted-entry" not in desk.document("site")


def test_put_without_status_leaves_a_withdrawn_article_withdrawn(desk: Desk) -> None:
    desk.put("a")
    desk.withdraw("a")
    assert desk.put("a", "Another title").article.status == "withdrawn"


def test_scheduled_article_goes_out_at_its_moment(desk: Desk, clock: FixedClock) -> None:
    saved = desk.put("a", published_at="2026-05-01T09:00:00Z", tags=["Harbour"])
    assert saved.article.status == "scheduled"
    assert saved.in_feeds == []
    clock.advance(minutes=59, seconds=59)
    assert due.run(desk.room) == 0
    clock.advance(seconds=1)
    assert due.run(desk.room) == 1
    desk.build()
    assert "<published>2026-05-01T09:00:00Z</published><" in desk.document("tags/harbour").replace("\n", "")
    assert "<updated>2026-05-01T09:00:00Z</updated>" in desk.document("site")


def test_scheduled_article_that_is_to_be_published_without_a_moment_goes_out_now(desk: Desk, clock: FixedClock) -> None:
    later = "2026-05-01T09:00:00Z"
    desk.put("a", published_at=later)
    assert desk.put("a", status="published", published_at=later).article.status == "scheduled"
    clock.advance(minutes=5)
    saved = desk.put("a", status="published")
    assert (saved.article.status, saved.article.published_at) == ("published", clock.now())
    assert saved.in_feeds == ["site"]
    clock.advance(hours=2)
    assert desk.put("a", status="published").article == saved.article


def test_expired_article_leaves_and_comes_back_when_its_end_is_moved(desk: Desk, clock: FixedClock) -> None:
    desk.put("a", expires_at="2026-05-01T09:00:00Z")
    desk.build()
    clock.advance(hours=1)
    assert due.run(desk.room) == 1
    assert due.run(desk.room) == 0
    desk.build()
    assert "deleted-entry" in desk.document("site")
    desk.put("a", expires_at="2026-05-02T09:00:00Z")
    desk.build()
    assert "articles/a<" in desk.document("site")
    assert "deleted-entry" not in desk.document("site")


def test_related_title_ties_itself_to_our_article_when_it_comes_and_unties_when_it_goes(
    desk: Desk, clock: FixedClock
) -> None:
    desk.put("a", "Delta floods", related=[{"title": "Dykes of the  DELTA"}])
    desk.build()
    assert 'rel="related"' not in desk.document("site")
    desk.put("b", "Dykes of the delta")
    desk.build()
    assert 'href="https://news.example/articles/b/dykes-of-the-delta"' in desk.document("site")
    clock.advance(minutes=1)
    desk.withdraw("b")
    desk.build()
    assert 'rel="related"' not in desk.document("site")


def test_two_related_lines_to_one_story_stay_as_they_are(desk: Desk) -> None:
    desk.put("b", "Ferry back")
    first = desk.put("a", related=[{"title": "Ferry back"}, {"id": "b"}, {"title": "Ferry back"}])
    told = represent(first.article, desk.room.site, first.in_feeds)["related"]
    assert desk.put("a", related=told).article == first.article


def test_ids_that_differ_by_case_alone_are_refused(desk: Desk) -> None:
    desk.put("Story.1")
    with pytest.raises(Refusal) as refused:
        desk.put("story.1")
    assert refused.value.status == 409


def test_refused_change_leaves_nothing_behind(desk: Desk) -> None:
    desk.put("a")
    with pytest.raises(Refusal):
        desk.put("a", tags=["Brand new"], published_at="2099-01-01T00:00:00Z")
    with desk.room.store.read() as connection:
        from feeds.model.label import Kind
        from feeds.store import labels

        assert labels.find_by_name(connection, Kind.TAGS, "Brand new") is None


def test_bio_that_a_later_byline_brings_is_kept_and_no_revision_of_the_story(desk: Desk) -> None:
    desk.put("a", authors=["Ana Lopes"])
    again = desk.put("a", authors=[{"name": "Ana Lopes", "bio": "Covers the coast"}])
    assert again.article.revision == 1
    third = desk.put("b", authors=[{"name": "Ana Lopes", "bio": "Another bio"}])
    assert third.article.authors[0].bio == "Covers the coast"


def test_each_change_is_kept_as_a_revision(desk: Desk, clock: FixedClock) -> None:
    desk.put("a", "One")
    clock.advance(minutes=1)
    desk.put("a", "Two")
    with desk.room.store.read() as connection:
        kept = [json.loads(body) for body in articles.revisions_of(connection, "a")]
    assert [(body["revision"], body["title"]) for body in kept] == [(2, "Two"), (1, "One")]


def test_change_of_author_picture_is_heard_by_every_story_of_theirs(desk: Desk) -> None:
    for number in range(3):
        desk.put(f"a{number}", authors=["Ana Lopes"])
    desk.build()
    desk.put("b", authors=[{"name": "Ana Lopes", "url": "https://ana.example/"}])
    desk.build()
    assert desk.document("site").count("https://ana.example/") == 4


def test_clock_is_the_one_handed_in(desk: Desk, clock: FixedClock) -> None:
    saved = desk.put("a")
    assert to_us(saved.article.created_at) == to_us(clock.now())
