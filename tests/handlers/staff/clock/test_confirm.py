"""`/clock`: what was shown is what is said yes to; late, twice and out of order nothing else is."""

from datetime import date, timedelta

import pytest

from handlers.staff.clock.messages import ConfirmClock, DoubtedClock, FindDoubtedClock
from tests.handlers.staff.officer_commands import OFFICER, SUPERVISOR, give, list_commands
from tests.run_decision import begin_session

DAY = date(2027, 1, 5)
AHEAD = DoubtedClock(DAY, -525_960)
JUMPED = DoubtedClock(DAY, None)


@pytest.mark.parametrize("clock", [AHEAD, JUMPED, DoubtedClock(DAY, 6)])
def test_a_button_carries_all_that_was_shown(clock: DoubtedClock) -> None:
    assert DoubtedClock.from_code(clock.code) == clock


@pytest.mark.parametrize(
    "code", ["", "yes", "2027-13-05", "2027-01-05+", "2027-01-05+1x", "+5", "2027-01-05 +5"]
)
def test_nothing_else_is_read_as_one(code: str) -> None:
    assert DoubtedClock.from_code(code) is None


@pytest.mark.parametrize(
    ("shown", "current", "is_same"),
    [
        (AHEAD, DoubtedClock(DAY + timedelta(days=40), -525_956), True),  # both run on, others' drift
        (AHEAD, DoubtedClock(DAY, -525_950), False),
        (AHEAD, DoubtedClock(DAY, 525_960), False),
        (AHEAD, JUMPED, False),
        (JUMPED, AHEAD, False),
        (JUMPED, DoubtedClock(DAY + timedelta(days=10), None), True),
        (JUMPED, DoubtedClock(DAY + timedelta(days=11), None), False),
        (JUMPED, DoubtedClock(DAY - timedelta(days=11), None), False),
    ],
)
def test_which_doubts_are_the_same(shown: DoubtedClock, current: DoubtedClock, *, is_same: bool) -> None:
    assert shown.is_same_as(current) is is_same
    given = give(f"/clock {shown.code}", staff=SUPERVISOR, answers={FindDoubtedClock: current})
    assert given.acts == ((ConfirmClock(shown, SUPERVISOR.id),) if is_same else ())
    asked = f"staff.notice.clock_{'jumped' if current.minutes is None else 'differs'}"
    assert given.keys == (("staff.clock.confirmed",) if is_same else ("staff.clock.other", asked))
    if not is_same:
        assert list_commands(given.replies[-1].choices) == [f"/clock {current.code}"]


@pytest.mark.parametrize("words", ["/clock", "/นาฬิกา", "/clock yes", "/clock 2027-99-99"])
def test_who_does_not_say_to_what_sees_it_first(words: str) -> None:
    given = give(words, staff=SUPERVISOR, answers={FindDoubtedClock: AHEAD})
    assert given.acts == ()
    assert given.keys == ("staff.notice.clock_differs",)
    assert given.replies[0].args["minutes"] == "525,960"
    assert list_commands(given.replies[0].choices) == [f"/clock {AHEAD.code}"]


@pytest.mark.parametrize("words", ["/clock", f"/clock {AHEAD.code}"])
def test_where_the_clock_is_believed_there_is_nothing_to_say_yes_to(words: str) -> None:
    given = give(words, staff=SUPERVISOR, answers={FindDoubtedClock: None})
    assert (given.acts, given.keys) == ((), ("staff.clock.believed",))


def test_it_takes_the_second_factor_and_the_role() -> None:
    asked = give(
        f"/clock {AHEAD.code}", staff=SUPERVISOR, answers={FindDoubtedClock: AHEAD}, session=begin_session()
    )
    assert (asked.acts, asked.keys) == ((), ("staff.factor.ask",))
    refused = give(f"/clock {AHEAD.code}", staff=OFFICER, answers={FindDoubtedClock: AHEAD})
    assert not any(isinstance(act, ConfirmClock) for act in refused.acts)
    assert "staff.clock.confirmed" not in refused.keys
