"""A whole newsroom as an operator starts it: real processes on free ports of the loopback, asked over sockets."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.waiting import wait_for

ROOT = Path(__file__).parents[1]
START = 30.0  # seconds that a start may take on a busy machine
HOST = "127.0.0.1"


def free_port() -> int:
    """Give a port that nothing listens on."""
    with socket.create_server((HOST, 0)) as probe:
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Answer:
    """What the server said; `fields` by lower-case name."""

    status: int
    fields: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Served:
    """One instance; started and stopped, or killed, as often as a test wants. Commands run in `folder`."""

    instance: Path
    folder: Path = ROOT
    port: int = field(default_factory=free_port)
    environ: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def token(self) -> str:
        return (self.instance / "token").read_text().strip()

    def variables(self) -> dict[str, str]:
        """Give the environment of its commands: nothing of FEEDS_ but what the test set."""
        own = {name: value for name, value in os.environ.items() if not name.startswith("FEEDS_")}
        named = {"FEEDS_INSTANCE": str(self.instance), "FEEDS_SERVER__PORT": str(self.port)}
        return {**own, **named, **self.environ}

    def command(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command of the newsroom to its end."""
        argv = [sys.executable, str(ROOT / "app.py"), *words]
        return subprocess.run(
            argv, cwd=self.folder, env=self.variables(), capture_output=True, text=True, timeout=60, check=check
        )

    def start(self, *options: str, until: str = "/readyz", is_group: bool = False) -> None:
        """Serve, and wait until `until` answers 200; as a group of processes of its own, where signals go to all."""
        if not (self.instance / "token").exists():
            self.command("migrate")
        log = self.instance / "serve.log"
        with log.open("ab") as out:
            argv = [sys.executable, str(ROOT / "app.py"), "serve", *options]
            self.process = subprocess.Popen(
                argv, cwd=self.folder, env=self.variables(), stdout=out, stderr=out, start_new_session=is_group
            )
        if until:
            wait_for(lambda: self._is_up(until), seconds=START, what=f"{until}; {log.read_text()[-2000:]}")

    def stop(self) -> int:
        """Stop as an operator does; give the exit code."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(15)

    def pids(self, role: str) -> list[int]:
        """Give the processes of a role of this instance, eldest first: granian's main process, then those it forked."""
        modules = {"supervisor": "supervisor", "web": "web_process", "worker": "worker_process"}
        wanted = ["-m", f"feeds.cli.{modules[role]}"]
        return [pid for pid, words in self.processes() if words[1:3] == wanted]

    def processes(self) -> list[tuple[int, list[str]]]:
        """Give every live process of this instance with its command line, found by its environment."""
        mark = f"FEEDS_INSTANCE={self.instance}".encode()
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if mark not in (folder / "environ").read_bytes().split(b"\0"):
                    continue
                if (folder / "stat").read_text().rpartition(")")[2].split()[0] == "Z":
                    continue
                words = (folder / "cmdline").read_bytes().decode().split("\0")
                found.append((int(folder.name), words))
        return sorted(found)

    def kill(self, role: str, which: int = 0) -> None:
        """Kill -9 a process of a role, the eldest or as `which` says."""
        os.kill(self.pids(role)[which], signal.SIGKILL)
        if role == "supervisor":
            assert self.process is not None
            self.process.wait(5)

    def end(self) -> None:
        """End whatever of this instance is still alive."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(12)
        for pid, _ in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def ask(self, method: str, path: str, body: object = None, **fields: str) -> Answer:
        """Ask the server; a body goes out as JSON with the admin's token, which `/api` calls always carry."""
        headers = {name.replace("_", "-"): value for name, value in fields.items()}
        if path.startswith("/api"):
            headers.setdefault("Authorization", f"Bearer {self.token}")
        sent = None
        if body is not None:
            sent = body if isinstance(body, bytes) else json.dumps(body).encode()
            headers.setdefault("Content-Type", "application/json")
        connection = http.client.HTTPConnection(HOST, self.port, timeout=20)
        try:
            connection.request(method, path, sent, headers)
            response = connection.getresponse()
            data = response.read()
        finally:
            connection.close()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, data)

    def get(self, path: str, **fields: str) -> Answer:
        return self.ask("GET", path, **fields)

    def post(self, **article: object) -> dict[str, Any]:
        """Post an article; give it as answered."""
        answer = self.ask("POST", "/api/articles", article)
        assert answer.status == 201, answer.text
        return dict(answer.json())

    def _is_up(self, path: str) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, (self.instance / "serve.log").read_text()[-3000:]
        with contextlib.suppress(OSError, http.client.HTTPException):
            return self.get(path).status == 200
        return False


@contextlib.contextmanager
def serving(instance: Path, **environ: str) -> Iterator[Served]:
    """Serve an instance while a block runs; nothing of it outlives the block."""
    served = Served(instance=instance, environ=environ)
    try:
        served.start()
        yield served
    finally:
        served.end()
