"""The road of a partner's feed, end to end: a loopback partner, a real store, articles in channels."""

import json
import socket
from collections.abc import Iterator
from html import escape

import pytest

from feeds.errors import Refusal
from feeds.ingest.fetch import Fetcher
from feeds.model.article import Article, Status
from feeds.model.document import Format
from feeds.model.representation import represent
from feeds.model.source import Outcome, Poll, Source, State
from feeds.pipeline import partners
from feeds.pipeline.erasure import erase
from feeds.pipeline.poll import claim, poll
from feeds.pipeline.poller import make_fetcher
from feeds.store import articles, dirty, entries, labels, polls, sources
from feeds.store.entries import Known
from tests.conftest import Desk
from tests.fakes import FixedClock
from tests.loopback import Loopback, Request, reply


def item(number: int, **fields: str) -> str:
    """Write an item of RSS; number 1 is the oldest."""
    told = {
        "title": f"Story {number}",
        "link": f"https://partner.example/{number}",
        "guid": f"https://partner.example/?p={number}",
        "pubDate": f"Wed, {number:02d} Apr 2026 10:00:00 GMT",
        "description": f"<p>Text {number}</p>",
        **fields,
    }
    return "<item>" + "".join(f"<{name}>{escape(text)}</{name}>" for name, text in told.items() if text) + "</item>"


def rss(*items: str, title: str = "Quay Paper") -> bytes:
    head = f"<title>{title}</title><link>https://partner.example/</link><description>x</description>"
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{"".join(items)}</channel></rss>'.encode()


class Partner:
    """A partner whose feed a test sets; answers 304 where it is asked by the tag."""

    def __init__(self, desk: Desk, clock: FixedClock, server: Loopback) -> None:
        self.desk, self.clock, self.server = desk, clock, server
        self.fetcher: Fetcher = make_fetcher(desk.room)
        self.source_id = ""
        self.answer = reply(404)

    def add(self, **given: object) -> Source:
        source = partners.add(self.desk.room, {"url": f"{self.server.url}/feed", **given})
        self.source_id = source.id
        return source

    @property
    def source(self) -> Source:
        with self.desk.room.store.read() as connection:
            return partners.get(connection, self.source_id)

    def polled(self, *items: str, **answer: str) -> Poll:
        """Poll a feed of these items an hour later; without items, whatever the answer is set to."""
        if items:
            self.answer = reply(200, rss(*items, **answer))
        self.clock.advance(hours=1)
        claim(self.desk.room, self.source)
        return poll(self.desk.room, self.fetcher, self.source)

    def entries(self) -> list[Known]:
        """Give what is known of entries, those first seen last first."""
        with self.desk.room.store.read() as connection:
            return entries.newest(connection, self.source_id, before=None, limit=100)

    def articles(self) -> dict[str, Article]:
        """Give the articles by title."""
        with self.desk.room.store.read() as connection:
            ids = [known.article for known in entries.newest(connection, self.source_id, before=None, limit=100)]
            return {found.title: found for found in articles.load(connection, [one for one in ids if one]).values()}

    def is_dirty(self) -> bool:
        with self.desk.room.store.read() as connection:
            return dirty.is_any(connection)

    def change(self, article: Article, **fields: object) -> Article:
        """Change fields as PATCH through the API does."""
        stored = represent(article, self.desk.room.site, [])
        return self.desk.put(article.id, **{**stored, **fields}).article  # type: ignore[arg-type]


@pytest.fixture
def partner(environ: dict[str, str], clock: FixedClock, request: pytest.FixtureRequest) -> Iterator[Partner]:
    environ["FEEDS_INGEST__ALLOW_NETWORKS"] = '["127.0.0.1/32"]'
    environ["FEEDS_INGEST__FIRST_POLL"] = "3"
    desk: Desk = request.getfixturevalue("desk")
    made: list[Partner] = []

    def answer(_request: Request, connection: socket.socket) -> None:
        connection.sendall(made[0].answer)

    with Loopback(answer) as server:
        made.append(Partner(desk, clock, server))
        yield made[0]
    made[0].fetcher.stop()


