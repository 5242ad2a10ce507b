"""What an address is counted under: the networks that one holder has whole."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

IPV4_NETWORK_BYTES = 3
"""A /24: a mobile operator shares few addresses among many people, and whoever rents a server can have several."""

IPV6_NETWORK_BYTES = 7, 6
"""A /56 is what a line is given, a /48 what whoever asks is given: 256 of the former."""

NETWORK_FACTORS = 1, 4
"""What is allowed for a network is multiplied by the first, for the wider one around it by the second."""

LOOPBACK_NETWORKS = "127.0.0.0/8", "::1"


def parse_address(address: str | None) -> IPv4Address | IPv6Address | None:
    """Parse the address of a client; None for loopback and for what is no address.

    Behind loopback stands a proxy that passes on no addresses, or an onion service: all its clients in one.
    """
    try:
        ip: IPv4Address | IPv6Address = ip_address(address or "")
    except ValueError:
        return None
    if isinstance(ip, IPv6Address):
        ip = ip.ipv4_mapped or ip
    return None if ip.is_loopback else ip


def list_networks(address: str | None) -> tuple[bytes, ...]:
    """Return the networks of an address as bytes, the narrowest first: /24, or /56 and /48. Empty for loopback."""
    ip = parse_address(address)
    if ip is None:
        return ()
    sizes = (IPV4_NETWORK_BYTES,) if isinstance(ip, IPv4Address) else IPV6_NETWORK_BYTES
    return tuple(ip.packed[:size] for size in sizes)


def is_in_network(address: str, network: IPv4Network | IPv6Network | None) -> bool:
    """Whether an address lies in a network. False without a network."""
    ip = parse_address(address)
    return ip is not None and network is not None and ip in network
