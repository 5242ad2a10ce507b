"""Deadline reminders: before, on and after the day, to those in charge and never to the accused."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from handlers.complaints.deadlines import build_reminder_notices, compute_answer_by, select_reminders
from handlers.complaints.lifecycle import ENDED_STATUSES, CaseStatus
from handlers.complaints.reminders import CaseDeadlineState, ReminderRecipient, SendReminder
from handlers.i18n import render_text
from handlers.office import Deadlines
from handlers.staff.permissions import Role
from handlers.workdays import add_days, is_workday, subtract_days

RULES = Deadlines()
STAFF = (
    ReminderRecipient("o1", Role.OFFICER),
    ReminderRecipient("o2", Role.OFFICER),
    ReminderRecipient("s1", Role.SUPERVISOR),
    ReminderRecipient("a1", Role.ADMIN),
    ReminderRecipient("x1", Role.AUDITOR),
)
START = date(2026, 11, 22)


def make_reminder_input(on: date = START, **more: object) -> CaseDeadlineState:
    one = CaseDeadlineState(
        "c", 2570, 12, CaseStatus.RECEIVED, on, on, on, compute_answer_by(on, RULES), officer="o1"
    )
    return replace(one, **more)  # type: ignore[arg-type]


def collect_reminders(
    one: CaseDeadlineState, last: date, rules: Deadlines = RULES
) -> list[tuple[date, SendReminder]]:
    """The reminders when the job runs every day."""
    found = []
    day = one.received_on
    while day <= last:
        for remind in select_reminders(one, rules, STAFF, day):
            found.append((day, remind))
            one = replace(one, sent_reminders=one.sent_reminders | {remind.name, *remind.superseded})
        day += timedelta(days=1)
    return found


def test_before_on_and_after_the_day_then_the_supervisor() -> None:
    told = collect_reminders(make_reminder_input(), START + timedelta(days=29))
    assert [((on - START).days, r.notice.key.rsplit(".", 1)[1], r.recipients) for on, r in told] == [
        (12, "before", ("o1",)),
        (15, "on", ("o1",)),
        (16, "after", ("o1",)),
        (22, "after", ("o1", "s1")),
    ]
    assert render_text(told[0][1].notice, "th") == "เรื่องเลขที่ 12/2570 กำหนด 7 ธันวาคม 2569 เหลืออีก 3 วัน"


def test_a_case_that_nobody_touches_climbs() -> None:
    quiet = [r for _, r in collect_reminders(make_reminder_input(answered=True), START + timedelta(days=60))]
    assert [(r.notice.args["days"], r.recipients) for r in quiet] == [
        (30, ("o1",)),
        (45, ("o1", "s1")),
        (52, ("o1", "s1", "a1")),
    ]


def test_nobody_in_hand_everybody_who_handles_is_told() -> None:
    (_, first), *_ = collect_reminders(make_reminder_input(officer=""), START + timedelta(days=12))
    assert first.recipients == ("o1", "o2", "s1")


def test_the_accused_is_passed_over() -> None:
    told = collect_reminders(
        make_reminder_input(excluded_staff=frozenset({"o1", "s1"})), START + timedelta(days=60)
    )
    assert told
    assert all({"o1", "s1"}.isdisjoint(r.recipients) for _, r in told)
    assert told[0][1].recipients == ("o2",)
    nobody = make_reminder_input(excluded_staff=frozenset(p.id for p in STAFF))
    assert {r.recipients for _, r in collect_reminders(nobody, START + timedelta(days=60))} == {()}


def test_a_silence_of_the_clock_is_told_once_and_truly() -> None:
    late = START + timedelta(days=20)
    (remind,) = select_reminders(make_reminder_input(), RULES, STAFF, late)
    assert remind.notice.key == "staff.remind.after"
    assert remind.notice.args["days"] == 5
    assert len(remind.superseded) == 2  # before and on the day: superseded, never sent
    again = make_reminder_input(sent_reminders=frozenset({remind.name, *remind.superseded}))
    assert list(select_reminders(again, RULES, STAFF, late)) == []


def test_each_state_has_a_time_of_its_own() -> None:
    rules = RULES.model_copy(update={"investigating_days": 90, "remind_before": (), "remind_after": ()})
    one = make_reminder_input(
        status=CaseStatus.INVESTIGATING, answered=True, touched_on=START + timedelta(days=80)
    )
    ((on, remind),) = collect_reminders(one, START + timedelta(days=100), rules)
    assert (on, remind.notice.key) == (START + timedelta(days=90), "staff.remind.on")


@pytest.mark.parametrize("status", [CaseStatus.CLOSED, CaseStatus.NOT_ACCEPTED])
def test_what_ended_is_told_no_more(status: CaseStatus) -> None:
    assert collect_reminders(make_reminder_input(status=status), START + timedelta(days=99)) == []


@pytest.mark.parametrize(
    ("start", "days", "own", "last"),
    [
        # Songkran of 2569: Monday 13 to Wednesday 15 April are off, the 16th works.
        (date(2026, 4, 10), 1, (), date(2026, 4, 16)),
        (date(2026, 4, 10), 1, (date(2026, 4, 16),), date(2026, 4, 17)),
        # Year end: 31 December 2569 and 1 January 2570 are off, then a weekend.
        (date(2026, 12, 30), 1, (), date(2027, 1, 4)),
        # The end of the fiscal year is a day like any other.
        (date(2026, 9, 30), 1, (), date(2026, 10, 1)),
        (date(2026, 11, 23), 5, (), date(2026, 11, 30)),
    ],
)
def test_working_days(start: date, days: int, own: tuple[date, ...], last: date) -> None:
    assert add_days(start, days, own) == last


@given(st.dates(date(2020, 1, 1), date(2035, 12, 31)), st.integers(1, 60))
def test_working_days_there_and_back(start: date, days: int) -> None:
    last = add_days(start, days, ())
    assert is_workday(last)
    assert sum(is_workday(start + timedelta(days=n + 1)) for n in range((last - start).days)) == days
    assert subtract_days(last, days, ()) <= start or not is_workday(start)
    assert add_days(start, days) == start + timedelta(days=days)
    assert subtract_days(start + timedelta(days=days), days) == start


@given(
    st.sets(st.integers(0, 120), min_size=1, max_size=12),
    st.sampled_from([None, 5, 20]),
    st.booleans(),
)
def test_however_the_clock_runs_nothing_is_told_twice(
    days: set[int], limit: int | None, working: bool
) -> None:
    counted = "working" if working else "calendar"
    rules = RULES.model_copy(update={"received_days": limit, "counted_in": counted})
    one, names = make_reminder_input(), list[str]()
    for day in sorted(days):
        for remind in select_reminders(one, rules, STAFF, START + timedelta(days=day)):
            names += [remind.name, *remind.superseded]
            one = replace(one, sent_reminders=one.sent_reminders | {remind.name, *remind.superseded})
    assert len(names) == len(set(names))
    if max(days) >= 52:
        assert any(name.startswith("untouched/") for name in names)


def test_notices_are_pairs_of_person_and_words() -> None:
    pairs = list(build_reminder_notices([make_reminder_input()], RULES, STAFF, START + timedelta(days=22)))
    assert [person for person, _ in pairs] == ["o1", "s1"]
    assert all(render_text(say, "en").startswith("Case 12/2570 was due") for _, say in pairs)


def test_what_climbs_must_climb() -> None:
    with pytest.raises(ValidationError, match="untouched_days"):
        Deadlines(untouched_days=(30, 30, 52))


def test_only_an_open_state_can_have_a_limit_of_days() -> None:
    rules = Deadlines(received_days=1, screening_days=2, investigating_days=3)
    limits = {status: rules.get_day_limit(status) for status in CaseStatus}
    assert list(limits.values()) == [1, 2, 3, None, None]
    assert {status for status, days in limits.items() if days is None} == ENDED_STATUSES