def test_first_poll_publishes_the_newest_and_remembers_the_rest(partner: Partner) -> None:
    partner.add()
    came = partner.polled(*(item(number) for number in (2, 5, 1, 4, 3)))
    assert (came.outcome, came.new, came.changed, came.status) == (Outcome.CHANGED, 5, 0, 200)
    states = {known.title: (known.state, known.why) for known in partner.entries()}
    assert [states[f"Story {number}"][0] for number in range(1, 6)] == ["remembered"] * 2 + ["published"] * 3
    assert "newest 3" in states["Story 1"][1]
    assert set(partner.articles()) == {"Story 3", "Story 4", "Story 5"}


def test_article_carries_its_partner_and_its_moment(partner: Partner) -> None:
    partner.add(tags={"their tag": "Ours", "dropped": ""}, add_tags=["Partner"], section="World")
    more = "".join(f"<category>{name}</category>" for name in ("Their Tag", "Dropped", "Kept"))
    partner.polled(item(5, author="a@p.example (Ana)").replace("</item>", more + "</item>"))
    found = partner.articles()["Story 5"]
    assert found.canonical_url == "https://partner.example/5"
    assert found.origin is not None
    assert (found.origin.title, found.origin.entry_id) == ("Quay Paper", "https://partner.example/?p=5")
    assert found.published_at is not None
    assert found.published_at.isoformat() == "2026-04-05T10:00:00+00:00"
    assert [label.name for label in (*found.tags, *found.authors)] == ["Ours", "Kept", "Partner", "Ana"]
    assert found.section is not None
    assert found.section.name == "World"
    partner.desk.build()
    assert "Quay Paper" in partner.desk.document("tags/ours", Format.RSS)


def test_polled_again_nothing_changes(partner: Partner) -> None:
    partner.add()
    partner.polled(item(1), item(2), item(3), item(4))
    partner.desk.build()
    before, stamp = partner.articles(), partner.desk.version("site")
    same_but_for_noise = [item(4, description="<p>Text 4</p><img width='1' height='1' src='https://t.example/7.gif'>")]
    same_but_for_noise += [item(3, link="https://partner.example/3?utm_source=7"), item(2), item(1)]
    for answer in (partner.answer, reply(200, rss(item(4), item(2), item(3), item(1)))):
        partner.answer = answer
        assert partner.polled().outcome is Outcome.UNCHANGED
    came = partner.polled(*same_but_for_noise)
    assert (came.outcome, came.new, came.changed) == (Outcome.UNCHANGED, 0, 0)
    assert not partner.is_dirty()
    partner.desk.build()
    assert partner.articles() == before
    assert partner.desk.version("site") == stamp


def test_partner_that_says_unchanged_is_asked_by_its_own_validators(partner: Partner) -> None:
    partner.add()
    partner.answer = reply(200, rss(item(1)), 'ETag: "quay 1"', "Last-Modified: early")
    partner.polled()
    partner.answer = reply(304, b"", 'ETag: "quay 2"')
    assert (partner.polled().outcome, partner.source.validators.etag) == (Outcome.UNCHANGED, '"quay 2"')
    assert partner.server.requests[1].fields["if-none-match"] == '"quay 1"'
    partner.polled()
    assert partner.server.requests[2].fields["if-none-match"] == '"quay 2"'
    assert partner.server.requests[2].fields["if-modified-since"] == "early"


def test_updated_entry_is_a_revision_of_its_article(partner: Partner) -> None:
    partner.add()
    partner.polled(item(1), item(2))
    before = partner.articles()["Story 2"]
    came = partner.polled(item(1), item(2, title="Story 2, corrected"))
    assert (came.outcome, came.new, came.changed) == (Outcome.CHANGED, 0, 1)
    after = partner.articles()["Story 2, corrected"]
    assert (after.id, after.revision, after.published_at) == (before.id, 2, before.published_at)
    assert after.updated_at == partner.clock.now()


