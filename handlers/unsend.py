"""Unsending: remove a message that a person deleted in the chat from the draft, or from the filed case.

Platforms that let people unsend messages require that we delete the content too. A session stores, for each message,
what it brought. When the case is filed this goes to the register, encrypted and apart from the case, for 48 hours;
after that a message can no longer be unsent.
"""

from dataclasses import replace

from handlers.complaints.messages import (
    AddHistoryEntry,
    FileCase,
    FindMessageCase,
    UnsendMessage,
    remove_text_from_answers,
    remove_text_part,
)
from handlers.dialog.effects import Decision, DeleteFiles, Now, TurnResult, run_query
from handlers.dialog.events import Event
from handlers.dialog.session import FILE_PREFIX, TEXT_PREFIX, Session, list_held_origins
from handlers.questions.messages import AppendThreadLine, SubmitQuestion
from handlers.thai.dates import to_bangkok_date
from handlers.thai.text import clean_text

MAX_REMEMBERED_MESSAGES = 400
"""Messages whose origin a draft stores: far more than its other limits admit."""

RECORDING_ACTS = (FileCase, AddHistoryEntry, SubmitQuestion, AppendThreadLine)
"""The acts that store what a person wrote in the register."""


def encode_origin(event: Event) -> str:
    """Encode what a message brought as a prefixed text or file id; empty where nothing of it can have been stored."""
    if event.file is not None:
        return f"{FILE_PREFIX}{event.file.id}" if event.file.id else ""
    text = clean_text(event.text or "").text
    return f"{TEXT_PREFIX}{text}" if text else ""


def record_message_origin(turn: TurnResult, event: Event, before: Session) -> TurnResult:
    """Add the message's origin to the session of the turn, or to the acts that store the draft in the register.

    Only what the session or an act holds after the turn has an origin (`list_held_origins`): no reply to a question,
    no text that was not kept or was dropped.
    """
    if turn.session is None or not (event.message_id or before.message_origins):
        return turn
    what = encode_origin(event) if event.message_id else ""
    origins = {**before.message_origins, event.message_id: what} if what else dict(before.message_origins)
    if any(isinstance(act, RECORDING_ACTS) for act in turn.acts):
        kept = {number: one for number, one in origins.items() if _is_recorded(one, turn)}
        acts = tuple(
            replace(act, message_origins=kept) if isinstance(act, RECORDING_ACTS) else act
            for act in turn.acts
        )
        return replace(turn, session=turn.session.replace(message_origins={}), acts=acts)
    origins = list_held_origins(turn.session.replace(message_origins=origins))
    while len(origins) > MAX_REMEMBERED_MESSAGES:
        del origins[next(iter(origins))]
    return (
        replace(turn, session=turn.session.replace(message_origins=origins))
        if origins != turn.session.message_origins
        else turn
    )


def _is_recorded(what: str, turn: TurnResult) -> bool:
    """Whether an act of the turn stores it: a receipt typed to find the case, for instance, is not stored."""
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
        if any(what == f"{FILE_PREFIX}{file.id}" for file in files):
            return True
        if what.startswith(TEXT_PREFIX) and any(
            remove_text_part(v, what.removeprefix(TEXT_PREFIX)) != v for v in values
        ):
            return True
    return False


def handle_unsend(event: Event, session: Session | None) -> Decision:
    """Remove an unsent message from the draft or the case. No reply: the person sees in the chat that it is gone."""
    if session is not None and event.unsent_message_id in session.message_origins:
        return _remove_from_draft(
            session, session.message_origins[event.unsent_message_id], event.unsent_message_id
        )
    if session is not None and any(one.message_id == event.unsent_message_id for one in session.doubtful):
        left = tuple(one for one in session.doubtful if one.message_id != event.unsent_message_id)
        return TurnResult(session.replace(doubtful=left))
    case = yield from run_query(FindMessageCase(event.unsent_message_id))
    acts: tuple[UnsendMessage, ...] = ()
    if case is not None:
        now = yield from run_query(Now())
        acts = (UnsendMessage(case, event.unsent_message_id, to_bangkok_date(now)),)
    return TurnResult(session, (), acts)


def _remove_from_draft(session: Session, what: str, message: str) -> TurnResult:
    origins = {number: one for number, one in session.message_origins.items() if number != message}
    if what.startswith(FILE_PREFIX):
        file = what.removeprefix(FILE_PREFIX)
        kept = tuple(one for one in session.files if one.id != file)
        return TurnResult(session.replace(message_origins=origins, files=kept), (), (DeleteFiles((file,)),))
    held, text = session.unconfirmed, what.removeprefix(TEXT_PREFIX)
    if held is not None and (left := remove_text_part(held.text, text)) != held.text:
        waiting = replace(held, text=left) if left else None
        return TurnResult(session.replace(message_origins=origins, unconfirmed=waiting))
    answers = remove_text_from_answers(session.answers, text)
    # What was understood is read anew at the next review: it may be from what was taken back.
    return TurnResult(session.replace(message_origins=origins, answers=answers, understood={}))
