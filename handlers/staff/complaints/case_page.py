"""The officers' page as it is decided: who may come in, what is seen, and what is done from there.

Every request is decided on what is true now: the seat, who has it, their role, and whose the case is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256

from handlers.complaints.approvals import ReadIdentity
from handlers.complaints.conflict_of_interest import MIN_REASON_LENGTH
from handlers.complaints.messages import ActorKind, AddHistoryEntry, HistoryEntryKind
from handlers.dialog.context import Context
from handlers.dialog.effects import Act, Decision, TurnResult, run_query
from handlers.dialog.events import Channel, Event, File
from handlers.dialog.replies import NEUTRAL, Phrase, Reply
from handlers.dialog.session import Session
from handlers.office import Office
from handlers.staff.command import ComplaintsCommandContext, QueryGenerator, can_give_command, can_see_case
from handlers.staff.complaints.case_view import (
    ReportAnswer,
    audit_case_access,
    format_history_line,
    list_report_answers,
    load_staff_names,
    show_case_summary,
)
from handlers.staff.complaints.messages import FindCaseByNumber, GetCaseHistory, GetCaseReport, OfficerCase
from handlers.staff.complaints.outgoing import undo_send
from handlers.staff.complaints.replies import reply_to_reporter
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
from handlers.staff.two_factor import verify_second_factor
from handlers.thai import clean_text, count_letters_and_digits, to_bangkok_date

PAGE_COMMANDS: Mapping[PageKind, CommandName] = {
    PageKind.CASE: CommandName.PAGE,
    PageKind.EXPORT: CommandName.EXPORT,
    PageKind.IMPORT: CommandName.IMPORT,
    PageKind.IDENTITY: CommandName.IDENTITY,
}
"""The command that leads to each room: who may not give it any more is not let in either."""

CONVERSATION_KINDS = frozenset({HistoryEntryKind.OFFICE, HistoryEntryKind.ASKED, HistoryEntryKind.REPORTER})
"""What is conversation; the rest is history."""

PAGE_CLOSED = Reply("officer.closed", NEUTRAL)
PAGE_ENTERED = Reply("officer.title", NEUTRAL)


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Who asks, at which office, when. mark: of the link or of the seat."""

    token_hash: bytes = field(repr=False)
    office: Office
    now: datetime


@dataclass(frozen=True, slots=True)
class PageSession:
    """Somebody who may be where they are: their command as in a chat, and the case, where there is one."""

    command: ComplaintsCommandContext
    access: PageAccess
    case: OfficerCase | None


@dataclass(frozen=True, slots=True)
class OpenedCasePage:
    """All that stands on the page of a case. acts: what is written because it was opened."""

    session: PageSession
    case: OfficerCase
    summary: Reply
    facts: tuple[ReportAnswer, ...] = field(repr=False)
    conversation: tuple[Phrase, ...] = field(repr=False)
    history: tuple[Phrase, ...] = field(repr=False)
    files: tuple[File, ...] = field(repr=False)
    acts: tuple[Act, ...] = ()


@dataclass(frozen=True, slots=True)
class PageActionResult:
    """A file of the case that is opened. say: why it is not, where it is not."""

    session: PageSession
    file: File | None = field(default=None, repr=False)
    note: Phrase | None = None
    acts: tuple[Act, ...] = ()


@dataclass(frozen=True, slots=True)
class RevealedIdentity:
    """The reporter's name and contact, as they gave them."""

    session: PageSession
    case: OfficerCase
    lines: tuple[str, ...] = field(repr=False)
    acts: tuple[Act, ...] = ()


