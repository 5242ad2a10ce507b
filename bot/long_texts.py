"""Long texts that a platform's clients cut into several messages are gathered, and handled as one."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from handlers.dialog.codes.code_finder import find_codes
from handlers.dialog.commands import guess_language
from handlers.dialog.effects import TurnResult
from handlers.dialog.events import Event, TextPart
from handlers.dialog.session import NEVER, LongText, LongTextPiece, Session

MAX_SECONDS_APART = 2
"""Seconds between the times at which two messages were sent, up to which the later may go on with the earlier."""

MAX_PIECES = 100
"""Messages of one text: 400,000 characters. What comes after is a text of its own."""


def goes_on_with(text: LongText, event: Event) -> bool:
    """Whether an event is a further part of a text that is being gathered."""
    part = event.part
    if part is None or len(text.pieces) >= MAX_PIECES:
        return False
    return abs(part.sent_at - text.sent_at) <= MAX_SECONDS_APART


def keep_part(
    event: Event,
    part: TextPart,
    session: Session | None,
    now: datetime,
    may_store: Callable[[Event, Session], bool],
) -> TurnResult:
    """Return the turn that keeps a part of a long text, and says nothing yet.

    may_store: the desk's decision whether the whole as it is now, as an event, may be on disk. A text with a tracking
    code never is, nor one with which a draft has lapsed.
    """
    before = session or Session(lang=guess_language(event))
    piece = LongTextPiece(part.number, event.text or "", part.is_full)
    known = before.long_text
    if known is None:
        is_first = before.at == NEVER or before.is_expired(now)
        text = LongText((piece,), part.sent_at, before.at, is_first)
    else:
        text = replace(known, pieces=_insert(known.pieces, piece), sent_at=max(known.sent_at, part.sent_at))
    is_lapsed = text.is_first and text.before != NEVER
    is_storable = (
        not is_lapsed and not find_codes(text.text) and may_store(build_whole_event(event, text), before)
    )
    text = replace(text, is_storable=is_storable)
    return TurnResult(before.replace(long_text=text, at=now))


def _insert(pieces: Sequence[LongTextPiece], piece: LongTextPiece) -> tuple[LongTextPiece, ...]:
    others = [one for one in pieces if one.number != piece.number]
    return tuple(sorted((*others, piece), key=lambda one: one.number))


def restore_session(session: Session, text: LongText) -> Session:
    """Return the session as it was before a long text began."""
    return session.replace(long_text=None, at=text.before)


def build_whole_event(event: Event, text: LongText) -> Event:
    """Build the event of a long text as a whole. event: what ended it, whose id and address it takes over."""
    return Event(
        f"{event.id}/text",
        event.person_id,
        event.channel,
        text.text,
        reply_to=event.reply_to,
        lang=event.lang,
    )
