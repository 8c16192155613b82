"""What is quite unlike a partner is held until somebody has looked; what is daily life never is."""

from collections.abc import Callable

import pytest

from feeds.errors import Refusal
from feeds.model.source import State
from feeds.pipeline import partners
from feeds.pipeline.status import status
from feeds.store import sources
from tests.pipeline.partners_house import WORDS, House, Partner, item

NEW = "x.example"


def many(numbers: range, host: str = "quay.example", **fields: str) -> list[str]:
    return [item(number, host, **fields) for number in numbers]


def reworded(number: int, host: str = "quay.example", **fields: str) -> str:
    """Write an item that is nothing like the others."""
    told = {"title": f"Market news {number}", "description": f"The market opened at {number} and closed early."}
    return item(number, host, **{**told, **fields})


ALARMS: dict[str, tuple[Callable[[], list[str]], str]] = {
    "flood": (lambda: many(range(100, 140)), "40 new entries at once, more than it ever had"),
    "ids": (
        lambda: [item(number, guid=f"n{number}", link=f"https://quay.example/new/{number}") for number in range(1, 9)],
        "the ids of 8 of its 8 entries have changed",
    ),
    "ids and texts": (
        lambda: [
            item(number, guid=f"n{number}", link=f"https://quay.example/n/{number}", description=f"Redone {number}")
            for number in range(1, 9)
        ],
        "the ids of 8 of its 8 entries have changed",
    ),
    "host": (
        lambda: [reworded(number, NEW, guid=f"n{number}", link=f"https://{NEW}/n/{number}") for number in range(9, 17)],
        f"its links led to quay.example; now they lead to {NEW}, and all ids are others",
    ),
    "dates ahead": (
        lambda: [*many(range(1, 9)), *many(range(9, 15), pubDate="Wed, 01 Apr 2037 10:00:00 GMT")],
        "6 of 6 new entries are dated in the future",
    ),
    "dates long ago": (
        lambda: [*many(range(1, 9)), *many(range(9, 15), pubDate="Wed, 01 Apr 2009 10:00:00 GMT")],
        "6 of 6 new entries are dated long before all that it ever had",
    ),
}


@pytest.mark.parametrize("name", ALARMS)
def test_document_that_is_unlike_its_source_is_held_until_it_is_released(house: House, name: str) -> None:
    make, reason = ALARMS[name]
    partner = house.partner("quay")
    partner.polled(*many(range(1, 9)))
    before = partner.articles()
    partner.polled(*make())
    source = partner.source
    assert (source.state, source.alarm) == (State.QUARANTINED, reason if name != "flood" else f"it has {reason}")
    assert source.why.startswith(f"quarantined: {source.alarm}; ")
    assert source.next_poll_at is not None
    assert partner.articles() == before
    partner.polled(*make(), item(90))  # it is polled on, and what comes is held as well
    assert partner.articles() == before
    assert "Ferry story 90" in {one.title for one in partner.entries().values() if one.state == "held"}
    partner.release()
    assert partner.source.state is State.ACTIVE
    assert not [one for one in partner.entries().values() if one.state == "held"]
    partner.polled()
    assert partner.source.state is State.ACTIVE
    partner.polled(*make(), item(90), reworded(91))
    assert (partner.source.state, partner.source.alarm) == (State.ACTIVE, "")
    assert "Market news 91" in partner.articles()


def test_language_that_changes_is_held(house: House) -> None:
    partner = house.partner("quay")
    partner.polled(item(1), item(2), language="en-GB")
    partner.polled(item(1), item(2), item(3), language="en")
    assert partner.source.state is State.ACTIVE
    partner.polled(item(1, title="Anders"), item(4), language="de")
    assert partner.source.alarm == "its language was en, now it is de"
    assert "Anders" not in partner.articles()
    assert {one.title for one in partner.entries().values() if one.state == "held"} == {"Ferry story 4"}
    partner.release()
    partner.polled()
    assert {"Anders", "Ferry story 4"} <= partner.articles().keys()


def test_language_that_its_operator_has_set_is_not_judged(house: House) -> None:
    partner = house.partner("quay", language="fr")
    partner.polled(item(1), language="en")
    partner.polled(item(2), language="fr")
    assert partner.source.state is State.ACTIVE


