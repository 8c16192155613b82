"""Which files are to be asked about: those of public articles of which the submitter left something out."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from urllib.parse import urlsplit

from feeds.ingest.address import refuse_url
from feeds.model.article import Article
from feeds.model.dates import to_us
from feeds.model.markup import absolute_address
from feeds.model.measures import lacking
from feeds.model.rights import allowed
from feeds.model.source import host_of
from feeds.pipeline import pictures
from feeds.pipeline.newsroom import Newsroom
from feeds.store import files
from feeds.store.database import Connection

# Names that stand for nobody's host (RFC 2606 §2, §3; RFC 6761 §6.4, §6.5).
_NOBODYS = ("example", "invalid", "example.com", "example.net", "example.org")


def want(connection: Connection, room: Newsroom, settled: Sequence[Article], now: datetime) -> None:
    """Have the files of articles asked about; those of drafts, scheduled ones and what is not shown are not."""
    public = [allowed(one) for one in settled if one.is_public(now)]
    files.want(connection, _wanted(room, {address for one in public for address in lacking(one)}), to_us(now))


def address_of(room: Newsroom, address: str) -> str:
    """Give the address that a file is asked for at; one that cannot be read stays as it is, and is refused."""
    return absolute_address(address, f"{room.site.url}/")


def _wanted(room: Newsroom, addresses: set[str]) -> Iterator[tuple[str, str, str]]:
    for address in sorted(addresses):
        if pictures.name_of(room, address) is not None:
            yield address, "", ""
        else:
            url = address_of(room, address)
            yield address, host_of(url), refuse_url(url) or _nobodys(url)


def _nobodys(url: str) -> str:
    host = (urlsplit(url).hostname or "").rstrip(".")  # it can be read: refuse_url has done so
    is_so = any(host == name or host.endswith(f".{name}") for name in _NOBODYS)
    return "the host's name is one kept for examples (RFC 2606)" if is_so else ""
