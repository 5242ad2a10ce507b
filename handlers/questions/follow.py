"""Following a question by its code, or from the letter with its answer: what was said, more to ask, how it was."""

from dataclasses import replace
from datetime import timedelta

from handlers.complaints.messages import ActorKind
from handlers.complaints.track import reset_session
from handlers.dialog.choices import STALE, Option, make_options, parse_choice, to_choices
from handlers.dialog.code_lookup import format_retry_time, look_up_code, record_failure
from handlers.dialog.context import Context
from handlers.dialog.effects import Decision, TurnResult, run_query
from handlers.dialog.replies import ExpectedInput, Reply, raw_text
from handlers.dialog.session import DialogTopic, advance_prompt
from handlers.questions.ask import MAX_QUESTION_LENGTH, look_up_answers
from handlers.questions.menu import show_service_menu
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
    make_reply_address,
)
from handlers.thai import clean_text, format_date, to_bangkok_date

MAX_THREAD_LINES = 12
"""Lines of a thread that are shown."""

ANSWER_BUTTON_PREFIX = "q."
"""How the choices below an answer begin that came by itself: `/q.<thread>.<what>`."""

RATING_VALUES = tuple(rating.value for rating in Rating)


def ask_question_code(m: Context, *before: Reply) -> TurnResult:
    """Ask for the code."""
    session = m.session if m.session.step == "code" else advance_prompt(m.session, step="code")
    session = session.replace(topic=DialogTopic.THREAD, answers={})
    question = Reply("track.ask", {}, to_choices(make_options(("leave",)), session), wants=ExpectedInput.CODE)
    return TurnResult(session, (*before, question))


def handle_thread(m: Context) -> Decision:
    """Answer one message of a person who follows a question, or wants to."""
    if "thread" not in m.session.answers:
        choice = parse_choice(m.event, m.session, make_options(("leave",)), numbers=False)
        if choice == "leave":
            return show_service_menu(m.with_session(reset_session(m)))
        if choice is STALE:
            return ask_question_code(m, Reply("pick.stale"))
        return (yield from look_up_thread(m, m.event.text or ""))
    thread = yield from run_query(GetThread(m.session.answers["thread"]))
    if thread is None:
        return ask_question_code(m.with_session(reset_session(m)), Reply("track.unknown"))
    here = _list_options(m, thread)
    choice = parse_choice(m.event, m.session, here, numbers=m.session.step != "more")
    if choice is STALE:
        return show_thread(m, thread, Reply("pick.stale"))
    if choice is None:
        return (yield from _handle_text(m, thread))
    return (yield from _handle_choice(m, thread, choice))


def reprompt_thread(m: Context, *before: Reply) -> Decision:
    """Ask the present question once more."""
    thread = yield from run_query(GetThread(m.session.answers.get("thread", "")))
    if thread is None:
        return ask_question_code(m, *before)
    if m.session.step in {"more", "held"}:
        return _ask_step(m, thread, *before)
    return show_thread(m, thread, *before)


def look_up_thread(m: Context, text: str) -> Decision:
    """Find the thread of a code; guessing is slowed as for cases."""
    thread, said, acts = yield from look_up_code(m, text, FindThreadByCode)
    if thread is None:
        return replace(ask_question_code(m, said), acts=acts)
    return show_thread(m.with_session(reset_session(m)), thread)


def handle_answer_button(m: Context, command: str) -> Decision:
    """What was picked below an answer that came by itself."""
    _, thread_id, what = [*command.split("."), "", ""][:3]
    thread = yield from run_query(GetThread(thread_id))
    if thread is None:
        return show_service_menu(m.with_session(reset_session(m)), Reply("track.unknown"))
    m = m.with_session(
        reset_session(m).replace(topic=DialogTopic.THREAD, step="thread", answers={"thread": thread.id})
    )
    if what not in {*RATING_VALUES, "more"}:
        return show_thread(m, thread)
    return (yield from _handle_choice(m, thread, what))


def show_thread(m: Context, thread: QuestionThread, *before: Reply) -> TurnResult:
    """The state of a question, all that was said, and what may be done."""
    session = advance_prompt(m.session, topic=DialogTopic.THREAD, step="thread").replace(
        answers={"thread": thread.id}
    )
    status = Reply(
        "thread.status",
        {
            "state": Reply(f"thread.{thread.state}"),
            "due": _format_due(m, thread),
            "asked": format_date(thread.asked_on, m.lang),
            "lines": (*_format_lines(m, thread), *((Reply("thread.rate"),) if _can_rate(thread) else ())),
        },
        to_choices(_list_options(m.with_session(session), thread), session),
        certain=True,
        wants=ExpectedInput.PICK,
    )
    return TurnResult(session, (*before, status))


