"""Answer a question: preview, one confirmation, then an undo window before it is sent."""

import re
from collections.abc import Generator, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from handlers.dialog.effects import Decision, Query, TurnResult, run_query
from handlers.dialog.replies import (
    KEEPS_TEXT,
    NEUTRAL,
    Choice,
    OfficerPageAction,
    Phrase,
    Presentation,
    Reply,
)
from handlers.questions.contact_answers import fill_contact
from handlers.questions.faq_messages import GetFaqCatalogue
from handlers.questions.messages import (
    CancelAnswer,
    FindQuestionByNumber,
    OutgoingAnswer,
    QuestionState,
    QuestionThread,
    ScheduleAnswer,
)
from handlers.questions.similar import MAX_SIMILAR
from handlers.staff.command import ServiceCommandContext, make_command_button, make_prompt_buttons
from handlers.staff.parse import ParsedCommand, parse_prompt_answer, split_number
from handlers.staff.permissions import ServiceCommandName
from handlers.staff.sending.undo_window import (
    UNDO_SECONDS,
    UndoHindrance,
    choose_undo,
    is_due,
)
from handlers.staff.service.faq_drafts import show_draft
from handlers.staff.service.next_steps import list_next_steps
from handlers.staff.service.questions import format_questions
from handlers.staff.state import TAKEN_BACK, ProposedAnswer
from handlers.thai.dates import format_date
from handlers.thai.text import clean_text

MAX_ANSWER_LENGTH = 3_000
"""Characters of an answer."""


ALL_WORDS = frozenset({"all", "ทั้งหมด", "ทุกข้อ"})
"""What is typed after `/undo N` so that an answer to several questions is taken back of each."""

_TELLS_WAIT = Presentation(officer_page=OfficerPageAction.RELOAD)

OthersGenerator: TypeAlias = Generator[Query[Any], Any, tuple[QuestionThread, ...]]

_OTHER_NUMBER = re.compile(r"\+([0-9]{1,6})(?:/([0-9]{4})(?=\s|$)|(?=\s|$)(?!\s*\(?\d))")
"""One without a year is no number of a question where digits follow: +66 53 112 233 is a telephone number."""
_OTHER_NUMBERS = re.compile(rf"(?:{_OTHER_NUMBER.pattern}\s*)+")


def answer_question(cmd: ServiceCommandContext, thread: QuestionThread) -> Decision:
    """Answer a question. The text `=id` is replaced by the answer of that FAQ entry.

    Numbers with a plus before the text are questions that get the same answer: `/answer 12 +13 +15 text`.
    """
    numbers, words = _split_other_numbers(cmd.command.rest)
    if not (yield from _are_questions(numbers)):
        numbers, words = [], cmd.command.rest
    others = yield from _find_others(thread, numbers)
    text = clean_text(words).text
    if not text:
        return _ask_for_answer(cmd, thread, others)
    if len(text) > MAX_ANSWER_LENGTH:
        return cmd.reply("too_long", NEUTRAL, limit=MAX_ANSWER_LENGTH)
    if text.startswith("="):
        catalogue = yield from run_query(GetFaqCatalogue())
        entry = next((one for one in catalogue.entries if one.id == text[1:].strip()), None)
        if entry is None:
            return cmd.reply(
                "faq_unknown", NEUTRAL, (make_command_button(ServiceCommandName.FAQ),), id=text[1:60]
            )
        if entry.is_draft:
            return show_draft(cmd, catalogue.entries, entry)
        answer = fill_contact(entry.answer, cmd.ctx.office.contact)
        if not answer:
            return cmd.reply("faq_no_contact", NEUTRAL, (make_command_button(ServiceCommandName.FAQ),))
        text = f"{answer}\n{entry.link}" if entry.link else answer
    return _propose_answer(cmd, thread, text, others=others)


