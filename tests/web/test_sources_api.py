"""Partners through the API: added, listed, shown, asked for, removed; lists in pages with cursors of ours alone."""

import base64
import json

import pytest

from tests.web.conftest import SITE, Door, problem

SOURCES = "/api/sources"
WIRE = "https://wire.example/feed.xml"


def cursor_of(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def add(door: Door, url: str = WIRE, **fields: object) -> str:
    answer = door.call("POST", SOURCES, {"url": url, **fields})
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return str(answer.get_json()["id"])


def test_a_source_needs_its_address_alone(door: Door) -> None:
    answer = door.call("POST", SOURCES, {"url": WIRE})
    told = answer.get_json()
    assert answer.headers["Location"] == f"{SITE}/api/sources/{told['id']}"
    assert (told["url"], told["state"], told["publish"], told["rights"]) == (WIRE, "active", "auto", "full")
    assert told["next_poll_at"] == "2026-05-01T08:00:00Z"
    assert told["last"] is None
    assert door.call("GET", f"{SOURCES}/{told['id']}").get_json() == told


def test_an_address_that_is_polled_already_is_409(door: Door) -> None:
    add(door)
    problem(door.call("POST", SOURCES, {"url": WIRE}), 409, "/url")


def test_a_fragment_makes_no_other_address(door: Door) -> None:
    source = add(door)
    other = add(door, "https://other.example/feed#top")
    problem(door.call("POST", SOURCES, {"url": f"{WIRE}#part"}), 409, "/url")
    problem(door.call("PATCH", f"{SOURCES}/{other}", {"url": f"{WIRE}#part"}), 409, "/url")
    assert door.call("PATCH", f"{SOURCES}/{source}", {"url": f"{WIRE}#part"}).get_json()["url"] == WIRE


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, {"/url"}),
        ({"url": 5, "rights": "some", "x": 1}, {"/url", "/rights", "/x"}),
        ({"url": "ftp://wire.example/feed"}, {"/url"}),
        ({"url": "file:///etc/passwd"}, {"/url"}),
        ({"url": "not an address"}, {"/url"}),
        ({"url": "https://user:word@wire.example/feed"}, {"/url"}),
        ({"url": "https://wire.example/\0"}, {"/url"}),
        ([], {""}),
    ],
)
def test_every_fault_of_a_source_is_named(door: Door, body: object, pointers: set[str]) -> None:
    told = problem(door.call("POST", SOURCES, body), 422)
    assert {fault["pointer"] for fault in told["errors"]} == pointers


@pytest.mark.parametrize("section", ["must-read", "Must read", "Trending!", "Ferries", "ferries"])
def test_a_section_that_chooses_for_itself_takes_no_source(door: Door, section: str) -> None:
    door.call("PUT", "/api/sections/ferries", {"title": "Ferries", "rule": {"any_tags": ["ferry"]}})
    problem(door.call("POST", SOURCES, {"url": WIRE, "section": section}), 422, "/section")
    source = add(door, section="Harbour")
    problem(door.call("PATCH", f"{SOURCES}/{source}", {"section": section}), 422, "/section")
    door.call("PUT", "/api/sections/harbour", {"title": "Harbour", "rule": {"any_tags": ["quay"]}})
    assert door.call("PATCH", f"{SOURCES}/{source}", {"credit": "By the wire"}).status_code == 200


def test_scopes_readers_see_sources_and_writers_do_not_change_them(door: Door) -> None:
    source = add(door)
    assert door.call("GET", f"{SOURCES}/{source}", scope="read").status_code == 200
    problem(door.call("POST", SOURCES, {"url": "https://other.example/"}, scope="write"), 403)
    problem(door.call("POST", f"{SOURCES}/{source}/poll", scope="write"), 403)
    problem(door.call("DELETE", f"{SOURCES}/{source}", scope="write"), 403)
    for path in (SOURCES, f"{SOURCES}/{source}", f"{SOURCES}/{source}/polls"):
        problem(door.call("GET", path, Authorization=""), 401)


def test_a_source_is_polled_on_request_with_or_without_a_length(door: Door) -> None:
    source = add(door)
    door.desk.room.clock.advance(hours=1)  # type: ignore[attr-defined]
    for overrides in ({}, {"CONTENT_LENGTH": ""}, {"CONTENT_LENGTH": "0"}):
        answer = door.client.open(
            f"{SOURCES}/{source}/poll",
            method="POST",
            base_url=SITE,
            headers={"Authorization": f"Bearer {door.tokens['admin']}"},
            environ_overrides=overrides,
        )
        assert answer.status_code == 202
    assert door.call("GET", f"{SOURCES}/{source}").get_json()["next_poll_at"] == "2026-05-01T09:00:00Z"


def test_a_removed_source_is_404_and_takes_up_its_id_when_added_again(door: Door) -> None:
    source = add(door)
    assert door.call("DELETE", f"{SOURCES}/{source}").status_code == 204
    for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/poll"), ("GET", "/polls"), ("GET", "/entries")):
        problem(door.call(method, f"{SOURCES}/{source}{path}"), 404)
    assert door.call("GET", SOURCES).get_json()["items"] == []
    assert add(door) == source


def test_lists_go_on_at_their_cursor_until_nothing_is_left(door: Door) -> None:
    added = sorted(add(door, f"https://wire{number}.example/feed") for number in range(5))
    seen: list[str] = []
    path = f"{SOURCES}?limit=2"
    for _ in range(3):
        told = door.call("GET", path).get_json()
        seen += [item["id"] for item in told["items"]]
        path = f"{SOURCES}?limit=2&cursor={told['next']}"
    assert (seen, told["next"]) == (added, None)


@pytest.mark.parametrize("limit", ["0", "201", "-1", "x", "", "1e2", "٣", "9" * 5_000])
def test_a_limit_out_of_bounds_is_422(door: Door, limit: str) -> None:
    problem(door.call("GET", f"{SOURCES}?limit={limit}"), 422, "")


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "%",
        "ü",
        "AAAA",
        "=" * 100,
        cursor_of(5),
        cursor_of([]),
        cursor_of(["a", "b"]),
        cursor_of([True]),
        cursor_of([2**63]),
        cursor_of(["\ud800"]),
        cursor_of({"a": 1}),
        base64.urlsafe_b64encode(b"[" * 2_000).decode(),
        base64.urlsafe_b64encode(b"[" + b"9" * 5_000 + b"]").decode(),
        base64.urlsafe_b64encode(b"[NaN]").decode(),
    ],
)
def test_a_cursor_that_was_not_given_out_is_422(door: Door, cursor: str) -> None:
    source = add(door)
    for path in (SOURCES, f"{SOURCES}/{source}/polls", f"{SOURCES}/{source}/entries", "/api/articles"):
        problem(door.client.get(path, query_string={"cursor": cursor}, base_url=SITE, headers=door.admin()), 422, "")
