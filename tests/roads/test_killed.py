"""Whatever is killed, whenever: nothing acknowledged is lost, nothing outlives `serve`, all documents are fresh."""

import http.client
import itertools
import threading
from pathlib import Path

import pytest

from feeds.clock import SystemClock
from feeds.pipeline.newsroom import open_newsroom
from feeds.settings import load_settings
from tests.conftest import Desk
from tests.served import ROOT, Served
from tests.waiting import wait_for

BEFORE, AFTER = 15, 10  # stories acknowledged before and after a kill


class Poster:
    """Posts stories one after the other, over kills and restarts, and keeps what was acknowledged."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.acknowledged: list[str] = []

    def __enter__(self) -> "Poster":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(30)

    def _run(self) -> None:
        for number in itertools.count():
            if self._stop.wait(0.005):
                return
            story = {"title": f"Story {number}", "tags": [f"Tag {number % 5}"], "authors": ["Ada"]}
            try:
                answer = self._served.ask("PUT", f"/api/articles/s{number}", story)
            except (OSError, http.client.HTTPException):
                continue  # not acknowledged: it may be there or not
            if answer.status in (200, 201):
                self.acknowledged.append(f"s{number}")


def wait_for_more(poster: Poster, count: int) -> None:
    wanted = len(poster.acknowledged) + count
    wait_for(lambda: len(poster.acknowledged) >= wanted, seconds=30, what=f"{count} more stories")


def check_nothing_lost(served: Served, acknowledged: list[str]) -> None:
    """Look at the stopped instance: every story is there, and every document equals a fresh regeneration."""
    room = open_newsroom(load_settings(root=ROOT, environ=served.variables()), SystemClock())
    try:
        desk = Desk(room)
        desk.build()
        assert desk.differing() == {}
        document = desk.document("site")
        newest = acknowledged[-10:]
        assert all(f":articles/{article}<" in document for article in newest)
        from feeds.store import articles

        with room.store.read() as connection:
            found = articles.load(connection, acknowledged)
        assert sorted(found) == sorted(acknowledged)
    finally:
        room.close()


@pytest.mark.parametrize(("role", "which"), [("web", 0), ("web", -1), ("worker", 0)])
def test_killed_child_is_started_again_and_nothing_is_lost(role: str, which: int, tmp_path: Path) -> None:
    served = Served(instance=tmp_path / "instance")
    try:
        served.start()
        with Poster(served) as poster:
            wait_for_more(poster, BEFORE)
            gone = served.pids(role)[which]
            served.kill(role, which)
            wait_for(lambda: served.pids(role) and gone not in served.pids(role), seconds=20, what=f"another {role}")
            wait_for_more(poster, AFTER)
        wait_for(lambda: served.get("/readyz").status == 200, seconds=20, what="a worker again")
        last = poster.acknowledged[-1]
        wait_for(lambda: f":articles/{last}<" in served.get("/feeds/site.atom").text, what="the last story served")
        assert served.stop() == 0
        assert served.processes() == []
        check_nothing_lost(served, poster.acknowledged)
    finally:
        served.end()


def test_killed_supervisor_leaves_no_process_and_a_restart_finds_all(tmp_path: Path) -> None:
    served = Served(instance=tmp_path / "instance")
    try:
        served.start()
        with Poster(served) as poster:
            wait_for_more(poster, BEFORE)
            served.kill("supervisor")
            wait_for(lambda: not served.processes(), seconds=10, what="every process gone")
        kept = list(poster.acknowledged)
        served.start()
        wait_for(lambda: f":articles/{kept[-1]}<" in served.get("/feeds/site.atom").text, what="the last story served")
        assert all(served.ask("GET", f"/api/articles/{article}").status == 200 for article in kept)
        assert served.stop() == 0
        check_nothing_lost(served, kept)
    finally:
        served.end()


def test_second_serve_of_a_role_is_refused_and_the_other_role_is_not(tmp_path: Path) -> None:
    served = Served(instance=tmp_path / "instance")
    try:
        served.start("--role", "web", until="/healthz")
        assert served.get("/readyz").status == 503
        refused = served.command("serve", "--role", "all", check=False)
        assert refused.returncode == 1
        assert "web" in refused.stderr
        beside = Served(instance=served.instance, port=served.port)
        beside.start("--role", "worker", until="/readyz")
        assert beside.stop() == 0
        assert served.stop() == 0
    finally:
        served.end()
