"""The register of cases: what may be asked of it, and what may be written into it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
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
    """One row of an old register. line: where it stands in the file; fiscal_year: the Buddhist year of its number.

    closed_on: the day it ended, None for an open one; outcome: None where the register does not say.
    """

    line: int
    fiscal_year: int
    number: int
    received_on: date
    source: CaseSource
    category: str
    status: CaseStatus
    outcome: CaseOutcome | None = None
    closed_on: date | None = None


class ExclusionGround(StrEnum):
    """Why a person of the staff may not read a case."""

    NAMED = "named"  # it seems to name them
    UNIT = "unit"  # it accuses their unit
    COMMAND = "command"  # they are under who is named
    MARKED = "marked"  # the reporter said that it concerns the head, or who runs the channel
    BARRED = "barred"  # a supervisor said so
    LIFTED = "lifted"  # a supervisor found that it does not concern them


@dataclass(frozen=True, slots=True)
class Exclusion:
    """One person, and why. by: staff id of who decided, empty where the program found it; reason: in words."""

    staff: str
    ground: ExclusionGround
    decided_by: str = ""
    reason: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class ListExclusions(Query[tuple[Exclusion, ...]]):
    """All that was decided of who may read a case, lifted ones among them."""

    case: str


@dataclass(frozen=True, slots=True)
class SetExclusion(Act):
    """A supervisor bars a reader, or lifts a false match: `why` is BARRED or LIFTED."""

    case: str
    exclusion: Exclusion
    on: date


TEXT_PREFIX, FILE_PREFIX = "text:", "file:"
"""What a message of a platform brought: a text, or a file by its id in sealed storage."""


class HistoryEntryKind(StrEnum):
    """What one line of a case's history is."""

    FILED = "filed"
    MOVED = "moved"
    OFFICE = "office"  # a message from the office to the reporter
    REPORTER = "reporter"  # a message from the reporter
    EVIDENCE = "evidence"  # a file from the reporter, after filing
    OPENED = "opened"  # an officer read it for the first time
    ASKED = "asked"  # a question from the office, with a day to answer by
    ASSIGNED = "assigned"  # it was given to an officer
    NOTE = "note"  # words between officers


INTERNAL_ENTRY_KINDS = frozenset({HistoryEntryKind.ASSIGNED, HistoryEntryKind.NOTE})
"""Lines that the reporter does not see."""


class ActorKind(StrEnum):
    """Who did it, as the audit trail names a person that it must not know."""

    REPORTER = "reporter"
    OFFICE = "office"
    CLOCK = "clock"


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One line of a case's history, as the reporter may see it. `text` is only ever the office's own words.

    own: the reporter did it.
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
class ReporterCase:
    """A case as its reporter may see it: no text of the complaint, no register number, no officer."""

    id: str
    status: CaseStatus
    outcome: CaseOutcome | None
    received_on: date
    entries: tuple[HistoryEntry, ...]
    last_stored_seq: int = 0

    @property
    def seq(self) -> int:
        """The last line of the history, seen or not; what is written next is `seq + 1`."""
        return max(self.entries[-1].seq, self.last_stored_seq)


@dataclass(frozen=True, slots=True)
class Attempts:
    """Receipts that one person guessed wrong: `wrong` since `since`; no look-ups before `until`; `level` refusals."""

    since: datetime | None = None
    wrong: int = 0
    until: datetime | None = None
    level: int = 0


@dataclass(frozen=True, slots=True)
class FindCase(Query[ReporterCase | None]):
    """The case of a receipt; None for one that was never issued or was erased."""

    receipt: Receipt


@dataclass(frozen=True, slots=True)
class GetAttempts(Query[Attempts]):
    """The wrong guesses of a person, of today and yesterday."""

    person_id: bytes


@dataclass(frozen=True, slots=True)
class SaveAttempts(Act):
    """Keep the wrong guesses of a person, under the key of the day."""

    person_id: bytes
    attempts: Attempts


@dataclass(frozen=True, slots=True)
class FileCase(Act):
    """Enter a complaint into the register: number, receipt, history, facts and audit in one.

    answers: what the reporter wrote, by field; identity: name and contact, in an envelope of its own;
    alternate: it concerns the head or who runs this channel; notice: version of the privacy notice shown.
    on: the day in Bangkok; answer_by: when the reporter is to hear first. sent: what each message of the platform
    brought, kept apart from the case for 48 hours, so that it can be taken back. source: how it came to the office,
    where an officer entered it. excluded: of the staff, who must not read it.
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


@dataclass(frozen=True, slots=True)
class AddHistoryEntry(Act):
    """Append a message or a file to a case's history as line `seq`; a conflict if that line exists. sent: as above.

    staff: id of the officer who wrote it; body: the day to answer by (ISO), where something is asked.
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
    """Take a step of the lifecycle as line `seq`; a conflict if that line exists. `text` is read by the reporter.

    status: the state that `handlers.case.after` gave; staff: id of the officer who took it. answer_by: the new
    day by which the reporter is to hear, where the reporter asked for another look.
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
    """The case into which a message of a platform went; None where that is not known, or not any more."""

    message_id: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class UnsendMessage(Act):
    """Take out of a case what one message brought; the audit trail says that something was taken back, and not what."""

    case: str
    message_id: str = field(repr=False)
    on: date


@dataclass(frozen=True, slots=True)
class SubscribeToCase(Act):
    """Tell a person, at a sealed address, when the office does something in a case."""

    case: str
    person_id: bytes
    channel: Channel
    reply_to: bytes = field(repr=False)
    lang: Lang


@dataclass(frozen=True, slots=True)
class Unsubscribe(Act):
    """Tell a person nothing any more, of any case."""

    person_id: bytes


def remove_text_from_answers(answers: Mapping[str, str], text: str) -> dict[str, str]:
    """The answers without a text, which is taken out of one of them; an answer of which nothing is left goes."""
    left = dict(answers)
    for name, value in reversed(list(answers.items())):  # the newest first
        shorter = remove_text_part(value, text)
        if shorter != value:
            left[name] = shorter
            break
    return {name: value for name, value in left.items() if value}


def remove_text_part(value: str, text: str) -> str:
    """An answer without one of the texts that it was put together of; unchanged where it is none of them."""
    at = f"\n{value}\n".rfind(f"\n{text}\n")
    if at < 0 or not text:
        return value
    return "\n".join(filter(None, (value[: max(0, at - 1)], value[at + len(text) + 1 :])))
