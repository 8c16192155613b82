"""Who is polled when: due sources, many at once, one request at a time to a host and a pause between two.

    look → line up by host → claim, a few ahead → fetch (one thread) → keep (one thread), or read (in children) → keep

A claim moves the due time on before the request, in one transaction with what came of other polls; of two processes
one gets the source. `run` never waits for a partner, and one source never stops another.
"""

import logging
import queue
import threading
import time
from collections import Counter, deque
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

from feeds import VERSION
from feeds.errors import PollError, StoreError
from feeds.ingest.exchange import Answer
from feeds.ingest.fetch import Fetcher
from feeds.ingest.readers import Readers
from feeds.logs import event
from feeds.model.dates import to_us
from feeds.model.source import Source
from feeds.pipeline import keeping, poll, takings
from feeds.pipeline.full_text import StoryPages
from feeds.pipeline.keeping import Came
from feeds.pipeline.newsroom import Newsroom
from feeds.pipeline.poll import Asked
from feeds.pipeline.takings import Taking
from feeds.pipeline.together import Together
from feeds.store import sources
from feeds.store.sources import Due

LOOK = 500  # due sources looked at in one run
AHEAD = 100  # sources of one host claimed before their turn, where it comes within a second
LOOK_AGAIN = 1.0  # seconds between two looks while there is enough to do
LARGE = 512 * 1024  # bytes of a document past which reading it may take seconds
TURN = 100  # polls kept in one transaction
GATHER = 0.02  # seconds in which these come together: a transaction costs as much as ten of them
CLOCK_STEP = timedelta(seconds=5)  # by which the wall clock may be set back before due times follow it
READING = 8  # threads that wait for a child or for the store: what some read, one of them writes for all
FARTHEST = timedelta(days=9)  # no due time is set farther ahead, so one that is comes from a wrong clock
_log = logging.getLogger(__name__)

_Done = tuple[Asked, Answer | PollError | None] | Came | None  # None: there may be more to start


