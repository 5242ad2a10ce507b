"""Following a question by its code, or from the message with its answer: read, ask further, rate."""

from dataclasses import replace
from datetime import timedelta

from handlers.complaints.messages import ActorKind
from handlers.dialog.attempts import find_lockout_end, record_failure
from handlers.dialog.choices import (
    STALE,
    Option,
    UnclearChoice,
    explain_no_choice,
    make_options,
    parse_choice,
    to_choices,
)
from handlers.dialog.codes.code_lookup import FailedLookup, describe_mistyped_code, look_up_code
from handlers.dialog.codes.typed_codes import TypedCode
from handlers.dialog.context import Context, reset_session
from handlers.dialog.effects import Decision, TurnResult, run_query
from handlers.dialog.replies import (
    ASKS_FOR_QUESTION,
    MUST_ARRIVE,
    NEUTRAL,
    OF_CASE,
    ExpectedInput,
    Phrase,
    Reply,
    raw_text,
)
from handlers.dialog.session import DialogTopic, Session, advance_prompt
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
from handlers.thai.dates import format_date, to_bangkok_date
from handlers.thai.text import clean_text

MAX_THREAD_LINES = 12
"""The last lines of a thread that are shown."""

ANSWER_BUTTON_PREFIX = "q."
"""Prefix of the buttons below an answer that was sent unasked: `/q.<thread>.<what>`."""

RATING_VALUES = tuple(rating.value for rating in Rating)


WRITING_STEPS = frozenset({"ask", "more"})
"""The steps at which a text is a question, or a further one."""


def is_question_code_asked(session: Session) -> bool:
    """Whether the present question asks for the code of a question."""
    return session.topic is DialogTopic.THREAD and "thread" not in session.answers


def ask_question_code(ctx: Context, *before: Reply) -> TurnResult:
    """Ask for the code."""
    session = ctx.session if ctx.session.step == "code" else advance_prompt(ctx.session, step="code")
    session = session.replace(topic=DialogTopic.THREAD, answers={})
    question = Reply(
        "track.ask", OF_CASE, {}, to_choices(make_options(("leave",)), session), wants=ExpectedInput.CODE
    )
    return TurnResult(session, (*before, question))


def handle_thread(ctx: Context, complaints_url: str = "") -> Decision:
    """Handle a message of somebody who follows a question, or wants to. complaints_url: of that desk, or empty."""
    if "thread" not in ctx.session.answers:
        choice = parse_choice(
            ctx.event, ctx.session, make_options(("leave",)), numbers=False, is_message=True
        )
        if choice == "leave":
            return show_service_menu(ctx.with_session(reset_session(ctx)))
        if choice is STALE:
            return ask_question_code(ctx, Reply("pick.stale", NEUTRAL))
        return (yield from look_up_thread(ctx, ctx.event.text or "", complaints_url))
    thread = yield from run_query(GetThread(ctx.session.answers["thread"]))
    if thread is None:
        return ask_question_code(ctx.with_session(reset_session(ctx)), Reply("track.unknown", OF_CASE))
    here = _list_options(ctx, thread)
    is_text = ctx.session.step != "held"
    choice = parse_choice(
        ctx.event, ctx.session, here, numbers=ctx.session.step != "more", is_message=is_text
    )
    if choice is STALE:
        return show_thread(ctx, thread, Reply("pick.stale", NEUTRAL))
    if isinstance(choice, UnclearChoice):
        return _ask_step(ctx, thread, explain_no_choice(choice))
    if choice is None:
        return (yield from _handle_text(ctx, thread))
    return (yield from _handle_choice(ctx, thread, choice))


def reprompt_thread(ctx: Context, *before: Reply) -> Decision:
    """Repeat the present question."""
    thread = yield from run_query(GetThread(ctx.session.answers.get("thread", "")))
    if thread is None:
        return ask_question_code(ctx, *before)
    if ctx.session.step in {"more", "held"}:
        return _ask_step(ctx, thread, *before)
    return show_thread(ctx, thread, *before)


def look_up_thread(ctx: Context, text: str, complaints_url: str) -> Decision:
    """Find the thread of a code. Guessing is rate limited, as for cases; where none is found, an open one stays."""
    thread = yield from look_up_code(ctx, text, FindThreadByCode)
    if not isinstance(thread, FailedLookup):
        return show_thread(ctx.with_session(reset_session(ctx)), thread)
    elsewhere = Reply("track.is_case", NEUTRAL, {"address": complaints_url or ctx.office.website})
    told = (thread.reply, elsewhere) if thread.is_unknown else (thread.reply,)
    turn = yield from _ask_again_for_code(ctx, *told)
    return replace(turn, acts=(*turn.acts, *thread.acts))


