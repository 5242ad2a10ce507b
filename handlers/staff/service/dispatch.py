"""Officers of the service desk: the questions that wait, their answers, and what is published of them."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeAlias

from handlers import thai
from handlers.dialog.context import Context
from handlers.dialog.events import Channel, Choice, Deciding, DialogTopic, Reply, TurnResult, read
from handlers.questions import menu as welcome
from handlers.questions.messages import (
    CloseQuestion,
    FindQuestionByNumber,
    ListOpenQuestions,
    QuestionState,
    QuestionThread,
)
from handlers.staff import join as joining
from handlers.staff import parse as order
from handlers.staff import two_factor as factor
from handlers.staff.command import ComplaintsCommandContext, Reading
from handlers.staff.members import AuditRefusal, FindStaffMember, StaffMember
from handlers.staff.permissions import HANDLING, CommandName
from handlers.staff.service import answers as answering
from handlers.staff.service import consultation_results as weighing
from handlers.staff.service import consultations as announcing
from handlers.staff.service import feedback as hearing
from handlers.staff.service import publish as shelving
from handlers.staff.service_command import ServiceCommandContext, asks, button, shown

A_PAGE = 8
BY_BUTTON = frozenset({"confirm", "help"})
"""Commands that nobody types."""

CANCELS = frozenset({"ยกเลิก", "cancel", "Cancel"})
SHORT = 60

Work: TypeAlias = Callable[[ServiceCommandContext], Deciding]
OfOne: TypeAlias = Callable[[ServiceCommandContext, QuestionThread], Deciding]


def concerns(m: Context) -> bool:
    """Whether an event is of somebody who joins, or gives a command that only officers have."""
    words = (m.event.text or "").strip()
    name = words.partition(" ")[0].casefold()
    knocks = name.startswith("/") and order.knocks(m.event)
    return bool(m.session.staff) or knocks or _ours(name) is not None


def hear(m: Context, *, known: bool = False) -> Reading[TurnResult | None]:
    """What an officer's message leads to; None where they speak as anybody does.

    known: it is a command that anybody may give.
    """
    staff = None if m.event.channel is Channel.WEB else (yield from read(FindStaffMember(m.event.who)))
    words = (m.event.choice if m.event.choice is not None else m.event.text) or ""
    given = order.read(words)
    if staff is None:
        return (yield from _stranger(m, words))
    if given is not None and given.order is CommandName.LEAVE:
        return (yield from joining.leave(ComplaintsCommandContext(m, staff, given)))
    if given is not None and given.order is CommandName.JOIN:
        return (yield from joining.again(ComplaintsCommandContext(m, staff, given)))
    return (yield from _ordered(m, staff, words, known=known))


def _ordered(m: Context, staff: StaffMember, words: str, *, known: bool) -> Reading[TurnResult | None]:
    """A command, or the words that complete one; None where it is neither."""
    asked, typed = asks(m, staff, words), m.event.text is not None
    if asked is None and typed:
        kept = m.session.staff
        if words.strip() in CANCELS and kept.keys() & {"then", "awaits"}:
            return _dropped(ServiceCommandContext(m, staff, ""))
        if kept.get("then"):
            return (yield from _proved(m, staff, words))
        if kept.get("awaits") and m.session.topic is DialogTopic.MENU and not known:
            asked = asks(m, staff, f"{kept['awaits']} {words}")
    if asked is None or (asked.name not in NAMES and (known or not typed)):
        return None
    if asked.name not in NAMES:
        return asked.tells("help.unknown", (button("help"),), name=asked.name[:40])
    asked = replace(asked.keeps(awaits="", then=""), name=NAMES[asked.name])
    if staff.role in HANDLING:
        return (yield from _done(asked))
    return (
        None if asked.name == "help" else asked.tells("refused", acts=(AuditRefusal(asked.name, staff.id),))
    )


def _dropped(asked: ServiceCommandContext) -> TurnResult:
    """What was under way is given up."""
    asked = asked.keeps(then="", awaits="", ballot="")
    return TurnResult(asked.m.session, (Reply("staff.dropped", {}, (button("questions"),)),))


def _proved(m: Context, staff: StaffMember, text: str) -> Deciding:
    """A code of the second factor, and then what was asked for with it."""
    why, acts = yield from factor.proven(m, staff, text)
    if why is not None:
        return TurnResult(m.session, (why,), acts)
    kept = {**m.session.staff, "proved": str(int(m.now.timestamp()))}
    again = asks(m.with_(staff=kept), staff, kept["then"])
    turn = (yield from _done(again.keeps(then=""))) if again else TurnResult(m.session)
    return replace(turn, acts=(*acts, *turn.acts))


def _stranger(m: Context, words: str) -> Reading[TurnResult | None]:
    given = order.read(words)
    if m.event.channel is not Channel.WEB and given is not None and given.order is CommandName.JOIN:
        return (yield from joining.begin(m, given))
    if m.event.channel is not Channel.WEB and "join" in m.session.staff and m.event.text and given is None:
        return (yield from joining.finish(m))
    tried = _ours(words.strip().partition(" ")[0].casefold())
    return replace(welcome.again(m.with_(staff={})), acts=(AuditRefusal(tried),)) if tried else None


def _ours(name: str) -> str | None:
    """The command behind a slash that nobody gives but officers; everybody may ask for help."""
    own = NAMES.get(name[1:]) if name.startswith("/") else None
    return None if own == "help" else own


def _done(asked: ServiceCommandContext) -> Deciding:
    if asked.name in WORKS:
        return (yield from WORKS[asked.name](asked))
    thread = yield from read(FindQuestionByNumber(asked.number, asked.year))
    if thread is None:
        return asked.tells("unknown", (button("questions"),), number=asked.number)
    return (yield from ONES[asked.name](asked, thread))


def questions(asked: ServiceCommandContext) -> Deciding:
    """What waits for an answer, soonest due first."""
    place = max(1, asked.number)
    found = yield from read(ListOpenQuestions((place - 1) * A_PAGE, A_PAGE + 1))
    if not found:
        return asked.tells("none", (button("faq"),))
    many = _of_one_bucket(found)
    lines = tuple(_line(thread, asked, many) for thread in found[:A_PAGE])
    choices = [Choice(f"/question {shown(t)}", "literal", {"text": shown(t)}) for t in found[:A_PAGE]]
    if len(found) > A_PAGE:
        choices.append(Choice(f"/questions {place + 1}", "inquiry.further"))
    return asked.tells("some", tuple(choices), lines=lines)


def _of_one_bucket(found: tuple[QuestionThread, ...]) -> set[str]:
    buckets = [thread.bucket for thread in found if thread.bucket]
    return {bucket for bucket in buckets if buckets.count(bucket) > 1}


def _line(thread: QuestionThread, asked: ServiceCommandContext, many: set[str]) -> Reply:
    late = "late" if thread.answer_by < thai.day(asked.m.now) else "by"
    late = "held" if thread.held else late
    bucket = Reply("inquiry.bucket", {"bucket": thread.bucket}) if thread.bucket in many else _text("")
    last = thread.lines[-1]
    words = last.text.replace("\n", " ")
    return Reply(
        "inquiry.line",
        {
            "number": shown(thread),
            "due": Reply(f"inquiry.due_{late}", {"day": thai.shown(thread.answer_by, asked.m.lang)}),
            "words": (words or last.words) if len(words) <= SHORT else f"{words[:SHORT]}…",
            "bucket": bucket,
        },
    )


def _text(words: str) -> Reply:
    return Reply("literal", {"text": words})


def question(asked: ServiceCommandContext, thread: QuestionThread) -> Deciding:
    """One question with all that was said."""
    yield from ()
    return _shown(asked, thread)


def _shown(asked: ServiceCommandContext, thread: QuestionThread, *before: Reply) -> TurnResult:
    lines = tuple(
        Reply(f"inquiry.line_{one.kind}", {"on": thai.shown(one.on, asked.m.lang), "text": one.words})
        for one in thread.lines
    )
    after = ("publish",) if thread.answer else ()
    ways = ("answer", *(("close",) if thread.state is QuestionState.OPEN else ()), *after)
    ways = ("undo",) if thread.held else ways
    choices = (*(button(name, thread) for name in ways), button("questions"))
    state = Reply("inquiry.state_held" if thread.held else f"thread.{thread.state}")
    turn = asked.tells("one", choices, number=shown(thread), state=state, lines=lines)
    return replace(turn, says=(*before, *turn.says))


def guide(asked: ServiceCommandContext) -> Deciding:
    """Every command of this desk, by its Thai and English name."""
    yield from ()
    lines = tuple(
        Reply("inquiry.help.line", {"th": thai_name, "en": names[0], "what": Reply(f"inquiry.help.{own}")})
        for own, names in SPELT.items()
        if own not in BY_BUTTON and (thai_name := next(name for name in names if not name.isascii()))
    )
    choices = (button("questions"), button("faq"), Choice("/opinions", "inquiry.button.opinions"))
    return asked.tells("help.all", choices, name=asked.staff.name, lines=lines)


def close(asked: ServiceCommandContext, thread: QuestionThread) -> Deciding:
    """Close a question that is none, without an answer."""
    yield from ()
    if thread.state is not QuestionState.OPEN:
        return _shown(asked, thread)
    if thread.held:
        return asked.tells("held_already", (button("question", thread),), number=shown(thread))
    act = CloseQuestion(thread.id, thread.seq, thai.day(asked.m.now))
    return asked.tells("closed", (button("questions"),), (act,), number=shown(thread))


WORKS: Mapping[str, Work] = {
    "questions": questions,
    "confirm": answering.confirm,
    "help": guide,
    "faq": shelving.faq,
    "unpublish": shelving.unpublish,
    **announcing.WORKS,
    **hearing.WORKS,
    **weighing.WORKS,
}
ONES: Mapping[str, OfOne] = {
    "question": question,
    "answer": answering.answer,
    "publish": shelving.publish,
    "merge": answering.merge,
    "undo": answering.undo,
    "close": close,
}
SPELT: Mapping[str, tuple[str, ...]] = {
    "questions": ("questions", "inbox", "คำถาม", "งาน"),
    "question": ("question", "case", "ดูคำถาม"),
    "answer": ("answer", "reply", "ตอบ"),
    "publish": ("publish", "เผยแพร่"),
    "unpublish": ("unpublish", "เลิกเผยแพร่"),
    "merge": ("merge", "รวม"),
    "confirm": ("confirm", "ยืนยัน"),
    "undo": ("undo", "เรียกคืน"),
    "close": ("close", "ปิด"),
    "faq": ("faq", "คลัง", "canned", "คำตอบ"),
    "opinions": ("opinions", "ความเห็น"),
    "consult": ("consult", "รับฟัง"),
    "statements": ("statements", "ข้อความ"),
    "texts": ("texts", "ถ้อยคำ"),
    "theme": ("theme", "themes", "ประเด็น"),
    "quote": ("quote", "ยกคำ"),
    "taken": ("taken", "ตอบประเด็น"),
    "done": ("done", "ทำแล้ว"),
    "results": ("results", "ประกาศผล"),
    "help": ("help", "ช่วยเหลือ", "คำสั่ง"),
}
"""What officers of this desk say after a slash, by which command it is: English first."""

NAMES: Mapping[str, str] = {name: own for own, names in SPELT.items() for name in names}
