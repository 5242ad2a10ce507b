"""The review of a complaint, decision by decision: filing, changing, discarding, and edits in the chat."""

from datetime import date
from typing import Any

import pytest

from handlers.complaints.draft import (
    apply_correction,
    discard_draft,
    reprompt_draft,
    resume_draft,
)
from handlers.complaints.form import compute_notice_version
from handlers.complaints.messages import FileCase
from handlers.dialog.effects import DeleteFiles, NewReceipt
from handlers.dialog.events import Channel, Event
from handlers.dialog.replies import (
    AS_RECEIPT,
    MUST_ARRIVE,
    ExpectedInput,
    Reply,
)
from handlers.dialog.session import DialogTopic, Session
from handlers.office import NoticeSettings
from handlers.staff.members import ListStaff
from tests.handlers.complaints.draft_steps import (
    FORM,
    FULL,
    MENU,
    RECEIPT,
    at,
    decide,
    moved,
    note,
)
from tests.handlers.complaints.test_conflict_of_interest import make_staff
from tests.in_memory_desk import MORNING, OFFICE
from tests.run_decision import (
    Outcome,
    make_buttons,
    make_context,
    make_event,
    make_file,
    pick,
    run_decision,
)


def test_a_whole_complaint_is_filed() -> None:
    before = at("review", answers=FULL, files=(make_file(1),))
    outcome = decide(pick(before, "submit", channel=Channel.TELEGRAM, reply_to=b"address"), before)
    after = Session(
        version=3, at=MORNING, topic=DialogTopic.CONFIRM, step="five", prompt_number=8, receipt=RECEIPT
    )
    filed = Reply(
        "report.filed",
        MUST_ARRIVE,
        {"receipt": RECEIPT.formatted, "answer_by": "7 ธันวาคม 2569"},
        presentation=AS_RECEIPT,
    )
    ask_five = Reply(
        "confirm.ask", MUST_ARRIVE, {}, make_buttons(after, "skip", "news"), wants=ExpectedInput.CODE
    )
    act = FileCase(
        receipt=RECEIPT,
        category="corruption",
        channel=Channel.TELEGRAM,
        on=date(2026, 11, 22),
        answer_by=date(2026, 12, 7),
        notice_version=compute_notice_version(OFFICE),
        answers=FULL,
        files=(make_file(1),),
    )
    assert outcome == Outcome(after, (filed, ask_five), (act,), (NewReceipt(), ListStaff()))


@pytest.mark.parametrize(
    ("urgent", "within", "key"), [((), 90, "report.filed_later"), (("corruption",), 0, "report.filed")]
)
def test_officers_are_told_later_except_of_an_urgent_kind(
    urgent: tuple[str, ...], within: int, key: str
) -> None:
    office = OFFICE.model_copy(update={"notice": NoticeSettings(urgent=urgent)})
    before = at("review", answers=FULL)
    outcome = decide(pick(before, "submit"), before, office=office)
    (act,) = outcome.acts
    assert isinstance(act, FileCase)
    assert (act.announce_within, outcome.replies[0].key) == (within, key)
    assert outcome.replies[0].args.get("minutes") == (within or None)


def test_what_nobody_here_can_read_is_filed_without_a_promised_day() -> None:
    before = at("review", answers={**FULL, "head": "yes"})
    outcome = decide(pick(before, "submit"), before)
    assert outcome.keys == ("report.filed_unread", "confirm.ask")
    receipt = outcome.replies[0]
    assert receipt.args.keys() == {"receipt", "bodies"}
    assert (receipt.policy, receipt.presentation) == (MUST_ARRIVE, AS_RECEIPT)
    (act,) = outcome.acts
    assert isinstance(act, FileCase)
    assert act.concerns_head


