"""Processes that are alive: each signs in, gives signs of life, and signs out; one that was killed falls silent.

With each sign goes what the process counted since the last one.
"""

import contextlib
import logging
import os
import threading
from collections.abc import Collection
from datetime import datetime, timedelta

from feeds import metrics
from feeds.errors import StoreError
from feeds.logs import event
from feeds.model.dates import to_us
from feeds.pipeline.newsroom import Newsroom
from feeds.store import counters, jobs, meta
from feeds.store.database import Store

STALE = timedelta(seconds=10)  # without a sign of life for so long, a process is taken for dead
FORGOTTEN = timedelta(minutes=1)  # and after so long it is not told of any more
BEAT = 3.0  # seconds between two signs of a web process
_log = logging.getLogger(__name__)


def begin(store: Store, roles: Collection[str], now: datetime) -> None:
    """Note that `serve` begins with these roles: whoever had them is gone, and a worker's faults count from now."""
    with store.write() as connection:
        for role in roles:
            jobs.clear_processes(connection, role, to_us(now))
        if "worker" in roles:
            meta.put(connection, meta.Key.STARTED, str(to_us(now)))


def is_alive(room: Newsroom, role: str) -> bool:
    """Say whether a process of a role gave a sign of late; a clock that was set back or on counts as well."""
    with room.store.read() as connection:
        beat = jobs.last_beat(connection, role)
    return beat is not None and is_fresh(beat, room.clock.now())


def is_fresh(beat_us: int, now: datetime) -> bool:
    """Say whether a sign of life is not too old."""
    return abs(to_us(now) - beat_us) < STALE // timedelta(microseconds=1)


class Presence:
    """The signs of life of this process in one role."""

    def __init__(self, room: Newsroom, role: str) -> None:
        self._room = room
        self._role = role
        self._started_us = to_us(room.clock.now())
        self._stop = threading.Event()
        self._is_in = False

    def beat(self) -> None:
        """Give a sign of life, and hand on what was counted; raises StoreError."""
        now_us = to_us(self._room.clock.now())
        counted = metrics.take()
        try:
            with self._room.store.write() as connection:
                jobs.clear_processes(connection, self._role, now_us - FORGOTTEN // timedelta(microseconds=1))
                self._is_in = True
                jobs.beat(connection, self._role, os.getpid(), self._started_us, now_us)
                counters.add(connection, counted)
        except BaseException:
            metrics.give_back(counted)
            raise

    def start(self) -> None:
        """Give signs from a thread of its own, as long as the process lives."""
        threading.Thread(target=self._run, name="presence", daemon=True).start()

    def stop(self) -> None:
        """Give no more signs."""
        self._stop.set()

    def leave(self) -> None:
        """Sign out; where the store is out of reach, the silence will tell."""
        self._stop.set()
        if not self._is_in:
            return
        self._is_in = False
        counted = metrics.take()
        with contextlib.suppress(StoreError), self._room.store.write() as connection:
            jobs.leave(connection, self._role, os.getpid())
            counters.add(connection, counted)

    def _run(self) -> None:
        told = ""
        while True:
            try:
                self.beat()
                told = ""
            except StoreError as error:
                if str(error) != told:
                    event(_log, "no sign of life", level=logging.WARNING, reason=str(error))
                told = str(error)
            if self._stop.wait(BEAT):
                return
