"""Our poller beside `reader`, against the same farm of feeds on the loopback: cold, unchanged, one in ten changed."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from newsroom import ROOT, Newsroom

HERE = Path(__file__).parent


class Pass(NamedTuple):
    """One pass over the farm: feeds/s, and the CPU seconds of the client and its children, not of the farm."""

    rate: float
    used: float


def compare(folder: Path, feeds: int) -> Iterator[tuple[str, Pass, Pass]]:
    """Give (pass, ours, reader's)."""
    port = Newsroom(folder / "port").port
    farm = subprocess.Popen(
        [sys.executable, str(HERE / "feedfarm.py"), "--feeds", str(feeds), "--port", str(port)],
        stderr=subprocess.DEVNULL,
        cwd=HERE,
    )
    try:
        _wait(port)
        ours = _ours(folder, port, feeds)
        argv = [sys.executable, str(HERE / "peer_reader.py"), "--feeds", str(feeds), "--port", str(port)]
        done = subprocess.run(argv, check=True, capture_output=True, text=True)
        lines = [line.split() for line in done.stdout.splitlines()]
        theirs = {words[0]: Pass(float(words[3]), float(words[5])) for words in lines}
    finally:
        farm.terminate()
        farm.wait()
    for name in ("cold", "unchanged", "tenth"):
        yield name, ours[name], theirs[name]


def _wait(port: int) -> None:
    for _ in range(200):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/stats").read()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the farm does not come up")


def _ours(folder: Path, port: int, feeds: int) -> dict[str, Pass]:
    settings = {
        "FEEDS_INGEST__ALLOW_NETWORKS": '["127.0.0.0/8"]',
        "FEEDS_INGEST__MIN_INTERVAL": "0s",
        "FEEDS_INGEST__HOST_SPACING": "0s",
        "FEEDS_INGEST__FIRST_POLL": "20",
    }
    room = Newsroom(folder / "ingest", **settings)
    room.command("migrate")
    argv = [sys.executable, str(HERE / "poll_farm.py"), "--feeds", str(feeds), "--port", str(port)]
    done = subprocess.run(
        argv, env={**os.environ, **room.environ}, cwd=ROOT, check=True, capture_output=True, text=True
    )
    return {name: Pass(*came) for name, came in json.loads(done.stdout).items()}


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as temporary:
        for row in compare(Path(temporary), int(sys.argv[1]) if len(sys.argv) > 1 else 100):
            print(*row)
