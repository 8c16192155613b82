"""The web processes: granian, whose main process stays small and forks those that load the application.

python -m feeds.cli.web_process LIFELINE HOST PORT PROCESSES LOG-FORMAT LOG-LEVEL
"""

import logging
import os
import signal
import sys
from multiprocessing.util import Finalize
from typing import Any

from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server import Server

from feeds.cli import lifeline
from feeds.errors import BroadsheetError
from feeds.logs import event, log_uncaught, set_up_logging

THREADS = 16  # that run Python at a time; well above the API calls that may be under way, so documents never wait
BACKLOG = 1024
STOP_SECONDS = 6  # to finish requests
# Its lines go our way; a line a request would tell nothing that the figures and the proxy's own log do not.
LOGGING: dict[str, Any] = {"formatters": {}, "handlers": {}, "loggers": {"_granian": {"propagate": True}}}
_log = logging.getLogger("feeds.cli.web_process")


def application() -> Any:
    """Make the WSGI application inside a process that granian forked, which is to die with its parent."""
    lifeline.watch_parent()
    log_uncaught()
    from feeds.cli.wsgi import build
    from feeds.web import farewell

    try:
        app = build()
        Finalize(None, farewell, args=(app,), exitpriority=10)  # what multiprocessing starts runs no atexit
        return app
    except BroadsheetError as error:
        event(_log, "web process cannot start", level=logging.ERROR, reason=str(error))
        os._exit(1)  # granian would print the traceback; the supervisor tries again


def main() -> int:
    """Serve until SIGTERM. A forked process that dies ends this one, and the supervisor starts both again."""
    descriptor, host, port, processes, log_format, log_level = sys.argv[1:]
    lifeline.hold(int(descriptor))
    set_up_logging(format=log_format, level=log_level, process="granian")
    log_uncaught()
    # A terminal's Ctrl-C, or its end, reaches the whole group; the supervisor's SIGTERM is the one that counts.
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
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
        log_level=LogLevels.error,
        log_dictconfig=LOGGING,
        respawn_failed_workers=False,
        workers_kill_timeout=STOP_SECONDS,
    ).serve()
    return 1  # the supervisor did not ask for it


if __name__ == "__main__":
    sys.exit(main())
