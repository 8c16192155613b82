"""The machine room: how jobs went, what faults there were, which processes are alive."""

from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, func, select

from feeds import metrics
from feeds.store.schema import faults, jobs, processes
from feeds.store.upsert import upsert


class Job(NamedTuple):
    """The last run of a job; instants in microseconds."""

    name: str
    started_at: int | None
    took_s: float
    outcome: str
    detail: str
    next_at: int | None


def note(connection: Connection, job: Job) -> None:
    """Keep how a job's last run went."""
    upsert(connection, jobs, [job._asdict()], key=["name"])


def list_all(connection: Connection) -> list[Job]:
    """Give every job's last run, by name."""
    return [Job(*row) for row in connection.execute(select(jobs).order_by(jobs.c.name))]


def fault(connection: Connection, kind: str, detail: str, at_us: int) -> None:
    """Keep a fault for the operator to see."""
    connection.execute(faults.insert().values(at=at_us, kind=kind, detail=detail[:500]))
    metrics.count("feeds_faults", kind)


def count_faults(connection: Connection, since_us: int) -> dict[str, int]:
    """Count faults by kind since an instant."""
    statement = select(faults.c.kind, func.count()).where(faults.c.at >= since_us).group_by(faults.c.kind)
    return {row[0]: row[1] for row in connection.execute(statement)}


def clear_faults(connection: Connection, before_us: int) -> None:
    """Forget faults from before an instant."""
    connection.execute(delete(faults).where(faults.c.at < before_us))


def beat(connection: Connection, role: str, pid: int, started_us: int, now_us: int) -> None:
    """Note that a process is alive."""
    row = {"role": role, "pid": pid, "started_at": started_us, "beat_at": now_us}
    upsert(connection, processes, [row], key=["role", "pid"])


def leave(connection: Connection, role: str, pid: int) -> None:
    """Note that a process went, as it should."""
    connection.execute(delete(processes).where(processes.c.role == role, processes.c.pid == pid))


def clear_processes(connection: Connection, role: str, before_us: int) -> None:
    """Forget processes of a role that did not beat since an instant."""
    connection.execute(delete(processes).where(processes.c.role == role, processes.c.beat_at < before_us))


def last_beat(connection: Connection, role: str) -> int | None:
    """Give the last sign of life of a role, in microseconds; None where none runs."""
    return connection.execute(select(func.max(processes.c.beat_at)).where(processes.c.role == role)).scalar()


def list_processes(connection: Connection) -> list[dict[str, Any]]:
    """Give the processes that signed in: role, pid, started_at, beat_at."""
    return [dict(row._mapping) for row in connection.execute(select(processes).order_by(processes.c.role))]
