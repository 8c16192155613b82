"""`/readyz`: 200 only while the store, the watcher and a worker are well."""

import time

from feeds.pipeline.presence import Presence
from feeds.web.health import WATCHER_STALE
from tests.conftest import Desk
from tests.outages import damaged
from tests.waiting import wait_for
from tests.web.conftest import Door, problem


def test_process_is_ready_while_a_worker_is_alive(door: Door, desk: Desk) -> None:
    assert "no worker" in problem_of(door)
    worker = Presence(desk.room, "worker")
    worker.beat()
    assert door.get("/readyz").status_code == 200
    desk.room.clock.advance(seconds=11)
    assert "no worker" in problem_of(door)
    worker.beat()
    assert door.get("/readyz").status_code == 200
    worker.leave()
    assert "no worker" in problem_of(door)


def test_process_whose_watcher_died_is_not_ready(door: Door, desk: Desk) -> None:
    Presence(desk.room, "worker").beat()
    watcher = door.app.extensions["watcher"]
    watcher.stop()
    watcher._thread.join(5)
    watcher.beat = time.monotonic() - WATCHER_STALE - 1
    assert "watcher" in problem_of(door)
    assert door.get("/healthz").status_code == 200


def test_process_whose_database_cannot_be_read_is_not_ready_and_says_why(door: Door, desk: Desk) -> None:
    Presence(desk.room, "worker").beat()
    with damaged(desk.room.store):
        assert "damaged" in problem_of(door)
        assert door.get("/healthz").status_code == 200
    wait_for(lambda: door.get("/readyz").status_code == 200, what="ready again")


def problem_of(door: Door) -> str:
    answer = door.get("/readyz")
    assert answer.headers["Retry-After"]
    return str(problem(answer, 503)["detail"])
