"""Queries and acts of the case register, with the records that they return and store."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from handlers.complaints.lifecycle import (
    CaseOutcome,
    CaseSource,
    CaseStatus,
    NonAcceptanceReason,
    TransitionRequest,
)
from handlers.dialog.effects import Act, Query
from handlers.dialog.events import Channel, File, Lang
from handlers.dialog.receipt import Receipt


@dataclass(frozen=True, slots=True)
class ImportedCase:
    """One row of an imported register. line: its line in the file; fiscal_year: the Buddhist-era year of its number.

    closed_on: the day it ended, None for an open one; source, outcome: None where the register does not say.
    """

    line: int
    fiscal_year: int
    number: int
    received_on: date
    source: CaseSource | None
    category: str
    status: CaseStatus
    outcome: CaseOutcome | None = None
    closed_on: date | None = None
    sheet: str = ""


class WordKind(StrEnum):
    """What a word is about. PROGRESS: the state, the outcome, or both, which registers write in either column.

    COLUMN: a heading, which says what its column holds.
    """

    SOURCE = "source"
    CATEGORY = "category"
    PROGRESS = "progress"
    COLUMN = "column"


@dataclass(frozen=True, slots=True)
class ToldWord:
    """What somebody said that a word of a register means.

    word: folded, as it is compared; value: of `RegisterWords.list_values`.
    """

    kind: WordKind
    word: str
    value: str


class ExclusionGround(StrEnum):
    """Why a member of the staff may not read a case."""

    NAMED = "named"  # the complaint seems to name them
    UNIT = "unit"  # the complaint accuses their unit
    COMMAND = "command"  # they are under the command of a person who is named
    MARKED = "marked"  # the reporter said that it concerns the head, or who runs the channel
    BARRED = "barred"  # a supervisor excluded them
    LIFTED = "lifted"  # a supervisor found that it does not concern them


@dataclass(frozen=True, slots=True)
class Exclusion:
    """One excluded member of the staff, and why.

    decided_by: staff id of the supervisor, empty where the program found the conflict; reason: the supervisor's text.
    """

    staff: str
    ground: ExclusionGround
    decided_by: str = ""
    reason: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class ListExclusions(Query[tuple[Exclusion, ...]]):
    """Get all exclusions of a case, lifted ones included."""

    case: str


@dataclass(frozen=True, slots=True)
class SetExclusion(Act):
    """Exclude a reader, or lift a false match: `ground` is BARRED or LIFTED. For supervisors."""

    case: str
    exclusion: Exclusion
    on: date


class HistoryEntryKind(StrEnum):
    """Kinds of lines in a case's history."""

    FILED = "filed"
    MOVED = "moved"
    OFFICE = "office"  # a message from the office to the reporter
    REPORTER = "reporter"  # a message from the reporter
    EVIDENCE = "evidence"  # a file from the reporter, after filing
    OPENED = "opened"  # an officer read the case for the first time
    ASKED = "asked"  # a question from the office, with a day to answer by
    ASSIGNED = "assigned"  # the case was assigned to an officer
    NOTE = "note"  # a note between officers
    KIND_SET = "kind_set"  # an officer said of what kind the case is
    CHECKED = "checked"  # an officer ticked or excused an item of the checklist, or took that back
    SLIP = "slip"  # an officer printed a slip with a one-time code, for whom the case was written down
    CODE_MADE = "code_made"  # a tracking code was made with the slip
    CODE_VOIDED = "code_voided"  # the holder of the slip voided that tracking code
    CORRECTED = "corrected"  # the reporter corrected what an officer had written down
    CONFIRMED = "confirmed"  # the reporter confirmed it


INTERNAL_ENTRY_KINDS = frozenset(
    {
        HistoryEntryKind.ASSIGNED,
        HistoryEntryKind.NOTE,
        HistoryEntryKind.KIND_SET,
        HistoryEntryKind.CHECKED,
    }
)
"""Lines that the reporter does not see."""

CODE_ENTRY_KINDS = frozenset(
    {HistoryEntryKind.CODE_MADE, HistoryEntryKind.CODE_VOIDED, HistoryEntryKind.CONFIRMED}
)
"""Lines of the reporter's that tell the office nothing about the matter, and so answer no question of the office."""


