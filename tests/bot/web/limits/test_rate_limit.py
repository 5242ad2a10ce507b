"""The rate limit works per network and identifies nobody."""

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web.limits import rate_limit
from bot.web.limits.rate_limit import NETWORK_KEY_TTL, RATE_LIMIT_BURST, RATE_LIMIT_PER_SECOND, RateLimiter

SOMEBODY = "203.0.113.77"


@dataclass
class ManualClock:
    """A clock that is set by hand."""

    at: float = 1_000.0

    def __call__(self) -> float:
        return self.at


def collect_waits(one: RateLimiter, address: str | None, times: int) -> list[int]:
    """The waits that a client is told which writes so often at once."""
    return [one.retry_after(address) for _ in range(times)]


def make_exhausted_limiter(address: str) -> tuple[RateLimiter, ManualClock]:
    """A limiter with one network that is over its limit."""
    hand = ManualClock()
    one = RateLimiter(hand)
    assert collect_waits(one, address, int(RATE_LIMIT_BURST)) == [0] * int(RATE_LIMIT_BURST)
    assert one.retry_after(address) > 0
    return one, hand


@pytest.mark.parametrize(
    ("written", "other", "together"),
    [
        ("203.0.113.77", "203.0.113.0", True),
        ("203.0.113.77", "203.0.113.255", True),
        ("203.0.113.77", "203.0.112.77", False),
        ("203.0.113.77", "::ffff:203.0.113.9", True),
        ("203.0.113.77", "::ffff:203.0.114.9", False),
        ("2001:db8:1:ff00::1", "2001:db8:1:ffff:ffff::9", True),
        ("2001:db8:1:ff00::1", "2001:db8:1:fe00::1", False),
        ("2001:db8:1:ff00::1", "2001:db8:2:ff00::1", False),
        ("fe80::1", "fe80::1%eth0", True),
    ],
)
def test_a_network_is_counted_together(written: str, other: str, together: bool) -> None:
    one, _ = make_exhausted_limiter(written)
    assert (one.retry_after(other) > 0) is together


@pytest.mark.parametrize(
    "address", [None, "", "127.0.0.1", "127.9.8.7", "::1", "::ffff:127.0.0.1", "unix:", "testclient", "1.2.3"]
)
def test_loopback_is_not_limited(address: str | None) -> None:
    one = RateLimiter(ManualClock())
    assert collect_waits(one, address, 5 * int(RATE_LIMIT_BURST)) == [0] * 5 * int(RATE_LIMIT_BURST)
    assert not one._buckets


def test_after_the_announced_wait_one_request_is_allowed() -> None:
    one, hand = make_exhausted_limiter(SOMEBODY)
    hand.at += one.retry_after(SOMEBODY) + 1 / RATE_LIMIT_PER_SECOND - 1
    assert collect_waits(one, SOMEBODY, 2)[0] == 0
    hand.at += 3
    assert collect_waits(one, SOMEBODY, 20).count(0) in (
        3 * int(RATE_LIMIT_PER_SECOND),
        3 * int(RATE_LIMIT_PER_SECOND) + 1,
    )


def test_a_48_is_counted_beside_its_56s() -> None:
    one = RateLimiter(ManualClock())
    waits = [one.retry_after(f"2001:db8:1:{n % 256:x}00::1") for n in range(5 * int(RATE_LIMIT_BURST))]
    assert waits.count(0) == 4 * int(RATE_LIMIT_BURST)
    assert one.retry_after("2001:db8:2::1") == 0


def test_the_announced_wait_suffices() -> None:
    one, hand = make_exhausted_limiter(SOMEBODY)
    hand.at += one.retry_after(SOMEBODY)
    assert one.retry_after(SOMEBODY) == 0


def test_requests_while_waiting_do_not_extend_the_wait() -> None:
    one, hand = make_exhausted_limiter(SOMEBODY)
    first = one.retry_after(SOMEBODY)
    assert max(collect_waits(one, SOMEBODY, 1000)) <= first
    hand.at += first
    assert one.retry_after(SOMEBODY) == 0


def test_a_pause_refills_no_more_than_the_burst() -> None:
    one, hand = make_exhausted_limiter(SOMEBODY)
    hand.at += NETWORK_KEY_TTL / 2
    assert collect_waits(one, SOMEBODY, 2 * int(RATE_LIMIT_BURST)).count(0) == int(RATE_LIMIT_BURST)


def test_people_at_their_own_pace_never_wait() -> None:
    hand = ManualClock()
    one = RateLimiter(hand)
    for _ in range(2_000):
        hand.at += 1 / RATE_LIMIT_PER_SECOND
        assert one.retry_after(SOMEBODY) == 0


def test_a_day_later_nothing_of_it_is_left() -> None:
    one, hand = make_exhausted_limiter(SOMEBODY)
    key, names = one._key, set(one._buckets)
    hand.at += NETWORK_KEY_TTL + 1
    assert one.retry_after(SOMEBODY) == 0
    assert one._key != key
    assert not names & set(one._buckets)
    assert len(one._buckets) == 1


def test_two_processes_name_a_network_differently() -> None:
    one, other = RateLimiter(ManualClock()), RateLimiter(ManualClock())
    one.retry_after(SOMEBODY)
    other.retry_after(SOMEBODY)
    assert set(one._buckets).isdisjoint(other._buckets)


def test_a_flood_of_networks_does_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limit, "MAX_NETWORKS", 50)
    one = RateLimiter(ManualClock())
    for n in range(1000):
        assert one.retry_after(f"10.{n // 250}.{n % 250}.1") == 0
        assert len(one._buckets) <= 52


def collect_reachable(thing: Any) -> list[bytes]:
    """All bytes and texts that can be reached from an object; numbers say how often, not who."""
    if isinstance(thing, bytes | str):
        return [thing if isinstance(thing, bytes) else thing.encode()]
    if isinstance(thing, dict):
        return collect_reachable([*thing.items()])
    if isinstance(thing, tuple | list | set):
        return [found for one in thing for found in collect_reachable(one)]
    return collect_reachable(vars(thing)) if hasattr(thing, "__dict__") else []


@given(st.ip_addresses())
def test_no_address_stands_in_it(address: Any) -> None:
    one = RateLimiter(ManualClock())
    one.retry_after(str(address))
    network = ip_address(address).packed[: 3 if address.version == 4 else 6]
    for some in collect_reachable(one):
        assert str(address).encode() not in some
        assert network not in some or not any(network)
    assert one._buckets or address.is_loopback
    assert str(address) not in repr(one)


def test_its_key_is_not_shown() -> None:
    one = RateLimiter(ManualClock())
    one.retry_after(SOMEBODY)
    assert len(one._key) >= 32
    assert repr(one._key) not in repr(one)
    assert one._key.hex() not in repr(one)
    assert repr(next(iter(one._buckets))) not in repr(one)
