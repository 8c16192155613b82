"""The yardstick of loading: the same articles by raw sqlite3, one `executemany` a table and batch.

    python raw_sqlite.py articles.jsonl FILE [--batch 1000]

No validation, no cleaning, no search, no revisions: articles and their places in channels, write-ahead log, every
commit on the disk. Prints `articles seconds articles_per_s`.
"""

import argparse
import json
import pathlib
import sqlite3
import time


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("articles")
    ap.add_argument("file")
    ap.add_argument("--batch", type=int, default=1000)
    args = ap.parse_args()
    for suffix in ("", "-wal", "-shm"):
        pathlib.Path(args.file + suffix).unlink(missing_ok=True)
    lines = pathlib.Path(args.articles).read_text(encoding="utf-8").splitlines()
    database = sqlite3.connect(args.file, isolation_level=None)
    database.executescript(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
        "CREATE TABLE articles (id TEXT PRIMARY KEY, title TEXT, standfirst TEXT, content_html TEXT, authors TEXT,"
        " tags TEXT, published TEXT, updated TEXT);"
        "CREATE TABLE places (channel TEXT, at TEXT, article TEXT, PRIMARY KEY (channel, at, article)) WITHOUT ROWID;"
    )
    start = time.perf_counter()
    for at in range(0, len(lines), args.batch):
        items = [json.loads(line) for line in lines[at : at + args.batch]]
        database.execute("BEGIN IMMEDIATE")
        database.executemany(
            "INSERT INTO articles VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    item["id"],
                    item["title"],
                    item["standfirst"],
                    item["content_html"],
                    json.dumps(item["authors"]),
                    json.dumps(item["tags"]),
                    item["published"],
                    item["updated"],
                )
                for item in items
            ],
        )
        database.executemany(
            "INSERT INTO places VALUES (?, ?, ?)",
            [
                (key, item["published"], item["id"])
                for item in items
                for key in (
                    "site",
                    *(f"tags/{tag}" for tag in item["tags"]),
                    *(f"authors/{a}" for a in item["authors"]),
                )
            ],
        )
        database.execute("COMMIT")
    spent = time.perf_counter() - start
    print(len(lines), round(spent, 3), round(len(lines) / spent, 1))


if __name__ == "__main__":
    main()
