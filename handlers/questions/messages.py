"""Messages of the register of questions: queries and acts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from handlers.complaints.messages import ActorKind
from handlers.dialog.attempts import Attempts
from handlers.dialog.effects import Act, Listing, Query
from handlers.dialog.events import Channel, Lang
from handlers.dialog.receipt import Receipt
from handlers.dialog.replies import ASKS_FOR_QUESTION, MUST_ARRIVE, Choice, Phrase, Reply, ReplyArg
from handlers.dialog.text import disarm_links, shorten_text


class QuestionState(StrEnum):
    """The state of a question."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"  # without an answer, since it was not a question


MAX_QUOTED_QUESTION = 201
"""Characters of a question that are quoted above its answer."""


class ThreadLineKind(StrEnum):
    """What a line of a thread is."""

    ASKED = "asked"
    MORE = "more"  # a further question of the person
    ANSWER = "answer"


class Rating(StrEnum):
    """How satisfied a person was with the answer. It is given once."""

    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"


@dataclass(frozen=True, slots=True)
class ThreadLine:
    seq: int
    on: date
    kind: ThreadLineKind
    text: str = field(repr=False)

    @property
    def display_text(self) -> ReplyArg:
        """The text to show. Of a text that the asker unsent, that it was."""
        return self.text or Phrase("thread.taken_back")

    @property
    def officer_text(self) -> ReplyArg:
        """The text as officers see it: no link in it can be followed."""
        return disarm_links(self.text) or self.display_text


@dataclass(frozen=True, slots=True)
class WaitingAnswer:
    """An answer that waits to be sent. staff: id of its author; send_at: seconds since 1970."""

    staff: str
    send_at: int


@dataclass(frozen=True, slots=True)
class QuestionThread:
    """A question with its lines. `answer_by`: the day an answer is due; days are in Bangkok.

    scheduled_by: staff id of who wrote the answer that is sent at `send_at` (seconds since 1970); may be empty.
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
    def register_number(self) -> str:
        """The register number: number/year, such as 12/2570."""
        return f"{self.number}/{self.fiscal_year}"

    @property
    def seq(self) -> int:
        """The seq of the last line in this view. The next line is written as `seq + 1`."""
        return self.lines[-1].seq

    @property
    def waiting(self) -> tuple[WaitingAnswer, ...]:
        """The answer that waits to be sent, if there is one."""
        return (WaitingAnswer(self.scheduled_by, self.send_at),) if self.scheduled_by else ()

    @property
    def question(self) -> str:
        """The text of the first question."""
        return self.lines[0].text

    @property
    def answer(self) -> str:
        """The newest answer; empty where there is none."""
        return next((line.text for line in reversed(self.lines) if line.kind is ThreadLineKind.ANSWER), "")

    @property
    def answered_question(self) -> str:
        """What the newest answer answers: the texts since the answer before it, or before a correction the last ones.

        The first question where there is no answer, or where its asker unsent what was asked.
        """
        asked, answered, is_complete = list[str](), list[str](), False
        for line in self.lines:
            if line.kind is ThreadLineKind.ANSWER:
                is_complete = True
                answered = asked
            elif is_complete:
                asked, is_complete = [line.text], False
            else:
                asked = [*asked, line.text]
        return "\n".join(filter(None, answered)) or self.question

    def format_answer(self, answer: str, choices: tuple[Choice, ...] = ()) -> Reply:
        """Return an answer as it is sent to the asker."""
        shown = self.format_answer_text(answer)
        return Reply(shown.key, MUST_ARRIVE, shown.args, choices, presentation=ASKS_FOR_QUESTION)

    def format_answer_text(self, answer: str) -> Phrase:
        """Return an answer as the asker reads it, below the quoted question."""
        first = self.lines[0]
        words = shorten_text(first.text, MAX_QUOTED_QUESTION) or first.display_text
        return Phrase("thread.answer", {"question": words, "answer": answer})


@dataclass(frozen=True, slots=True)
class AnswerMatch:
    """A known answer. `sure`: near enough to be given without asking.

    checked: the day on which an officer last looked at it, in Bangkok; None where that is not known.
    """

    id: str
    title: str
    answer: str
    link: str = ""
    sure: bool = False
    example: bool = False
    checked: date | None = None


@dataclass(frozen=True, slots=True)
class FindKnownAnswers(Query[tuple[AnswerMatch, ...]]):
    """The nearest known answers, best first, three at most; empty where none is near.

    without: ids of answers that did not fit; the next nearest take their place.
    """

    text: str = field(repr=False)
    on: date
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FindThreadByCode(Query[QuestionThread | None]):
    """The thread of a question's code; None where it does not exist or was deleted."""

    receipt: Receipt


@dataclass(frozen=True, slots=True)
class GetThread(Query[QuestionThread | None]):
    """The thread of an id, which only the message with the answer and an encrypted session know."""

    id: str


@dataclass(frozen=True, slots=True)
class GetQuestionRate(Query[Attempts]):
    """How much a person sent to the officers, today and yesterday."""

    person_id: bytes


@dataclass(frozen=True, slots=True)
class SaveQuestionRate(Act):
    """Store how much a person sent, under the daily key."""

    person_id: bytes
    attempts: Attempts


@dataclass(frozen=True, slots=True)
class ReplyAddress:
    """Where an answer is sent: encrypted by the adapter, and stored encrypted apart from the question."""

    person_id: bytes
    channel: Channel
    reply_to: bytes = field(repr=False)
    lang: Lang


@dataclass(frozen=True, slots=True)
class SubmitQuestion(Act):
    """Submit a question to the officers. `person_id`: for the bucket of the day, else not stored.

    message_origins: by message id of the platform, the part of the question it brought, so that it can be unsent.
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

    An answer is sent to where the question came from; a further question reopens the thread. staff: id of the officer
    who writes it, for the audit trail. message_origins: as in `SubmitQuestion`.
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
    """An answer to send to the asker. `staff`: id of the officer who wrote it."""

    thread: str
    staff: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ScheduleAnswer(Act):
    """Schedule an answer for the end of its undo window; a conflict where one is scheduled.

    seq: the last line of the thread that the officer saw.
    """

    answer: OutgoingAnswer
    seq: int


@dataclass(frozen=True, slots=True)
class CancelAnswer(Act):
    """Cancel the scheduled answer of a person; a conflict where it was sent.

    by: staff id of the supervisor who does it in their place; empty where it is one's own.
    """

    thread: str
    staff: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class RateAnswer(Act):
    """Rate an answer. The first rating counts."""

    thread: str
    rating: Rating


def make_reply_address(who: bytes, channel: Channel, back: bytes | None, lang: Lang) -> ReplyAddress | None:
    """Return where an answer can be sent; None on the web, where the asker uses the code."""
    return ReplyAddress(who, channel, back, lang) if back is not None else None


@dataclass(frozen=True, slots=True)
class ListOpenQuestions(Query[Listing[QuestionThread]]):
    """Open questions, soonest due first: their first and newest lines."""

    offset: int = 0
    limit: int = 8


@dataclass(frozen=True, slots=True)
class FindQuestionByNumber(Query[QuestionThread | None]):
    """Find a question by register number; where `fiscal_year` is 0, of the newest year that has it."""

    number: int
    fiscal_year: int = 0


@dataclass(frozen=True, slots=True)
class CloseQuestion(Act):
    """Close a question without an answer, as line `seq`; nobody is notified."""

    thread: str
    seq: int
    on: date
