"""What a person takes back: out of the draft always, out of a filed case for as long as it is known where it went.

A platform that lets people unsend asks that it be gone from us too. A session remembers of each message what it
brought; when the case is filed this goes to the register, sealed and apart from the case, for 48 hours.
"""

from dataclasses import replace

from handlers import thai
from handlers.complaints.messages import (
    FILE,
    TEXT,
    AddHistoryEntry,
    FileCase,
    FindMessageCase,
    UnsendMessage,
    emptied,
    without,
)
from handlers.dialog.events import Deciding, DeleteFiles, Event, Now, Session, TurnResult, read
from handlers.questions.messages import AppendThreadLine, SubmitQuestion

MOST = 400
"""Messages that a draft remembers: all that its limits let in, by far."""

ENTERS = (FileCase, AddHistoryEntry, SubmitQuestion, AppendThreadLine)
"""The acts that take what was written into the register."""


def brought(event: Event) -> str:
    """What a message brought, in a word to be remembered by; empty where nothing of it could have been kept."""
    if event.file is not None:
        return f"{FILE}{event.file.id}" if event.file.id else ""
    text = thai.clean(event.text or "").text
    return f"{TEXT}{text}" if text else ""


def remembered(turn: TurnResult, event: Event, before: Session) -> TurnResult:
    """The turn, remembering what the message brought: in the draft, or with what goes into the case."""
    if turn.session is None or not (event.message or before.sent):
        return turn
    what = brought(event) if event.message else ""
    sent = {**before.sent, event.message: what} if what else dict(before.sent)
    if any(isinstance(act, ENTERS) for act in turn.acts):
        kept = {number: one for number, one in sent.items() if _is_kept(one, turn)}
        acts = tuple(replace(act, sent=kept) if isinstance(act, ENTERS) else act for act in turn.acts)
        return replace(turn, session=turn.session.with_(sent={}), acts=acts)
    if not turn.session.drafting:
        sent = {}
    while len(sent) > MOST:
        del sent[next(iter(sent))]
    return replace(turn, session=turn.session.with_(sent=sent)) if sent != turn.session.sent else turn


def _is_kept(what: str, turn: TurnResult) -> bool:
    """Whether something of it goes into the case: the words with which a person found the case do not."""
    for act in turn.acts:
        if isinstance(act, FileCase):
            values = (*act.answers.values(), *act.identity.values())
            files = act.files
        elif isinstance(act, AddHistoryEntry):
            values, files = (act.text,), act.files
        elif isinstance(act, SubmitQuestion | AppendThreadLine):
            values, files = (act.text,), ()
        else:
            continue
        if any(what == f"{FILE}{file.id}" for file in files):
            return True
        if what.startswith(TEXT) and any(without(v, what.removeprefix(TEXT)) != v for v in values):
            return True
    return False


def hear(event: Event, session: Session | None) -> Deciding:
    """Take a message back. There is nothing to answer: the person sees that it is gone."""
    if session is not None and event.unsent in session.sent:
        return _from_draft(session, session.sent[event.unsent], event.unsent)
    case = yield from read(FindMessageCase(event.unsent))
    acts: tuple[UnsendMessage, ...] = ()
    if case is not None:
        now = yield from read(Now())
        acts = (UnsendMessage(case, event.unsent, thai.day(now)),)
    return TurnResult(session, (), acts)


def _from_draft(session: Session, what: str, message: str) -> TurnResult:
    sent = {number: one for number, one in session.sent.items() if number != message}
    if what.startswith(FILE):
        file = what.removeprefix(FILE)
        kept = tuple(one for one in session.files if one.id != file)
        return TurnResult(session.with_(sent=sent, files=kept), (), (DeleteFiles((file,)),))
    answers = emptied(session.answers, what.removeprefix(TEXT))
    return TurnResult(session.with_(sent=sent, answers=answers))
