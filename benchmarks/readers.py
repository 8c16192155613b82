"""What other people's readers see of a channel's three documents, compared with its JSON Feed.

    script/readers [ADDRESS…]     each a channel's address without its ending; http://127.0.0.1:8000/feeds/site

`script/readers` installs the readers into a scratch folder, which is the first argument here. Ids and their order, titles
as text, links and moments must be the same for every reader; a line is printed for each that differs, and the exit code
is 1. A title is right as it stands or read as HTML once; a moment is `published`, or `updated` where a reader knows one.
"""

import argparse
import html
import json
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import feedparser
from reader import make_reader

FORMATS = ("rss", "atom", "json")
Seen = list[list[str]]  # id, title, link, published of each entry


def fetch(address: str, format: str) -> bytes:
    """Give one document of a channel; a mix keeps its query."""
    parts = urllib.parse.urlsplit(address)
    with urllib.request.urlopen(parts._replace(path=f"{parts.path}.{format}").geturl(), timeout=30) as answer:
        return bytes(answer.read())


def by_feedparser(file: Path, format: str) -> Seen | str | None:
    """Read with feedparser, which knows no JSON Feed."""
    if format == "json":
        return None
    found = feedparser.parse(file.read_bytes())
    if found.bozo:
        return repr(found.bozo_exception)
    return [[each.id, each.title, each.link, _iso(datetime(*each.published_parsed[:6]))] for each in found.entries]


def by_reader(file: Path, format: str) -> Seen | str | None:
    """Read with the library `reader`, which keeps an order of its own."""
    store = make_reader(":memory:", feed_root=str(file.parent))
    store.add_feed(file.name)
    store.update_feed(file.name)
    return [[each.id, each.title or "", each.link or "", _iso(each.published)] for each in store.get_entries()]


def by_sfeed(file: Path, tools: Path) -> Seen | None:
    """Read with sfeed, where Debian gave it; it writes lines of time, title, link, content, type, id."""
    command = tools / "debian/usr/bin/sfeed"
    if not command.exists() or file.suffix == ".json":
        return None
    lines = subprocess.run([command], input=file.read_bytes(), capture_output=True, check=True).stdout.decode()
    cells = [line.split("\t") for line in lines.splitlines()]
    return [[each[5], each[1], each[2], _iso(datetime.fromtimestamp(int(each[0]), UTC))] for each in cells]


def by_all(file: Path, format: str, tools: Path) -> Iterator[tuple[str, Seen | str | None]]:
    """Read with every reader that is installed: its name, and what it sees, its complaint, or None."""
    yield "feedparser", by_feedparser(file, format)
    yield "reader", by_reader(file, format)
    yield "sfeed", by_sfeed(file, tools)
    script = Path(__file__).with_suffix(".mjs").resolve()
    command = ["node", str(script), str(file), format]
    yield from json.loads(subprocess.run(command, cwd=tools, capture_output=True, check=True).stdout).items()


def differences(seen: Seen | str, wanted: dict[str, dict[str, str]], *, in_order: bool) -> Iterator[str]:
    """Say what a reader sees otherwise than the JSON Feed has it."""
    if isinstance(seen, str):
        yield seen
        return
    ids = [each[0] for each in seen]
    if (ids if in_order else sorted(ids)) != (list(wanted) if in_order else sorted(wanted)):
        yield f"{len(ids)} entries, or another order, where there are {len(wanted)}"
    for id, title, link, published in seen:
        item = wanted.get(id)
        if item is None:
            continue
        if " ".join(item["title"].split()) not in (" ".join(text.split()) for text in (title, html.unescape(title))):
            yield f"title {title!r} for {item['title']!r}"
        if link != item["url"]:
            yield f"link {link!r} for {item['url']!r}"
        if published[:19] not in (item["date_published"][:19], item["date_modified"][:19]):
            yield f"published {published!r} for {item['date_published']!r}"


def _iso(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S") if moment is not None else ""


def main() -> int:
    """Compare, print, and give the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tools", type=Path)
    parser.add_argument("addresses", nargs="*", default=["http://127.0.0.1:8000/feeds/site"])
    given = parser.parse_args()
    failed = False
    for address in given.addresses:
        documents = {format: fetch(address, format) for format in FORMATS}
        wanted = {item["id"]: item for item in json.loads(documents["json"])["items"]}
        for format, data in documents.items():
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder) / f"document.{format}"
                file.write_bytes(data)
                for name, seen in by_all(file, format, given.tools.resolve()):
                    if seen is None:
                        continue
                    found = list(differences(seen, wanted, in_order=name != "reader"))
                    failed |= bool(found)
                    print(f"{address} {format} {name}: {len(wanted)} entries, {len(found)} differences")
                    print(*(f"    {each}" for each in found[:5]), sep="\n", end="\n" if found else "")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
