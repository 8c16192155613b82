"""Filters of a source, its mappings, and the tombstones of its partner, followed from poll to article."""

import json
from datetime import UTC, datetime

from feeds.model.article import Status
from feeds.model.document import Format
from feeds.model.source import Outcome, Poll
from feeds.pipeline.release import release
from tests.loopback import reply
from tests.pipeline.test_poll import Partner, item

WHEN = "2026-05-01T09:00:00Z"


def states(partner: Partner) -> dict[str, tuple[str, str]]:
    return {known.title: (known.state, known.why) for known in partner.entries()}


def atom(*entries: str, deleted: str = "") -> bytes:
    made = "".join(
        f"<entry><id>urn:{name}</id><title>{name}</title><content>{text}</content><updated>{at}</updated></entry>"
        for name, text, at in (entry.split("|") for entry in entries)
    )
    head = '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0">'
    return f"{head}<title>Quay</title><id>urn:q</id>{deleted}{made}</feed>".encode()


def gone(name: str, when: str = WHEN, comment: str = "") -> str:
    told = f"<at:comment>{comment}</at:comment>" if comment else ""
    return f'<at:deleted-entry ref="urn:{name}" when="{when}">{told}</at:deleted-entry>'


def polled(partner: Partner, *entries: str, deleted: str = "") -> Poll:
    partner.answer = reply(200, atom(*entries, deleted=deleted))
    return partner.polled()


def test_filters_drop_hold_and_publish(partner: Partner) -> None:
    partner.add(
        publish="hold",
        filters=[
            {"action": "drop", "words": ["advert"]},
            {"action": "publish", "tags": ["Harbour"]},
            {"action": "hold", "words": ["mayor"]},
        ],
    )
    partner.polled(
        item(1, title="An advert", category="Harbour"),
        item(2, title="Of the mayor", category="Harbour"),
        item(3, title="The mayor"),
        item(4, title="Else"),
    )
    assert states(partner) == {
        "An advert": ("refused", "dropped by a filter: the word 'advert'"),
        "Of the mayor": ("published", ""),
        "The mayor": ("held", "held for review by a filter: the word 'mayor'"),
        "Else": ("held", "held for review"),
    }
    assert release(partner.desk.room, partner.source_id, []) == 2
    assert set(partner.articles()) == {"Of the mayor", "The mayor", "Else"}


def test_dropped_entries_take_no_place_of_the_first_poll_and_never_return(partner: Partner) -> None:
    partner.add(filters=[{"action": "drop", "words": ["advert"]}])  # the first poll takes three
    partner.polled(*(item(number, title=f"advert {number}" if number > 3 else f"S {number}") for number in range(1, 8)))
    assert set(partner.articles()) == {"S 1", "S 2", "S 3"}
    partner.polled(item(7, title="Now a story"))
    assert set(partner.articles()) == {"S 1", "S 2", "S 3"}


def test_authors_are_mapped_to_ours(partner: Partner) -> None:
    partner.add(map_authors={"a. nagy": "Éva Nagy", "Staff": ""})
    more = "".join(
        f'<dc:creator xmlns:dc="http://purl.org/dc/elements/1.1/">{name}</dc:creator>'
        for name in ("A. Nagy", "STAFF", "Bo")
    )
    partner.polled(item(1).replace("</item>", more + "</item>"))
    assert [label.name for label in partner.articles()["Story 1"].authors] == ["Éva Nagy", "Bo"]


def test_what_the_partner_took_back_is_withdrawn_with_its_reason(partner: Partner) -> None:
    partner.add(title="Quay Paper")
    polled(partner, f"a|one|{WHEN}", f"b|two|{WHEN}")
    partner.desk.build()
    came = polled(partner, f"b|two|{WHEN}", deleted=gone("a", "2026-05-01T10:00:00Z", "Not true"))
    assert (came.outcome, came.new, came.changed) == (Outcome.CHANGED, 0, 1)
    story = partner.articles()["a"]
    assert (story.status, story.withdrawn_reason) == (Status.WITHDRAWN, "Not true")
    assert states(partner)["a"] == ("published", "withdrawn by its partner")
    partner.desk.build()
    assert "Not true" in partner.desk.document("site", Format.ATOM)
    assert partner.articles()["b"].status is Status.PUBLISHED
    assert polled(partner, deleted=gone("a", "2026-05-01T10:00:00Z") + gone("z")).outcome is Outcome.UNCHANGED


