"""A source's rights over its stories: changed, they hold in every document at once, and no story has a new revision."""

from datetime import timedelta

import pytest

from feeds.errors import Refusal
from feeds.model.document import Format
from feeds.pipeline import due, partners, ripple
from feeds.pipeline.release import release
from feeds.store import articles
from tests.fakes import FixedClock
from tests.pipeline.test_poll import Partner, item

PICTURE = '<p>The quay <img src="https://partner.example/q.png" alt="q"> burns since this morning.</p>'


def changed(partner: Partner, **fields: object) -> None:
    partners.change(partner.desk.room, partner.source_id, fields)
    while ripple.carry_on(partner.desk.room):
        pass
    partner.desk.build()


def documents(partner: Partner) -> list[str]:
    return [partner.desk.document("site", format) for format in Format]


def test_change_of_rights_changes_all_documents_and_no_revision(partner: Partner) -> None:
    partner.add()
    partner.polled(item(1, description=PICTURE, title="Fire at the quay"))
    partner.desk.build()
    assert all("burns since" in text and "q.png" in text for text in documents(partner))
    before = partner.articles()["Fire at the quay"]

    changed(partner, images=False)
    assert all("burns since" in text and "q.png" not in text for text in documents(partner))
    changed(partner, images=None, rights="summary", summary_words=3)
    assert all("The quay burns…" in text and "since" not in text for text in documents(partner))
    changed(partner, rights="link")
    for text in documents(partner):
        assert "burns" not in text
        assert "https://partner.example/1" in text
        assert "https://news.example/articles/" not in text
    changed(partner, rights="full", credit="By kind permission of the Quay Paper")
    assert all("burns since" in text and "By kind permission" in text for text in documents(partner))
    after = partner.articles()["Fire at the quay"]
    assert (after.revision, after.updated_at) == (before.revision, before.updated_at)
    assert partner.desk.differing() == {}


def test_partners_stories_end_so_many_days_after_their_publication(partner: Partner) -> None:
    partner.add(expire_days=40)
    partner.polled(item(1), item(20))  # of April; it is May
    assert {known.title: known.state for known in partner.entries()} == {
        "Story 1": "published",
        "Story 20": "published",
    }
    story = partner.articles()["Story 20"]
    assert story.expires_at == story.published_at + timedelta(days=40)  # type: ignore[operator]
    partner.polled(item(1), item(20, title="Story 20b"))
    assert partner.articles()["Story 20b"].expires_at == story.expires_at
    partner.polled(item(1), item(20), "".join((item(3, guid="late", pubDate="Sun, 01 Mar 2026 10:00:00 GMT"),)))
    assert next(known for known in partner.entries() if known.key == "late").why == "older than 40 days"


def test_change_of_the_expiry_ends_and_brings_back_stories_without_a_revision(partner: Partner) -> None:
    partner.add()
    partner.polled(item(1), item(20))
    partner.desk.build()
    before = partner.articles()
    with partner.desk.room.store.read() as connection:
        assert articles.ours_of(connection, [before["Story 1"].id])[before["Story 1"].id] == frozenset()
    changed(partner, expire_days=20)
    assert ["Story 1<" in text for text in documents(partner)[:2]] == [False, False]
    assert "Expired" in partner.desk.document("site", Format.ATOM)
    assert all("Story 20" in text for text in documents(partner))
    changed(partner, expire_days=None)
    assert all("Story 1" in text and "Story 20" in text for text in documents(partner))
    assert "deleted-entry" not in partner.desk.document("site", Format.ATOM)
    assert {title: found.revision for title, found in partner.articles().items()} == {"Story 1": 1, "Story 20": 1}
    assert partner.desk.differing() == {}


def test_other_end_given_after_the_first_one_came_leaves_no_link_to_the_story(
    partner: Partner, clock: FixedClock
) -> None:
    partner.add(expire_days=60)
    partner.polled(item(20))
    partner.desk.put("ours", related=[{"title": "Story 20"}])
    partner.desk.build()
    assert 'rel="related"' in partner.desk.document("site", Format.ATOM)
    clock.advance(days=60)
    changed(partner, expire_days=50)  # before the job that ends stories has run
    due.run(partner.desk.room)
    partner.desk.build()
    assert 'rel="related"' not in partner.desk.document("site", Format.ATOM)
    assert partner.desk.differing() == {}


def test_end_that_the_newsroom_set_stays(partner: Partner) -> None:
    partner.add(expire_days=60)
    partner.polled(item(20))
    kept = partner.change(partner.articles()["Story 20"], expires_at="2027-01-01T00:00:00Z")
    changed(partner, expire_days=1)
    assert partner.articles()["Story 20"].expires_at == kept.expires_at
    partner.polled(item(20, description="Other words"))
    assert partner.articles()["Story 20"].expires_at == kept.expires_at
    assert due.run(partner.desk.room) == 0


def test_held_story_ends_as_its_source_says_when_it_is_released(partner: Partner) -> None:
    partner.add(publish="hold", expire_days=5)
    partner.polled(item(30))
    changed(partner, expire_days=50)
    assert release(partner.desk.room, partner.source_id, []) == 1
    story = partner.articles()["Story 30"]
    assert story.expires_at == story.published_at + timedelta(days=50)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"summary_words": 0}, "/summary_words"),
        ({"summary_words": True}, "/summary_words"),
        ({"images": "no"}, "/images"),
        ({"expire_days": 0}, "/expire_days"),
        ({"full_text": 1}, "/full_text"),
        ({"map_authors": {"": "x"}}, "/map_authors/"),
        ({"filters": [{"words": ["x"]}]}, "/filters/0/action"),
        ({"filters": [{"action": "burn"}]}, "/filters/0/action"),
        ({"filters": [{"action": "drop", "languages": ["no such"]}]}, "/filters/0/languages/0"),
        ({"filters": [{"action": "drop", "wrods": ["x"]}]}, "/filters/0/wrods"),
    ],
)
def test_wrong_field_of_a_source_is_named(partner: Partner, fields: dict[str, object], pointer: str) -> None:
    with pytest.raises(Refusal) as caught:
        partner.add(**fields)
    assert [fault.pointer for fault in caught.value.faults] == [pointer]


def test_every_field_of_a_source_comes_back_as_it_was_set(partner: Partner) -> None:
    given: dict[str, object] = {
        "filters": [{"action": "drop", "words": ["advert"], "tags": ["Sport"], "languages": ["en"]}],
        "summary_words": 40,
        "images": False,
        "expire_days": 30,
        "full_text": True,
        "map_authors": {"Staff": "", "A. Nagy": "Éva Nagy"},
    }
    source = partner.add(**given)
    with partner.desk.room.store.read() as connection:
        told = partners.represent(connection, source)
    assert {name: told[name] for name in given} == given
    same = partners.change(partner.desk.room, source.id, told)
    with partner.desk.room.store.read() as connection:
        assert partners.represent(connection, same) == told
