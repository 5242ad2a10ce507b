"""The likely next steps of an officer with a question, as buttons: at most three, and the way to all that wait."""

from collections.abc import Collection, Sequence
from typing import assert_never

from handlers.dialog.effects import run_query
from handlers.dialog.replies import Choice, Phrase
from handlers.questions.messages import ListOpenQuestions, QuestionState, QuestionThread
from handlers.staff.command import QueryGenerator, make_command_button
from handlers.staff.permissions import ServiceCommandName

MAX_NEXT_STEPS = 3
SEARCHED_FOR_NEXT = 20
"""Open questions, soonest due first, among which the next one without an answer is looked for."""


def list_next_steps(
    thread: QuestionThread, *first: Choice, others: Sequence[QuestionThread] = ()
) -> QueryGenerator[tuple[Choice, ...]]:
    """Return the buttons for what is likely next after an act on a question: the next one comes first.

    So that who types “1” once more changes nothing. first: buttons about what was just done, which come after it.
    others: questions that got the same answer.
    """
    following = yield from _offer_next_question({thread.id, *(one.id for one in others)})
    waiting = make_command_button(ServiceCommandName.QUESTIONS)
    if first:
        return (*following, *first, waiting) if following else (waiting, *first)
    ways = [make_command_button(name, thread) for name in list_ways(thread)]
    return (*(*following, *ways)[:MAX_NEXT_STEPS], waiting)


def list_ways(thread: QuestionThread) -> tuple[ServiceCommandName, ...]:
    """Return what is likely done with a question in its state, the likeliest first."""
    if thread.scheduled_by:
        return (ServiceCommandName.UNDO,)
    match thread.state:
        case QuestionState.OPEN:
            return (ServiceCommandName.ANSWER, ServiceCommandName.CLOSE)
        case QuestionState.ANSWERED if thread.published_id:
            return (ServiceCommandName.ANSWER, ServiceCommandName.UNPUBLISH)
        case QuestionState.ANSWERED:
            return (ServiceCommandName.PUBLISH, ServiceCommandName.ANSWER)
        case QuestionState.CLOSED:
            return (ServiceCommandName.ANSWER,)
        case _:
            assert_never(thread.state)


def _offer_next_question(done: Collection[str]) -> QueryGenerator[tuple[Choice, ...]]:
    """Return the button of the next question to answer: of those that wait, the one due first. done: ids of others."""
    listing = yield from run_query(ListOpenQuestions(0, SEARCHED_FOR_NEXT))
    for one in listing.rows:
        if one.id not in done and not one.scheduled_by:
            number = {"number": one.register_number}
            label = Phrase("inquiry.next_question", number)
            return (make_command_button(ServiceCommandName.QUESTION, one, label=label),)
    return ()
