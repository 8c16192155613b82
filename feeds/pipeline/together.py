"""What many threads ask for at the same time, done in one go: who comes first does it for all who wait.

A transaction for eight costs little more than one for one (databases call it a group commit).
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
Done = TypeVar("Done")


class Together(Generic[Asked, Done]):
    """Called by many threads, each with one thing; `do` gets some of them at once, and gives what came of each.

    `most` is of their sizes together, but for one that is larger alone. Where a set raises, each is done by itself, so
    that none fails by another's fault.
    """

    def __init__(self, do: Callable[[Sequence[Asked]], Sequence[Done]], *, size: Callable[[Asked], int], most: int):
        self._do, self._size, self._most = do, size, most
        self._turn = threading.Lock()  # of who does it for all
        self._lock = threading.Lock()  # of who waits
        self._waiting: list[tuple[Asked, Future[Done]]] = []

    def __call__(self, asked: Asked) -> Done:
        """Wait until it is done; give what came of it, or raise what it raised."""
        mine: Future[Done] = Future()
        with self._lock:
            self._waiting.append((asked, mine))
        with self._turn:
            while not mine.done():
                self._do_some(self._next())
        return mine.result()

    def _next(self) -> list[tuple[Asked, "Future[Done]"]]:
        """Take those that waited longest."""
        with self._lock:
            count, total = 0, 0
            for asked, _ in self._waiting:
                total += self._size(asked)
                if count and total > self._most:
                    break
                count += 1
            some, self._waiting = self._waiting[:count], self._waiting[count:]
        return some

    def _do_some(self, some: Sequence[tuple[Asked, "Future[Done]"]]) -> None:
        try:
            for (_, future), result in zip(some, self._do([asked for asked, _ in some]), strict=True):
                future.set_result(result)
        except BaseException as error:
            if len(some) == 1 or not isinstance(error, Exception):
                for _, future in some:
                    future.set_exception(error)
                return
            for one in some:
                self._do_some([one])
