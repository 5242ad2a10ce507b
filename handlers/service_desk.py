"""The service desk: questions and their answers, opinions; who tells of corruption is shown to the other desk."""

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass, replace

from handlers import thai
from handlers.complaints import draft
from handlers.complaints.messages import Unsubscribe
from handlers.complaints.track import fresh
from handlers.complaints_desk import (
    LONGEST_COMMAND,
    TOUCH,
    WORDS,
    commanded,
    guessed,
    is_late,
    is_receipt_like,
    late,
    numbered,
    understood,
)
from handlers.consultations import invitation as invited
from handlers.consultations import respond as consult
from handlers.dialog import unsend
from handlers.dialog.context import Context
from handlers.dialog.events import (
    NEVER,
    Act,
    Deciding,
    DeleteFiles,
    DialogTopic,
    Event,
    Now,
    Reply,
    Session,
    TurnResult,
    read,
)
from handlers.dialog.receipt import reads
from handlers.feedback import give as opinion
from handlers.office import Office
from handlers.questions import ask
from handlers.questions import follow as thread
from handlers.questions import menu as welcome
from handlers.staff.service import dispatch as inquiry

_WORDS: Mapping[str, str] = {
    **WORDS,
    "ถาม": "ask", "สอบถาม": "ask", "ถามคำถาม": "ask", "ask": "ask",
    "ติดตามคำถาม": "follow", "follow": "follow", **dict.fromkeys(("ติดตาม", "ติดตามเรื่อง", "track"), "follow"),
    "กระดาน": "board", "กระดานถามตอบ": "board", "คำถามที่ตอบแล้ว": "board", "board": "board", "qna": "board",
    **dict.fromkeys(("ความคิดเห็น", "แสดงความคิดเห็น", "ให้ความคิดเห็น", "opinion", "opinions"), "opinion"),
    **dict.fromkeys(("รับฟังความคิดเห็น", "เรื่องที่รับฟัง", "consultations"), "consultations"),
    "แจ้งทุจริต": "report", "ร้องเรียน": "report", "ร้องเรียนทุจริต": "report",
}  # fmt: skip
"""Words that are commands of this desk when they are all that was typed."""

HEARD = understood(_WORDS, welcome.CHOICES)

_CONSULTATION = re.compile(r"(?:/start )?c-([0-9A-Za-z]{6})")

QUESTIONS = frozenset({DialogTopic.ASK, DialogTopic.THREAD, DialogTopic.OPINION})


