"""What becomes of an answer, by the kind of question: nothing that is typed or sent is lost."""

from dataclasses import replace
from typing import Any

import pytest

from handlers.dialog.answers import (
    MAX_FILES,
    STORY_FIELD,
    AnswerResult,
    accept_answer,
    accept_file,
    add_to_story,
    append_to_answer,
    replace_answer,
)
from handlers.dialog.choices import make_options
from handlers.dialog.effects import Query, StoreTextFile
from handlers.dialog.events import Event, FileProblem
from handlers.dialog.form import FieldAudience, FieldKind, FormField
from handlers.dialog.replies import NEUTRAL, Reply
from handlers.dialog.session import Session
from handlers.dialog.unasked import describe_unknown_choice
from tests.run_decision import begin_session, make_context, make_event, make_file, run_queries

CASE = FieldAudience.CASE
PICK = FormField("category", FieldKind.PICK, CASE, make_options(("a", "b")))
TEXT = FormField("accused", FieldKind.TEXT, CASE, limit=10)
LONG = FormField("story", FieldKind.LONG, CASE, limit=10)
WHEN = FormField("when", FieldKind.WHEN, CASE, limit=300)
FILES = FormField("evidence", FieldKind.FILES, CASE, limit=20)
STORED = make_file(99, "accused.txt")


def finish(generator: Any) -> tuple[AnswerResult, tuple[Query[Any], ...]]:
    """Drive an answer to its end: its result, and the texts that were stored as files."""
    if isinstance(generator, AnswerResult):
        return generator, ()
    result, queries = run_queries(generator, {StoreTextFile: STORED})
    return result, queries


def accept(field: FormField, event: Event, session: Session) -> AnswerResult:
    """Accept an answer that needs no query."""
    result, queries = finish(accept_answer(field, make_context(event, session)))
    assert queries == ()
    return result


def note(key: str, **args: Any) -> Reply:
    return Reply(key, NEUTRAL, args)


BEFORE = make_context(make_event(), begin_session(answers={"wish": "ขอให้ตรวจสอบ"})).session


def with_answer(**answers: str) -> Session:
    return BEFORE.replace(answers={**BEFORE.answers, **answers})


@pytest.mark.parametrize("text", ["", " ", "\n\t", "\x00", "\u200b", "\u202e\u2066"])
@pytest.mark.parametrize("field", [PICK, TEXT, LONG, WHEN, FILES], ids=lambda field: field.name)
def test_an_empty_text_is_no_answer_to_any_question(field: FormField, text: str) -> None:
    result = accept(field, make_event(text), BEFORE)
    hidden = sum(c in text for c in ("\x00", "\u200b", "\u202e", "\u2066"))
    removed = (note("text.removed", count=hidden),) if hidden else ()
    assert result == AnswerResult(BEFORE, (*removed, note("text.empty")), repeat_question=True)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("ผอ. ก", "ผอ. ก"),
        (" ก\r\nข ", "ก\nข"),
        ("ก" * 10, "ก" * 10),
        ("1", "1"),
        ("๒๕๖๙", "๒๕๖๙"),
        ("e\u0301", "é"),
    ],
)
def test_a_short_text_is_the_answer_and_goes_on(text: str, kept: str) -> None:
    assert accept(TEXT, make_event(text), BEFORE) == AnswerResult(with_answer(accused=kept))


def test_a_second_text_replaces_the_first_and_becomes_the_newest_answer() -> None:
    before = BEFORE.replace(answers={"accused": "เดิม", "wish": "ข"})
    result = accept(TEXT, make_event("ใหม่"), before)
    assert list(result.session.answers.items()) == [("wish", "ข"), ("accused", "ใหม่")]


@pytest.mark.parametrize("text", ["😡", "...", "-", "?!", "— —"])
def test_a_text_without_letters_is_kept_and_asked_again(text: str) -> None:
    for field, name in ((TEXT, "accused"), (LONG, "story")):
        result = accept(field, make_event(text), BEFORE)
        assert result == AnswerResult(
            with_answer(**{name: text}), (note("text.no_letters"),), repeat_question=True
        )


