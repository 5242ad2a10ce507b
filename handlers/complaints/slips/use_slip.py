"""Use a one-time code: make a tracking code with it once, or hear that it was used, and void what was made."""

from collections.abc import Generator, Mapping
from typing import Any, assert_never

from handlers.complaints.menu import show_complaints_menu
from handlers.complaints.messages import ActorKind, AddHistoryEntry, CaseOpening, HistoryEntryKind
from handlers.complaints.slips.messages import FindSlip, FindVoidedCode, Slip, SlipStatus, UseSlip, VoidSlip
from handlers.complaints.subscriptions import list_subscription_options
from handlers.dialog.attempts import GetAttempts, SaveAttempts, find_lockout_end, record_failure
from handlers.dialog.choices import PICK_FROM_LIST, STALE, make_options, parse_choice, to_choices
from handlers.dialog.codes.one_time_code import OneTimeCode
from handlers.dialog.context import Context, reset_session
from handlers.dialog.effects import Act, Decision, NewReceipt, Query, TurnResult, run_query
from handlers.dialog.receipt import Receipt
from handlers.dialog.replies import (
    AS_RECEIPT,
    MUST_ARRIVE,
    NEUTRAL,
    OF_CASE,
    ExpectedInput,
    Phrase,
    Reply,
    ReplyArg,
)
from handlers.dialog.session import DialogTopic, Session, advance_prompt
from handlers.thai.dates import format_date, to_bangkok_date

SLIP_CONFIRM_STEP = "five_of_slip"
"""The step of `DialogTopic.CONFIRM` after which the record of an officer can be read back."""

USED_SLIP_STEP = "used_slip"
"""The step of `DialogTopic.TRACK` at which the holder of a used slip may void the code that was made with it."""

_USED_OPTIONS = make_options(("void_code", "leave"))


def use_one_time_code(ctx: Context, code: OneTimeCode) -> Decision:
    """Make a tracking code with a one-time code. Wrong ones are counted together with wrong tracking codes."""
    tries = yield from run_query(GetAttempts(ctx.event.person_id))
    if until := find_lockout_end(tries, ctx.now):
        return _leave(ctx, Reply("track.wait", OF_CASE, {"until": until}))
    slip = yield from run_query(FindSlip(code))
    if slip is None:
        wrong = record_failure(tries, ctx.now)
        until = find_lockout_end(wrong, ctx.now)
        reply = (
            Reply("slip.unknown_wait", OF_CASE, {"until": until}) if until else Reply("slip.unknown", OF_CASE)
        )
        return _leave(ctx, reply, acts=(SaveAttempts(ctx.event.person_id, wrong),))
    match slip.status:
        case SlipStatus.UNUSED:
            return (yield from _make_code(ctx, code, slip))
        case SlipStatus.USED:
            held = advance_prompt(
                reset_session(ctx).replace(one_time=code), topic=DialogTopic.TRACK, step=USED_SLIP_STEP
            )
            return _ask_about_used_slip(ctx.with_session(held), slip)
        case SlipStatus.VOIDED:
            return _leave(ctx, Reply("slip.voided", OF_CASE, _list_days(ctx, slip)))
        case SlipStatus.ENDED:
            return _leave(ctx, Reply("slip.ended", OF_CASE, _list_days(ctx, slip)))
        case _:
            assert_never(slip.status)


def _make_code(ctx: Context, code: OneTimeCode, slip: Slip) -> Decision:
    """Make the tracking code and show it, as after filing. The new session keeps it, and nothing else."""
    receipt, today = (yield from run_query(NewReceipt())), to_bangkok_date(ctx.now)
    known = Session(
        version=ctx.session.version,
        at=ctx.now,
        lang=ctx.lang,
        prompt_number=ctx.session.prompt_number,
        receipt=receipt,
    )
    after = advance_prompt(known, topic=DialogTopic.CONFIRM, step=SLIP_CONFIRM_STEP)
    made = Reply("slip.made", MUST_ARRIVE, {"receipt": receipt.formatted}, presentation=AS_RECEIPT)
    ways = make_options(("skip", *list_subscription_options(ctx.event)))
    ask = Reply("confirm.ask", MUST_ARRIVE, {}, to_choices(ways, after), wants=ExpectedInput.CODE)
    use = UseSlip(slip.case, code, receipt, CaseOpening(today, ctx.event.channel))
    return TurnResult(after, (made, ask), (use, _build_line(ctx, slip, HistoryEntryKind.CODE_MADE)))


def handle_used_slip(ctx: Context) -> Decision:
    """Handle a message of who was told that their slip was used."""
    code = ctx.session.one_time
    choice = parse_choice(ctx.event, ctx.session, _USED_OPTIONS, numbers=True)
    if code is None or choice == "leave":
        return _leave(ctx)
    slip = yield from run_query(FindSlip(code))
    if slip is None or slip.status is not SlipStatus.USED:
        return (yield from use_one_time_code(ctx, code))
    if choice != "void_code":
        return _ask_about_used_slip(
            ctx, slip, Reply("pick.stale", NEUTRAL) if choice is STALE else PICK_FROM_LIST
        )
    acts = (
        VoidSlip(slip.case, code, to_bangkok_date(ctx.now)),
        _build_line(ctx, slip, HistoryEntryKind.CODE_VOIDED),
    )
    return _leave(ctx, Reply("slip.void_done", OF_CASE), acts=acts)


def repeat_used_slip(ctx: Context, *before: Reply) -> Decision:
    """Ask once more what to do with a slip that was used."""
    slip = None if ctx.session.one_time is None else (yield from run_query(FindSlip(ctx.session.one_time)))
    return _leave(ctx, *before) if slip is None else _ask_about_used_slip(ctx, slip, *before)


def explain_voided_code(ctx: Context, receipt: Receipt) -> Generator[Query[Any], Any, Reply | None]:
    """Say that a tracking code which nobody has was voided, and when; None for any other."""
    on = yield from run_query(FindVoidedCode(receipt))
    return None if on is None else Reply("slip.code_voided", OF_CASE, {"on": format_date(on, ctx.lang)})


def _ask_about_used_slip(ctx: Context, slip: Slip, *before: Reply) -> TurnResult:
    choices = to_choices(_USED_OPTIONS, ctx.session)
    asked = Reply("slip.used", OF_CASE, _list_days(ctx, slip), choices, wants=ExpectedInput.PICK)
    return TurnResult(ctx.session, (*before, asked))


def _list_days(ctx: Context, slip: Slip) -> Mapping[str, ReplyArg]:
    """Return what the holder of a slip hears of it: days, and the channel."""
    args: dict[str, ReplyArg] = {"until": format_date(slip.until, ctx.lang)}
    if slip.used is not None:
        args["on"] = format_date(slip.used.on, ctx.lang)
        args["door"] = Phrase(f"track.door.{slip.used.channel}")
    if slip.voided_on is not None:
        args["voided"] = format_date(slip.voided_on, ctx.lang)
    return args


def _build_line(ctx: Context, slip: Slip, kind: HistoryEntryKind) -> AddHistoryEntry:
    return AddHistoryEntry(slip.case, slip.seq + 1, to_bangkok_date(ctx.now), kind, ActorKind.REPORTER)


def _leave(ctx: Context, *before: Reply, acts: tuple[Act, ...] = ()) -> TurnResult:
    turn = show_complaints_menu(ctx.with_session(reset_session(ctx)), *before)
    return turn.prepend((), acts)
