"""One answer for several questions that are near each other: shown once, sent to each asker."""

from dataclasses import replace

import pytest

from handlers.dialog.effects import Listing
from handlers.questions.messages import (
    CancelAnswer,
    FindQuestionByNumber,
    ListOpenQuestions,
    OutgoingAnswer,
    QuestionState,
    QuestionThread,
    ScheduleAnswer,
    ThreadLine,
    ThreadLineKind,
)
from handlers.questions.similar import FindSimilarQuestions
from handlers.staff.parse import ParsedCommand
from handlers.staff.permissions import ServiceCommandName
from handlers.staff.state import AwaitingText
from tests.handlers.questions.test_follow import OPEN
from tests.handlers.staff.officer_commands import TODAY
from tests.handlers.staff.service.service_officer import give, pending, told
from tests.in_memory_desk import MORNING
from tests.run_decision import AnswerByQuery, Outcome

SECOND, THIRD = (replace(OPEN, id=f"t{n}", number=n) for n in (2, 3))


def say(words: str, *threads: QuestionThread, after: Outcome | None = None) -> Outcome:
    """Give a command. threads: the questions that there are."""
    by_number = {one.number: one for one in threads or (OPEN, SECOND, THIRD)}
    find = AnswerByQuery(lambda query: by_number.get(query.number))
    near = by_number.get(2), by_number.get(3)
    answers = {
        ListOpenQuestions: Listing(threads),
        FindQuestionByNumber: find,
        FindSimilarQuestions: tuple(one for one in near if one),
    }
    return give(words, session=after.kept if after else None, answers=answers)


def confirm(shown: Outcome, *threads: QuestionThread, yes: str = "y") -> Outcome:
    return say(f"/confirm {yes}{shown.kept.prompt_number}", *threads, after=shown)


def schedule(*threads: QuestionThread) -> tuple[ScheduleAnswer, ...]:
    return tuple(ScheduleAnswer(OutgoingAnswer(one.id, "s1", "ยืมได้"), 1) for one in threads)


def test_a_question_is_shown_with_those_near_it_and_they_are_answered_together() -> None:
    shown = say("/question 1")
    assert shown.keys == ("inquiry.similar", "inquiry.one")
    together = shown.replies[1].choices[1]
    assert together.data == "/answer 1/2570 +2/2570 +3/2570"
    asked = say(together.data, after=shown)
    assert told(asked) == ("answer_ask_several", ())
    assert asked.replies[0].args["count"] == 3
    written = say(f"{together.data} ยืมได้", after=asked)
    assert (written.keys, written.acts) == (("inquiry.send_several", "inquiry.send_ask"), ())
    done = confirm(written)
    assert told(done) == ("held", schedule(OPEN, SECOND, THIRD))
    undo = [choice.data for choice in done.replies[0].choices if choice.data.startswith("/undo")]
    assert undo == ["/undo 1/2570 all", "/undo 1/2570", "/undo 2/2570", "/undo 3/2570"]
    assert told(confirm(written, OPEN, SECOND, THIRD)) == told(done)
    assert told(say(f"/confirm y{written.kept.prompt_number}", after=done)) == ("send_stale", ())


def test_what_changed_meanwhile_is_left_out_and_named() -> None:
    written = say("/answer 1 +2 +3/2570 ยืมได้")
    more = replace(SECOND, lines=(*OPEN.lines, ThreadLine(2, TODAY, ThreadLineKind.MORE, "กี่หลัง")))
    done = confirm(written, OPEN, more, replace(THIRD, scheduled_by="s2"))
    assert done.keys == ("inquiry.several_left", "inquiry.held")
    assert done.replies[0].args == {"numbers": "2/2570, 3/2570"}
    assert done.acts == schedule(OPEN)


def test_what_cannot_be_answered_is_no_part_of_it() -> None:
    answered = replace(SECOND, state=QuestionState.ANSWERED)
    written = say("/answer 1 +1 +2 +3 +3 ยืมได้", OPEN, answered, THIRD)
    assert written.kept.officer.service.answer is not None
    assert written.kept.officer.service.answer.others == ((3, 2570, 1),)
    assert told(say("/answer 1 +2 ยืมได้", OPEN, answered)) == ("send_ask", ())


def test_an_answer_that_begins_with_a_plus_is_one() -> None:
    for text in ("+66 53 000 000 โทรได้", "+2 53 000 000 โทรได้", "+2 (0) 53 โทรได้", "+2ใบ", "+2000000 บาท"):
        shown = say(f"/answer 1 {text}")
        assert shown.replies[-1].args["seen"] == OPEN.format_answer_text(text)


def test_a_text_that_is_not_sent_is_asked_for_again_for_all() -> None:
    dropped = confirm(say("/answer 1 +2 ยืมได้"), yes="n")
    assert told(dropped) == ("send_dropped", ())
    assert pending(dropped) == AwaitingText(ParsedCommand(ServiceCommandName.ANSWER, 1, 2570, "+2/2570"))


def list_waiting() -> list[QuestionThread]:
    due = int(MORNING.timestamp()) + 60
    return [replace(one, scheduled_by="s1", send_at=due) for one in (OPEN, SECOND, THIRD)]


@pytest.mark.parametrize("typed", ["/undo", "/undo 1 all", "/undo 1 ทั้งหมด", "/เรียกคืน"])
def test_one_answer_to_several_is_taken_back_of_all_where_no_single_one_is_named(typed: str) -> None:
    done = confirm(say("/answer 1 +2 +3 ยืมได้"))
    back = say(typed, *list_waiting(), after=done)
    assert back.keys == ("inquiry.undo_done", "inquiry.undo_text")
    assert back.replies[0].args == {"number": "1/2570, 2/2570, 3/2570"}
    assert back.acts == tuple(CancelAnswer(one.id, "s1") for one in (OPEN, SECOND, THIRD))
    assert pending(back) == AwaitingText(ParsedCommand(ServiceCommandName.ANSWER, 1, 2570, "+2/2570 +3/2570"))
    gone = [replace(one, scheduled_by="", send_at=0) for one in list_waiting()]
    assert told(say(typed, *gone, after=back)) == ("undo_nothing", ())


def test_taking_back_one_of_several_tells_which_still_go() -> None:
    done = confirm(say("/answer 1 +2 +3 ยืมได้"))
    labels = [one.args for one in done.replies[0].choices if one.data.startswith("/undo")]
    assert labels == [{"count": 3}, {"number": "1/2570"}, {"number": "2/2570"}, {"number": "3/2570"}]
    waiting = list_waiting()
    back = say("/undo 2", *waiting, after=done)
    assert back.keys == ("inquiry.undo_done", "inquiry.undo_text", "inquiry.undo_left")
    assert back.acts == (CancelAnswer("t2", "s1"),)
    assert back.replies[2].args == {"numbers": "1/2570, 3/2570"}
    assert [one.data for one in back.replies[2].choices] == [
        "/undo 1/2570 all",
        "/undo 1/2570",
        "/undo 3/2570",
    ]
    alone = say("/undo 2", OPEN, waiting[1], replace(THIRD, scheduled_by="s2"), after=done)
    assert alone.keys == ("inquiry.undo_done", "inquiry.undo_text")
