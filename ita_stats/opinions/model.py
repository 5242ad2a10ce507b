"""What people said in a consultation and about the office's work, as the counting takes it: nobody is in it."""

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
    """One question. options: the choices or statements, by their keys, in the order in which they were shown."""

    key: str
    kind: AnswerKind
    title: str
    options: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class AnonymousResponse:
    """What one person said. has_account: by a chat account and so once for sure; by the web page otherwise.

    answers: by question key, the keys of the options picked with commas between ("1" to "5" on a scale), and the
    stance on a statement under "question.statement". Words in people's own hand are not here: only what an officer
    has cleared is published.
    """

    has_account: bool
    answers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CountedTheme:
    """What several people wrote, put together by an officer, and what the office answers to it.

    voices: how many wrote of it; quotes: cleared by an officer; taken, reason, by: the answer, the day by which it
    will be done, and done: the day it was. None where not yet.
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
    """A consultation as it stood when it closed. Instants in UTC; code: its public number, as in its address."""

    code: str
    title: str
    background: str
    link: str
    opens: datetime
    closes: datetime
    questions: tuple[CountedQuestion, ...]


@dataclass(frozen=True, slots=True)
class CountedFeedback:
    """One standing opinion on the office's work. month: of receipt, "2569-10"; score 1 to 5, or None."""

    month: str
    topic: str
    score: int | None
