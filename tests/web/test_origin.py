"""Where a request comes from: who stands before us, or whom a trusted proxy names; else nowhere that is trusted."""

from ipaddress import ip_address, ip_network

import pytest

from feeds.web.origin import origin_of

PROXIES = [ip_network("127.0.0.0/8"), ip_network("10.0.0.0/8"), ip_network("::1/128")]


@pytest.mark.parametrize(
    ("remote", "forwarded", "forwarded_for", "origin"),
    [
        ("192.0.2.7", None, None, "192.0.2.7"),
        ("::ffff:192.0.2.7", None, None, "192.0.2.7"),
        (None, None, None, None),
        ("", None, None, None),
        ("192.0.2.7", None, "127.0.0.1", None),  # no proxy of ours
        ("192.0.2.7", "for=127.0.0.1", None, None),
        ("127.0.0.1", None, "", None),
        ("127.0.0.1", "", None, None),
        ("127.0.0.1", None, "192.0.2.7", "192.0.2.7"),
        ("::1", None, "2001:db8::7", "2001:db8::7"),
        ("127.0.0.1", None, "127.0.0.1, 192.0.2.7", "192.0.2.7"),  # the client wrote the first one itself
        ("127.0.0.1", None, "192.0.2.7, 10.1.2.3", "192.0.2.7"),
        ("127.0.0.1", None, "127.0.0.1", "127.0.0.1"),  # the proxy's own machine
        ("127.0.0.1", None, "192.0.2.7, unknown", None),
        ("127.0.0.1", None, "192.0.2.7,", None),
        ("127.0.0.1", None, "[2001:db8::7]:4711", "2001:db8::7"),
        ("127.0.0.1", None, "192.0.2.7:4711", "192.0.2.7"),
        ("127.0.0.1", "for=192.0.2.7", None, "192.0.2.7"),
        ("127.0.0.1", 'For="[2001:db8::7]:4711";proto=https', None, "2001:db8::7"),
        ("127.0.0.1", "for=127.0.0.1, for=192.0.2.7;by=10.0.0.1", None, "192.0.2.7"),
        ("127.0.0.1", "proto=https", None, None),
        ("127.0.0.1", "for=_hidden", None, None),
        ("127.0.0.1", 'for=192.0.2.7;host="a,for=127.0.0.1"', None, "192.0.2.7"),  # inside a quoted value
        ("127.0.0.1", 'for=192.0.2.7;host="a\\",for=127.0.0.1"', None, "192.0.2.7"),
        ("127.0.0.1", "for=192.0.2.7;;for=127.0.0.1", None, None),
        ("127.0.0.1", "for=127.0.0.1", "192.0.2.7", None),  # the proxy wrote one of them; which?
        ("127.0.0.1", "for=192.0.2.7", "192.0.2.7", "192.0.2.7"),
    ],
)
def test_origin(remote, forwarded, forwarded_for, origin) -> None:
    found = origin_of(remote, forwarded=forwarded, forwarded_for=forwarded_for, proxies=PROXIES)
    assert found == (None if origin is None else ip_address(origin))