def open_thread_of_code(ctx: Context, code: TypedCode, complaints_url: str) -> Decision:
    """Open the question of a code. Enough words beside it are offered to be sent, and are not sent yet."""
    if code.one_time is not None:
        elsewhere = Reply("slip.elsewhere", NEUTRAL, {"address": complaints_url or ctx.office.website})
        return (yield from _ask_again_for_code(ctx, elsewhere))
    if code.receipt is None:
        return (yield from _ask_again_for_code(ctx, describe_mistyped_code(code.typed)))
    turn = yield from look_up_thread(
        ctx.with_session(reset_session(ctx)), code.receipt.formatted, complaints_url
    )
    if turn.session is None or "thread" not in turn.session.answers:
        again = yield from _ask_again_for_code(ctx, *turn.replies[:-1])
        return replace(again, acts=turn.acts)
    if not code.has_story:
        return turn
    held = {**turn.session.answers, "held": clean_text(ctx.event.text or "").text}
    session = advance_prompt(turn.session, step="held", answers=held)
    return (yield from reprompt_thread(ctx.with_session(session), *turn.replies))


def _ask_again_for_code(ctx: Context, *before: Reply) -> Decision:
    """Ask for a code again; where a thread is open, show its present question."""
    if "thread" in ctx.session.answers:
        return (yield from reprompt_thread(ctx, *before))
    return ask_question_code(ctx, *before)


def handle_answer_button(ctx: Context, command: str) -> Decision:
    """Handle a button below an answer that was sent unasked."""
    _, thread_id, what = [*command.split("."), "", ""][:3]
    thread = yield from run_query(GetThread(thread_id))
    if thread is None:
        return show_service_menu(ctx.with_session(reset_session(ctx)), Reply("track.unknown", OF_CASE))
    ctx = ctx.with_session(
        reset_session(ctx).replace(topic=DialogTopic.THREAD, step="thread", answers={"thread": thread.id})
    )
    if what not in {*RATING_VALUES, "more"}:
        return show_thread(ctx, thread)
    return (yield from _handle_choice(ctx, thread, what))


def show_thread(ctx: Context, thread: QuestionThread, *before: Reply) -> TurnResult:
    """Show a question's state, its lines, and what may be done."""
    session = advance_prompt(ctx.session, topic=DialogTopic.THREAD, step="thread").replace(
        answers={"thread": thread.id}
    )
    status = Reply(
        "thread.status",
        MUST_ARRIVE,
        {
            "state": Phrase(f"thread.{thread.state}"),
            "due": _format_due(ctx, thread),
            "asked": format_date(thread.asked_on, ctx.lang),
            "lines": (*_format_lines(ctx, thread), *((Phrase("thread.rate"),) if _can_rate(thread) else ())),
        },
        to_choices(_list_options(ctx.with_session(session), thread), session),
        wants=ExpectedInput.PICK,
        presentation=ASKS_FOR_QUESTION,
    )
    return TurnResult(session, (*before, status))


def _format_due(ctx: Context, thread: QuestionThread) -> Phrase:
    if thread.state is not QuestionState.OPEN:
        return raw_text("")
    return Phrase("thread.due", {"answer_by": format_date(thread.answer_by, ctx.lang)})


def _can_rate(thread: QuestionThread) -> bool:
    return bool(thread.answer) and thread.rating is None and thread.state is QuestionState.ANSWERED


def _format_lines(ctx: Context, thread: QuestionThread) -> tuple[Phrase, ...]:
    return tuple(_format_line(ctx, line) for line in thread.lines[-MAX_THREAD_LINES:])


def _format_line(ctx: Context, line: ThreadLine) -> Phrase:
    return Phrase(
        f"thread.line_{line.kind}", {"on": format_date(line.on, ctx.lang), "text": line.display_text}
    )


def _list_options(ctx: Context, thread: QuestionThread) -> tuple[Option, ...]:
    """Return what may be picked at the present step."""
    if ctx.session.step == "more":
        return make_options(("stay_here",))
    if ctx.session.step == "held":
        return make_options(("send_more", "new", "stay_here"))
    return make_options(("more", *(RATING_VALUES if _can_rate(thread) else ()), "refresh", "leave"))


