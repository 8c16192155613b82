"""A child that reads documents for its owner, one after the other, within limits of memory and processor time.

    python -m feeds.ingest.reading_child LIFELINE MEMORY

Requests come on standard input, answers go out on standard output: a length, then a pickle (readers.py has the other
end). It ends when its input ends, and at once, even inside a regular expression, when its owner dies: the kernel
then sends SIGIO for the lifeline, a pipe whose other end only the owner holds, and SIGIO is left to kill.
"""

import fcntl
import os
import pickle
import resource
import select
import signal
import struct
import sys
from typing import BinaryIO

from feeds.errors import PollError
from feeds.ingest.spans import read
from feeds.ingest.story_page import read_story

HEAD = struct.Struct("!Q")
NO_MEMORY = 71  # exit code: what is left of this process cannot be trusted


def main() -> None:
    """Read what is asked for until the owner closes the pipe."""
    lifeline, memory = int(sys.argv[1]), int(sys.argv[2])
    _die_with(lifeline)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal's Ctrl-C is the owner's to handle
    _limit_memory(memory)
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints is no answer
    try:
        while len(head := requests.read(HEAD.size)) == HEAD.size:
            _answer(pickle.loads(requests.read(HEAD.unpack(head)[0])), answers)
    except MemoryError:
        os._exit(NO_MEMORY)


def _answer(asked: tuple[bytes, str, str, frozenset[str] | None, float], answers: BinaryIO) -> None:
    """Read a feed's document, or, where no marks are given, a story's page."""
    body, url, content_type, known, seconds = asked
    _limit_seconds(seconds)
    came: object
    try:
        if known is None:
            came = read_story(body, url=url, content_type=content_type)
        else:
            came = read(body, url=url, content_type=content_type, known=known)
    except PollError as error:
        came = (error.outcome, error.detail, error.feed)
    answer = pickle.dumps(came, protocol=pickle.HIGHEST_PROTOCOL)
    answers.write(HEAD.pack(len(answer)) + answer)
    answers.flush()


def _die_with(lifeline: int) -> None:
    signal.signal(signal.SIGIO, signal.SIG_DFL)
    fcntl.fcntl(lifeline, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC)
    look = select.poll()  # select takes no descriptor from 1024 on
    look.register(lifeline, select.POLLIN | select.POLLHUP)
    if look.poll(0):  # the owner died before
        os._exit(0)


def _limit_memory(more: int) -> None:
    """Allow so many bytes of data beside what the interpreter has already."""
    with open("/proc/self/statm", encoding="ascii") as statm:
        pages = int(statm.read().split()[5])  # data and stack
    limit = pages * resource.getpagesize() + more
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def _limit_seconds(more: float) -> None:
    """Allow so much processor time from now on; the kernel ends what passes it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime + more) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


if __name__ == "__main__":
    main()
