"""The service desk on dictionaries: exact and without storage."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bot.importers.faq_file import EXAMPLE_FAQ_PATH, load_faq_file
from handlers.complaints.messages import Unsubscribe
from handlers.consultations.messages import (
    Consultation,
    ConsultationLinks,
    FindConsultation,
    FindResponse,
    GetConsultationLinks,
    ListConsultations,
    SubmitResponse,
)
from handlers.dialog.attempts import Attempts, SaveAttempts
from handlers.dialog.effects import Act, DeleteFiles, Listing, Query
from handlers.dialog.receipt import normalize_receipt
from handlers.feedback.messages import NewFeedbackNumber, SubmitFeedback
from handlers.questions.contact_answers import fill_catalogue
from handlers.questions.faq_messages import (
    FAQ_ENTRY_PREFIX,
    ApproveFaqEntry,
    DiscardFaqDraft,
    FaqCatalogue,
    FaqEntry,
    GetFaqCatalogue,
    PublishQuestion,
    SaveFaqEntry,
    UnpublishQuestion,
)
from handlers.questions.follow import apply_thread_line
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
from handlers.questions.similar import FindSimilarQuestions
from handlers.service_desk import ServiceDesk
from handlers.staff.members import AuditRefusal, FindInvitation, FindStaffMember, StaffMember
from handlers.staff.sending.undo_window import get_send_time
from handlers.thai.dates import to_bangkok_date
from storage.questions.similar_questions import rank_by_letters
from tests.in_memory_desk import MORNING, OFFICE, InMemoryDesk

COMPLAINTS_URL = "https://complaints.example"
BOARD_URL = "https://service.example/qna"
FAQ_ENTRIES = load_faq_file(EXAMPLE_FAQ_PATH)


def make_service_desk(roster: Container[bytes] = frozenset()) -> ServiceDesk:
    """The service desk of the example office."""
    return ServiceDesk(OFFICE, COMPLAINTS_URL, BOARD_URL, roster)


def build_index(entries: Iterable[FaqEntry]) -> NgramIndex:
    """The search index of entries that are valid."""
    found = [one for one in entries if one.is_valid_on(to_bangkok_date(MORNING))]
    return NgramIndex.build([IndexedEntry(FAQ_ENTRY_PREFIX + one.id, one.searchable_texts) for one in found])


@dataclass
class InMemoryServiceDesk(InMemoryDesk):
    """Answers the service desk's queries from dictionaries, and records the acts."""

    router: Any = field(default_factory=make_service_desk)
    index: NgramIndex = field(default_factory=lambda: build_index(FAQ_ENTRIES))
    threads: dict[str, QuestionThread] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    question_attempts: dict[bytes, Attempts] = field(default_factory=dict)
    staff: dict[bytes, StaffMember] = field(default_factory=dict)
    faq_catalogue: FaqCatalogue = field(default_factory=lambda: FaqCatalogue(FAQ_ENTRIES))
    consultations: dict[str, Consultation] = field(default_factory=dict)
    responses: dict[tuple[str, bytes], Mapping[str, str]] = field(default_factory=dict)
    scheduled_answers: dict[str, OutgoingAnswer] = field(default_factory=dict)

    def answer_query(self, query: Query[Any]) -> Any:
        match query:
            case FindKnownAnswers(text, _, without):
                found = self.index.search(text, 3 + len(without))
                return tuple(self._to_match(hit.id, hit.sure) for hit in found if hit.id not in without)[:3]
            case FindThreadByCode(receipt):
                return self.threads.get(self.codes.get(receipt.symbols, ""))
            case GetThread(thread):
                return self.threads.get(thread)
            case GetQuestionRate(who):
                return self.question_attempts.get(who, Attempts())
            case FindStaffMember(who):
                return self.staff.get(who)
            case FindInvitation():
                return None
            case GetFaqCatalogue():
                return self.faq_catalogue
            case NewFeedbackNumber():
                return sum(isinstance(act, SubmitFeedback) for act in self.acts) + 1
            case ListConsultations():
                return Listing(tuple(self.consultations.values()))
            case GetConsultationLinks(code):
                return ConsultationLinks(
                    f"https://service.example/opinion?c={code}", f"https://t.me/bot?start=c-{code}"
                )
            case FindConsultation(code):
                return self.consultations.get(code)
            case FindResponse(code, who):
                return self.responses.get((code, who))
            case ListOpenQuestions(at, most):
                waiting = [t for t in self.threads.values() if t.state is QuestionState.OPEN]
                return Listing(tuple(sorted(waiting, key=lambda t: t.answer_by)[at : at + most]))
            case FindSimilarQuestions(thread):
                waiting = [t for t in self.threads.values() if t.state is QuestionState.OPEN]
                return rank_by_letters(thread, [one for one in waiting if one.id != thread.id])
            case FindQuestionByNumber(number):
                return next((t for t in self.threads.values() if t.number == number), None)
        return super().answer_query(query)

    def _to_match(self, found: str, sure: bool) -> AnswerMatch:
        shown = fill_catalogue(self.faq_catalogue, OFFICE.contact).entries
        one = next(one for one in shown if FAQ_ENTRY_PREFIX + one.id == found)
        return AnswerMatch(found, one.question, one.answer, one.link, sure, one.example)

    def _save_entry(self, entry: FaqEntry) -> None:
        entries = {**{one.id: one for one in self.faq_catalogue.entries}, entry.id: entry}
        self._replace_entries(entries.values())

    def _replace_entries(self, entries: Iterable[FaqEntry]) -> None:
        self.faq_catalogue = replace(self.faq_catalogue, entries=tuple(entries))
        self.index = build_index(self.faq_catalogue.entries)

    def apply_act(self, act: Act) -> None:
        self.acts.append(act)
        match act:
            case SubmitFeedback():
                pass
            case SubmitResponse():
                self.responses[act.code, act.person_id] = act.answers
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
                    act.person_id.hex()[:4],
                )
            case AppendThreadLine():
                assert act.seq == self.threads[act.thread].seq + 1
                self.threads[act.thread] = apply_thread_line(self.threads[act.thread], act)
            case ScheduleAnswer(scheduled, seq):
                thread = self.threads[scheduled.thread]
                assert (thread.seq, thread.scheduled_by) == (seq, "")
                due = get_send_time(self.now)
                self.threads[thread.id] = replace(thread, scheduled_by=scheduled.staff, send_at=due)
                self.scheduled_answers[thread.id] = scheduled
            case CancelAnswer():
                del self.scheduled_answers[act.thread]
                self.threads[act.thread] = replace(self.threads[act.thread], scheduled_by="", send_at=0)
            case RateAnswer():
                self.threads[act.thread] = replace(self.threads[act.thread], rating=act.rating)
            case SaveQuestionRate():
                self.question_attempts[act.person_id] = act.attempts
            case SaveAttempts():
                self.attempts[act.person_id] = act.attempts
            case DeleteFiles():
                self.dropped_file_ids.extend(act.ids)
            case CloseQuestion():
                self.threads[act.thread] = replace(self.threads[act.thread], state=QuestionState.CLOSED)
            case SaveFaqEntry() | ApproveFaqEntry():
                self._save_entry(act.entry)
            case DiscardFaqDraft():
                self._replace_entries(one for one in self.faq_catalogue.entries if one.id != act.entry_id)
            case Unsubscribe() | PublishQuestion() | UnpublishQuestion() | AuditRefusal():
                pass
            case _:
                raise AssertionError(act)

    def advance_clock(self, **passed: float) -> None:
        """Advance the clock and send the scheduled answers that are due."""
        super().advance_clock(**passed)
        for name, one in list(self.scheduled_answers.items()):
            if self.threads[name].send_at <= self.now.timestamp():
                self.apply_act(CancelAnswer(name, one.staff))
                self._append_answer(self.threads[name], one.text)

    def answer_question(self, code: str, words: str) -> None:
        """Answer a question as an officer. shown: the code of the question."""
        self._append_answer(self.threads[self.codes[normalize_receipt(code)]], words)

    def _append_answer(self, thread: QuestionThread, words: str) -> None:
        on = to_bangkok_date(self.now)
        self.apply_act(
            AppendThreadLine(thread.id, thread.seq + 1, on, ThreadLineKind.ANSWER, "office", words)
        )  # type: ignore[arg-type]