def _format_due(m: Context, thread: QuestionThread) -> Reply:
    if thread.state is not QuestionState.OPEN:
        return raw_text("")
    return Reply("thread.due", {"answer_by": format_date(thread.answer_by, m.lang)})


def _can_rate(thread: QuestionThread) -> bool:
    return bool(thread.answer) and thread.rating is None and thread.state is QuestionState.ANSWERED


def _format_lines(m: Context, thread: QuestionThread) -> tuple[Reply, ...]:
    return tuple(_format_line(m, line) for line in thread.lines[-MAX_THREAD_LINES:])


def _format_line(m: Context, line: ThreadLine) -> Reply:
    return Reply(f"thread.line_{line.kind}", {"on": format_date(line.on, m.lang), "text": line.display_text})


def _list_options(m: Context, thread: QuestionThread) -> tuple[Option, ...]:
    """What may be picked at the present step."""
    if m.session.step == "more":
        return make_options(("stay_here",))
    if m.session.step == "held":
        return make_options(("send_more", "new", "stay_here"))
    return make_options(("more", *(RATING_VALUES if _can_rate(thread) else ()), "refresh", "leave"))


def _ask_step(m: Context, thread: QuestionThread, *before: Reply) -> TurnResult:
    held = {"held": m.session.answers["held"]} if m.session.step == "held" else {}
    question = Reply(f"thread.{m.session.step}", held, to_choices(_list_options(m, thread), m.session))
    wants = ExpectedInput.TEXT if m.session.step == "more" else ExpectedInput.PICK
    return TurnResult(m.session, (*before, replace(question, wants=wants)))


def _handle_choice(m: Context, thread: QuestionThread, choice: str) -> Decision:
    if choice == "more":
        return _ask_step(m.with_session(advance_prompt(m.session, step="more")), thread)
    if choice == "send_more":
        return (yield from _send_line(m, thread, m.session.answers["held"]))
    if choice == "new":
        return (yield from look_up_answers(m.with_session(reset_session(m)), m.session.answers["held"]))
    if choice in RATING_VALUES:
        return _rate_answer(m, thread, Rating(choice))
    if choice == "leave":
        return show_service_menu(m.with_session(reset_session(m)), Reply("thread.left"))
    return show_thread(m, thread)


def _rate_answer(m: Context, thread: QuestionThread, rating: Rating) -> TurnResult:
    if thread.rating is not None or thread.state is not QuestionState.ANSWERED:
        return show_thread(m, thread, Reply("thread.rated_before"))
    shown = show_thread(m, replace(thread, rating=rating), Reply("thread.rated"))
    return replace(shown, acts=(RateAnswer(thread.id, rating),))


def _handle_text(m: Context, thread: QuestionThread) -> Decision:
    """Words: sent where a further question was asked for, else offered to be, so that nothing goes by mistake."""
    cleaned = clean_text(m.event.text or "")
    if not cleaned.text:
        return show_thread(m, thread, Reply("text.empty"))
    if len(cleaned.text) > MAX_QUESTION_LENGTH:
        limits = {"limit": f"{MAX_QUESTION_LENGTH:,}", "count": f"{len(cleaned.text):,}"}
        return show_thread(m, thread, Reply("ask.too_long", {**limits, "unsent": cleaned.text}))
    if m.session.step == "more":
        return (yield from _send_line(m, thread, cleaned.text))
    session = advance_prompt(m.session, step="held", answers={"thread": thread.id, "held": cleaned.text})
    return _ask_step(m.with_session(session), thread)


def _send_line(m: Context, thread: QuestionThread, text: str) -> Decision:
    tries = yield from run_query(GetQuestionRate(m.event.person_id))
    if tries.until is not None and m.now < tries.until:
        until = format_retry_time(tries.until)
        return show_thread(m, thread, Reply("ask.wait", {"until": until, "unsent": text}))
    on = to_bangkok_date(m.now)
    due = on + timedelta(days=m.office.deadlines.first_answer_days)
    back = make_reply_address(m.event.person_id, m.event.channel, m.event.reply_to, m.lang)
    act = AppendThreadLine(
        thread.id, thread.seq + 1, on, ThreadLineKind.MORE, ActorKind.REPORTER, text, due, back
    )
    acts = (act, SaveQuestionRate(m.event.person_id, record_failure(tries, m.now)))
    return replace(show_thread(m, apply_thread_line(thread, act), Reply("thread.sent")), acts=acts)


def apply_thread_line(thread: QuestionThread, act: AppendThreadLine) -> QuestionThread:
    """The thread as it will stand once a line is written."""
    state = QuestionState.ANSWERED if act.kind is ThreadLineKind.ANSWER else QuestionState.OPEN
    lines = (*thread.lines, ThreadLine(act.seq, act.on, act.kind, act.text))
    return replace(thread, state=state, answer_by=act.answer_by or thread.answer_by, lines=lines)
