"""A newsroom of the corpus, for measuring: made in a folder of its own, loaded as clients load, served as operators do.

Everything here is the product's own doors: the commands, the API, the documents. Processes are found by the
environment that they were started with, so that their memory and CPU can be read, and they end with the block.
"""

import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
HOST = "127.0.0.1"


def as_article(line: str) -> dict[str, object]:
    """Turn a line of the corpus into what the API takes."""
    item = json.loads(line)
    return {
        "id": item["id"].rpartition("/")[2],
        "title": item["title"],
        "standfirst": item["standfirst"],
        "content_html": item["content_html"],
        "authors": item["authors"],
        "tags": item["tags"],
        "published_at": item["published"],
        "updated_at": item["updated"],
    }


def batches(corpus: Path, size: int = 1000) -> Iterator[bytes]:
    """Give the corpus as bodies of `articles:batch`, newline-delimited JSON."""
    lines: list[str] = []
    with corpus.open(encoding="utf-8") as source:
        for line in source:
            lines.append(json.dumps(as_article(line), ensure_ascii=False))
            if len(lines) == size:
                yield "\n".join(lines).encode()
                lines = []
    if lines:
        yield "\n".join(lines).encode()


class Newsroom:
    """One instance, with its processes."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.instance = folder
        with socket.create_server((HOST, 0)) as probe:
            self.port = probe.getsockname()[1]
        own = {name: value for name, value in os.environ.items() if not name.startswith("FEEDS_")}
        named = {"FEEDS_INSTANCE": str(folder), "FEEDS_SERVER__PORT": str(self.port), "FEEDS_LOG__LEVEL": "warning"}
        self.environ = {
            **own,
            **named,
            "FEEDS_SERVER__MAX_BODY": "64MiB",
            "FEEDS_SERVER__API_RATE": "100000",
            **settings,
        }

    def command(self, *words: str) -> None:
        """Run a command to its end."""
        subprocess.run([sys.executable, "app.py", *words], cwd=ROOT, env=self.environ, check=True, capture_output=True)

    def start_command(self, *words: str) -> "subprocess.Popen[bytes]":
        """Start a command beside what else runs."""
        argv = [sys.executable, "app.py", *words]
        return subprocess.Popen(argv, cwd=ROOT, env=self.environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    @contextlib.contextmanager
    def serving(self, role: str = "all") -> Iterator[None]:
        """Serve while the block runs."""
        log = (self.instance / "serve.log").open("ab")
        argv = [sys.executable, "app.py", "serve", "--role", role]
        process = subprocess.Popen(argv, cwd=ROOT, env=self.environ, stdout=log, stderr=log)
        try:
            deadline = time.monotonic() + 30
            while self.status("/healthz" if role == "web" else "/readyz") != 200:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"the newsroom does not come up; see {self.instance / 'serve.log'}")
                time.sleep(0.05)
            yield
        finally:
            process.terminate()
            process.wait(20)
            log.close()

    def ask(
        self, method: str, path: str, body: bytes | None = None, fields: Sequence[tuple[str, str]] = ()
    ) -> tuple[int, dict[str, str], bytes]:
        """Ask once; give status, fields by lower-case name, and body."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=120)
        headers = dict(fields)
        if path.startswith("/api"):
            headers["Authorization"] = f"Bearer {(self.instance / 'token').read_text().strip()}"
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def status(self, path: str) -> int:
        """Give the status of a page; 0 where nothing listens."""
        try:
            return self.ask("GET", path)[0]
        except OSError:
            return 0

    def load(self, bodies: Sequence[bytes]) -> float:
        """Send bodies to `articles:batch`; give the seconds that it took."""
        began = time.perf_counter()
        for body in bodies:
            status, _, answer = self.ask(
                "POST", "/api/articles:batch", body, [("Content-Type", "application/x-ndjson")]
            )
            if status != 200 or any(found["code"] not in (200, 201) for found in json.loads(answer)["results"]):
                raise RuntimeError(f"the batch was refused: {status} {answer[:300]!r}")
        return time.perf_counter() - began

    def wait_until_built(self, seconds: float = 600) -> float:
        """Wait until no channel is dirty; give the seconds that it took."""
        began = time.perf_counter()
        while time.perf_counter() - began < seconds:
            status, _, body = self.ask("GET", "/api/status")
            if status == 200 and not json.loads(body)["dirty"]:
                return time.perf_counter() - began
            time.sleep(0.05)
        raise RuntimeError("channels stay dirty")

    def cpu_seconds(self) -> float:
        """Give the CPU time that all processes of the instance have used."""
        mark = f"FEEDS_INSTANCE={self.instance}".encode()
        ticks = 0
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if mark in (folder / "environ").read_bytes().split(b"\0"):
                    fields = (folder / "stat").read_text().rpartition(")")[2].split()
                    ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def pss(self) -> int:
        """Give the proportional set size of all processes of the instance together, in bytes."""
        mark = f"FEEDS_INSTANCE={self.instance}".encode()
        total = 0
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if mark in (folder / "environ").read_bytes().split(b"\0"):
                    rollup = (folder / "smaps_rollup").read_text()
                    total += next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
        return total * 1024