def test_change_of_dates_alone_is_none(partner: Partner) -> None:
    partner.add()
    partner.polled(item(1), item(2))
    before = partner.articles()
    assert partner.polled(item(1), item(2, pubDate="Thu, 30 Apr 2026 10:00:00 GMT")).outcome is Outcome.UNCHANGED
    assert partner.articles() == before


def test_entry_without_a_date_keeps_the_moment_of_its_first_sight(partner: Partner) -> None:
    partner.add()
    partner.polled(item(1, pubDate=""), item(2, pubDate="Fri, 01 Jan 2044 10:00:00 GMT"))
    seen = partner.clock.now()
    partner.polled(item(1, pubDate="", title="Other"), item(2, pubDate="Fri, 01 Jan 2044 11:00:00 GMT"))
    assert {found.published_at for found in partner.articles().values()} == {seen}


@pytest.mark.parametrize(
    "drifted",
    [
        "http://partner.example/?p=2",
        "https://www.partner.example/?p=2",
        "https://other.example/?p=2",
        "https://partner.example/?p=2&utm_source=9",
        "http://partner.example/?p=2#xtor=RSS-9",
    ],
)
def test_id_that_drifts_is_the_same_entry(partner: Partner, drifted: str) -> None:
    partner.add()
    partner.polled(item(1), item(2))
    before = partner.articles()
    assert partner.polled(item(1), item(2, guid=drifted, link="https://partner.example/moved")).new == 0
    assert {found.id for found in partner.articles().values()} == {found.id for found in before.values()}
    assert partner.polled(item(1), item(2, guid=drifted, link="https://partner.example/moved")).changed == 0


def test_tracking_values_that_change_at_every_poll_change_nothing(partner: Partner) -> None:
    partner.add()
    for value in range(5):
        address = f"https://partner.example/story?utm_campaign={value}&id=7"
        came = partner.polled(item(1, guid=address, link=f"{address}#xtor=RSS-{value}"))
        assert (came.new, came.changed) == (int(value == 0), 0)
    (article,) = partner.articles().values()
    assert article.canonical_url == "https://partner.example/story?id=7"


@pytest.mark.parametrize("date", ["", "Wed, 01 Apr 2026 10:00:00 GMT", "Fri, 01 Jan 2044 10:00:00 GMT"])
def test_document_whose_entries_bear_one_moment_keeps_its_order(partner: Partner, date: str) -> None:
    partner.add(first_poll=50)
    partner.polled(*(item(number, pubDate=date) for number in range(45)))
    newest_first = sorted(partner.articles().values(), key=lambda one: (one.published_at, one.id), reverse=True)
    assert [article.title for article in newest_first] == [f"Story {number}" for number in range(45)]


def test_id_that_drifts_is_another_entry_where_the_document_holds_both(partner: Partner) -> None:
    partner.add()
    partner.polled(item(2))
    both = item(3, guid="http://partner.example/?p=2"), item(2)
    assert partner.polled(*both).new == 1
    assert partner.polled(*reversed(both)).new == 0


def test_new_id_of_a_known_link_is_the_same_entry(partner: Partner) -> None:
    partner.add()
    partner.polled(item(1), item(2))
    assert partner.polled(item(1, guid="urn:uuid:1"), item(2, guid="urn:uuid:2")).new == 0
    assert len(partner.entries()) == 2


def test_entries_that_all_lead_to_the_front_page_are_not_one_story(partner: Partner) -> None:
    partner.add()
    home = {"link": "https://partner.example/"}
    partner.polled(item(1, guid="urn:1", **home))
    assert partner.polled(item(2, guid="urn:2", **home)).new == 1


