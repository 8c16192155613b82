"""Who is polled when: due sources, one request at a time to a host, a pause between two, many hosts at once."""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from feeds import VERSION
from feeds.ingest.fetch import Fetcher
from feeds.logs import event
from feeds.model.dates import to_us
from feeds.model.source import Source
from feeds.pipeline.newsroom import Newsroom
from feeds.pipeline.poll import claim, poll
from feeds.store import sources

LOOK = 500  # due sources looked at in one run
_log = logging.getLogger(__name__)


class Poller:
    """Hands due sources to threads; `run` never waits for a partner."""

    def __init__(self, room: Newsroom) -> None:
        self._room = room
        self._fetcher = make_fetcher(room)
        self._most = room.settings.ingest.concurrency
        self._pool = ThreadPoolExecutor(self._most, thread_name_prefix="poll")
        self._lock = threading.Lock()
        self._busy: set[str] = set()
        self._free_at: dict[str, float] = {}

    def run(self) -> int:
        """Start polling what is due and may be asked now; give how many were started."""
        with self._room.store.read() as connection:
            due = sources.due(connection, to_us(self._room.clock.now()), LOOK)
        started = 0
        for source in due:
            host = urlsplit(source.url).netloc.lower()
            if not self._take(host):
                continue
            try:
                claim(self._room, source)
                self._pool.submit(self._poll, source, host)
            except BaseException:
                self._give_back(host)
                raise
            started += 1
        return started

    def stop(self) -> None:
        """Begin no more polls; those under way end with their process, and are due again."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _take(self, host: str) -> bool:
        now = self._room.clock.monotonic()
        with self._lock:
            if host in self._busy or len(self._busy) >= self._most or self._free_at.get(host, now) > now:
                return False
            self._busy.add(host)
            return True

    def _poll(self, source: Source, host: str) -> None:
        try:
            poll(self._room, self._fetcher, source)
        except Exception as error:  # one source never stops the others
            event(_log, "poll failed", level=logging.ERROR, error=error, source=source.id)
        finally:
            self._give_back(host)

    def _give_back(self, host: str) -> None:
        now = self._room.clock.monotonic()
        with self._lock:
            self._busy.discard(host)
            self._free_at = {other: at for other, at in self._free_at.items() if at > now}
            self._free_at[host] = now + self._room.settings.ingest.host_spacing.total_seconds()


def make_fetcher(room: Newsroom) -> Fetcher:
    """Make the one way to partners, as the settings have it."""
    ingest = room.settings.ingest
    return Fetcher(
        user_agent=f"Broadsheet/{VERSION} (+{room.site.url})",
        timeout=ingest.timeout,
        max_bytes=ingest.max_bytes,
        allow=ingest.allow_networks,
    )
