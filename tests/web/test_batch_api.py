"""`POST /api/articles:batch`: in order, each for itself, as JSON and as lines (CONTRACT section 5)."""

import json

import pytest

from tests.web.conftest import Door, problem

BATCH = "/api/articles:batch"
LINES = "application/x-ndjson"


def codes(door: Door, items: object, **options: str) -> list[int]:
    answer = door.call("POST", BATCH, items, **options)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return [result["code"] for result in answer.get_json()["results"]]


def lines(*items: object) -> bytes:
    return b"\n".join(item if isinstance(item, bytes) else json.dumps(item).encode() for item in items)


def test_good_ones_are_stored_whatever_the_others_are_and_answered_in_order(door: Door) -> None:
    items = [
        {"id": "a", "title": "A"},
        {"id": "b", "title": ""},
        5,
        {"title": "Assigned"},
        {"id": "A", "title": "Case"},
        {"id": "a", "title": "A, again"},
        {"id": "c", "title": "C", "section": "trending", "tags": ["Nowhere"]},
        {"id": "../d", "title": "D"},
    ]
    answer = door.call("POST", BATCH, items, scope="write")
    results = answer.get_json()["results"]
    assert [result["code"] for result in results] == [201, 422, 422, 201, 409, 200, 422, 422]
    assert [result["id"] for result in results[:3]] == ["a", "b", None]
    assert len(results[3]["id"]) == 20
    assert results[1]["errors"] == [{"pointer": "/title", "detail": "must not be empty"}]
    assert results[4]["errors"]
    assert "errors" not in results[0]
    told = door.call("GET", "/api/articles/a").get_json()
    assert (told["title"], told["revision"]) == ("A, again", 2)
    problem(door.call("GET", "/api/articles/c"), 404)
    problem(door.call("GET", "/api/tags/nowhere"), 404)


def test_lines_that_are_no_json_are_400_in_their_place_and_empty_ones_are_passed_over(door: Door) -> None:
    body = lines({"id": "a", "title": "A"}, b"", b"{", b"  ", {"id": "b", "title": "B"}, b"\xff", b"[]") + b"\r\n\n"
    assert codes(door, body, type=LINES) == [201, 400, 201, 400, 422]


def test_put_in_a_batch_changes_nothing_where_nothing_differs(door: Door) -> None:
    items = [{"id": "a", "title": "A"}, {"id": "b", "title": "B"}]
    assert codes(door, items) == [201, 201]
    before = [door.call("GET", f"/api/articles/{article}").headers["ETag"] for article in "ab"]
    assert codes(door, items + items) == [200, 200, 200, 200]
    assert [door.call("GET", f"/api/articles/{article}").headers["ETag"] for article in "ab"] == before


def test_a_thousand_are_taken_in_batches_of_a_hundred(door: Door) -> None:
    assert codes(door, [{"id": f"n{number}", "title": "N"} for number in range(1000)]) == [201] * 1000
    problem(door.call("POST", BATCH, [{}] * 1001), 422, "")
    assert codes(door, []) == []
    walked, cursor = [], ""
    while cursor is not None:
        page = door.call("GET", f"/api/articles?limit=200{cursor and '&cursor=' + cursor}").get_json()
        walked += [item["id"] for item in page["items"]]
        cursor = page["next"]
    assert walked == sorted(walked, reverse=True)
    assert len(walked) == 1000


@pytest.mark.parametrize("scope", ["write", "admin"])
def test_only_an_admin_sets_updated_at(door: Door, scope: str) -> None:
    codes(door, [{"id": "a", "title": "A", "updated_at": "2020-01-02T00:00:00Z"}], scope=scope)
    told = door.call("GET", "/api/articles/a").get_json()
    assert (told["updated_at"] == "2020-01-02T00:00:00Z") is (scope == "admin")
    told["updated_at"] = "2020-01-03T00:00:00Z"
    again = door.call("PUT", "/api/articles/a", told, scope=scope).get_json()
    assert (again["updated_at"] == "2020-01-03T00:00:00Z") is (scope == "admin")


def test_bodies_that_are_too_big_are_413(door: Door) -> None:
    problem(door.call("POST", BATCH, b" " * (8 * 1024 * 1024 + 1)), 413)
