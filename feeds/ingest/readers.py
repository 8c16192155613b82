"""The pool of children in which partners' documents are read, so that a hostile one costs its own poll alone.

In come bytes, out comes a ParsedFeed or a PollError. A child that hangs, eats memory or crashes is ended, its poll is
`broken`, and the next document gets a fresh one. Children start when they are needed and end when they are not; none
outlives its owner (reading_child.py). What they answer is unpickled into our own values alone.
"""

import io
import os
import pickle
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from feeds.errors import PollError
from feeds.ingest import spans
from feeds.ingest.reading_child import HEAD, NO_MEMORY
from feeds.model.article import Attachment, Image
from feeds.model.entry import Deleted, Entry, EntryText, ParsedFeed, Worked
from feeds.model.pacing import Wishes

CHILDREN = 2  # at most
MEMORY = 400 * 1024 * 1024  # bytes that reading one document may take
IDLE = 30.0  # seconds after which a child that has nothing to do ends
MOST_DOCUMENTS = 500  # a child reads, then a fresh one takes its place
MOST_ANSWER = 256 * 1024 * 1024  # bytes

_ROOT = Path(__file__).parents[2]
_OURS = {kind.__qualname__: kind for kind in (Attachment, Deleted, Entry, EntryText, Image, ParsedFeed, Wishes, Worked)}

# What reads a document: body, address, content type, known marks, seconds that it may take.
Read = Callable[[bytes, str, str, frozenset[str], float], ParsedFeed]


def read_here(body: bytes, url: str, content_type: str, known: frozenset[str], _seconds: float) -> ParsedFeed:
    """Read a document in this very process, without limits: one of which nothing is to be feared."""
    return spans.read(body, url=url, content_type=content_type, known=known)


class Readers:
    """Reads documents in children; may be asked by many threads, which wait for a child that is free."""

    def __init__(self, *, children: int = CHILDREN, memory: int = MEMORY) -> None:
        self._memory = memory
        self._places = threading.Semaphore(children)
        self._lock = threading.Lock()
        self._idle: list[_Child] = []
        self._all: set[_Child] = set()
        self._lifeline: tuple[int, int] | None = None
        self._is_stopped = False

    def read(self, body: bytes, url: str, content_type: str, known: frozenset[str], seconds: float) -> ParsedFeed:
        """Read a document in a child, in so many seconds once one is free; raises PollError as spans.read does."""
        came = self._ask((body, url, content_type, known, seconds), seconds)
        if isinstance(came, ParsedFeed):
            return came
        outcome, detail, feed = came
        raise PollError(outcome, detail, feed=feed)

    def read_page(self, body: bytes, url: str, content_type: str, seconds: float) -> str:
        """Read a story's page in a child, likewise; raises PollError as read_story does."""
        came = self._ask((body, url, content_type, None, seconds), seconds)
        if isinstance(came, str):
            return came
        outcome, detail, _ = came
        raise PollError(outcome, detail)

    def _ask(self, asked: tuple[Any, ...], seconds: float) -> Any:
        with self._places:
            child = self._child()
            try:
                came = child.ask(asked, seconds)
            except BaseException:
                self._end(child)
                raise
            self._put_back(child)
        return came

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def tidy(self) -> None:
        """End children that have been idle for a while."""
        before = time.monotonic() - IDLE
        with self._lock:
            tired = [child for child in self._idle if child.idle_since < before]
            self._idle = [child for child in self._idle if child not in tired]
        for child in tired:
            self._end(child)

    def stop(self) -> None:
        """End all children, also those at work: their polls come to nothing."""
        with self._lock:
            self._is_stopped = True
            children = list(self._all)
            self._idle.clear()
        for child in children:
            self._end(child)
        with self._lock:
            if self._lifeline is not None:
                os.close(self._lifeline[0])
                os.close(self._lifeline[1])
                self._lifeline = None

    def _child(self) -> "_Child":
        with self._lock:
            if self._is_stopped:
                raise PollError("broken", "the newsroom is stopping")
            if self._idle:
                return self._idle.pop()
            if self._lifeline is None:
                self._lifeline = os.pipe()
            child = _Child(self._lifeline[0], self._memory)
            self._all.add(child)
            return child

    def _put_back(self, child: "_Child") -> None:
        child.idle_since = time.monotonic()
        with self._lock:
            is_kept = not self._is_stopped and child.documents < MOST_DOCUMENTS
            if is_kept:
                self._idle.append(child)
        if not is_kept:
            self._end(child)

    def _end(self, child: "_Child") -> None:
        with self._lock:
            self._all.discard(child)
        child.end()


