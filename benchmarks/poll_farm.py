"""Poll the farm with our own road, as the worker does it. Prints, a pass, feeds/s and CPU seconds as JSON.

    python poll_farm.py --feeds 300 --port 8700

The CPU is this process's with that of the children in which documents are read. A pass makes every source due at once,
and ends when what came of the last one is kept.
"""

import argparse
import json
import os
import resource
import sys
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from sqlalchemy import distinct, func, select  # noqa: E402  # after the path

from feeds.clock import SystemClock  # noqa: E402  # after the path
from feeds.model.dates import to_us  # noqa: E402
from feeds.pipeline import partners  # noqa: E402
from feeds.pipeline.newsroom import Newsroom, open_newsroom  # noqa: E402
from feeds.pipeline.poller import Poller  # noqa: E402
from feeds.settings import load_settings  # noqa: E402
from feeds.store import sources  # noqa: E402
from feeds.store.schema import polls  # noqa: E402

PATIENCE = 600.0  # seconds for a pass
TICKS = os.sysconf("SC_CLK_TCK")


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--feeds", type=int, default=300)
    ap.add_argument("--port", type=int, default=8700)
    args = ap.parse_args()
    room = open_newsroom(load_settings(root=ROOT, environ=os.environ), SystemClock())
    base = f"http://127.0.0.1:{args.port}"
    ids = [
        partners.add(room, {"url": f"{base}/feed/{number}.{'atom' if number % 2 else 'rss'}", "title": f"P{number}"}).id
        for number in range(args.feeds)
    ]
    poller = Poller(room)
    rates = {}
    for name in ("cold", "unchanged", "tenth"):
        if name == "tenth":
            for number in range(0, args.feeds, 10):
                urllib.request.urlopen(f"{base}/bump/{number}", data=b"").read()
        now = to_us(room.clock.now())
        with room.store.write() as connection:
            for source_id in ids:
                sources.reschedule(connection, source_id, now, "")
        began, used = time.perf_counter(), _used()
        _poll_all(room, poller, args.feeds, now)
        rates[name] = args.feeds / (time.perf_counter() - began), _used() - used
    poller.stop()
    room.close()
    print(json.dumps(rates))


def _poll_all(room: Newsroom, poller: Poller, feeds: int, since_us: int) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        poller.run()
        time.sleep(0.05)
        if poller.is_behind:
            continue
        with room.store.read() as connection:
            query = select(func.count(distinct(polls.c.source))).where(polls.c.at >= since_us)
            if connection.execute(query).scalar_one() >= feeds:
                return
    raise RuntimeError("the pass does not end")


def _used() -> float:
    """Give the CPU seconds of this process, of its children at work and of those that ended."""
    own, ended = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + ended.ru_utime + ended.ru_stime + sum(map(_used_by, _children()))


def _children() -> list[str]:
    me = os.getpid()
    return [
        one
        for thread in os.listdir(f"/proc/{me}/task")
        for one in Path(f"/proc/{me}/task/{thread}/children").read_text().split()
    ]


def _used_by(pid: str) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS


if __name__ == "__main__":
    main()
