"""A source: a partner's feed that we poll, and what one poll of it came to (CONTRACT section 9)."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlsplit

from feeds.model.pacing import NO_RHYTHM, NO_WISHES, Move, Rhythm, Wishes
from feeds.model.usual import Usual


class State(StrEnum):
    """Whether a source is polled."""

    ACTIVE = "active"
    PAUSED = "paused"
    GONE = "gone"
    QUARANTINED = "quarantined"


POLLED = (State.ACTIVE, State.QUARANTINED)  # of a quarantined one new entries are held, so that none is lost
IDENTITIES = ("id", "link", "title")  # what entries are told apart by, in the order in which they are fallen back on


class Outcome(StrEnum):
    """What one poll came to."""

    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REDIRECTED = "redirected"
    NOT_A_FEED = "not-a-feed"
    CHALLENGE = "challenge"
    REFUSED = "refused"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    TLS = "tls"
    HTTP_ERROR = "http-error"
    THROTTLED = "throttled"
    GONE = "gone"
    BROKEN = "broken"

    @property
    def is_failure(self) -> bool:
        return self not in (Outcome.CHANGED, Outcome.UNCHANGED)


def host_of(url: str) -> str:
    """Give the host to which one request at a time is made, with its port where that is not the scheme's own.

    `""` where there is none. However an address spells it, a host is one (RFC 3986 §6.2.2, §6.2.3).
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return ""
    return host if not host or port in (None, _PORTS.get(parts.scheme.lower())) else f"{host}:{port}"


_PORTS = {"http": 80, "https": 443}


# Names of parameters that are keys to a feed: whoever sees them can read it.
_SECRET = re.compile(
    r"([?&;](?:[\w.-]*(?:token|secret|passw(?:or)?d|signature|credential)[\w.-]*"
    r"|(?:[\w.-]*[_.-])?(?:api_?key|key|auth|sig|pass|pwd)))=([^&;#]+)",
    re.IGNORECASE,
)
_USER = re.compile(r"(?<=://)[^/?#@]*@")


def shown_address(url: str) -> str:
    """Give an address as it may be shown: keys in its query, and a user's name and password, are masked."""
    return _SECRET.sub(r"\1=***", _USER.sub("***@", url))


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What the partner sent with its last whole answer, byte for byte, and the address they belong to."""

    url: str = ""
    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A rule for new entries, by which they are published, held for review, or dropped.

    It is for those that have one of its words, one of its tags and one of its languages; a list that is empty asks
    for nothing.
    """

    action: str
    words: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One partner's feed as kept.

    `tags` and `map_authors` map theirs to ours (`""` drops one), `authors` stand in place of theirs. The first of
    `filters` that an entry falls under decides what becomes of it, else `publish` does. Of what may be shown `rights`,
    `summary_words` and `images` speak (rights.py), `expire_days` count from a story's publication. With `full_text`
    the story's page is read for its text. `identity` is one of IDENTITIES as its operator has it, or `auto`: as polling
    finds, which is `identified_by` where ids were found to be worthless. `wire`: its versions go before others'.

    `failures` counts failed polls in a row. `polled_once` is False until a poll has read the feed: the first one
    publishes at most `first_poll` entries. `whole_at` is when it was last asked without validators and answered,
    `unchanged_at` when it last said 304, `distrusted_at` when that was found to be untrue, `new_at` when it last
    brought something new. `doubled` counts entries of its last document whose ids others have too. `usual` is what its
    documents are like (None: the next one says), `alarm` why it is quarantined.
    """

    id: str
    url: str
    created_at: datetime
    title: str = ""
    site_url: str = ""
    state: State = State.ACTIVE
    publish: str = "auto"
    filters: tuple[Filter, ...] = ()
    rights: str = "full"
    summary_words: int | None = None
    images: bool = True
    expire_days: int | None = None
    full_text: bool = False
    tags: tuple[tuple[str, str], ...] = ()
    add_tags: tuple[str, ...] = ()
    section: str = ""
    authors: tuple[str, ...] = ()
    map_authors: tuple[tuple[str, str], ...] = ()
    credit: str = ""
    language: str = ""
    max_age_days: int | None = None
    first_poll: int | None = None
    identity: str = "auto"
    wire: bool = False
    next_poll_at: datetime | None = None
    why: str = ""
    validators: Validators = Validators()
    body_hash: str = ""
    failures: int = 0
    polled_once: bool = False
    wishes: Wishes = NO_WISHES
    rhythm: Rhythm = NO_RHYTHM
    move: Move | None = None
    whole_at: datetime | None = None
    unchanged_at: datetime | None = None
    distrusted_at: datetime | None = None
    new_at: datetime | None = None
    doubled: int = 0
    identified_by: str = ""
    usual: Usual | None = None
    alarm: str = ""

    @property
    def host(self) -> str:
        return host_of(self.url)

    @property
    def told_apart_by(self) -> str:
        """What its entries are told apart by now: one of IDENTITIES."""
        return self.identity if self.identity != "auto" else self.identified_by or "id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """One attempt. `took_ms` in milliseconds, `bytes` as received, `new` and `changed` count entries."""

    at: datetime
    outcome: Outcome
    status: int | None = None
    detail: str = ""
    took_ms: int = 0
    bytes: int = 0
    new: int = 0
    changed: int = 0
