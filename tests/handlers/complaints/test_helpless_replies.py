"""Calls for help, fear and replies that announce something: what they lead to at the questions of a complaint."""

import pytest

from handlers.complaints_desk import ComplaintsDesk
from handlers.dialog.effects import NewReceipt, Now
from handlers.dialog.session import UnconfirmedText
from handlers.staff.members import ListStaff
from tests.handlers.complaints.draft_steps import FULL, RECEIPT, at, decide
from tests.in_memory_desk import MORNING, OFFICE
from tests.run_decision import Outcome, make_event, make_file, run_decision

DESK = ComplaintsDesk(OFFICE)


def say(step: str, text: str) -> Outcome:
    """Let the desk decide on a text at a step, in a draft that is complete but for that step."""
    answers = {name: answer for name, answer in FULL.items() if name != step}
    replies = {Now: MORNING, ListStaff: (), NewReceipt: RECEIPT}
    return run_decision(DESK.decide(make_event(text), at(step, answers=answers)), replies)


@pytest.mark.parametrize("text", ["มีค่ะ", "มีครับ เดี๋ยวส่งให้", "มีรูป", "ค่ะ", "ใช่ มี", "ขอส่งรูปหน่อย"])
def test_who_says_that_there_is_evidence_hears_how_to_send_it(text: str) -> None:
    outcome = say("evidence", text)
    assert outcome.keys == ("file.announced", "report.evidence")
    assert outcome.kept.unconfirmed is None


def test_what_is_told_with_it_waits() -> None:
    outcome = say("evidence", "มีรูปที่ถ่ายหน้าห้องการเงิน")
    assert outcome.kept.unconfirmed is not None


def test_who_says_that_it_was_sent_without_a_file_is_asked_again_and_with_one_goes_on() -> None:
    assert say("evidence", "ส่งไปแล้วค่ะ").keys == ("pick.unclear", "report.evidence")
    with_file = at("evidence", answers=FULL, files=(make_file(),))
    assert decide(make_event("ส่งไปแล้วค่ะ"), with_file).kept.step == "witnesses"


@pytest.mark.parametrize("text", ["ขอความช่วยเหลือครับ", "ช่วยหนูด้วย"])
def test_a_call_for_help_is_a_wish_and_answered_too(text: str) -> None:
    outcome = say("wish", text)
    assert outcome.keys[0] == "worry.help"
    assert outcome.kept.answers["wish"] == text


@pytest.mark.parametrize("step", ["story", "accused", "where", "witnesses"])
def test_a_call_for_help_is_no_answer_elsewhere(step: str) -> None:
    outcome = say(step, "ขอความช่วยเหลือครับ")
    assert outcome.keys[0] == "worry.help"
    assert step not in outcome.kept.answers


def test_a_reply_with_its_fear_is_taken_and_the_fear_is_answered() -> None:
    outcome = say("named", "ไม่บอกค่ะ กลัว")
    assert outcome.keys[0] == "worry.afraid"
    assert outcome.kept.answers["named"] == "anonymous"


@pytest.mark.parametrize(
    "step", ["category", "story", "accused", "when", "where", "evidence", "wish", "head", "named", "review"]
)
@pytest.mark.parametrize("text", ["แล้วจะทำไงดี", "ข้อนี้ให้ทำอะไรคะ", "ยายไม่เข้าใจจ้ะหลาน"])
def test_who_does_not_know_how_to_go_on_is_helped_at_every_step(step: str, text: str) -> None:
    outcome = say(step, text)
    explained = "help.text" if step == "review" else f"explain.{step}"
    assert outcome.keys[:2] == (explained, f"report.{step}")
    assert outcome.kept.answers.get(step, FULL.get(step)) != text


@pytest.mark.parametrize("text", ["ขอแก้หน่อย", "แก้ไข", "ขอแก้ชื่อก่อนค่ะ"])
def test_who_wants_to_edit_while_a_text_waits_hears_that_it_comes_first(text: str) -> None:
    waits = at("review", answers=FULL, unconfirmed=UnconfirmedText("เขาเอาเงินไปใช้เองด้วย", "review", "wish"))
    asked = decide(make_event(text), waits)
    assert asked.keys == ("unasked.before_edit", "unasked.ask")
    assert decide(make_event("ไม่เก็บข้อความนี้"), asked.kept).keys == ("unasked.not_kept", "report.edit")


@pytest.mark.parametrize("text", ["ยังไม่พร้อม", "อย่าเพิ่งเริ่มนะ", "ขออ่านก่อน"])
def test_who_is_not_ready_at_the_notice_waits_there(text: str) -> None:
    assert decide(make_event(text), at("notice")).keys == ("pick.not_yet", "notice.agree")
