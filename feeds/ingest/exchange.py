"""The requests of one poll, from its first address over redirects to an Answer or a PollError. Pure: no network here.

Redirects are followed by this table and not by libcurl, so that validators go to the address that they belong to and
every hop is looked at before it is made. All hops share one deadline.
"""

from dataclasses import dataclass, field
from datetime import datetime

from feeds.errors import PollError
from feeds.ingest.address import refuse_url
from feeds.ingest.challenge import ADVICE, is_challenge
from feeds.ingest.hop import FEED_STATUSES, PART_STATUSES, Hop
from feeds.ingest.pace import parse_retry_after
from feeds.model.source import Validators

MAX_REDIRECTS = 5
MAX_VALIDATOR = 2048  # characters; a longer one is not sent back

_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.5"
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the partner answered: 200 with a body, or `is_unchanged` (304) with none.

    `url` is the address that answered, after redirects; `hops` the status and target of each of these. `bytes`
    counts what was received, before decompression, on all hops. `headers` has lower-case names, the last
    line of each. `validators` are the ones to keep: renewed by a 304 that brings new ones. `is_part`: the first bytes
    alone were asked for, and there is more.
    """

    status: int
    url: str
    body: bytes
    content_type: str
    etag: str
    last_modified: str
    is_unchanged: bool
    bytes: int
    took_ms: int
    headers: dict[str, str]
    validators: Validators
    hops: tuple[tuple[int, str], ...] = ()
    is_part: bool = False


@dataclass(slots=True)
class Exchange:
    """One poll under way: where it stands, what it sent, how long it may take. Times are monotonic seconds.

    `form` is what a POST sends; None: it is a GET. `first_bytes` is how much of a file of any kind is asked for; None:
    a feed is, whole.
    """

    url: str
    validators: Validators
    timeout: float
    form: bytes | None = None
    first_bytes: int | None = None
    began: float | None = None
    deadline: float = 0.0
    received: int = 0
    hops: list[tuple[int, str]] = field(default_factory=list)

    def start_hop(self, now: float) -> float:
        """Begin the next request; give the seconds that are left. Raises PollError for one that may not be made."""
        if self.began is None:
            self.began, self.deadline = now, now + self.timeout
        if (reason := refuse_url(self.url)) is not None:
            raise PollError("refused", f"redirected, but {reason}" if self.hops else reason)
        if (left := self.deadline - now) <= 0:
            raise PollError("timeout", "no whole answer within the time")
        return left

    def is_named(self, address: str) -> bool:
        """Say whether the operator names this very address in the settings, so that its network is not judged."""
        return False

    def request_headers(self) -> list[bytes]:
        """Give the fields of the next request; validators byte for byte as they came."""
        if self.first_bytes is not None:
            return [b"Accept: */*", f"Range: bytes=0-{self.first_bytes - 1}".encode("ascii")]
        known = self._known()
        lines = [f"Accept: {_ACCEPT}".encode("ascii")]
        for name, value in (("If-None-Match", known.etag), ("If-Modified-Since", known.last_modified)):
            if value and len(value) <= MAX_VALIDATOR and not any(character in value for character in "\r\n\0"):
                # They came as octets read as Latin-1 and go back as the same octets.
                lines.append(f"{name}: {value}".encode("latin-1", "ignore"))
        return lines

    def end_hop(self, hop: Hop, *, received: int, now: float, wall: datetime) -> Answer | None:
        """Take a request's answer; None: there is another hop to make. Raises PollError."""
        self.received += received
        if hop.target is not None:
            if len(self.hops) == MAX_REDIRECTS:
                raise PollError("redirected", f"more than {MAX_REDIRECTS} redirects", status=hop.status)
            self.url = hop.target
            self.hops.append((hop.status, hop.target))
            return None
        known = self._known()
        self.judge(hop, wall)
        is_unchanged = hop.status == 304
        etag, last_modified = hop.headers.get("etag", ""), hop.headers.get("last-modified", "")
        return Answer(
            status=hop.status,
            url=self.url,
            body=b"" if is_unchanged else bytes(hop.body),
            content_type=hop.headers.get("content-type", ""),
            etag=etag,
            last_modified=last_modified,
            is_unchanged=is_unchanged,
            bytes=self.received,
            took_ms=round((now - (self.began or now)) * 1000),
            headers=hop.headers,
            validators=Validators(
                url=self.url,
                etag=etag or (known.etag if is_unchanged else ""),
                last_modified=last_modified or (known.last_modified if is_unchanged else ""),
            ),
            hops=tuple(self.hops),
            is_part=hop.takes_part and hop.is_enough,
        )

    def judge(self, hop: Hop, wall: datetime) -> None:
        """Raise PollError for an answer of no use."""
        _judge(hop, self._known(), wall, good=FEED_STATUSES if self.first_bytes is None else PART_STATUSES)

    def _known(self) -> Validators:
        return self.validators if self.validators.url == self.url else Validators()


def _judge(hop: Hop, known: Validators, wall: datetime, *, good: tuple[int, ...]) -> None:
    """Raise PollError for a status that brings nothing; 304 is fine where validators were sent."""
    status, headers = hop.status, hop.headers
    if status == 304 and (known.etag or known.last_modified):
        return
    if status == 410:
        what = "feed" if good is FEED_STATUSES else "file"
        raise PollError("gone", f"410 Gone: the partner has ended this {what}", status=status)
    if is_challenge(bytes(hop.body) if status not in good else b"", headers):
        raise PollError("challenge", f"{status}: {ADVICE}", status=status)
    if status in good:
        return
    if status in (429, 503):
        wish = parse_retry_after(headers.get("retry-after", ""), date=headers.get("date", ""), now=wall)
        raise PollError("throttled", f"{status}: asked to come later", status=status, retry_after=wish)
    if 300 <= status < 400 and status != 304:
        raise PollError("redirected", f"{status}: points elsewhere, to no address that can be followed", status=status)
    if status == 304:
        raise PollError("http-error", "304 to a request without validators", status=status)
    raise PollError("http-error", f"{status} instead of 200", status=status)