def authorize_page(v: PageRequest, *, proved: bool) -> QueryGenerator[PageSession | None]:
    """Who may come in now. proved: by a seat and not by a link."""
    hole = yield from run_query(FindPageAccess(v.token_hash))
    if hole is None or hole.verified != proved or not can_give_command(hole.staff, PAGE_COMMANDS[hole.page]):
        return None
    event = Event("", hole.staff.person_id or b"", Channel.WEB)
    session = Session(lang=hole.lang, at=v.now)
    given = ParsedCommand(PAGE_COMMANDS[hole.page], hole.number, hole.year)
    call = ComplaintsCommandContext(Context(event, session, v.office, v.now), hole.staff, given)
    if hole.page is PageKind.IMPORT:
        return PageSession(call, hole, None)
    found = (
        yield from run_query(FindCaseByNumber(hole.number, hole.year, hole.staff.id))
        if hole.number
        else find_no_case()
    )
    if found is None or not can_see_case(hole.staff, found):
        return None
    return PageSession(call, hole, found)


def find_no_case() -> QueryGenerator[None]:
    """Nothing is asked: the case was erased."""
    yield from ()


def redeem_link(v: PageRequest, seat: bytes, code: str) -> Decision:
    """The second factor at a link: the right code uses the link up for a seat. seat: its mark."""
    visitor = yield from authorize_page(v, proved=False)
    if visitor is None:
        return TurnResult(None, (PAGE_CLOSED,))
    c = visitor.command
    why, acts = yield from verify_second_factor(c.ctx, c.staff, code)
    if why is not None:
        return TurnResult(None, (why,), acts, c.ctx.lang)
    return TurnResult(
        None, (PAGE_ENTERED,), (*acts, RedeemAccessLink(v.token_hash, seat, c.staff.id)), c.ctx.lang
    )


def open_case_page(v: PageRequest) -> QueryGenerator[OpenedCasePage | None]:
    """The page of a case; None for who may not see it."""
    visitor = yield from _authorize_case_page(v)
    if visitor is None or visitor.case is None:
        return None
    c, found = visitor.command, visitor.case
    summary = yield from show_case_summary(c, found)
    told = yield from run_query(GetCaseReport(found.id))
    lines = yield from run_query(GetCaseHistory(found.id))
    names = yield from load_staff_names()
    talk = tuple(
        format_history_line(one, names, c) for one in lines.rows if one.entry.kind in CONVERSATION_KINDS
    )
    rest = tuple(
        format_history_line(one, names, c) for one in lines.rows if one.entry.kind not in CONVERSATION_KINDS
    )
    if lines.unreadable:
        rest = (*rest, Phrase("staff.unreadable", {"numbers": ", ".join(lines.unreadable)}))
    acts = yield from audit_case_access(c, found, "page")
    return OpenedCasePage(
        visitor,
        found,
        summary.replies[0],
        list_report_answers(told, v.office),
        talk,
        rest,
        told.files,
        acts,
    )


def open_case_file(v: PageRequest, key: str) -> QueryGenerator[PageActionResult | None]:
    """A file of the case by its key, to be looked at or taken away; None for who may not."""
    visitor, file = yield from _find_file(v, key)
    if visitor is None or visitor.case is None:
        return None
    if file is None or file.coming or not file.kind:
        return PageActionResult(visitor)  # it never came
    return PageActionResult(
        visitor, file, acts=(yield from audit_case_access(visitor.command, visitor.case, "file"))
    )


def find_case_file(v: PageRequest, key: str) -> QueryGenerator[PageActionResult | None]:
    """A file of the case, without opening it."""
    visitor, file = yield from _find_file(v, key)
    return None if visitor is None else PageActionResult(visitor, file)


def open_original_file(v: PageRequest, key: str, reason: str) -> QueryGenerator[PageActionResult | None]:
    """A picture as it came, with a reason that goes into the notes of the case."""
    visitor, file = yield from _find_file(v, key)
    if visitor is None or visitor.case is None:
        return None
    why, found, c = clean_text(reason).text, visitor.case, visitor.command
    if file is None or count_letters_and_digits(why) < MIN_REASON_LENGTH:
        short = Phrase("officer.original_short", {"fewest": MIN_REASON_LENGTH}) if file else None
        return PageActionResult(visitor, file, short)
    acts = yield from audit_case_access(c, found, "original")
    seq = max(found.seq, *(act.seq for act in acts)) + 1
    words = f"“{file.name}”: {why}"
    note = AddHistoryEntry(
        found.id,
        seq,
        to_bangkok_date(v.now),
        HistoryEntryKind.NOTE,
        ActorKind.OFFICE,
        words,
        staff=c.staff.id,
    )
    return PageActionResult(visitor, file, acts=(*acts, note))


