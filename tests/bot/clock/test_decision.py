"""Whether the clock is believed, for each way in which a clock of an office is wrong."""

from datetime import date, timedelta

import pytest

from bot.clock.decision import MAX_DIFFERENCE, ClockDoubt, ClockEvidence, judge_clock

DAY = date(2026, 11, 30)
NONE, SECOND = timedelta(), timedelta(seconds=1)
YEAR = timedelta(days=365)


@pytest.mark.parametrize(
    ("evidence", "doubt"),
    [
        # Others' clocks are known.
        (ClockEvidence(DAY, NONE, DAY), None),
        (ClockEvidence(DAY, MAX_DIFFERENCE, DAY), None),
        (ClockEvidence(DAY, MAX_DIFFERENCE + SECOND, DAY), ClockDoubt.DIFFERS),
        (ClockEvidence(DAY, timedelta(minutes=-6), DAY), ClockDoubt.DIFFERS),  # it drifted
        (ClockEvidence(DAY + YEAR, -YEAR, DAY), ClockDoubt.DIFFERS),
        (ClockEvidence(date(2569, 11, 30), -543 * YEAR, DAY), ClockDoubt.DIFFERS),  # typed as a Buddhist year
        (ClockEvidence(DAY - timedelta(days=1), timedelta(days=1), DAY), ClockDoubt.DIFFERS),
        (ClockEvidence(DAY + YEAR, NONE, DAY), None),  # stopped for a year, and right
        (ClockEvidence(DAY, NONE, None), None),
        # None is known: a server without platforms, or without a network.
        (ClockEvidence(DAY, None, None), None),  # a new desk
        (ClockEvidence(DAY, None, DAY), None),
        (ClockEvidence(DAY + timedelta(days=10), None, DAY), None),  # after Songkran
        (ClockEvidence(DAY + timedelta(days=11), None, DAY), ClockDoubt.JUMPED),
        (ClockEvidence(DAY - timedelta(days=11), None, DAY), ClockDoubt.JUMPED),
        (ClockEvidence(DAY - timedelta(days=1), None, DAY), None),  # nothing becomes due by it
        (ClockEvidence(date(2569, 11, 30), None, DAY), ClockDoubt.JUMPED),
        # What a server measured holds for a command that measures nothing, until something is heard.
        (ClockEvidence(DAY, None, DAY, known_difference=timedelta(hours=1)), ClockDoubt.DIFFERS),
        (ClockEvidence(DAY, NONE, DAY, known_difference=timedelta(hours=1)), None),
    ],
)
def test_a_clock_is_believed_or_not(evidence: ClockEvidence, doubt: ClockDoubt | None) -> None:
    assert judge_clock(evidence) is doubt


@pytest.mark.parametrize(
    ("difference", "confirmed", "doubt"),
    [
        (timedelta(hours=7), timedelta(hours=7), None),
        (timedelta(hours=7), timedelta(hours=7, minutes=5), None),
        (timedelta(hours=7), timedelta(hours=6), ClockDoubt.DIFFERS),  # a yes is for that difference
        (NONE, timedelta(hours=7), None),
    ],
)
def test_an_admins_yes_holds_while_the_difference_stays(
    difference: timedelta, confirmed: timedelta, doubt: ClockDoubt | None
) -> None:
    assert judge_clock(ClockEvidence(DAY, difference, DAY, confirmed_difference=confirmed)) is doubt


@pytest.mark.parametrize(("days", "doubt"), [(0, None), (10, None), (11, ClockDoubt.JUMPED)])
def test_an_admins_yes_to_a_day_holds_about_that_day(days: int, doubt: ClockDoubt | None) -> None:
    today = DAY + YEAR + timedelta(days=days)
    assert judge_clock(ClockEvidence(today, None, DAY, confirmed_day=DAY + YEAR)) is doubt
