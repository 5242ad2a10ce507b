"""An officer's answer: shown as the asker will read it, confirmed once, and held for a minute."""

from dataclasses import replace

from handlers.dialog.effects import Decision, TurnResult, run_query
from handlers.dialog.replies import Choice, Phrase, Reply
from handlers.questions.faq_messages import GetFaqCatalogue
from handlers.questions.messages import (
    CancelAnswer,
    FindQuestionByNumber,
    OutgoingAnswer,
    QuestionThread,
    ScheduleAnswer,
)
from handlers.staff.complaints.messages import UNDO_SECONDS
from handlers.staff.service_command import (
    ServiceCommandContext,
    format_question_number,
    make_service_button,
    parse_service_command,
)
from handlers.thai import clean_text, format_date

MAX_ANSWER_LENGTH = 3_000
"""Characters of an answer."""


def answer_question(cmd: ServiceCommandContext, thread: QuestionThread) -> Decision:
    """Answer a question; `=id` stands for the answer of an entry of the knowledge base."""
    text = clean_text(cmd.rest).text
    if not text:
        waiting = cmd.with_state(awaits=f"/answer {format_question_number(thread)}")
        return waiting.reply(
            "answer_ask", number=format_question_number(thread), asked=thread.lines[0].display_text
        )
    if len(text) > MAX_ANSWER_LENGTH:
        return cmd.reply("too_long", limit=MAX_ANSWER_LENGTH)
    if text.startswith("="):
        shelf = yield from run_query(GetFaqCatalogue())
        entry = next((one for one in shelf.entries if one.id == text[1:].strip()), None)
        if entry is None:
            return cmd.reply("faq_unknown", (make_service_button("faq"),), id=text[1:60])
        text = f"{entry.answer}\n{entry.link}" if entry.link else entry.answer
    return _propose_answer(cmd, thread, text)


def answer_as_other_question(cmd: ServiceCommandContext, thread: QuestionThread) -> Decision:
    """Answer a question with the answer that another one was given."""
    other = parse_service_command(cmd.ctx, cmd.staff, f"/merge {cmd.rest}")
    into = (
        (yield from run_query(FindQuestionByNumber(other.number, other.year)))
        if other and other.number
        else None
    )
    if into is None or into.id == thread.id:
        return cmd.reply("merge_ask", number=format_question_number(thread))
    if not into.answer:
        return cmd.reply(
            "merge_open", (make_service_button("answer", into),), other=format_question_number(into)
        )
    return _propose_answer(cmd, thread, into.answer)


def _propose_answer(
    cmd: ServiceCommandContext, thread: QuestionThread, text: str, *before: Reply
) -> TurnResult:
    """Show what the asker will read and ask once. The text is kept in the talk."""
    if thread.scheduled_by:
        return _reply_already_scheduled(cmd, thread, text)
    prompt = cmd.ctx.session.prompt + 1
    kept = replace(cmd, ctx=cmd.ctx.replace_session(prompt=prompt)).with_state(
        draft=text, draft_of=format_question_number(thread), draft_seq=str(thread.seq), nonce=str(prompt)
    )
    yes = Choice(f"/confirm y{prompt}", "inquiry.send_yes")
    no = Choice(f"/confirm n{prompt}", "inquiry.send_no")
    seen = thread.format_answer_text(text)
    turn = kept.reply("send_ask", (yes, no), number=format_question_number(thread), seen=seen)
    return replace(turn, replies=(*before, *turn.replies))


def _reply_already_scheduled(cmd: ServiceCommandContext, thread: QuestionThread, text: str) -> TurnResult:
    back = (make_service_button("question", thread),)
    return cmd.reply("held_meanwhile", back, number=format_question_number(thread), text=text)


def confirm_answer(cmd: ServiceCommandContext) -> Decision:
    """What was shown goes, or does not; where the thread went on since, it is shown once more."""
    kept = cmd.ctx.session.staff
    text = kept.get("draft", "")
    if not text or cmd.rest[1:] != kept.get("nonce"):
        return cmd.reply("send_stale", (make_service_button("questions"),))
    of = parse_service_command(cmd.ctx, cmd.staff, f"/answer {kept['draft_of']}")
    thread = (yield from run_query(FindQuestionByNumber(of.number, of.year))) if of else None
    if thread is None:
        return cmd.reply("unknown", (make_service_button("questions"),), number=kept["draft_of"])
    if not cmd.rest.startswith("y"):
        waiting = cmd.with_state(nonce="", awaits=f"/answer {format_question_number(thread)}")
        return waiting.reply(
            "send_dropped",
            (make_service_button("question", thread),),
            number=format_question_number(thread),
            text=text,
        )
    if thread.scheduled_by:
        return _reply_already_scheduled(cmd, thread, text)
    if str(thread.seq) != kept["draft_seq"]:
        return _propose_answer(cmd, thread, text, _format_lines_since(thread, int(kept["draft_seq"]), cmd))
    act = ScheduleAnswer(OutgoingAnswer(thread.id, cmd.staff.id, text), thread.seq)
    choices = (make_service_button("undo", thread), make_service_button("questions"))
    sure = cmd.with_state(nonce="")
    return sure.reply("held", choices, (act,), number=format_question_number(thread), seconds=UNDO_SECONDS)


def _format_lines_since(thread: QuestionThread, seq: int, cmd: ServiceCommandContext) -> Reply:
    """What was said since an answer was shown."""
    lines = tuple(
        Phrase(
            f"inquiry.line_{one.kind}",
            {"on": format_date(one.on, cmd.ctx.lang), "text": one.display_text},
        )
        for one in thread.lines
        if one.seq > seq
    )
    return Reply("inquiry.send_meanwhile", {"number": format_question_number(thread), "lines": lines})


def undo_answer(cmd: ServiceCommandContext, thread: QuestionThread) -> Decision:
    """Take back the answer that waits to go; its words come back to who wrote them."""
    yield from ()
    number, back = format_question_number(thread), (make_service_button("question", thread),)
    if not thread.scheduled_by:
        return cmd.reply("undo_nothing", back, number=number)
    if thread.scheduled_by != cmd.staff.id:
        return cmd.reply("undo_others", back, number=number)
    if thread.send_at <= int(cmd.ctx.now.timestamp()):
        return cmd.reply("undo_late", back, number=number)
    kept = cmd.ctx.session.staff
    turn = cmd.with_state(awaits=f"/answer {number}").reply(
        "undo_done", back, (CancelAnswer(thread.id, cmd.staff.id),), number=number
    )
    if kept.get("draft_of") != number:
        return turn
    return replace(turn, replies=(*turn.replies, Reply("inquiry.undo_text", {"text": kept["draft"]}, back)))
