"""Facts: dated statements about anonymous cases, for statistics. They outlive the case they were taken from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ita_stats.errors import StatisticsError


class FactField(StrEnum):
    """What a fact may state. The comment of each member says what its values are."""

    RECEIVED = "received"  # "1"; its effective date is the day of receipt
    CATEGORY = "category"  # a category code of office.toml
    SOURCE = "source"  # handlers.complaints.lifecycle.CaseSource
    STATUS = "status"  # CaseStatus
    OUTCOME = "outcome"  # CaseOutcome, or "" when a case was reopened
    REASON = "reason"  # NonAcceptanceReason, or ""
    ANSWERED = "answered"  # "1"; its effective date is the day of the office's first message to the reporter


class CaseState(StrEnum):
    """What the statistics distinguish of the status of a case."""

    OPEN = "open"
    NOT_ACCEPTED = "not_accepted"
    CLOSED = "closed"


class UnknownFactError(StatisticsError):
    """A fact has a state or an outcome that this program does not know, so that nothing may be counted.

    Another program or a newer version wrote it: trying again changes nothing. Its text names the case by the random
    number of its facts only, which stands nowhere else in clear; `about` is empty where that is not known yet.
    """

    def __init__(self, field: FactField, value: str, about: str = "") -> None:
        self.field, self.value, self.about = field, value, about
        super().__init__(f"the {field} of the nameless case {about or '?'} is unknown: nothing was counted")


@dataclass(frozen=True, slots=True)
class FactVocabulary:
    """The codes that facts may hold. states: how each status is counted; outcomes: of closed cases."""

    states: Mapping[str, CaseState]
    outcomes: frozenset[str]

    def check(self, name: str, value: str) -> None:
        """Raise UnknownFactError for a status or an outcome that is not known."""
        if name == FactField.STATUS and value not in self.states:
            raise UnknownFactError(FactField.STATUS, value)
        if name == FactField.OUTCOME and value and value not in self.outcomes:
            raise UnknownFactError(FactField.OUTCOME, value)


@dataclass(frozen=True, slots=True)
class Fact:
    """From `effective` on, `field` of the case `about` (32 random hex digits) is `value`.

    seq numbers the facts about one case from 1, so that two of one day keep their order. recorded is the day it was
    written, which differs from effective when a register is imported or corrected. Days are in Bangkok.
    """

    about: str
    seq: int
    effective: date
    recorded: date
    field: FactField
    value: str