def _split_other_numbers(rest: str) -> tuple[list[tuple[int, int]], str]:
    """Return the number and year (0 where none was typed) of each further question, and the text after them."""
    head = _OTHER_NUMBERS.match(rest)
    if head is None:
        return [], rest
    return [(int(n), int(year or 0)) for n, year in _OTHER_NUMBER.findall(head[0])], rest[head.end() :]


def _find_others(thread: QuestionThread, numbers: Sequence[tuple[int, int]]) -> OthersGenerator:
    """Return the further questions that can be answered now, each once."""
    found = dict[str, QuestionThread]()
    for number, year in numbers[:MAX_SIMILAR]:
        one = yield from run_query(FindQuestionByNumber(number, year))
        if one is not None and one.id != thread.id and _is_open(one):
            found[one.id] = one
    return tuple(found.values())


def _are_questions(numbers: Sequence[tuple[int, int]]) -> Generator[Query[Any], Any, bool]:
    """Whether each number is that of a question; else it is a part of the answer, as in a telephone number."""
    for number, year in numbers:
        if (yield from run_query(FindQuestionByNumber(number, year))) is None:
            return False
    return True


def _is_open(thread: QuestionThread) -> bool:
    return thread.state is QuestionState.OPEN and not thread.scheduled_by


def _ask_for_answer(
    cmd: ServiceCommandContext, thread: QuestionThread, others: tuple[QuestionThread, ...]
) -> TurnResult:
    asked = thread.lines[0].officer_text
    if not others:
        return _await_answer(cmd, thread).reply(
            "answer_ask", NEUTRAL, number=thread.register_number, asked=asked
        )
    lines = format_questions((thread, *others))
    waiting = _await_answer(cmd, thread, [(one.number, one.fiscal_year) for one in others])
    return waiting.reply("answer_ask_several", NEUTRAL, count=len(lines), lines=lines)


def answer_as_other_question(cmd: ServiceCommandContext, thread: QuestionThread) -> Decision:
    """Answer a question with the answer of another question: `/merge 12 9`."""
    number, year, _ = split_number(cmd.command.rest)
    into = (yield from run_query(FindQuestionByNumber(number, year))) if number else None
    if into is None or into.id == thread.id:
        return cmd.reply("merge_ask", NEUTRAL, number=thread.register_number)
    if into.scheduled_by:
        shown = make_command_button(ServiceCommandName.QUESTION, thread)
        return cmd.reply("merge_held", NEUTRAL, (shown,), other=into.register_number)
    if not into.answer:
        label = Phrase("inquiry.to_question", {"number": into.register_number})
        there = make_command_button(
            ServiceCommandName.QUESTION, into, label=label
        )  # not a box on this one's page
        return cmd.reply("merge_open", NEUTRAL, (there,), other=into.register_number)
    return _propose_answer(cmd, thread, into.answer)


def _propose_answer(
    cmd: ServiceCommandContext,
    thread: QuestionThread,
    text: str,
    *before: Reply,
    others: tuple[QuestionThread, ...] = (),
) -> TurnResult:
    """Show what the asker will read, and ask to confirm it. The text is kept in the session."""
    if thread.scheduled_by:
        return _reply_already_scheduled(cmd, thread, text)
    prompt = cmd.ctx.session.prompt_number + 1
    same = tuple((one.number, one.fiscal_year, one.seq) for one in others)
    proposed = ProposedAnswer(thread.number, thread.fiscal_year, thread.seq, text, prompt, same)
    kept = replace(cmd, ctx=cmd.ctx.replace_session(prompt_number=prompt)).with_work(
        replace(cmd.work, answer=proposed)
    )
    buttons = make_prompt_buttons(ServiceCommandName.CONFIRM, prompt, "inquiry.send_yes", "inquiry.send_no")
    seen = thread.format_answer_text(text)
    turn = kept.reply("send_ask", NEUTRAL, buttons, number=thread.register_number, seen=seen)
    if others:
        lines = format_questions(others)
        before = (*before, Reply("inquiry.send_several", NEUTRAL, {"count": len(lines), "lines": lines}))
    return replace(turn, replies=(*before, *turn.replies))


