"""Children that read: what hangs, eats memory or crashes costs its own document; none outlives its owner."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from urllib.parse import urljoin

import pytest

from feeds.errors import PollError
from feeds.ingest import readers as pool
from feeds.ingest.readers import Readers
from feeds.ingest.spans import read
from tests.waiting import wait_for

FEED = b"<rss version='2.0'><channel><title>Q</title><item><guid>1</guid><title>A</title></item></channel></rss>"
URL = "https://partner.example/feed"
NOTHING: frozenset[str] = frozenset()


@pytest.fixture
def readers() -> Iterator[Readers]:
    made = Readers()
    yield made
    made.stop()


def pids(readers: Readers) -> list[int]:
    return [child._process.pid for child in readers._all]


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
        return stat.read().rpartition(")")[2].split()[0] != "Z"


def test_child_gives_what_reading_here_gives(readers: Readers) -> None:
    here = read(FEED, url=URL, content_type="", known=NOTHING)
    assert readers.read(FEED, URL, "", NOTHING, 20) == here
    assert readers.read(FEED, URL, "", frozenset(here.marks), 20).entries == ()
    with pytest.raises(PollError) as caught:
        readers.read(b"<html><link rel=feed href=/f></html>", URL, "", NOTHING, 20)
    assert (caught.value.outcome, caught.value.feed) == ("not-a-feed", urljoin(URL, "/f"))
    assert len(pids(readers)) == 1


def test_document_that_takes_too_long_is_broken_and_the_next_is_read(readers: Readers) -> None:
    slow = b"<rss><channel>" + b"<item><title>a</title></item>" * 5000 + b"</channel></rss>"
    readers.read(FEED, URL, "", NOTHING, 20)
    (first,) = pids(readers)
    with pytest.raises(PollError) as caught:
        readers.read(slow, URL, "", NOTHING, 0.05)
    assert (caught.value.outcome, "within" in caught.value.detail) == ("broken", True)
    assert not is_alive(first)
    assert readers.read(FEED, URL, "", NOTHING, 20).title == "Q"


def test_document_that_takes_too_much_memory_is_broken_and_the_next_is_read() -> None:
    greedy = Readers(memory=8 * 1024 * 1024)
    try:
        with pytest.raises(PollError) as caught:
            greedy.read(b"<rss><channel><title>" + b"x" * 9_000_000, URL, "", NOTHING, 20)
        assert (caught.value.outcome, "memory" in caught.value.detail) == ("broken", True)
        assert greedy.read(FEED, URL, "", NOTHING, 20).title == "Q"
    finally:
        greedy.stop()


def test_child_that_crashes_costs_its_document_alone(readers: Readers) -> None:
    readers.read(FEED, URL, "", NOTHING, 20)
    (first,) = pids(readers)
    os.kill(first, signal.SIGSTOP)  # so that it cannot answer before it is killed
    came: list[PollError] = []

    def ask() -> None:
        with pytest.raises(PollError) as caught:
            readers.read(FEED, URL, "", NOTHING, 20)
        came.append(caught.value)

    asking = threading.Thread(target=ask)
    asking.start()
    wait_for(lambda: not readers._idle, what="the child to be at work")
    os.kill(first, signal.SIGKILL)
    asking.join(10)
    assert (came[0].outcome, "crashed" in came[0].detail) == ("broken", True)
    assert readers.read(FEED, URL, "", NOTHING, 20).title == "Q"


def test_children_that_are_idle_end(readers: Readers, monkeypatch: pytest.MonkeyPatch) -> None:
    readers.read(FEED, URL, "", NOTHING, 20)
    (first,) = pids(readers)
    readers.tidy()
    assert pids(readers) == [first]
    monkeypatch.setattr(pool, "IDLE", -1.0)
    readers.tidy()
    assert (pids(readers), is_alive(first)) == ([], False)


def test_at_most_two_children_read_at_once(readers: Readers) -> None:
    threads = [threading.Thread(target=readers.read, args=(FEED, URL, "", NOTHING, 20)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert 1 <= len(pids(readers)) <= 2


def test_child_speaks_of_nothing_but_feeds() -> None:
    import pickle

    with pytest.raises(pickle.UnpicklingError):
        pool._Unpickler(__import__("io").BytesIO(pickle.dumps(os.system))).load()


OWNER = """
import sys
from feeds.ingest.readers import Readers
import feeds.ingest.readers as pool
readers = Readers()
readers.read(b"<rss><channel><title>Q</title></channel></rss>", "https://a.example/", "", frozenset(), 20)
(child,) = readers._all
print(child._process.pid, flush=True)
sys.stdin.read()
"""


def test_no_child_outlives_an_owner_that_is_killed() -> None:
    owner = subprocess.Popen([sys.executable, "-c", OWNER], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert owner.stdin is not None
    assert owner.stdout is not None
    with owner.stdin, owner.stdout:
        child = int(owner.stdout.readline())
        os.kill(child, signal.SIGSTOP)  # it cannot see that its input has ended
        owner.kill()
        owner.wait(10)
        os.kill(child, signal.SIGCONT)
        wait_for(lambda: not is_alive(child), what="the child to be gone")
