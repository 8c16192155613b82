"""Which addresses may be connected to: public unicast ones alone (CONTRACT section 9, DESIGN section 10).

In come an IP address as the resolver gave it, or the address of a feed; out goes a verdict. Forms that carry
an IPv4 address inside an IPv6 one are opened and the inner address is judged. No name is looked up here.
"""

import re
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

Network = IPv4Network | IPv6Network

MAX_URL = 4096  # characters
_UNUSABLE = re.compile(r'[\x00-\x20\\"<>\x7f]')

_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052 §2.1
_IPV6_UNICAST = IPv6Network("2000::/3")  # all that IANA gives out; ::7f00:1, ULA and link-local lie outside
# What `is_global` of Python 3.11 lets through, or tells differently from release to release.
_SPECIAL: tuple[Network, ...] = (
    IPv4Network("192.0.0.0/24"),  # protocol assignments, RFC 6890
    IPv4Network("192.88.99.0/24"),  # relays of 6to4, RFC 7526
    IPv6Network("2001::/23"),  # protocol assignments, RFC 2928; Teredo is opened before
    IPv6Network("3fff::/20"),  # documentation, RFC 9637
)


def is_allowed(address: str, allowed: Sequence[Network]) -> bool:
    """Say whether a connection to `address` may be made: it is public, or a member of an `allowed` network.

    `address` is a literal, with or without a zone; what is none is not allowed.
    """
    try:
        literal = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return _is_judged_well(literal, allowed)


def is_same_literal(one: str, other: str) -> bool:
    """Say whether both are IP addresses, and the same; what is none is the same as nothing."""
    try:
        return ip_address(one) == ip_address(other)
    except ValueError:
        return False


def is_loopback(address: str) -> bool:
    """Say whether an IP address stands for this very machine."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def refuse_url(url: str) -> str | None:
    """Say why a feed's address is refused before anything is looked up; None where it is not."""
    if len(url) > MAX_URL:
        return f"the address is longer than {MAX_URL} characters"
    if _UNUSABLE.search(url):
        return 'the address holds white space, control characters or one of \\ " < >'
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "the address cannot be read"
    if parts.scheme not in ("http", "https"):
        return "the address is neither http nor https"
    if not parts.hostname:
        return "the address has no host"
    if "@" in parts.netloc:
        return "the address holds a user name or password"
    if port == 0:
        return "the address has no usable port"
    return None


def _is_judged_well(address: IPv4Address | IPv6Address, allowed: Sequence[Network]) -> bool:
    if any(address in network for network in allowed):
        return True
    inner = list(_inside(address))
    if inner:
        return all(_is_judged_well(one, allowed) for one in inner)
    return _is_public(address)


def _inside(address: IPv4Address | IPv6Address) -> Iterator[IPv4Address]:
    """Give the IPv4 addresses that an IPv6 address stands for or leads through."""
    if not isinstance(address, IPv6Address):
        return
    if address.ipv4_mapped is not None:
        yield address.ipv4_mapped
    if address in _NAT64:
        yield IPv4Address(int(address) & 0xFFFF_FFFF)
    if address.sixtofour is not None:
        yield address.sixtofour
    if address.teredo is not None:
        yield from address.teredo


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address) and address not in _IPV6_UNICAST:
        return False
    if any(address in network for network in _SPECIAL):
        return False
    # `is_global` is True of multicast, and of some reserved blocks.
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)
