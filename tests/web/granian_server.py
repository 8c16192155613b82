"""Serves an instance by granian as `serve` does, but with a clock that a file holds: it stands where a test puts it.

python granian_server.py LIFELINE PORT ROOT; the instance and its settings are in the environment.
"""

import os
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, os.environ["SERVED_ROOT"])

from feeds.cli import lifeline


class FileClock:
    """A clock whose present instant stands in a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def now(self) -> datetime:
        return datetime.fromisoformat(self._path.read_text())

    def monotonic(self) -> float:
        return time.monotonic()


def application() -> Any:
    lifeline.watch_parent()
    from feeds.pipeline.newsroom import open_newsroom
    from feeds.settings import load_settings
    from feeds.web import create_app

    environ = {name: value for name, value in os.environ.items() if name.startswith("FEEDS_")}
    settings = load_settings(root=Path(os.environ["SERVED_ROOT"]), environ=environ)
    return create_app(open_newsroom(settings, FileClock(Path(os.environ["SERVED_CLOCK"]))))


def main() -> None:
    from granian.constants import HTTPModes, Interfaces
    from granian.server import Server

    from feeds.cli.web_process import BACKLOG, THREADS

    lifeline.hold(int(sys.argv[1]))
    Server(
        "granian_server:application",
        address="127.0.0.1",
        port=int(sys.argv[2]),
        interface=Interfaces.WSGI,
        blocking_threads=THREADS,
        http=HTTPModes.http1,
        websockets=False,
        backlog=BACKLOG,
        factory=True,
        log_enabled=False,
    ).serve()


if __name__ == "__main__":
    main()
