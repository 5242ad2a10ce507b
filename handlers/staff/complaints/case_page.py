"""The officers' page as it is decided: who may come in, what is seen, and what is done from there.

Every request is decided on what is true now: the seat, who has it, their role, and whose the case is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256

from handlers import thai
from handlers.complaints.approvals import ReadIdentity
from handlers.complaints.conflict_of_interest import REASON
from handlers.complaints.messages import ActorKind, AddHistoryEntry, HistoryEntryKind
from handlers.dialog.context import Context
from handlers.dialog.events import Act, Channel, Deciding, Event, File, Reply, Session, TurnResult, read
from handlers.office import Office
from handlers.staff import two_factor as factor
from handlers.staff.command import ComplaintsCommandContext, Reading, is_open_to, may
from handlers.staff.complaints import case_view as sheet
from handlers.staff.complaints import outgoing as sending
from handlers.staff.complaints import replies as letters
from handlers.staff.complaints.messages import FindCaseByNumber, GetCaseHistory, GetCaseReport, OfficerCase
from handlers.staff.page_access import (
    AuditPageAction,
    EndPageSession,
    FindPageAccess,
    PageAccess,
    PageKind,
    RedeemAccessLink,
)
from handlers.staff.parse import ParsedCommand
from handlers.staff.permissions import CommandName

ORDERS: Mapping[PageKind, CommandName] = {
    PageKind.CASE: CommandName.PAGE,
    PageKind.EXPORT: CommandName.EXPORT,
    PageKind.IMPORT: CommandName.IMPORT,
    PageKind.IDENTITY: CommandName.IDENTITY,
}
"""The command that leads to each room: who may not give it any more is not let in either."""

SPOKEN = frozenset({HistoryEntryKind.OFFICE, HistoryEntryKind.ASKED, HistoryEntryKind.REPORTER})
"""What is conversation; the rest is history."""

CLOSED = Reply("officer.closed")
ENTERED = Reply("officer.title")


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Who asks, at which office, when. mark: of the link or of the seat."""

    mark: bytes = field(repr=False)
    office: Office
    now: datetime


@dataclass(frozen=True, slots=True)
class PageSession:
    """Somebody who may be where they are: their command as in a chat, and the case, where there is one."""

    call: ComplaintsCommandContext
    hole: PageAccess
    found: OfficerCase | None


@dataclass(frozen=True, slots=True)
class OpenedCasePage:
    """All that stands on the page of a case. acts: what is written because it was opened."""

    visitor: PageSession
    found: OfficerCase
    summary: Reply
    facts: tuple[Reply, ...] = field(repr=False)
    talk: tuple[Reply, ...] = field(repr=False)
    history: tuple[Reply, ...] = field(repr=False)
    files: tuple[File, ...] = field(repr=False)
    acts: tuple[Act, ...] = ()


@dataclass(frozen=True, slots=True)
class PageActionResult:
    """A file of the case that is opened. say: why it is not, where it is not."""

    visitor: PageSession
    file: File | None = field(default=None, repr=False)
    say: Reply | None = None
    acts: tuple[Act, ...] = ()


@dataclass(frozen=True, slots=True)
class RevealedIdentity:
    """The reporter's name and contact, as they gave them."""

    visitor: PageSession
    found: OfficerCase
    lines: tuple[str, ...] = field(repr=False)
    acts: tuple[Act, ...] = ()


def admitted(v: PageRequest, *, proved: bool) -> Reading[PageSession | None]:
    """Who may come in now. proved: by a seat and not by a link."""
    hole = yield from read(FindPageAccess(v.mark))
    if hole is None or hole.proved != proved or not may(hole.staff, ORDERS[hole.room]):
        return None
    event = Event("", hole.staff.who or b"", Channel.WEB)
    session = Session(lang=hole.lang, at=v.now)
    given = ParsedCommand(ORDERS[hole.room], hole.number, hole.year)
    call = ComplaintsCommandContext(Context(event, session, v.office, v.now), hole.staff, given)
    if hole.room is PageKind.IMPORT:
        return PageSession(call, hole, None)
    found = (
        yield from read(FindCaseByNumber(hole.number, hole.year, hole.staff.id)) if hole.number else none()
    )
    if found is None or not is_open_to(hole.staff, found):
        return None
    return PageSession(call, hole, found)


def none() -> Reading[None]:
    """Nothing is asked: the case was erased."""
    yield from ()


def entered(v: PageRequest, seat: bytes, code: str) -> Deciding:
    """The second factor at a link: the right code uses the link up for a seat. seat: its mark."""
    visitor = yield from admitted(v, proved=False)
    if visitor is None:
        return TurnResult(None, (CLOSED,))
    c = visitor.call
    why, acts = yield from factor.proven(c.m, c.staff, code)
    if why is not None:
        return TurnResult(None, (why,), acts, c.m.lang)
    return TurnResult(None, (ENTERED,), (*acts, RedeemAccessLink(v.mark, seat, c.staff.id)), c.m.lang)


def look(v: PageRequest) -> Reading[OpenedCasePage | None]:
    """The page of a case; None for who may not see it."""
    visitor = yield from _at_case(v)
    if visitor is None or visitor.found is None:
        return None
    c, found = visitor.call, visitor.found
    summary = yield from sheet.summary(c, found)
    told = yield from read(GetCaseReport(found.id))
    lines = yield from read(GetCaseHistory(found.id))
    names = yield from sheet.by_id()
    talk = tuple(sheet.event(one, names, c) for one in lines if one.entry.kind in SPOKEN)
    rest = tuple(sheet.event(one, names, c) for one in lines if one.entry.kind not in SPOKEN)
    acts = yield from sheet.opening(c, found, "page")
    return OpenedCasePage(visitor, found, summary.says[0], sheet.answers(told), talk, rest, told.files, acts)


