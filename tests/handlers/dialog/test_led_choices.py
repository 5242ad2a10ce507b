"""A choice with something told after it: it is made, and what was told waits."""

import pytest

from handlers.dialog.choices import SCALE_OPTIONS, make_options
from handlers.dialog.led_choices import split_led_choice
from handlers.dialog.session import UnconfirmedText
from tests.handlers.complaints.draft_steps import FULL, at, decide
from tests.run_decision import make_context, make_event, pick

YES_NO = make_options(("yes", "no", "unsure", "back", "cancel"))


@pytest.mark.parametrize(
    ("text", "value", "told"),
    [
        ("ไม่ใช่ค่ะ เขาเป็นแค่ลูกจ้าง", "no", True),
        ("ใช่ครับ ท่านเอง", "yes", False),
        ("ไม่แน่ใจค่ะ เห็นแต่ข้างหลัง", "unsure", True),
        ("ย้อนกลับค่ะ ข้อเมื่อกี้ตอบว่าไม่รู้", "back", True),
    ],
)
def test_the_choice_is_made_and_what_is_told_waits(text: str, value: str, told: bool) -> None:
    found = split_led_choice(make_context(make_event(text), at("head")), YES_NO, field="wish")
    assert found is not None
    ctx, notes = found
    assert (ctx.event.text, ctx.event.choice) == (None, f"{at('head').prompt_number}.{value}")
    held = UnconfirmedText(text, "head", "wish")
    assert ctx.session.unconfirmed == (held if told else None)
    assert [note.key for note in notes] == (["pick.led"] if told else [])


@pytest.mark.parametrize(
    "text", ["เขาเป็นลูกจ้าง ไม่ใช่หัวหน้าเรา", "ไม่ใช่ค่ะ แต่เป็นน้องชายเขา", "ไม่ใช่หรอ ใครบอก", "1 คนที่เห็นคือป้า"]
)
def test_what_picks_nothing_surely_waits_as_a_whole(text: str) -> None:
    assert split_led_choice(make_context(make_event(text), at("head")), YES_NO, field="") is None


@pytest.mark.parametrize(
    ("text", "points"),
    [("ให้ 4 ค่ะ พนักงานพูดดี", "4"), ("สองพอ รอนาน", "2"), ("5 คนที่ช่องบริการพูดไม่ดีสักคน", ""), ("3 ชั่วโมง รอนาน", "")],
)
def test_points_with_what_they_are_for(text: str, points: str) -> None:
    found = split_led_choice(make_context(make_event(text), at("score")), SCALE_OPTIONS, field="text")
    picked = (found[0].event.choice or "").partition(".")[2] if found else ""
    assert picked == (f"score{points}" if points else "")


def test_in_a_complaint_the_answer_is_kept_and_the_rest_is_asked_about() -> None:
    before = {name: answer for name, answer in FULL.items() if name not in {"head", "named"}}
    outcome = decide(make_event("ไม่ใช่ค่ะ เขาเป็นแค่ลูกจ้างธรรมดา"), at("head", answers=before))
    assert (outcome.kept.step, outcome.kept.answers["head"]) == ("named", "no")
    assert outcome.keys == ("pick.led", "unasked.ask")
    added = decide(pick(outcome.kept, "add_story"), outcome.kept)
    assert "เขาเป็นแค่ลูกจ้างธรรมดา" in added.kept.answers["story"]


@pytest.mark.parametrize("step", ["story", "where", "witnesses"])
def test_where_a_text_is_asked_only_what_leads_elsewhere_is_a_choice(step: str) -> None:
    told = decide(make_event("ไม่มีค่ะ อยู่กันแค่สองคนกับป้า"), at(step, answers=FULL))
    assert "อยู่กันแค่สองคน" in told.kept.answers[step]
    back = decide(make_event("ย้อนกลับค่ะ ข้อเมื่อกี้ยังไม่ได้บอกตำแหน่ง"), at(step, answers=FULL))
    assert back.kept.step != step
    assert back.kept.unconfirmed is not None


def test_nothing_is_sent_or_deleted_by_a_reply_that_goes_on() -> None:
    for step in ("review", "cancel"):
        outcome = decide(make_event("ส่งเลยค่ะ เขาโกงมานานแล้ว"), at(step, answers=FULL))
        assert outcome.kept.step == step
    deleted = decide(make_event("ลบเลยค่ะ เขาสั่งลูกน้องอย่างนี้"), at("cancel", answers=FULL, resume="where"))
    assert deleted.kept.step == "cancel"
