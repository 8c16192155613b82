"""The benchmark: Broadsheet beside its peers, in one run, as ratios. `script/benchmark [PART…] [--articles N]`

Parts: load, build, publish, serve, memory, growth, ingest. Each prints rows `what, ours, theirs, ratio, goal`; the table
goes to standard output, and into docs/performance.md with --write. Absolute times say little on shared machines; ratios
of what ran side by side do.
"""

import argparse
import contextlib
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from newsroom import ROOT, Newsroom, batches

HERE = Path(__file__).parent
DOCUMENT = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


class Row(NamedTuple):
    """One line of the table."""

    what: str
    ours: str
    theirs: str
    ratio: str
    goal: str


class Bench:
    """One run, in a folder of its own."""

    def __init__(self, folder: Path, articles: int) -> None:
        self.folder = folder
        self.corpus = folder / "articles.jsonl"
        with self.corpus.open("w", encoding="utf-8") as out:
            run = [sys.executable, str(HERE / "corpus.py"), "--articles", str(articles)]
            subprocess.run(run, stdout=out, check=True)
        self.bodies = list(batches(self.corpus))
        self.articles = articles
        self.room = Newsroom(folder / "instance")
        self.room.command("migrate")
        self.is_loaded = False

    def peer(self, script: str, *arguments: str) -> list[str]:
        """Run a peer; give the words of its last line."""
        argv = [sys.executable, str(HERE / script), *arguments]
        done = subprocess.run(argv, cwd=HERE, check=True, capture_output=True, text=True)
        return done.stdout.strip().splitlines()[-1].split()

    def ensure_loaded(self) -> None:
        """Load the corpus, where no other part has."""
        if not self.is_loaded:
            with self.room.serving("web"):
                self.room.load(self.bodies)
            self.is_loaded = True


def load(bench: Bench) -> Iterator[Row]:
    """`articles:batch` over HTTP beside raw sqlite3, in turns."""
    ours, raw = [], []
    for turn in range(2):
        raw.append(float(bench.peer("raw_sqlite.py", str(bench.corpus), str(bench.folder / "raw.db"))[1]))
        room = Newsroom(bench.folder / f"load-{turn}")
        room.command("migrate")
        with room.serving("web"):
            ours.append(room.load(bench.bodies))
    mine, theirs = min(ours), min(raw)
    yield Row(
        f"load {bench.articles} articles by `articles:batch`",
        f"{mine:.2f} s",
        f"{theirs:.2f} s (raw sqlite3)",
        f"{mine / theirs:.1f}× the time",
        "≤ 8×",
    )


def build(bench: Bench) -> Iterator[Row]:
    """Regeneration from nothing and from kept fragments, beside plain feedgen and Django's generator."""
    bench.ensure_loaded()
    out = str(bench.folder / "peer")
    feedgen = float(bench.peer("peer_feedgen.py", str(bench.corpus), out)[2])
    script = str(HERE / "measure_build.py")
    told = json.loads(subprocess.run([sys.executable, script], env=bench.room.environ, cwd=ROOT, check=True,
                                     capture_output=True, text=True).stdout)  # fmt: skip
    for name, goal in (("fresh", "≥ 1.2×"), ("kept", "≥ 8×")):
        rate = told[name]["documents"] / told[name]["seconds"]
        what = {"fresh": BUILD, "kept": "`rebuild` with fragments kept"}[name]
        ours = f"{rate:.0f} documents/s ({told[name]['documents']}, of which {told[name]['current']} current)"
        yield Row(what, ours, f"{feedgen:.0f} documents/s (feedgen)", f"{rate / feedgen:.1f}×", goal)
    with contextlib.suppress(subprocess.CalledProcessError, IndexError):
        django = float(bench.peer("peer_django.py", str(bench.corpus), out)[2])
        rate = told["fresh"]["documents"] / told["fresh"]["seconds"]
        yield Row(
            BUILD, f"{rate:.0f} documents/s", f"{django:.0f} documents/s (Django's)", f"{rate / django:.2f}×", "–"
        )


BUILD = "every channel in three formats with its archive, from nothing"


def publish(bench: Bench) -> Iterator[Row]:
    """A story seen in all its documents: at rest, and while every channel is rebuilt."""
    bench.ensure_loaded()
    with bench.room.serving():
        bench.room.wait_until_built()
        for what, words, goal in (
            ("a story in all its documents, at rest", None, "≤ 1 s"),
            ("… while `rebuild` runs", ("rebuild",), "≤ 1 s"),
            ("… while `rebuild --fresh` runs (p99)", ("rebuild", "--fresh"), "≤ 2 s"),
        ):
            beside = bench.room.start_command(*words) if words else None
            seen = [_publish(bench.room, f"{what[-20:]} {number}") for number in range(12)]
            if beside is not None:
                beside.terminate()
                beside.wait()
            typical = statistics.median(seen)
            yield Row(what, f"p50 {typical:.2f} s, worst {max(seen):.2f} s", "–", "–", goal)