class ActorKind(StrEnum):
    """Who acted, for the audit trail, which must not identify a reporter. CLOCK is a scheduled job."""

    REPORTER = "reporter"
    OFFICE = "office"
    CLOCK = "clock"


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One line of a case's history, as the reporter may see it. `text` is always the office's, never the reporter's.

    by_reporter: the reporter did it.
    """

    seq: int
    on: date
    kind: HistoryEntryKind
    status: CaseStatus | None = None
    outcome: CaseOutcome | None = None
    reason: NonAcceptanceReason | None = None
    body: str = ""
    text: str = ""
    by_reporter: bool = False


@dataclass(frozen=True, slots=True)
class CaseOpening:
    """When, and through which channel, a case was opened with its receipt. on: the day in Bangkok."""

    on: date
    channel: Channel


@dataclass(frozen=True, slots=True)
class ReporterCase:
    """A case as its reporter may see it: no text of the complaint, no register number, no officer.

    answer_by: the day by which the office owes a first answer; None where nobody here can read the case.
    last_opening: the last time that somebody opened it with its receipt; None where nobody has, or before it was kept.
    """

    id: str
    status: CaseStatus
    outcome: CaseOutcome | None
    received_on: date
    answer_by: date | None
    entries: tuple[HistoryEntry, ...]
    last_stored_seq: int = 0
    last_opening: CaseOpening | None = None

    @property
    def is_answered(self) -> bool:
        """Whether the reporter has had a message from the office."""
        return any(entry.kind is HistoryEntryKind.OFFICE for entry in self.entries)

    @property
    def has_unconfirmed_record(self) -> bool:
        """Whether an officer wrote it down, the reporter made their code with a slip, and has not confirmed it yet.

        Only then may its text be read with the code: of others, who gets hold of a code reads no word of the report.
        """
        kinds = [entry.kind for entry in self.entries]
        return HistoryEntryKind.CODE_MADE in kinds and HistoryEntryKind.CONFIRMED not in kinds

    @property
    def was_code_voided(self) -> bool:
        """Whether a tracking code of it was voided by who held its slip.

        Who follows it since may be who kept a copy of that slip: they neither withdraw it nor confirm its record.
        """
        return any(entry.kind is HistoryEntryKind.CODE_VOIDED for entry in self.entries)

    def append_line(self, act: "AddHistoryEntry") -> "ReporterCase":
        """Return the case as it will be once a line is written."""
        line = HistoryEntry(act.seq, act.on, act.kind, by_reporter=act.by is ActorKind.REPORTER)
        return replace(self, entries=(*self.entries, line))

    @property
    def seq(self) -> int:
        """The number of the last line of the history, visible or not; the next line is `seq + 1`."""
        return max(self.last_stored_seq, *(entry.seq for entry in self.entries), 0)


@dataclass(frozen=True, slots=True)
class FindCase(Query[ReporterCase | None]):
    """Find the case of a receipt; None for one that was never issued or was erased."""

    receipt: Receipt


@dataclass(frozen=True, slots=True)
class RecordCaseOpening(Act):
    """Keep when a case was opened with its receipt, in the place of the time before, for who has the receipt alone."""

    case: str
    opening: CaseOpening


@dataclass(frozen=True, slots=True)
class FileCase(Act):
    """File a complaint: register number, receipt, history, statistics facts and audit record in one transaction.

    on: the day in Bangkok; answer_by: the day by which the reporter must have a first answer; notice_version: of the
    privacy notice shown; concerns_head: it concerns the head of the office or whoever runs this channel, as the
    reporter says or as the program suspects, and keeps readers out, nothing else; answers: what the reporter wrote, by
    field; identity: name and contact, in a separate envelope; message_origins: what each message of the platform
    brought, kept apart from the case for 48 hours so that it can be unsent; source: how the complaint reached the
    office, where an officer entered it; exclusions: staff who must not read it; announce_within: the minutes within
    which, at a random moment, officers are told of it; until then it does not exist for them; 0: at once. entered_on:
    the day on which an officer entered it, where `on` may be an earlier one; number: the register number that the
    officer is told, a conflict where it was taken meanwhile; 0: any.
    """

    receipt: Receipt = field(repr=False)
    category: str
    channel: Channel
    on: date
    answer_by: date
    notice_version: str
    concerns_head: bool = False
    answers: Mapping[str, str] = field(default_factory=dict, repr=False)
    identity: Mapping[str, str] = field(default_factory=dict, repr=False)
    files: tuple[File, ...] = ()
    message_origins: Mapping[str, str] = field(default_factory=dict, repr=False)
    source: CaseSource | None = None
    exclusions: tuple[Exclusion, ...] = ()
    announce_within: int = 0
    entered_on: date | None = None
    number: int = 0


@dataclass(frozen=True, slots=True)
class AddHistoryEntry(Act):
    """Append a message or a file to a case's history as line `seq`; a conflict if that line exists.

    message_origins, exclusions: as in `FileCase`; staff: id of the officer who wrote it; body: the day to answer by
    (ISO), for a question.
    """

    case: str
    seq: int
    on: date
    kind: HistoryEntryKind
    by: ActorKind
    text: str = field(default="", repr=False)
    files: tuple[File, ...] = ()
    message_origins: Mapping[str, str] = field(default_factory=dict, repr=False)
    staff: str = ""
    body: str = ""
    exclusions: tuple[Exclusion, ...] = ()


@dataclass(frozen=True, slots=True)
class ApplyTransition(Act):
    """Apply a transition as line `seq` of the history; a conflict if that line exists. The reporter reads `text`.

    status: the status that `get_next_status` returned; staff: id of the officer who did it; answer_by: the new day by
    which the reporter must have an answer, where the reporter asked to reopen the case.
    """

    case: str
    seq: int
    on: date
    step: TransitionRequest
    status: CaseStatus
    by: ActorKind
    text: str = field(default="", repr=False)
    staff: str = ""
    answer_by: date | None = None


@dataclass(frozen=True, slots=True)
class FindMessageCase(Query[str | None]):
    """Find the case into which a platform's message went; None where that is not known, or no longer."""

    message_id: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class UnsendMessage(Act):
    """Remove from a case what one message brought. The audit trail records that it was unsent, but not its content."""

    case: str
    message_id: str = field(repr=False)
    on: date


