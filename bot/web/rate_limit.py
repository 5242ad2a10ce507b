"""Abuse control without knowing anybody: how fast each network writes, in memory and for a day at most."""

import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address
from math import ceil

RATE_LIMIT_BURST = 120.0
RATE_LIMIT_PER_SECOND = 2.0
"""A whole mobile network may share one /24, so this is far above what people type."""

NETWORK_KEY_TTL = 24 * 3600.0
MAX_NETWORKS = 100_000


@dataclass
class RateLimiter:
    """A bucket for each network. Its name is an HMAC under a key that never leaves memory and lives for a day."""

    clock: Callable[[], float] = time.monotonic
    _key: bytes = field(default=b"", repr=False)
    _key_created_at: float = 0.0
    _buckets: dict[bytes, tuple[float, float]] = field(default_factory=dict, repr=False)

    def retry_after(self, address: str | None) -> int:
        """Seconds that one who writes from an address must wait; 0 for one who need not.

        Loopback is nobody's network: a proxy that tells no addresses, or an onion service, stands behind it.
        """
        network = _parse_network(address)
        if network is None:
            return 0
        now = self.clock()
        if not self._key or now - self._key_created_at > NETWORK_KEY_TTL or len(self._buckets) > MAX_NETWORKS:
            self._key, self._key_created_at, self._buckets = secrets.token_bytes(32), now, {}
        name = hmac.digest(self._key, network, "sha256")
        left, at = self._buckets.get(name, (RATE_LIMIT_BURST, now))
        left = min(RATE_LIMIT_BURST, left + (now - at) * RATE_LIMIT_PER_SECOND)
        if left < 1:
            return ceil((1 - left) / RATE_LIMIT_PER_SECOND)
        self._buckets[name] = (left - 1, now)
        return 0


def _parse_network(address: str | None) -> bytes | None:
    """The /24 or /56 of an address; None for loopback and for what is no address."""
    try:
        known: IPv4Address | IPv6Address = ip_address(address or "")
    except ValueError:
        return None
    if isinstance(known, IPv6Address):
        known = known.ipv4_mapped or known
    if known.is_loopback:
        return None
    return known.packed[: 3 if isinstance(known, IPv4Address) else 7]
