"""The next steps that are offered after an act at the service desk: at most three, none of which is refused."""

from dataclasses import replace

import pytest

from handlers.dialog.effects import Listing
from handlers.questions.messages import (
    FindQuestionByNumber,
    ListOpenQuestions,
    QuestionState,
    QuestionThread,
    ThreadLine,
    ThreadLineKind,
)
from handlers.staff.service.next_steps import MAX_NEXT_STEPS, list_ways
from tests.handlers.questions.test_follow import OPEN
from tests.handlers.staff.officer_commands import TODAY, list_commands
from tests.handlers.staff.service.service_officer import give
from tests.run_decision import AnswerByQuery

NEXT = replace(OPEN, id="t9", number=9)
ANSWER = ThreadLine(2, TODAY, ThreadLineKind.ANSWER, "ยืมได้")
ANSWERED = replace(OPEN, state=QuestionState.ANSWERED, lines=(*OPEN.lines, ANSWER))
THREADS = (
    OPEN,
    ANSWERED,
    replace(ANSWERED, published_id="p1"),
    replace(OPEN, state=QuestionState.CLOSED),
    replace(OPEN, scheduled_by="s1"),
)
REFUSALS = {"inquiry.refused", "inquiry.unknown", "inquiry.publish_early", "inquiry.undo_nothing"}


@pytest.mark.parametrize("thread", THREADS)
def test_what_is_offered_is_not_refused(thread: QuestionThread) -> None:
    for name in list_ways(thread):
        outcome = give(f"/{name} 1", answers={FindQuestionByNumber: AnswerByQuery(lambda _query: thread)})
        assert REFUSALS.isdisjoint(outcome.keys), name


def test_after_an_act_the_next_question_comes_first_and_taking_back_never_does() -> None:
    answers = {ListOpenQuestions: Listing((OPEN, replace(NEXT, id="t8", scheduled_by="s2"), NEXT))}
    closed = give("/close 1", answers=answers)
    assert list_commands(closed.replies[-1].choices) == ["/question 9/2570", "/answer 1/2570", "/questions"]
    written = give("/answer 1 ยืมได้", answers=answers)
    sent = give(f"/confirm y{written.kept.prompt_number}", session=written.kept, answers=answers)
    offered = list_commands(sent.replies[-1].choices)
    assert offered == ["/question 9/2570", "/undo 1/2570", "/questions"]
    assert len(offered) <= MAX_NEXT_STEPS + 1


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("/theme K7M2QX การเดินทาง 3", ["/consult", "/opinions", "/questions"]),
        ("/merge 1 1", ["/questions", "/faq", "/opinions"]),
    ],
)
def test_words_without_buttons_of_their_own_have_those_of_their_group(typed: str, offered: list[str]) -> None:
    assert list_commands(give(typed).replies[-1].choices) == offered


def test_where_a_text_is_waited_for_nothing_is_offered_beside_it() -> None:
    asked = give("/answer 1")
    assert (asked.keys, asked.replies[-1].choices) == (("inquiry.answer_ask",), ())
