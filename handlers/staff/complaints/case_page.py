"""Decide the requests of the officers' page: who has access, what is shown, and the actions on it.

Every request is decided on the current state: the page session, its owner and their role, and whose the case is.
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256

from handlers.complaints.approvals import ReadIdentity
from handlers.complaints.conflict_of_interest import MIN_REASON_LENGTH
from handlers.complaints.messages import ActorKind, AddHistoryEntry, HistoryEntryKind
from handlers.complaints.slips.messages import FindSlip, SlipStatus
from handlers.dialog.codes.code_finder import has_codes, remove_codes
from handlers.dialog.codes.one_time_code import OneTimeCode
from handlers.dialog.codes.typed_codes import get_code_placeholder
from handlers.dialog.context import Context
from handlers.dialog.effects import Act, Decision, TurnResult, run_query
from handlers.dialog.events import Channel, Event, File
from handlers.dialog.replies import NEUTRAL, OfficerPageAction, Phrase, Presentation, Reply
from handlers.dialog.session import Session
from handlers.office import Office
from handlers.staff.command import CommandContext, ComplaintsCommandContext, QueryGenerator
from handlers.staff.complaints.case_view import (
    audit_case_access,
    show_case,
)
from handlers.staff.complaints.commands import COMPLAINTS_COMMAND_TABLE
from handlers.staff.complaints.find_case import can_see_case
from handlers.staff.complaints.messages import (
    CaseHistoryLine,
    FindCaseByNumber,
    GetCaseHistory,
    GetCaseReport,
    OfficerCase,
)
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
from handlers.staff.workspace.case_content import CaseContent, read_case_content
from handlers.staff.workspace.messages import FindWorkspaceSession
from handlers.thai.dates import to_bangkok_date
from handlers.thai.text import clean_text, count_letters_and_digits

PAGE_COMMANDS: Mapping[PageKind, CommandName] = {
    PageKind.CASE: CommandName.PAGE,
    PageKind.EXPORT: CommandName.EXPORT,
    PageKind.IMPORT: CommandName.IMPORT,
    PageKind.DIGITS: CommandName.RESET,
    PageKind.IDENTITY: CommandName.IDENTITY,
    PageKind.SLIP: CommandName.SLIP,
    PageKind.WORKSPACE: CommandName.WORKSPACE,
}
"""The command that leads to each page: whoever may no longer give it has no access either."""

PAGE_CLOSED = Reply(
    "officer.closed", NEUTRAL, presentation=Presentation(officer_page=OfficerPageAction.CLOSE)
)
PAGE_CODE_TYPED = Reply(
    "officer.code_removed", NEUTRAL, presentation=Presentation(officer_page=OfficerPageAction.KEEP_TEXT)
)
PAGE_ENTERED = Reply(
    "officer.title", NEUTRAL, presentation=Presentation(officer_page=OfficerPageAction.ENTER)
)


@dataclass(frozen=True, slots=True)
class PageRequest:
    """A request to the officers' page. token_hash: of the link or of the page session.

    workspace_case: number and year of the case, where the token is of a session of the workspace, in which content may
    be shown; None elsewhere.
    """

    token_hash: bytes = field(repr=False)
    office: Office
    now: datetime
    workspace_case: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class PageSession:
    """Access that was authorized: a command as it would be given in a chat, and the case, where there is one."""

    command: ComplaintsCommandContext
    access: PageAccess
    case: OfficerCase | None


@dataclass(frozen=True, slots=True)
class OpenedCasePage:
    """The content of a case's page. acts: to write because it was opened."""

    session: PageSession
    case: OfficerCase
    summary: Reply
    content: CaseContent = field(repr=False)
    acts: tuple[Act, ...] = ()


@dataclass(frozen=True, slots=True)
class PageActionResult:
    """A file of the case. note: why it is not opened; None where it is. acts: to write because it was opened."""

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


def authorize_page(request: PageRequest, *, verified: bool) -> QueryGenerator[PageSession | None]:
    """Return the access that a token gives now; None where it gives none.

    verified: whether the token must be of a page session, after the second factor, or of a link.
    """
    access = yield from _find_access(request)
    if (
        access is None
        or access.verified != verified
        or access.page is PageKind.WORKSPACE  # it signs in there, and opens nothing here
        or not COMPLAINTS_COMMAND_TABLE.is_allowed(access.staff.role, PAGE_COMMANDS[access.page])
    ):
        return None
    event = Event("", access.staff.person_id or b"", Channel.WEB)
    session = Session(lang=access.lang, at=request.now)
    given = ParsedCommand(PAGE_COMMANDS[access.page], access.number, access.year)
    ctx = Context(event, session, request.office, request.now)
    call = CommandContext(ctx, access.staff, given, COMPLAINTS_COMMAND_TABLE)
    if access.page in {PageKind.IMPORT, PageKind.DIGITS}:
        return PageSession(call, access, None)
    found = (
        yield from run_query(FindCaseByNumber(access.number, access.year, access.staff.id))
        if access.number
        else find_no_case()
    )
    if found is None or not can_see_case(access.staff, found):
        return None
    return PageSession(call, access, found)