def record_export(v: PageRequest) -> QueryGenerator[PageActionResult | None]:
    """Who fetches the paper of a case now, and what is written for it."""
    visitor = yield from authorize_page(v, proved=True)
    if visitor is None or visitor.access.page is not PageKind.EXPORT or visitor.case is None:
        return None
    return PageActionResult(
        visitor, acts=(AuditPageAction("exported", visitor.access.staff.id, visitor.case.id),)
    )


def open_identity(v: PageRequest) -> QueryGenerator[RevealedIdentity | None]:
    """Who opens the reporter's name now, and the name; None for who may not."""
    visitor = yield from authorize_page(v, proved=True)
    if visitor is None or visitor.access.page is not PageKind.IDENTITY or visitor.case is None:
        return None
    pairs = yield from run_query(ReadIdentity(visitor.case.id))
    acts = yield from audit_case_access(visitor.command, visitor.case, "identity")
    return RevealedIdentity(visitor, visitor.case, tuple(value for _, value in pairs), acts)


def record_import(v: PageRequest) -> QueryGenerator[PageActionResult | None]:
    """Who brings a register now, and what is written for it."""
    visitor = yield from authorize_page(v, proved=True)
    if visitor is None or visitor.access.page is not PageKind.IMPORT:
        return None
    return PageActionResult(visitor, acts=(AuditPageAction("imported", visitor.access.staff.id),))


def reply_from_page(v: PageRequest, text: str, *, confirmed: bool) -> Decision:
    """Words to the reporter: what they will see, or, once that is confirmed, words that wait for a minute."""
    visitor = yield from _authorize_case_page(v)
    if visitor is None:
        return TurnResult(None, (PAGE_CLOSED,))
    turn = yield from reply_to_reporter(_make_command(visitor, CommandName.REPLY, text, confirmed=confirmed))
    return TurnResult(None, turn.replies, turn.acts, visitor.access.lang)


def undo_from_page(v: PageRequest) -> Decision:
    """What waits to go to the reporter is taken back."""
    visitor = yield from _authorize_case_page(v)
    if visitor is None:
        return TurnResult(None, (PAGE_CLOSED,))
    turn = yield from undo_send(_make_command(visitor, CommandName.UNDO))
    return TurnResult(None, turn.replies, turn.acts, visitor.access.lang)


def log_out(v: PageRequest) -> Decision:
    """The seat is left."""
    visitor = yield from authorize_page(v, proved=True)
    lang = visitor.access.lang if visitor else "th"
    return TurnResult(None, (Reply("officer.left", NEUTRAL),), (EndPageSession(v.token_hash),), lang)


def _make_command(
    visitor: PageSession, order: CommandName, text: str = "", *, confirmed: bool = False
) -> ComplaintsCommandContext:
    """A command about the case of this page, as it would be given in a chat."""
    given = ParsedCommand(order, visitor.access.number, visitor.access.year, text)
    return replace(visitor.command, command=given, confirmed=confirmed)


def _authorize_case_page(v: PageRequest) -> QueryGenerator[PageSession | None]:
    visitor = yield from authorize_page(v, proved=True)
    return visitor if visitor is not None and visitor.access.page is PageKind.CASE else None


def _find_file(v: PageRequest, key: str) -> QueryGenerator[tuple[PageSession | None, File | None]]:
    visitor = yield from _authorize_case_page(v)
    if visitor is None or visitor.case is None:
        return None, None
    told = yield from run_query(GetCaseReport(visitor.case.id))
    return visitor, next((file for file in told.files if derive_file_slug(file) == key), None)


def derive_file_slug(file: File) -> str:
    """By what a file stands in an address: it stays the same whatever else comes, and tells nothing."""
    return sha256(file.id.encode()).hexdigest()[:16]
