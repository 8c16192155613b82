"""How one process learns that another changed something, within some twenty milliseconds.

Whoever changes what others must see draws a number inside its write transaction (outside it, two writers could draw
the same one, or a reader see the higher before the lower). Whoever looks keeps the last number that it saw.
"""

import logging
import threading
import time
from collections.abc import Callable

from sqlalchemy import Connection, text

from feeds.errors import StoreError
from feeds.logs import event
from feeds.store.database import Store

LOOK_SECONDS = 0.015
_log = logging.getLogger(__name__)


def draw(connection: Connection) -> int:
    """Give the next number; the connection must be a writer's."""
    connection.execute(text("UPDATE notices SET seq = seq + 1"))
    return int(connection.execute(text("SELECT seq FROM notices")).scalar_one())


class Watcher:
    """A thread that calls `on_change` after every commit of any process, once for many that come close together.

    `beat` is when it last looked (monotonic seconds): a watcher that died would leave a process serving old
    documents with a green light, so `/readyz` asks for it.
    """

    def __init__(self, store: Store, on_change: Callable[[], None]) -> None:
        self._store = store
        self._on_change = on_change
        self._stop = threading.Event()
        self.beat = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="watcher", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()

    def _run(self) -> None:
        watch = None
        pending = False
        told = ""
        while not self._stop.wait(LOOK_SECONDS):
            try:
                watch = watch or self._store.watch()
                pending = watch.has_changed() or pending
                if pending:
                    self._on_change()
                    pending = False
                self.beat = time.monotonic()
                told = ""
            except (StoreError, OSError) as error:  # out of reach for a while: look again, from the beginning
                if str(error) != told:
                    event(_log, "watcher cannot look", level=logging.WARNING, reason=str(error))
                told = str(error)
                if watch is not None:
                    watch.close()
                watch = None
                self._stop.wait(0.2)
        if watch is not None:
            watch.close()
