"""Facts: dated statements about anonymous cases, for statistics. They outlive the case they were taken from."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class FactField(StrEnum):
    """What a fact may state. The comment of each member says what its values are."""

    RECEIVED = "received"  # "1"; its effective date is the day of receipt
    CATEGORY = "category"  # a category code of office.toml
    SOURCE = "source"  # telegram, line, web, terminal, later letter, walk_in, call, delegated
    STATUS = "status"  # handlers.complaints.lifecycle.CaseStatus
    OUTCOME = "outcome"  # CaseOutcome, or "" when a case was reopened
    REASON = "reason"  # NonAcceptanceReason, or ""


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
