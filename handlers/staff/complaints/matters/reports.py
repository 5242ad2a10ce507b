"""The reports of a matter, as the page of each shows the others; what of a case waits to be sent."""

from dataclasses import dataclass, field
from datetime import date

from handlers.complaints.lifecycle import CaseStatus, TransitionRequest


@dataclass(frozen=True, slots=True)
class ScheduledAct:
    """Something of a case that waits to be sent. staff: id of its author; send_at: seconds since 1970.

    step: the transition that it makes; None for a plain reply or a question. text: what the reporter will read.
    """

    staff: str
    send_at: int
    step: TransitionRequest | None = None
    text: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class MatterReport:
    """A report of a matter: one of the cases that officers work as one. seq: the last line of its history.

    scheduled: the decisions that wait with it and are made of the case, too, beside which it is shown.
    """

    id: str
    number: int
    year: int
    seq: int
    status: CaseStatus
    answer_by: date
    scheduled: tuple[ScheduledAct, ...] = ()

    @property
    def register_number(self) -> str:
        """The register number: number/year, such as 12/2570."""
        return f"{self.number}/{self.year}"
