"""The worker process: jobs, building, polling; with the demo also the partner that it polls.

python -m feeds.cli.worker_process LIFELINE [DEMO-START]
"""

import logging
import os
import signal
import sys
import threading

from feeds.cli import lifeline
from feeds.cli.instance import read_settings
from feeds.cli.supervisor import CANNOT_START
from feeds.clock import SystemClock
from feeds.demo.partner import Partner
from feeds.errors import BroadsheetError, OutOfReach
from feeds.logs import event, log_uncaught, set_up_logging
from feeds.model.dates import parse_rfc3339
from feeds.pipeline.newsroom import open_newsroom
from feeds.pipeline.worker import Worker

PATIENCE = 7.0  # seconds to finish; the supervisor kills after eight
_log = logging.getLogger("feeds.cli.worker_process")


def main() -> int:
    """Work until SIGTERM."""
    lifeline.hold(int(sys.argv[1]))
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    for number in (signal.SIGINT, signal.SIGHUP):  # a terminal's, of Ctrl-C or its end; the supervisor's SIGTERM counts
        signal.signal(number, signal.SIG_IGN)
    try:
        settings = read_settings()
        set_up_logging(format=settings.log.format, level=settings.log.level, process="worker")
        log_uncaught()
        room = open_newsroom(settings, SystemClock())
    except OutOfReach as error:
        event(_log, "worker cannot start yet", level=logging.ERROR, reason=str(error))
        return 1  # the supervisor tries again
    except BroadsheetError as error:
        event(_log, "worker cannot start", level=logging.ERROR, reason=str(error))
        return CANNOT_START
    partner = None
    if len(sys.argv) > 2:
        partner = Partner(port=settings.demo.port, started=parse_rfc3339(sys.argv[2]), clock=room.clock)
        try:
            partner.start()
        except OSError as error:
            event(_log, "demo partner cannot start", level=logging.ERROR, port=settings.demo.port, reason=str(error))
            return CANNOT_START
    worker = Worker(room)
    try:
        worker.start()
    except OutOfReach as error:
        event(_log, "worker cannot start yet", level=logging.ERROR, reason=str(error))
        return 1
    stop.wait()
    # What is under way is finished or left to be done again; past the time it is left.
    threading.Timer(PATIENCE, os._exit, (1,)).start()
    worker.stop()
    if partner is not None:
        partner.stop()
    room.close()
    logging.shutdown()
    os._exit(0)  # polls under way are not waited for: their sources are due again


if __name__ == "__main__":
    sys.exit(main())
