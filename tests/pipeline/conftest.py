"""What tests of the roads share: a partner on the loopback whose feed a test sets, and a house of several partners."""

from collections.abc import Iterator

import pytest

from tests.conftest import Desk
from tests.fakes import FixedClock
from tests.pipeline.partners_house import House
from tests.pipeline.test_poll import partner

__all__ = ["house", "partner"]


@pytest.fixture
def house(environ: dict[str, str], clock: FixedClock, request: pytest.FixtureRequest) -> Iterator[House]:
    environ["FEEDS_INGEST__ALLOW_NETWORKS"] = '["127.0.0.1/32"]'
    environ["FEEDS_INGEST__HOST_SPACING"] = "0s"
    desk: Desk = request.getfixturevalue("desk")
    found = House(desk, clock)
    with found.server:
        yield found
    found.fetcher.stop()