@dataclass(frozen=True, slots=True)
class SubscribeToCase(Act):
    """Notify a person, at an encrypted reply address, whenever the office acts in a case."""

    case: str
    person_id: bytes
    channel: Channel
    reply_to: bytes = field(repr=False)
    lang: Lang


@dataclass(frozen=True, slots=True)
class Unsubscribe(Act):
    """End all notifications of a person, of every case."""

    person_id: bytes


UNDERSTOOD_ANSWERS: Mapping[str, str] = {
    "accused": "understood_accused",
    "when": "understood_when",
    "where": "understood_where",
    "amount": "understood_amount",
}
"""As what is filed what the program understood from the story and the reporter let stand: never as an answer."""


def leave_out_understood(answers: Mapping[str, str]) -> dict[str, str]:
    """Return the answers that the person gave, without what was understood from them."""
    understood = frozenset(UNDERSTOOD_ANSWERS.values())
    return {name: text for name, text in answers.items() if name not in understood}


def remove_text_from_answers(answers: Mapping[str, str], text: str) -> dict[str, str]:
    """Return the answers with a text removed from the newest one that holds it. Empty answers are dropped."""
    left = dict(answers)
    for name, value in reversed(list(answers.items())):  # the newest first
        shorter = remove_text_part(value, text)
        if shorter != value:
            left[name] = shorter
            break
    return {name: value for name, value in left.items() if value}


def remove_text_part(value: str, text: str) -> str:
    """Return an answer without one of the newline-joined texts it consists of; unchanged where it has no such text."""
    at = f"\n{value}\n".rfind(f"\n{text}\n")
    if at < 0 or not text:
        return value
    return "\n".join(filter(None, (value[: max(0, at - 1)], value[at + len(text) + 1 :])))
