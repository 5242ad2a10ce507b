"""A fact: one dated statement about a nameless case, for counting. Facts outlive the case they were taken from."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class FactField(StrEnum):
    """What a fact may state. Values: see each member's comment."""

    RECEIVED = "received"  # "1"; its effective date is the day of receipt
    CATEGORY = "category"  # a category code of office.toml
    SOURCE = "source"  # telegram, line, web, terminal, later letter, walk_in, call, delegated
    STATUS = "status"  # handlers.case.Status
    OUTCOME = "outcome"  # handlers.case.Outcome, or "" when a case was reopened
    REASON = "reason"  # handlers.case.Reason, or ""


@dataclass(frozen=True, slots=True)
class Fact:
    """About the nameless case `about` (32 random hex digits): from `effective` on, `field` is `value`.

    seq counts the facts about one case from 1, so that two of one day keep their order; recorded is the day it was
    written, which differs from effective when a register is imported or corrected. Days are Bangkok's.
    """

    about: str
    seq: int
    effective: date
    recorded: date
    field: FactField
    value: str
