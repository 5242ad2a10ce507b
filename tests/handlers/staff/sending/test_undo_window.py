"""What is taken back of what waits: the same at both desks."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from handlers.staff.permissions import Role
from handlers.staff.sending.undo_window import (
    UNDO_SECONDS,
    UndoHindrance,
    choose_undo,
    find_own_or_led,
    get_send_time,
    is_due,
)
from tests.handlers.staff.officer_commands import make_member

NOW = datetime(2027, 1, 31, 17, 30, tzinfo=UTC)
SECOND = int(NOW.timestamp())


@dataclass(frozen=True)
class Waiting:
    staff: str
    send_at: int = SECOND + 9


OWN, LATER, OTHER = Waiting("s1"), Waiting("s1", SECOND + 20), Waiting("s2", SECOND + 30)


def test_what_is_confirmed_now_goes_after_its_minute_and_after_what_waits() -> None:
    assert get_send_time(NOW) == SECOND + UNDO_SECONDS
    assert get_send_time(NOW, [SECOND + 5]) == SECOND + UNDO_SECONDS
    assert get_send_time(NOW, [SECOND + 70, SECOND + 65]) == SECOND + 70


def test_at_its_second_it_is_late() -> None:
    assert [is_due(SECOND + late, NOW) for late in (-1, 0, 1)] == [True, True, False]
    assert is_due(SECOND, NOW + timedelta(microseconds=1))


@pytest.mark.parametrize(
    ("waiting", "role", "chosen"),
    [
        ((), Role.OFFICER, UndoHindrance.NOTHING),
        ((), Role.SUPERVISOR, UndoHindrance.NOTHING),
        ((OTHER,), Role.OFFICER, UndoHindrance.OTHERS),
        ((OWN, LATER, OTHER), Role.OFFICER, LATER),
        ((OWN, LATER, OTHER), Role.SUPERVISOR, LATER),
        ((Waiting("s3"), OTHER), Role.SUPERVISOR, OTHER),
        ((Waiting("s1", SECOND),), Role.OFFICER, UndoHindrance.LATE),
        ((Waiting("s1", SECOND - 5), OTHER), Role.SUPERVISOR, OTHER),
        ((Waiting("s1", SECOND - 5), OTHER), Role.OFFICER, UndoHindrance.LATE),
        ((Waiting("s2", SECOND),), Role.OFFICER, UndoHindrance.OTHERS),
        ((Waiting("s2", SECOND),), Role.SUPERVISOR, UndoHindrance.LATE),
    ],
)
def test_ones_own_last_is_taken_back_and_by_a_supervisor_the_last_of_others(
    waiting: tuple[Waiting, ...], role: Role, chosen: Waiting | UndoHindrance
) -> None:
    staff = make_member("s1", role)
    assert choose_undo(waiting, staff, NOW) == chosen
    found = find_own_or_led(waiting, staff)
    assert (found is None) == (chosen in {UndoHindrance.NOTHING, UndoHindrance.OTHERS})
