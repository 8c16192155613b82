"""A farm of partner feeds on loopback, for measuring ingest.

    python feedfarm.py --feeds 300 --entries 20 --port 8700 [--latency 0.05]

Serves /feed/N.rss (even N) and /feed/N.atom (odd N): well-formed feeds with full content and
honest ETag and Last-Modified, answering 304 to a matching If-None-Match.
Control: POST /bump/N gives feed N one new entry; GET /stats gives request counts by status.
A single asyncio process, no dependency: it serves several thousand requests a second.
"""

import argparse
import asyncio
import email.utils
import hashlib
import html
import json
import random
import sys
import time

from corpus import body, sentence


class Farm:
    def __init__(self, feeds, entries, latency):
        self.entries, self.latency = entries, latency
        self.extra = [0] * feeds
        self.cache = {}
        self.stats = {}

    def document(self, n):
        if n in self.cache:
            return self.cache[n]
        rng = random.Random(n)
        items = []
        for e in range(self.entries + self.extra[n]):
            when = 1_700_000_000 + 3600 * e + n
            items.append((f"https://partner{n}.example/story/{e}", sentence(rng, 5, 11), body(rng, e), when))
        items.reverse()
        if n % 2:
            rows = "".join(
                f"<entry><id>{u}</id><title>{html.escape(t)}</title><link href='{u}'/>"
                f"<updated>{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(w))}</updated>"
                f"<author><name>Writer {n}</name></author><category term='topic-{n % 17}'/>"
                f"<content type='html'>{html.escape(b)}</content></entry>"
                for u, t, b, w in items
            )
            text = (
                f"<?xml version='1.0' encoding='utf-8'?><feed xmlns='http://www.w3.org/2005/Atom'>"
                f"<id>https://partner{n}.example/</id><title>Partner {n}</title>"
                f"<updated>{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(items[0][3]))}</updated>"
                f"<link href='https://partner{n}.example/'/>{rows}</feed>"
            )
        else:
            rows = "".join(
                f"<item><guid>{u}</guid><title>{html.escape(t)}</title><link>{u}</link>"
                f"<pubDate>{email.utils.formatdate(w)}</pubDate><dc:creator>Writer {n}</dc:creator>"
                f"<category>topic-{n % 17}</category><content:encoded><![CDATA[{b}]]></content:encoded></item>"
                for u, t, b, w in items
            )
            text = (
                f"<?xml version='1.0' encoding='utf-8'?><rss version='2.0' "
                f"xmlns:dc='http://purl.org/dc/elements/1.1/' "
                f"xmlns:content='http://purl.org/rss/1.0/modules/content/'><channel>"
                f"<title>Partner {n}</title><link>https://partner{n}.example/</link>"
                f"<description>Partner {n}</description>{rows}</channel></rss>"
            )
        data = text.encode()
        etag = '"' + hashlib.sha1(data).hexdigest() + '"'
        self.cache[n] = data, etag, email.utils.formatdate(items[0][3], usegmt=True)
        return self.cache[n]

    def answer(self, method, path, headers):
        if path == "/stats":
            return 200, {"Content-Type": "application/json"}, json.dumps(self.stats).encode()
        try:
            n = int(path.rsplit("/", 1)[1].split(".")[0])
            if not 0 <= n < len(self.extra):
                raise ValueError
        except ValueError:
            return 404, {}, b"no such feed"
        if method == "POST" and path.startswith("/bump/"):
            self.extra[n] += 1
            self.cache.pop(n, None)
            return 200, {}, b"bumped"
        data, etag, modified = self.document(n)
        base = {"ETag": etag, "Last-Modified": modified}
        if headers.get("if-none-match") == etag:
            return 304, base, b""
        kind = "application/atom+xml" if n % 2 else "application/rss+xml"
        return 200, base | {"Content-Type": kind}, data

    async def serve(self, reader, writer):
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                first, *rest = head.decode("latin-1").split("\r\n")
                method, path, _ = first.split(" ", 2)
                headers = {k.strip().lower(): v.strip() for k, _, v in (line.partition(":") for line in rest if line)}
                if int(headers.get("content-length", 0)):
                    await reader.readexactly(int(headers["content-length"]))
                if self.latency:
                    await asyncio.sleep(self.latency)
                status, out, data = self.answer(method, path, headers)
                self.stats[str(status)] = self.stats.get(str(status), 0) + 1
                lines = (
                    [f"HTTP/1.1 {status} X", f"Content-Length: {len(data)}"]
                    if status != 304
                    else ["HTTP/1.1 304 Not Modified"]
                )
                lines += [f"{k}: {v}" for k, v in out.items()]
                writer.write(("\r\n".join(lines) + "\r\n\r\n").encode() + data)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


async def run(args):
    farm = Farm(args.feeds, args.entries, args.latency)
    for n in range(args.feeds):
        farm.document(n)
    server = await asyncio.start_server(farm.serve, "127.0.0.1", args.port)
    print(f"serving {args.feeds} feeds on http://127.0.0.1:{args.port}/feed/", file=sys.stderr, flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--feeds", type=int, default=300)
    ap.add_argument("--entries", type=int, default=20)
    ap.add_argument("--port", type=int, default=8700)
    ap.add_argument("--latency", type=float, default=0.0, help="seconds before each answer")
    asyncio.run(run(ap.parse_args()))