class _Child:
    """One child and the pipes to it."""

    def __init__(self, lifeline: int, memory: int) -> None:
        self.idle_since = time.monotonic()
        self.documents = 0
        self._process = subprocess.Popen(
            [sys.executable, "-m", "feeds.ingest.reading_child", str(lifeline), str(memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=(lifeline,),
            cwd=_ROOT,
            # Each thread of glibc would have an arena of its own; and what it reads it shall not read by name.
            env={**os.environ, "MALLOC_ARENA_MAX": "2"},
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._to, self._from = self._process.stdin, self._process.stdout
        os.set_blocking(self._to.fileno(), False)
        os.set_blocking(self._from.fileno(), False)

    def ask(self, asked: tuple[Any, ...], seconds: float) -> Any:
        """Have a document read; raises PollError `broken` where the child cannot."""
        self.documents += 1
        sent = pickle.dumps(asked, protocol=pickle.HIGHEST_PROTOCOL)
        try:
            answer = self._exchange(HEAD.pack(len(sent)) + sent, time.monotonic() + seconds)
        except TimeoutError:
            raise PollError("broken", f"the document could not be read within {round(seconds)} s") from None
        except (EOFError, BrokenPipeError):
            raise PollError("broken", self._cause()) from None
        try:
            return _Unpickler(io.BytesIO(answer)).load()
        except (pickle.UnpicklingError, EOFError, ValueError, TypeError, AttributeError) as error:
            raise PollError("broken", "the document cannot be read: its reader spoke nonsense") from error

    def end(self) -> None:
        """End the child, whatever it is doing."""
        self._process.kill()
        self._process.wait()
        self._to.close()
        self._from.close()

    def _exchange(self, sent: bytes, deadline: float) -> bytes:
        """Write a request and read its answer. Raises TimeoutError, EOFError, BrokenPipeError."""
        left, came, wanted = memoryview(sent), bytearray(), HEAD.size
        with selectors.DefaultSelector() as selector:
            selector.register(self._to, selectors.EVENT_WRITE)
            selector.register(self._from, selectors.EVENT_READ)
            while len(came) < wanted:
                if not (ready := selector.select(max(deadline - time.monotonic(), 0))):
                    raise TimeoutError
                for key, _ in ready:
                    if key.fileobj is self._to:
                        left = left[os.write(self._to.fileno(), left) :]
                        if not left:
                            selector.unregister(self._to)
                        continue
                    chunk = os.read(self._from.fileno(), 1024 * 1024)
                    if not chunk:
                        raise EOFError
                    came += chunk
                    if wanted == HEAD.size and len(came) >= HEAD.size:
                        wanted += min(HEAD.unpack(came[: HEAD.size])[0], MOST_ANSWER)
        return bytes(came[HEAD.size :])

    def _cause(self) -> str:
        """Say why a child has died."""
        try:
            code = self._process.wait(5)
        except subprocess.TimeoutExpired:
            code = 0
        if code == NO_MEMORY:
            return "the document takes more memory to be read than it may"
        if code == -signal.SIGXCPU:
            return "the document takes more time to be read than it may"
        return "the document cannot be read: its reader crashed"


class _Unpickler(pickle.Unpickler):
    """Makes our own values alone: a child that was taken over by what it read can make nothing else of us."""

    def find_class(self, module: str, name: str) -> Any:
        if module.startswith("feeds.model.") and name in _OURS:
            return _OURS[name]
        if (module, name) in (("datetime", "datetime"), ("datetime", "timezone"), ("datetime", "timedelta")):
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name} is no value of a feed")
