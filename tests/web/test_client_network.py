"""The network that an address counts for."""

from __future__ import annotations

import pytest

from publisher.web.client_network import network_of

CASES = [
    ("192.0.2.77", 32, "192.0.2.77/32"),
    ("192.0.2.77", 24, "192.0.2.0/24"),
    ("2001:db8:1:2ff::1", 32, "2001:db8:1:200::/56"),
    ("2001:db8:1:2ff::1", 24, "2001:db8:1:200::/56"),
    ("2001:db8:1:300::1", 24, "2001:db8:1:300::/56"),
    ("::ffff:192.0.2.77", 32, "192.0.2.77/32"),
    ("::ffff:192.0.2.77", 24, "192.0.2.0/24"),
    ("fe80::1%eth0", 24, "fe80::/56"),
    ("", 24, ""),
    ("unix:", 32, ""),
]


@pytest.mark.parametrize(("address", "ipv4_prefix", "network"), CASES)
def test_the_network_of_an_address(address: str, ipv4_prefix: int, network: str) -> None:
    assert network_of(address, ipv4_prefix=ipv4_prefix) == network
