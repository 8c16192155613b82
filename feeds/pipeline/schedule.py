"""The schedule: jobs with their periods, kicked when there is something to do. The only user of APScheduler.

Missed runs coalesce, one run of a job goes at a time, a kick during a run makes it look again before it ends, a wall
clock that steps back silences nothing, and a job that fails is logged with its cause, counted, and stops no other.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from apscheduler.events import EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED, JobExecutionEvent
from apscheduler.schedulers.background import BackgroundScheduler

from feeds import metrics
from feeds.errors import OutOfReach, StoreError
from feeds.logs import event
from feeds.model.dates import from_us, to_us
from feeds.pipeline.newsroom import Newsroom
from feeds.store import jobs

CLOCK_LOOK = 1.0  # seconds between two looks at the clock
CLOCK_STEP = 2.0  # seconds by which wall and monotonic time may part before it counts as a step
NOTE_EVERY = timedelta(seconds=30)  # a job that has nothing to tell is noted no more often
MOST_OWED = 100  # faults kept while the store is out of reach
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Something done every `period`. `work` gives how much it did, for the record; it may raise anything."""

    name: str
    period: timedelta
    work: Callable[[], int]
    first_after: timedelta = timedelta(0)


class Schedule:
    """Runs jobs in threads of its own until stopped."""

    def __init__(self, room: Newsroom, work: list[Job]) -> None:
        self._room = room
        self._jobs = {job.name: job for job in work}
        self._lock = threading.Lock()
        self._running: set[str] = set()
        self._again: set[str] = set()
        self._noted: dict[str, datetime] = {}
        self._owed: deque[tuple[str, str, int]] = deque(maxlen=MOST_OWED)  # faults that the store has not got yet
        self._stopping = threading.Event()
        self._scheduler = BackgroundScheduler(
            timezone="UTC",
            # a run that is late is still to be done, once (the default forgets it after a second)
            # and one that has just ended still counts for a moment, in which a kick may come (`_run` has one at a time)
            job_defaults={"coalesce": True, "max_instances": 3, "misfire_grace_time": None},
        )
        self._scheduler.add_listener(_on_late, EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES)

    def start(self) -> None:
        """Start; jobs run at once for the first time (or after `first_after`): what is due follows from the store."""
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        first = self._first_runs()
        for job in self._jobs.values():
            self._scheduler.add_job(
                self._run,
                "interval",
                args=[job],
                id=job.name,
                seconds=job.period.total_seconds(),
                next_run_time=first[job.name],
                replace_existing=True,
            )
        self._scheduler.start()
        threading.Thread(target=self._watch_clock, name="clock watch", daemon=True).start()

    def _first_runs(self) -> dict[str, datetime]:
        """Say when each job runs first: at once, or, of those that may wait, when it was to run before the restart."""
        now = self._room.clock.now()
        first = {job.name: now + job.first_after for job in self._jobs.values()}
        with self._room.store.write() as connection:
            kept = {job.name: job for job in jobs.list_all(connection)}
            for job in self._jobs.values():
                planned = kept[job.name].next_at if job.name in kept else None
                if job.first_after and planned is not None:
                    first[job.name] = min(max(now, from_us(planned)), now + job.period)
                elif job.first_after:
                    jobs.note(connection, jobs.Job(job.name, None, 0.0, "", "", to_us(first[job.name])))
        return first

    def kick(self, name: str) -> None:
        """Have a job run now; one that is running looks again before it ends."""
        with self._lock:
            if name in self._running:
                self._again.add(name)
            elif not self._stopping.is_set():
                self._scheduler.modify_job(name, next_run_time=self._room.clock.now())

    def stop(self) -> None:
        """Start no more runs, and wait for those under way."""
        self._stopping.set()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)

    @property
    def is_stopping(self) -> bool:
        return self._stopping.is_set()

    def _run(self, job: Job) -> None:
        with self._lock:
            if job.name in self._running:
                event(_log, "job late", level=logging.DEBUG, job=job.name)
                return
            self._running.add(job.name)
        while not self._stopping.is_set():
            with self._lock:
                self._again.discard(job.name)
            self._run_once(job)
            with self._lock:
                if job.name not in self._again:
                    self._running.discard(job.name)  # under the lock: a kick from here on starts a run of its own
                    return
        with self._lock:
            self._running.discard(job.name)

    def _run_once(self, job: Job) -> None:
        at = self._room.clock.now()
        began = self._room.clock.monotonic()
        try:
            did = job.work()
            outcome, detail = "done", str(did)
        except OutOfReach as error:  # no traceback: nothing is wrong with the job
            event(_log, "job failed", level=logging.ERROR, job=job.name, reason=str(error))
            did, outcome, detail = 1, "failed", str(error)
        except Exception as error:  # whatever it is, the other jobs go on
            event(_log, "job failed", level=logging.ERROR, error=error, job=job.name)
            did, outcome, detail = 1, "failed", f"{type(error).__name__}: {error}"[:500]
        took = self._room.clock.monotonic() - began
        metrics.observe("feeds_job_seconds", took, job.name)
        last = self._noted.get(job.name)
        if did or last is None or abs(at - last) >= NOTE_EVERY:
            self._note(job, at, took, outcome, detail)

    def _note(self, job: Job, at: datetime, took: float, outcome: str, detail: str) -> None:
        self._noted[job.name] = at
        next_at = to_us(at + job.period)
        note = jobs.Job(job.name, to_us(at), round(took, 4), outcome, detail, next_at)
        with self._lock:
            if outcome == "failed":
                self._owed.append((f"job:{job.name}", detail, to_us(at)))
            owed = list(self._owed)
            self._owed.clear()
        try:
            with self._room.store.write() as connection:
                jobs.note(connection, note)
                for fault in owed:
                    jobs.fault(connection, *fault)
        except StoreError as error:  # it may be why the job failed: the faults are kept until it is well again
            event(_log, "job not noted", level=logging.WARNING, job=job.name, reason=str(error))
            with self._lock:
                self._owed.extend(owed)

    def _watch_clock(self) -> None:
        """Re-arm all jobs where the wall clock stepped: they wait for wall times that may be hours away."""
        wall, steady = self._room.clock.now(), self._room.clock.monotonic()
        while not self._stopping.wait(CLOCK_LOOK):
            now_wall, now_steady = self._room.clock.now(), self._room.clock.monotonic()
            drift = (now_wall - wall).total_seconds() - (now_steady - steady)
            if abs(drift) > CLOCK_STEP:
                event(_log, "clock stepped", level=logging.WARNING, seconds=round(drift, 1))
                for name in self._jobs:
                    self.kick(name)
            wall, steady = now_wall, now_steady


def _on_late(late: JobExecutionEvent) -> None:
    event(_log, "job late", level=logging.DEBUG, job=late.job_id)
