"""Where a request comes from, as far as that can be believed (CONTRACT section 3, `server.metrics_from`).

A request that says that it was forwarded comes from where a trusted proxy says, and from nowhere trusted without one.
"""

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address

from feeds.settings.kinds import Network

Address = IPv4Address | IPv6Address
# RFC 7239 §4: pairs apart by ";", hops by ","; a quoted value may hold either.
_PAIR = re.compile(r"""\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)=("(?:[^"\\]|\\.)*+"|[^\s",;=]++)\s*(;|,|\Z)""")


def origin_of(
    remote: str | None, *, forwarded: str | None, forwarded_for: str | None, proxies: Iterable[Network]
) -> Address | None:
    """Give the address of the client; None where nobody trusted tells it (RFC 7239 §4, X-Forwarded-For).

    Where both fields are there and tell of different clients, one of them was not written by the proxy: None.
    """
    client = _parse(remote or "")
    if client is None or (forwarded is None and forwarded_for is None):
        return client
    trusted = tuple(proxies)
    if not is_in(client, trusted):
        return None
    told = set()
    if forwarded is not None:
        told.add(_client(_hops(forwarded), trusted))
    if forwarded_for is not None:
        told.add(_client([hop.strip() for hop in forwarded_for.split(",")], trusted))
    return told.pop() if len(told) == 1 else None


def _client(hops: list[str], trusted: tuple[Network, ...]) -> Address | None:
    """Walk from the hop nearest to us to the first that is no trusted proxy; where all are, the first is the client."""
    client = None
    for hop in reversed(hops):
        client = _parse(hop)
        if client is None or not is_in(client, trusted):
            return client
    return client


def _hops(forwarded: str) -> list[str]:
    """Give what each hop says in `for`, empty where it says nothing; a malformed field says nothing at all."""
    hops, at, hop = [], 0, ""
    while at < len(forwarded):
        pair = _PAIR.match(forwarded, at)
        if pair is None:
            return []
        if pair[1].lower() == "for":
            hop = pair[2].strip('"')
        if pair[3] != ";":
            hops.append(hop)
            hop = ""
        at = pair.end()
    return hops


def is_in(client: Address | None, networks: Iterable[Network]) -> bool:
    """Say whether an address lies in one of these networks."""
    return client is not None and any(client.version == net.version and client in net for net in networks)


def _parse(text: str) -> Address | None:
    bare = text[1:].partition("]")[0] if text.startswith("[") else text
    if bare.count(":") == 1:
        bare = bare.partition(":")[0]  # a port
    try:
        found = ip_address(bare.partition("%")[0])
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found
