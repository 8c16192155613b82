"""The supervisor: starts the processes of an instance, starts again what dies, stops them all in ten seconds.

    python -m feeds.cli.supervisor '{"children": [{"name": …, "argv": […]}], "keep": [descriptors]}'

`serve` has checked everything and becomes this program (exec), which imports nothing of the newsroom and so stays
small. `keep` are the locks of its roles: children hold them too, so that they are free when the last one is gone.
"""

import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from feeds.logs import event, log_uncaught, set_up_logging

LOOK = 0.05  # seconds between two looks at the children
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 10.0  # seconds before a child that died is started again
STEADY = 30.0  # seconds alive after which the pauses begin anew
PATIENCE = 8.0  # seconds that children have to finish
CANNOT_START = 3  # exit code of a child that would only fail again

_log = logging.getLogger("feeds.cli.supervisor")


@dataclass(slots=True)
class Child:
    """One process to keep alive. `argv` begins with the program; `{lifeline}` in it becomes the pipe's descriptor."""

    name: str
    argv: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = FIRST_PAUSE
    start_at: float = field(default=0.0)


class Supervisor:
    """Keeps children alive until it is told to stop."""

    def __init__(self, children: Sequence[Child], *, keep: Sequence[int] = ()) -> None:
        self._children = list(children)
        self._keep = tuple(keep)
        self._lifeline, self._end = os.pipe()  # both closed at exec, but for what is passed on
        self._stopping = threading.Event()

    def run(self) -> int:
        """Run until SIGTERM, SIGINT or SIGHUP, or until a child says that it cannot start; give the exit code."""
        code = 0
        while not self._stopping.is_set():
            for child in self._children:
                if child.process is None and time.monotonic() >= child.start_at:
                    self._start(child)
                elif child.process is not None and (ended := child.process.poll()) is not None:
                    if ended == CANNOT_START:
                        event(_log, "child cannot start", level=logging.ERROR, child=child.name)
                        code = 1
                        self._stopping.set()
                    self._bury(child, ended)
            self._stopping.wait(LOOK)
        self._stop()
        return code

    def stop(self) -> None:
        """Ask `run` to end; may be called by a signal's handler."""
        self._stopping.set()

    def _start(self, child: Child) -> None:
        argv = [part.replace("{lifeline}", str(self._lifeline)) for part in child.argv]
        # Each thread of glibc would have an arena of its own: a quarter of the memory, for nothing.
        environment = {**os.environ, "MALLOC_ARENA_MAX": "2"}
        child.process = subprocess.Popen(argv, env=environment, pass_fds=(self._lifeline, *self._keep))
        child.started = time.monotonic()
        event(_log, "child started", child=child.name, pid=child.process.pid)

    def _bury(self, child: Child, ended: int) -> None:
        alive = time.monotonic() - child.started
        child.pause = FIRST_PAUSE if alive > STEADY else child.pause
        how = f"signal {signal.Signals(-ended).name}" if ended < 0 else f"exit code {ended}"
        event(
            _log,
            "child died",
            level=logging.WARNING,
            child=child.name,
            cause=how,
            alive_s=round(alive, 1),
            again_in_s=child.pause,
        )
        child.process = None
        child.start_at = time.monotonic() + child.pause
        child.pause = min(child.pause * 2, LONGEST_PAUSE)

    def _stop(self) -> None:
        running = [child for child in self._children if child.process is not None]
        for child in running:
            assert child.process is not None
            child.process.terminate()
        deadline = time.monotonic() + PATIENCE
        for child in running:
            assert child.process is not None
            try:
                child.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                event(_log, "child killed", level=logging.WARNING, child=child.name)
                child.process.kill()
                child.process.wait()
        os.close(self._end)


def main() -> int:
    """Run what the command line says."""
    told = json.loads(sys.argv[1])
    set_up_logging(format=told["log_format"], level=told["log_level"], process="serve")
    log_uncaught()
    supervisor = Supervisor([Child(**child) for child in told["children"]], keep=told["keep"])
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN or number != signal.SIGHUP:  # nohup means it
            signal.signal(number, lambda *_: supervisor.stop())
    return supervisor.run()


if __name__ == "__main__":
    sys.exit(main())
