"""The service desk on a stage of dictionaries: its talk alone, exact and without storage."""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bot.importers import faq_file as knowledge
from handlers import thai
from handlers.complaints.messages import Attempts, GetAttempts, SaveAttempts, Unsubscribe
from handlers.consultations.messages import (
    Consultation,
    ConsultationLinks,
    FindConsultation,
    FindResponse,
    GetConsultationLinks,
    ListConsultations,
    SubmitResponse,
)
from handlers.dialog import receipt as receipts
from handlers.dialog.events import Act, DeleteFiles, NewReceipt, Now, Query
from handlers.feedback.messages import NewFeedbackNumber, SubmitFeedback
from handlers.questions.faq_messages import (
    FaqCatalogue,
    GetFaqCatalogue,
    PublishQuestion,
    SaveFaqEntry,
    UnpublishQuestion,
)
from handlers.questions.follow import after
from handlers.questions.messages import (
    AnswerMatch,
    AppendThreadLine,
    CancelAnswer,
    CloseQuestion,
    FindKnownAnswers,
    FindQuestionByNumber,
    FindThreadByCode,
    GetQuestionRate,
    GetThread,
    ListOpenQuestions,
    OutgoingAnswer,
    QuestionState,
    QuestionThread,
    RateAnswer,
    SaveQuestionRate,
    ScheduleAnswer,
    SubmitQuestion,
    ThreadLine,
    ThreadLineKind,
)
from handlers.questions.search_index import IndexedEntry, NgramIndex
from handlers.service_desk import ServiceDesk
from handlers.staff.complaints.messages import HELD
from handlers.staff.members import AuditRefusal, FindInvitation, FindStaffMember, StaffMember
from tests.play import OFFICE, InMemoryDesk

COMPLAINTS = "https://complaints.example"
BOARD = "https://service.example/qna"
BASE = knowledge.load(knowledge.EXAMPLE)


def desk(roster: Container[bytes] = frozenset()) -> ServiceDesk:
    """The service desk of the example office."""
    return ServiceDesk(OFFICE, COMPLAINTS, BOARD, roster)


@dataclass
class InMemoryServiceDesk(InMemoryDesk):
    """The world of the service desk."""

    router: Any = field(default_factory=desk)
    index: NgramIndex = field(
        default_factory=lambda: NgramIndex.of(
            [IndexedEntry(one.id, (one.question, *one.also, one.answer)) for one in BASE]
        )
    )
    threads: dict[str, QuestionThread] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    asked: dict[bytes, Attempts] = field(default_factory=dict)
    staff: dict[bytes, StaffMember] = field(default_factory=dict)
    shelf: FaqCatalogue = field(default_factory=lambda: FaqCatalogue(BASE))
    ballots: dict[str, Consultation] = field(default_factory=dict)
    voices: dict[tuple[str, bytes], Mapping[str, str]] = field(default_factory=dict)
    held: dict[str, OutgoingAnswer] = field(default_factory=dict)

    def answer(self, query: Query[Any]) -> Any:
        match query:
            case Now():
                return self.now
            case NewReceipt():
                return receipts.made_of(self.chance.getrandbits(80))
            case FindKnownAnswers(text):
                return tuple(self._match(found.id, found.sure) for found in self.index.nearest(text))
            case FindThreadByCode(receipt):
                return self.threads.get(self.codes.get(receipt.symbols, ""))
            case GetThread(thread):
                return self.threads.get(thread)
            case GetQuestionRate(who):
                return self.asked.get(who, Attempts())
            case GetAttempts(who):
                return self.tries.get(who, Attempts())
            case FindStaffMember(who):
                return self.staff.get(who)
            case FindInvitation():
                return None
            case GetFaqCatalogue():
                return self.shelf
            case NewFeedbackNumber():
                return sum(isinstance(act, SubmitFeedback) for act in self.acts) + 1
            case ListConsultations():
                return tuple(self.ballots.values())
            case GetConsultationLinks(code):
                return ConsultationLinks(
                    f"https://service.example/opinion?c={code}", f"https://t.me/bot?start=c-{code}"
                )
            case FindConsultation(code):
                return self.ballots.get(code)
            case FindResponse(code, who):
                return self.voices.get((code, who))
            case ListOpenQuestions(at, most):
                waiting = [t for t in self.threads.values() if t.state is QuestionState.OPEN]
                return tuple(sorted(waiting, key=lambda t: t.answer_by)[at : at + most])
            case FindQuestionByNumber(number):
                return next((t for t in self.threads.values() if t.number == number), None)
        raise AssertionError(query)

    @staticmethod
    def _match(found: str, sure: bool) -> AnswerMatch:
        one = next(one for one in BASE if one.id == found)
        return AnswerMatch(one.id, one.question, one.answer, one.link, sure, one.example)

    def write(self, act: Act) -> None:
        self.acts.append(act)
        match act:
            case SubmitFeedback():
                pass
            case SubmitResponse():
                self.voices[act.code, act.who] = act.answers
            case SubmitQuestion():
                number = len(self.threads) + 1
                name = f"{number:032x}"
                first = ThreadLine(1, act.on, ThreadLineKind.ASKED, act.text)
                self.codes[act.receipt.symbols] = name
                self.threads[name] = QuestionThread(
                    name,
                    2570,
                    number,
                    QuestionState.OPEN,
                    act.on,
                    act.answer_by,
                    None,
                    (first,),
                    act.lang,
                    act.who.hex()[:4],
                )
            case AppendThreadLine():
                assert act.seq == self.threads[act.thread].seq + 1
                self.threads[act.thread] = after(self.threads[act.thread], act)
            case ScheduleAnswer(answering, seq):
                thread = self.threads[answering.thread]
                assert (thread.seq, thread.held) == (seq, "")
                due = int(self.now.timestamp()) + HELD
                self.threads[thread.id] = replace(thread, held=answering.staff, due=due)
                self.held[thread.id] = answering
            case CancelAnswer():
                del self.held[act.thread]
                self.threads[act.thread] = replace(self.threads[act.thread], held="", due=0)
            case RateAnswer():
                self.threads[act.thread] = replace(self.threads[act.thread], rating=act.rating)
            case SaveQuestionRate():
                self.asked[act.who] = act.tries
            case SaveAttempts():
                self.tries[act.who] = act.tries
            case DeleteFiles():
                self.dropped.extend(act.ids)
            case CloseQuestion():
                self.threads[act.thread] = replace(self.threads[act.thread], state=QuestionState.CLOSED)
            case Unsubscribe() | PublishQuestion() | UnpublishQuestion() | SaveFaqEntry() | AuditRefusal():
                pass
            case _:
                raise AssertionError(act)

    def wait(self, **passed: float) -> None:
        """Let time pass, and what is due go."""
        super().wait(**passed)
        for name, one in list(self.held.items()):
            if self.threads[name].due <= self.now.timestamp():
                self.write(CancelAnswer(name, one.staff))
                self._answers(self.threads[name], one.text)

    def office_answers(self, shown: str, words: str) -> None:
        """An officer answers the question of a code."""
        self._answers(self.threads[self.codes[receipts.folded(shown)]], words)

    def _answers(self, thread: QuestionThread, words: str) -> None:
        on = thai.day(self.now)
        self.write(AppendThreadLine(thread.id, thread.seq + 1, on, ThreadLineKind.ANSWER, "office", words))  # type: ignore[arg-type]