def test_doubled_ids_are_told_apart_in_any_order(partner: Partner) -> None:
    partner.add()
    doubled = [item(number, guid="same", link="") for number in (1, 2)] + [item(3, guid="same")]
    assert partner.polled(*doubled).new == 3
    assert partner.polled(*reversed(doubled)).outcome is Outcome.UNCHANGED
    assert len(partner.articles()) == 3
    for left in doubled:  # one that stays alone is the one it was
        came = partner.polled(left)
        assert (came.new, came.changed) == (0, 0)


def test_entry_whose_id_is_doubled_later_stays_its_own(partner: Partner) -> None:
    partner.add()
    partner.polled(item(1, guid="same", link=""))
    assert partner.polled(item(1, guid="same", link=""), item(2, guid="same", link="")).new == 1
    assert len(partner.articles()) == 2


def test_exact_doubles_are_one_entry(partner: Partner) -> None:
    partner.add()
    assert partner.polled(item(1), item(1)).new == 1


def test_late_and_back_dated_entries_come_in(partner: Partner) -> None:
    partner.add()
    partner.polled(item(20))
    assert partner.polled(item(20), item(2)).new == 1
    assert "Story 2" in partner.articles()


def test_entry_that_drops_out_and_comes_back_is_not_new(partner: Partner) -> None:
    partner.add()
    partner.polled(item(1), item(2))
    partner.polled(item(2))
    assert partner.polled(item(1), item(2)).outcome is Outcome.UNCHANGED
    assert len(partner.articles()) == 2


def test_what_was_withdrawn_never_comes_back(partner: Partner) -> None:
    partner.add()
    partner.polled(item(1), item(2))
    gone = partner.articles()["Story 2"]
    partner.desk.withdraw(gone.id)
    assert partner.polled(item(1), item(2, title="Story 2, new version")).changed == 1
    kept = partner.articles()["Story 2, new version"]
    assert (kept.id, kept.status) == (gone.id, Status.WITHDRAWN)
    partner.desk.build()
    assert "new version" not in partner.desk.document("site")


def test_what_was_erased_never_comes_back_nor_what_its_entry_says(partner: Partner) -> None:
    partner.add()
    partner.polled(item(1), item(2))
    erase(partner.desk.room, partner.articles()["Story 1"].id)
    for title, link in (("Story 1", "1"), ("Story 1 changed", "1"), ("Story 1 moved", "1-new")):
        again = partner.polled(item(1, title=title, link=f"https://partner.example/{link}"), item(2))
        assert (again.outcome, again.new, again.changed) == (Outcome.UNCHANGED, 0, 0)
        assert set(partner.articles()) == {"Story 2"}
    (entry,) = [known for known in partner.entries() if known.state == "refused"]
    assert (entry.why, entry.title) == ("erased", "")


def test_fields_that_the_newsroom_changed_stay_ours(partner: Partner) -> None:
    partner.add()
    partner.polled(item(1))
    taken = partner.articles()["Story 1"]
    partner.change(taken, title="Our headline", flags=["must-read"], kicker="Harbour")
    assert partner.polled(item(1, title="Their new headline", description="<p>Their new text</p>")).changed == 1
    found = partner.articles()["Our headline"]
    assert (found.flags, found.kicker) == (("must-read",), "Harbour")
    assert found.content_html == "<p>Their new text</p>"
    with partner.desk.room.store.read() as connection:
        assert articles.ours_of(connection, [found.id])[found.id] == {"title", "flags", "kicker"}


def test_sending_back_what_was_given_makes_nothing_ours(partner: Partner) -> None:
    partner.add()
    partner.polled(item(1))
    partner.change(partner.articles()["Story 1"])
    partner.polled(item(1, title="Their new headline"))
    assert set(partner.articles()) == {"Their new headline"}


def test_moment_that_the_newsroom_set_stays(partner: Partner) -> None:
    partner.add()
    partner.polled(item(1))
    changed = partner.change(partner.articles()["Story 1"], published_at="2026-01-01T00:00:00Z")
    partner.polled(item(1, title="Other"))
    assert partner.articles()["Other"].published_at == changed.published_at