def _find_access(request: PageRequest) -> QueryGenerator[PageAccess | None]:
    """Return what the token of a request gives access to; a session of the workspace does so to each case by itself."""
    if request.workspace_case is None:
        return (yield from run_query(FindPageAccess(request.token_hash)))
    found = yield from run_query(FindWorkspaceSession(request.token_hash))
    number, year = request.workspace_case
    if found is None:
        return None
    return PageAccess(PageKind.CASE, found.staff, True, "", number, year, found.lang)


def find_no_case() -> QueryGenerator[None]:
    """Return no case, without a query: the case of the link was erased."""
    yield from ()


def redeem_link(request: PageRequest, session_hash: bytes, code: str) -> Decision:
    """Check the second factor at a link: the right code uses up the link and begins a page session.

    session_hash: of the new session's token.
    """
    page_session = yield from authorize_page(request, verified=False)
    if page_session is None:
        return TurnResult(None, (PAGE_CLOSED,))
    c = page_session.command
    why, acts = yield from verify_second_factor(c.ctx, c.staff, code)
    if why is not None:
        return TurnResult(None, (why,), acts, c.ctx.lang)
    return TurnResult(
        None,
        (PAGE_ENTERED,),
        (*acts, RedeemAccessLink(request.token_hash, session_hash, c.staff.id)),
        c.ctx.lang,
    )


def open_case_page(request: PageRequest) -> QueryGenerator[OpenedCasePage | None]:
    """Open the page of a case, which is audited; None without access."""
    page_session = yield from _authorize_case_page(request)
    if page_session is None or page_session.case is None:
        return None
    c, found = page_session.command, page_session.case
    summary = yield from show_case(c, found)
    content = yield from read_case_content(c, found)
    return OpenedCasePage(page_session, found, summary.replies[0], content, content.acts)


def open_case_file(request: PageRequest, key: str) -> QueryGenerator[PageActionResult | None]:
    """Open a file of the case to view or download it, which is audited; None without access. key: its slug."""
    page_session, file = yield from _find_file(request, key)
    if page_session is None or page_session.case is None:
        return None
    if file is None or file.coming or not file.kind:
        return PageActionResult(page_session)  # the file was never received
    return PageActionResult(
        page_session,
        file,
        acts=(yield from audit_case_access(page_session.command, page_session.case, "file")),
    )


def find_case_file(request: PageRequest, key: str) -> QueryGenerator[PageActionResult | None]:
    """Find a file of the case without opening it; None without access."""
    page_session, file = yield from _find_file(request, key)
    return None if page_session is None else PageActionResult(page_session, file)


def open_original_file(
    request: PageRequest, key: str, reason: str
) -> QueryGenerator[PageActionResult | None]:
    """Open a picture exactly as it was received. The reason is added to the case as a note."""
    page_session, file = yield from _find_file(request, key)
    if page_session is None or page_session.case is None:
        return None
    found, c = page_session.case, page_session.command
    why = remove_codes(clean_text(reason).text, get_code_placeholder(c.ctx.lang))
    if file is None or count_letters_and_digits(why) < MIN_REASON_LENGTH:
        short = Phrase("officer.original_short", {"fewest": MIN_REASON_LENGTH}) if file else None
        return PageActionResult(page_session, file, short)
    acts = yield from audit_case_access(c, found, "original")
    seq = max(found.seq, *(act.seq for act in acts)) + 1
    words = f"“{file.name}”: {why}"
    note = AddHistoryEntry(
        found.id,
        seq,
        to_bangkok_date(request.now),
        HistoryEntryKind.NOTE,
        ActorKind.OFFICE,
        words,
        staff=c.staff.id,
    )
    return PageActionResult(page_session, file, acts=(*acts, note))


@dataclass(frozen=True, slots=True)
class CaseExport:
    """A case to be exported. files: of the case; lines: its history; chosen: the files that go with it.

    acts: to write because it is exported; none where it is only offered.
    """

    session: PageSession
    case: OfficerCase
    files: tuple[File, ...] = field(repr=False)
    lines: tuple[CaseHistoryLine, ...] = field(repr=False)
    chosen: tuple[File, ...] = field(default=(), repr=False)
    acts: tuple[Act, ...] = ()


def offer_export(request: PageRequest) -> QueryGenerator[CaseExport | None]:
    """Return what may be exported; None without access."""
    page_session = yield from authorize_page(request, verified=True)
    if page_session is None or page_session.access.page is not PageKind.EXPORT or page_session.case is None:
        return None
    report = yield from run_query(GetCaseReport(page_session.case.id))
    lines = (yield from run_query(GetCaseHistory(page_session.case.id))).rows
    there = tuple(file for file in report.files if file.kind and not file.coming)
    return CaseExport(page_session, page_session.case, there, lines)


