"""Where a request comes from, as far as that can be believed (CONTRACT section 3, `server.metrics_from`).

A request that says that it was forwarded comes from where a trusted proxy says, and from nowhere trusted without one.
"""

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address

from feeds.settings.kinds import Network

Address = IPv4Address | IPv6Address
_FOR = re.compile(r"""(?:^|[;,\s])for\s*=\s*("[^"]*"|[^;,\s]+)""", re.IGNORECASE)


def origin_of(
    remote: str | None, *, forwarded: str | None, forwarded_for: str | None, proxies: Iterable[Network]
) -> Address | None:
    """Give the address of the client; None where nobody trusted tells it (RFC 7239 §4, X-Forwarded-For)."""
    client = _parse(remote or "")
    if client is None or (forwarded is None and forwarded_for is None):
        return client
    trusted = tuple(proxies)
    if not is_in(client, trusted):
        return None
    hops = _FOR.findall(forwarded) if forwarded is not None else (forwarded_for or "").split(",")
    for hop in reversed(hops):  # the last was written by the proxy nearest to us
        client = _parse(hop.strip().strip('"'))
        if client is None or not is_in(client, trusted):
            return client
    return None


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
