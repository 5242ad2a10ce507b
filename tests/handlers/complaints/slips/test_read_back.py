"""Who made their code with a slip reads what an officer wrote down, corrects it by a line of their own, confirms it."""

from dataclasses import replace

import pytest

from handlers.complaints.messages import ActorKind, AddHistoryEntry, HistoryEntry, HistoryEntryKind
from handlers.complaints.slips.messages import GetWrittenReport
from handlers.complaints.slips.read_back import (
    CORRECT_STEP,
    OFFER_STEP,
    READ_STEP,
    handle_record_step,
    repeat_record_step,
)
from handlers.dialog.events import Event
from handlers.dialog.replies import Phrase, raw_text
from handlers.dialog.session import DialogTopic
from tests.handlers.complaints.followed_case import CASE, RECEIPT, TODAY
from tests.in_memory_desk import MORNING
from tests.run_decision import Outcome, begin_session, make_context, make_event, run_decision

MADE = HistoryEntry(2, TODAY, HistoryEntryKind.CODE_MADE, by_reporter=True)
OPEN = replace(CASE, entries=(*CASE.entries, MADE))
DONE = replace(OPEN, entries=(*OPEN.entries, HistoryEntry(3, TODAY, HistoryEntryKind.CONFIRMED)))
RECORD = {GetWrittenReport: {"story": "จ่ายสามหมื่น", "head": "no", "name": "ไม่แสดง"}}


def do(step: str, event: Event) -> Outcome:
    session = begin_session(at=MORNING, topic=DialogTopic.TRACK, step=step, receipt=RECEIPT)
    return run_decision(handle_record_step(make_context(event, session), OPEN), RECORD)


def test_only_a_case_of_a_slip_has_a_record_until_it_is_confirmed() -> None:
    assert [case.has_unconfirmed_record for case in (CASE, OPEN, DONE)] == [False, True, False]


def test_the_record_has_the_answers_and_no_name() -> None:
    turn = do(OFFER_STEP, make_event(choice="7.record"))
    assert turn.keys == ("slip.record",)
    assert turn.replies[0].args["lines"] == (
        Phrase("slip.record_line", {"name": Phrase("about.story"), "text": raw_text("จ่ายสามหมื่น")}),
        Phrase("slip.record_line", {"name": Phrase("about.head"), "text": Phrase("choice.no")}),
    )
    assert turn.kept.step == READ_STEP


def test_confirming_adds_a_line_and_closes_the_record() -> None:
    turn = do(READ_STEP, make_event(choice="7.record_right"))
    assert turn.keys == ("slip.confirmed", "track.case")
    line = AddHistoryEntry("c1", 3, TODAY, HistoryEntryKind.CONFIRMED, ActorKind.REPORTER)
    assert turn.acts == (line,)
    assert all(not choice.data.endswith(".record") for choice in turn.replies[-1].choices)


@pytest.mark.parametrize("step", [CORRECT_STEP, READ_STEP])
def test_a_correction_is_a_line_of_the_reporters_and_the_record_stays(step: str) -> None:
    text = "จ่ายห้าหมื่นบาท ไม่ใช่สามหมื่นบาท และจ่ายที่บ้าน"
    turn = do(step, make_event(text))
    assert turn.acts == (
        AddHistoryEntry("c1", 3, TODAY, HistoryEntryKind.CORRECTED, ActorKind.REPORTER, text),
    )
    assert turn.keys == ("slip.corrected", "slip.record")


def test_asking_to_correct_and_leaving_it() -> None:
    assert do(READ_STEP, make_event(choice="7.record_wrong")).keys == ("slip.correct",)
    assert do(CORRECT_STEP, make_event(choice="7.record_later")).keys == ("track.case",)
    assert do(CORRECT_STEP, make_event("…")).keys == ("text.empty", "slip.correct")
    assert do(OFFER_STEP, make_event(choice="7.leave")).kept.receipt is None


def test_a_text_that_says_nothing_is_asked_again() -> None:
    turn = do(READ_STEP, make_event("หือ"))
    assert turn.keys[-1] == "slip.record"
    assert turn.acts == ()


def test_once_confirmed_the_record_is_not_shown_again() -> None:
    session = begin_session(at=MORNING, topic=DialogTopic.TRACK, step=READ_STEP, receipt=RECEIPT)
    ctx = make_context(make_event(choice="7.record"), session)
    assert run_decision(handle_record_step(ctx, DONE)).keys == ("track.case",)
    assert run_decision(repeat_record_step(ctx, DONE)).keys == ("track.case",)
