"""How the newsroom is: jobs, dirt, what was set aside, sources, database, processes, faults, warnings.

One account for `doctor` and for `/api/status` (CONTRACT sections 5 and 10).
"""

import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from feeds.model.dates import from_us, rfc3339
from feeds.model.label import Kind, fold
from feeds.model.source import State
from feeds.pipeline.newsroom import Newsroom
from feeds.pipeline.presence import is_fresh
from feeds.store import aside, dirty, jobs, labels, meta, polls, pushes, sources
from feeds.store.database import Connection, schema_within

OLD_DIRT = timedelta(seconds=60)  # a channel that is dirty for longer waits for a worker that does not come
SILENT = timedelta(days=7)
LOW_DISK = 256 * 2**20  # bytes; the log alone may take 64 MiB for a while, a backup the database again
MOST_SOURCES = 10_000  # that are looked at
MOST = 200  # sources, set-aside articles and labels that are told of


def status(room: Newsroom) -> dict[str, object]:
    """Tell how the newsroom is. `ok` says that there is no fault; warnings do not spoil it. Raises StoreError."""
    now = room.clock.now()
    refusal = room.store.refusal()  # asked first, and outside of any transaction of ours
    with room.store.read() as connection:
        processes = [_process(row, now) for row in jobs.list_processes(connection)]
        dirty_channels, since = dirty.backlog(connection)
        oldest = 0.0 if since is None else max(0.0, (now - from_us(since)).total_seconds())
        set_aside = [{"article": one, "reason": reason} for one, reason in aside.list_all(connection, MOST)]
        started = meta.find(connection, meta.Key.STARTED)
        faults = jobs.count_faults(connection, int(started or 0))
        told_jobs = [_job(job) for job in jobs.list_all(connection)]
        failing, silent = _sources(connection, room)
        told_hubs = _hubs(connection, room)
        warnings = [*_warnings(connection, room), *(f"the source {name} is silent" for name in silent)]
        warnings += [f"the hub {one['hub']} is not told: {one['why']}" for one in told_hubs if one["why"]]
        database = _database(room, connection, refusal)
        free = database["free_bytes"]
        if isinstance(free, int) and free < LOW_DISK and refusal is None:
            warnings.append(f"the disk is nearly full: {free // 2**20} MiB are free")
    roles = {str(process["role"]) for process in processes if process["is_alive"]}
    if not roles:
        warnings.append("the newsroom is not served: no process is alive")
    wrong = {
        "faults since the start": bool(faults),
        "articles set aside": bool(set_aside),
        "a job failed at its last run": any(job["outcome"] == "failed" for job in told_jobs),
        "no worker is alive, nothing is regenerated: python app.py serve --role worker": roles == {"web"},
        "channels wait for long to be regenerated": "worker" in roles and oldest > OLD_DIRT.total_seconds(),
        str(refusal): refusal is not None,
    }
    return {
        "ok": not any(wrong.values()),
        "wrong": [said for said, is_so in wrong.items() if is_so],
        "jobs": told_jobs,
        "dirty": dirty_channels,
        "oldest_dirt_s": round(oldest, 3),
        "set_aside": set_aside,
        "sources": {"failing": failing, "silent": silent},
        "hubs": told_hubs,
        "database": database,
        "processes": processes,
        "faults": faults,
        "warnings": warnings,
    }


def _process(row: Mapping[str, Any], now: datetime) -> dict[str, object]:
    return {
        "role": row["role"],
        "pid": row["pid"],
        "started_at": rfc3339(from_us(row["started_at"])),
        "is_alive": is_fresh(row["beat_at"], now),
    }


def _database(room: Newsroom, connection: Connection, refusal: str | None) -> dict[str, object]:
    """Tell of the database: its kind (the address may hold secrets), schema, size, and whether it can be written."""
    size, free = room.store.space() or (None, None)
    return {
        "url": room.store.url.partition(":")[0],
        "schema": schema_within(connection),
        "bytes": size,
        "free_bytes": free,
        "refusal": refusal,
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
    now = room.clock.now()
    failing: list[dict[str, object]] = []
    silent: list[str] = []
    news = polls.last_news(connection)
    for source in sources.list_all(connection, limit=MOST_SOURCES):
        if source.state is State.ACTIVE and not source.failures:
            since = news.get(source.id, source.created_at)
            if (
                len(silent) < MOST
                and now - since > SILENT
                and now - since > 10 * polls.usual_gap(connection, source.id)
            ):
                silent.append(source.id)
        elif len(failing) < MOST and source.state is not State.PAUSED:
            failing.append({"id": source.id, "state": str(source.state), "why": source.why})
    return failing, silent


def _hubs(connection: Connection, room: Newsroom) -> list[dict[str, object]]:
    """Tell of each hub how many documents it is to be told of, and how it answers."""
    waiting, known = pushes.waiting(connection), pushes.answering(connection)
    told = [known.get(name) or pushes.Hub(name) for name in room.site.hubs]
    return [
        {
            "hub": one.hub,
            "waiting": waiting.get(one.hub, 0),
            "failures": one.failures,
            "next_at": None if one.next_at is None else rfc3339(from_us(one.next_at)),
            "why": one.why,
            "told_at": None if one.told_at is None else rfc3339(from_us(one.told_at)),
        }
        for one in told
    ]


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
