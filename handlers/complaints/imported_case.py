"""A case of an old register, as it is taken over: where it stood, and no word of what it was about."""

from dataclasses import dataclass
from datetime import date

from handlers.complaints.lifecycle import CaseOutcome, CaseStatus


@dataclass(frozen=True, slots=True)
class ImportedCase:
    """One row of an old register. line: where it stands in the file; fiscal_year: the Buddhist year of its number.

    closed_on: the day it ended, None for an open one; outcome: None where the register does not say.
    """

    line: int
    fiscal_year: int
    number: int
    received_on: date
    source: str
    category: str
    status: CaseStatus
    outcome: CaseOutcome | None = None
    closed_on: date | None = None
