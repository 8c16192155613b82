"""So many calls a second a token may make, and no more."""

import pytest

from feeds.web.rate import Rate
from tests.web.conftest import Door, problem


def test_bucket_holds_a_second_and_fills_as_fast() -> None:
    rate = Rate(5)
    assert [rate.wait("a", 0.0) for _ in range(6)] == [0, 0, 0, 0, 0, 1]
    assert rate.wait("b", 0.0) == 0
    assert rate.wait("a", 0.2) == 0
    assert rate.wait("a", 0.2) == 1
    assert [rate.wait("a", 100.0) for _ in range(6)] == [0, 0, 0, 0, 0, 1]


def test_call_too_many_is_told_when_to_come_again(environ: dict[str, str], request: pytest.FixtureRequest) -> None:
    environ["FEEDS_SERVER__API_RATE"] = "2"
    door: Door = request.getfixturevalue("door")
    answers = [door.call("GET", "/api/tags") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    problem(answers[2], 429)
    assert answers[2].headers["Retry-After"] == "1"
    assert door.call("GET", "/api/tags", scope="read").status_code == 200
    door.desk.room.clock.advance(seconds=1)
    assert door.call("GET", "/api/tags").status_code == 200
