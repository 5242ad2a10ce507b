"""What came of checking an element: met or not, the fault, where it is shown and as of when."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from handlers.assessment.items import AssessedElement, AssessedItem, Assessment
from handlers.dialog.replies import ReplyArg
from ita_stats.cases.model import StatisticsTables


class Fault(StrEnum):
    """Why an element is not met. Its words, and what to do, are in [evidence.fault] and [evidence.todo]."""

    WEBSITE_CLOSED = "website_closed"
    NO_LINK_TO_REPORT = "no_link_to_report"
    NO_LINK_TO_ASK = "no_link_to_ask"
    NO_LINK_TO_OPINION = "no_link_to_opinion"
    PAGE_CLOSED = "page_closed"
    NO_FORM = "no_form"
    SAME_ACCOUNT = "same_account"
    SAME_PAGE = "same_page"
    PART_MISSING = "part_missing"
    GUIDELINE_WITHOUT_CHANNEL = "guideline_without_channel"
    NO_STATISTICS = "no_statistics"
    NO_PROGRESS = "no_progress"
    NOT_COVERED = "not_covered"
    OUT_OF_DATE = "out_of_date"
    NO_ZERO_SENTENCE = "no_zero_sentence"
    WRONG_ZERO_SENTENCE = "wrong_zero_sentence"
    QUESTIONS_LATE = "questions_late"
    PROMISES_LATE = "promises_late"
    NO_ACTIVITY = "no_activity"


class ElementOutcome(StrEnum):
    """How an element stands. Only what is verified is met or not; the rest is compared with the handbook by hand."""

    MET = "met"
    NOT_MET = "not_met"
    WAITING = "waiting"  # the days that it is about are not over yet
    BY_HAND = "by_hand"


@dataclass(frozen=True, slots=True)
class CheckedThing:
    """What a check saw. fault: None where all is there. address: of what shows it; as_of: of its content, else None.

    args: of the fault's words. waits_until: the last day that has to be covered, where it is not over yet.
    """

    address: str
    fault: Fault | None = None
    args: Mapping[str, ReplyArg] = field(default_factory=dict)
    as_of: date | None = None
    waits_until: date | None = None


@dataclass(frozen=True, slots=True)
class ElementFinding:
    """An element with what its check saw."""

    element: AssessedElement
    seen: CheckedThing

    @property
    def outcome(self) -> ElementOutcome:
        if not self.element.is_verified:
            return ElementOutcome.BY_HAND
        if self.seen.waits_until is not None:
            return ElementOutcome.WAITING
        return ElementOutcome.MET if self.seen.fault is None else ElementOutcome.NOT_MET


@dataclass(frozen=True, slots=True)
class ItemFinding:
    """An item with its elements."""

    item: AssessedItem
    elements: tuple[ElementFinding, ...]


@dataclass(frozen=True, slots=True)
class EvidenceReport:
    """All that was found for an assessment, at an instant (UTC). figures: the published statistics, where there are."""

    assessment: Assessment
    made_at: datetime
    items: tuple[ItemFinding, ...]
    figures: StatisticsTables | None = None

    @property
    def findings(self) -> tuple[tuple[AssessedItem, ElementFinding], ...]:
        """Each element with its item, in order."""
        return tuple((found.item, one) for found in self.items for one in found.elements)

    def count(self, outcome: ElementOutcome) -> int:
        """Return how many elements stand so."""
        return sum(one.outcome is outcome for _, one in self.findings)
