"""Input of the service desk's statistics, and the figures that only this desk has."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class QuestionStep(StrEnum):
    """What happened with a question on a day."""

    ASKED = "asked"  # also a further question in its thread
    ANSWERED = "answered"
    CLOSED = "closed"  # without an answer, as it was no question


@dataclass(frozen=True, slots=True)
class CountedThread:
    """A question of the service desk as days only, in Bangkok. steps: in order; the first is that it was asked."""

    steps: tuple[tuple[date, QuestionStep], ...]

    @property
    def asked_on(self) -> date:
        return self.steps[0][0]

    def find_first_answer(self, as_of: date) -> date | None:
        """Return the day of the first answer; None where there was none by the end of a day."""
        answered = (on for on, step in self.steps if step is QuestionStep.ANSWERED and on <= as_of)
        return next(answered, None)

    def is_waiting(self, as_of: date) -> bool:
        """Whether the question, or a further one in its thread, waits for an answer at the end of a day."""
        return [step for on, step in self.steps if on <= as_of][-1] is QuestionStep.ASKED


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
