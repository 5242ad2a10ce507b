"""Tracking a case by its receipt: status, timeline, messages both ways, more evidence, withdrawal, reopening."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from handlers.complaints.accused.readers import add_exclusions, is_case_readable
from handlers.complaints.case_status import (
    build_reopening,
    can_request_reopening,
    find_wished_action,
    list_reporter_actions,
    show_reporter_case,
    wishes_to_withdraw,
)
from handlers.complaints.lifecycle import (
    ENDED_STATUSES,
    CaseOutcome,
    Transition,
    TransitionRequest,
    get_next_status,
)
from handlers.complaints.menu import handle_complaints_menu, show_complaints_menu
from handlers.complaints.messages import (
    ActorKind,
    AddHistoryEntry,
    ApplyTransition,
    CaseOpening,
    FindCase,
    HistoryEntry,
    HistoryEntryKind,
    RecordCaseOpening,
    ReporterCase,
)
from handlers.complaints.ratings.ask import RATING_CHOICE, SATISFACTION_OPTIONS, may_be_asked
from handlers.complaints.ratings.count import count_rating
from handlers.complaints.slips.read_back import (
    CORRECT_STEP,
    RECORD_CHOICE,
    RECORD_STEPS,
    handle_record_step,
    repeat_record_step,
    show_record,
)
from handlers.complaints.slips.use_slip import (
    USED_SLIP_STEP,
    explain_voided_code,
    handle_used_slip,
    repeat_used_slip,
    use_one_time_code,
)
from handlers.complaints.subscriptions import build_subscription
from handlers.dialog.answers import MAX_FILES, MIN_STORY_LETTERS, list_text_warnings
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
from handlers.dialog.effects import Act, Decision, Query, TurnResult, run_query
from handlers.dialog.events import File
from handlers.dialog.receipt import MAX_RECEIPT_TEXT, normalize_receipt, parse_receipt
from handlers.dialog.replies import NEUTRAL, OF_CASE, TYPED_INPUTS, ExpectedInput, Reply
from handlers.dialog.session import (
    UNOPENED_CASE_STEP,
    DialogTopic,
    Session,
    UnconfirmedText,
    advance_prompt,
)
from handlers.dialog.text import shorten_text
from handlers.dialog.unasked import MAX_QUOTE_LENGTH
from handlers.evidence.file_kinds import explain_file_problem
from handlers.thai.dates import to_bangkok_date
from handlers.thai.text import clean_text, count_letters_and_digits

MAX_MESSAGE_LENGTH = 20_000


@dataclass(frozen=True, slots=True)
class TrackingQuestion:
    """A question about a tracked case. wants: the expected input; options: what may be picked instead."""

    wants: ExpectedInput
    options: tuple[Option, ...]


TRACKING_QUESTIONS: Mapping[str, TrackingQuestion] = {
    "message": TrackingQuestion(ExpectedInput.TEXT, make_options(("stay",))),
    "attach": TrackingQuestion(ExpectedInput.FILES, make_options(("stay",))),
    "offer": TrackingQuestion(ExpectedInput.PICK, make_options(("send", "stay"))),
    "unsettled": TrackingQuestion(ExpectedInput.TEXT, make_options(("stay",))),
    "withdraw": TrackingQuestion(ExpectedInput.PICK, make_options(("withdraw_yes", "stay"))),
    RATING_CHOICE: TrackingQuestion(ExpectedInput.PICK, (*SATISFACTION_OPTIONS, Option("stay"))),
}


WRITING_STEPS = frozenset({"message", "unsettled", CORRECT_STEP})
"""The steps at which a text is a message to the office."""


def is_receipt_asked(session: Session) -> bool:
    """Whether the present question asks for a receipt, or for a part of it."""
    return session.topic is DialogTopic.CONFIRM or (
        session.topic is DialogTopic.TRACK and session.receipt is None
    )


def ask_receipt(ctx: Context, *before: Reply) -> TurnResult:
    """Ask for the receipt."""
    session = ctx.session
    if session.step != UNOPENED_CASE_STEP:
        session = advance_prompt(session, step=UNOPENED_CASE_STEP)
    session = session.replace(topic=DialogTopic.TRACK, receipt=None)
    question = Reply(
        "track.ask", OF_CASE, {}, to_choices(make_options(("leave",)), session), wants=ExpectedInput.CODE
    )
    return TurnResult(session, (*before, question))


def handle_tracking(ctx: Context) -> Decision:
    """Handle a message of a person who tracks a case, or is asked for the receipt."""
    if ctx.session.step == USED_SLIP_STEP:
        return (yield from handle_used_slip(ctx))
    if ctx.session.receipt is None:
        return (yield from _handle_receipt_text(ctx))
    case = yield from run_query(FindCase(ctx.session.receipt))
    if case is None:
        return ask_receipt(ctx.with_session(reset_session(ctx)), Reply("track.unknown", OF_CASE))
    case = yield from drop_idle_promise(case)
    if ctx.session.step in RECORD_STEPS and ctx.event.file is None:
        return (yield from add_exclusions(ctx, (yield from handle_record_step(ctx, case))))
    turn = _handle_case_input(ctx, case)
    if turn is None:
        return (yield from show_record(ctx, case))
    return (yield from add_exclusions(ctx, turn))


def reprompt_tracking(ctx: Context, *before: Reply) -> Decision:
    """Ask the present question once more."""
    if ctx.session.step == USED_SLIP_STEP:
        return (yield from repeat_used_slip(ctx, *before))
    if ctx.session.receipt is None:
        return ask_receipt(ctx, *before)
    if ctx.session.step in TRACKING_QUESTIONS:
        return TurnResult(ctx.session, (*before, _build_tracking_question(ctx.session)))
    case = yield from run_query(FindCase(ctx.session.receipt))
    if case is None:
        return ask_receipt(ctx.with_session(reset_session(ctx)), Reply("track.unknown", OF_CASE))
    if ctx.session.step in RECORD_STEPS:
        return (yield from repeat_record_step(ctx, case, *before))
    return show_reporter_case(ctx, (yield from drop_idle_promise(case)), *before)


def drop_idle_promise(case: ReporterCase) -> Generator[Query[Any], Any, ReporterCase]:
    """Return the case without the day of its first answer where nobody here can read it."""
    if case.is_answered or case.status in ENDED_STATUSES or (yield from is_case_readable(case.id)):
        return case
    return replace(case, answer_by=None)


def _handle_receipt_text(ctx: Context) -> Decision:
    choice = parse_choice(ctx.event, ctx.session, make_options(("leave",)), numbers=False, is_message=True)
    if choice == "leave":
        return show_complaints_menu(ctx)
    if choice is STALE:
        return ask_receipt(ctx, Reply("pick.stale", NEUTRAL))
    text = ctx.event.text or ""
    if ctx.event.file is not None or _is_story(text):
        # Not a receipt but a text or a file: keep it, and ask the person what to do with it.
        return (yield from handle_complaints_menu(ctx))
    return (yield from look_up_case(ctx, text))


def _is_story(text: str) -> bool:
    """Whether a text is an account in words rather than an attempt at a receipt."""
    if len(text) > MAX_RECEIPT_TEXT:
        return True
    return count_letters_and_digits(text) >= MIN_STORY_LETTERS and not normalize_receipt(text).isascii()


def open_case_of_code(ctx: Context, code: TypedCode) -> Decision:
    """Open the case of a code. Enough words beside it are offered to be sent to the office, and are not sent yet."""
    if code.one_time is not None:
        return (yield from use_one_time_code(ctx, code.one_time))
    if code.receipt is None:
        return ask_receipt(ctx, describe_mistyped_code(code.typed))
    if code.has_story:
        before = ctx.session.unconfirmed or UnconfirmedText(ctx.session.answers.get("story", ""))
        told = "\n".join(filter(None, (before.text, clean_text(ctx.event.text or "").text)))
        ctx = ctx.replace_session(unconfirmed=UnconfirmedText(told, memory_only=True))
    return (yield from look_up_case(ctx, code.receipt.formatted))


def handle_code_in_case(ctx: Context, code: TypedCode) -> Decision:
    """Handle a code that is typed while a case is open: where it finds no case, the open one stays."""
    turn = yield from open_case_of_code(ctx.replace_session(answers={}), code)
    if code.one_time is not None or (turn.session is not None and turn.session.receipt is not None):
        return turn.prepend(quote_unsent_text(ctx.session))
    again = yield from reprompt_tracking(ctx, *turn.replies[:-1])
    return again.prepend((), turn.acts)


def look_up_case(ctx: Context, text: str) -> Decision:
    """Find the case of a receipt. A mistyped one is recognized by its check symbol, without a lookup.

    A receipt that was never issued, one whose case was erased and one of a question get the same answer. Five wrong
    receipts within 15 minutes lock the person out: for 15 minutes at first, never for more than an hour.
    """
    case = yield from look_up_code(ctx, text, FindCase)
    if isinstance(case, FailedLookup) and case.unknown is not None:
        voided = yield from explain_voided_code(ctx, case.unknown)
        if voided is not None:
            return ask_receipt(ctx, voided)
    if isinstance(case, FailedLookup):
        elsewhere = (Reply("track.is_question", NEUTRAL),) if case.is_unknown else ()
        return replace(ask_receipt(ctx, case.reply, *elsewhere), acts=case.acts)
    receipt = parse_receipt(text)
    opened = ctx.with_session(reset_session(ctx).replace(receipt=receipt))
    case = yield from drop_idle_promise(case)
    return (yield from add_exclusions(opened, _open_case(opened, case, ctx.session)))


def _open_case(ctx: Context, case: ReporterCase, before: Session) -> TurnResult:
    """Show the case. Files sent before the receipt are attached; a text typed before it is offered to be sent."""
    ctx = ctx.replace_session(may_rate=may_be_asked(case))
    shown = show_reporter_case(ctx, case, shows_opening=True)
    opening = RecordCaseOpening(case.id, CaseOpening(to_bangkok_date(ctx.now), ctx.event.channel))
    acts: tuple[Act, ...] = (opening,)
    if before.files:
        entry = _build_entry(ctx, case, HistoryEntryKind.EVIDENCE, files=before.files)
        acts = (entry, opening)
        attached = Reply("track.attached", OF_CASE, {"name": before.files[0].name})
        shown = show_reporter_case(ctx, case.append_line(entry), attached, shows_opening=True)
    # sessions of versions up to 0.5.3 have it in the story
    told = before.unconfirmed.text if before.unconfirmed else before.answers.get("story")
    if not told:
        return replace(shown, acts=acts)
    held = ctx.with_session((shown.session or ctx.session).replace(answers={"held": told}))
    offer = _offer_to_send(held)
    return TurnResult(offer.session, (*shown.replies, *offer.replies), acts)


def _offer_to_send(ctx: Context) -> TurnResult:
    session = advance_prompt(ctx.session, step="offer")
    return TurnResult(session, (_build_tracking_question(session),))


def _build_tracking_question(session: Session) -> Reply:
    """Build the question of a step in `TRACKING_QUESTIONS`."""
    asking = TRACKING_QUESTIONS[session.step]
    offered = shorten_text(session.answers.get("held", ""), MAX_QUOTE_LENGTH)
    shown = {"text": offered} if session.step == "offer" else {}
    return Reply(
        f"track.{session.step}", OF_CASE, shown, to_choices(asking.options, session), wants=asking.wants
    )


def _build_entry(
    ctx: Context, case: ReporterCase, kind: HistoryEntryKind, text: str = "", files: tuple[File, ...] = ()
) -> AddHistoryEntry:
    return AddHistoryEntry(
        case.id, case.seq + 1, to_bangkok_date(ctx.now), kind, ActorKind.REPORTER, text, files
    )


def quote_unsent_text(session: Session) -> tuple[Reply, ...]:
    """Quote the text that was offered to be sent to the open case, where the person leaves it unsent."""
    left = session.answers.get("held", "")
    return (
        (Reply("unasked.not_kept", OF_CASE, {"text": shorten_text(left, MAX_QUOTE_LENGTH)}),) if left else ()
    )


def _handle_case_input(ctx: Context, case: ReporterCase) -> TurnResult | None:
    """Handle a message to an open case; None where its record is asked for, which takes a query."""
    asking = TRACKING_QUESTIONS.get(ctx.session.step)
    # “ส่งข้อความ” is understood also where the button says “ตอบ”.
    here = asking.options if asking else (*list_reporter_actions(case, ctx), *make_options(("message",)))
    if ctx.event.file is not None:
        return _attach_file(ctx, case, ctx.event.file)
    choice = parse_choice(
        ctx.event,
        ctx.session,
        here,
        numbers=asking is None or asking.wants not in TYPED_INPUTS,
        is_message=asking is None or asking.wants is not ExpectedInput.PICK,
    )
    if choice is STALE:
        return show_reporter_case(ctx, case, Reply("pick.stale", NEUTRAL))
    is_written = asking is not None and asking.wants in TYPED_INPUTS
    wish = None if is_written or isinstance(choice, str) else find_wished_action(ctx, case, here)
    if choice in {"leave", "stay"} and ctx.event.choice is None and wishes_to_withdraw(ctx, case):
        wish = "withdraw"  # “ขอถอนเรื่องค่ะ กลัวเขารู้” is more than a wish to leave
    if wish is not None:
        return _handle_case_choice(ctx.replace_session(answers={}), case, wish).prepend(
            quote_unsent_text(ctx.session)
        )
    if isinstance(choice, UnclearChoice) and asking is None:  # “กลับ”, where nothing is asked
        return show_reporter_case(ctx, case, explain_no_choice(choice))
    if isinstance(choice, UnclearChoice):
        return TurnResult(ctx.session, (explain_no_choice(choice), _build_tracking_question(ctx.session)))
    if choice is None:
        return _handle_case_text(ctx, case)
    return None if choice == RECORD_CHOICE else _handle_case_choice(ctx, case, choice)


def _handle_case_choice(ctx: Context, case: ReporterCase, choice: str) -> TurnResult:
    if choice in TRACKING_QUESTIONS:
        session = advance_prompt(ctx.session, step=choice)
        return TurnResult(session, (_build_tracking_question(session),))
    if choice == "send":
        return _send_message(ctx, case, ctx.session.answers["held"])
    if choice == "withdraw_yes":
        return _withdraw_case(ctx, case)
    if choice in {option.value for option in SATISFACTION_OPTIONS}:
        return count_rating(ctx, case, choice)
    if choice == "news":
        notice, acts = build_subscription(ctx, case.id)
        return replace(show_reporter_case(ctx, case, notice), acts=acts)
    if choice == "leave":
        return show_complaints_menu(ctx.with_session(reset_session(ctx)), Reply("track.left", OF_CASE))
    return show_reporter_case(ctx.replace_session(answers={}), case, *quote_unsent_text(ctx.session))


def _handle_case_text(ctx: Context, case: ReporterCase) -> TurnResult:
    """Handle a text: send it where a message was asked for, else offer to send it, so that none is sent by mistake.

    A text that comes while one is offered is added to it: both wait for the same answer, and neither is lost.
    """
    cleaned = clean_text(ctx.event.text or "")
    if not cleaned.text:
        return show_reporter_case(ctx, case, Reply("text.empty", NEUTRAL))
    waiting = ctx.session.answers.get("held", "") if ctx.session.step == "offer" else ""
    whole = "\n".join(filter(None, (waiting, cleaned.text)))
    if len(whole) > MAX_MESSAGE_LENGTH:
        told = {"limit": f"{MAX_MESSAGE_LENGTH:,}", "count": f"{len(whole):,}", "unsent": whole}
        return show_reporter_case(ctx, case, Reply("track.too_long", OF_CASE, told))
    if ctx.session.step == "unsettled":
        return _request_reopening(ctx, case, cleaned.text)
    if ctx.session.step == "message":
        return _send_message(ctx, case, cleaned.text, *list_text_warnings(cleaned))
    return _offer_to_send(ctx.replace_session(answers={"held": whole}))


def _send_message(ctx: Context, case: ReporterCase, text: str, *notes: Reply) -> TurnResult:
    act = _build_entry(ctx, case, HistoryEntryKind.REPORTER, text)
    return replace(
        show_reporter_case(
            ctx.replace_session(answers={}), case.append_line(act), *notes, Reply("track.sent", OF_CASE)
        ),
        acts=(act,),
    )


def _attach_file(ctx: Context, case: ReporterCase, file: File) -> TurnResult:
    if file.problem is not None:
        return show_reporter_case(ctx, case, explain_file_problem(file, MAX_FILES))
    act = _build_entry(ctx, case, HistoryEntryKind.EVIDENCE, files=(file,))
    note = Reply("track.coming" if file.coming else "track.attached", OF_CASE, {"name": file.name})
    return replace(show_reporter_case(ctx, case.append_line(act), note), acts=(act,))


def _withdraw_case(ctx: Context, case: ReporterCase) -> TurnResult:
    if case.status in ENDED_STATUSES or case.was_code_voided:  # since it was asked
        ended = (Reply("track.ended", OF_CASE),) if case.status in ENDED_STATUSES else ()
        return show_reporter_case(ctx, case, *ended)
    step, on = TransitionRequest(Transition.WITHDRAW, CaseOutcome.WITHDRAWN), to_bangkok_date(ctx.now)
    act = ApplyTransition(
        case.id, case.seq + 1, on, step, get_next_status(case.status, step), ActorKind.REPORTER
    )
    entry = HistoryEntry(act.seq, on, HistoryEntryKind.MOVED, act.status, CaseOutcome.WITHDRAWN)
    shown = replace(case, status=act.status, outcome=CaseOutcome.WITHDRAWN, entries=(*case.entries, entry))
    return replace(show_reporter_case(ctx, shown, Reply("track.withdrawn", OF_CASE)), acts=(act,))


def _request_reopening(ctx: Context, case: ReporterCase, text: str) -> TurnResult:
    """Reopen the case, for another officer to examine, and append the reporter's reasons to it."""
    if not can_request_reopening(case, ctx):
        return show_reporter_case(ctx, case, Reply("track.settled", OF_CASE))
    if count_letters_and_digits(text) < MIN_STORY_LETTERS:
        return TurnResult(
            ctx.session, (Reply("track.unsettled_short", OF_CASE), _build_tracking_question(ctx.session))
        )
    shown, move = build_reopening(case, ctx)
    words = _build_entry(ctx, shown, HistoryEntryKind.REPORTER, text)
    again = show_reporter_case(
        ctx.replace_session(answers={}), shown.append_line(words), Reply("track.reopened", OF_CASE)
    )
    return replace(again, acts=(move, words))
