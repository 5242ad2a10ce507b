"""A text at a choice of a complaint: shown back, and in the draft only once the person says what it is."""

from typing import Any

import pytest

from handlers.complaints.draft import apply_correction, handle_draft, reprompt_draft
from handlers.complaints.messages import FileCase
from handlers.complaints.review.waiting_text import find_field_before
from handlers.dialog.answers import MAX_FILES
from handlers.dialog.effects import StoreTextFile, TurnResult
from handlers.dialog.events import LANGS, Event, Lang
from handlers.dialog.form import FieldKind
from handlers.dialog.replies import NEUTRAL, OF_CASE, Choice, ExpectedInput, Phrase, Reply
from handlers.dialog.session import Session, UnconfirmedText
from handlers.dialog.unasked import MAX_UNCONFIRMED_LENGTH, describe_unknown_choice
from handlers.i18n import render_label
from handlers.staff.members import ListStaff
from handlers.unsend import handle_unsend, record_message_origin
from tests.handlers.complaints.draft_steps import FORM, FULL, STORY, at, decide, moved, note
from tests.run_decision import make_context, make_event, make_file, pick, run_decision

TEXT = "เขาเอาเงินของผู้ปกครองไปใช้เองด้วย"
MORE = "และมีคนเห็นอีกหลายคน"
NAMED = {**FULL, "named": "named", "name": "สมชาย", "contact": "0812345678"}
CHOICE_STEPS = ["category", "head", "named", "review", "edit", "cancel", "open"]


def waiting(step: str, field: str = "", text: str = TEXT, **parts: Any) -> Session:
    return at(step, unconfirmed=UnconfirmedText(text, step, field), **parts)


def ask_about(session: Session, text: str = TEXT) -> Reply:
    """The question what the waiting text is."""
    assert session.unconfirmed is not None
    about = {"about": Phrase(f"choice.field_{session.unconfirmed.field}")}
    place = session.prompt_number
    choices = [Choice(f"{place}.add_story", "choice.add_story")]
    if session.unconfirmed.field:
        choices.append(Choice(f"{place}.as_answer", "choice.as_answer", about))
    choices.append(Choice(f"{place}.drop_text", "choice.drop_text"))
    if not session.resume:
        choices.append(Choice(f"{place}.cancel", "choice.cancel"))
    return Reply("unasked.ask", OF_CASE, {"text": text}, tuple(choices), wants=ExpectedInput.PICK)


@pytest.mark.parametrize(
    ("step", "parts", "field"),
    [
        ("category", {}, ""),
        ("category", {"answers": FULL, "editing": True}, ""),
        ("head", {}, "wish"),
        ("head", {"answers": FULL, "editing": True}, "wish"),
        ("named", {}, "wish"),
        ("evidence", {}, "evidence"),
        ("review", {"answers": FULL}, ""),
        ("review", {"answers": {**FULL, "wish": "ขอให้ตรวจสอบ"}}, ""),
        ("review", {"answers": NAMED}, ""),
        ("review", {}, ""),
        ("edit", {"answers": FULL}, ""),
        ("cancel", {"resume": "accused"}, "accused"),
        ("cancel", {"resume": "story"}, ""),
        ("cancel", {"resume": "evidence"}, "where"),
        ("cancel", {"resume": "review", "answers": FULL}, ""),
        ("open", {"resume": "named"}, "wish"),
    ],
)
def test_a_text_at_a_choice_is_shown_back_and_nothing_of_it_is_kept(
    step: str, parts: dict[str, Any], field: str
) -> None:
    before = at(step, **parts)
    assert find_field_before(FORM, make_context(make_event(TEXT), before)) == field
    outcome = decide(make_event(TEXT), before)
    after = waiting(step, field, **parts)
    assert (outcome.session, outcome.replies) == (after, (ask_about(after),))
    assert outcome.acts == outcome.queries == ()


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("field", [f.name for f in FORM.fields if f.kind in {FieldKind.TEXT, FieldKind.WHEN}])
def test_every_question_in_words_has_a_label(field: str, lang: Lang) -> None:
    labels = [render_label(choice, lang) for choice in ask_about(waiting("review", field)).choices]
    assert len({*labels}) == 4


