"""`serve`: what it refuses and in which words, how it ends, and who else may serve."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tests.conftest import ROOT, Desk
from tests.outages import file_of
from tests.served import HOST, Served, free_port
from tests.waiting import wait_for

ENOUGH = 10.0  # seconds in which everything has ended


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One newsroom that is served by another WSGI server, and whose worker comes and goes."""
    served = Served(instance=tmp_path_factory.mktemp("served") / "instance")
    served.command("migrate")
    argv = [sys.executable, "-m", "flask", "--app", "app", "run", "--port", str(served.port)]
    log = (served.instance / "flask.log").open("wb")
    served.process = subprocess.Popen(argv, cwd=ROOT, env=served.variables(), stdout=log, stderr=log)
    try:
        wait_for(lambda: served._is_up("/healthz"), seconds=30, what="flask")
        yield served
    finally:
        served.end()
        log.close()


def test_any_server_may_serve_and_is_ready_once_a_worker_is_beside_it(served: Served) -> None:
    refused = served.get("/readyz")
    assert refused.status == 503
    assert "serve --role worker" in refused.json()["detail"]
    assert refused.fields["retry-after"]
    assert served.get("/healthz", Host="anything.example").status == 200
    assert served.get("/readyz", Host="anything.example").status == 503
    assert served.get("/metrics", Host="anything.example").status == 400
    worker = Served(instance=served.instance, port=served.port)
    try:
        worker.start("--role", "worker")
        story = served.post(title="By another server")
        wait_for(lambda: f"articles/{story['id']}" in served.get("/feeds/site.json").text, what="the story")
        assert 'feeds_http_requests_total{kind="document",status="200"}' in served.get("/metrics").text
        roles = {process["role"] for process in served.get("/api/status").json()["processes"]}
        assert roles == {"web", "worker"}
        began = time.monotonic()
        worker.process.send_signal(signal.SIGINT)  # type: ignore[union-attr]
        assert worker.process.wait(ENOUGH) == 0  # type: ignore[union-attr]
        assert time.monotonic() - began < ENOUGH
    finally:
        if worker.process is not None and worker.process.poll() is None:
            worker.process.kill()
    refused = served.get("/readyz")
    assert refused.status == 503  # it signed out: nobody waits for its silence to be noticed


def test_stopping_takes_all_processes_along_though_a_reader_holds_a_connection(tmp_path: Path) -> None:
    served = Served(instance=tmp_path / "instance", environ={"FEEDS_LOG__FORMAT": "json"})
    try:
        served.start()
        with socket.create_connection((HOST, served.port)) as reader:
            reader.sendall(b"POST /api/articles HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\nhalf")
            assert served.stop() == 0
        assert served.processes() == []
        lines = (served.instance / "serve.log").read_text().splitlines()
        assert all(line.startswith("{") for line in lines[1:]), lines
    finally:
        served.end()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_answer_under_way_is_finished_whatever_signal_the_group_gets(number: signal.Signals, tmp_path: Path) -> None:
    served = Served(instance=tmp_path / "instance")
    try:
        served.start(until="/healthz", is_group=True)
        lines = "\n".join(json.dumps({"id": f"a{at}", "title": str(at), "tags": [f"T{at % 50}"]}) for at in range(500))
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(
                served.ask, "POST", "/api/articles:batch", lines.encode(), Content_Type="application/x-ndjson"
            )
            wait_for(lambda: served.get("/api/articles?limit=1").json()["items"], what="the batch under way")
            assert served.process is not None
            os.killpg(served.process.pid, number)
            assert answer.result(20).status == 200
        assert served.process.wait(ENOUGH) == 0
        assert served.processes() == []
    finally:
        served.end()


def test_paths_of_the_environment_start_at_the_folder_where_serve_was_called(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text('[site]\ntitle = "Named by a relative path"\n')
    paths = {"FEEDS_INSTANCE": "instance", "FEEDS_CONFIG": "own.toml"}
    served = Served(instance=tmp_path / "instance", folder=tmp_path, environ=paths)
    try:
        served.start()
        assert "Named by a relative path" in served.get("/").text
        assert len(served.processes()) >= 3
    finally:
        served.end()


def serve(instance: Path, *options: str, **environ: str) -> tuple[int, list[str]]:
    """Run `serve` where it is refused; give exit code and what it said on standard error."""
    done = Served(instance=instance, environ=environ).command("serve", *options, check=False)
    return done.returncode, done.stderr.splitlines()


def test_instance_that_was_never_migrated_is_refused(tmp_path: Path) -> None:
    code, said = serve(tmp_path / "instance")
    assert (code, len(said)) == (1, 1)
    assert "python app.py migrate" in said[0]


def test_newer_database_is_refused(office: Shell, desk: Desk) -> None:
    newer = sqlite3.connect(file_of(desk.room.store))
    newer.execute("UPDATE alembic_version SET version_num = '9999'")
    newer.commit()
    newer.close()
    assert "newer" in office.run("serve", code=1).stderr
    assert "newer" in office.run("migrate", code=1).stderr


def test_every_wrong_setting_is_named_at_once(shell: Shell) -> None:
    shell.environ |= {"FEEDS_SERVER__PORT": "none", "FEEDS_CHANNELS__WINDOW": "0", "FEEDS_NONE__SUCH": "1"}
    from click.testing import CliRunner

    from feeds.cli.main import main

    result = CliRunner(env=shell.environ).invoke(main, ["serve"])
    assert result.exit_code == 1
    for part in ("FEEDS_SERVER__PORT", "FEEDS_CHANNELS__WINDOW", "FEEDS_NONE__SUCH"):
        assert part in result.stderr


def test_taken_port_is_refused(office: Shell, desk: Desk) -> None:
    with socket.create_server((HOST, 0)) as other:
        office.environ["FEEDS_SERVER__PORT"] = str(other.getsockname()[1])
        assert "cannot listen" in office.run("serve", code=1).stderr


def test_demo_is_refused_where_there_are_articles(office: Shell, desk: Desk) -> None:
    desk.put("a")
    office.environ |= {"FEEDS_SERVER__PORT": str(free_port()), "FEEDS_DEMO__PORT": str(free_port())}
    assert "articles of its own" in office.run("serve", "--demo", code=1).stderr
    assert "articles of its own" in office.run("demo", "load", code=1).stderr


@pytest.mark.parametrize("words", [["serve", "--role", "none"], ["nothing"], ["backup"], ["doctor", "--xml"]])
def test_wrong_usage_is_2(shell: Shell, words: list[str]) -> None:
    shell.run(*words, code=2)
    assert not os.path.lexists(shell.instance)
