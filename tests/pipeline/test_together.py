"""What several threads ask for is done in one go, and what one asks for fails for nobody else."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from feeds.pipeline.together import Together
from tests.waiting import wait_for


class Doing:
    """Does sets, the first of them only once it may; numbers below zero it refuses."""

    def __init__(self) -> None:
        self.sets: list[list[int]] = []
        self.may_go_on = threading.Event()

    def __call__(self, some: Sequence[int]) -> list[int]:
        self.sets.append(list(some))
        assert self.may_go_on.wait(10)
        if any(one < 0 for one in some):
            raise ValueError(f"{len(some)} with a bad one")
        return [one * 10 for one in some]


def ask(doing: Doing, numbers: Sequence[int], *, most: int) -> list[int | str]:
    """Ask for 1, and while it is being done for the others, each in a thread of its own."""
    together = Together(doing, size=abs, most=most)
    with ThreadPoolExecutor(len(numbers) + 1) as threads:
        asked = [threads.submit(together, 1)]
        wait_for(lambda: doing.sets == [[1]])
        for number in numbers:
            asked.append(threads.submit(together, number))
            wait_for(lambda: len(together._waiting) == len(asked) - 1)
        doing.may_go_on.set()
        return [str(error) if (error := one.exception()) else one.result() for one in asked]


def test_those_who_wait_are_served_in_one_go() -> None:
    doing = Doing()
    assert ask(doing, [2, 3, 4], most=100) == [10, 20, 30, 40]
    assert doing.sets == [[1], [2, 3, 4]]


def test_a_set_is_as_large_as_it_may_be_and_one_that_is_larger_is_alone() -> None:
    doing = Doing()
    assert ask(doing, [2, 3, 9, 4], most=6) == [10, 20, 30, 90, 40]
    assert doing.sets == [[1], [2, 3], [9], [4]]


def test_one_that_fails_fails_alone() -> None:
    doing = Doing()
    assert ask(doing, [2, -3, 4], most=100) == [10, 20, "1 with a bad one", 40]
    assert doing.sets == [[1], [2, -3, 4], [2], [-3], [4]]


def test_it_goes_on_after_a_failure() -> None:
    doing = Doing()
    doing.may_go_on.set()
    together = Together(doing, size=abs, most=5)
    with pytest.raises(ValueError, match="bad"):
        together(-1)
    assert together(7) == 70