@pytest.mark.parametrize("step", CHOICE_STEPS)
@pytest.mark.parametrize("how", ["tap", "number", "label"])
def test_what_is_added_to_the_story_is_in_it(step: str, how: str) -> None:
    before = waiting(step, "wish", answers={"story": STORY})
    event = {
        "tap": pick(before, "add_story"),
        "number": make_event("๑"),
        "label": make_event("เพิ่มในเหตุการณ์ที่เล่า"),
    }[how]
    outcome = decide(event, before)
    assert outcome.session == at(step, answers={"story": f"{STORY}\n{TEXT}"})
    assert outcome.keys == ("pick.story", f"report.{step}")


@pytest.mark.parametrize("step", ["head", "named", "review", "edit", "cancel", "open"])
@pytest.mark.parametrize(("answers", "wish"), [({}, TEXT), ({"wish": "ขอให้ตรวจสอบ"}, f"ขอให้ตรวจสอบ\n{TEXT}")])
def test_what_was_an_answer_is_added_to_it(step: str, answers: dict[str, str], wish: str) -> None:
    before = waiting(step, "wish", answers=answers)
    outcome = decide(pick(before, "as_answer"), before)
    assert outcome.session == at(step, answers={"wish": wish})
    assert outcome.replies[0] == note("unasked.as_answer", about=Phrase("choice.field_wish"))
    assert outcome.keys[1:] == (f"report.{step}",)


def test_a_text_at_the_evidence_waits_until_there_is_a_file_that_it_may_explain() -> None:
    before = at("evidence")
    asked = decide(make_event("ใบเสร็จ"), before)
    assert asked.session == waiting("evidence", "evidence", "ใบเสร็จ")
    kept = decide(pick(asked.kept, "as_answer"), asked.kept)
    assert kept.session == at("evidence", answers={"evidence_note": "ใบเสร็จ"})
    explained = decide(make_event("ใบเสร็จ"), before.replace(files=(make_file(5),)))
    assert explained.session == at("evidence", files=(make_file(5),), answers={"evidence_note": "ใบเสร็จ"})
    assert explained.keys[0] == "file.note"


def test_an_answer_in_words_takes_the_place_of_one_that_was_picked() -> None:
    before = waiting("review", "elsewhere", answers=FULL)
    assert FULL["elsewhere"] == "never"
    assert decide(pick(before, "as_answer"), before).kept.answers["elsewhere"] == TEXT


@pytest.mark.parametrize("step", CHOICE_STEPS)
@pytest.mark.parametrize("how", ["tap", "number", "label"])
def test_what_is_not_wanted_is_quoted_and_gone(step: str, how: str) -> None:
    before = waiting(step, "wish", answers=FULL)
    event = {
        "tap": pick(before, "drop_text"),
        "number": make_event("3"),
        "label": make_event("ไม่เก็บข้อความนี้"),
    }[how]
    outcome = decide(event, before)
    assert outcome.session == at(step, answers=FULL)
    assert outcome.replies[0] == Reply("unasked.not_kept", OF_CASE, {"text": TEXT})
    assert outcome.keys[1:] == (f"report.{step}",)


@pytest.mark.parametrize("step", CHOICE_STEPS)
def test_texts_in_a_row_wait_together(step: str) -> None:
    before = waiting(step, "wish", answers=FULL)
    outcome = decide(make_event(MORE), before)
    field = find_field_before(FORM, make_context(make_event(MORE), before))
    assert outcome.session == waiting(step, field, f"{TEXT}\n{MORE}", answers=FULL)
    assert outcome.replies == (ask_about(outcome.kept, f"{TEXT}\n{MORE}"),)


