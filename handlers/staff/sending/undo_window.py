"""The undo window: what an officer sends waits a minute, in which it can be taken back. One rule for both desks."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypeVar

from handlers.staff.members import StaffMember
from handlers.staff.permissions import Role

UNDO_SECONDS = 60
"""Seconds in which what is confirmed can be taken back before it is sent."""


class WaitingAct(Protocol):
    """Something that waits to be sent. staff: id of its author; send_at: seconds since 1970."""

    @property
    def staff(self) -> str: ...

    @property
    def send_at(self) -> int: ...


W = TypeVar("W", bound=WaitingAct)


class UndoHindrance(StrEnum):
    """Why nothing can be taken back."""

    NOTHING = "nothing"
    """Nothing waits."""

    OTHERS = "others"
    """What waits is another officer's."""

    LATE = "late"
    """Its minute is over: it counts as sent, even before that is done."""


def get_send_time(now: datetime, waiting: Iterable[int] = ()) -> int:
    """Return when something is sent that is confirmed now, in seconds since 1970.

    waiting: the times of what waits before it; it follows in order.
    """
    return max((int(now.timestamp()) + UNDO_SECONDS, *waiting))


def is_due(send_at: int, now: datetime) -> bool:
    """Whether the minute of something is over, so that it cannot be taken back any more."""
    return send_at <= int(now.timestamp())


def find_own_or_led(waiting: Sequence[W], staff: StaffMember) -> W | None:
    """Return what a person would take back: their last, or of a supervisor who has none the last at all."""
    own = next((one for one in reversed(waiting) if one.staff == staff.id), None)
    if own is None and staff.role is Role.SUPERVISOR and waiting:
        return waiting[-1]
    return own


def choose_undo(waiting: Sequence[W], staff: StaffMember, now: datetime) -> W | UndoHindrance:
    """Return what a person takes back now of what waits, in its order; or why they cannot.

    What is late stands in the way of nothing: a supervisor stops another's answer beside their own that is going.
    """
    if not waiting:
        return UndoHindrance.NOTHING
    found = find_own_or_led([one for one in waiting if not is_due(one.send_at, now)], staff)
    if found is not None:
        return found
    return UndoHindrance.OTHERS if find_own_or_led(waiting, staff) is None else UndoHindrance.LATE
