"""Rate limit per network, without knowing anybody: in memory, for a day at most."""

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
    """A token bucket per network, keyed by an HMAC under a key that never leaves memory and lives for a day."""

    clock: Callable[[], float] = time.monotonic
    _key: bytes = field(default=b"", repr=False)
    _key_created_at: float = 0.0
    _buckets: dict[bytes, tuple[float, float]] = field(default_factory=dict, repr=False)

    def retry_after(self, address: str | None) -> int:
        """Seconds until a request from this address is allowed; 0 if it is allowed now.

        Loopback is not limited: behind it stands a proxy that passes on no addresses, or an onion service.
        """
        network = _parse_network(address)
        if network is None:
            return 0
        now = self.clock()
        if not self._key or now - self._key_created_at > NETWORK_KEY_TTL or len(self._buckets) > MAX_NETWORKS:
            self._key, self._key_created_at, self._buckets = secrets.token_bytes(32), now, {}
        name = hmac.digest(self._key, network, "sha256")
        tokens, updated_at = self._buckets.get(name, (RATE_LIMIT_BURST, now))
        tokens = min(RATE_LIMIT_BURST, tokens + (now - updated_at) * RATE_LIMIT_PER_SECOND)
        if tokens < 1:
            return ceil((1 - tokens) / RATE_LIMIT_PER_SECOND)
        self._buckets[name] = (tokens - 1, now)
        return 0


def _parse_network(address: str | None) -> bytes | None:
    """The /24 (IPv4) or /56 (IPv6) prefix of an address; None for loopback and invalid addresses."""
    try:
        ip: IPv4Address | IPv6Address = ip_address(address or "")
    except ValueError:
        return None
    if isinstance(ip, IPv6Address):
        ip = ip.ipv4_mapped or ip
    if ip.is_loopback:
        return None
    return ip.packed[: 3 if isinstance(ip, IPv4Address) else 7]
