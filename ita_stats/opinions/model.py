"""Input of the statistics of public opinion: anonymous responses, themes and feedback."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class AnswerKind(StrEnum):
    """How a question is answered."""

    CHOICE = "choice"  # one of its options
    CHOICES = "choices"  # several of its options
    SCALE = "scale"  # 1 to 5
    TEXT = "text"  # in one's own words
    STATEMENTS = "statements"  # each of its options: agree, disagree or pass


class Stance(StrEnum):
    """What somebody says to a statement."""

    AGREE = "agree"
    DISAGREE = "disagree"
    PASS = "pass"  # noqa: S105


class ThemeDecision(StrEnum):
    """What the office does with what many said."""

    ADOPTED = "adopted"
    PARTLY = "partly"
    NOT_ADOPTED = "not"


@dataclass(frozen=True, slots=True)
class CountedQuestion:
    """A question. `options`: choices or statements by key, in the order in which they were shown."""

    key: str
    kind: AnswerKind
    title: str
    options: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class AnonymousResponse:
    """One person's response. `has_account`: sent by a chat account, hence surely once; else by the web page.

    answers: by question key, the keys of the picked options, comma-separated ("1" to "5" on a scale), and the stance on
    a statement under "question.statement". Free texts are not included: only what an officer has cleared is published.
    """

    has_account: bool
    answers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CountedTheme:
    """What several people wrote, grouped by an officer, and the office's answer to it.

    voices: how many wrote it; quotes: cleared by an officer; taken, reason, by: the decision and the day it is due;
    done: the day it was done. None where not yet.
    """

    name: str
    voices: int
    quotes: tuple[str, ...] = ()
    taken: ThemeDecision | None = None
    reason: str = ""
    by: date | None = None
    done: date | None = None


@dataclass(frozen=True, slots=True)
class CountedConsultation:
    """A consultation as it was when it closed. Instants in UTC; `code`: its public number, as in its address."""

    code: str
    title: str
    background: str
    link: str
    opens: datetime
    closes: datetime
    questions: tuple[CountedQuestion, ...]


@dataclass(frozen=True, slots=True)
class CountedFeedback:
    """A feedback entry. `month`: of receipt, "2569-10"; `score`: 1 to 5, or None."""

    month: str
    topic: str
    score: int | None
