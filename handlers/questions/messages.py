"""The register of questions: what may be asked of it, and what may be written into it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from handlers.complaints.messages import ActorKind, Attempts
from handlers.dialog.effects import Act, Query
from handlers.dialog.events import Channel, Lang
from handlers.dialog.receipt import Receipt
from handlers.dialog.replies import Choice, Reply, ReplyArg


class QuestionState(StrEnum):
    """Where a question stands."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"  # without an answer: no question at all


MAX_QUOTED_QUESTION = 200
"""Characters of a question that stand above its answer."""


class ThreadLineKind(StrEnum):
    """What one line of a thread is."""

    ASKED = "asked"
    MORE = "more"  # a further question of the person
    ANSWER = "answer"


class Rating(StrEnum):
    """How satisfied a person was with the answer; said once."""

    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"


@dataclass(frozen=True, slots=True)
class ThreadLine:
    """One line of a thread."""

    seq: int
    on: date
    kind: ThreadLineKind
    text: str = field(repr=False)

    @property
    def display_text(self) -> ReplyArg:
        """What was said, to be shown; of what the asker took back, that it was."""
        return self.text or Reply("thread.taken_back")


@dataclass(frozen=True, slots=True)
class QuestionThread:
    """A question with all that was said about it. answer_by: when an answer is due; days are Bangkok's.

    held: staff id of whose answer waits to go to the asker, until `due` (seconds since 1970).
    """

    id: str
    fiscal_year: int
    number: int
    state: QuestionState
    asked_on: date
    answer_by: date
    rating: Rating | None
    lines: tuple[ThreadLine, ...]
    lang: Lang = "th"
    bucket: str = ""
    published_id: str = ""
    scheduled_by: str = ""
    send_at: int = 0

    @property
    def seq(self) -> int:
        """The last line that this view knows; what is written next is `seq + 1`."""
        return self.lines[-1].seq

    @property
    def question(self) -> str:
        """The first question, in the person's words."""
        return self.lines[0].text

    @property
    def answer(self) -> str:
        """The newest answer; empty where there is none."""
        return next((line.text for line in reversed(self.lines) if line.kind is ThreadLineKind.ANSWER), "")

    def format_answer(self, answer: str, choices: tuple[Choice, ...] = (), *, certain: bool = True) -> Reply:
        """An answer as the asker reads it."""
        first = self.lines[0]
        words = (
            first.display_text
            if len(first.text) <= MAX_QUOTED_QUESTION
            else f"{first.text[:MAX_QUOTED_QUESTION]}…"
        )
        return Reply("thread.answer", {"question": words, "answer": answer}, choices, certain=certain)


@dataclass(frozen=True, slots=True)
class AnswerMatch:
    """An answer that is known already. sure: near enough to be given straight away."""

    id: str
    title: str
    answer: str
    link: str = ""
    sure: bool = False
    example: bool = False


@dataclass(frozen=True, slots=True)
class FindKnownAnswers(Query[tuple[AnswerMatch, ...]]):
    """The nearest answers that are known, best first, three at most; empty where none is near."""

    text: str = field(repr=False)
    on: date


@dataclass(frozen=True, slots=True)
class FindThreadByCode(Query[QuestionThread | None]):
    """The thread of a question's code; None for one that was never given or was erased."""

    receipt: Receipt


@dataclass(frozen=True, slots=True)
class GetThread(Query[QuestionThread | None]):
    """The thread of an id, which only the letter with the answer and a sealed session know."""

    id: str


@dataclass(frozen=True, slots=True)
class GetQuestionRate(Query[Attempts]):
    """How much a person sent to the officers, of today and yesterday."""

    person_id: bytes


@dataclass(frozen=True, slots=True)
class SaveQuestionRate(Act):
    """Keep how much a person sent, under the key of the day."""

    person_id: bytes
    attempts: Attempts


@dataclass(frozen=True, slots=True)
class ReplyAddress:
    """Where an answer goes back to: sealed by the door, and kept sealed apart from the question."""

    person_id: bytes
    channel: Channel
    reply_to: bytes = field(repr=False)
    lang: Lang


@dataclass(frozen=True, slots=True)
class SubmitQuestion(Act):
    """Enter a question for the officers: number, code, due date. who: for the bucket of the day, else not kept.

    sent: what each message of the platform brought of it, so that it can be taken back.
    """

    receipt: Receipt = field(repr=False)
    text: str = field(repr=False)
    person_id: bytes = field(repr=False)
    lang: Lang
    on: date
    answer_by: date
    reply_address: ReplyAddress | None = None
    message_origins: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class AppendThreadLine(Act):
    """Append a line to a thread as `seq`; a conflict if that line exists.

    An answer goes back to where the question came from; a further question opens the thread again. staff: id of
    the officer who writes it, for the audit trail. sent: as of `SubmitQuestion`.
    """

    thread: str
    seq: int
    on: date
    kind: ThreadLineKind
    by: ActorKind
    text: str = field(repr=False)
    answer_by: date | None = None
    reply_address: ReplyAddress | None = None
    staff: str = ""
    message_origins: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class OutgoingAnswer:
    """An answer that goes to the asker of a question. staff: id of who gives it."""

    thread: str
    staff: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ScheduleAnswer(Act):
    """Let an answer wait for a minute before it goes; a conflict where one waits already.

    seq: the last line of the thread that it was decided on.
    """

    answer: OutgoingAnswer
    seq: int


@dataclass(frozen=True, slots=True)
class CancelAnswer(Act):
    """Take back the answer that waits to go; a conflict where it has gone."""

    thread: str
    staff: str


@dataclass(frozen=True, slots=True)
class RateAnswer(Act):
    """How satisfied the person was; the first time counts."""

    thread: str
    rating: Rating


def make_reply_address(who: bytes, channel: Channel, back: bytes | None, lang: Lang) -> ReplyAddress | None:
    """Where an answer can be sent, if anywhere: the web has no such place, there the code finds it."""
    return ReplyAddress(who, channel, back, lang) if back is not None else None


@dataclass(frozen=True, slots=True)
class ListOpenQuestions(Query[tuple[QuestionThread, ...]]):
    """Questions that wait for an answer, soonest due first: their first and newest lines."""

    offset: int = 0
    limit: int = 8


@dataclass(frozen=True, slots=True)
class FindQuestionByNumber(Query[QuestionThread | None]):
    """The question of a register number; of the newest year that has it where the year is 0."""

    number: int
    fiscal_year: int = 0


@dataclass(frozen=True, slots=True)
class CloseQuestion(Act):
    """Close a question without an answer, as line `seq`; nobody is told."""

    thread: str
    seq: int
    on: date
