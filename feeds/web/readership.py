"""Page views counted in memory, and added to the store by the minute: a kill costs a minute of them."""

import atexit
import logging
import threading
from collections import Counter

from feeds.errors import StoreError
from feeds.logs import event
from feeds.model.dates import to_us
from feeds.pipeline.newsroom import Newsroom
from feeds.store import views

EVERY = 20.0  # seconds
MOST = 100_000  # articles counted between two writes
_log = logging.getLogger(__name__)


class Readership:
    """The views of one process."""

    def __init__(self, room: Newsroom) -> None:
        self._room = room
        self._lock = threading.Lock()
        self._views: Counter[str] = Counter()
        self._stop = threading.Event()

    def start(self) -> None:
        """Write from now on, and once more at the end of the process."""
        threading.Thread(target=self._run, name="readership", daemon=True).start()
        atexit.register(self.write)

    def stop(self) -> None:
        self._stop.set()

    def count(self, article: str) -> None:
        """Count a view."""
        with self._lock:
            if article in self._views or len(self._views) < MOST:
                self._views[article] += 1

    def write(self) -> None:
        """Add what was counted to the store; what cannot be written is kept for the next time."""
        with self._lock:
            counted, self._views = self._views, Counter()
        if not counted:
            return
        try:
            with self._room.store.write() as connection:
                views.add(connection, counted, to_us(self._room.clock.now()))
        except StoreError as error:
            event(_log, "views not written", level=logging.WARNING, reason=str(error))
            with self._lock:
                self._views.update(counted)

    def _run(self) -> None:
        while not self._stop.wait(EVERY):
            self.write()
