"""List the open questions, show one, and close one without an answer."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from handlers.dialog.effects import Decision, TurnResult, run_query
from handlers.dialog.replies import NEUTRAL, Choice, ExpectedInput, Phrase, Reply
from handlers.dialog.text import disarm_links, shorten_text
from handlers.questions.messages import (
    CloseQuestion,
    FindQuestionByNumber,
    ListOpenQuestions,
    QuestionState,
    QuestionThread,
)
from handlers.questions.similar import FindSimilarQuestions
from handlers.staff.command import (
    CommandHandler,
    QueryGenerator,
    ServiceCommandContext,
    add_unreadable_notice,
    make_command_button,
    make_number_button,
)
from handlers.staff.permissions import ServiceCommandName
from handlers.staff.service.next_steps import list_next_steps
from handlers.staff.state import ServiceWork
from handlers.staff.typed.shown import add_shown_number
from handlers.thai.dates import format_date, to_bangkok_date

OPEN_QUESTIONS_PER_PAGE = 8
QUESTION_EXCERPT_LENGTH = 61
SEARCHED_FOR_WAITING = 100
"""Open questions, soonest due first, among which one's own answer that waits is looked for."""


QuestionHandler: TypeAlias = Callable[[ServiceCommandContext, QuestionThread], Decision]


def with_question(handler: QuestionHandler) -> CommandHandler[ServiceCommandName, ServiceWork]:
    """Return the handler of a command about one question: the question is found first.

    Without a number it is the one that was shown last; taking back is of one's answer that waits. Else the open
    questions are listed.
    """

    def handle_with_question(cmd: ServiceCommandContext) -> Decision:
        if not cmd.command.number and cmd.command.name is ServiceCommandName.UNDO:
            about = yield from _find_own_waiting(cmd)
        else:
            about = add_shown_number(cmd)
        number, year = about.command.number, about.command.year
        if not number:
            return (yield from show_open_questions(about))
        thread = yield from run_query(FindQuestionByNumber(number, year))
        if thread is None:
            back = (make_command_button(ServiceCommandName.QUESTIONS),)
            return cmd.reply("unknown", NEUTRAL, back, number=f"{number}/{year}" if year else number)
        return (yield from handler(about, thread))

    return handle_with_question


def _find_own_waiting(cmd: ServiceCommandContext) -> QueryGenerator[ServiceCommandContext]:
    """Return taking back with the number of the one question of which this person's answer waits, where it is one.

    Else the answer that they wrote last is meant; one to several questions is taken back of all.
    """
    listing = yield from run_query(ListOpenQuestions(0, SEARCHED_FOR_WAITING))
    own = [one for one in listing.rows if one.scheduled_by == cmd.staff.id]
    last = cmd.work.answer
    if (
        last is not None
        and last.others
        and any((one.number, one.fiscal_year) == (last.number, last.year) for one in own)
    ):
        return replace(cmd, command=replace(cmd.command, number=last.number, year=last.year, rest="all"))
    if len(own) == 1:
        return replace(cmd, command=replace(cmd.command, number=own[0].number, year=own[0].fiscal_year))
    if last is not None:
        return replace(cmd, command=replace(cmd.command, number=last.number, year=last.year))
    return cmd


def show_open_questions(cmd: ServiceCommandContext) -> Decision:
    """List the open questions, soonest due first."""
    place = max(1, cmd.command.number)
    listing = yield from run_query(
        ListOpenQuestions((place - 1) * OPEN_QUESTIONS_PER_PAGE, OPEN_QUESTIONS_PER_PAGE + 1)
    )
    found = listing.rows
    if not found and not listing.unreadable:
        return cmd.reply("none", NEUTRAL, (make_command_button(ServiceCommandName.FAQ),))
    many = find_repeated_buckets(found)
    lines = tuple(_format_question_line(thread, cmd, many) for thread in found[:OPEN_QUESTIONS_PER_PAGE])
    choices = [make_number_button(ServiceCommandName.QUESTION, t) for t in found[:OPEN_QUESTIONS_PER_PAGE]]
    if len(found) + len(listing.unreadable) > OPEN_QUESTIONS_PER_PAGE:
        choices.append(
            make_command_button(cmd.command.name, rest=f"{place + 1}", label=Phrase("inquiry.further"))
        )
    turn = (
        cmd.reply("some", NEUTRAL, tuple(choices), wants=ExpectedInput.REGISTER, lines=lines)
        if found
        else cmd.reply("none", NEUTRAL, tuple(choices))
    )
    return add_unreadable_notice(turn, listing.unreadable)


