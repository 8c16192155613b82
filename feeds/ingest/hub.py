"""What a WebSub hub is told, what its answer means, and how long it is left alone after a failure. No network here.

W3C WebSub leaves open how a publisher tells a hub (section 6). What hubs take is the form of PubSubHubbub 0.3, with
the document's address as `hub.url` or, with some, as `hub.topic`: both are sent.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode, urlsplit

from feeds.errors import PollError
from feeds.ingest.address import is_loopback, is_same_literal
from feeds.ingest.exchange import Answer, Exchange
from feeds.ingest.hop import Hop
from feeds.ingest.pace import parse_retry_after

FIRST_REST = timedelta(seconds=2)
LONGEST_REST = timedelta(minutes=30)  # of our own accord
LONGEST_WISH = timedelta(days=1)  # that a hub may ask for
JITTER = 0.25  # of a rest, later only
SEE_OTHER = 303  # it was taken; a page about it is elsewhere (RFC 9110 §15.4.4)
_PASSING = (408, 421, 425, 429)  # of 4xx: these do not judge what was sent


@dataclass(slots=True)
class Telling(Exchange):
    """A hub told of one document. Redirects but 303 are followed with the same form (RFC 9110 §15.4)."""

    def is_named(self, address: str) -> bool:
        """Say whether the settings name the hub by this address, or as localhost; not where it redirects."""
        if self.hops:
            return False
        host = (urlsplit(self.url).hostname or "").lower()
        return is_same_literal(host, address) or (host == "localhost" and is_loopback(address))

    def request_headers(self) -> list[bytes]:
        """Give the fields of the next request."""
        return [b"Content-Type: application/x-www-form-urlencoded", b"Accept: */*"]

    def end_hop(self, hop: Hop, *, received: int, now: float, wall: datetime) -> Answer | None:
        """Take a request's answer; None: there is another hop to make. Raises PollError."""
        if hop.status == SEE_OTHER:
            hop.target = None
        return Exchange.end_hop(self, hop, received=received, now=now, wall=wall)  # slots: no super() without names

    def judge(self, hop: Hop, wall: datetime) -> None:
        """Raise PollError for an answer that does not say that the hub took it."""
        if 200 <= hop.status < 300 or hop.status == SEE_OTHER:
            return
        wish = parse_retry_after(hop.headers.get("retry-after", ""), date=hop.headers.get("date", ""), now=wall)
        outcome = "throttled" if hop.status in (429, 503) else "http-error"
        raise PollError(outcome, f"{hop.status} instead of 2xx", status=hop.status, retry_after=wish)


def form_of(document: str) -> bytes:
    """Give the form that tells of a document by its absolute address."""
    return urlencode({"hub.mode": "publish", "hub.url": document, "hub.topic": document}).encode("ascii")


def is_refusal(error: PollError) -> bool:
    """Say whether a hub does not want what it was told: telling it again would not help."""
    status = error.status or 0
    return error.outcome == "http-error" and 400 <= status < 500 and status not in _PASSING


def rest_after(failures: int, *, share: float, retry_after: float | None) -> timedelta:
    """Give the rest after so many failures in a row, of a hub or of one document; it doubles, and keeps what was asked.

    `share`, in [0, 1), spreads by a quarter, later only. `retry_after` is in seconds.
    """
    rest = min(FIRST_REST * (1 << min(failures - 1, 30)), LONGEST_REST) * (1 + JITTER * share)
    return max(rest, min(timedelta(seconds=retry_after or 0.0), LONGEST_WISH))
