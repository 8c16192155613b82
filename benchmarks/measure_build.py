"""Regeneration in this process, on the instance that the environment names: from nothing, then from kept fragments.

Prints {"fresh": {documents, seconds}, "kept": {…}} as JSON; documents are current ones, three a channel, as the peers
count theirs. Archive parts are built as well, and not counted.
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


def main() -> None:
    room = open_newsroom(load_settings(root=ROOT, environ=os.environ), SystemClock())
    printer = Printer(room.site, room.settings)
    began = time.perf_counter()
    drain(room, printer)
    fresh = time.perf_counter() - began
    spots = spots_of(room, [])
    current = [spot for spot in spots if spot[1] == 0]
    began = time.perf_counter()
    refresh(room, printer, spots, fresh=False)
    kept = time.perf_counter() - began
    told = {
        "fresh": {"documents": len(current) * len(Format), "seconds": fresh},
        "kept": {"documents": len(spots) * len(Format), "seconds": kept},
    }
    print(json.dumps(told))
    room.close()


if __name__ == "__main__":
    main()
