"""How no child outlives its owner, not even one that was killed: a pipe that closes, a parent that is watched.

The supervisor holds the writing end of a pipe and never writes; its children hold the reading end. When the supervisor
dies, however it dies, the kernel closes the pipe, and every child exits at once. Standard library alone: the
supervisor stays small.
"""

import multiprocessing
import os
import threading
from multiprocessing import connection

OWNER_GONE = 70  # exit code of a child whose owner is gone


def hold(descriptor: int) -> None:
    """Exit this process at once, from a thread, when the pipe behind `descriptor` closes."""
    threading.Thread(target=_wait_for_end, args=(descriptor,), name="lifeline", daemon=True).start()


def watch_parent() -> None:
    """Exit this process at once when the process that multiprocessing started it from is gone."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_wait_for_parent, args=(parent.sentinel,), name="parent watch", daemon=True).start()


def _wait_for_end(descriptor: int) -> None:
    while os.read(descriptor, 1):
        pass
    os._exit(OWNER_GONE)


def _wait_for_parent(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(OWNER_GONE)
