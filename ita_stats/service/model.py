"""Input of the service desk's statistics, and the figures that only this desk has."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class CountedThread:
    """A question of the service desk as days only. Days are in Bangkok.

    lines: the day of each line of its thread in order, and whether it is an answer; closed_on: the day on which it was
    closed without an answer, as it was no question.
    """

    lines: tuple[tuple[date, bool], ...]
    closed_on: date | None = None

    @property
    def asked_on(self) -> date:
        return self.lines[0][0]

    def find_first_answer(self, as_of: date) -> date | None:
        """Return the day of the first answer; None where there was none by the end of a day."""
        return next((on for on, is_answer in self.lines if is_answer and on <= as_of), None)

    def is_waiting(self, as_of: date) -> bool:
        """Whether the question, or a further one in its thread, waits for an answer at the end of a day."""
        if self.closed_on is not None and self.closed_on <= as_of:
            return False
        return not [is_answer for on, is_answer in self.lines if on <= as_of][-1]


@dataclass(frozen=True, slots=True)
class TopicCount:
    """The opinions on a topic in a part of a fiscal year, as they are published (docs/decisions/0022).

    first, last: months, "2569-10"; responses, mean: None where they are suppressed.
    """

    code: str
    th: str
    en: str
    first: str
    last: str
    responses: int | None
    mean: float | None


@dataclass(frozen=True, slots=True)
class ConsultationCount:
    """A consultation that closed in the period, as its results were published. responses: None where too few."""

    code: str
    title: str
    closed_on: date
    responses: int | None


@dataclass(frozen=True, slots=True)
class ServiceFigures:
    """What the service desk counts beside its questions."""

    opinions: tuple[TopicCount, ...] = ()
    consultations: tuple[ConsultationCount, ...] = ()
