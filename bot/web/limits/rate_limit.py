"""Rate limit per network, without knowing anybody: in memory, for a day at most."""

import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil

from bot.web.limits.networks import NETWORK_FACTORS, list_networks

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

        Loopback is not limited: behind it stands a proxy that passes on no addresses, or an onion service. A /48
        counts beside the /56 in it, with more tokens.
        """
        networks = list_networks(address)
        if not networks:
            return 0
        now = self.clock()
        if not self._key or now - self._key_created_at > NETWORK_KEY_TTL or len(self._buckets) > MAX_NETWORKS:
            self._key, self._key_created_at, self._buckets = secrets.token_bytes(32), now, {}
        left = dict[bytes, float]()
        for network, factor in zip(networks, NETWORK_FACTORS, strict=False):
            name = hmac.digest(self._key, network, "sha256")
            burst = RATE_LIMIT_BURST * factor
            tokens, updated_at = self._buckets.get(name, (burst, now))
            left[name] = min(burst, tokens + (now - updated_at) * RATE_LIMIT_PER_SECOND * factor)
            if left[name] < 1:
                return ceil((1 - left[name]) / (RATE_LIMIT_PER_SECOND * factor))
        self._buckets.update({name: (tokens - 1, now) for name, tokens in left.items()})
        return 0
