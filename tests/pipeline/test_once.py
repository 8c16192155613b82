"""One story is one article: across partners, across polls, against our own, and against what was taken away."""

import pytest

from feeds.model.representation import represent
from feeds.model.source import Outcome
from feeds.pipeline.erasure import erase
from feeds.pipeline.takings import MOST_VERSIONS
from feeds.store import articles, entries, listing
from tests.pipeline.partners_house import WORDS, House, changed, item

TEXT = f"<p>{WORDS} 1.</p>"


@pytest.mark.parametrize(
    "other",
    [
        item(1, "dock.example", link="https://quay.example/1?utm_source=dock", title="A ferry", description="Cut."),
        item(1, "dock.example", link="http://www.quay.example/1/", title="A ferry", description="Cut."),
        item(1, "dock.example"),
        item(1, "dock.example", title="FERRY  STORY 1", description=TEXT.replace("p>", "div>").replace(" a ", "  a\n")),
        item(1, "dock.example", guid="https://quay.example/?p=1", description="Said in other words."),
    ],
    ids=["its page", "its page spelled otherwise", "its text", "its text set otherwise", "its id and headline"],
)
def test_same_story_from_two_partners_is_one_article(house: House, other: str) -> None:
    first, second = house.partner("first"), house.partner("second")
    first.polled(item(1), item(2))
    came = second.polled(other, item(7, "dock.example"))
    assert (came.outcome, came.new) == (Outcome.CHANGED, 2)
    (one,) = (found for found in second.entries().values() if found.joined)
    assert (one.state, one.why) == ("published", "the same story as from first")
    assert one.article == first.entries()["https://quay.example/?p=1"].article
    (article,) = (found for found in first.articles().values() if found.id == one.article)
    told = represent(article, house.desk.room.site, [])["source"]
    assert isinstance(told, dict)
    assert (told["id"], [(also["id"], also["entry_id"]) for also in told["also"]]) == (first.id, [(second.id, one.key)])
    with house.desk.room.store.read() as connection:
        assert articles.count_by_status(connection) == {"published": 3}


@pytest.mark.parametrize(
    "other",
    [
        item(
            1, "dock.example", guid="1", description="Nothing of the kind: the market is open again on Sunday morning."
        ),
        item(1, "dock.example", guid="https://quay.example/?p=1", title="Another", description=f"Other. {WORDS} 3"),
        item(1, "dock.example", description=f"{WORDS} 1, and the vote was close."),
        item(1, "dock.example", link="https://quay.example/", description=f"{WORDS} 4"),
    ],
    ids=["a number for an id", "an id that collides", "a text that says more", "its front page"],
)
def test_another_story_is_another_article(house: House, other: str) -> None:
    first, second = house.partner("first"), house.partner("second")
    first.polled(item(1, guid="1") if "<guid>1<" in other else item(1))
    second.polled(other)
    assert second.states() == {("published", "")}
    ids = {article.id for partner in (first, second) for article in partner.articles().values()}
    assert len(ids) == 2


def test_words_that_come_again_and_again_are_no_story(house: House) -> None:
    notice = {
        "title": "Tide tables",
        "description": "The tables of the day are on the board at the pier, as every day.",
    }
    first, second = house.partner("first"), house.partner("second")
    first.polled(item(1, **notice), item(2, **notice))
    second.polled(item(3, "dock.example", **notice), item(4, "dock.example", **notice))
    first.polled(item(5, **notice), item(6, **notice))
    assert len({one.article for partner in (first, second) for one in partner.entries().values()}) == 6


def test_page_that_several_stories_lead_to_makes_them_no_story(house: House) -> None:
    first, second = house.partner("first"), house.partner("second")
    live = {"link": "https://quay.example/live"}
    first.polled(item(1, **live), item(2, **live))
    second.polled(item(3, "dock.example", **live))
    assert second.states() == {("published", "")}


def test_version_of_a_wire_goes_before_and_the_former_one_changes_nothing_more(house: House) -> None:
    first, wire = house.partner("first"), house.partner("wire", wire=True)
    first.polled(item(1))
    before = first.articles()["Ferry story 1"]
    wire.polled(item(1, "wire.example", title="Ferry: the wire's story", link="https://quay.example/1"))
    article = wire.articles()["Ferry: the wire's story"]
    assert (article.id, article.published_at) == (before.id, before.published_at)
    assert article.origin is not None
    assert (article.origin.id, article.origin.entry_id) == (wire.id, "https://wire.example/?p=1")
    first.polled(item(1, title="Ferry story 1, rewritten"))
    wire.polled(item(1, "wire.example", title="Ferry: the wire's second", link="https://quay.example/1"))
    assert list(wire.articles()) == ["Ferry: the wire's second"]
    house.desk.build()
    assert house.desk.differing() == {}


