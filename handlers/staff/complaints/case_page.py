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
from handlers.complaints.messages import AddEntry, By, EntryKind
from handlers.dialog.context import Moment
from handlers.dialog.events import Act, Channel, Deciding, Event, File, Say, Session, Turn, read
from handlers.office import Office
from handlers.staff import two_factor as factor
from handlers.staff.command import Call, Reading, is_open_to, may
from handlers.staff.complaints import case_view as sheet
from handlers.staff.complaints import outgoing as sending
from handlers.staff.complaints import replies as letters
from handlers.staff.complaints.messages import CaseFile, FindNumber, ReadHistory, ReadTold
from handlers.staff.page_access import FindKeyhole, Keyhole, LeaveSeat, NoteVisit, Room, TurnKey
from handlers.staff.parse import Given
from handlers.staff.permissions import Order

ORDERS: Mapping[Room, Order] = {
    Room.CASE: Order.PAGE,
    Room.EXPORT: Order.EXPORT,
    Room.IMPORT: Order.IMPORT,
    Room.IDENTITY: Order.IDENTITY,
}
"""The command that leads to each room: who may not give it any more is not let in either."""

SPOKEN = frozenset({EntryKind.OFFICE, EntryKind.ASKED, EntryKind.REPORTER})
"""What is conversation; the rest is history."""

CLOSED = Say("officer.closed")
ENTERED = Say("officer.title")


@dataclass(frozen=True, slots=True)
class Visit:
    """Who asks, at which office, when. mark: of the link or of the seat."""

    mark: bytes = field(repr=False)
    office: Office
    now: datetime


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who may be where they are: their command as in a chat, and the case, where there is one."""

    call: Call
    hole: Keyhole
    found: CaseFile | None


@dataclass(frozen=True, slots=True)
class Look:
    """All that stands on the page of a case. acts: what is written because it was opened."""

    visitor: Visitor
    found: CaseFile
    summary: Say
    facts: tuple[Say, ...] = field(repr=False)
    talk: tuple[Say, ...] = field(repr=False)
    history: tuple[Say, ...] = field(repr=False)
    files: tuple[File, ...] = field(repr=False)
    acts: tuple[Act, ...] = ()


@dataclass(frozen=True, slots=True)
class Opened:
    """A file of the case that is opened. say: why it is not, where it is not."""

    visitor: Visitor
    file: File | None = field(default=None, repr=False)
    say: Say | None = None
    acts: tuple[Act, ...] = ()


@dataclass(frozen=True, slots=True)
class Named:
    """The reporter's name and contact, as they gave them."""

    visitor: Visitor
    found: CaseFile
    lines: tuple[str, ...] = field(repr=False)
    acts: tuple[Act, ...] = ()


def admitted(v: Visit, *, proved: bool) -> Reading[Visitor | None]:
    """Who may come in now. proved: by a seat and not by a link."""
    hole = yield from read(FindKeyhole(v.mark))
    if hole is None or hole.proved != proved or not may(hole.staff, ORDERS[hole.room]):
        return None
    event = Event("", hole.staff.who or b"", Channel.WEB)
    session = Session(lang=hole.lang, at=v.now)
    given = Given(ORDERS[hole.room], hole.number, hole.year)
    call = Call(Moment(event, session, v.office, v.now), hole.staff, given)
    if hole.room is Room.IMPORT:
        return Visitor(call, hole, None)
    found = yield from read(FindNumber(hole.number, hole.year, hole.staff.id)) if hole.number else none()
    if found is None or not is_open_to(hole.staff, found):
        return None
    return Visitor(call, hole, found)


def none() -> Reading[None]:
    """Nothing is asked: the case was erased."""
    yield from ()


def entered(v: Visit, seat: bytes, code: str) -> Deciding:
    """The second factor at a link: the right code uses the link up for a seat. seat: its mark."""
    visitor = yield from admitted(v, proved=False)
    if visitor is None:
        return Turn(None, (CLOSED,))
    c = visitor.call
    why, acts = yield from factor.proven(c.m, c.staff, code)
    if why is not None:
        return Turn(None, (why,), acts, c.m.lang)
    return Turn(None, (ENTERED,), (*acts, TurnKey(v.mark, seat, c.staff.id)), c.m.lang)


def look(v: Visit) -> Reading[Look | None]:
    """The page of a case; None for who may not see it."""
    visitor = yield from _at_case(v)
    if visitor is None or visitor.found is None:
        return None
    c, found = visitor.call, visitor.found
    summary = yield from sheet.summary(c, found)
    told = yield from read(ReadTold(found.id))
    lines = yield from read(ReadHistory(found.id))
    names = yield from sheet.by_id()
    talk = tuple(sheet.event(one, names, c) for one in lines if one.entry.kind in SPOKEN)
    rest = tuple(sheet.event(one, names, c) for one in lines if one.entry.kind not in SPOKEN)
    acts = yield from sheet.opening(c, found, "page")
    return Look(visitor, found, summary.says[0], sheet.answers(told), talk, rest, told.files, acts)