@pytest.mark.parametrize(("text", "key"), [("9", "pick.unknown"), ("", "pick.unknown_here")])
def test_a_slip_meanwhile_does_not_join_the_text(text: str, key: str) -> None:
    before = waiting("head", "wish")
    assert decide(make_event(text), before).session == before
    assert decide(make_event(text), before).keys == (key, "unasked.ask")


HIDDEN = {
    "head": ("ใช่", "ใช่ค่ะ", "ครับ", "ครับผม", "โอเค", "ได้", "ตกลง", "ไม่รู้", "ไม่แน่ใจ", "ใช่ครับ", "yes"),
    "named": ("ใช่", "ใช่ค่ะ", "ครับ", "ครับผม", "โอเค", "ได้", "ตกลง", "บอก", "ไม่บอก", "ข้าม"),
    "cancel": ("ใช่", "ใช่ค่ะ", "ครับ", "ครับผม", "โอเค", "ได้", "ตกลง", "ยกเลิก", "ยืนยัน", "ครับใช่", "👍"),
    "open": ("ใช่", "ใช่ค่ะ", "ครับ", "ครับผม", "โอเค", "ได้", "ตกลง", "กลับ"),
    "category": ("ใช่", "ครับ", "โอเค", "ได้", "ไม่รู้", "ไม่แน่ใจ", "ทุจริต"),
    "edit": ("ใช่", "ครับ", "โอเค", "เสร็จแล้ว"),
    "evidence": ("ใช่", "ครับ", "โอเค", "ไม่รู้", "เสร็จแล้ว", "ข้าม"),
}
"""What is typed while a text waits, and would answer the question of the step if that were shown."""


@pytest.mark.parametrize(("step", "typed"), [(step, one) for step, words in HIDDEN.items() for one in words])
def test_an_everyday_reply_never_answers_the_question_that_is_not_shown(step: str, typed: str) -> None:
    before = waiting(step, "wish", answers={"story": STORY}, resume="where")
    outcome = decide(make_event(typed), before)
    assert (outcome.session, outcome.acts) == (before, ())
    assert outcome.replies == (note("pick.unclear"), ask_about(before))


@pytest.mark.parametrize("typed", ["ใช่", "ครับ", "โอเค", "ได้", "ตกลง"])
def test_who_says_yes_to_a_text_typed_at_the_cancel_question_keeps_the_draft(typed: str) -> None:
    asked = decide(make_event("ยกเลิก"), at("where", answers={"story": STORY}))
    told = decide(make_event("คือผมอยากเล่าเพิ่มว่าเขาขู่ผมด้วยนะ"), asked.kept)
    assert (asked.keys, told.keys) == (("report.cancel",), ("unasked.ask",))
    outcome = decide(make_event(typed), told.kept)
    assert (outcome.session, outcome.keys) == (told.session, ("pick.unclear", "unasked.ask"))


@pytest.mark.parametrize(
    ("step", "typed", "goes_to"),
    [
        ("category", "ทุจริตต่อหน้าที่ครับ", "story"),
        ("named", "ไม่บอกชื่อ", "review"),
        ("named", "บอกชื่อ", "name"),
        ("cancel", "กรอกต่อ", "where"),
        ("open", "กรอกต่อครับ", "where"),
        ("edit", "กลับไปหน้าตรวจ", "review"),
        ("head", "ขอยกเลิกครับ", "cancel"),
    ],
)
def test_a_whole_label_answers_the_question_of_the_step(step: str, typed: str, goes_to: str) -> None:
    before = waiting(step, "wish", answers={"story": STORY}, resume="where")
    outcome = decide(make_event(typed), before)
    assert outcome.kept.step == goes_to
    assert outcome.kept.unconfirmed == before.unconfirmed


