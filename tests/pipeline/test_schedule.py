"""Jobs while the store is out of reach: logged, and counted once it is well again; no other job suffers."""

import logging
import time
from dataclasses import replace
from datetime import timedelta

import pytest

from feeds.clock import SystemClock
from feeds.pipeline.schedule import Job, Schedule
from feeds.store import jobs
from tests.conftest import Desk
from tests.outages import locked
from tests.waiting import wait_for


@pytest.fixture(autouse=True)
def loud_again():
    level = logging.getLogger("apscheduler").level
    yield
    logging.getLogger("apscheduler").setLevel(level)


def test_job_that_finds_the_store_locked_is_logged_and_counted_when_it_is_well(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    def work() -> int:
        with desk.room.store.write() as connection:
            jobs.clear_faults(connection, 0)
        return 1

    schedule = Schedule(desk.room, [Job(name="sweep", period=timedelta(days=1), work=work)])
    schedule.start()
    wait_for(lambda: told_jobs(desk), what="a first run")
    with locked(desk.room.store):
        schedule.kick("sweep")
        wait_for(lambda: "job not noted" in caplog.messages, what="a failed run")
    assert "job failed" in caplog.messages
    schedule.kick("sweep")

    def told() -> dict[str, int]:
        with desk.room.store.read() as connection:
            return jobs.count_faults(connection, 0)

    try:
        wait_for(lambda: told() == {"job:sweep": 1}, what="the fault")
        with desk.room.store.read() as connection:
            (job,) = jobs.list_all(connection)
        assert job.outcome == "done"
    finally:
        schedule.stop()


def told_jobs(desk: Desk) -> dict[str, jobs.Job]:
    with desk.room.store.read() as connection:
        return {job.name: job for job in jobs.list_all(connection)}


def test_job_that_may_wait_keeps_its_time_over_a_restart(desk: Desk) -> None:
    room = replace(desk.room, clock=SystemClock())
    job = Job(name="verify", period=timedelta(hours=24), work=lambda: 0, first_after=timedelta(hours=24))
    planned = set()
    for _ in range(3):  # a newsroom that is started anew every hour would never come to it
        schedule = Schedule(room, [job])
        schedule.start()
        schedule.stop()
        planned.add(told_jobs(desk)["verify"])
    (only,) = planned
    assert (only.started_at, only.outcome) == (None, "")
    assert only.next_at is not None


def test_kick_that_comes_as_a_run_ends_is_never_lost(desk: Desk) -> None:
    runs: list[int] = []

    def work() -> int:
        runs.append(1)
        return 0

    schedule = Schedule(desk.room, [Job(name="sweep", period=timedelta(days=1), work=work)])
    schedule.start()
    try:
        for number in range(1, 200):
            deadline = time.monotonic() + 5
            while len(runs) < number or "sweep" in schedule._running:
                assert time.monotonic() < deadline, f"run {number} never came"
            schedule.kick("sweep")  # the scheduler may still count the run that has just ended
    finally:
        schedule.stop()
