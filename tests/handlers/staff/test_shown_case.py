"""A command without a number means the case that was shown last, where one alone was; nothing that is typed by then."""

from dataclasses import replace

import pytest

from handlers.i18n import render_label
from handlers.staff.complaints.intake.lines import has_labelled_line, split_source
from handlers.staff.complaints.matters.reports import ScheduledAct
from handlers.staff.members import ListStaff
from handlers.staff.state import ShownChoice, ShownMenu
from handlers.staff.typed.shown import find_shown_number
from tests.handlers.staff.officer_commands import (
    CASE,
    COLLEAGUE,
    SEND_AT,
    STAFF,
    SUPERVISOR,
    VERIFIED,
    give,
    make_member,
)
from tests.run_decision import begin_session


def make_menu(*data: str) -> ShownMenu:
    return ShownMenu(tuple(ShownChoice(one, one) for one in data))


@pytest.mark.parametrize(
    ("data", "number"),
    [
        (("/take 12/2570", "/facts 12/2570", "/inbox"), (12, 2570)),
        (("/case 12/2570", "/case 15/2570"), None),
        (("/inbox", "/help"), None),
        (("/intake =kind corruption", "officer.told"), None),
        ((), None),
    ],
)
def test_one_case_alone_was_shown(data: tuple[str, ...], number: tuple[int, int] | None) -> None:
    assert find_shown_number(make_menu(*data)) == number


def test_a_command_without_a_number_is_about_it() -> None:
    shown = make_menu("/case 12/2570", "/inbox")
    session = begin_session(officer=replace(VERIFIED, shown=shown))
    assert give("/take", session=session).queries[0].number == 12
    assert give("/take", session=begin_session(officer=VERIFIED)).keys == ("staff.which",)
    assert give("/reply", session=session).keys == ("staff.reply.ask",)
    assert give("/reply ขอบคุณครับ", session=session).keys == ("staff.which",)  # it may be meant for another


@pytest.mark.parametrize(
    ("typed", "source", "rest"),
    [
        ("โทรศัพท์ วันนี้ค่ะ", "call", "วันนี้ค่ะ"),
        ("โทรศัพท์ค่ะ", "call", ""),
        ("โทรศัพท์\nเมื่อวาน\nเก็บเงินเกิน", "call", "เมื่อวาน\nเก็บเงินเกิน"),
        ("มีคนฝากมาบอกว่าเก็บเงิน", None, "มีคนฝากมาบอกว่าเก็บเงิน"),
    ],
)
def test_the_source_may_stand_before_the_rest(typed: str, source: str | None, rest: str) -> None:
    found, more = split_source(typed)
    assert (found.value if found else None, more) == (source, rest)


def test_only_a_label_changes_a_line_at_the_review() -> None:
    assert has_labelled_line("วันที่: เมื่อวาน")
    assert not has_labelled_line("เอ๊ะเดี๋ยวก่อน")


def test_same_names_are_numbered_where_a_case_is_assigned() -> None:
    twins = (*STAFF, make_member("s4", name=COLLEAGUE.name))
    outcome = give(f"/assign 12 {COLLEAGUE.name}", staff=SUPERVISOR, answers={ListStaff: twins})
    names = [render_label(one, "th") for one in outcome.replies[0].choices]
    assert (outcome.acts, names) == ((), [f"{COLLEAGUE.name} (1)", f"{COLLEAGUE.name} (2)"])


def test_the_same_text_is_sent_again_after_another_but_not_twice_at_once() -> None:
    first, other = (
        ScheduledAct("s1", SEND_AT, None, "ขอบคุณครับ"),
        ScheduledAct("s1", SEND_AT, None, "อีกเรื่องหนึ่ง"),
    )
    twice = give("/reply 12 ขอบคุณครับ", case=replace(CASE, scheduled=(first,)), confirmed=True)
    assert (twice.keys, twice.acts) == (("staff.held.now",), ())
    anew = give("/reply 12 ขอบคุณครับ", case=replace(CASE, scheduled=(first, other)), confirmed=True)
    assert (anew.keys, len(anew.acts)) == (("staff.held.after",), 1)
