"""The register as officers see it: what may be asked of it, and what may be written into it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from handlers.complaints.lifecycle import CaseOutcome, CaseStatus, TransitionRequest
from handlers.complaints.messages import HistoryEntry
from handlers.dialog.effects import Act, Listing, Query
from handlers.dialog.events import Channel, File

UNDO_SECONDS = 60
"""Seconds in which what goes to a reporter can be taken back."""


@dataclass(frozen=True, slots=True)
class OfficerCase:
    """A case without anything that was told. year: Buddhist fiscal year.

    officer: staff id of who has it in hand; avoid: of who closed it, before the reporter asked for another look;
    held: staff id of whose words wait to go to the reporter, until `due` (seconds since 1970);
    hidden: it seems to concern who asks; kept: it is kept from erasure;
    category, source: their codes, empty where many cases are listed.
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
    scheduled_by: str = ""
    send_at: int = 0
    hidden: bool = False
    category: str = ""
    source: str = ""
    legal_hold: bool = False

    @property
    def register_number(self) -> str:
        """The register number as it is written: 12/2570."""
        return f"{self.number}/{self.year}"


@dataclass(frozen=True, slots=True)
class CaseListPage:
    """A page of a list of cases. more: there is another after it.

    unreadable: register numbers of cases that belong to the list and cannot be read.
    """

    cases: tuple[OfficerCase, ...]
    has_more: bool = False
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseReport:
    """What a reporter told: answers by field, and the files that came, those of later lines too."""

    answers: Mapping[str, str] = field(repr=False)
    files: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseHistoryLine:
    """One line of a case's whole history, for officers. staff: id of who did it; words: also the reporter's own."""

    entry: HistoryEntry
    by: str
    staff: str = ""
    words: str = field(default="", repr=False)
    file_count: int = 0


@dataclass(frozen=True, slots=True)
class CaseAuditLine:
    """One line of the audit trail about a case. hour: since 1970, UTC."""

    hour: int
    actor: str
    what: str


@dataclass(frozen=True, slots=True)
class FindCaseByNumber(Query[OfficerCase | None]):
    """The case of a register number; without a year the one of this or the last fiscal year, the newer first.

    staff: who asks, so that a case which concerns them is marked as hidden.
    """

    number: int
    year: int
    staff: str
    exact_year: bool = True


@dataclass(frozen=True, slots=True)
class ListCases(Query[CaseListPage]):
    """Open cases, oldest due first: nobody's and the person's own, or with `everybody` all.

    until, since: days between which they are due.
    """

    staff: str
    offset: int = 0
    limit: int = 8
    all_officers: bool = False
    due_from: date = date.min
    due_until: date = date.max
    new: bool = True


@dataclass(frozen=True, slots=True)
class CaseSearchResult:
    """What a search has found. searched: cases that were opened; reached: fiscal year and number of the last one.

    left: there are older ones, which were not looked at yet. unreadable: register numbers of those that cannot be read.
    """

    cases: tuple[OfficerCase, ...]
    searched_count: int
    last_searched: tuple[int, int]
    has_more: bool
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchCases(Query[CaseSearchResult]):
    """Cases in whose words a text stands, newest first; only what the person may read is opened.

    below: fiscal year and number from which an earlier search goes on; (0, 0) for one that begins.
    """

    text: str = field(repr=False)
    staff: str
    all_officers: bool
    limit: int = 8
    below: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class GetCaseReport(Query[CaseReport]):
    """What the reporter of a case told."""

    case: str


@dataclass(frozen=True, slots=True)
class GetCaseHistory(Query[Listing[CaseHistoryLine]]):
    """The whole history of a case."""

    case: str


@dataclass(frozen=True, slots=True)
class GetCaseAuditLog(Query[tuple[CaseAuditLine, ...]]):
    """Who did what with a case, from the audit trail."""

    case: str


@dataclass(frozen=True, slots=True)
class ListLinkedCases(Query[tuple[OfficerCase, ...]]):
    """The cases of the same matter."""

    case: str
    staff: str


@dataclass(frozen=True, slots=True)
class RecordCaseAccess(Act):
    """Somebody read of a case. what: facts, files or history; first: the reporter sees that it was opened, as `seq`."""

    case: str
    staff: str
    what: str
    on: date
    seq: int = 0


@dataclass(frozen=True, slots=True)
class AssignCase(Act):
    """A case gets an officer, as line `seq`; a conflict if that line exists. to: staff id; by: who gave it."""

    case: str
    seq: int
    on: date
    to: str
    by: str


@dataclass(frozen=True, slots=True)
class OutgoingReply:
    """What goes to a reporter: a step with its reason, or words. by: the day to answer by, where that is asked."""

    case: str
    staff: str
    text: str = field(repr=False)
    step: TransitionRequest | None = None
    by: date | None = None


@dataclass(frozen=True, slots=True)
class ScheduleSend(Act):
    """Let something wait for a minute before it goes to the reporter; a conflict where something waits already.

    seq: the last line of the history that it was decided on.
    """

    reply: OutgoingReply
    seq: int


@dataclass(frozen=True, slots=True)
class CancelSend(Act):
    """Take back what waits to go to the reporter of a case; a conflict where it has gone."""

    case: str
    staff: str


@dataclass(frozen=True, slots=True)
class SetLegalHold(Act):
    """Keep a case from erasure, with a reason; without one, let it go its way again."""

    case: str
    staff: str
    on: date
    reason: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class LinkCases(Act):
    """Two cases are of the same matter."""

    case: str
    other: str
    staff: str


@dataclass(frozen=True, slots=True)
class SubscribeGroup(Act):
    """Tell a group of new cases, by number and day only; without an address, do so no more."""

    group_hash: bytes
    address: bytes | None = field(repr=False)
    channel: Channel
    staff: str


@dataclass(frozen=True, slots=True)
class ApproveRelease(Act):
    """Let a release of the statistics be published. staff: who does."""

    name: str
    staff: str
