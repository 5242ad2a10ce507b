"""Whole minutes since 1970."""

from datetime import UTC, datetime, timedelta

from ita_stats.calendar import BANGKOK
from storage.db.epoch_minutes import from_epoch_minutes, to_epoch_minutes


def test_minutes_are_rounded_down_and_do_not_depend_on_the_zone() -> None:
    noon = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
    assert (
        to_epoch_minutes(noon + timedelta(seconds=59))
        == to_epoch_minutes(noon.astimezone(BANGKOK))
        == 29_922_060
    )
    assert from_epoch_minutes(29_922_060) == noon
