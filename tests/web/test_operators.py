"""What operators ask over HTTP: figures, and how the newsroom is."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from feeds import metrics
from feeds.pipeline.presence import Presence
from feeds.store import aside, counters, jobs
from tests.conftest import Desk
from tests.outages import damaged, locked
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


def figures(door: Door) -> dict[str, float]:
    """Ask for the figures; give every line by its name and labels."""
    answer = door.client.get("/metrics", base_url="https://news.example", environ_overrides=HERE)
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.text)
    return {
        sample.name + "".join(f",{value}" for _, value in sorted(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
    }


def test_every_answer_is_counted_once_by_kind_and_status(door: Door, desk: Desk) -> None:
    desk.build()
    before = figures(door)
    door.get("/feeds/site.rss")
    door.get("/feeds/site.rss", If_None_Match="*")
    door.get("/feeds/none.rss")
    door.get("/feeds/site.rss", Host="elsewhere.example")
    door.call("GET", "/api/articles", scope="bs_none")
    door.get("/")
    door.get("/nowhere")
    door.get("/healthz")
    after = figures(door)
    counted = {
        name.removeprefix("feeds_http_requests_total,"): after[name] - before.get(name, 0)
        for name in after
        if name.startswith("feeds_http_requests_total") and after[name] != before.get(name, 0)
    }
    assert counted.pop("probe,200") == 2  # and the asking itself
    assert counted == {
        "document,200": 1,
        "document,304": 1,
        "document,404": 1,
        "document,400": 1,
        "api,401": 1,
        "page,200": 1,
        "page,404": 1,
    }


def test_times_are_told_in_classes_that_add_up(door: Door) -> None:
    before = figures(door)
    for seconds in (0.005, 0.01, 0.5, 1000):
        metrics.observe("feeds_job_seconds", seconds, "of-the-test")
    after = figures(door)
    told = [
        after[f"feeds_job_seconds_bucket,of-the-test,{end}"]
        - before.get(f"feeds_job_seconds_bucket,of-the-test,{end}", 0)
        for end in ("0.01", "0.1", "1.0", "600.0", "+Inf")
    ]
    assert told == [2, 2, 3, 3, 4]
    assert after["feeds_job_seconds_sum,of-the-test"] - before.get("feeds_job_seconds_sum,of-the-test", 0) == 1000.515
    assert after["feeds_publish_seconds_count"] >= 0


def test_figures_of_another_process_are_added_and_none_is_lost_while_the_store_is_locked(
    door: Door, desk: Desk
) -> None:
    before = figures(door).get("feeds_polls_total,changed", 0)
    with locked(desk.room.store):
        metrics.count("feeds_polls", "changed")
        assert figures(door).get("feeds_polls_total,changed", 0) == before  # not yet handed on, and no error
    with desk.room.store.write() as connection:
        counters.add(connection, {("feeds_polls", ("changed",)): 4.0})
    assert figures(door)["feeds_polls_total,changed"] == before + 5


def test_database_out_of_reach_is_a_figure(door: Door, desk: Desk) -> None:
    assert figures(door)["feeds_database_up"] == 1
    with damaged(desk.room.store):
        assert figures(door) == {"feeds_database_up": 0}


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
