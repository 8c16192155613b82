"""Files of articles asked for what their submitter left out: each address once, a few at a time, one a host.

    due → claimed (attempt counted, next one set, before the request) → first bytes → measured → articles that show it

Requests go the guarded way of the polls, through the same gate. `run` never waits for a server: what comes is kept by
the next run. A file that could not be measured is asked again later and later, and then never.
"""

import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from feeds.errors import PollError, StoreError
from feeds.ingest.exchange import Answer
from feeds.ingest.fetch import Fetcher
from feeds.ingest.measure import FIRST_BYTES, measure
from feeds.logs import event
from feeds.model.article import Measure
from feeds.model.dates import to_us
from feeds.model.source import Validators, shown_address
from feeds.pipeline import pictures
from feeds.pipeline.files import address_of
from feeds.pipeline.newsroom import Newsroom
from feeds.pipeline.ripple import spread
from feeds.publish.printed import media_type
from feeds.store import files
from feeds.store.database import Connection
from feeds.store.files import Wanted
from feeds.store.media import load as load_media

OCTETS = "application/octet-stream"
MOST = 8  # hosts asked at a time; at most a quarter of what the fetcher has under way, for polls come first
LOOK = 100  # files of a host looked at in one run
LOOK_AGAIN = 1.0  # seconds between two looks for more
PAUSES = (timedelta(minutes=1), timedelta(minutes=15), timedelta(hours=6))  # after each attempt but the last
LONGEST = timedelta(days=1)  # that a server may put us off
FARTHEST = timedelta(days=2)  # no time is set farther ahead, so one that is comes from a wrong clock
REST = 300.0  # seconds that a host is left alone that does not answer; doubled each time
LONGEST_REST = 6 * 3600.0
_FINAL = ("refused", "gone")  # another attempt would come to the same
_TROUBLE = ("timeout", "unreachable", "tls", "throttled", "challenge")  # the host's, not the file's
_log = logging.getLogger(__name__)

_Came = tuple[Wanted, Answer | PollError | None]  # None: it was never asked