@pytest.mark.parametrize(
    "typed",
    [
        *("ส่งไปแล้ว", "ส่งไปแล้วครับ", "ผมส่งไปแล้ว", "ส่งแล้ว", "กดส่งไปแล้ว", "ส่งเรียบร้อยแล้วค่ะ", "ส่งเรื่องไปแล้ว"),
        *("ใช่ ส่งไปแล้ว", "โอเค ส่งไปแล้ว", "ส่งข้อมูลไปแล้วครับ", "เสร็จแล้ว", "เรียบร้อย", "พอแล้ว", "ต่อไป", "done"),
    ],
)
def test_who_takes_it_for_sent_or_done_submits_nothing(typed: str) -> None:
    before = at("review", answers=FULL)
    outcome = decide(make_event(typed), before)
    assert (outcome.session, outcome.acts) == (before, ())
    assert outcome.keys == ("pick.unclear", "report.review")


@pytest.mark.parametrize("typed", ["ส่ง", "ส่งเลยครับ", "ส่งเรื่อง", "1", "ไม่แก้แล้ว ส่งเลย", "เสร็จแล้ว ส่งเลย", "ยืนยัน"])
def test_who_says_to_send_submits(typed: str) -> None:
    (act,) = decide(make_event(typed), at("review", answers=FULL)).acts
    assert isinstance(act, FileCase)


@pytest.mark.parametrize("event", [make_event("ฮะ"), make_event(choice="6.submit")])
def test_the_truth_stands_before_the_review_each_time_it_is_shown(event: Event) -> None:
    before = at("review", answers={**FULL, "head": "yes"})
    assert decide(event, before).keys[-2:] == ("report.no_reader_review", "report.review")
    again = run_decision(reprompt_draft(FORM, make_context(event, before)), {ListStaff: ()})
    assert again.keys == ("report.no_reader_review", "report.review")


def test_the_reporters_own_name_excludes_nobody() -> None:
    """An exclusion is seen by colleagues: it would tell them who the reporter is."""
    before = at("review", answers={**FULL, "named": "named", "name": "สมหญิง รักเรียน", "contact": "สมหญิง"})
    (act,) = decide(pick(before, "submit"), before, staff=(make_staff("s", "สมหญิง รักเรียน"),)).acts
    assert isinstance(act, FileCase)
    assert act.exclusions == ()


def test_the_name_of_a_file_names_the_accused_too() -> None:
    files = (make_file(1, "นายวิชัยรับเงิน.jpg"),)
    before = at("review", answers=FULL, files=files)
    (act,) = decide(pick(before, "submit"), before, staff=(make_staff("a", "นายวิชัย มั่นคง"),)).acts
    assert isinstance(act, FileCase)
    assert [one.staff for one in act.exclusions] == ["a"]


def test_the_name_is_filed_apart_from_the_case() -> None:
    before = at("review", answers={**FULL, "named": "named", "name": "สมหญิง", "contact": "000"})
    (act,) = decide(pick(before, "submit"), before).acts
    assert isinstance(act, FileCase)
    assert act.identity == {"name": "สมหญิง", "contact": "000"}
    assert act.answers == {**FULL, "named": "named"}


def test_a_name_that_was_taken_back_is_filed_nowhere() -> None:
    before = at("review", answers={**FULL, "name": "สมหญิง", "contact": "000"})
    (act,) = decide(pick(before, "submit"), before).acts
    assert isinstance(act, FileCase)
    assert act.identity == {}
    assert act.answers == FULL


@pytest.mark.parametrize("missing", ["category", "story", "head", "named"])
def test_what_must_be_answered_is_asked_before_filing(missing: str) -> None:
    before = at("review", answers={k: v for k, v in FULL.items() if k != missing})
    outcome = decide(pick(before, "submit"), before)
    assert outcome.session == moved(before, missing, editing=True)
    assert outcome.keys == ("report.missing", f"report.{missing}")
    assert outcome.acts == ()


@pytest.mark.parametrize(
    "field", [field for field in FORM.fields if field.only_if is None], ids=lambda f: f.name
)
def test_every_answer_can_be_changed_from_the_review(field: Any) -> None:
    before = at("review", answers=FULL)
    listed = decide(pick(before, "edit"), before)
    assert listed.session == moved(before, "edit")
    chosen = decide(pick(listed.kept, f"field_{field.name}"), listed.kept)
    assert chosen.session == moved(listed.kept, field.name, editing=True)
    back = decide(pick(chosen.kept, "back"), chosen.kept)
    assert back.session == moved(chosen.kept, "review", editing=False)


