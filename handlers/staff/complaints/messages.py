"""Messages of the case register for officers: queries and acts."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date

from handlers.complaints.lifecycle import (
    STATUS_RULES,
    CaseOutcome,
    CaseSource,
    CaseStatus,
    TransitionNotAllowedError,
    TransitionRequest,
    get_next_status,
    list_steps_of_matter,
)
from handlers.complaints.messages import HistoryEntry
from handlers.dialog.effects import Act, Listing, Query
from handlers.dialog.events import Channel, File
from handlers.staff.complaints.matters.reports import MatterReport, ScheduledAct

MAX_SCHEDULED_ACTS = 8
"""Acts of one case that may wait at once."""


@dataclass(frozen=True, slots=True)
class OfficerCase:
    """A case without any content of the report. year: Buddhist fiscal year; days are in Bangkok.

    officer: staff id of the assigned officer; avoid_officer: of the one who closed it, before the reporter asked for
    another look; each may be empty. scheduled: what waits to be sent, in the order in which it is. appointed_by: staff
    id of the supervisor who said that only the officer and they may open it. hidden: it is kept from the person who
    asks, and there is no officer in it; legal_hold: it is kept from erasure. category (its code) and source: empty and
    None where many cases are listed, and of a hidden one. other_reports: of the same matter, by the day they are due;
    other_report_count: their number, in lists too. stand_in: of who works for the officer today; in lists, who asks.
    """

    id: str
    number: int
    year: int
    status: CaseStatus
    outcome: CaseOutcome | None
    seq: int
    received_on: date
    touched_on: date
    answer_by: date
    officer: str = ""
    avoid_officer: str = ""
    scheduled: tuple[ScheduledAct, ...] = ()
    hidden: bool = False
    category: str = ""
    source: CaseSource | None = None
    legal_hold: bool = False
    appointed_by: str = ""
    other_reports: tuple[MatterReport, ...] = ()
    other_report_count: int = 0
    stand_in: str = ""
    is_imported: bool = False

    @property
    def register_number(self) -> str:
        """The register number: number/year, such as 12/2570."""
        return f"{self.number}/{self.year}"

    @property
    def coming_status(self) -> CaseStatus:
        """The status once all that waits is sent; what the lifecycle does not allow by then will not be done."""
        status = self.status
        for act in self.scheduled:
            if act.step is not None:
                with suppress(TransitionNotAllowedError):
                    status = get_next_status(status, act.step)
        for act in self.scheduled_elsewhere:
            steps = list_steps_of_matter(status, act.step) if act.step is not None else ()
            status = steps[-1][1] if steps else status
        return status

    @property
    def scheduled_elsewhere(self) -> tuple[ScheduledAct, ...]:
        """The decisions on this case too that wait with other reports of its matter."""
        return tuple(act for one in self.other_reports for act in one.scheduled)

    @property
    def open_others(self) -> tuple[MatterReport, ...]:
        """The other reports of its matter that are open: what is decided of an open one is decided of them too."""
        is_open = STATUS_RULES[self.status].is_open
        return tuple(one for one in self.other_reports if is_open and STATUS_RULES[one.status].is_open)

    @property
    def leading_report(self) -> MatterReport | None:
        """The open report of its matter that is further on than it, or as far and due before; None where it leads.

        A decision that is made on the one furthest on brings the others along.
        """
        leading = min(self.open_others, key=_order_of_leading, default=None)
        is_other = leading is not None and _order_of_leading(leading) < _order_of_leading(self)
        return leading if is_other else None

    def has_waiting(self, staff: str = "") -> bool:
        """Whether something waits to be sent, with it or made of it too with another report. staff: by that person."""
        return any(staff in {"", act.staff} for act in (*self.scheduled, *self.scheduled_elsewhere))


def _order_of_leading(report: "OfficerCase | MatterReport") -> tuple[int, date, int, int]:
    """Order the reports of a matter: the one furthest on first, and of those the one due first."""
    return (-list(CaseStatus).index(report.status), report.answer_by, report.year, report.number)


@dataclass(frozen=True, slots=True)
class CaseListPage:
    """A page of a list of cases. has_more: there is another after it.

    unreadable: register numbers of cases that belong to the list and cannot be read.
    """

    cases: tuple[OfficerCase, ...]
    has_more: bool = False
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseReport:
    """A report: answers by field, and all files of the case, with those of later lines.

    notice_version: of the privacy notice that its reporter was shown; empty where none was.
    """

    answers: Mapping[str, str] = field(repr=False)
    files: tuple[File, ...] = ()
    notice_version: str = ""


@dataclass(frozen=True, slots=True)
class CaseHistoryLine:
    """A line of a case's history, for officers. staff: id of who did it; words: its text, the reporter's too."""

    entry: HistoryEntry
    by: str
    staff: str = ""
    words: str = field(default="", repr=False)
    file_count: int = 0


@dataclass(frozen=True, slots=True)
class CaseAuditLine:
    """A line of the audit trail about a case. hour: hours since 1970, UTC; shown of what staff did, else its day."""

    hour: int
    actor: str
    what: str
    by_staff: bool


@dataclass(frozen=True, slots=True)
class FindCaseByNumber(Query[OfficerCase | None]):
    """The case of a register number. Unless `exact_year`, of `year` or else of the year before.

    staff: id of who asks, so that a case which is kept from them is marked as hidden.
    """

    number: int
    year: int
    staff: str
    exact_year: bool = True


@dataclass(frozen=True, slots=True)
class GetNextRegisterNumber(Query[int]):
    """The register number that the next case of a fiscal year (Buddhist era) gets. Another may take it meanwhile."""

    year: int


@dataclass(frozen=True, slots=True)
class ListCases(Query[CaseListPage]):
    """Open cases, earliest due first: unassigned ones and the person's own, or with `all_officers` all.

    due_from, due_until: days between which they are due. kept: those that are kept from the person too, last.
    """

    staff: str
    offset: int = 0
    limit: int = 8
    all_officers: bool = False
    due_from: date = date.min
    due_until: date = date.max
    new: bool = True
    kept: bool = True


@dataclass(frozen=True, slots=True)
class CaseSearchResult:
    """The result of a search. searched_count: cases that were decrypted.

    last_searched: fiscal year and number of the last of them; has_more: older ones are left. unreadable: register
    numbers of those that cannot be read.
    """

    cases: tuple[OfficerCase, ...]
    searched_count: int
    last_searched: tuple[int, int]
    has_more: bool
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchCases(Query[CaseSearchResult]):
    """Cases whose texts contain a text, newest first. Only cases that the person may read are searched.

    below: fiscal year and number where an earlier search stopped; (0, 0) for a new one.
    """

    text: str = field(repr=False)
    staff: str
    all_officers: bool
    limit: int = 8
    below: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class GetCaseReport(Query[CaseReport]):
    """The report of a case."""

    case: str


@dataclass(frozen=True, slots=True)
class GetCaseHistory(Query[Listing[CaseHistoryLine]]):
    """The whole history of a case."""

    case: str


@dataclass(frozen=True, slots=True)
class GetCaseAuditLog(Query[tuple[CaseAuditLine, ...]]):
    """The lines of the audit trail about a case: who did what."""

    case: str


@dataclass(frozen=True, slots=True)
class ListLinkedCases(Query[tuple[OfficerCase, ...]]):
    """The cases that are linked to a case as the same matter. staff: id of who asks."""

    case: str
    staff: str


@dataclass(frozen=True, slots=True)
class RecordCaseAccess(Act):
    """Audit that somebody opened content of a case. what: which content, such as facts, files or history.

    seq: of the line that tells the reporter so, the first time; else 0.
    """

    case: str
    staff: str
    what: str
    on: date
    seq: int = 0


@dataclass(frozen=True, slots=True)
class AssignCase(Act):
    """Assign a case, as line `seq`; a conflict if that line exists. to, by: staff ids."""

    case: str
    seq: int
    on: date
    to: str
    by: str


@dataclass(frozen=True, slots=True)
class SetAppointment(Act):
    """Say that only the assigned officer of a case, and who says so, may open it; or, with `is_lifted`, that all may.

    A conflict where the case is kept from who says so. officer, by: staff ids.
    """

    case: str
    officer: str
    by: str
    is_lifted: bool = False


@dataclass(frozen=True, slots=True)
class OutgoingReply:
    """A text to send to a reporter. step: the transition of which it is the reason; None for a plain reply.

    by: the day to answer by, where it is a question. staff: id of the author. also: ids of the other reports of the
    matter, of which the transition is made too, as far as they are still of the same matter and open.
    """

    case: str
    staff: str
    text: str = field(repr=False)
    step: TransitionRequest | None = None
    by: date | None = None
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ScheduleSend(Act):
    """Schedule a reply for the end of its undo window, after what waits already.

    seq: the last line of the history that the officer saw; waiting: the number of acts that they saw waiting. Both
    must be so still, else it is a conflict.
    """

    reply: OutgoingReply
    seq: int
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class CancelSend(Act):
    """Cancel a person's last scheduled act of a case; a conflict where it was sent. What others scheduled stays.

    by: staff id of the supervisor who does it in their place; empty where it is one's own.
    """

    case: str
    staff: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class SetLegalHold(Act):
    """Keep a case from erasure, with a reason; without one, lift the hold."""

    case: str
    staff: str
    on: date
    reason: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class LinkCases(Act):
    """Link two cases of the same matter."""

    case: str
    other: str
    staff: str


@dataclass(frozen=True, slots=True)
class SetCaseKind(Act):
    """Say of what kind a case is: its reporter left that open, or chose another. It counts so from its receipt.

    category: a code of office.toml; received_on: the day of receipt; seq: of the line of the history for officers.
    """

    case: str
    category: str
    staff: str
    on: date
    received_on: date
    seq: int


@dataclass(frozen=True, slots=True)
class SubscribeGroup(Act):
    """Notify a group of new cases, by number and day only; without an address, unsubscribe it."""

    group_hash: bytes
    address: bytes | None = field(repr=False)
    channel: Channel
    staff: str


@dataclass(frozen=True, slots=True)
class ApproveRelease(Act):
    """Approve the publication of a release of the statistics. staff: id of who approves."""

    name: str
    staff: str


@dataclass(frozen=True, slots=True)
class CountUnreadableCases(Query[int]):
    """Count the open cases that nobody who joined can read, save those that concern who asks (staff, an id)."""

    staff: str
