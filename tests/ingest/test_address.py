"""Which addresses may be connected to: a table, and what the operator allows."""

import tomllib
from ipaddress import ip_network
from pathlib import Path

import pytest

from feeds.ingest.address import is_allowed, refuse_url

TABLE = tomllib.loads((Path(__file__).parents[1] / "data" / "ingest" / "addresses.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("address", TABLE["public"])
def test_public_address_is_allowed(address: str) -> None:
    assert is_allowed(address, ())


@pytest.mark.parametrize("address", TABLE["refused"])
def test_address_that_is_not_public_is_refused(address: str) -> None:
    assert not is_allowed(address, ())


def test_allowed_network_lets_in_its_members_alone() -> None:
    allowed = [ip_network("127.0.0.0/30"), ip_network("fd00::/64")]
    assert is_allowed("127.0.0.1", allowed)
    assert is_allowed("fd00::5", allowed)
    assert is_allowed("::ffff:127.0.0.1", allowed)  # the same machine, in another spelling
    assert not is_allowed("127.0.0.9", allowed)
    assert not is_allowed("10.0.0.1", allowed)
    assert is_allowed("1.1.1.1", allowed)


@pytest.mark.parametrize("case", TABLE["url"], ids=lambda case: repr(case["url"]))
def test_feed_address_is_refused_before_anything_is_looked_up(case: dict[str, object]) -> None:
    assert (refuse_url(str(case["url"])) is not None) == case["refused"]


def test_feed_address_has_a_longest_length() -> None:
    assert refuse_url("https://partner.example/" + "x" * 5000) is not None