@dataclass(frozen=True)
class ServiceDesk:
    """The service desk. address: where the complaints desk is found; board: of the public board; or empty.

    roster: the marks of the staff; who is not in it costs one look-up.
    """

    office: Office
    address: str = ""
    board: str = ""
    roster: Container[bytes] = frozenset()

    def decide(self, event: Event, session: Session | None) -> Deciding:
        """What one message leads to."""
        if event.unsent:
            turn = yield from unsend.hear(event, session)
            return replace(turn, session=_whole(turn.session) if turn.session else None)
        turn = yield from self._decide(event, session)
        return unsend.remembered(turn, event, session or Session())

    def _decide(self, event: Event, session: Session | None) -> Deciding:
        now = yield from read(Now())
        before = session or Session(lang="th" if _linked(event) else guessed(event))
        if event.choice == TOUCH and session is not None:
            return TurnResult(before if before.lapsed(now) else before.with_(at=now))
        m, notes = _arrived(Context(event, before.with_(at=now), self.office, now), before)
        if event.who in self.roster or inquiry.concerns(m):
            known = _linked(event) or commanded(event, HEARD)
            turn = yield from inquiry.hear(m, known=known is not None)
            if turn is not None:
                return _said(turn, notes)
        if event.file is not None:
            return _said(_without(event, (yield from self._again(m, Reply("ask.words")))), notes)
        command = _linked(event) or commanded(event, HEARD)
        command = command or numbered(event, m.session, before, welcome.CHOICES)
        if event.was is not None:
            turn = yield from self._corrected(m, event.was)
        elif is_late(m) and not command:
            turn = yield from self._again(m, *late(event))
        else:
            turn = yield from (self._obey(m, command) if command else self._listen(m))
        return _said(turn, notes)

    def recall(self, event: Event, session: Session) -> Deciding:
        """The question that a talk stands at. Nothing of it is written."""
        now = yield from read(Now())
        return (yield from self._again(Context(event, session, self.office, now)))

    def _corrected(self, m: Context, was: str) -> Deciding:
        """Words that were changed in the chat: a question that was not sent yet is looked up anew."""
        if (
            m.session.topic is DialogTopic.ASK
            and m.session.answers.get("question") == thai.clean(was).text != ""
        ):
            return (yield from ask.told(m.on(fresh(m)), Reply("draft.corrected")))
        return (yield from self._again(*draft.corrected(m, was)))

    def _listen(self, m: Context) -> Deciding:
        text = m.event.text or ""
        if m.session.topic is DialogTopic.ASK and m.session.step == "suspect":
            return (yield from ask.hear(m, self.address))
        if m.session.topic is DialogTopic.OPINION:
            if reads(text) is not None:  # kept in an opinion it would be shown to others
                return (yield from opinion.again(m, Reply("draft.code")))
            return (yield from opinion.hear(m, self.address))
        if is_receipt_like(text):
            return (yield from thread.look_up(m, text))
        if m.session.topic is DialogTopic.ASK:
            return (yield from ask.hear(m, self.address))
        if m.session.topic is DialogTopic.THREAD:
            return (yield from thread.hear(m))
        if m.event.choice is not None:
            return welcome.again(m, Reply("pick.stale"))
        return welcome.greet(m) if ask.is_greeting(text) else (yield from ask.told(m))

    def _obey(self, m: Context, command: str) -> Deciding:
        if command in {"th", "en"}:
            return (yield from self._again(m.with_(lang=command)))
        if command.startswith(thread.LETTER):
            return (yield from thread.by_letter(m, command))
        if command in {"privacy", "help", "board", "report"}:
            return (yield from self._again(m, self._told(m, command)))
        if command == "stop":
            turn = yield from self._again(m, Reply("thread.stopped"))
            return replace(turn, acts=(*turn.acts, Unsubscribe(m.event.who)))
        return (yield from self._begin(m.on(fresh(m)), command))

    def _begin(self, free: Context, command: str) -> Deciding:
        """What begins a talk of its own, and the counter."""
        if command == "opinion":
            return (yield from opinion.begin(free))
        if command == "consultations":
            return (yield from invited.begin(free))
        if command.startswith(consult.LINK):
            return (yield from consult.begin(free, command.removeprefix(consult.LINK)))
        if command == "ask":
            return ask.begin(free)
        if command == "follow":
            return thread.begin(free)
        return welcome.greet(free) if command == "start" else welcome.again(free)

    def _told(self, m: Context, command: str) -> Reply:
        """What is only told, and leads nowhere else."""
        if command == "report":
            return ask.handover(m, self.address)
        if command == "board":
            return Reply("welcome.board", {"address": self.board or self.office.website})
        if command == "help":
            return Reply("welcome.help", {"days": self.office.deadlines.first_answer_days})
        return privacy(m)

    def _again(self, m: Context, *before: Reply) -> Deciding:
        """Say something and ask the present question once more."""
        if m.session.topic is DialogTopic.ASK:
            return (yield from ask.again(m, *before))
        if m.session.topic is DialogTopic.THREAD:
            return (yield from thread.again(m, *before))
        if m.session.topic is DialogTopic.OPINION:
            return (yield from opinion.again(m, *before))
        return welcome.again(m, *before)


def _whole(session: Session) -> Session:
    """A talk out of which something was taken back: what is empty is gone, and a question without words is none."""
    answers = {name: words for name, words in session.answers.items() if words}
    if session.topic is DialogTopic.ASK and "question" not in answers:
        return session.with_(topic=DialogTopic.MENU, step="", answers={}, sent={})
    if session.topic is DialogTopic.THREAD and session.step == "held" and "held" not in answers:
        return session.with_(step="thread", answers=answers)
    return session.with_(answers=answers)


def privacy(m: Context) -> Reply:
    """What this desk keeps of a person, why, and for how long."""
    about = m.office.privacy
    return Reply(
        "welcome.privacy",
        {
            "version": about.version,
            "controller": about.controller.in_(m.lang),
            "contact": about.contact.in_(m.lang),
            "abroad": Reply(f"abroad.{m.event.channel}"),
            "days": m.office.retention.after_closing_days,
        },
    )


def _linked(event: Event) -> str | None:
    """The consultation of a deep link, or of a code that was typed."""
    found = _CONSULTATION.fullmatch((event.text or "")[:LONGEST_COMMAND].strip())
    return f"{consult.LINK}{found[1].upper()}" if found else None


def _arrived(m: Context, before: Session) -> tuple[Context, tuple[Reply, ...]]:
    """The moment on a session that still holds: one that lapsed is begun anew, and the person is told."""
    lapsed = before.at != NEVER and before.lapsed(m.now)
    if (
        before.topic is not DialogTopic.LAPSED
        and not lapsed
        and before.topic in {*QUESTIONS, DialogTopic.MENU}
    ):
        return m, ()
    told = (Reply("ask.lapsed"),) if before.topic is DialogTopic.LAPSED or before.drafting else ()
    return m.on(fresh(m)), told


def _without(event: Event, turn: TurnResult) -> TurnResult:
    """The turn, with the file that came erased: a question is words."""
    dropped: tuple[Act, ...] = (DeleteFiles((event.file.id,)),) if event.file and event.file.id else ()
    return replace(turn, acts=(*turn.acts, *dropped))


def _said(turn: TurnResult, notes: tuple[Reply, ...]) -> TurnResult:
    return replace(turn, says=(*notes, *turn.says)) if notes else turn
