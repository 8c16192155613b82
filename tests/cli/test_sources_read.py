"""`sources test` and `sources poll` read what a partner sends as the worker does: in a child with limits."""

import json
from collections.abc import Iterator

import feedparser
import pytest

from tests.cli.conftest import Shell
from tests.loopback import Loopback, always, reply
from tests.pipeline.partners_house import item, rss


@pytest.fixture
def partner(office: Shell, monkeypatch: pytest.MonkeyPatch) -> Iterator[Loopback]:
    """A partner, whose feed this very process cannot parse."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("parsed in the command's own process")

    monkeypatch.setattr(feedparser, "parse", refuse)
    monkeypatch.setattr(feedparser.api, "parse", refuse)
    office.environ["FEEDS_INGEST__ALLOW_NETWORKS"] = '["127.0.0.0/8"]'
    with Loopback(always(reply(200, rss(item(1), item(2))))) as found:
        yield found


def test_both_read_in_a_child(office: Shell, partner: Loopback) -> None:
    told = json.loads(office.run("sources", "test", f"{partner.url}/feed", "--json").stdout)
    assert [entry["title"] for entry in told["entries"]] == ["Ferry story 1", "Ferry story 2"]
    added = office.run("sources", "add", f"{partner.url}/feed", "--title", "Quay").stdout.strip()
    assert office.run("sources", "poll", added).stdout.strip() == "changed: 2 new, 0 changed"
