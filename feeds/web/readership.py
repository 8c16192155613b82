"""Page views of people, counted in memory and added to the store by the minute: a kill costs no more than these."""

import logging
import re
import threading
from collections import Counter
from multiprocessing.util import Finalize

from werkzeug.datastructures import Headers

from feeds.errors import StoreError
from feeds.logs import event
from feeds.model.dates import to_us
from feeds.pipeline.newsroom import Newsroom
from feeds.store import views

EVERY = 20.0  # seconds between two writes
MOST = 100_000  # articles counted between two writes
# Programs that say what they are; not the Cubot, a telephone. Plain libraries are none: people read by scripts, too.
_ROBOT = re.compile(r"(?<!cu)bot\b|crawl|spider|slurp|externalhit|mediapartners|preview|whatsapp", re.IGNORECASE)
_log = logging.getLogger(__name__)


def is_reading(headers: Headers) -> bool:
    """Say whether somebody is about to read what a GET asks for: no robot, nothing that is fetched ahead."""
    purposes = (headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Moz", "X-Purpose"))
    if any("prefetch" in purpose.lower() or "preview" in purpose.lower() for purpose in purposes):
        return False
    return _ROBOT.search(headers.get("User-Agent", "")) is None


class Readership:
    """The views of one process."""

    def __init__(self, room: Newsroom) -> None:
        self._room = room
        self._lock = threading.Lock()
        self._views: Counter[str] = Counter()
        self._stopping = threading.Event()
        # granian's processes are multiprocessing's and skip atexit; this is called in them, and everywhere else.
        self._at_end = Finalize(None, self.write, exitpriority=10)

    def start(self) -> None:
        """Write from now on, and once more at the end of the process."""
        threading.Thread(target=self._run, name="readership", daemon=True).start()

    def stop(self) -> None:
        """Write what is counted, and no more."""
        self._stopping.set()
        self._at_end()

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
        while not self._stopping.wait(EVERY):
            self.write()
