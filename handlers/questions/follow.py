"""Following a question by its code, or from the letter with its answer: what was said, more to ask, how it was."""

from dataclasses import replace
from datetime import timedelta

from handlers import thai
from handlers.complaints.messages import ActorKind
from handlers.complaints.track import fresh
from handlers.dialog import attempts as guesses
from handlers.dialog.choices import STALE, Option, offered, options, picked
from handlers.dialog.code_lookup import by_code
from handlers.dialog.context import Context
from handlers.dialog.events import (
    Deciding,
    DialogTopic,
    ExpectedInput,
    Reply,
    TurnResult,
    asked,
    literal,
    read,
)
from handlers.questions import ask
from handlers.questions import menu as welcome
from handlers.questions.messages import (
    AppendThreadLine,
    FindThreadByCode,
    GetQuestionRate,
    GetThread,
    QuestionState,
    QuestionThread,
    RateAnswer,
    Rating,
    SaveQuestionRate,
    ThreadLine,
    ThreadLineKind,
    ways_back,
)

NEWEST = 12
"""Lines of a thread that are shown."""

LETTER = "q."
"""How the choices below an answer begin that came by itself: `/q.<thread>.<what>`."""

RATINGS = tuple(rating.value for rating in Rating)


def begin(m: Context, *before: Reply) -> TurnResult:
    """Ask for the code."""
    session = m.session if m.session.step == "code" else asked(m.session, step="code")
    session = session.with_(topic=DialogTopic.THREAD, answers={})
    question = Reply("track.ask", {}, offered(options(("leave",)), session), wants=ExpectedInput.CODE)
    return TurnResult(session, (*before, question))


def hear(m: Context) -> Deciding:
    """Answer one message of a person who follows a question, or wants to."""
    if "thread" not in m.session.answers:
        choice = picked(m.event, m.session, options(("leave",)), numbers=False)
        if choice == "leave":
            return welcome.again(m.on(fresh(m)))
        if choice is STALE:
            return begin(m, Reply("pick.stale"))
        return (yield from look_up(m, m.event.text or ""))
    thread = yield from read(GetThread(m.session.answers["thread"]))
    if thread is None:
        return begin(m.on(fresh(m)), Reply("track.unknown"))
    here = _ways(m, thread)
    choice = picked(m.event, m.session, here, numbers=m.session.step != "more")
    if choice is STALE:
        return show(m, thread, Reply("pick.stale"))
    if choice is None:
        return (yield from _told(m, thread))
    return (yield from _chosen(m, thread, choice))


def again(m: Context, *before: Reply) -> Deciding:
    """Ask the present question once more."""
    thread = yield from read(GetThread(m.session.answers.get("thread", "")))
    if thread is None:
        return begin(m, *before)
    if m.session.step in {"more", "held"}:
        return _asking(m, thread, *before)
    return show(m, thread, *before)


def look_up(m: Context, text: str) -> Deciding:
    """Find the thread of a code; guessing is slowed as for cases."""
    thread, said, acts = yield from by_code(m, text, FindThreadByCode)
    if thread is None:
        return replace(begin(m, said), acts=acts)
    return show(m.on(fresh(m)), thread)


def by_letter(m: Context, command: str) -> Deciding:
    """What was picked below an answer that came by itself."""
    _, thread_id, what = [*command.split("."), "", ""][:3]
    thread = yield from read(GetThread(thread_id))
    if thread is None:
        return welcome.again(m.on(fresh(m)), Reply("track.unknown"))
    m = m.on(fresh(m).with_(topic=DialogTopic.THREAD, step="thread", answers={"thread": thread.id}))
    if what not in {*RATINGS, "more"}:
        return show(m, thread)
    return (yield from _chosen(m, thread, what))


def show(m: Context, thread: QuestionThread, *before: Reply) -> TurnResult:
    """The state of a question, all that was said, and what may be done."""
    session = asked(m.session, topic=DialogTopic.THREAD, step="thread").with_(answers={"thread": thread.id})
    status = Reply(
        "thread.status",
        {
            "state": Reply(f"thread.{thread.state}"),
            "due": _due(m, thread),
            "asked": thai.shown(thread.asked_on, m.lang),
            "lines": (*_lines(m, thread), *((Reply("thread.rate"),) if _may_rate(thread) else ())),
        },
        offered(_ways(m.on(session), thread), session),
        certain=True,
        wants=ExpectedInput.PICK,
    )
    return TurnResult(session, (*before, status))


