"""The views of questions: whose words are shown, what stands beside them, and what may be done."""

from dataclasses import replace
from datetime import date

from handlers.dialog.effects import Listing
from handlers.dialog.replies import Phrase
from handlers.questions.messages import (
    AnswerMatch,
    FindKnownAnswers,
    FindQuestionByNumber,
    ListOpenQuestions,
    QuestionState,
    QuestionThread,
    ThreadLine,
    ThreadLineKind,
)
from handlers.staff.workspace.paging import ROWS_PER_PAGE
from handlers.staff.workspace.service.questions import KnownAnswer, list_waiting_questions, open_question
from tests.handlers.questions.test_follow import OPEN
from tests.handlers.staff.officer_commands import OFFICER
from tests.handlers.staff.workspace.service.views import show

PERSONAL = replace(
    OPEN,
    lines=(ThreadLine(1, date(2026, 11, 21), ThreadLineKind.ASKED, "ถามแทนนายสมชาย ใจดี โทร 081-234-5678"),),
)
ANSWERED = replace(
    OPEN,
    state=QuestionState.ANSWERED,
    lines=(*OPEN.lines, ThreadLine(9, date(2026, 11, 22), ThreadLineKind.ANSWER, "ยืมได้")),
)
ENTRY = AnswerMatch("k.hours", "เปิดกี่โมง", "08.30-16.30 น.", "https://office.example")
POSTED = AnswerMatch("b.p1", "ขอยืมเต็นท์ได้ไหม", "ยืมได้")


def open_one(thread: QuestionThread | None, known: tuple[AnswerMatch, ...] = ()) -> object:
    return show(
        lambda cmd: open_question(cmd, 12, 2570),
        answers={FindQuestionByNumber: thread, FindKnownAnswers: known},
    )


def test_the_list_shows_words_only_after_a_recent_factor() -> None:
    listed = show(lambda cmd: list_waiting_questions(cmd, 1))
    (row,) = listed.rows
    assert (row.number, row.year, row.place) == (OPEN.register_number, OPEN.fiscal_year, OPEN.number)
    assert row.words == OPEN.lines[-1].text
    unverified = show(lambda cmd: list_waiting_questions(cmd, 1), verified=False)
    assert replace(row, words="") == unverified.rows[0]


def test_a_page_ends_where_another_begins_and_unreadable_rows_are_told() -> None:
    many = tuple(replace(OPEN, number=number) for number in range(1, ROWS_PER_PAGE + 2))
    listed = show(
        lambda cmd: list_waiting_questions(cmd, 2), answers={ListOpenQuestions: Listing(many, ("99/2570",))}
    )
    assert (len(listed.rows), listed.page, listed.has_more, listed.unreadable) == (
        ROWS_PER_PAGE,
        2,
        True,
        ("99/2570",),
    )


def test_who_asked_twice_today_is_marked() -> None:
    twice = (
        replace(OPEN, bucket="A1B2"),
        replace(OPEN, number=13, bucket="A1B2"),
        replace(OPEN, bucket="ZZ"),
    )
    listed = show(lambda cmd: list_waiting_questions(cmd, 1), answers={ListOpenQuestions: Listing(twice)})
    assert [row.same_asker for row in listed.rows] == ["A1B2", "A1B2", ""]


def test_personal_data_in_a_question_is_marked() -> None:
    view = open_one(PERSONAL)
    assert view is not None
    assert view.lines[0].found == ("นายสมชาย ใจดี", "081-234-5678")  # type: ignore[attr-defined]


def test_known_answers_stand_beside_with_the_command_that_proposes_them() -> None:
    view = open_one(OPEN, (ENTRY, POSTED))
    number = OPEN.register_number
    assert view.known == (  # type: ignore[attr-defined]
        KnownAnswer("เปิดกี่โมง", "08.30-16.30 น.", "https://office.example", f"/answer {number} =hours"),
        KnownAnswer("ขอยืมเต็นท์ได้ไหม", "ยืมได้", "", f"/answer {number}", "ยืมได้", is_on_board=True),
    )


def test_what_may_be_done_follows_the_state() -> None:
    def may(thread: QuestionThread) -> tuple[bool, ...]:
        one = show(lambda cmd: open_question(cmd, 12, 2570), answers={FindQuestionByNumber: thread})
        assert one is not None
        return one.can_answer, one.can_close, one.can_undo, one.can_publish

    assert may(OPEN) == (True, True, False, False)
    assert may(ANSWERED) == (True, False, False, True)
    assert may(replace(OPEN, scheduled_by=OFFICER.id)) == (False, False, True, False)
    assert may(replace(ANSWERED, scheduled_by="s9")) == (False, False, False, False)


def test_an_answered_question_brings_its_text_to_publish_and_looks_nothing_up() -> None:
    view = show(lambda cmd: open_question(cmd, 12, 2570), answers={FindQuestionByNumber: ANSWERED})
    assert view is not None
    assert view.publication == f"ถาม: {OPEN.question}\nตอบ: ยืมได้"
    assert view.known == ()
    assert view.state == Phrase("thread.answered")


def test_no_question_of_this_number() -> None:
    assert open_one(None) is None