def opened(v: Visit, key: str) -> Reading[Opened | None]:
    """A file of the case by its key, to be looked at or taken away; None for who may not."""
    visitor, file = yield from _file(v, key)
    if visitor is None or visitor.found is None:
        return None
    if file is None or file.coming or not file.kind:
        return Opened(visitor)  # it never came
    return Opened(visitor, file, acts=(yield from sheet.opening(visitor.call, visitor.found, "file")))


def named(v: Visit, key: str) -> Reading[Opened | None]:
    """A file of the case, without opening it."""
    visitor, file = yield from _file(v, key)
    return None if visitor is None else Opened(visitor, file)


def original(v: Visit, key: str, reason: str) -> Reading[Opened | None]:
    """A picture as it came, with a reason that goes into the notes of the case."""
    visitor, file = yield from _file(v, key)
    if visitor is None or visitor.found is None:
        return None
    why, found, c = thai.clean(reason).text, visitor.found, visitor.call
    if file is None or thai.letters(why) < REASON:
        short = Say("officer.original_short", {"fewest": REASON}) if file else None
        return Opened(visitor, file, short)
    acts = yield from sheet.opening(c, found, "original")
    seq = max(found.seq, *(act.seq for act in acts)) + 1
    words = f"“{file.name}”: {why}"
    note = AddEntry(found.id, seq, thai.day(v.now), EntryKind.NOTE, By.OFFICE, words, staff=c.staff.id)
    return Opened(visitor, file, acts=(*acts, note))


def fetched(v: Visit) -> Reading[Opened | None]:
    """Who fetches the paper of a case now, and what is written for it."""
    visitor = yield from admitted(v, proved=True)
    if visitor is None or visitor.hole.room is not Room.EXPORT or visitor.found is None:
        return None
    return Opened(visitor, acts=(NoteVisit("exported", visitor.hole.staff.id, visitor.found.id),))


def identified(v: Visit) -> Reading[Named | None]:
    """Who opens the reporter's name now, and the name; None for who may not."""
    visitor = yield from admitted(v, proved=True)
    if visitor is None or visitor.hole.room is not Room.IDENTITY or visitor.found is None:
        return None
    pairs = yield from read(ReadIdentity(visitor.found.id))
    acts = yield from sheet.opening(visitor.call, visitor.found, "identity")
    return Named(visitor, visitor.found, tuple(value for _, value in pairs), acts)


def brought(v: Visit) -> Reading[Opened | None]:
    """Who brings a register now, and what is written for it."""
    visitor = yield from admitted(v, proved=True)
    if visitor is None or visitor.hole.room is not Room.IMPORT:
        return None
    return Opened(visitor, acts=(NoteVisit("imported", visitor.hole.staff.id),))


def replied(v: Visit, text: str, *, confirmed: bool) -> Deciding:
    """Words to the reporter: what they will see, or, once that is confirmed, words that wait for a minute."""
    visitor = yield from _at_case(v)
    if visitor is None:
        return Turn(None, (CLOSED,))
    turn = yield from letters.reply(_giving(visitor, Order.REPLY, text, confirmed=confirmed))
    return Turn(None, turn.says, turn.acts, visitor.hole.lang)


def undone(v: Visit) -> Deciding:
    """What waits to go to the reporter is taken back."""
    visitor = yield from _at_case(v)
    if visitor is None:
        return Turn(None, (CLOSED,))
    turn = yield from sending.undo(_giving(visitor, Order.UNDO))
    return Turn(None, turn.says, turn.acts, visitor.hole.lang)


def left(v: Visit) -> Deciding:
    """The seat is left."""
    visitor = yield from admitted(v, proved=True)
    lang = visitor.hole.lang if visitor else "th"
    return Turn(None, (Say("officer.left"),), (LeaveSeat(v.mark),), lang)


def _giving(visitor: Visitor, order: Order, text: str = "", *, confirmed: bool = False) -> Call:
    """A command about the case of this page, as it would be given in a chat."""
    given = Given(order, visitor.hole.number, visitor.hole.year, text)
    return replace(visitor.call, given=given, confirmed=confirmed)


def _at_case(v: Visit) -> Reading[Visitor | None]:
    visitor = yield from admitted(v, proved=True)
    return visitor if visitor is not None and visitor.hole.room is Room.CASE else None


def _file(v: Visit, key: str) -> Reading[tuple[Visitor | None, File | None]]:
    visitor = yield from _at_case(v)
    if visitor is None or visitor.found is None:
        return None, None
    told = yield from read(ReadTold(visitor.found.id))
    return visitor, next((file for file in told.files if key_of(file) == key), None)


def key_of(file: File) -> str:
    """By what a file stands in an address: it stays the same whatever else comes, and tells nothing."""
    return sha256(file.id.encode()).hexdigest()[:16]
