"""Who may ask now: one request at a time to a host, a pause between two, so many in all.

In come things that wait for a host, out go those whose turn it is. Times are monotonic seconds that are handed in;
queues keep their order, and no host's queue holds up another's. Not safe between threads: it is one thread's own.
"""

import heapq
from collections import deque
from typing import Generic, TypeVar

Waiting = TypeVar("Waiting")
_MANY = 4096  # hosts remembered for their pause, past which those that are over are forgotten


class Gate(Generic[Waiting]):
    """Queues by host. `most` things are under way at once; `spacing` is in seconds."""

    def __init__(self, *, spacing: float, most: int) -> None:
        self._spacing = spacing
        self._most = most
        self._queues: dict[str, deque[Waiting]] = {}
        self._next: list[tuple[float, int, str]] = []  # when which host that waits and is not busy may be asked
        self._busy: set[str] = set()
        self._free_at: dict[str, float] = {}
        self._under_way = 0
        self._count = 0

    def put(self, host: str, waiting: Waiting, *, now: float, is_first: bool = False) -> None:
        """Have something wait for its host; `is_first`: before what waits there already (a redirect's next hop)."""
        queue = self._queues.setdefault(host, deque())
        (queue.appendleft if is_first else queue.append)(waiting)
        if len(queue) == 1 and host not in self._busy:
            self._line_up(host, now)

    def take(self, now: float) -> list[tuple[str, Waiting]]:
        """Give what may begin now; its host is busy, and a place taken, until `leave`."""
        begun = []
        while self._next and self._next[0][0] <= now and self._under_way < self._most:
            _, _, host = heapq.heappop(self._next)
            queue = self._queues[host]
            begun.append((host, queue.popleft()))
            if not queue:
                del self._queues[host]
            self._busy.add(host)
            self._under_way += 1
        return begun

    def leave(self, host: str, *, now: float, keeps_place: bool = False) -> None:
        """End a request to a host. `keeps_place`: its answer is still held, `free` will tell of its end."""
        self._busy.discard(host)
        self._under_way -= not keeps_place
        self._free_at[host] = now + self._spacing
        if host in self._queues:
            self._line_up(host, now)
        if len(self._free_at) > _MANY:
            self._free_at = {other: at for other, at in self._free_at.items() if at > now}

    def free(self) -> None:
        """Give back a place that `leave` kept."""
        self._under_way -= 1

    def is_waited_for(self, host: str) -> bool:
        """Say whether more waits for a host."""
        return host in self._queues

    def drain(self) -> list[Waiting]:
        """Give, and forget, all that waits."""
        waiting = [one for queue in self._queues.values() for one in queue]
        self._queues.clear()
        self._next.clear()
        return waiting

    def next_at(self) -> float | None:
        """Give when something that waits may begin; None where nothing waits, or no place is free."""
        return self._next[0][0] if self._next and self._under_way < self._most else None

    def _line_up(self, host: str, now: float) -> None:
        self._count += 1
        heapq.heappush(self._next, (max(self._free_at.get(host, now), now), self._count, host))