def record_export(request: PageRequest, keys: Container[str] = ()) -> QueryGenerator[CaseExport | None]:
    """Authorize and audit the export of a case; None without access. keys: the slugs of files that go with it."""
    offered = yield from offer_export(request)
    if offered is None:
        return None
    chosen = tuple(file for file in offered.files if derive_file_slug(file) in keys)
    who, case = offered.session.access.staff.id, offered.case.id
    acts = (
        AuditPageAction("exported", who, case),
        *(AuditPageAction("exported-file", who, case) for _ in chosen),
    )
    return replace(offered, chosen=chosen, acts=acts)


def open_slip(request: PageRequest) -> QueryGenerator[PageActionResult | None]:
    """Authorize the showing of a slip's one-time code; None without access, and where it was used or replaced.

    The slip itself was audited.
    """
    page_session = yield from authorize_page(request, verified=True)
    if page_session is None or page_session.access.page is not PageKind.SLIP or page_session.case is None:
        return None
    slip = yield from run_query(FindSlip(OneTimeCode(page_session.access.password)))
    if slip is None or slip.status is not SlipStatus.UNUSED:
        return None
    return PageActionResult(page_session)


def open_identity(request: PageRequest) -> QueryGenerator[RevealedIdentity | None]:
    """Open the reporter's identity, which is audited; None without access."""
    page_session = yield from authorize_page(request, verified=True)
    if page_session is None or page_session.access.page is not PageKind.IDENTITY or page_session.case is None:
        return None
    pairs = yield from run_query(ReadIdentity(page_session.case.id))
    acts = yield from audit_case_access(page_session.command, page_session.case, "identity")
    return RevealedIdentity(page_session, page_session.case, tuple(value for _, value in pairs), acts)


def record_import(request: PageRequest) -> QueryGenerator[PageActionResult | None]:
    """Authorize and audit the import of a register; None without access."""
    page_session = yield from authorize_page(request, verified=True)
    if page_session is None or page_session.access.page is not PageKind.IMPORT:
        return None
    return PageActionResult(page_session, acts=(AuditPageAction("imported", page_session.access.staff.id),))


def reply_from_page(request: PageRequest, text: str, *, confirmed: bool) -> Decision:
    """Preview a reply to the reporter, or schedule it once confirmed. One with a tracking code is given back."""
    page_session = yield from _authorize_case_page(request)
    if page_session is None or page_session.case is None:
        return TurnResult(None, (PAGE_CLOSED,))
    if has_codes(text):
        return TurnResult(None, (PAGE_CODE_TYPED,), (), page_session.access.lang)
    given = _make_command(page_session, CommandName.REPLY, text, confirmed=confirmed)
    turn = yield from reply_to_reporter(given, page_session.case)
    return TurnResult(None, turn.replies, turn.acts, page_session.access.lang)


def undo_from_page(request: PageRequest) -> Decision:
    """Cancel the scheduled reply."""
    page_session = yield from _authorize_case_page(request)
    if page_session is None or page_session.case is None:
        return TurnResult(None, (PAGE_CLOSED,))
    turn = yield from undo_send(_make_command(page_session, CommandName.UNDO), page_session.case)
    return TurnResult(None, turn.replies, turn.acts, page_session.access.lang)


def log_out(request: PageRequest) -> Decision:
    """End the page session."""
    page_session = yield from authorize_page(request, verified=True)
    lang = page_session.access.lang if page_session else "th"
    return TurnResult(None, (Reply("officer.left", NEUTRAL),), (EndPageSession(request.token_hash),), lang)


def _make_command(
    page_session: PageSession, order: CommandName, text: str = "", *, confirmed: bool = False
) -> ComplaintsCommandContext:
    """Return a command about the case of this page, as it would be given in a chat."""
    given = ParsedCommand(order, page_session.access.number, page_session.access.year, text)
    return replace(page_session.command, command=given, confirmed=confirmed)


def _authorize_case_page(request: PageRequest) -> QueryGenerator[PageSession | None]:
    page_session = yield from authorize_page(request, verified=True)
    return page_session if page_session is not None and page_session.access.page is PageKind.CASE else None


def _find_file(request: PageRequest, key: str) -> QueryGenerator[tuple[PageSession | None, File | None]]:
    page_session = yield from _authorize_case_page(request)
    if page_session is None or page_session.case is None:
        return None, None
    report = yield from run_query(GetCaseReport(page_session.case.id))
    return page_session, next((file for file in report.files if derive_file_slug(file) == key), None)


def derive_file_slug(file: File) -> str:
    """Return the part of a URL that stands for a file: stable when files are added, and derived one-way from its id."""
    return sha256(file.id.encode()).hexdigest()[:16]