def test_the_label_that_deletes_the_draft_deletes_it() -> None:
    for event in (make_event("ลบร่าง"), make_event(choice="7.discard")):
        assert (
            decide(event, waiting("cancel", "wish", answers=FULL, resume="where")).keys[0]
            == "draft.discarded"
        )


@pytest.mark.parametrize("event", [make_event(choice="7.no"), make_event(choice="7.unsure")])
def test_the_question_before_can_be_answered_and_the_text_still_waits(event: Event) -> None:
    before = waiting("head", "wish", answers={"story": STORY})
    outcome = decide(event, before)
    assert outcome.kept.step == "named"
    assert outcome.kept.answers.keys() == {"story", "head"}
    assert outcome.kept.unconfirmed == before.unconfirmed
    assert outcome.replies[-1] == ask_about(outcome.kept)
    decided = decide(pick(outcome.kept, "drop_text"), outcome.kept)
    assert decided.keys[-1] == "report.named"


def test_a_late_button_and_a_file_leave_the_text_waiting() -> None:
    before = waiting("head", "wish")
    late = decide(make_event(choice="6.yes"), before)
    assert (late.session, late.keys) == (before, ("pick.stale", "unasked.ask"))
    sent = decide(make_event(file=make_file(5)), before)
    assert sent.session == before.replace(files=(make_file(5),))
    assert sent.keys == ("file.kept", "file.early", "unasked.ask")


@pytest.mark.parametrize(
    "event", [make_event(choice="7.submit"), *map(make_event, ("ส่งเรื่อง", "ส่ง", "ใช่", "โอเค", "ตกลง"))]
)
def test_nothing_is_filed_while_a_text_waits(event: Event) -> None:
    before = waiting("review", "wish", answers=FULL)
    outcome = decide(event, before)
    assert (outcome.session, outcome.acts) == (before, ())
    assert outcome.keys == ("unasked.before_submit", "unasked.ask")


@pytest.mark.parametrize(("choice", "story"), [("add_story", f"{STORY}\n{TEXT}"), ("drop_text", STORY)])
def test_what_is_filed_is_what_was_confirmed(choice: str, story: str) -> None:
    before = waiting("review", "wish", answers=FULL)
    decided = decide(pick(before, choice), before).kept
    (act,) = decide(pick(decided, "submit"), decided).acts
    assert isinstance(act, FileCase)
    assert act.answers == {**FULL, "story": story}


def test_cancelling_asks_first_and_keeps_the_text() -> None:
    before = waiting("head", "wish", answers=FULL)
    cancelled = decide(make_event("ยกเลิก"), before)
    assert cancelled.session == moved(before, "cancel", resume="head")
    assert cancelled.keys == ("report.cancel",)
    resumed = decide(pick(cancelled.kept, "resume"), cancelled.kept)
    assert resumed.kept.step == "head"
    assert resumed.replies == (ask_about(resumed.kept),)
    gone = decide(pick(cancelled.kept, "discard"), cancelled.kept)
    assert gone.kept.unconfirmed is None
    assert gone.keys[0] == "draft.discarded"


def test_back_goes_back_and_the_text_still_waits() -> None:
    before = waiting("head", "wish", answers=FULL)
    outcome = decide(make_event("ย้อนกลับ"), before)
    assert (outcome.kept.step, outcome.keys) == ("wish", ("unasked.ask",))
    assert decide(pick(outcome.kept, "as_answer"), outcome.kept).kept.answers["wish"] == TEXT


def test_a_long_text_is_quoted_short_and_kept_whole() -> None:
    text = "ก" * 25_000
    before = at("review", answers=FULL)
    held = decide(make_event(text), before)
    assert held.replies[0].args["text"] == "ก" * 199 + "…"
    kept = run_decision(
        handle_draft(FORM, make_context(pick(held.kept, "add_story"), held.kept)),
        {StoreTextFile: make_file(9), ListStaff: ()},
    )
    assert kept.queries[:1] == (StoreTextFile(text[20_000 - len(STORY) - 1 :], "story.txt"),)
    assert kept.keys == ("text.overflow", "pick.story", "report.review")


