"""What operators ask over HTTP: figures, and how the newsroom is."""

import pytest

from feeds.pipeline.presence import Presence
from feeds.store import aside, jobs
from tests.conftest import Desk
from tests.web.conftest import Door, problem

HERE = {"REMOTE_ADDR": "127.0.0.1"}
NAMES = (
    "feeds_http_requests_total{kind=",
    "feeds_publish_seconds_bucket",
    "feeds_regenerated_total{result=",
    "feeds_dirty_channels ",
    'feeds_articles{status="published"} 1.0',
)


def test_figures_are_those_of_the_contract(door: Door, desk: Desk) -> None:
    desk.put("a")
    desk.build()
    door.get("/feeds/site.rss")
    with desk.room.store.write() as connection:
        jobs.fault(connection, "render", "told by the test", 0)
    answer = door.client.get("/metrics", base_url="https://news.example", environ_overrides=HERE)
    assert answer.mimetype == "text/plain"
    for name in (*NAMES, 'feeds_faults_total{kind="render"}'):
        assert name in answer.text, name


@pytest.mark.parametrize(
    ("fields", "may_read"),
    [
        ({}, True),
        ({"X-Forwarded-For": "127.0.0.1"}, False),
        ({"Forwarded": "for=127.0.0.1"}, False),
        ({"X-Forwarded-For": ""}, False),
    ],
)
def test_figures_are_not_for_who_was_forwarded_by_nobody_trusted(
    door: Door, fields: dict[str, str], may_read: bool
) -> None:
    answer = door.client.get("/metrics", base_url="https://news.example", headers=fields, environ_overrides=HERE)
    assert answer.status_code == (200 if may_read else 403)


@pytest.mark.parametrize(
    ("field", "value", "may_read"),
    [
        ("X-Forwarded-For", "10.0.0.9", True),
        ("X-Forwarded-For", "10.0.0.9, 192.0.2.1", False),
        ("X-Forwarded-For", "192.0.2.1, 10.0.0.9:1234", True),
        ("Forwarded", 'for=192.0.2.1, for="10.0.0.9:80";proto=http', True),
        ("Forwarded", "for=unknown", False),
    ],
)
def test_figures_are_for_whom_a_trusted_proxy_names(
    environ: dict[str, str], request: pytest.FixtureRequest, field: str, value: str, may_read: bool
) -> None:
    environ["FEEDS_SERVER__TRUSTED_PROXIES"] = '["127.0.0.0/8"]'
    environ["FEEDS_SERVER__METRICS_FROM"] = '["10.0.0.0/8"]'
    door: Door = request.getfixturevalue("door")
    answer = door.client.get(
        "/metrics", base_url="https://news.example", headers={field: value}, environ_overrides=HERE
    )
    assert answer.status_code == (200 if may_read else 403)


def test_status_tells_of_what_is_wrong(door: Door, desk: Desk) -> None:
    Presence(desk.room, "worker").beat()
    told = door.call("GET", "/api/status", scope="read").get_json()
    assert told["ok"] is True, told
    assert {"jobs", "dirty", "oldest_dirt_s", "set_aside", "sources", "database", "processes", "faults"} <= set(told)
    desk.put("a", tags=["Año", "Ano"])
    desk.room.clock.advance(minutes=5)
    Presence(desk.room, "worker").beat()
    with desk.room.store.write() as connection:
        aside.put(connection, [{"article": "a", "shown": "x", "reason": "told by the test", "at": 0}])
    told = door.call("GET", "/api/status").get_json()
    assert told["ok"] is False
    assert told["dirty"] > 0
    assert told["oldest_dirt_s"] == 300
    assert told["set_aside"] == [{"article": "a", "reason": "told by the test"}]
    assert any("accents" in warning for warning in told["warnings"])
    problem(door.client.get("/api/status", base_url="https://news.example"), 401)