def test_hidden_and_unreadable_characters_are_mentioned_before_anything_else() -> None:
    result = accept(TEXT, make_event("\u202eก\ufffd\x00"), BEFORE)
    assert result == AnswerResult(
        with_answer(accused="ก\ufffd"), (note("text.removed", count=2), note("text.unreadable", count=1))
    )


def test_a_long_answer_grows_by_lines_and_is_asked_for_more() -> None:
    first = accept(LONG, make_event("หนึ่ง"), BEFORE)
    assert first == AnswerResult(with_answer(story="หนึ่ง"), repeat_question=True)
    assert accept(LONG, make_event("ครับ"), first.session).session == with_answer(story="หนึ่ง\nครับ")


@pytest.mark.parametrize("length", [11, 25, 30_000])
def test_what_exceeds_the_limit_becomes_a_file(length: int) -> None:
    text = "".join(chr(0x0E01 + i % 40) for i in range(length))
    result, queries = finish(accept_answer(TEXT, make_context(make_event(text), BEFORE)))
    assert queries == (StoreTextFile(text[10:], "accused.txt"),)
    told = note("text.overflow", limit="10", rest=f"{length - 10:,}")
    assert result == AnswerResult(with_answer(accused=text[:10]).replace(files=(STORED,)), (told,))


def test_with_twenty_files_the_rest_of_a_text_goes_back_into_the_input() -> None:
    full = BEFORE.replace(files=tuple(make_file(n) for n in range(MAX_FILES)))
    result, queries = finish(replace_answer(full, "accused", "ก" * 12, 10))
    assert queries == ()
    told = note("text.full", limit="10", rest="2", unsent="กก")
    assert result == AnswerResult(
        full.replace(answers={**full.answers, "accused": "ก" * 10}), (told,), repeat_question=True
    )


def test_appending_counts_the_line_break() -> None:
    result, queries = finish(append_to_answer(with_answer(story="ก" * 9), "story", "ข", 10))
    assert queries == (StoreTextFile("ข", "story.txt"),)
    assert result.session.answers["story"] == "ก" * 9 + "\n"


@pytest.mark.parametrize(
    ("text", "key", "args"),
    [
        ("12 ม.ค. 2569", "when.read", {"when": "12 มกราคม 2569"}),
        ("๑๒ มกราคม ๒๕๖๙", "when.read", {"when": "12 มกราคม 2569"}),
        ("12/1/69", "when.read", {"when": "12 มกราคม 2569"}),
        ("2026-01-12", "when.read", {"when": "12 มกราคม 2569"}),
        ("เมื่อวาน", "when.read", {"when": "21 พฤศจิกายน 2569"}),
        ("วันนี้ค่ะ", "when.read", {"when": "22 พฤศจิกายน 2569"}),
        ("ปี 2568", "when.read", {"when": "พ.ศ. 2568"}),
        ("5-7 ม.ค. 2569 แต่เพิ่งทราบวันนี้", "when.read", {"when": "5–7 มกราคม 2569"}),
        ("เดือนนี้", "when.read", {"when": "พฤศจิกายน 2569"}),
        ("ต้นเดือนที่แล้ว", "when.about", {"when": "1–10 ตุลาคม 2569"}),
        ("12 มีนา", "when.without_year", {"when": "12 มีนาคม 2569"}),
        ("ทุกวันนี้ก็ยังทำอยู่", "when.as_typed", {}),
        ("12/1/00", "when.as_typed", {}),
        ("ช่วงก่อนเปิดเทอม", "when.as_typed", {}),
        ("31 ก.พ. 2569", "when.as_typed", {}),
        ("99/99/99", "when.as_typed", {}),
        ("😡", "when.as_typed", {}),
    ],
)
def test_a_day_is_repeated_as_it_was_understood_and_kept_as_it_was_typed(
    text: str, key: str, args: dict[str, Any]
) -> None:
    assert accept(WHEN, make_event(text), BEFORE) == AnswerResult(
        with_answer(when=text), (note(key, **args),)
    )