def _ask_step(ctx: Context, thread: QuestionThread, *before: Reply) -> TurnResult:
    held = {"held": ctx.session.answers["held"]} if ctx.session.step == "held" else {}
    policy = OF_CASE if held else NEUTRAL  # what was told is repeated
    question = Reply(
        f"thread.{ctx.session.step}",
        policy,
        held,
        to_choices(_list_options(ctx, thread), ctx.session),
        presentation=ASKS_FOR_QUESTION,
    )
    wants = ExpectedInput.TEXT if ctx.session.step == "more" else ExpectedInput.PICK
    return TurnResult(ctx.session, (*before, replace(question, wants=wants)))


def _handle_choice(ctx: Context, thread: QuestionThread, choice: str) -> Decision:
    if choice == "more":
        return _ask_step(ctx.with_session(advance_prompt(ctx.session, step="more")), thread)
    if choice == "send_more":
        return (yield from _send_line(ctx, thread, ctx.session.answers["held"]))
    if choice == "new":
        return (yield from look_up_answers(ctx.with_session(reset_session(ctx)), ctx.session.answers["held"]))
    if choice in RATING_VALUES:
        return _rate_answer(ctx, thread, Rating(choice))
    if choice == "leave":
        return show_service_menu(ctx.with_session(reset_session(ctx)), Reply("thread.left", NEUTRAL))
    return show_thread(ctx, thread)


def _rate_answer(ctx: Context, thread: QuestionThread, rating: Rating) -> TurnResult:
    if thread.rating is not None or thread.state is not QuestionState.ANSWERED:
        return show_thread(ctx, thread, Reply("thread.rated_before", NEUTRAL))
    shown = show_thread(ctx, replace(thread, rating=rating), Reply("thread.rated", NEUTRAL))
    return replace(shown, acts=(RateAnswer(thread.id, rating),))


def _handle_text(ctx: Context, thread: QuestionThread) -> Decision:
    """Send a text as a further question if one was asked for, else offer to, so that nothing is sent by mistake."""
    cleaned = clean_text(ctx.event.text or "")
    if not cleaned.text:
        return show_thread(ctx, thread, Reply("text.empty", NEUTRAL))
    if len(cleaned.text) > MAX_QUESTION_LENGTH:
        limits = {"limit": f"{MAX_QUESTION_LENGTH:,}", "count": f"{len(cleaned.text):,}"}
        return show_thread(ctx, thread, Reply("ask.too_long", NEUTRAL, {**limits, "unsent": cleaned.text}))
    if ctx.session.step == "more":
        return (yield from _send_line(ctx, thread, cleaned.text))
    session = advance_prompt(ctx.session, step="held", answers={"thread": thread.id, "held": cleaned.text})
    return _ask_step(ctx.with_session(session), thread)


def _send_line(ctx: Context, thread: QuestionThread, text: str) -> Decision:
    tries = yield from run_query(GetQuestionRate(ctx.event.person_id))
    if until := find_lockout_end(tries, ctx.now):
        return show_thread(ctx, thread, Reply("ask.wait", NEUTRAL, {"until": until, "unsent": text}))
    on = to_bangkok_date(ctx.now)
    due = on + timedelta(days=ctx.office.deadlines.first_answer_days)
    back = make_reply_address(ctx.event.person_id, ctx.event.channel, ctx.event.reply_to, ctx.lang)
    act = AppendThreadLine(
        thread.id, thread.seq + 1, on, ThreadLineKind.MORE, ActorKind.REPORTER, text, due, back
    )
    acts = (act, SaveQuestionRate(ctx.event.person_id, record_failure(tries, ctx.now)))
    return replace(show_thread(ctx, apply_thread_line(thread, act), Reply("thread.sent", NEUTRAL)), acts=acts)


def apply_thread_line(thread: QuestionThread, act: AppendThreadLine) -> QuestionThread:
    """Return the thread as it will be once a line is written."""
    state = QuestionState.ANSWERED if act.kind is ThreadLineKind.ANSWER else QuestionState.OPEN
    lines = (*thread.lines, ThreadLine(act.seq, act.on, act.kind, act.text))
    return replace(thread, state=state, answer_by=act.answer_by or thread.answer_by, lines=lines)