def test_our_own_stories_coming_back_are_refused(partner: Partner) -> None:
    site = partner.desk.room.site
    own = partner.desk.put("a", "Our story").article
    partner.add()
    by_id = item(20, guid=site.article_guid(own.id))
    by_link = item(21, link=f"{site.url.replace('https', 'http')}{own.path}?utm_source=partner")
    assert partner.polled(by_id, by_link, *(item(number) for number in (1, 2, 3))).new == 5
    assert {known.title: known.why for known in partner.entries() if known.state == "refused"} == {
        "Story 20": "ours",
        "Story 21": "ours",
    }
    assert len(partner.articles()) == 3  # they take no place among the first


def test_held_entries_wait_in_their_newest_version(partner: Partner) -> None:
    partner.add(publish="hold")
    partner.polled(item(1))
    partner.polled(item(1, title="Better"))
    known = partner.entries()[0]
    assert (known.state, known.title, partner.articles()) == ("held", "Better", {})


def test_what_is_too_old_is_remembered(partner: Partner) -> None:
    partner.add(max_age_days=10)
    partner.polled(item(30))
    partner.polled(item(30), item(2))
    assert {known.title: known.why for known in partner.entries() if known.state == "remembered"} == {
        "Story 2": "older than 10 days"
    }


def test_failure_backs_off_and_says_why(partner: Partner) -> None:
    partner.add()
    partner.answer = reply(500)
    waits = []
    for failures in (1, 2, 3):
        came = partner.polled()
        assert (came.outcome, came.status, partner.source.failures) == (Outcome.HTTP_ERROR, 500, failures)
        next_at = partner.source.next_poll_at
        assert next_at is not None
        waits.append((next_at - partner.clock.now()).total_seconds() / 900)
    assert [wait // 2**failures for failures, wait in enumerate(waits, 1)] == [1, 1, 1]
    assert "http-error: 500" in partner.source.why
    assert "failed 3 times" in partner.source.why
    partner.polled(item(1))
    assert (partner.source.failures, "every" in partner.source.why) == (0, True)


def test_partner_that_asks_for_a_pause_gets_it(partner: Partner) -> None:
    partner.add()
    partner.answer = reply(429, b"", "Retry-After: 7200")
    assert partner.polled().outcome is Outcome.THROTTLED
    next_at = partner.source.next_poll_at
    assert next_at is not None
    assert (next_at - partner.clock.now()).total_seconds() == 7200
    assert "asked to wait" in partner.source.why


def test_gone_ends_polling_until_it_is_asked_for(partner: Partner) -> None:
    partner.add()
    partner.polled(item(1))
    partner.answer = reply(410)
    assert partner.polled().outcome is Outcome.GONE
    assert (partner.source.state, partner.source.next_poll_at) == (State.GONE, None)
    with partner.desk.room.store.read() as connection:
        assert sources.due(connection, 10**18, 10) == []
    partners.poll_soon(partner.desk.room, partner.source_id)
    assert partner.polled(item(1), item(2)).outcome is Outcome.CHANGED
    assert partner.source.state is State.ACTIVE
    assert len(partner.articles()) == 2


def test_what_the_operator_does_during_a_poll_stands(partner: Partner) -> None:
    partner.add()
    room = partner.desk.room
    for act in ("pause", "ask", "remove"):
        source = partner.source
        claim(room, source)
        partner.answer = reply(200, rss(item(1, title=act)))
        if act == "pause":
            with room.store.write() as connection:
                sources.change(connection, source.id, {"state": "paused", "title": "Mine"})
            poll(room, partner.fetcher, source)
            assert (partner.source.state, partner.source.title) == (State.PAUSED, "Mine")
            with room.store.write() as connection:
                sources.change(connection, source.id, {"state": "active"})
        elif act == "ask":
            partner.clock.advance(seconds=5)
            partners.poll_soon(room, source.id)
            poll(room, partner.fetcher, source)
            assert partner.source.next_poll_at == partner.clock.now()
        else:
            partners.remove(room, source.id)
            poll(room, partner.fetcher, source)
            with room.store.read() as connection:
                assert sources.due(connection, 10**18, 10) == []


def test_removed_and_added_again_takes_up_its_id_and_what_it_remembered(partner: Partner) -> None:
    first = partner.add()
    partner.polled(*(item(number) for number in range(1, 6)))
    before = partner.articles()
    partner.desk.build()
    partners.remove(partner.desk.room, first.id)
    assert all(found.origin is not None and found.origin.title == "Quay Paper" for found in partner.articles().values())
    again = partner.add(title="The Quay")
    assert again.id == first.id
    partner.desk.build()
    assert "The Quay" in partner.desk.document("site")  # its articles have heard
    assert partner.desk.differing() == {}
    came = partner.polled(*(item(number) for number in range(1, 7)))
    assert (came.new, came.changed) == (1, 0)
    assert set(partner.articles()) == {*before, "Story 6"}


def test_address_is_taken_once(partner: Partner) -> None:
    partner.add()
    with pytest.raises(Refusal) as caught:
        partner.add()
    assert caught.value.status == 409


HARMLESS = {
    "page": (b"<!DOCTYPE html><html><body><p>Hello</p></body></html>", Outcome.NOT_A_FEED),
    "nothing": (b"", Outcome.NOT_A_FEED),
    "noise": (bytes(range(256)), Outcome.NOT_A_FEED),
    "bomb": (
        b'<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;"><!ENTITY c "&b;&b;">]>'
        b"<rss version='2.0'><channel><item><title>&c;</title></item></channel></rss>",
        Outcome.BROKEN,
    ),
    "cut": (rss(item(1))[:60], Outcome.BROKEN),
    "empty feed": (rss(), Outcome.UNCHANGED),
    "false label": (rss(item(1)).replace(b'"1.0"', b'"1.0" encoding="utf-16"'), Outcome.UNCHANGED),
    "surrogates": (b'{"version":"https://jsonfeed.org/version/1.1","items":[{"title":"\\ud800"}]}', Outcome.CHANGED),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_what_is_no_feed_does_no_harm(partner: Partner, name: str) -> None:
    partner.add()
    partner.polled(item(1))
    before = partner.articles()
    body, outcome = HARMLESS[name]
    partner.answer = reply(200, body, "Content-Type: application/rss+xml; charset=koi8-r")
    came = partner.polled()
    assert came.outcome is outcome, came.detail
    assert {title: partner.articles()[title] for title in before} == before
    assert (partner.source.failures > 0) == outcome.is_failure
    with partner.desk.room.store.read() as connection:
        assert polls.newest(connection, partner.source_id)[0] == came


def test_first_poll_is_the_first_that_reads_the_feed(partner: Partner) -> None:
    partner.add()
    partner.answer = reply(500)
    partner.polled()
    partner.polled(*(item(number) for number in range(1, 6)))
    assert len(partner.articles()) == 3


def test_refused_entry_leaves_nothing_of_itself_and_stops_no_other(partner: Partner) -> None:
    source = partner.add()
    with partner.desk.room.store.write() as connection:  # as before such a section was refused when a source is added
        sources.change(connection, source.id, {"section": "corrections"})
    partner.polled(item(1, author="Nobody Else"), item(2))
    assert {known.state for known in partner.entries()} == {"refused"}
    assert all("/section" in known.why for known in partner.entries())
    with partner.desk.room.store.read() as connection:
        assert labels.find_by_name(connection, labels.Kind.AUTHORS, "Nobody Else") is None


def test_document_has_a_revision_for_every_change_and_equals_a_fresh_one(partner: Partner) -> None:
    partner.add()
    for turn in range(4):
        partner.polled(*(item(number, title=f"Story {number}.{turn % number}") for number in range(1, 5)))
        partner.desk.build()
    assert partner.desk.differing() == {}
    items = json.loads(partner.desk.document("site", Format.JSON))["items"]
    assert [one["title"] for one in items] == ["Story 4.3", "Story 3.0", "Story 2.1"]
