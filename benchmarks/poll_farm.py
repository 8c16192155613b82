"""Poll the farm with our own road, as the worker does: fetch, parse, match, intake. Prints feeds/s a pass as JSON.

    python poll_farm.py --feeds 300 --port 8700

All feeds are one host's; the pause between two requests to a host and its one-at-a-time are the poller's, and are left
out here, as `reader` has neither.
"""

import argparse
import json
import os
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from feeds.clock import SystemClock  # noqa: E402  # after the path
from feeds.pipeline import partners  # noqa: E402
from feeds.pipeline.newsroom import open_newsroom  # noqa: E402
from feeds.pipeline.poll import claim, poll  # noqa: E402
from feeds.pipeline.poller import make_fetcher  # noqa: E402
from feeds.settings import load_settings  # noqa: E402
from feeds.store import sources as kept  # noqa: E402


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--feeds", type=int, default=300)
    ap.add_argument("--port", type=int, default=8700)
    ap.add_argument("--workers", type=int, default=8)
    args = ap.parse_args()
    room = open_newsroom(load_settings(root=ROOT, environ=os.environ), SystemClock())
    fetcher = make_fetcher(room)
    base = f"http://127.0.0.1:{args.port}"
    ids = [
        partners.add(room, {"url": f"{base}/feed/{number}.{'atom' if number % 2 else 'rss'}", "title": f"P{number}"}).id
        for number in range(args.feeds)
    ]

    def one(source_id: str) -> None:
        with room.store.read() as connection:
            source = kept.find(connection, source_id)
        assert source is not None
        claim(room, source)
        poll(room, fetcher, source)

    rates = {}
    for name in ("cold", "unchanged", "tenth"):
        if name == "tenth":
            for number in range(0, args.feeds, 10):
                urllib.request.urlopen(f"{base}/bump/{number}", data=b"").read()
        began = time.perf_counter()
        with ThreadPoolExecutor(args.workers) as pool:
            list(pool.map(one, ids))
        rates[name] = args.feeds / (time.perf_counter() - began)
    print(json.dumps(rates))
    room.close()


if __name__ == "__main__":
    main()