def find_repeated_buckets(found: tuple[QuestionThread, ...]) -> set[str]:
    """Return the marks of who asked more than one of these questions on one day."""
    buckets = [thread.bucket for thread in found if thread.bucket]
    return {bucket for bucket in buckets if buckets.count(bucket) > 1}


def _format_question_line(thread: QuestionThread, cmd: ServiceCommandContext, many: set[str]) -> Phrase:
    late = "late" if thread.answer_by < to_bangkok_date(cmd.ctx.now) else "by"
    late = "held" if thread.scheduled_by else late
    bucket = Phrase("inquiry.bucket", {"bucket": thread.bucket}) if thread.bucket in many else _plain_text("")
    last = thread.lines[-1]
    words = last.text.replace("\n", " ")
    return Phrase(
        "inquiry.line",
        {
            "number": thread.register_number,
            "due": Phrase(f"inquiry.due_{late}", {"day": format_date(thread.answer_by, cmd.ctx.lang)}),
            "words": disarm_links(shorten_text(words, QUESTION_EXCERPT_LENGTH)) or last.display_text,
            "bucket": bucket,
        },
    )


def _plain_text(words: str) -> Phrase:
    return Phrase("literal", {"text": words})


def show_question(cmd: ServiceCommandContext, thread: QuestionThread) -> Decision:
    """Show a question with its thread."""
    near: tuple[QuestionThread, ...] = yield from run_query(FindSimilarQuestions(thread))
    turn = _render_question(cmd, thread)
    return _add_similar(turn, thread, near) if near else turn


def _add_similar(turn: TurnResult, thread: QuestionThread, near: tuple[QuestionThread, ...]) -> TurnResult:
    """Show the questions near one, with a button that answers all of them at once."""
    together = make_answer_together(thread, near)
    note = Reply("inquiry.similar", NEUTRAL, {"lines": format_questions(near)})
    *before, shown = turn.replies
    return replace(
        turn,
        replies=(note, *before, replace(shown, choices=(*shown.choices[:1], together, *shown.choices[1:]))),
    )


def make_answer_together(thread: QuestionThread, near: tuple[QuestionThread, ...]) -> Choice:
    """Return the button that answers a question and those near it at once."""
    return make_command_button(
        ServiceCommandName.ANSWER,
        thread,
        rest=" ".join(f"+{one.register_number}" for one in near),
        label=Phrase("inquiry.answer_together", {"count": len(near) + 1}),
    )


def format_questions(threads: tuple[QuestionThread, ...]) -> tuple[Phrase, ...]:
    """Return a line for each question, with its number and its words."""
    return tuple(
        Phrase("inquiry.similar_line", {"number": one.register_number, "words": one.lines[0].officer_text})
        for one in threads
    )


def _render_question(cmd: ServiceCommandContext, thread: QuestionThread, *before: Reply) -> TurnResult:
    lines = tuple(
        Phrase(
            f"inquiry.line_{one.kind}",
            {"on": format_date(one.on, cmd.ctx.lang), "text": one.officer_text},
        )
        for one in thread.lines
    )
    ways = [ServiceCommandName.ANSWER]
    if thread.state is QuestionState.OPEN:
        ways.append(ServiceCommandName.CLOSE)
    if thread.answer:
        ways.append(ServiceCommandName.PUBLISH)
    if thread.scheduled_by:
        ways = [ServiceCommandName.UNDO]
    choices = (
        *(make_command_button(name, thread) for name in ways),
        make_command_button(ServiceCommandName.QUESTIONS),
    )
    state = Phrase("inquiry.state_held" if thread.scheduled_by else f"thread.{thread.state}")
    turn = cmd.reply("one", NEUTRAL, choices, number=thread.register_number, state=state, lines=lines)
    return replace(turn, replies=(*before, *turn.replies))


def close_without_answer(cmd: ServiceCommandContext, thread: QuestionThread) -> Decision:
    """Close a question without an answer, such as a text that was no question."""
    yield from ()
    if thread.state is not QuestionState.OPEN:
        return _render_question(cmd, thread)
    if thread.scheduled_by:
        return cmd.reply(
            "held_already",
            NEUTRAL,
            (make_command_button(ServiceCommandName.QUESTION, thread),),
            number=thread.register_number,
        )
    act = CloseQuestion(thread.id, thread.seq, to_bangkok_date(cmd.ctx.now))
    return cmd.reply(
        "closed",
        NEUTRAL,
        (yield from list_next_steps(replace(thread, state=QuestionState.CLOSED))),
        (act,),
        number=thread.register_number,
    )
