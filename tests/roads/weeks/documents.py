"""Documents as a careful reader has them: entries in their order, tombstones, links, the stamp; three formats alike."""

import json
import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache

from feeds.model.document import Format
from tests.publish.reading import ATOM, TOMBSTONE, links

NOTICE = "farewell-"


@dataclass(frozen=True)
class Entry:
    """One entry; `text` is all of it. `updated` is None where the format says nothing of it (RSS, unchanged)."""

    published: datetime
    updated: datetime | None
    text: str


@dataclass(frozen=True)
class Parsed:
    """A document; ids are those of articles. `deleted` {id: (seconds, reason)} is None where the format has none."""

    entries: dict[str, Entry]
    deleted: dict[str, tuple[datetime, str]] | None
    links: dict[str, str]
    stamp: datetime
    without_stamp: bytes

    @property
    def stories(self) -> list[str]:
        """The ids in order, less that of a channel's last word."""
        return [each for each in self.entries if not each.startswith(NOTICE)]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def article_of(guid: str) -> str:
    assert ":articles/" in guid, guid
    return guid.rpartition(":articles/")[2]


@lru_cache(maxsize=4096)
def parse(format: Format, data: bytes) -> Parsed:
    found = {Format.RSS: _rss, Format.ATOM: _atom, Format.JSON: _json}[format](data)
    assert len(found.entries) == _count(format, data), "an id stands twice in one document"
    return found


def _count(format: Format, data: bytes) -> int:
    mark = {Format.RSS: b"<item>", Format.ATOM: b"<entry", Format.JSON: b'\n{"id":'}[format]
    return data.count(mark)


def _rss(data: bytes) -> Parsed:
    channel = ET.fromstring(data).find("channel")
    assert channel is not None
    entries = {}
    for item in channel.findall("item"):
        updated = item.findtext(f"{ATOM}updated")
        entries[article_of(item.findtext("guid") or "")] = Entry(
            parsedate_to_datetime(item.findtext("pubDate") or "").astimezone(UTC),
            None if updated is None else moment(updated),
            _text(item),
        )
    stamp = channel.findtext("lastBuildDate") or ""
    return Parsed(
        entries,
        None,
        _links(channel),
        parsedate_to_datetime(stamp).astimezone(UTC),
        data.replace(f"<lastBuildDate>{stamp}<".encode(), b"", 1),
    )


def _atom(data: bytes) -> Parsed:
    feed = ET.fromstring(data)
    entries = {
        article_of(entry.findtext(f"{ATOM}id") or ""): Entry(
            moment(entry.findtext(f"{ATOM}published") or ""),
            moment(entry.findtext(f"{ATOM}updated") or ""),
            _text(entry),
        )
        for entry in feed.findall(f"{ATOM}entry")
    }
    deleted = {
        article_of(each.get("ref") or ""): (
            moment(each.get("when") or ""),
            each.findtext(f"{TOMBSTONE}comment") or "",
        )
        for each in feed.findall(f"{TOMBSTONE}deleted-entry")
    }
    stamp = feed.findtext(f"{ATOM}updated") or ""
    without = data.replace(f"<updated>{stamp}<".encode(), b"", 1)
    return Parsed(entries, deleted, _links(feed), moment(stamp), without)


def _json(data: bytes) -> Parsed:
    told = json.loads(data)
    entries = {
        article_of(item["id"]): Entry(
            moment(item["date_published"]),
            moment(item.get("date_modified", item["date_published"])),
            json.dumps(item),
        )
        for item in told["items"]
    }
    own = told["_broadsheet"]
    deleted = {article_of(each["id"]): (moment(each["at"]), each.get("reason", "")) for each in own.get("deleted", [])}
    found = {"prev-archive": told["next_url"]} if "next_url" in told else {}
    without = data.replace(f'"updated":"{own["updated"]}"'.encode(), b"", 1)
    return Parsed(entries, deleted, found, moment(own["updated"]), without)


def _text(element: ET.Element) -> str:
    return ET.tostring(element, "unicode").removesuffix(element.tail or "")


def _links(parent: ET.Element) -> dict[str, str]:
    return {
        rel: address
        for rel in ("self", "prev-archive", "next-archive", "current")
        for address in links(parent, rel)
        if address
    }


def path_of(address: str) -> str:
    """Give the path of an absolute address of ours."""
    found = re.fullmatch(r"https://news\.example(/[^#]*)", address)
    assert found is not None, address
    return found[1]


def seconds(instant: datetime) -> datetime:
    return instant.replace(microsecond=0)
