"""What an address is counted under."""

from ipaddress import ip_network

import pytest

from bot.web.limits.networks import is_in_network, list_networks


@pytest.mark.parametrize(
    ("address", "networks"),
    [
        ("203.0.113.77", [bytes([203, 0, 113])]),
        ("::ffff:203.0.113.77", [bytes([203, 0, 113])]),
        ("2001:db8:1:ff02::1", [bytes.fromhex("20010db80001ff"), bytes.fromhex("20010db80001")]),
        ("127.0.0.1", []),
        ("::1", []),
        ("::ffff:127.0.0.1", []),
        ("testclient", []),
        (None, []),
    ],
)
def test_networks(address: str | None, networks: list[bytes]) -> None:
    assert [*list_networks(address)] == networks


@pytest.mark.parametrize(
    ("address", "network", "inside"),
    [
        ("10.0.0.7", "10.0.0.0/24", True),
        ("::ffff:10.0.0.7", "10.0.0.7", True),
        ("10.0.1.7", "10.0.0.0/24", False),
        ("2001:db8::7", "10.0.0.0/24", False),
        ("2001:db8::7", "2001:db8::/64", True),
        ("127.0.0.1", "10.0.0.0/24", False),
        ("10.0.0.7", None, False),
    ],
)
def test_an_address_in_a_network(address: str, network: str | None, inside: bool) -> None:
    assert is_in_network(address, ip_network(network) if network else None) is inside