def opened(v: PageRequest, key: str) -> Reading[PageActionResult | None]:
    """A file of the case by its key, to be looked at or taken away; None for who may not."""
    visitor, file = yield from _file(v, key)
    if visitor is None or visitor.found is None:
        return None
    if file is None or file.coming or not file.kind:
        return PageActionResult(visitor)  # it never came
    return PageActionResult(
        visitor, file, acts=(yield from sheet.opening(visitor.call, visitor.found, "file"))
    )


def named(v: PageRequest, key: str) -> Reading[PageActionResult | None]:
    """A file of the case, without opening it."""
    visitor, file = yield from _file(v, key)
    return None if visitor is None else PageActionResult(visitor, file)


def original(v: PageRequest, key: str, reason: str) -> Reading[PageActionResult | None]:
    """A picture as it came, with a reason that goes into the notes of the case."""
    visitor, file = yield from _file(v, key)
    if visitor is None or visitor.found is None:
        return None
    why, found, c = thai.clean(reason).text, visitor.found, visitor.call
    if file is None or thai.letters(why) < REASON:
        short = Reply("officer.original_short", {"fewest": REASON}) if file else None
        return PageActionResult(visitor, file, short)
    acts = yield from sheet.opening(c, found, "original")
    seq = max(found.seq, *(act.seq for act in acts)) + 1
    words = f"“{file.name}”: {why}"
    note = AddHistoryEntry(
        found.id, seq, thai.day(v.now), HistoryEntryKind.NOTE, ActorKind.OFFICE, words, staff=c.staff.id
    )
    return PageActionResult(visitor, file, acts=(*acts, note))


def fetched(v: PageRequest) -> Reading[PageActionResult | None]:
    """Who fetches the paper of a case now, and what is written for it."""
    visitor = yield from admitted(v, proved=True)
    if visitor is None or visitor.hole.room is not PageKind.EXPORT or visitor.found is None:
        return None
    return PageActionResult(
        visitor, acts=(AuditPageAction("exported", visitor.hole.staff.id, visitor.found.id),)
    )


def identified(v: PageRequest) -> Reading[RevealedIdentity | None]:
    """Who opens the reporter's name now, and the name; None for who may not."""
    visitor = yield from admitted(v, proved=True)
    if visitor is None or visitor.hole.room is not PageKind.IDENTITY or visitor.found is None:
        return None
    pairs = yield from read(ReadIdentity(visitor.found.id))
    acts = yield from sheet.opening(visitor.call, visitor.found, "identity")
    return RevealedIdentity(visitor, visitor.found, tuple(value for _, value in pairs), acts)


def brought(v: PageRequest) -> Reading[PageActionResult | None]:
    """Who brings a register now, and what is written for it."""
    visitor = yield from admitted(v, proved=True)
    if visitor is None or visitor.hole.room is not PageKind.IMPORT:
        return None
    return PageActionResult(visitor, acts=(AuditPageAction("imported", visitor.hole.staff.id),))


def replied(v: PageRequest, text: str, *, confirmed: bool) -> Deciding:
    """Words to the reporter: what they will see, or, once that is confirmed, words that wait for a minute."""
    visitor = yield from _at_case(v)
    if visitor is None:
        return TurnResult(None, (CLOSED,))
    turn = yield from letters.reply(_giving(visitor, CommandName.REPLY, text, confirmed=confirmed))
    return TurnResult(None, turn.says, turn.acts, visitor.hole.lang)


def undone(v: PageRequest) -> Deciding:
    """What waits to go to the reporter is taken back."""
    visitor = yield from _at_case(v)
    if visitor is None:
        return TurnResult(None, (CLOSED,))
    turn = yield from sending.undo(_giving(visitor, CommandName.UNDO))
    return TurnResult(None, turn.says, turn.acts, visitor.hole.lang)


def left(v: PageRequest) -> Deciding:
    """The seat is left."""
    visitor = yield from admitted(v, proved=True)
    lang = visitor.hole.lang if visitor else "th"
    return TurnResult(None, (Reply("officer.left"),), (EndPageSession(v.mark),), lang)


def _giving(
    visitor: PageSession, order: CommandName, text: str = "", *, confirmed: bool = False
) -> ComplaintsCommandContext:
    """A command about the case of this page, as it would be given in a chat."""
    given = ParsedCommand(order, visitor.hole.number, visitor.hole.year, text)
    return replace(visitor.call, given=given, confirmed=confirmed)


def _at_case(v: PageRequest) -> Reading[PageSession | None]:
    visitor = yield from admitted(v, proved=True)
    return visitor if visitor is not None and visitor.hole.room is PageKind.CASE else None


def _file(v: PageRequest, key: str) -> Reading[tuple[PageSession | None, File | None]]:
    visitor = yield from _at_case(v)
    if visitor is None or visitor.found is None:
        return None, None
    told = yield from read(GetCaseReport(visitor.found.id))
    return visitor, next((file for file in told.files if key_of(file) == key), None)


def key_of(file: File) -> str:
    """By what a file stands in an address: it stays the same whatever else comes, and tells nothing."""
    return sha256(file.id.encode()).hexdigest()[:16]
