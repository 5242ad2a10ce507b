"""Instants as most rows hold them: whole minutes since 1970, UTC (`storage.tables` says which)."""

from datetime import UTC, datetime


def to_epoch_minutes(instant: datetime) -> int:
    """Return the minutes since 1970 of an instant, rounded down."""
    return int(instant.timestamp()) // 60


def from_epoch_minutes(minutes: int) -> datetime:
    """Return the instant of minutes since 1970, in UTC."""
    return datetime.fromtimestamp(minutes * 60, UTC)
