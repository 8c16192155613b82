"""What a source's entries are told apart by: found out, kept, and set by hand where its operator knows better."""

from pathlib import Path

from feeds.pipeline import partners
from feeds.store import articles, sources
from tests.loopback import reply
from tests.pipeline.partners_house import House, Partner, item

CASES = sorted((Path(__file__).parents[1] / "data" / "ingest" / "cases").glob("*.feed"))
LOOKS = 3


def found(partner: Partner) -> str:
    return partner.source.told_apart_by


def test_ids_that_are_one_for_all_give_way_to_links_and_stay_so(house: House) -> None:
    partner = house.partner("quay")
    partner.polled(*(item(number, guid="https://quay.example/") for number in range(1, 8)))
    assert (found(partner), len(partner.articles())) == ("link", 7)
    assert set(partner.entries()) == {f"https://quay.example/{number}" for number in range(1, 8)}
    partner.polled(*(item(number) for number in range(1, 9)))
    assert (found(partner), len(partner.articles())) == ("link", 8)


def test_ids_that_are_new_at_every_poll_give_way_to_links(house: House) -> None:
    partner = house.partner("quay")
    for look in range(LOOKS):
        partner.polled(*(item(number, guid=f"{look}-{number}") for number in range(1, 8 + look)))
    assert found(partner) == "link"
    assert sorted(partner.articles()) == [f"Ferry story {number}" for number in range(1, 8 + LOOKS - 1)]
    assert partner.polled().new == 0


def test_links_that_are_one_for_all_give_way_to_headlines(house: House) -> None:
    partner = house.partner("quay")
    home = {"guid": "", "link": "https://quay.example/today"}
    partner.polled(*(item(number, **home) for number in range(1, 8)))
    assert (found(partner), len(partner.articles())) == ("title", 7)
    came = partner.polled(*(item(number, **home, description=f"Other words {number}") for number in range(1, 9)))
    assert (came.new, came.changed, len(partner.articles())) == (1, 7, 8)


def test_ids_and_links_that_are_new_at_every_poll_give_way_to_headlines_once_released(house: House) -> None:
    partner = house.partner("quay")

    def items(look: int) -> list[str]:
        link = f"https://quay.example/s/{look}"
        return [item(number, guid=f"{link}-{number}", link=f"{link}/{number}") for number in range(1, 8)]

    partner.polled(*items(0))
    before = partner.articles().keys()
    partner.polled(*items(1))
    assert partner.source.alarm == "the ids of 7 of its 7 entries have changed"
    partner.release()
    for look in range(2, 2 + LOOKS):
        partner.polled(*items(look))
    assert (found(partner), partner.source.alarm) == ("title", "")
    assert partner.articles().keys() == before
    assert len(partner.entries()) == 7


def test_few_entries_prove_nothing_and_good_ids_are_kept(house: House) -> None:
    few, many = house.partner("few"), house.partner("many")
    few.polled(*(item(number, guid="one") for number in range(1, 4)))
    for look in range(LOOKS):
        many.polled(*(item(number, "dock.example", title=f"T {look}{number}") for number in range(1, 20)))
    assert (found(few), found(many)) == ("id", "id")
    assert len(few.articles()) == 3


def test_operator_says_what_tells_entries_apart_and_no_story_is_doubled(house: House) -> None:
    partner = house.partner("quay")
    partner.polled(*(item(number) for number in range(1, 8)))
    before = partner.articles()
    for identity in ("link", "title", "id", "auto"):
        partner.change(identity=identity)
        assert found(partner) == ("id" if identity == "auto" else identity)
        came = partner.polled()
        assert (came.new, came.changed, partner.articles()) == (0, 0, before)
    with house.desk.room.store.read() as connection:
        told = partners.represent(connection, partner.source)
    assert (told["identity"], told["identified_by"], told["wire"]) == ("auto", "id", False)


def test_what_the_operator_says_is_not_overruled(house: House) -> None:
    partner = house.partner("quay", identity="id")
    partner.polled(*(item(number, guid="one") for number in range(1, 8)))
    assert (found(partner), len(partner.articles())) == ("id", 7)


def test_whole_folder_of_cases_again_and_again_changes_nothing(house: House) -> None:
    """Each case is a partner of its own; all are polled, and then twice more."""
    names = [house.partner(case.stem, first_poll=20) for case in CASES]
    for case in CASES:
        house.answers[f"/{case.stem}"] = reply(200, case.read_bytes())
    for partner in names:
        partner.polled()
    house.desk.build()

    def everything() -> object:
        with house.desk.room.store.read() as connection:
            ids = articles.newest(connection, limit=10_000)
            return (
                sorted(articles.load(connection, ids).items()),
                house.desk.version("site"),
                [sorted(partner.entries().values()) for partner in names],
            )

    before = everything()
    for turn in range(2):
        if turn:
            with house.desk.room.store.write() as connection:
                for partner in names:  # the same bytes are read once more, and have to be found the same
                    sources.change(connection, partner.id, sources.UNREAD)
        for partner in names:
            came = partner.polled()
            assert (came.new, came.changed) == (0, 0), partner.name
        house.desk.build()
    assert everything() == before
