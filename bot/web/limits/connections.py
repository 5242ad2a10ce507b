"""Limit idle connections, of one address and of all. At a limit, the one that has been idle longest is closed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from typing import Protocol

from bot.web.limits.networks import NETWORK_FACTORS, list_networks, parse_address

MAX_CONNECTIONS = 4_000
"""Connections open at once; a person's browser holds one or two."""

MAX_IDLE_PER_ADDRESS = 64
"""Idle connections of one address or /56: a dozen browsers, each with all that it may open.

The /24 or /48 around it may have four times as many.
"""


class IdleConnection(Protocol):
    """A connection that can be closed while nothing is being answered on it."""

    def close_idle(self) -> None:
        """Close the connection."""


@dataclass
class ConnectionLimiter:
    """The connections of a server. Idle are those on which no request is being answered, a head that comes included.

    is_exempt: whether connections from an address are counted with all others only, as those of a proxy.
    """

    is_exempt: Callable[[str], bool] = lambda _: False
    _keys: dict[IdleConnection, tuple[bytes, ...]] = field(default_factory=dict, repr=False)
    _idle: dict[IdleConnection, None] = field(default_factory=dict, repr=False)
    """Ordered: first the one that has been idle longest."""

    _idle_by_key: dict[bytes, dict[IdleConnection, None]] = field(default_factory=dict, repr=False)

    def add(self, connection: IdleConnection, address: str | None) -> None:
        """Count a new connection, and close those for which there is no room any more."""
        exempt = address is None or self.is_exempt(address)
        self._keys[connection] = () if exempt else _list_keys(address)
        self.mark_idle(connection)
        if len(self._keys) > MAX_CONNECTIONS:
            self._close_idlest(self._idle)

    def mark_idle(self, connection: IdleConnection) -> None:
        """Note that nothing is being answered on a connection any more."""
        if connection not in self._keys:  # it is being closed
            return
        self._idle[connection] = None
        for key, factor in zip(self._keys[connection], NETWORK_FACTORS, strict=False):
            alike = self._idle_by_key.setdefault(key, {})
            alike[connection] = None
            if len(alike) > MAX_IDLE_PER_ADDRESS * factor:
                self._close_idlest(alike)

    def mark_busy(self, connection: IdleConnection) -> None:
        """Note that a request is being answered on a connection."""
        self._idle.pop(connection, None)
        for key in self._keys.get(connection, ()):
            alike = self._idle_by_key.get(key, {})
            alike.pop(connection, None)
            if not alike:
                self._idle_by_key.pop(key, None)

    def remove(self, connection: IdleConnection) -> None:
        """Forget a connection that is closed."""
        self.mark_busy(connection)
        self._keys.pop(connection, None)

    def _close_idlest(self, connections: dict[IdleConnection, None]) -> None:
        idlest = next(iter(connections))
        self.remove(idlest)
        idlest.close_idle()


def _list_keys(address: str | None) -> tuple[bytes, ...]:
    """What a connection is counted under: address and /24, or /56 and /48; nothing for loopback."""
    ip = parse_address(address)
    own = (ip.packed,) if isinstance(ip, IPv4Address) else ()
    return own + list_networks(address)