def _reply_already_scheduled(cmd: ServiceCommandContext, thread: QuestionThread, text: str) -> TurnResult:
    back = (make_command_button(ServiceCommandName.QUESTION, thread),)
    return cmd.reply("held_meanwhile", NEUTRAL, back, number=thread.register_number, text=text)


def confirm_answer(cmd: ServiceCommandContext) -> Decision:
    """Schedule the proposed answer or drop it. Where the thread has new lines since, show it once more."""
    proposed, pressed = cmd.work.answer, parse_prompt_answer(cmd.command.rest)
    if proposed is None or not pressed.is_to(proposed.prompt):
        back = (make_command_button(ServiceCommandName.QUESTIONS),)
        return cmd.reply("send_stale", NEUTRAL, back, presentation=KEEPS_TEXT)
    thread = yield from run_query(FindQuestionByNumber(proposed.number, proposed.year))
    if thread is None:
        number = f"{proposed.number}/{proposed.year}"
        return cmd.reply(
            "unknown", NEUTRAL, (make_command_button(ServiceCommandName.QUESTIONS),), number=number
        )
    text, answered = proposed.text, cmd.with_work(replace(cmd.work, answer=replace(proposed, prompt=None)))
    if not pressed.is_yes:
        waiting = _await_answer(answered, thread, [(number, year) for number, year, _ in proposed.others])
        return waiting.reply(
            "send_dropped",
            NEUTRAL,
            (make_command_button(ServiceCommandName.QUESTION, thread),),
            number=thread.register_number,
            text=text,
        )
    if thread.scheduled_by:
        return _reply_already_scheduled(cmd, thread, text)
    others = yield from _find_others(thread, [(number, year) for number, year, _ in proposed.others])
    if thread.seq != proposed.seq:
        return _propose_answer(
            cmd, thread, text, _format_lines_since(thread, proposed.seq, cmd), others=others
        )
    return (yield from _schedule(answered, (thread, *others), proposed))


def _schedule(
    cmd: ServiceCommandContext, threads: tuple[QuestionThread, ...], proposed: ProposedAnswer
) -> Decision:
    """Schedule an answer for each question, save those to which something was added since they were shown."""
    seen = {(number, year): seq for number, year, seq in proposed.others}
    first, *others = threads
    same = [one for one in others if seen[one.number, one.fiscal_year] == one.seq]
    acts = tuple(
        ScheduleAnswer(OutgoingAnswer(one.id, cmd.staff.id, proposed.text), one.seq) for one in (first, *same)
    )
    answered = {(one.number, one.fiscal_year) for one in same}
    left = ", ".join(f"{number}/{year}" for number, year in seen if (number, year) not in answered)
    undo = [_make_undo_button(one, named=bool(same)) for one in (first, *same)]
    if same:
        undo.insert(0, _make_undo_all_button(first, 1 + len(same)))
    choices = yield from list_next_steps(replace(first, scheduled_by=cmd.staff.id), *undo, others=same)
    numbers = ", ".join(one.register_number for one in (first, *same))
    turn = cmd.reply(
        "held", NEUTRAL, choices, acts, number=numbers, seconds=UNDO_SECONDS, presentation=_TELLS_WAIT
    )
    if not left:
        return turn
    return replace(turn, replies=(Reply("inquiry.several_left", NEUTRAL, {"numbers": left}), *turn.replies))


def _format_lines_since(thread: QuestionThread, seq: int, cmd: ServiceCommandContext) -> Reply:
    """Return the lines written since an answer was shown."""
    lines = tuple(
        Phrase(
            f"inquiry.line_{one.kind}",
            {"on": format_date(one.on, cmd.ctx.lang), "text": one.officer_text},
        )
        for one in thread.lines
        if one.seq > seq
    )
    return Reply("inquiry.send_meanwhile", NEUTRAL, {"number": thread.register_number, "lines": lines})