@pytest.mark.parametrize("text", ["23 พ.ย. 2569", "1/1/2571", "2027-01-01", "20-25 พ.ย. 2569", "พรุ่งนี้"])
def test_a_day_that_has_not_come_is_asked_again(text: str) -> None:
    result = accept(WHEN, make_event(text), BEFORE)
    assert result.repeat_question
    assert [reply.key for reply in result.notes] == ["when.future"]
    assert result.session == with_answer(when=text)


def test_a_text_at_the_files_question_is_a_note_beside_them() -> None:
    first = accept(FILES, make_event("อยู่ตู้สาม"), BEFORE)
    assert first == AnswerResult(
        with_answer(evidence_note="อยู่ตู้สาม"), (note("file.note"),), repeat_question=True
    )
    second = accept(FILES, make_event("ชั้นสอง"), first.session)
    assert second.session == with_answer(evidence_note="อยู่ตู้สาม\nชั้นสอง")


@pytest.mark.parametrize("text", ["9", "ไม่รู้", "ฮะ"])
def test_a_slip_at_a_choice_is_not_kept(text: str) -> None:
    result = accept(PICK, make_event(text), BEFORE)
    assert result == AnswerResult(BEFORE, (describe_unknown_choice(make_event(text)),), repeat_question=True)


def test_an_account_at_a_choice_is_never_kept_as_its_answer() -> None:
    text = "ผู้อำนวยการเรียกเงินค่ารับนักเรียน"
    assert accept(PICK, make_event(text), BEFORE).session == BEFORE


@pytest.mark.parametrize("field", [PICK, TEXT, LONG, WHEN], ids=lambda field: field.name)
def test_a_file_is_evidence_at_any_question(field: FormField) -> None:
    file = make_file()
    result = accept(field, make_event(file=file), BEFORE)
    kept = note("file.kept", name=file.name, count=1)
    assert result == AnswerResult(
        BEFORE.replace(files=(file,)), (kept,), repeat_question=True, placement=(note("file.early"),)
    )


@pytest.mark.parametrize(
    ("parts", "key"),
    [
        ({}, "file.kept"),
        ({"coming": True}, "file.coming"),
        ({"misnamed": True}, "file.misnamed"),
        ({"cut": True, "misnamed": True}, "file.cut"),
    ],
)
def test_a_file_where_it_was_asked_for(parts: dict[str, Any], key: str) -> None:
    file = make_file(**parts)
    result = accept_file(FILES, BEFORE.replace(files=(make_file(2),)), file)
    assert result.session.files == (make_file(2), file)
    assert (result.notes, result.placement) == ((note(key, name=file.name, count=2),), ())


@pytest.mark.parametrize("problem", list(FileProblem))
def test_a_file_that_was_not_stored_is_named_with_the_reason(problem: FileProblem) -> None:
    file = replace(make_file(problem=problem), id="")
    told = note(f"file.{problem}", name=file.name, most=MAX_FILES)
    for field in (FILES, TEXT):
        assert accept_file(field, BEFORE, file) == AnswerResult(BEFORE, (told,), repeat_question=True)


def test_the_twenty_first_file_is_one_too_many() -> None:
    full = BEFORE.replace(files=tuple(make_file(n) for n in range(MAX_FILES)))
    told = note("file.too_many", name="ภาพ.jpg", most=MAX_FILES)
    assert accept_file(FILES, full, make_file(30)) == AnswerResult(full, (told,), repeat_question=True)


def test_a_text_that_belongs_to_the_story_is_appended_to_it() -> None:
    before = with_answer(story="ต้นเรื่อง")
    result, queries = finish(add_to_story(before, "เจ้าหน้าที่เรียกเงิน"))
    assert queries == ()
    assert result == AnswerResult(
        with_answer(story="ต้นเรื่อง\nเจ้าหน้าที่เรียกเงิน"), placement=(note("pick.story"),)
    )


def test_an_account_longer_than_the_story_may_be_goes_into_a_file() -> None:
    text = "ก" * (STORY_FIELD.limit + 5)
    result, queries = finish(add_to_story(BEFORE, text))
    assert queries == (StoreTextFile("ก" * 5, "story.txt"),)
    assert result.notes == (note("text.overflow", limit="20,000", rest="5"),)
