"""Our own stories that come back through a partner are refused, however they are dressed; what only cites us is not."""

import pytest

from feeds.model.article import Status
from feeds.pipeline.erasure import erase
from tests.pipeline.partners_house import WORDS, House, item

TITLE = "A second ferry for the “old” harbour"
TEXT = "The board has voted for a second ferry after a long night of talks in the town hall. It is to sail in June."
PAGE = "https://news.example/articles/ferry/a-second-ferry"
ATOM = "xmlns:a='http://www.w3.org/2005/Atom'"


def theirs(**fields: str) -> str:
    """Write a partner's item under its own id and link."""
    told = {
        "title": 'A SECOND FERRY for the "old" harbour',
        "description": "Their own words, and not very many.",
        **fields,
    }
    return item(1, "agg.example", **told)


@pytest.fixture
def told(house: House) -> House:
    house.desk.put(
        "ferry", TITLE, content_html=f"<p>{TEXT}</p>", standfirst="Ferry no. 2 comes, says the board of the harbour."
    )
    return house


@pytest.mark.parametrize(
    "comes",
    [
        theirs(link="https://news.example/articles/ferry"),
        theirs(guid=PAGE.replace("https", "http")),
        theirs(description=f"<div>{TEXT.replace('It is', 'It  is')}</div>"),
        theirs(description="Ferry no. 2 comes, says the board of the harbour."),
        theirs(description="The board has voted for a second ferry after a long night of talks […]"),
        theirs(description=f'{TEXT} <a href="https://agg.example">The post appeared first on Aggregate.</a>'),
        theirs(description=f'Somebody has a story of ferries: <a href="{PAGE}">read on</a>'),
        theirs(title="Ferries!", description=f'{TEXT} <a href="{PAGE}">Source</a>'),
        theirs(title="Ferries!", raw="<source url='https://news.example/feeds/site.rss'>News</source>"),
        theirs(title="Ferries!", raw=f"<a:link {ATOM} rel='via' href='{PAGE}'/>"),
        theirs(title="Ferries!", raw=f"<a:link {ATOM} rel='canonical' href='{PAGE}'/>"),
    ],
    ids=[
        "its link", "its id", "whole", "its standfirst", "its beginning, cut off", "whole, with an addition",
        "its headline, and a link to it", "its text, and a link to it", "source", "via", "canonical",
    ],
)  # fmt: skip
def test_our_own_story_is_refused(told: House, comes: str) -> None:
    partner = told.partner("agg")
    partner.polled(comes)
    assert partner.states() == {("refused", "ours")}
    partner.polled(comes.replace("</item>", "<category>more</category></item>"))
    assert partner.states() == {("refused", "ours")}


@pytest.mark.parametrize(
    "comes",
    [
        theirs(),
        theirs(title="What others write", description=f'They have <a href="{PAGE}">a story of ferries</a> there.'),
        theirs(title="What others write", description="The board has voted", link="https://agg.example/2"),
        theirs(description="", link="https://agg.example/3"),
        theirs(title="Ferries!", raw="<source url='https://other.example/feeds/site.rss'>Other</source>"),
    ],
    ids=["its headline alone", "a story that cites it", "a phrase of it", "no text", "another paper's story"],
)
def test_story_of_a_partner_s_own_is_taken(told: House, comes: str) -> None:
    partner = told.partner("agg")
    partner.polled(comes)
    assert partner.states() == {("published", "")}


def test_story_whose_first_home_we_name_is_ours_when_that_sends_it(house: House) -> None:
    house.desk.put("bridge", "The bridge", canonical_url="https://www.agg.example/9/?utm_source=mail")
    partner = house.partner("agg")
    partner.polled(item(9, "agg.example"))
    (one,) = partner.entries().values()
    assert (one.state, one.why, one.article) == ("refused", "ours", "bridge")


@pytest.mark.parametrize("is_erased", [False, True])
def test_story_of_ours_that_was_taken_away_does_not_come_back(told: House, is_erased: bool) -> None:
    if is_erased:
        erase(told.desk.room, "ferry")
    else:
        told.desk.withdraw("ferry")
    partner = told.partner("agg")
    partner.polled(theirs(description=TEXT))
    assert partner.states() == {("refused", "ours")}


@pytest.mark.parametrize("wins", ["wire", "ours"])
def test_story_that_we_tell_later_takes_the_place_of_a_partner_s_where_ours_win(
    environ: dict[str, str], request: pytest.FixtureRequest, wins: str
) -> None:
    environ["FEEDS_INGEST__WINS"] = wins
    house: House = request.getfixturevalue("house")
    partner = house.partner("quay")
    partner.polled(item(1), item(2), item(3))
    house.desk.put("one", "Ours", canonical_url="https://quay.example/1")
    house.desk.put("two", "Ferry story 2", content_html=f"<p>{WORDS} 2.</p>", status="draft")
    house.desk.put("three", "Ferry story 3", content_html=f"<p>{WORDS} 3.</p>")
    gone = {title for title, article in partner.articles().items() if article.status is Status.WITHDRAWN}
    assert gone == ({"Ferry story 1", "Ferry story 3"} if wins == "ours" else set())
    partner.polled(item(1, title="Changed"), item(2), item(3))
    assert partner.articles()["Changed"].status is (Status.WITHDRAWN if wins == "ours" else Status.PUBLISHED)


def test_partner_s_story_that_comes_back_by_another_partner_is_no_story_of_ours(house: House) -> None:
    first, second = house.partner("first"), house.partner("second")
    first.polled(item(1))
    second.polled(item(1, "dock.example"))
    assert {one.why for one in second.entries().values()} == {"the same story as from first"}
