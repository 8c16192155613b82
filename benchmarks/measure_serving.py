"""Documents from memory beside nginx with the same bytes: 304 and 200 by wrk, one connection pool, in turns."""

import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from newsroom import HOST, Newsroom

SECONDS = 4
_RATE = re.compile(r"Requests/sec:\s+([0-9.]+)")


def compare(room: Newsroom, folder: Path) -> Iterator[tuple[str, float, float]]:
    """Give (what, our requests/s, nginx's requests/s); raises RuntimeError where wrk or nginx is missing."""
    if shutil.which("wrk") is None or shutil.which("nginx") is None:
        raise RuntimeError("wrk and nginx are needed")
    path = "/feeds/site.rss"
    _, fields, body = room.ask("GET", path, None, [("Accept-Encoding", "gzip")])
    other = Newsroom(folder / "nginx-port").port
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        root.chmod(0o755)
        (root / "site.rss").write_bytes(body)
        (root / "nginx.conf").write_text(
            f"pid {root}/pid; error_log {root}/error.log; worker_processes 1; events {{}}\n"
            f"http {{ access_log off; server {{ listen {HOST}:{other}; root {root}; etag on; }} }}\n"
        )
        process = subprocess.Popen(["nginx", "-c", str(root / "nginx.conf"), "-g", "daemon off;"])
        try:
            time.sleep(1)
            told = subprocess.run(["curl", "-sI", f"http://{HOST}:{other}/site.rss"], capture_output=True, text=True,
                                  check=True).stdout  # fmt: skip
            tag = re.search(r"ETag: (\S+)", told)
            assert tag is not None
            mine, theirs = f"http://{HOST}:{room.port}{path}", f"http://{HOST}:{other}/site.rss"
            size = f"{len(body) // 1024} KB, gzip"
            yield f"200, {size}", _rate(mine, ["Accept-Encoding: gzip"]), _rate(theirs, [])
            own = ["Accept-Encoding: gzip", f"If-None-Match: {fields['etag']}"]
            yield "304", _rate(mine, own), _rate(theirs, [f"If-None-Match: {tag[1]}"])
        finally:
            process.terminate()
            process.wait()


def _rate(url: str, fields: list[str]) -> float:
    argv = ["wrk", "-t1", "-c16", f"-d{SECONDS}s", *(word for field in fields for word in ("-H", field)), url]
    done = subprocess.run(argv, check=True, capture_output=True, text=True)
    found = _RATE.search(done.stdout)
    assert found is not None
    return float(found[1])
