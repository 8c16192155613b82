"""The worker's whole work: the jobs and their periods, and the watcher that kicks them at every change."""

import logging

from feeds.logs import event
from feeds.model.dates import to_us
from feeds.pipeline import due, housekeeping, refresh, sweep, trending
from feeds.pipeline.measuring import Measurer
from feeds.pipeline.newsroom import Newsroom
from feeds.pipeline.poller import Poller, make_fetcher
from feeds.pipeline.presence import Presence
from feeds.pipeline.printer import Printer
from feeds.pipeline.push import Teller
from feeds.pipeline.schedule import Job, Schedule
from feeds.store import dirty, files, ripples, sources
from feeds.store.changes import Watcher

ROLE = "worker"
_log = logging.getLogger(__name__)


class Worker:
    """The worker of one instance; runs in threads until stopped."""

    def __init__(self, room: Newsroom) -> None:
        self._room = room
        self._printer = Printer(room.site, room.settings)
        fetcher = make_fetcher(room)  # one for partners and their files: to one host goes one request at a time
        self._poller = Poller(room, fetcher)
        self._measurer = Measurer(room, fetcher, lambda: self._schedule.kick("measure"))
        self._teller = Teller(room, self._printer, lambda: self._schedule.kick("push"))
        self._presence = Presence(room, ROLE)
        periods = room.settings.schedule
        self._schedule = Schedule(
            room,
            [
                Job(name="heartbeat", period=periods.heartbeat, work=self._beat),
                Job(name="sweep", period=periods.sweep, work=self._sweep),
                Job(name="due", period=periods.due, work=lambda: due.run(room)),
                Job(name="poll", period=periods.poll, work=self._poller.run),
                Job(name="push", period=periods.push, work=self._teller.run),
                Job(name="measure", period=periods.measure, work=self._measurer.run),
                Job(name="trending", period=periods.trending, work=lambda: trending.run(room)),
                Job(name="verify", period=periods.verify, work=self._verify, first_after=periods.verify),
                Job(name="housekeeping", period=periods.housekeeping, work=self._keep_house),
            ],
        )
        self._watcher = Watcher(room.store, self._on_change)

    def start(self) -> None:
        """Sign in, mark what is printed otherwise than before, and start the jobs."""
        self._beat()
        if marked := sweep.mark_if_reprinted(self._room, self._printer):
            event(_log, "documents are printed otherwise than before", channels=marked)
        self._schedule.start()
        self._watcher.start()

    def stop(self) -> None:
        """Finish what is under way, or leave it to be done again, and sign out."""
        self._watcher.stop()
        self._measurer.stop()
        self._poller.stop()
        self._measurer.finish()
        self._teller.stop()
        self._schedule.stop()
        self._presence.leave()

    def _sweep(self) -> int:
        return sweep.run(self._room, self._printer, lambda: self._schedule.is_stopping)

    def _verify(self) -> int:
        return refresh.verify(self._room, self._printer, lambda: self._schedule.is_stopping)

    def _keep_house(self) -> int:
        return housekeeping.run(self._room, self._printer)

    def _beat(self) -> int:
        self._presence.beat()
        return 0

    def _on_change(self) -> None:
        """Kick what the change gives to do; runs after every commit, so it only asks four indexes."""
        now_us = to_us(self._room.clock.now())
        with self._room.store.read() as connection:
            is_dirty = dirty.is_any(connection) or ripples.first(connection) is not None
            next_due = sources.next_due(connection)
            is_wanted = self._measurer.may_look and files.is_due(connection, now_us)
        if is_dirty:
            self._schedule.kick("sweep")
        if next_due is not None and next_due <= now_us and not self._poller.is_behind:
            self._schedule.kick("poll")
        if is_wanted:
            self._schedule.kick("measure")
