"""Decide what pages of the workspace show of one case beside its view: files, export, slip, an invitation's digits.

Every request is decided on the current state: the session, its owner and their role, and whose the case is.
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256

from handlers.complaints.conflict_of_interest import MIN_REASON_LENGTH
from handlers.complaints.messages import ActorKind, AddHistoryEntry, HistoryEntryKind
from handlers.complaints.slips.messages import FindSlip, SlipStatus
from handlers.dialog.codes.code_finder import remove_codes
from handlers.dialog.codes.one_time_code import OneTimeCode
from handlers.dialog.codes.typed_codes import get_code_placeholder
from handlers.dialog.context import Context
from handlers.dialog.effects import Act, run_query
from handlers.dialog.events import Channel, Event, File
from handlers.dialog.replies import Phrase
from handlers.dialog.session import Session
from handlers.office import Office
from handlers.staff.command import CommandContext, ComplaintsCommandContext, QueryGenerator
from handlers.staff.complaints.case_view import audit_case_access
from handlers.staff.complaints.commands import COMPLAINTS_COMMAND_TABLE
from handlers.staff.complaints.find_case import can_see_case
from handlers.staff.complaints.messages import (
    CaseHistoryLine,
    FindCaseByNumber,
    GetCaseHistory,
    GetCaseReport,
    OfficerCase,
)
from handlers.staff.page_access import (
    CARRYING_PAGES,
    AuditPageAction,
    FindPageAccess,
    PageAccess,
    PageKind,
    derive_grant_hash,
)
from handlers.staff.parse import ParsedCommand
from handlers.staff.permissions import CommandName
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


@dataclass(frozen=True, slots=True)
class PageRequest:
    """A request for something of a page. session_hash: of a session of the workspace, in which content may be shown.

    number, year: of the case in the page's address; 0 where it has none.
    """

    session_hash: bytes = field(repr=False)
    office: Office
    now: datetime
    page: PageKind = PageKind.CASE
    number: int = 0
    year: int = 0


@dataclass(frozen=True, slots=True)
class PageSession:
    """Access that was authorized: a command as it would be given in a chat, and the case, where there is one."""

    command: ComplaintsCommandContext
    access: PageAccess
    case: OfficerCase | None


@dataclass(frozen=True, slots=True)
class PageActionResult:
    """A file of the case. note: why it is not opened; None where it is. acts: to write because it was opened."""

    session: PageSession
    file: File | None = field(default=None, repr=False)
    note: Phrase | None = None
    acts: tuple[Act, ...] = ()


def authorize_page(request: PageRequest) -> QueryGenerator[PageSession | None]:
    """Return the access of a session to a page now; None where it has none."""
    access = yield from _find_access(request)
    if access is None or not COMPLAINTS_COMMAND_TABLE.is_allowed(
        access.staff.role, PAGE_COMMANDS[access.page]
    ):
        return None
    event = Event("", request.session_hash, Channel.WEB)
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
    """Return what a session may ask for: each page by its address, or what a link brought into this session."""
    found = yield from run_query(FindWorkspaceSession(request.session_hash))
    if found is None:
        return None
    if request.page not in CARRYING_PAGES:
        return PageAccess(
            request.page, found.staff, True, number=request.number, year=request.year, lang=found.lang
        )
    kept = yield from run_query(FindPageAccess(derive_grant_hash(request.session_hash, request.page)))
    is_own = kept is not None and kept.verified and kept.staff.id == found.staff.id
    return kept if is_own else None


def find_no_case() -> QueryGenerator[None]:
    """Return no case, without a query: the case was erased."""
    yield from ()


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
    page_session = yield from authorize_page(replace(request, page=PageKind.EXPORT))
    if page_session is None or page_session.case is None:
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
    page_session = yield from authorize_page(replace(request, page=PageKind.SLIP))
    if page_session is None or page_session.case is None:
        return None
    slip = yield from run_query(FindSlip(OneTimeCode(page_session.access.password)))
    if slip is None or slip.status is not SlipStatus.UNUSED:
        return None
    return PageActionResult(page_session)


def open_digits(request: PageRequest) -> QueryGenerator[PageSession | None]:
    """Authorize the showing of an invitation's digits, which a link brought; None without access."""
    return (yield from authorize_page(replace(request, page=PageKind.DIGITS)))


def record_import(request: PageRequest, what: str = "imported") -> QueryGenerator[PageActionResult | None]:
    """Authorize and audit the import of a register, or that one is reversed; None without access."""
    page_session = yield from authorize_page(replace(request, page=PageKind.IMPORT))
    if page_session is None:
        return None
    return PageActionResult(page_session, acts=(AuditPageAction(what, page_session.access.staff.id),))


def _authorize_case_page(request: PageRequest) -> QueryGenerator[PageSession | None]:
    return (yield from authorize_page(replace(request, page=PageKind.CASE)))


def _find_file(request: PageRequest, key: str) -> QueryGenerator[tuple[PageSession | None, File | None]]:
    page_session = yield from _authorize_case_page(request)
    if page_session is None or page_session.case is None:
        return None, None
    report = yield from run_query(GetCaseReport(page_session.case.id))
    return page_session, next((file for file in report.files if derive_file_slug(file) == key), None)


def derive_file_slug(file: File) -> str:
    """Return the part of a URL that stands for a file: stable when files are added, and derived one-way from its id."""
    return sha256(file.id.encode()).hexdigest()[:16]
