"""The service desk on a stage of dictionaries: its talk alone, exact and without storage."""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bot.importers import faq_file as knowledge
from handlers import thai
from handlers.complaints.messages import FindTries, SetTries, StopNews, Tries
from handlers.consultations.messages import (
    Ballot,
    FindBallot,
    FindVoice,
    FindWays,
    GiveVoice,
    ListBallots,
    Ways,
)
from handlers.dialog import receipt as receipts
from handlers.dialog.events import Act, DropFiles, NewReceipt, Now, Query
from handlers.feedback.messages import NewNumber, SendOpinion
from handlers.questions.faq_messages import Post, PutKnown, ReadShelf, Shelf, Unpost
from handlers.questions.follow import after
from handlers.questions.messages import (
    AddLine,
    Answering,
    AskOffice,
    CloseQuestion,
    FindAnswers,
    FindAsked,
    FindNumber,
    FindThread,
    HoldAnswer,
    Line,
    LineKind,
    ListQuestions,
    Match,
    OpenThread,
    Rate,
    SetAsked,
    State,
    TakeBackAnswer,
    Thread,
)
from handlers.questions.search_index import Entry, Index
from handlers.service_desk import Service
from handlers.staff.complaints.messages import HELD
from handlers.staff.members import FindInvitation, FindStaff, NoteAttempt, Staff
from tests.play import OFFICE, Stage

COMPLAINTS = "https://complaints.example"
BOARD = "https://service.example/qna"
BASE = knowledge.load(knowledge.EXAMPLE)


def desk(roster: Container[bytes] = frozenset()) -> Service:
    """The service desk of the example office."""
    return Service(OFFICE, COMPLAINTS, BOARD, roster)


@dataclass
class Counter(Stage):
    """The world of the service desk."""

    router: Any = field(default_factory=desk)
    index: Index = field(
        default_factory=lambda: Index.of(
            [Entry(one.id, (one.question, *one.also, one.answer)) for one in BASE]
        )
    )
    threads: dict[str, Thread] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    asked: dict[bytes, Tries] = field(default_factory=dict)
    staff: dict[bytes, Staff] = field(default_factory=dict)
    shelf: Shelf = field(default_factory=lambda: Shelf(BASE))
    ballots: dict[str, Ballot] = field(default_factory=dict)
    voices: dict[tuple[str, bytes], Mapping[str, str]] = field(default_factory=dict)
    held: dict[str, Answering] = field(default_factory=dict)

    def answer(self, query: Query[Any]) -> Any:
        match query:
            case Now():
                return self.now
            case NewReceipt():
                return receipts.made_of(self.chance.getrandbits(80))
            case FindAnswers(text):
                return tuple(self._match(found.id, found.sure) for found in self.index.nearest(text))
            case FindThread(receipt):
                return self.threads.get(self.codes.get(receipt.symbols, ""))
            case OpenThread(thread):
                return self.threads.get(thread)
            case FindAsked(who):
                return self.asked.get(who, Tries())
            case FindTries(who):
                return self.tries.get(who, Tries())
            case FindStaff(who):
                return self.staff.get(who)
            case FindInvitation():
                return None
            case ReadShelf():
                return self.shelf
            case NewNumber():
                return sum(isinstance(act, SendOpinion) for act in self.acts) + 1
            case ListBallots():
                return tuple(self.ballots.values())
            case FindWays(code):
                return Ways(f"https://service.example/opinion?c={code}", f"https://t.me/bot?start=c-{code}")
            case FindBallot(code):
                return self.ballots.get(code)
            case FindVoice(code, who):
                return self.voices.get((code, who))
            case ListQuestions(at, most):
                waiting = [t for t in self.threads.values() if t.state is State.OPEN]
                return tuple(sorted(waiting, key=lambda t: t.answer_by)[at : at + most])
            case FindNumber(number):
                return next((t for t in self.threads.values() if t.number == number), None)
        raise AssertionError(query)

    @staticmethod
    def _match(found: str, sure: bool) -> Match:
        one = next(one for one in BASE if one.id == found)
        return Match(one.id, one.question, one.answer, one.link, sure, one.example)

    def write(self, act: Act) -> None:
        self.acts.append(act)
        match act:
            case SendOpinion():
                pass
            case GiveVoice():
                self.voices[act.code, act.who] = act.answers
            case AskOffice():
                number = len(self.threads) + 1
                name = f"{number:032x}"
                first = Line(1, act.on, LineKind.ASKED, act.text)
                self.codes[act.receipt.symbols] = name
                self.threads[name] = Thread(
                    name,
                    2570,
                    number,
                    State.OPEN,
                    act.on,
                    act.answer_by,
                    None,
                    (first,),
                    act.lang,
                    act.who.hex()[:4],
                )
            case AddLine():
                assert act.seq == self.threads[act.thread].seq + 1
                self.threads[act.thread] = after(self.threads[act.thread], act)
            case HoldAnswer(answering, seq):
                thread = self.threads[answering.thread]
                assert (thread.seq, thread.held) == (seq, "")
                due = int(self.now.timestamp()) + HELD
                self.threads[thread.id] = replace(thread, held=answering.staff, due=due)
                self.held[thread.id] = answering
            case TakeBackAnswer():
                del self.held[act.thread]
                self.threads[act.thread] = replace(self.threads[act.thread], held="", due=0)
            case Rate():
                self.threads[act.thread] = replace(self.threads[act.thread], rating=act.rating)
            case SetAsked():
                self.asked[act.who] = act.tries
            case SetTries():
                self.tries[act.who] = act.tries
            case DropFiles():
                self.dropped.extend(act.ids)
            case CloseQuestion():
                self.threads[act.thread] = replace(self.threads[act.thread], state=State.CLOSED)
            case StopNews() | Post() | Unpost() | PutKnown() | NoteAttempt():
                pass
            case _:
                raise AssertionError(act)

    def wait(self, **passed: float) -> None:
        """Let time pass, and what is due go."""
        super().wait(**passed)
        for name, one in list(self.held.items()):
            if self.threads[name].due <= self.now.timestamp():
                self.write(TakeBackAnswer(name, one.staff))
                self._answers(self.threads[name], one.text)

    def office_answers(self, shown: str, words: str) -> None:
        """An officer answers the question of a code."""
        self._answers(self.threads[self.codes[receipts.folded(shown)]], words)

    def _answers(self, thread: Thread, words: str) -> None:
        on = thai.day(self.now)
        self.write(AddLine(thread.id, thread.seq + 1, on, LineKind.ANSWER, "office", words))  # type: ignore[arg-type]