def test_reason_is_the_partners_name_where_it_gave_none(partner: Partner) -> None:
    partner.add(title="Quay Paper")
    polled(partner, f"a|one|{WHEN}")
    polled(partner, deleted=gone("a"))
    assert partner.articles()["a"].withdrawn_reason == "Withdrawn by Quay Paper"


def test_tombstone_of_an_entry_that_is_there_in_a_later_version_counts_for_nothing(partner: Partner) -> None:
    partner.add()
    later = "2026-05-01T11:00:00Z"
    polled(partner, f"a|one|{WHEN}", f"b|two|{WHEN}", deleted=gone("b"))
    assert states(partner)["b"] == ("refused", "withdrawn by its partner")
    polled(partner, f"a|one, again|{later}", deleted=gone("a"))
    assert partner.articles()["a"].status is Status.PUBLISHED


def test_what_the_newsroom_did_outlives_the_partners_tombstone(partner: Partner) -> None:
    partner.add()
    polled(partner, f"a|one|{WHEN}", f"b|two|{WHEN}", f"c|three|{WHEN}")
    stories = partner.articles()
    partner.desk.withdraw(stories["a"].id, "Ours")
    tombs = gone("a") + gone("b")
    polled(partner, f"c|three|{WHEN}", deleted=tombs)
    assert partner.articles()["a"].withdrawn_reason == "Ours"
    back = partner.change(partner.articles()["b"], status="published")
    assert back.status is Status.PUBLISHED
    polled(partner, f"c|three, changed|{WHEN}", deleted=tombs + gone("x"))
    assert partner.articles()["b"].status is Status.PUBLISHED


def test_new_version_of_what_was_taken_back_is_kept_and_not_published(partner: Partner) -> None:
    partner.add()
    polled(partner, f"a|one|{WHEN}")
    polled(partner, deleted=gone("a"))
    polled(partner, "a|one, mended|2026-05-01T12:00:00Z")
    story = partner.articles()["a"]
    assert story.status is Status.WITHDRAWN
    assert "mended" in story.content_html


def test_held_entry_that_is_taken_back_is_held_no_more(partner: Partner) -> None:
    partner.add(publish="hold")
    polled(partner, f"a|one|{WHEN}")
    polled(partner, deleted=gone("a"))
    assert states(partner)["a"] == ("refused", "withdrawn by its partner")
    assert release(partner.desk.room, partner.source_id, []) == 0


def test_tombstone_counts_for_entries_of_its_own_source_alone(partner: Partner) -> None:
    partner.add()
    polled(partner, f"a|one|{WHEN}")
    other = Partner(partner.desk, partner.clock, partner.server)
    other.add(url=f"{partner.server.url}/other")
    polled(other, deleted=gone("a"))  # answered to whoever asks
    other.fetcher.stop()
    assert partner.articles()["a"].status is Status.PUBLISHED


def test_another_broadsheets_json_is_followed_as_well(partner: Partner) -> None:
    partner.add()

    def feed(*items: str, deleted: tuple[str, ...] = ()) -> bytes:
        told = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": "Quay",
            "items": [{"id": name, "title": name, "content_text": name} for name in items],
            "_broadsheet": {"deleted": [{"id": name, "at": WHEN, "reason": "An error"} for name in deleted]},
        }
        return reply(200, json.dumps(told).encode())

    partner.answer = feed("a", "b")
    partner.polled()
    partner.answer = feed("b", deleted=("a",))
    partner.polled()
    story = partner.articles()["a"]
    assert (story.status, story.withdrawn_reason) == (Status.WITHDRAWN, "An error")
    assert story.withdrawn_at is not None
    assert story.withdrawn_at > datetime(2026, 5, 1, tzinfo=UTC)
