"""An officer's answer: shown as the asker will read it, confirmed once, and held for a minute."""

from dataclasses import replace

from handlers import thai
from handlers.dialog.events import Choice, Deciding, Reply, TurnResult, read
from handlers.questions.faq_messages import GetFaqCatalogue
from handlers.questions.messages import (
    CancelAnswer,
    FindQuestionByNumber,
    OutgoingAnswer,
    QuestionThread,
    ScheduleAnswer,
)
from handlers.staff.complaints.messages import HELD
from handlers.staff.service_command import ServiceCommandContext, asks, button, shown

LONGEST = 3_000
"""Characters of an answer."""


def answer(asked: ServiceCommandContext, thread: QuestionThread) -> Deciding:
    """Answer a question; `=id` stands for the answer of an entry of the knowledge base."""
    text = thai.clean(asked.rest).text
    if not text:
        waiting = asked.keeps(awaits=f"/answer {shown(thread)}")
        return waiting.tells("answer_ask", number=shown(thread), asked=thread.lines[0].words)
    if len(text) > LONGEST:
        return asked.tells("too_long", limit=LONGEST)
    if text.startswith("="):
        shelf = yield from read(GetFaqCatalogue())
        entry = next((one for one in shelf.known if one.id == text[1:].strip()), None)
        if entry is None:
            return asked.tells("faq_unknown", (button("faq"),), id=text[1:60])
        text = f"{entry.answer}\n{entry.link}" if entry.link else entry.answer
    return _proposed(asked, thread, text)


def merge(asked: ServiceCommandContext, thread: QuestionThread) -> Deciding:
    """Answer a question with the answer that another one was given."""
    other = asks(asked.m, asked.staff, f"/merge {asked.rest}")
    into = (
        (yield from read(FindQuestionByNumber(other.number, other.year))) if other and other.number else None
    )
    if into is None or into.id == thread.id:
        return asked.tells("merge_ask", number=shown(thread))
    if not into.answer:
        return asked.tells("merge_open", (button("answer", into),), other=shown(into))
    return _proposed(asked, thread, into.answer)


def _proposed(asked: ServiceCommandContext, thread: QuestionThread, text: str, *before: Reply) -> TurnResult:
    """Show what the asker will read and ask once. The text is kept in the talk."""
    if thread.held:
        return _held_already(asked, thread, text)
    prompt = asked.m.session.prompt + 1
    kept = replace(asked, m=asked.m.with_(prompt=prompt)).keeps(
        draft=text, draft_of=shown(thread), draft_seq=str(thread.seq), nonce=str(prompt)
    )
    yes = Choice(f"/confirm y{prompt}", "inquiry.send_yes")
    no = Choice(f"/confirm n{prompt}", "inquiry.send_no")
    seen = thread.answered(text, certain=False)
    turn = kept.tells("send_ask", (yes, no), number=shown(thread), seen=seen)
    return replace(turn, says=(*before, *turn.says))


def _held_already(asked: ServiceCommandContext, thread: QuestionThread, text: str) -> TurnResult:
    back = (button("question", thread),)
    return asked.tells("held_meanwhile", back, number=shown(thread), text=text)


def confirm(asked: ServiceCommandContext) -> Deciding:
    """What was shown goes, or does not; where the thread went on since, it is shown once more."""
    kept = asked.m.session.staff
    text = kept.get("draft", "")
    if not text or asked.rest[1:] != kept.get("nonce"):
        return asked.tells("send_stale", (button("questions"),))
    of = asks(asked.m, asked.staff, f"/answer {kept['draft_of']}")
    thread = (yield from read(FindQuestionByNumber(of.number, of.year))) if of else None
    if thread is None:
        return asked.tells("unknown", (button("questions"),), number=kept["draft_of"])
    if not asked.rest.startswith("y"):
        waiting = asked.keeps(nonce="", awaits=f"/answer {shown(thread)}")
        return waiting.tells("send_dropped", (button("question", thread),), number=shown(thread), text=text)
    if thread.held:
        return _held_already(asked, thread, text)
    if str(thread.seq) != kept["draft_seq"]:
        return _proposed(asked, thread, text, _since(thread, int(kept["draft_seq"]), asked))
    act = ScheduleAnswer(OutgoingAnswer(thread.id, asked.staff.id, text), thread.seq)
    choices = (button("undo", thread), button("questions"))
    sure = asked.keeps(nonce="")
    return sure.tells("held", choices, (act,), number=shown(thread), seconds=HELD)


def _since(thread: QuestionThread, seq: int, asked: ServiceCommandContext) -> Reply:
    """What was said since an answer was shown."""
    lines = tuple(
        Reply(f"inquiry.line_{one.kind}", {"on": thai.shown(one.on, asked.m.lang), "text": one.words})
        for one in thread.lines
        if one.seq > seq
    )
    return Reply("inquiry.send_meanwhile", {"number": shown(thread), "lines": lines})


def undo(asked: ServiceCommandContext, thread: QuestionThread) -> Deciding:
    """Take back the answer that waits to go; its words come back to who wrote them."""
    yield from ()
    number, back = shown(thread), (button("question", thread),)
    if not thread.held:
        return asked.tells("undo_nothing", back, number=number)
    if thread.held != asked.staff.id:
        return asked.tells("undo_others", back, number=number)
    if thread.due <= int(asked.m.now.timestamp()):
        return asked.tells("undo_late", back, number=number)
    kept = asked.m.session.staff
    turn = asked.keeps(awaits=f"/answer {number}").tells(
        "undo_done", back, (CancelAnswer(thread.id, asked.staff.id),), number=number
    )
    if kept.get("draft_of") != number:
        return turn
    return replace(turn, says=(*turn.says, Reply("inquiry.undo_text", {"text": kept["draft"]}, back)))
