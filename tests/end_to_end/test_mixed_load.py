"""An hour of mixed load at twice the capacity of this machine. It measures by the clock, so it is for `make proof`."""

from pathlib import Path

import pytest

from tests.end_to_end.mixed_load import put_under_load

MINUTES = 60.0


@pytest.mark.proof("an hour of mixed load")
def test_an_hour_at_twice_the_capacity_slows_pages_down_and_loses_none(disk_path: Path) -> None:
    found = put_under_load(disk_path / "var", MINUTES)
    assert set(found.statuses) == {200}
    assert found.lost == 0
    assert max(found.seconds) < 5
    _, half_way, end = found.memory_bytes
    assert end < 1.1 * half_way
    assert found.recovery_seconds < 5