@pytest.mark.parametrize("step", ["review", "edit", "cancel", "open"])
@pytest.mark.parametrize(
    ("event", "note_key", "kept"),
    [
        (make_event("ฮะ"), "pick.unknown", {}),
        (make_event("99"), "pick.unknown", {}),
        (make_event(""), "pick.unknown_here", {}),
        (make_event("ขอบคุณค่ะ"), "pick.unclear", {}),
        (make_event("ใช่ ไม่ใช่"), "pick.unclear", {}),
        (make_event(choice="6.submit"), "pick.stale", {}),
        (make_event(file=make_file(3)), "file.kept", {"files": (make_file(3),)}),
    ],
)
def test_where_a_choice_is_asked_nothing_typed_is_lost(
    step: str, event: Event, note_key: str, kept: dict[str, Any]
) -> None:
    outcome = decide(event, at(step))
    assert outcome.session == at(step, **kept)
    assert outcome.keys[0] == note_key
    assert outcome.keys[-1] == f"report.{step}"


def test_a_draft_is_discarded_with_its_files() -> None:
    before = at("cancel", answers=FULL, files=(make_file(1), make_file(2)), resume="story", editing=True)
    outcome = decide(pick(before, "discard"), before)
    assert outcome == Outcome(
        Session(version=3, at=MORNING, prompt_number=7),
        (note("draft.discarded"), MENU),
        (DeleteFiles((make_file(1).id, make_file(2).id)),),
    )
    assert run_decision(discard_draft(make_context(make_event(), before))) == outcome


@pytest.mark.parametrize(
    ("resume", "step"),
    [("story", "story"), ("notice", "notice"), ("review", "review"), ("edit", "review"), ("", "review")],
)
def test_a_draft_is_gone_on_with_where_it_was_left(resume: str, step: str) -> None:
    outcome = run_decision(resume_draft(FORM, make_context(make_event(), at("cancel", resume=resume))))
    assert outcome.kept.step == step


@pytest.mark.parametrize(
    "step", ["notice", "review", "edit", "cancel", "open", *(field.name for field in FORM.fields)]
)
def test_asking_again_keeps_the_session_and_puts_the_notes_first(step: str) -> None:
    before = at(step, answers={**FULL, "named": "named"})
    outcome = run_decision(
        reprompt_draft(FORM, make_context(make_event(), before), note("help.text")), {ListStaff: ()}
    )
    assert outcome.session == before
    assert outcome.keys[0] == "help.text"
    assert outcome.replies[-1].choices


# Edited messages.


@pytest.mark.parametrize(
    ("answers", "was", "now", "after"),
    [
        ({"story": "ก ข"}, "ก ข", "ค", {"story": "ค"}),
        ({"story": "ก\nข\nค"}, "ข", "ง", {"story": "ก\nง\nค"}),
        ({"story": "ก\nก"}, "ก", "ข", {"story": "ข\nก"}),
        ({"story": "ก\nข\nค"}, "ก\nข", "ง", {"story": "ง\nค"}),
        ({"story": "ก", "wish": "ข"}, " ข\u200b ", "ค", {"story": "ก", "wish": "ค"}),
        ({"story": "กข"}, "ก", "ค", None),
        ({"story": "ก"}, "", "ค", None),
        ({"story": "ก"}, "ก", "", None),
        ({"story": "ก"}, "ก", "ข" * 301, None),
        ({"story": "ก" * 500}, "ก" * 500, "ข" * 500, {"story": "ข" * 500}),
        ({"held": "ก"}, "ก", "ข", None),
        ({}, "ก", "ข", None),
    ],
)
def test_an_edit_in_the_chat_mends_the_draft_that_has_the_text(
    answers: dict[str, str], was: str, now: str, after: dict[str, str] | None
) -> None:
    ctx = make_context(make_event(now), at("story", answers=answers))
    mended, reply = apply_correction(ctx, was)
    assert mended.session == ctx.session.replace(answers=answers if after is None else after)
    assert reply == note("draft.not_corrected" if after is None else "draft.corrected")
