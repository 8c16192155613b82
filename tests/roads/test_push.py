"""Push from end to end: real processes, and a hub that fetches what it is told of the moment it is told."""

import http.client
import json
import re
import socket
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.ingest.test_hub import form
from tests.loopback import Loopback, Request, reply
from tests.served import Served, serving
from tests.waiting import wait_for


@dataclass(frozen=True)
class Told:
    """A document that the hub was told of, and what it was when fetched at once; `status` is what the hub answered."""

    path: str
    body: str
    status: int


class Hub:
    def __init__(self) -> None:
        self.told: list[Told] = []
        self.status = 204
        self.server = Loopback(self._take)

    def _take(self, request: Request, connection: socket.socket) -> None:
        address = urlsplit(form(request, connection)["hub.url"])
        reader = http.client.HTTPConnection(address.netloc, timeout=10)
        reader.request("GET", address.path)
        body = reader.getresponse().read().decode()
        reader.close()
        status = self.status
        connection.sendall(reply(status))
        self.told.append(Told(address.path, body, status))

    def took(self) -> Counter[str]:
        return Counter(told.path for told in self.told if told.status == 204)


def paths(*keys: str, times: int = 1) -> Counter[str]:
    return Counter({f"/feeds/{key}.{format}": times for key in keys for format in ("rss", "atom", "json")})


@pytest.fixture
def hub() -> Iterator[Hub]:
    made = Hub()
    with made.server:
        yield made


def test_hub_finds_the_new_version_served_over_failures_and_kills(tmp_path: Path, hub: Hub) -> None:
    hubs, networks = json.dumps([f"{hub.server.url}/"]), json.dumps(["127.0.0.0/8"])
    log = tmp_path / "serve.log"
    with serving(tmp_path, FEEDS_WEBSUB__HUBS=hubs, FEEDS_INGEST__ALLOW_NETWORKS=networks) as served:
        served.post(id="a", title="First light", tags=["Harbour"])
        wait_for(lambda: hub.took() == paths("site", "tags/harbour"), what=f"the first story: {hub.told}")
        assert all("First light" in told.body for told in hub.told)

        hub.status = 500
        served.post(id="b", title="Second wind", tags=["Harbour"])
        wait_for(lambda: 'event="hub failed"' in log.read_text(), what="a try that fails")
        served.kill("worker")
        hub.status = 204
        twice = paths("site", "tags/harbour", times=2)
        wait_for(lambda: hub.took() == twice, what=f"the second story: {hub.took()}")
        assert all("Second wind" in told.body for told in hub.told[-6:])

        wait_for(lambda: told_metric(served) == 12, what="the figure")
    assert log.read_text().count('event="hub told"') == 12


def told_metric(served: Served) -> float:
    found = re.search(r'^feeds_pushes_total{outcome="told"} (\S+)$', served.get("/metrics").text, re.MULTILINE)
    return float(found[1]) if found else 0
