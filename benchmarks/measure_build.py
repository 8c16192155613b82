"""Regeneration in this process, on the instance that the environment names: from nothing, then from kept fragments.

Prints {"fresh": {documents, current, seconds}, "kept": {…}} as JSON: all documents, archive parts included, and how many
of them are current ones, three a channel, which is all that the peers make.
"""

import json
import os
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from feeds.clock import SystemClock  # noqa: E402  # after the path
from feeds.model.document import Format  # noqa: E402
from feeds.pipeline.newsroom import open_newsroom  # noqa: E402
from feeds.pipeline.printer import Printer  # noqa: E402
from feeds.pipeline.rebuild import drain  # noqa: E402
from feeds.pipeline.refresh import refresh, spots_of  # noqa: E402
from feeds.settings import load_settings  # noqa: E402
from feeds.store.parts import CURRENT  # noqa: E402


def main() -> None:
    room = open_newsroom(load_settings(root=ROOT, environ=os.environ), SystemClock())
    printer = Printer(room.site, room.settings)
    began = time.perf_counter()
    drain(room, printer)
    fresh = time.perf_counter() - began
    spots = spots_of(room, [])
    current = [spot for spot in spots if spot[1] == CURRENT]
    counts = {"documents": len(spots) * len(Format), "current": len(current) * len(Format)}
    began = time.perf_counter()
    refresh(room, printer, spots, fresh=False)
    kept = time.perf_counter() - began
    told = {
        "fresh": {"seconds": fresh, **counts},
        "kept": {"seconds": kept, **counts},
    }
    print(json.dumps(told))
    room.close()


if __name__ == "__main__":
    main()