def test_a_text_beyond_all_limits_is_given_back() -> None:
    before, text = waiting("review", "wish", answers=FULL), "ก" * MAX_UNCONFIRMED_LENGTH
    outcome = decide(make_event(text), before)
    assert outcome.session == before
    assert outcome.keys == ("unasked.too_long", "unasked.ask")
    assert outcome.replies[0].args["unsent"] == text


def test_what_no_longer_fits_is_given_back_when_it_is_confirmed() -> None:
    files = tuple(make_file(number) for number in range(MAX_FILES))
    before = waiting("review", "wish", "ก" * 20_001, answers=FULL, files=files)
    outcome = decide(pick(before, "add_story"), before)
    assert outcome.keys == ("text.full", "pick.story", "report.review")
    assert outcome.replies[0].args["unsent"] == "ก" * (len(STORY) + 2)


def test_the_question_is_repeated_in_the_other_language() -> None:
    before = waiting("head", "wish", lang="en")
    again = run_decision(reprompt_draft(FORM, make_context(make_event(), before)))
    assert again.replies == (ask_about(before),)


# An edit of the message in the chat, and its unsending.


def test_an_edit_of_the_message_changes_the_waiting_text() -> None:
    before = waiting("head", "wish", f"{TEXT}\n{MORE}")
    ctx, reply = apply_correction(make_context(make_event("ไม่มีใครเห็น"), before), MORE)
    assert ctx.session == waiting("head", "wish", f"{TEXT}\nไม่มีใครเห็น")
    assert reply == Reply("unasked.corrected", NEUTRAL)
    too_long = make_context(make_event("ก" * MAX_UNCONFIRMED_LENGTH), before)
    assert apply_correction(too_long, MORE)[1].key == "draft.not_corrected"


def test_an_unsent_message_no_longer_waits() -> None:
    held = decide(make_event(TEXT, message_id="m1"), at("head", answers=FULL))
    assert held.kept.unconfirmed == UnconfirmedText(TEXT, "head", "wish", ("m1",))
    turn = record_message_origin(TurnResult(held.kept), make_event(TEXT, message_id="m1"), at("head"))
    assert turn.session is not None
    gone = run_decision(handle_unsend(make_event(unsent_message_id="m1"), turn.session))
    assert gone.session == at("head", answers=FULL)
    both = turn.session.replace(unconfirmed=UnconfirmedText(f"{TEXT}\n{MORE}", "head", "wish", ("m1", "m2")))
    left = run_decision(handle_unsend(make_event(unsent_message_id="m1"), both)).kept.unconfirmed
    assert left is not None
    assert left.text == MORE


def test_what_is_dropped_is_not_remembered_by_its_messages_either() -> None:
    before = waiting("head", answers=FULL, message_origins={"m1": f"text:{TEXT}", "m2": f"text:{STORY}"})
    assert before.unconfirmed is not None
    before = before.replace(unconfirmed=UnconfirmedText(TEXT, "head", "", ("m1",)))
    assert decide(pick(before, "drop_text"), before).kept.message_origins == {"m2": f"text:{STORY}"}


# Before the notice was acknowledged.


def early(text: str = TEXT, **parts: Any) -> Session:
    return at("notice", unconfirmed=UnconfirmedText(text, memory_only=True), **parts)


@pytest.mark.parametrize(("answers", "story"), [({}, TEXT), ({"story": STORY}, f"{STORY}\n{TEXT}")])
def test_whoever_accepts_the_notice_finds_the_text_in_the_story(answers: dict[str, str], story: str) -> None:
    before = early(answers=answers)
    outcome = decide(pick(before, "accept"), before)
    assert outcome.session == moved(at("notice"), "category", answers={"story": story})
    assert outcome.keys == ("unasked.begun", "report.category")


