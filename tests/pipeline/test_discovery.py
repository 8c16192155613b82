"""An operator gives the address of a page: the feed that it names is what is polled."""

from feeds.model.source import Outcome
from feeds.pipeline import partners
from feeds.pipeline.trial import look_at
from tests.loopback import reply
from tests.pipeline.partners_house import House, item, rss


def page(address: str) -> bytes:
    link = f'<link rel="alternate" type="application/rss+xml" href="{address}">'
    return reply(200, f"<!doctype html><html><head>{link}</head><body>Quay</body></html>".encode())


def test_first_poll_of_a_page_makes_its_feed_the_source(house: House) -> None:
    house.answers = {"/home": page("/feed.xml"), "/feed.xml": reply(200, rss(item(1), item(2)))}
    partner = house.partner("home")
    found = partner.polled()
    assert (found.outcome, "names a feed" in found.detail) == (Outcome.NOT_A_FEED, True)
    assert partner.source.url == f"{house.server.url}/feed.xml"
    assert (partner.source.next_poll_at, partner.source.why) == (house.clock.now(), "its page names this feed")
    assert partner.polled().outcome is Outcome.CHANGED
    assert partner.polled().outcome is Outcome.UNCHANGED


def test_page_that_a_page_names_is_not_followed_on(house: House) -> None:
    house.answers = {"/home": page("/second"), "/second": page("/third")}
    partner = house.partner("home")
    for _ in range(4):
        assert partner.polled().outcome is Outcome.NOT_A_FEED
    assert partner.source.url == f"{house.server.url}/second"


def test_feed_that_turned_into_a_page_keeps_its_address(house: House) -> None:
    house.answers = {"/elsewhere": reply(200, rss(item(1)))}
    partner = house.partner("feed")
    partner.polled(item(1))
    house.answers["/feed"] = page("/elsewhere")
    assert partner.polled().outcome is Outcome.NOT_A_FEED
    assert partner.source.url == f"{house.server.url}/feed"


def test_feed_that_another_source_has_is_left_to_it(house: House) -> None:
    house.answers = {"/home": page("/feed")}
    house.partner("feed")
    partner = house.partner("home")
    assert "names a feed" in partner.polled().detail
    assert partner.source.url == f"{house.server.url}/home"
    with house.desk.room.store.read() as connection:
        assert "names a feed" in partners.get(connection, partner.id).why


def test_trial_looks_at_the_feed_that_a_page_names(house: House) -> None:
    house.answers = {"/home": page("/feed.xml"), "/feed.xml": reply(200, rss(item(1))), "/loop": page("/home")}
    told = look_at(house.desk.room, house.fetcher, f"{house.server.url}/home")
    assert (told["url"], told["outcome"]) == (f"{house.server.url}/feed.xml", "changed")
    told = look_at(house.desk.room, house.fetcher, f"{house.server.url}/loop")
    assert (told["url"], told["outcome"], told["entries"]) == (f"{house.server.url}/loop", "not-a-feed", [])
