"""The network of a client, for limits that one customer can't get around by changing addresses."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

# Homes usually get a /56 (RFC 6177); counted by the /64 of a single link, each would have 256
# limits instead of one.
_IPV6_PREFIX = 56


def network_of(address: str, *, ipv4_prefix: int) -> str:
    """Return the network that `address` is counted by, "" for anything but an IP address.

    `ipv4_prefix` is 32 where a neighbour must not use up somebody's tries, and 24 where a customer
    with many addresses must not have a limit for each. An IPv6 address is counted by its /56, an
    IPv4-mapped one ("::ffff:192.0.2.1") as the IPv4 address.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return ""
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is None:
            return str(ip_network((parsed, _IPV6_PREFIX), strict=False))
        parsed = parsed.ipv4_mapped
    return str(ip_network((parsed, ipv4_prefix), strict=False))