def test_first_stays_first_where_the_operator_says_so(environ: dict[str, str], request: pytest.FixtureRequest) -> None:
    environ["FEEDS_INGEST__WINS"] = "first"
    house: House = request.getfixturevalue("house")
    first, wire = house.partner("first"), house.partner("wire", wire=True)
    first.polled(item(1))
    wire.polled(item(1, "wire.example", title="Ferry", link="https://quay.example/1"))
    assert list(wire.articles()) == ["Ferry story 1"]


def test_fields_that_the_newsroom_changed_stay_when_the_wire_takes_over(house: House) -> None:
    first, wire = house.partner("first"), house.partner("wire", wire=True)
    first.polled(item(1))
    changed(house.desk, first.articles()["Ferry story 1"], title="Our headline")
    wire.polled(item(1, "wire.example", title="Theirs", link="https://quay.example/1", description="Wired."))
    article = wire.articles()["Our headline"]
    assert "Wired." in article.content_html


@pytest.mark.parametrize("is_erased", [False, True])
def test_what_was_taken_away_never_comes_back_from_another_partner(house: House, is_erased: bool) -> None:
    first, second, third = (house.partner(name) for name in ("first", "second", "third"))
    first.polled(item(1))
    (article,) = first.articles().values()
    if is_erased:
        erase(house.desk.room, article.id)
    else:
        house.desk.withdraw(article.id)
    second.polled(item(1, "dock.example"))
    third.polled(item(1, "pier.example", link="https://quay.example/1", title="Again", description="In other words."))
    why = "erased" if is_erased else "the same story was withdrawn"
    assert second.states() == third.states() == {("refused", why)}
    with house.desk.room.store.read() as connection:
        assert articles.count_by_status(connection).get("published", 0) == 0
        assert is_erased == ("Ferry" not in str(entries.newest(connection, first.id, before=None, limit=5)))


def test_story_that_changes_for_ever_has_so_many_versions_and_no_more(house: House) -> None:
    partner = house.partner("first")
    for number in range(MOST_VERSIONS + 6):
        partner.polled(item(1, description=f"Version {number} of the story."))
    (one,) = partner.entries().values()
    (article,) = partner.articles().values()
    assert (one.versions, article.revision) == (MOST_VERSIONS, MOST_VERSIONS)
    assert f"Version {MOST_VERSIONS - 1} " in article.content_html
    assert (one.state, one.why) == ("published", "changed too often: after 24 versions no more are taken")
    assert partner.polled().outcome is Outcome.UNCHANGED


def test_everything_again_twice_changes_nothing(house: House) -> None:
    first, second = house.partner("first"), house.partner("second", wire=True)
    first.polled(*(item(number) for number in range(1, 9)))
    second.polled(*(item(number, "dock.example") for number in range(4, 12)))
    house.desk.build()
    before, version = {**first.articles(), **second.articles()}, house.desk.version("site")
    for _ in range(2):
        first.polled(*(item(number, pubDate="Thu, 30 Apr 2026 09:00:00 GMT") for number in range(8, 0, -1)))
        second.polled(*(item(number, "dock.example") for number in range(11, 3, -1)))
        house.desk.build()
    assert {**first.articles(), **second.articles()} == before
    assert house.desk.version("site") == version


def test_story_is_listed_for_every_partner_that_sent_it(house: House) -> None:
    first, second = house.partner("first"), house.partner("second")
    first.polled(*(item(number) for number in range(1, 6)))
    second.polled(*(item(number, "dock.example") for number in (2, 4, 7, 8)))
    shared = {known.article for known in second.entries().values() if known.joined}
    own = {partner.id: {article.id for article in partner.articles().values()} for partner in (first, second)}
    assert (len(shared), len(own[first.id])) == (2, 5)

    def listed(source: str, **given: object) -> list[str]:
        found: list[tuple[int, str]] = []
        with house.desk.room.store.read() as connection:
            wanted = listing.Filter(source=source, **given)  # type: ignore[arg-type]  # as the test says it
            while page := listing.find(connection, wanted, before=found[-1] if found else None, limit=2):
                found += page
        assert found == sorted(found, reverse=True)
        return [article for _, article in found]

    assert set(listed(first.id)) == own[first.id]
    assert sorted(listed(second.id)) == sorted({*own[second.id], *shared})
    assert listed(second.id, status="withdrawn") == []
    assert listed("nobody") == []