QUIET: dict[str, list[list[str]]] = {
    "it doubles its length": [many(range(20, 35)), many(range(1, 35))],
    "a small one grows": [[item(1)], many(range(1, 15))],
    "its window is all new": [many(range(1, 13)), [reworded(number) for number in range(13, 25)]],
    "late and back-dated ones": [
        many(range(5, 13)),
        [*many(range(5, 13)), *many(range(1, 5), pubDate="Wed, 01 Apr 2009 10:00:00 GMT")],
    ],
    "its dates are renewed": [many(range(1, 9)), many(range(1, 9), pubDate="Thu, 30 Apr 2026 10:00:00 GMT")],
    "a calendar": [
        many(range(1, 9), pubDate="Wed, 01 Apr 2037 10:00:00 GMT"),
        many(range(1, 17), pubDate="Wed, 01 Apr 2037 10:00:00 GMT"),
    ],
    "ids that drift to another host": [
        many(range(1, 9)),
        [
            item(number, guid=f"http://www.quay.test/?p={number}", link=f"https://www.quay.test/{number}")
            for number in range(1, 9)
        ],
    ],
    "columns of one name": [
        [item(number, title=f"Column {number % 5}", description=f"{WORDS} {number}") for number in range(1, 6)],
        [item(number, title=f"Column {number % 5}", description=f"{WORDS} {number}") for number in range(6, 11)],
    ],
    "links to everywhere": [
        [item(number, f"h{number}.example") for number in range(1, 9)],
        [reworded(number, f"h{number}.example") for number in range(11, 19)],
    ],
    "one entry, another one": [[item(1)], [reworded(2, NEW)]],
}


@pytest.mark.parametrize("name", QUIET)
def test_daily_life_trips_no_alarm(house: House, name: str) -> None:
    partner = house.partner("quay", first_poll=100)
    for items in QUIET[name]:
        partner.polled(*items)
    assert (partner.source.state, partner.source.alarm) == (State.ACTIVE, "")
    assert {state for state, _ in partner.states()} == {"published"}


def test_first_documents_of_all_lengths_trip_no_alarm_and_flood_nobody(house: House) -> None:
    partner = house.partner("quay")
    partner.polled(*many(range(1, 1)) or [""])
    partner.polled(*many(range(1, 301)))
    assert partner.source.state is State.ACTIVE
    assert len(partner.articles()) == 10


def test_after_a_long_pause_the_newest_are_published_and_the_rest_waits(house: House) -> None:
    partner = house.partner("quay")
    partner.polled(*many(range(1, 6)))
    house.clock.advance(days=40)
    partner.polled(*(reworded(number, pubDate="Mon, 25 May 2026 10:00:00 GMT") for number in range(6, 66)))
    assert partner.source.state is State.ACTIVE
    states = [one.state for one in partner.entries().values()]
    assert (states.count("published"), states.count("held")) == (5 + 10, 50)
    assert ("held", "after a long pause the newest 10 are published") in partner.states()
    assert partner.release() == 50
    assert len(partner.articles()) == 65


def test_named_entries_are_released_and_the_quarantine_stays(house: House) -> None:
    partner = quarantined(house)
    assert partner.release("https://quay.example/?p=100") == 1
    assert partner.source.state is State.QUARANTINED
    assert "Ferry story 100" in partner.articles()


def test_resumed_without_release_goes_on_and_leaves_held_what_is_held(house: House) -> None:
    partner = quarantined(house)
    partners.resume(house.desk.room, partner.id)
    partner.polled(item(300))
    assert (partner.source.state, partner.source.alarm) == (State.ACTIVE, "")
    assert "Ferry story 300" in partner.articles()
    assert [one.state for one in partner.entries().values()].count("held") == 40


def test_quarantine_cannot_be_set_by_hand_and_is_kept_by_a_patch_of_something_else(house: House) -> None:
    partner = quarantined(house)
    partner.change(credit="From the quay")
    assert partner.source.state is State.QUARANTINED
    partner.change(state="quarantined")
    partner.change(state="paused")
    assert partner.source.state is State.PAUSED
    with pytest.raises(Refusal):
        partner.change(state="quarantined")


def test_quarantined_source_is_due_told_of_and_polled_when_asked(house: House) -> None:
    partner = quarantined(house)
    partners.poll_soon(house.desk.room, partner.id)
    with house.desk.room.store.read() as connection:
        assert [one.id for one in sources.due(connection, 2**62, 10)] == [partner.id]
        told = partners.represent(connection, partner.source)
    assert told["state"] == "quarantined"
    failing = status(house.desk.room)["sources"]
    assert isinstance(failing, dict)
    assert [(one["id"], one["state"]) for one in failing["failing"]] == [(partner.id, "quarantined")]


def test_held_story_that_another_partner_has_sent_meanwhile_joins_its_article(house: House) -> None:
    partner, other = quarantined(house), house.partner("dock")
    other.polled(item(100, "dock.example", link="https://quay.example/100"))
    partner.release()
    assert partner.entries()["https://quay.example/?p=100"].article == next(iter(other.articles().values())).id


def quarantined(house: House) -> Partner:
    partner = house.partner("quay")
    partner.polled(*many(range(1, 9)))
    partner.polled(*many(range(100, 140)))
    assert partner.source.state is State.QUARANTINED
    return partner
