"""Our poller beside `reader`, against the same farm of feeds on the loopback: cold, unchanged, one in ten changed."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from newsroom import ROOT, Newsroom

HERE = Path(__file__).parent


def compare(folder: Path, feeds: int) -> Iterator[tuple[str, float, float]]:
    """Give (pass, our feeds/s, reader's feeds/s)."""
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
        theirs = {line.split()[0]: float(line.split()[3]) for line in done.stdout.splitlines()}
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


def _ours(folder: Path, port: int, feeds: int) -> dict[str, float]:
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
    return dict(json.loads(done.stdout))


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as temporary:
        for row in compare(Path(temporary), int(sys.argv[1]) if len(sys.argv) > 1 else 100):
            print(*row)
