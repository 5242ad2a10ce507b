"""Idle connections of one address are few, and the one that has been idle longest goes first."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web.limits import connections
from bot.web.limits.connections import MAX_IDLE_PER_ADDRESS, ConnectionLimiter
from tests.properties import examples

SOMEBODY = "203.0.113.1"


@dataclass(eq=False)
class OpenConnection:
    """A connection that notes that it was closed."""

    closed: list["OpenConnection"] = field(repr=False)

    def close_idle(self) -> None:
        """Note it."""
        self.closed.append(self)


@dataclass
class Server:
    """A limiter and the connections that it closed, in their order."""

    limiter: ConnectionLimiter = field(default_factory=ConnectionLimiter)
    closed: list[OpenConnection] = field(default_factory=list)

    def connect(self, address: str | None = SOMEBODY) -> OpenConnection:
        """A new connection."""
        connection = OpenConnection(self.closed)
        self.limiter.add(connection, address)
        return connection


def test_the_idlest_of_an_address_goes_first() -> None:
    server = Server()
    first, second, third, *_ = [server.connect() for _ in range(MAX_IDLE_PER_ADDRESS)]
    server.limiter.mark_busy(first)
    server.limiter.mark_idle(first)  # it was used since
    server.limiter.mark_busy(second)
    stranger = server.connect("203.0.114.1")
    assert server.closed == []
    server.connect()
    server.connect()
    assert server.closed == [third]
    server.limiter.mark_idle(second)
    assert len(server.closed) == 2
    assert not {first, second, stranger} & {*server.closed}


@pytest.mark.parametrize(
    ("addresses", "most"),
    [
        ([SOMEBODY], MAX_IDLE_PER_ADDRESS),
        ([f"203.0.113.{n}" for n in range(250)], 4 * MAX_IDLE_PER_ADDRESS),
        ([f"2001:db8:1:1{n:02x}::1" for n in range(250)], MAX_IDLE_PER_ADDRESS),
        ([f"2001:db8:1:{n:x}00::1" for n in range(250)], 4 * MAX_IDLE_PER_ADDRESS),
        (["127.0.0.1"], 1000),
        ([None], 1000),
        (["10.0.0.9"], 1000),
    ],
)
def test_an_address_and_the_network_around_it(addresses: list[str | None], most: int) -> None:
    server = Server(ConnectionLimiter(is_exempt=lambda address: address == "10.0.0.9"))
    for n in range(1000):
        server.connect(addresses[n % len(addresses)])
    assert 1000 - len(server.closed) == most


def test_connections_that_are_answered_are_not_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MAX_CONNECTIONS", 10)
    server = Server()
    busy = [server.connect("127.0.0.1") for _ in range(10)]
    for connection in busy:
        server.limiter.mark_busy(connection)
    newcomer = server.connect("127.0.0.1")
    assert server.closed == [newcomer]
    server.limiter.mark_idle(busy[3])
    server.connect("127.0.0.1")
    assert server.closed == [newcomer, busy[3]]


@examples(100)
@given(
    st.lists(
        st.tuples(st.sampled_from(["add", "busy", "idle", "remove"]), st.integers(0, 200), st.integers(0, 2)),
        max_size=300,
    )
)
def test_nothing_is_left_of_connections_that_are_gone(steps: list[tuple[str, int, int]]) -> None:
    server = Server()
    known: list[OpenConnection] = []
    for kind, which, address in steps:
        if kind == "add":
            known.append(server.connect((SOMEBODY, "2001:db8::1", "127.0.0.1")[address]))
        elif known:
            connection = known[which % len(known)]
            if kind == "remove":
                server.limiter.remove(connection)
                known.remove(connection)
            else:
                (server.limiter.mark_busy if kind == "busy" else server.limiter.mark_idle)(connection)
    for connection in known:
        server.limiter.remove(connection)
    assert (server.limiter._keys, server.limiter._idle, server.limiter._idle_by_key) == ({}, {}, {})
