"""Push (WebSub): each hub is told of each current document that changed, after it is served.

    note (with the document, pipeline/untold) → look → post (one at a time to a hub) → keep what the hub answered → …

What is to be told is in the store until a hub took it, so that after a kill it is told again rather than not at all. A
hub that fails is left alone for a while that doubles; what it was not told within a day is given up. No hub waits for
another.
"""

import logging
import random
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from feeds import metrics
from feeds.errors import PollError
from feeds.ingest import hub as hubs
from feeds.ingest.exchange import Answer
from feeds.logs import event
from feeds.model.dates import from_us, rfc3339, to_us
from feeds.model.document import Format
from feeds.model.markup import ascii_address
from feeds.pipeline.newsroom import Newsroom
from feeds.pipeline.poller import make_fetcher
from feeds.pipeline.printer import Printer
from feeds.pipeline.serving import Found, Kitchen
from feeds.pipeline.untold import MOST_US, SETTLE_US
from feeds.store import channels, pushes
from feeds.store.parts import CURRENT
from feeds.store.pushes import Hub, Push

GIVE_UP = timedelta(days=1)
LONGEST_US = 2 * hubs.LONGEST_REST // timedelta(microseconds=1)  # past any rest of a document
LONGEST_DETAIL = 300  # characters
_log = logging.getLogger(__name__)


class _Told(NamedTuple):
    """A push and what came of it. `is_settled`: every process served that version of the document by then."""

    push: Push
    address: str
    is_settled: bool
    came: Answer | PollError


class Teller:
    """Tells hubs until stopped. `kick` is called when a hub has answered, from a thread of the fetcher's: it must have
    `run` called.
    """

    def __init__(self, room: Newsroom, printer: Printer, kick: Callable[[], None]) -> None:
        self._room = room
        self._hubs = room.site.hubs
        self._kick = kick
        self._kitchen = Kitchen(room, printer)
        self._fetcher = make_fetcher(room, spacing=timedelta(0))
        self._told: deque[_Told] = deque()
        self._asked: set[str] = set()  # hubs that have not answered yet, or whose answer is not kept yet
        self._kept = 0
        self._is_tidy = False

    def run(self) -> int:
        """Keep what hubs answered, and tell each that is free what is next.

        Give how many answers were kept since it last did, once no hub is being told anything: a run is noted in the
        store where it did something, and not for each document.
        """
        if not self._is_tidy:
            self._tidy()
        while self._told:  # kept first, and before more is told: a store that cannot be written must not repeat it all
            self._keep(self._told[0])
            self._asked.discard(self._told.popleft().push.hub)
            self._kept += 1
        for hub in self._hubs:
            if hub not in self._asked:
                self._tell(hub)
        if self._asked:
            return 0
        kept, self._kept = self._kept, 0
        return kept

    def stop(self) -> None:
        """Tell nobody any more; who was just being told is told again after the next start."""
        self._fetcher.stop()

    def _tidy(self) -> None:
        """Forget hubs that the settings do not name any more."""
        with self._room.store.write() as connection:
            pushes.keep_only(connection, self._hubs)
        self._is_tidy = True

    def _tell(self, hub: str) -> None:
        """Begin to tell a hub of the document that is next, if it may be told now."""
        now = self._room.clock.now()
        while (found := self._next(hub, now)) is not None:
            push, key = found
            if self._is_served(key, push.format):
                address = address_of(self._room, key, push.format)
                age = to_us(now) - push.stamp
                is_settled = age >= SETTLE_US or age < 0  # a clock that was set back says nothing
                on_done = partial(self._on_done, push, address, is_settled)
                self._asked.add(hub)
                self._fetcher.tell(hub, hubs.form_of(address), on_done)
                return
            with self._room.store.write() as connection:  # merged or ended meanwhile: there is nothing to fetch
                pushes.done(connection, push, to_us(now), is_settled=True, settle_us=SETTLE_US)

    def _next(self, hub: str, now: datetime) -> tuple[Push, str] | None:
        """Give what a hub is to be told of now, with its channel's key."""
        with self._room.store.read() as connection:
            if _rests(pushes.answering(connection).get(hub), now):
                return None
            push = pushes.due(connection, hub, to_us(now), most_us=MOST_US, longest_us=LONGEST_US)
            return None if push is None else (push, channels.load(connection, [push.channel])[push.channel].key)

    def _is_served(self, key: str, format: Format) -> bool:
        """Say whether a document is at its address; the channel of a label that was merged has a `~` in its key."""
        return "~" not in key and isinstance(self._kitchen.find(key, CURRENT, format), Found)

    def _on_done(self, push: Push, address: str, is_settled: bool, came: Answer | PollError | None) -> None:
        if came is not None:
            self._told.append(_Told(push, address, is_settled, came))
            self._kick()

    def _keep(self, told: _Told) -> None:
        """Keep what a hub answered, in one transaction, and say so."""
        push, came, now = told.push, told.came, self._room.clock.now()
        given_up = 0
        with self._room.store.write() as connection:
            known = pushes.answering(connection).get(push.hub) or Hub(push.hub)
            if isinstance(came, PollError) and not hubs.is_refusal(came):
                known = _failed(known, came, now)
                pushes.failed(connection, push, to_us(now + _rest(push.failures + 1, None)))
                given_up = pushes.give_up(connection, push.hub, to_us(now - GIVE_UP))
            else:
                why = came.detail[:LONGEST_DETAIL] if isinstance(came, PollError) else ""
                known = Hub(push.hub, why=why, told_at=known.told_at if why else to_us(now))
                pushes.done(connection, push, to_us(now), is_settled=told.is_settled, settle_us=SETTLE_US)
            pushes.note(connection, known)
        _say(told, known, given_up)


def address_of(room: Newsroom, key: str, format: Format) -> str:
    """Give the absolute address of a channel's current document, as its own `rel=self` has it."""
    return ascii_address(f"{room.site.url}/feeds/{key}.{format}")


def _rests(known: Hub | None, now: datetime) -> bool:
    """Say whether a hub is left alone for now; one that would be for too long had a clock that has been set back."""
    if known is None or known.next_at is None:
        return False
    return now < from_us(known.next_at) <= now + hubs.LONGEST_WISH


def _failed(known: Hub, error: PollError, now: datetime) -> Hub:
    failures = known.failures + 1
    rest = to_us(now + _rest(failures, error.retry_after))
    return known._replace(failures=failures, next_at=rest, why=error.detail[:LONGEST_DETAIL])


def _rest(failures: int, wish: float | None) -> timedelta:
    return hubs.rest_after(failures, share=random.random(), retry_after=wish)


def _say(told: _Told, known: Hub, given_up: int) -> None:
    push, came = told.push, told.came
    if not isinstance(came, PollError):
        metrics.count("feeds_pushes", "told")
        event(_log, "hub told", hub=push.hub, document=told.address)
        return
    outcome = "failed" if known.failures else "refused"
    metrics.count("feeds_pushes", outcome)
    again = None if known.next_at is None else rfc3339(from_us(known.next_at))
    event(
        _log,
        f"hub {outcome}",
        level=logging.WARNING,
        hub=push.hub,
        document=told.address,
        reason=str(came),
        failures=known.failures or None,
        next=again,
    )
    if given_up:
        for _ in range(given_up):
            metrics.count("feeds_pushes", "given_up")
        event(_log, "hub given up", level=logging.WARNING, hub=push.hub, documents=given_up, days=GIVE_UP.days)