def undo_answer(cmd: ServiceCommandContext, thread: QuestionThread) -> Decision:
    """Cancel the scheduled answer (`choose_undo`), and give its text back to the officer who wrote it.

    `/undo 12 all`, and without a number: the same answer is taken back of all questions to which it still waits to go.
    """
    number, chosen = thread.register_number, choose_undo(thread.waiting, cmd.staff, cmd.ctx.now)
    if isinstance(chosen, UndoHindrance):
        steps = yield from list_next_steps(thread)
        return cmd.reply(f"undo_{chosen}", NEUTRAL, steps, number=number)
    if chosen.staff != cmd.staff.id:
        steps = yield from list_next_steps(replace(thread, scheduled_by="", send_at=0))
        cancel = CancelAnswer(thread.id, chosen.staff, by=cmd.staff.id)  # its text is its author's
        return cmd.reply("undo_done", NEUTRAL, steps, (cancel,), number=number)
    proposed = cmd.work.answer
    together = (
        [] if proposed is None else [(proposed.number, proposed.year), *(one[:2] for one in proposed.others)]
    )
    is_last = (thread.number, thread.fiscal_year) in together
    left = (yield from _find_still_going(cmd, thread, together)) if is_last else ()
    takes_all = cmd.command.rest.strip() in ALL_WORDS
    taken = (thread, *left) if takes_all else (thread,)
    waiting = _await_answer(cmd, thread, [(one.number, one.fiscal_year) for one in taken[1:]])
    done = Reply("inquiry.undo_done", NEUTRAL, {"number": ", ".join(one.register_number for one in taken)})
    acts = tuple(CancelAnswer(one.id, cmd.staff.id) for one in taken)
    back = (make_command_button(ServiceCommandName.QUESTION, thread),)
    if proposed is None or not is_last:
        return waiting.reply_with(replace(done, choices=back), acts=acts)
    text = Reply("inquiry.undo_text", NEUTRAL, {"text": proposed.text, TAKEN_BACK: proposed.text}, back)
    if takes_all or not left:
        return waiting.reply_with(done, text, acts=acts)
    numbers = ", ".join(one.register_number for one in left)
    undo = [_make_undo_button(one, named=True) for one in left]
    if len(left) > 1:
        undo.insert(0, _make_undo_all_button(left[0], len(left)))
    going = Reply("inquiry.undo_left", NEUTRAL, {"numbers": numbers}, tuple(undo))
    return waiting.reply_with(done, replace(text, choices=()), going, acts=acts)


def _find_still_going(
    cmd: ServiceCommandContext, thread: QuestionThread, numbers: Sequence[tuple[int, int]]
) -> OthersGenerator:
    """Return the other questions of one answer to which it still waits to go, so that it can be taken back there."""
    found = list[QuestionThread]()
    for number, year in numbers:
        one = yield from run_query(FindQuestionByNumber(number, year))
        if one is None or one.id == thread.id or one.scheduled_by != cmd.staff.id:
            continue
        if not is_due(one.send_at, cmd.ctx.now):
            found.append(one)
    return tuple(found)


def _make_undo_button(thread: QuestionThread, *, named: bool) -> Choice:
    """Return the button that takes an answer back. named: with the question's number, where there are several."""
    label = Phrase("inquiry.undo_one", {"number": thread.register_number}) if named else None
    return make_command_button(ServiceCommandName.UNDO, thread, label=label)


def _make_undo_all_button(thread: QuestionThread, count: int) -> Choice:
    """Return the button that takes one answer back of all questions to which it waits to go."""
    return make_command_button(
        ServiceCommandName.UNDO, thread, "all", Phrase("inquiry.undo_all", {"count": count})
    )


def _await_answer(
    cmd: ServiceCommandContext, thread: QuestionThread, others: Sequence[tuple[int, int]] = ()
) -> ServiceCommandContext:
    """Return a context in which the next text answers the question. others: numbers of those it answers too."""
    rest = " ".join(f"+{number}/{year}" for number, year in others)
    return cmd.await_text_for(
        ParsedCommand(ServiceCommandName.ANSWER, thread.number, thread.fiscal_year, rest)
    )
