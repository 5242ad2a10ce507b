"""What is asked of storage: to count an answer."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from handlers.dialog.effects import Act


class Satisfaction(StrEnum):
    """How satisfied a reporter is with how the office handled their case, whatever came of it."""

    SATISFIED = "satisfied"
    NEITHER = "neither"
    DISSATISFIED = "dissatisfied"


@dataclass(frozen=True, slots=True)
class RecordSatisfaction(Act):
    """Count an answer in the sum of a fiscal year. It names no case, so that nothing can be kept with one."""

    answer: Satisfaction
    on: date
