"""`GET /api/articles`: filters, full text, order, cursors (CONTRACT section 5)."""

from urllib.parse import quote

import pytest

from tests.fakes import FixedClock
from tests.web.conftest import Door


def ids(door: Door, query: str = "") -> list[str]:
    answer = door.call("GET", f"/api/articles?{query}", scope="read")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return [item["id"] for item in answer.get_json()["items"]]


@pytest.fixture
def filled(door: Door, clock: FixedClock) -> Door:
    put = door.desk.put
    put("a", "Ferry returns", tags=["Harbour"], authors=["Ada Noor"], content_html="<p>At <b>no</b>on, café.</p>")
    put("B", "Ferry leaves", tags=["Harbour", "Sea"], section="City")
    put("c", "Storm", tags=["Sea"], published_at="2026-04-01T00:00:00Z")
    put("d", "Draft", status="draft", tags=["Harbour"])
    clock.advance(minutes=1)
    put("e", "Later", published_at="2026-06-01T00:00:00Z", section="City", flags=["must-read"])
    door.desk.withdraw("c")
    return door


def test_newest_first_then_ids_descending_as_bytes_in_every_status(filled: Door) -> None:
    assert ids(filled) == ["e", "d", "a", "B", "c"]


FILTERS = {
    "tag=harbour": ["d", "a", "B"],
    "tag=HARBOUR": ["d", "a", "B"],
    "tag=harbour&tag=sea": ["B"],
    "tag=nowhere": [],
    "tag=": [],
    "author=ada-noor": ["a"],
    "author=Ada%20Noor&tag=sea": [],
    "section=city": ["e", "B"],
    "section=City&section=city": ["e", "B"],
    "section=must-read": [],
    "source=nobody": [],
    "status=draft": ["d"],
    "status=withdrawn": ["c"],
    "status=scheduled&section=city": ["e"],
    "since=2026-05-01T08:01:00Z": ["e", "c"],
    "since=2026-05-01T10:01:00+02:00": ["e", "c"],
    "since=1970-01-01T00:00:00Z&tag=sea": ["B", "c"],
    "since=9999-12-31T23:59:59Z": [],
    "q=ferry": ["a", "B"],
    "q=FERRY%20cafe": ["a"],
    'q="ferry returns"': ["a"],
    'q="returns ferry"': [],
    "q=noon": ["a"],
    "q=ada": ["a"],
    "q=ferry&status=draft": [],
    "q=ferry&tag=sea": ["B"],
}


def test_filters_all_hold(filled: Door) -> None:
    assert {query: ids(filled, query.replace(" ", "%20")) for query in FILTERS} == FILTERS


TYPED = (
    *('"', '""', '"ferry', "ferry OR storm", "NOT ferry", "NEAR(ferry storm)", "title:ferry", "-ferry", "^ferry"),
    *(
        "fer*",
        "(",
        ")",
        "(ferry",
        "{ferry}",
        "ferry AND",
        "'",
        "\\",
        "%",
        "_",
        ".",
        "...",
        "+",
        "\u00a0",
        "é",
        "\ud7ff",
    ),
    *("ferry; DROP TABLE articles", "a" * 200, '" " "', "\t\n", "\U0001f600", "\u0301", "½", "٣", "𝒶"),
)


def test_whatever_is_typed_is_words(filled: Door) -> None:
    for asked in TYPED:
        ids(filled, f"q={quote(asked)}")


def test_full_text_follows_what_articles_say(filled: Door) -> None:
    filled.desk.put("a", "Boat returns")
    assert ids(filled, "q=ferry") == ["B"]
    assert ids(filled, "q=boat") == ["a"]


def test_cursor_survives_inserts_and_the_order_hangs_not_on_the_limit(filled: Door) -> None:
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = filled.call("GET", f"/api/articles?limit=1{cursor and '&cursor=' + cursor}").get_json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"]
        filled.desk.put(f"new-{len(seen)}")
    assert [one for one in seen if not one.startswith("new")] == ["e", "d", "a", "B", "c"]
    assert len(seen) == len(set(seen))
