"""How the newsroom is: jobs, dirt, what was set aside, sources, database, processes, faults, warnings.

One account for `doctor` and for `/api/status` (CONTRACT sections 5 and 10).
"""

import unicodedata
from collections import defaultdict
from datetime import timedelta

from feeds.model.dates import from_us, rfc3339, to_us
from feeds.model.label import Kind, fold
from feeds.model.source import Source, State
from feeds.pipeline.newsroom import Newsroom
from feeds.pipeline.worker import STALE
from feeds.store import aside, dirty, jobs, labels, polls, sources
from feeds.store.database import Connection, newest_schema

OLD_DIRT = timedelta(seconds=60)  # a channel that is dirty for longer waits for a worker that does not come
SILENT = timedelta(days=7)
MOST = 200  # sources, set-aside articles and labels that are told of


def status(room: Newsroom) -> dict[str, object]:
    """Tell how the newsroom is. `ok` says that there is no fault; warnings do not spoil it."""
    now = room.clock.now()
    with room.store.read() as connection:
        alive = jobs.list_processes(connection)
        started = min((row["started_at"] for row in alive), default=None)
        dirty_channels, since = dirty.backlog(connection)
        oldest = None if since is None or not dirty_channels else max(0.0, (now - from_us(since)).total_seconds())
        set_aside = [{"article": one, "reason": reason} for one, reason in aside.list_all(connection, MOST)]
        faults = jobs.count_faults(connection, started if started is not None else to_us(now - timedelta(days=1)))
        told_jobs = [_job(job) for job in jobs.list_all(connection)]
        failing, silent = _sources(connection, room)
        warnings = [*_warnings(connection, room), *(f"the source {name} is silent" for name in silent)]
    processes = [
        {
            "role": row["role"],
            "pid": row["pid"],
            "started_at": rfc3339(from_us(row["started_at"])),
            "is_alive": abs(to_us(now) - row["beat_at"]) < STALE // timedelta(microseconds=1),
        }
        for row in alive
    ]
    if not any(process["is_alive"] for process in processes):
        warnings.append("no worker is alive: nothing is regenerated and nobody is polled")
    failed = [str(job["name"]) for job in told_jobs if job["outcome"] == "failed"]
    is_stuck = oldest is not None and oldest > OLD_DIRT.total_seconds()
    return {
        "ok": not faults and not set_aside and not failed and not is_stuck,
        "jobs": told_jobs,
        "dirty": dirty_channels,
        "oldest_dirt_s": None if oldest is None else round(oldest, 3),
        "set_aside": set_aside,
        "sources": {"failing": failing, "silent": silent},
        "database": {"url": _kind_of(room), "schema": newest_schema()},
        "processes": processes,
        "faults": faults,
        "warnings": warnings,
    }


def _job(job: jobs.Job) -> dict[str, object]:
    return {
        "name": job.name,
        "started_at": None if job.started_at is None else rfc3339(from_us(job.started_at)),
        "took_s": job.took_s,
        "outcome": job.outcome,
        "detail": job.detail,
        "next_at": None if job.next_at is None else rfc3339(from_us(job.next_at)),
    }


def _sources(connection: Connection, room: Newsroom) -> tuple[list[dict[str, object]], list[str]]:
    """Tell which sources fail, and which are silent: nothing new for ten times their usual gap, at least a week."""
    failing: list[dict[str, object]] = []
    silent: list[str] = []
    for source in sources.list_all(connection, limit=10_000):
        if source.state is State.ACTIVE and not source.failures:
            if len(silent) < MOST and _is_silent(connection, room, source):
                silent.append(source.id)
        elif len(failing) < MOST:
            failing.append({"id": source.id, "state": str(source.state), "why": source.why})
    return failing, silent


def _is_silent(connection: Connection, room: Newsroom, source: Source) -> bool:
    news = [poll.at for poll in polls.newest(connection, source.id, limit=200) if poll.new]
    if len(news) < 2:
        return False
    gap = (news[0] - news[-1]) / (len(news) - 1)
    return room.clock.now() - news[0] > max(SILENT, gap * 10)


def _warnings(connection: Connection, room: Newsroom) -> list[str]:
    found = []
    if room.site.authority.endswith(".invalid"):
        found.append("site.authority was never set: the ids of articles carry a random name (fixed at the first start)")
    alike: defaultdict[str, list[str]] = defaultdict(list)
    for tag in labels.page(connection, Kind.TAGS, after="", limit=10_000):
        alike[_bare(tag.name)].append(tag.name)
    found += [f"tags that differ by accents alone: {', '.join(names)}" for names in alike.values() if len(names) > 1][
        :MOST
    ]
    return found


def _bare(name: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFD", fold(name)) if not unicodedata.combining(letter))


def _kind_of(room: Newsroom) -> str:
    """Name the database without what an address may hold of secrets."""
    return room.store.url.partition(":")[0]
