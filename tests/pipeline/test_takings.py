"""Documents of several partners that are written in one transaction come out as if one had come after the other."""

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest

from feeds.ingest.readers import read_here
from feeds.model.source import Poll
from feeds.pipeline import keeping
from feeds.pipeline.poll import ask, claim, slow
from feeds.pipeline.takings import Taking, write_all
from feeds.store import articles
from tests.loopback import reply
from tests.pipeline.partners_house import WORDS, House, Partner, item, rss


def polled_together(house: House, documents: Mapping[Partner, str]) -> list[Poll]:
    """Poll partners at one moment; what their documents say is written in one transaction, in this order."""
    room = house.desk.room
    house.clock.advance(hours=1)
    order = {partner.id: at for at, partner in enumerate(documents)}
    gathered: list[Taking] = []
    done: dict[str, tuple[int, int]] = {}

    def write_them() -> None:
        takings = sorted(gathered, key=lambda taking: order[taking.source.id])
        done.update(zip((taking.source.id for taking in takings), write_all(room, takings), strict=True))

    barrier = threading.Barrier(len(documents), action=write_them, timeout=20)

    def write(taking: Taking) -> tuple[int, int]:
        gathered.append(taking)
        barrier.wait()
        return done[taking.source.id]

    def poll(partner: Partner) -> Poll:
        claim(room, partner.source)
        asked = ask(room, partner.source)
        answer = house.fetcher.fetch(asked.source.url, asked.validators)
        came = slow(room, asked, answer, read_here, write)
        keeping.keep(room, [came])
        return came.poll

    for partner, items in documents.items():
        house.answers[f"/{partner.name}"] = reply(200, rss(items))
    with ThreadPoolExecutor(len(documents)) as threads:
        return list(threads.map(poll, documents))


def count(house: House) -> int:
    with house.desk.room.store.read() as connection:
        return sum(articles.count_by_status(connection).values())


SAME = {
    "page": item(1, "dock.example", link="https://quay.example/1?utm_source=dock", title="A ferry", description="Cut."),
    "text": item(1, "dock.example"),
    "id": item(1, "dock.example", guid="https://quay.example/?p=1", description="Said in other words."),
}


@pytest.mark.parametrize("other", SAME.values(), ids=SAME)
def test_same_story_is_one_article(house: House, other: str) -> None:
    first, second, third = (house.partner(name) for name in ("first", "second", "third"))
    came = polled_together(
        house,
        {first: item(1) + item(2), second: other + item(7, "dock.example"), third: item(9, "mole.example")},
    )
    assert [poll.new for poll in came] == [2, 2, 1]
    (one,) = (found for found in second.entries().values() if found.joined)
    assert (one.state, one.why) == ("published", "the same story as from first")
    assert one.article == first.entries()["https://quay.example/?p=1"].article
    assert count(house) == 4


def test_same_id_of_other_stories_are_articles_of_their_own(house: House) -> None:
    partners = [house.partner(name) for name in ("first", "second", "third")]
    documents = {one: item(at, f"{one.name}.example", guid="1") for at, one in enumerate(partners, start=1)}
    assert [poll.new for poll in polled_together(house, documents)] == [1, 1, 1]
    assert count(house) == 3
    assert [set(one.articles()) for one in partners] == [{f"Ferry story {at}"} for at in (1, 2, 3)]


def test_of_two_that_meet_the_same_article_by_other_signs_one_goes_before(house: House) -> None:
    first = house.partner("first")
    first.polled(item(1))
    wires = [house.partner(name, wire=True) for name in ("north", "south")]
    by_page = item(1, "north.example", link="https://quay.example/1", description="The wire's own words of it.")
    polled_together(house, {wires[0]: by_page, wires[1]: item(1, "south.example")})
    assert [one.states() for one in wires] == [
        {("published", "goes before the same story from first")},
        {("published", "the same story as from north")},
    ]
    assert count(house) == 1


def test_a_story_that_a_partner_changes_is_met_by_another_as_it_now_is(house: House) -> None:
    first, second = house.partner("first"), house.partner("second")
    first.polled(item(1))
    changed = f"<p>{WORDS} 50, and the vote was close.</p>"
    came = polled_together(
        house, {first: item(1, description=changed), second: item(1, "dock.example", description=changed)}
    )
    assert [(poll.new, poll.changed) for poll in came] == [(0, 1), (1, 0)]
    assert second.states() == {("published", "the same story as from first")}
    assert count(house) == 1