def _publish(room: Newsroom, title: str) -> float:
    story = {"title": title, "tags": ["tag-000", "tag-001", "tag-399"], "authors": ["Author 000"]}
    fields = [("Content-Type", "application/json")]
    status, _, body = room.ask("POST", "/api/articles", json.dumps(story).encode(), fields)
    answered = time.perf_counter()
    if status != 201:
        raise RuntimeError(f"the story was refused: {body[:200]!r}")
    told = json.loads(body)
    guid = json.dumps(told["guid"])[1:-1].encode()
    waiting = {(key, format) for key in told["in_feeds"] for format in ("rss", "atom", "json")}
    while waiting:
        waiting = {one for one in waiting if guid not in room.ask("GET", f"/feeds/{one[0]}.{one[1]}")[2]}
        if time.perf_counter() - answered > 60:
            raise RuntimeError("the story does not come")
    return time.perf_counter() - answered


def memory(bench: Bench) -> Iterator[Row]:
    """The proportional set size of all processes together, after readers have asked for every document."""
    bench.ensure_loaded()
    with bench.room.serving():
        bench.room.wait_until_built()
        status, _, body = bench.room.ask("GET", "/feeds/changed.json")
        for item in json.loads(body)["items"] if status == 200 else []:
            for format in ("rss", "atom", "json"):
                bench.room.ask("GET", f"/feeds/{item['key']}.{format}", None, [("Accept-Encoding", "gzip")])
        yield Row("memory of all processes (PSS)", f"{bench.room.pss() / 1e6:.0f} MB", "–", "–", "< 350 MB")


def growth(bench: Bench) -> Iterator[Row]:
    """The cost of one story, CPU seconds of all processes, in a small newsroom and in this one."""
    bench.ensure_loaded()
    small = Newsroom(bench.folder / "small")
    small.command("migrate")
    costs = []
    for room, bodies in ((small, bench.bodies[:1]), (bench.room, [])):
        with room.serving():
            room.load(bodies)
            room.wait_until_built()
            _publish(room, "A first one")
            before = room.cpu_seconds()
            for number in range(15):
                _publish(room, f"Story {number}")
            costs.append((room.cpu_seconds() - before) / 15)
    yield Row(
        f"CPU of one story among {bench.articles} beside 1,000",
        f"{costs[1] * 1000:.0f} ms",
        f"{costs[0] * 1000:.0f} ms",
        f"{costs[1] / costs[0]:.2f}×",
        "≤ 1.5×",
    )


def serve(bench: Bench) -> Iterator[Row]:
    """Documents from memory, beside nginx with the same bytes; needs wrk and nginx."""
    bench.ensure_loaded()
    from measure_serving import compare

    with bench.room.serving():
        bench.room.wait_until_built()
        for what, ours, theirs in compare(bench.room, bench.folder):
            yield Row(what, f"{ours:.0f}/s", f"{theirs:.0f}/s (nginx)", f"{ours / theirs:.2f}×", "–")


def ingest(bench: Bench, feeds: int = 1000) -> Iterator[Row]:
    """Partners' feeds polled, beside `reader`, against the same farm, which shares the cores: so CPU seconds, too."""
    from measure_ingest import compare

    for name, ours, theirs in compare(bench.folder, feeds):
        goals = {"cold": "≥ 2×", "unchanged": "≥ 4×", "tenth": "≥ 5×"}
        what = {"cold": "cold poll", "unchanged": "poll, unchanged", "tenth": "poll, one in ten changed"}[name]
        yield Row(
            f"{what}, {feeds} feeds of 100 KB",
            f"{ours.rate:.0f} feeds/s, {ours.used:.1f} s of CPU",
            f"{theirs.rate:.0f} feeds/s, {theirs.used:.1f} s of CPU (reader)",
            f"{ours.rate / theirs.rate:.1f}×",
            goals[name],
        )


PARTS: dict[str, Callable[[Bench], Iterator[Row]]] = {
    "load": load,
    "build": build,
    "publish": publish,
    "memory": memory,
    "growth": growth,
    "serve": serve,
    "ingest": ingest,
}


def table(rows: list[Row]) -> str:
    """Write the table in Markdown."""
    lines = ["| what | ours | beside | ratio | goal |", "| --- | --- | --- | --- | --- |"]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("parts", nargs="*", metavar="PART", help=f"which of {', '.join(PARTS)}; all without")
    ap.add_argument("--articles", type=int, default=10_000)
    ap.add_argument("--write", action="store_true", help="put the table into docs/performance.md")
    args = ap.parse_args()
    rows = []
    with tempfile.TemporaryDirectory(prefix="broadsheet-bench-") as folder:
        bench = Bench(Path(folder), args.articles)
        for name in args.parts or PARTS:
            try:
                for row in PARTS[name](bench):
                    rows.append(row)
                    print("  ".join(row), flush=True)
            except (OSError, RuntimeError, ImportError, subprocess.CalledProcessError) as error:
                print(f"{name}: not measured: {error}", flush=True)
    print(f"\n{table(rows)}")
    if args.write and rows:
        where = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
        before, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)
        after = rest.partition(END)[2]
        measured = f"{BEGIN}\n{args.articles} articles, {where}.\n\n{table(rows)}\n{END}"
        DOCUMENT.write_text(f"{before}{measured}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
