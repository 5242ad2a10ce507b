"""Requests at a question lead somewhere, and are never kept as its answer, in both ways of reporting."""

import pytest

from handlers.complaints.review.requests import find_named_row, take_request
from handlers.dialog.form import FieldKind
from tests.handlers.complaints.draft_steps import FORM, FULL, STORY, at, decide
from tests.run_decision import make_context, make_event

TYPED = [field.name for field in FORM.fields if field.kind in {FieldKind.TEXT, FieldKind.WHEN}]
WITH_NAME = {**FULL, "named": "named"}


@pytest.mark.parametrize("step", TYPED)
@pytest.mark.parametrize("is_short", [True, False])
@pytest.mark.parametrize(
    "text",
    [
        "ขอแก้ข้อก่อนหน้า", "ขอเริ่มใหม่", "ขอเวลาคิดแป๊บ", "ขอดูทั้งหมดก่อน", "ส่งเลย", "ขอแก้ที่เล่า", "แก้ เมื่อไร", "เพิ่มหลักฐานค่ะ",
        "ขอแก้ที่ตอบไป",
    ],
)  # fmt: skip
def test_a_request_is_never_the_answer(step: str, text: str, is_short: bool) -> None:
    before = at(step, answers=WITH_NAME, is_short=is_short, editing=is_short)
    outcome = decide(make_event(text), before)
    assert outcome.kept.answers == WITH_NAME
    assert outcome.kept.unconfirmed is None


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("ขอแก้ข้อก่อนหน้า", "review"),
        ("ขอดูทั้งหมดก่อน", "review"),
        ("ส่งเลย", "review"),
        ("ขอเริ่มใหม่", "cancel"),
        ("ขอคิดดูก่อน", "witnesses"),
        ("ขอแก้ที่เล่า", "story"),
        ("แก้ ใคร", "accused"),
        ("ขอแก้ประเภท", "category"),
    ],
)
def test_where_it_leads_in_the_short_way(text: str, step: str) -> None:
    before = at("witnesses", answers={"story": STORY, "head": "no"}, is_short=True, editing=True)
    assert decide(make_event(text), before).kept.step == step


@pytest.mark.parametrize(
    ("text", "step"), [("ขอแก้ข้อก่อนหน้า", "evidence"), ("ขอดูทั้งหมดก่อน", "witnesses"), ("แก้ ใคร", "accused")]
)
def test_where_it_leads_in_the_guided_way(text: str, step: str) -> None:
    before = at("witnesses", answers=FULL)
    outcome = decide(make_event(text), before)
    assert (outcome.kept.step, outcome.kept.editing) == (step, False)


def test_a_story_may_tell_of_what_was_changed_or_sent() -> None:
    before = at("story", answers={"story": STORY}, is_short=True, editing=True)
    for text in ("แก้วันที่ในเอกสารเบิก", "เพิ่มชื่อคนที่ไม่ได้มา", "แก้ไขเอกสารการเงิน"):
        assert text in decide(make_event(text), before).kept.answers["story"]


def test_a_file_and_a_tap_ask_nothing() -> None:
    field = FORM.find_field("witnesses")
    assert field is not None
    assert take_request(FORM, field, make_context(make_event(""), at("witnesses"))) is None
    assert find_named_row(FORM, make_context(make_event(choice="0.skip"), at("review"))) == ""


RETOLD = ["เล่าใหม่", "เริ่มเล่าใหม่", "ขอแก้เรื่องที่เล่า", "ขอเล่าเพิ่มค่ะ", "เล่าผิด ขอเล่าใหม่"]


@pytest.mark.parametrize("text", RETOLD)
@pytest.mark.parametrize("step", ["review", "edit", "head", "witnesses"])
def test_telling_anew_is_asked_and_nothing_is_lost_yet(step: str, text: str) -> None:
    outcome = decide(make_event(text), at(step, answers=FULL, is_short=step == "review"))
    assert (outcome.kept.step, outcome.kept.answers, outcome.kept.unconfirmed) == ("story", FULL, None)


@pytest.mark.parametrize("text", RETOLD)
def test_telling_anew_is_understood_while_a_text_waits(text: str) -> None:
    waits = decide(make_event("มีแม่บ้านเห็นด้วยนะคะ"), at("review", answers=FULL, is_short=True)).kept
    after = decide(make_event(text), waits).kept
    assert (after.step, after.answers, after.unconfirmed) == ("story", FULL, waits.unconfirmed)


def test_who_tells_anew_where_it_is_told_drops_what_was_told() -> None:
    before = at("story", answers={"story": STORY}, is_short=True)
    outcome = decide(make_event("ขอเล่าใหม่ทั้งหมดค่ะ"), before)
    assert ("story" in outcome.kept.answers, outcome.keys[0]) == (False, "story.rewrite")
    assert "story.rewrite" not in decide(make_event("เล่าใหม่"), at("story", is_short=True)).keys


@pytest.mark.parametrize("text", ["ขอแก้เรื่องที่เล่า", "ขอเล่าเพิ่มค่ะ", "แก้เรื่อง"])
def test_a_wish_to_change_the_story_is_no_part_of_it(text: str) -> None:
    before = at("story", answers={"story": STORY}, is_short=True)
    outcome = decide(make_event(text), before)
    assert (outcome.kept.step, outcome.kept.answers) == ("story", before.answers)


def test_what_is_asked_of_the_form_at_the_review_is_no_text_to_add() -> None:
    before = at("review", answers=FULL, is_short=True)
    steps = {text: decide(make_event(text), before).kept for text in ("เริ่มใหม่", "ขอเวลาคิดแป๊บ", "ขอดูทั้งหมดอีกที")}
    assert [kept.step for kept in steps.values()] == ["cancel", "review", "review"]
    assert {kept.unconfirmed for kept in steps.values()} == {None}


@pytest.mark.parametrize("text", ["แก้ เมื่อไร", "เพิ่ม ใคร", "ขอแก้สถานที่ค่ะ", "เพิ่มรูป"])
@pytest.mark.parametrize("step", ["review", "edit"])
def test_a_row_is_opened_by_its_name_at_the_review(step: str, text: str) -> None:
    before = at(step, answers=FULL, is_short=step == "review")
    outcome = decide(make_event(text), before)
    assert outcome.kept.step in {"when", "accused", "where", "evidence"}
    assert outcome.kept.editing
