"""How many calls a second each token may make: a bucket a token, in the memory of the process."""

import math
import threading
from collections import OrderedDict

MOST = 10_000  # buckets; those of tokens not seen for longest go first, and begin full again


class Rate:
    """Buckets that hold up to one second's calls and fill up as fast."""

    def __init__(self, per_second: int) -> None:
        self._per_second = float(per_second)
        self._lock = threading.Lock()
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, token: str, now: float) -> int:
        """Take a call out of the bucket; give 0, or the whole seconds to wait. `now` in seconds, only forward."""
        with self._lock:
            left, at = self._buckets.get(token, (self._per_second, now))
            left = min(self._per_second, left + (now - at) * self._per_second)
            may_pass = left >= 1
            self._buckets[token] = (left - 1 if may_pass else left, now)
            self._buckets.move_to_end(token)
            while len(self._buckets) > MOST:
                self._buckets.popitem(last=False)
        return 0 if may_pass else max(1, math.ceil((1 - left) / self._per_second))