@pytest.mark.parametrize(
    "event", [make_event(choice="7.drop_text"), make_event("3"), make_event("ไม่เก็บข้อความนี้")]
)
def test_it_can_be_dropped_at_the_notice(event: Event) -> None:
    outcome = decide(event, early())
    assert (outcome.session, outcome.keys) == (at("notice"), ("unasked.dropped", "notice.agree"))


def test_more_at_the_notice_joins_it_in_memory_only() -> None:
    outcome = decide(make_event(MORE), early())
    assert outcome.kept.unconfirmed == UnconfirmedText(f"{TEXT}\n{MORE}", "notice", memory_only=True)
    assert outcome.keys == ("unasked.early_at_notice", "notice.agree")
    assert outcome.replies[0].memory_args == ("text",)


def test_a_slip_at_the_notice_is_told_back_and_not_stored_with_the_answer() -> None:
    outcome = decide(make_event("ผอ.ดำโกง"), at("notice"))
    told = describe_unknown_choice(make_event("ผอ.ดำโกง"), memory_only=True)
    assert outcome.replies[0] == told
    assert outcome.replies[0].without_memory_args().args == {"text": "…"}


def test_what_is_stored_tells_only_that_there_was_a_text() -> None:
    of_file = {"m2": f"file:{make_file(1).id}"}
    origins = {
        "m0": f"text:{TEXT}",
        "m1": f"text:{TEXT}",
        **of_file,
    }  # m0: of a message that joined m1 unnoticed
    held = UnconfirmedText(TEXT, "notice", messages=("m1",), memory_only=True)
    before = at("notice", unconfirmed=held, files=(make_file(1),), message_origins=origins)
    stored = before.without_memory_only_text()
    assert stored == early("", files=(make_file(1),), message_origins=of_file)
    assert TEXT not in repr(stored)
    kept = waiting("head", "wish")
    assert kept.without_memory_only_text() is kept


def test_after_a_restart_the_person_hears_that_the_text_is_lost() -> None:
    before = early("")
    outcome = decide(pick(before, "accept"), before)
    assert outcome.session == moved(at("notice"), "category")
    assert outcome.keys == ("unasked.lost", "report.category")
    assert decide(make_event("อะไร"), before).keys == ("pick.unknown", "unasked.lost", "notice.agree")


@pytest.mark.parametrize("step", ["cancel", "open"])
def test_more_where_the_notice_was_left_stays_in_memory_only(step: str) -> None:
    before = at(step, resume="notice", unconfirmed=UnconfirmedText(TEXT, "notice", memory_only=True))
    outcome = decide(make_event(MORE), before)
    assert outcome.kept.unconfirmed is not None
    assert outcome.kept.unconfirmed.memory_only
    assert outcome.keys == ("unasked.early", f"report.{step}")


def test_cancelling_the_notice_asks_before_the_text_is_gone() -> None:
    before = early()
    cancelled = decide(pick(before, "cancel"), before)
    assert cancelled.keys == ("report.cancel",)
    resumed = decide(pick(cancelled.kept, "resume"), cancelled.kept)
    assert resumed.keys == ("unasked.early_at_notice", "notice.agree")
    assert resumed.kept.unconfirmed == before.unconfirmed


@pytest.mark.parametrize("how", ["tap", "number", "label", "words"])
def test_who_has_second_thoughts_finds_the_way_out_while_a_text_waits(how: str) -> None:
    before = waiting("named", answers={"story": STORY})
    event = {
        "tap": pick(before, "cancel"),
        "number": make_event("3"),
        "label": make_event("ยกเลิก"),
        "words": make_event("ไม่กล้าแล้วค่ะ"),
    }[how]
    outcome = decide(event, before)
    assert outcome.keys == ("report.cancel",)
    assert outcome.kept.unconfirmed == before.unconfirmed  # nothing is gone before it is asked
    assert (outcome.kept.step, outcome.kept.resume) == ("cancel", "named")