class Poller:
    """Polls what is due until stopped; its threads start with the first `run`."""

    def __init__(self, room: Newsroom, fetcher: Fetcher | None = None) -> None:
        """Take the fetcher, which is stopped with the poller; without one it makes its own."""
        self._room = room
        ingest = room.settings.ingest
        self._fetcher = fetcher or make_fetcher(room)
        self._readers = Readers()
        self._reading = ThreadPoolExecutor(READING, thread_name_prefix="read")
        # Large documents are read one by one, so that a child is always left to the others, which never wait for them.
        self._reading_large = ThreadPoolExecutor(1, thread_name_prefix="read-large")
        self._write: Together[Taking, tuple[int, int]] = Together(
            partial(takings.write_all, room), size=lambda taking: len(taking.batch), most=takings.MOST_TOGETHER
        )
        self._pages = StoryPages(room, self._fetcher, self._readers.read_page)
        spacing = ingest.host_spacing.total_seconds()
        self._ahead = max(1, min(AHEAD, int(1 / spacing))) if spacing else AHEAD
        self._most = ingest.concurrency + self._ahead
        self._lock = threading.Lock()  # of what follows, up to the clock's
        self._waiting: dict[str, deque[Due]] = {}
        self._known: set[str] = set()  # ids that wait or are under way
        self._under_way: Counter[str] = Counter()  # by host
        self._looked_at = float("-inf")
        self._clock_seen: tuple[float, float] | None = None  # wall and monotonic, in seconds
        self._done: queue.SimpleQueue[_Done] = queue.SimpleQueue()
        self._unasked: list[Source] = []  # claimed, and never asked
        self._stopping = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="poller", daemon=True)

    @property
    def is_behind(self) -> bool:
        """Say whether sources are known to wait for their turn: a look finds nothing that is more urgent."""
        return bool(self._waiting)

    def run(self) -> int:
        """Look what is due, and have it polled; give how many sources were found."""
        if self._stopping.is_set():
            return 0
        if not self._keeper.ident:
            self._keeper.start()
        self._follow_clock()
        self._readers.tidy()
        found = self._look()
        self._done.put(None)
        self._pages.run()
        return found

    def stop(self) -> None:
        """Begin no more polls; what was claimed and not asked yet is due again, what was asked is cut off."""
        self._stopping.set()
        self._fetcher.stop()
        self._readers.stop()
        for lane in (self._reading, self._reading_large):
            lane.shutdown(wait=False, cancel_futures=True)
        self._pages.stop()
        self._done.put(None)
        if self._keeper.ident:
            self._keeper.join(5)

    # -- what is due -------------------------------------------------------------------------------------------------

    def _look(self) -> int:
        now = self._room.clock.monotonic()
        with self._lock:
            if self._waiting and now - self._looked_at < LOOK_AGAIN:
                return 0
            self._looked_at = now
            full = [host for host, line in self._waiting.items() if len(line) >= self._ahead]
        with self._room.store.read() as connection:
            due = sources.due(connection, to_us(self._room.clock.now()), LOOK, but_not=full)
        with self._lock:
            fresh = [one for one in due if one.id not in self._known]
            for one in fresh:
                line = self._waiting.setdefault(one.host, deque())
                line.append(one)
                self._known.add(one.id)
            for one in [one for one in fresh if one.is_asked]:  # asked for by name: ahead of what is merely due
                line = self._waiting[one.host]
                line.remove(one)
                line.appendleft(one)
        return len(fresh)

    def _next(self) -> list[Due]:
        """Take from the lines what may be claimed now."""
        chosen: list[Due] = []
        with self._lock:
            free = self._most - self._under_way.total()
            for host in list(self._waiting):
                line = self._waiting[host]
                while line and free > 0 and self._under_way[host] < self._ahead:
                    chosen.append(line.popleft())
                    self._under_way[host] += 1
                    free -= 1
                if not line:
                    del self._waiting[host]
        return chosen

    def _count_under_way(self) -> int:
        with self._lock:
            return self._under_way.total()

    def _let_go(self, source_id: str, host: str) -> None:
        with self._lock:
            self._known.discard(source_id)
            self._under_way[host] -= 1
            if not self._under_way[host]:
                del self._under_way[host]

    # -- the keeping thread ------------------------------------------------------------------------------------------

    def _keep(self) -> None:
        while not self._stopping.is_set():
            came = self._gathered([self._done.get()])
            try:
                self._turn(came)
            except Exception as error:  # the next turn may do better: these sources are due again
                event(_log, "polls not kept", level=logging.ERROR, error=error, polls=len(came))
            if came:
                self._room.store.give_way()
        self._hand_back()

    def _gathered(self, messages: list[_Done]) -> list[Came]:
        """Take what is done, and what is done soon; what has to be read goes to those who read."""
        until = time.monotonic() + GATHER
        while len(messages) < TURN:
            left = until - time.monotonic() if len(messages) < self._count_under_way() else 0.0
            try:
                messages.append(self._done.get(left > 0, max(left, 0.0)))
            except queue.Empty:
                break
        given = [message for message in messages if message is not None]
        found = [message if isinstance(message, Came) else self._quick(*message) for message in given]
        return [came for came in found if came is not None]

    def _quick(self, asked: Asked, answer: Answer | PollError | None) -> Came | None:
        if answer is None:  # the fetcher was stopped
            self._unasked.append(asked.source)
            return None
        holds_place = isinstance(answer, Answer) and not answer.is_unchanged
        try:
            came = poll.quick(self._room, asked, answer)
            if came is None:
                assert isinstance(answer, Answer)
                if not self._stopping.is_set():
                    lane = self._reading_large if len(answer.body) > LARGE else self._reading
                    lane.submit(self._read, asked, answer)
                return None
        except Exception as error:  # one source never stops the others
            event(_log, "poll failed", level=logging.ERROR, error=error, source=asked.source.id)
            self._let_go(asked.source.id, asked.host)
            came = None
        if holds_place:
            self._fetcher.free()
        return came

    def _read(self, asked: Asked, answer: Answer) -> None:
        """Read a document, in a thread that waits for a child and for the store."""
        try:
            self._done.put(poll.slow(self._room, asked, answer, self._readers.read, self._write))
        except Exception as error:  # one source never stops the others
            if not self._stopping.is_set():
                event(_log, "poll failed", level=logging.ERROR, error=error, source=asked.source.id)
            self._let_go(asked.source.id, asked.host)
            self._done.put(None)
        finally:
            self._fetcher.free()

    def _turn(self, came: list[Came]) -> None:
        """Keep what came of polls, and claim those that are next, in one transaction."""
        for one in came:
            self._let_go(one.source.id, one.source.host)
        chosen = [] if self._stopping.is_set() else self._next()
        if not came and not chosen:
            return
        wanted = {one.id: one.next_poll_at for one in chosen}
        claimed: list[Source] = []
        try:
            with self._room.store.write() as connection:
                keeping.keep_in(connection, self._room, came)
                if wanted:
                    claimed = sources.claim(connection, wanted, poll.claimed_until(self._room))
        finally:
            taken = {source.id for source in claimed}
            for due in chosen:
                if due.id not in taken:
                    self._let_go(due.id, due.host)
        for one in came:
            poll.tell(one)
        for source in claimed:
            self._begin(source)

    def _begin(self, source: Source) -> None:
        asked = poll.ask(self._room, source)
        done = self._done
        self._fetcher.begin(source.url, asked.validators, lambda answer: done.put((asked, answer)), keeps_place=True)

    def _hand_back(self) -> None:
        """At the end: keep what has come, and make what was claimed and never asked due again."""
        came = self._gathered([])
        if not self._unasked and not came:
            return
        try:
            with self._room.store.write() as connection:
                keeping.keep_in(connection, self._room, came)
                for source in self._unasked:
                    sources.unclaim(connection, source)
        except StoreError as error:
            event(_log, "polls not kept", level=logging.WARNING, polls=len(came), reason=str(error))

    # -- the clock ---------------------------------------------------------------------------------------------------

    def _follow_clock(self) -> None:
        """Move due times with a wall clock that was set back: they would be as far ahead as it was wrong.

        One that goes on makes everything due, as after a sleep of the machine.
        """
        wall, steady = self._room.clock.now(), self._room.clock.monotonic()
        before, self._clock_seen = self._clock_seen, (wall.timestamp(), steady)
        if before is None:
            with self._room.store.write() as connection:
                floor = self._room.settings.ingest.min_interval
                sources.pull_in(connection, to_us(wall + FARTHEST), to_us(wall + floor))
            return
        back = (steady - before[1]) - (wall.timestamp() - before[0])
        if back > CLOCK_STEP.total_seconds():
            with self._room.store.write() as connection:
                moved = sources.shift(connection, -round(back * 1_000_000))
            event(_log, "due times follow the clock", level=logging.WARNING, seconds=round(back), sources=moved)


def make_fetcher(room: Newsroom, *, spacing: timedelta | None = None) -> Fetcher:
    """Make the one way to partners, and to hubs, as the settings have it but for `spacing`."""
    ingest = room.settings.ingest
    return Fetcher(
        user_agent=f"Broadsheet/{VERSION} (+{room.site.url})",
        timeout=ingest.timeout,
        max_bytes=ingest.max_bytes,
        allow=ingest.allow_networks,
        spacing=ingest.host_spacing if spacing is None else spacing,
        most=ingest.concurrency,
        clock=room.clock,
    )