def _due(m: Context, thread: QuestionThread) -> Reply:
    if thread.state is not QuestionState.OPEN:
        return literal("")
    return Reply("thread.due", {"answer_by": thai.shown(thread.answer_by, m.lang)})


def _may_rate(thread: QuestionThread) -> bool:
    return bool(thread.answer) and thread.rating is None and thread.state is QuestionState.ANSWERED


def _lines(m: Context, thread: QuestionThread) -> tuple[Reply, ...]:
    return tuple(_line(m, line) for line in thread.lines[-NEWEST:])


def _line(m: Context, line: ThreadLine) -> Reply:
    return Reply(f"thread.line_{line.kind}", {"on": thai.shown(line.on, m.lang), "text": line.words})


def _ways(m: Context, thread: QuestionThread) -> tuple[Option, ...]:
    """What may be picked at the present step."""
    if m.session.step == "more":
        return options(("stay_here",))
    if m.session.step == "held":
        return options(("send_more", "new", "stay_here"))
    return options(("more", *(RATINGS if _may_rate(thread) else ()), "refresh", "leave"))


def _asking(m: Context, thread: QuestionThread, *before: Reply) -> TurnResult:
    held = {"held": m.session.answers["held"]} if m.session.step == "held" else {}
    question = Reply(f"thread.{m.session.step}", held, offered(_ways(m, thread), m.session))
    wants = ExpectedInput.TEXT if m.session.step == "more" else ExpectedInput.PICK
    return TurnResult(m.session, (*before, replace(question, wants=wants)))


def _chosen(m: Context, thread: QuestionThread, choice: str) -> Deciding:
    if choice == "more":
        return _asking(m.on(asked(m.session, step="more")), thread)
    if choice == "send_more":
        return (yield from _send(m, thread, m.session.answers["held"]))
    if choice == "new":
        return (yield from ask.looked_up(m.on(fresh(m)), m.session.answers["held"]))
    if choice in RATINGS:
        return _rated(m, thread, Rating(choice))
    if choice == "leave":
        return welcome.again(m.on(fresh(m)), Reply("thread.left"))
    return show(m, thread)


def _rated(m: Context, thread: QuestionThread, rating: Rating) -> TurnResult:
    if thread.rating is not None or thread.state is not QuestionState.ANSWERED:
        return show(m, thread, Reply("thread.rated_before"))
    shown = show(m, replace(thread, rating=rating), Reply("thread.rated"))
    return replace(shown, acts=(RateAnswer(thread.id, rating),))


def _told(m: Context, thread: QuestionThread) -> Deciding:
    """Words: sent where a further question was asked for, else offered to be, so that nothing goes by mistake."""
    cleaned = thai.clean(m.event.text or "")
    if not cleaned.text:
        return show(m, thread, Reply("text.empty"))
    if len(cleaned.text) > ask.MOST_CHARACTERS:
        limits = {"limit": f"{ask.MOST_CHARACTERS:,}", "count": f"{len(cleaned.text):,}"}
        return show(m, thread, Reply("ask.too_long", {**limits, "unsent": cleaned.text}))
    if m.session.step == "more":
        return (yield from _send(m, thread, cleaned.text))
    session = asked(m.session, step="held", answers={"thread": thread.id, "held": cleaned.text})
    return _asking(m.on(session), thread)


def _send(m: Context, thread: QuestionThread, text: str) -> Deciding:
    tries = yield from read(GetQuestionRate(m.event.who))
    if tries.until is not None and m.now < tries.until:
        until = guesses.until(tries.until)
        return show(m, thread, Reply("ask.wait", {"until": until, "unsent": text}))
    on = thai.day(m.now)
    due = on + timedelta(days=m.office.deadlines.first_answer_days)
    back = ways_back(m.event.who, m.event.channel, m.event.back, m.lang)
    act = AppendThreadLine(
        thread.id, thread.seq + 1, on, ThreadLineKind.MORE, ActorKind.REPORTER, text, due, back
    )
    acts = (act, SaveQuestionRate(m.event.who, guesses.missed(tries, m.now)))
    return replace(show(m, after(thread, act), Reply("thread.sent")), acts=acts)


def after(thread: QuestionThread, act: AppendThreadLine) -> QuestionThread:
    """The thread as it will stand once a line is written."""
    state = QuestionState.ANSWERED if act.kind is ThreadLineKind.ANSWER else QuestionState.OPEN
    lines = (*thread.lines, ThreadLine(act.seq, act.on, act.kind, act.text))
    return replace(thread, state=state, answer_by=act.answer_by or thread.answer_by, lines=lines)
