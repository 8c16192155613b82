"""`doctor`: the whole account; one line and exit code 1 where there is a fault or no database to look at."""

import json
import shutil
import sqlite3
from datetime import timedelta

import pytest

from feeds.model.dates import to_us
from feeds.model.source import Outcome, Poll
from feeds.pipeline import partners
from feeds.pipeline.presence import Presence, begin
from feeds.store import jobs, polls, pushes, sources
from tests.cli.conftest import Shell
from tests.conftest import Desk
from tests.outages import damaged, file_of, locked, read_only


def test_newsroom_that_is_not_served_has_no_fault(office: Shell, desk: Desk) -> None:
    desk.build()
    told = json.loads(office.run("doctor", "--json").stdout)
    assert told["ok"] is True
    assert (told["dirty"], told["oldest_dirt_s"], told["set_aside"], told["faults"]) == (0, 0, [], {})
    assert told["processes"] == []
    assert told["database"]["schema"] >= 1
    assert any("not served" in warning for warning in told["warnings"])
    assert "all is well" in office.run("doctor").stdout


def test_faults_since_the_start_are_told_and_those_from_before_are_not(office: Shell, desk: Desk) -> None:
    desk.build()
    now = desk.room.clock.now()
    with desk.room.store.write() as connection:
        jobs.fault(connection, "verify", "from before", to_us(now - timedelta(hours=1)))
    begin(desk.room.store, ("web", "worker"), now)
    assert json.loads(office.run("doctor", "--json").stdout)["faults"] == {}
    with desk.room.store.write() as connection:
        jobs.fault(connection, "verify", "from now", to_us(now))
    begin(desk.room.store, ("web",), now + timedelta(hours=1))  # a worker's faults stay in sight
    failed = office.run("doctor", "--json", code=1)
    assert json.loads(failed.stdout)["faults"] == {"verify": 1}
    assert "faults" in failed.stderr
    assert "verify" in office.run("doctor", code=1).stdout


def test_hub_that_cannot_be_told_is_a_warning_and_no_fault(
    environ: dict[str, str], request: pytest.FixtureRequest
) -> None:
    environ["FEEDS_WEBSUB__HUBS"] = '["https://hub.example/"]'
    office: Shell = request.getfixturevalue("office")
    desk: Desk = request.getfixturevalue("desk")
    desk.put("a")
    desk.build()
    assert "https://hub.example/: 3 documents wait" in office.run("doctor").stdout
    with desk.room.store.write() as connection:
        pushes.note(connection, pushes.Hub("https://hub.example/", 2, 60_000_000, "503 instead of 2xx"))
    told = office.run("doctor").stdout
    assert "3 documents wait, told again at 1970-01-01T00:01:00Z after 2 failures" in told
    assert "the hub https://hub.example/ is not told: 503 instead of 2xx" in told


def test_job_is_told_with_start_length_outcome_and_next(office: Shell, desk: Desk) -> None:
    desk.build()
    with desk.room.store.write() as connection:
        jobs.note(connection, jobs.Job("sweep", 1_000_000, 0.25, "failed", "told by the test", 6_000_000))
    told = json.loads(office.run("doctor", "--json", code=1).stdout)
    assert told["jobs"] == [
        {
            "name": "sweep",
            "started_at": "1970-01-01T00:00:01Z",
            "took_s": 0.25,
            "outcome": "failed",
            "detail": "told by the test",
            "next_at": "1970-01-01T00:00:06Z",
        }
    ]


def test_web_process_without_worker_is_a_fault(office: Shell, desk: Desk, monkeypatch) -> None:
    from feeds.clock import SystemClock

    monkeypatch.setattr(SystemClock, "now", lambda _self: desk.room.clock.now())
    desk.build()
    Presence(desk.room, "web").beat()
    assert "no worker is alive" in office.run("doctor", code=1).stderr
    worker = Presence(desk.room, "worker")
    worker.beat()
    roles = [process["role"] for process in json.loads(office.run("doctor", "--json").stdout)["processes"]]
    assert roles == ["web", "worker"]
    worker.leave()
    office.run("doctor", code=1)


def test_source_that_brings_nothing_for_long_is_silent_and_one_that_fails_is_failing(office: Shell, desk: Desk) -> None:
    from feeds.clock import SystemClock

    desk.build()
    now = SystemClock().now()
    for name in ("quiet", "lively", "broken"):
        partners.add(desk.room, {"url": f"https://{name}.example/feed", "title": name})
    with desk.room.store.write() as connection:
        for name, last in (("quiet", timedelta(days=40)), ("lively", timedelta(days=2))):
            for back in (timedelta(0), timedelta(days=1), timedelta(days=2)):
                came = Poll(at=now - last - back, outcome=Outcome.CHANGED, new=1)
                polls.keep(connection, [(name, came)])
        connection.exec_driver_sql("UPDATE sources SET failures = 3, why = 'told by the test' WHERE id = 'broken'")
        polls.clear(connection, to_us(now - timedelta(days=1)), news_before_us=to_us(now - timedelta(days=400)))
    told = json.loads(office.run("doctor", "--json").stdout)
    assert told["sources"]["silent"] == ["quiet"]
    assert told["sources"]["failing"] == [{"id": "broken", "state": "active", "why": "told by the test"}]
    with desk.room.store.read() as connection:
        assert sources.find(connection, "lively") is not None


def test_locked_database_is_told_of_with_all_the_rest(office: Shell, desk: Desk) -> None:
    desk.build()
    with locked(desk.room.store):
        failed = office.run("doctor", code=1)
    assert "locked by another program" in failed.stderr
    assert "database" in failed.stdout


def test_file_that_is_read_only_in_a_folder_that_is_not_is_a_fault(office: Shell, desk: Desk) -> None:
    desk.build()
    with read_only(desk.room.store, folder=False):
        assert "read-only" in office.run("doctor", code=1).stderr
    assert office.run("doctor").stdout


def test_disk_that_is_full_is_a_fault_and_one_that_is_nearly_so_a_warning(
    office: Shell, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.build()
    usage = shutil.disk_usage(office.instance)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=5 * 2**20))
    assert "nearly full: 5 MiB" in office.run("doctor").stdout
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=4096))
    assert "the disk is full" in office.run("doctor", code=1).stderr


def test_database_that_cannot_be_looked_at_is_one_line(office: Shell, desk: Desk) -> None:
    desk.build()
    with read_only(desk.room.store):
        assert "read-only" in office.run("doctor", code=1).stderr
    with damaged(desk.room.store):
        assert "damaged" in office.run("doctor", "--json", code=1).stderr
    desk.room.store.shrink()
    newer = sqlite3.connect(file_of(desk.room.store))
    newer.execute("UPDATE alembic_version SET version_num = '9999'")
    newer.commit()
    newer.close()
    assert "newer" in office.run("doctor", code=1).stderr


def test_instance_that_was_never_migrated_is_one_line_and_stays_as_it_is(shell: Shell) -> None:
    assert "migrate" in shell.run("doctor", code=1).stderr
    assert not shell.instance.exists()