class Measurer:
    """Asks about files that are due until stopped; `on_come` is called when an answer waits for the next run."""

    def __init__(self, room: Newsroom, fetcher: Fetcher, on_come: Callable[[], None] = lambda: None) -> None:
        self._room = room
        self._fetcher = fetcher
        self._on_come = on_come
        self._most = max(1, min(MOST, room.settings.ingest.concurrency // 4))
        self._came: queue.SimpleQueue[_Came] = queue.SimpleQueue()
        self._lock = threading.Lock()  # of a run, and of what follows
        self._busy: set[str] = set()
        self._rests: dict[str, tuple[float, float]] = {}  # by host: until when, and for how long
        self._looked_at = float("-inf")
        self._is_stopping = False

    @property
    def may_look(self) -> bool:
        """Say whether a run could begin something that the last one did not."""
        is_free = len(self._busy) < self._most
        return is_free and self._room.clock.monotonic() - self._looked_at >= LOOK_AGAIN

    def run(self) -> int:
        """Keep what has come, and ask about what is due; give how many files were measured."""
        with self._lock:
            came = self._taken()
            try:
                due = [] if self._is_stopping else self._due_hosts()
                if not came and not self._free(due):
                    return 0
                with self._room.store.write() as connection:
                    measured = sum([self._keep(connection, wanted, answer) for wanted, answer in came])
                    found = [self._next_of(connection, host) for host in self._free(due)]
            except StoreError:
                for one in came:  # what was asked is not asked again for it
                    self._came.put(one)
                raise
            for wanted in found:
                if wanted is not None:
                    self._begin(wanted)
            return measured

    def stop(self) -> None:
        """Begin nothing more."""
        with self._lock:
            self._is_stopping = True

    def finish(self) -> None:
        """Once the fetcher is stopped: keep what has come, and have due again what was never asked."""
        try:
            self.run()
        except StoreError as error:
            event(_log, "files not kept", level=logging.WARNING, reason=str(error))

    # -- asking ------------------------------------------------------------------------------------------------------

    def _due_hosts(self) -> list[str]:
        self._looked_at = self._room.clock.monotonic()
        now = self._room.clock.now()
        with self._room.store.read() as connection:
            if not files.is_any_past(connection, to_us(now + FARTHEST)):
                return files.due_hosts(connection, to_us(now))
        with self._room.store.write() as connection:
            files.pull_in(connection, to_us(now + FARTHEST), to_us(now))
            return files.due_hosts(connection, to_us(now))

    def _free(self, hosts: list[str]) -> list[str]:
        """Give those of these hosts that may be asked now, as many as there are places."""
        now = self._room.clock.monotonic()
        self._rests = {host: rest for host, rest in self._rests.items() if now < rest[0] + rest[1]}
        free = [host for host in hosts if host not in self._busy and self._rests.get(host, (now,))[0] <= now]
        return free[: max(0, self._most - len(self._busy))]

    def _next_of(self, connection: Connection, host: str) -> Wanted | None:
        """Claim the newest file of a host that is to be asked for; those that are ours are looked up on the way."""
        now = self._room.clock.now()
        due = files.due_of(connection, host, to_us(now), LOOK)
        public = files.public(connection, [wanted.address for wanted in due])
        files.forget(connection, [wanted.address for wanted in due if wanted.address not in public])
        for wanted in due:
            if wanted.address not in public:
                continue
            pause = PAUSES[wanted.attempts] if wanted.attempts < len(PAUSES) else None
            files.claim(connection, wanted, None if pause is None else to_us(now + pause))
            claimed = wanted._replace(attempts=wanted.attempts + 1)
            name = pictures.name_of(self._room, wanted.address)
            if name is None:
                return claimed
            self._keep_ours(connection, claimed, name)
        return None

    def _begin(self, wanted: Wanted) -> None:
        def on_done(answer: Answer | PollError | None) -> None:
            self._came.put((wanted, answer))
            self._on_come()

        self._busy.add(wanted.host)
        self._fetcher.begin(address_of(self._room, wanted.address), Validators(), on_done, first_bytes=FIRST_BYTES)

    # -- keeping -----------------------------------------------------------------------------------------------------

    def _taken(self) -> list[_Came]:
        came = []
        while not self._came.empty():
            came.append(self._came.get())
        self._busy -= {wanted.host for wanted, _ in came}
        return came

    def _keep(self, connection: Connection, wanted: Wanted, answer: Answer | PollError | None) -> bool:
        """Keep what came of a request; say whether the file is known now."""
        if answer is None:
            before = wanted._replace(attempts=wanted.attempts - 1)
            files.give_back(connection, before, to_us(self._room.clock.now()))
            return False
        try:
            if isinstance(answer, PollError):
                raise answer
            known = measure(answer, wanted.address)
        except PollError as error:
            self._fail(connection, wanted, error)
            return False
        self._rests.pop(wanted.host, None)
        # A server that says nothing but "octets" knows less than the address's ending.
        kind = known.type or media_type(answer.url) or media_type(wanted.address) or OCTETS
        self._tell(connection, replace(known, type=kind))
        return True

    def _keep_ours(self, connection: Connection, wanted: Wanted, name: str) -> None:
        medium = load_media(connection, [name]).get(name)
        if medium is None:
            self._fail(connection, wanted, PollError("broken", "there is no such picture of ours"))
        else:
            size = {"width": medium.width, "height": medium.height}
            self._tell(connection, Measure(address=wanted.address, type=medium.type, length=medium.length, **size))

    def _tell(self, connection: Connection, known: Measure) -> None:
        """Keep what is known of a file, and have the articles that show it printed with it."""
        now = self._room.clock.now()
        files.keep(connection, known, to_us(now))
        spread(connection, "file", known.address, now)
        file = shown_address(known.address)
        event(
            _log,
            "file measured",
            file=file,
            type=known.type,
            length=known.length,
            width=known.width,
            height=known.height,
        )

    def _fail(self, connection: Connection, wanted: Wanted, error: PollError) -> None:
        now = self._room.clock.now()
        wait = timedelta(seconds=error.retry_after or 0)
        if error.outcome in _TROUBLE:
            self._rest(wanted.host, wait)
        next_us = None
        if error.outcome not in _FINAL and wanted.attempts <= len(PAUSES):
            next_us = to_us(now + max(PAUSES[wanted.attempts - 1], min(wait, LONGEST)))
        files.fail(connection, wanted, f"{error.outcome}: {error.detail}", next_us)
        told = shown_address(wanted.address)
        event(_log, "file not measured", file=told, attempts=wanted.attempts, reason=error.detail)

    def _rest(self, host: str, wait: timedelta) -> None:
        """Leave a host alone that is in trouble: its other files would only keep a place from those of others."""
        length = min(max(self._rests.get(host, (0.0, REST / 2))[1] * 2, wait.total_seconds()), LONGEST_REST)
        self._rests[host] = (self._room.clock.monotonic() + length, length)
