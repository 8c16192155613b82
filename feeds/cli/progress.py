"""How far something long has come: a bar on standard error, where that is a terminal, and nothing elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tqdm import tqdm


@contextmanager
def steps(unit: str, total: int | None = None, *, is_shown: bool = True) -> Iterator[Callable[[int], object]]:
    """Show a bar while a block runs; give what is to be told of each further number of steps."""
    with tqdm(total=total, unit=unit, disable=None if is_shown else True, leave=False) as bar:
        yield bar.update


@contextmanager
def share(unit: str) -> Iterator[Callable[[int, int], object]]:
    """Show a bar while a block runs; give what is to be told how many steps are done, and how many there are."""
    with tqdm(unit=unit, disable=None, leave=False) as bar:

        def tell(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield tell
