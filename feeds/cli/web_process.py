"""The web processes: granian, whose main process stays small and forks those that load the application.

python -m feeds.cli.web_process LIFELINE HOST PORT PROCESSES
"""

import signal
import sys
from typing import Any

from granian.constants import HTTPModes, Interfaces
from granian.server import Server

from feeds.cli import lifeline

THREADS = 16  # that run Python at a time; well above the API calls that may be under way, so documents never wait
BACKLOG = 1024
STOP_SECONDS = 6  # to finish requests


def application() -> Any:
    """Make the WSGI application inside a process that granian forked, which is to die with its parent."""
    lifeline.watch_parent()
    from feeds.cli.wsgi import build

    return build()


def main() -> int:
    """Serve until SIGTERM. A forked process that dies ends this one, and the supervisor starts both again."""
    descriptor, host, port, processes = sys.argv[1:]
    lifeline.hold(int(descriptor))
    # A terminal's Ctrl-C reaches the whole group; the supervisor's SIGTERM is the one that counts.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Server(
        "feeds.cli.web_process:application",
        address=host,
        port=int(port),
        interface=Interfaces.WSGI,
        workers=int(processes),
        blocking_threads=THREADS,
        http=HTTPModes.http1,
        websockets=False,
        backlog=BACKLOG,
        factory=True,
        log_enabled=False,
        respawn_failed_workers=False,
        workers_kill_timeout=STOP_SECONDS,
    ).serve()
    return 1  # the supervisor did not ask for it


if __name__ == "__main__":
    sys.exit(main())
