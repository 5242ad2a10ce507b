"""Receipt confirmation after filing: the person types the last five symbols, to prove that the receipt is saved."""

import re
from collections.abc import Mapping
from dataclasses import replace

from handlers.complaints.menu import show_complaints_greeting, show_complaints_menu
from handlers.complaints.slips.read_back import offer_record
from handlers.complaints.slips.use_slip import SLIP_CONFIRM_STEP
from handlers.complaints.subscriptions import handle_subscribe, list_subscription_options
from handlers.complaints.track import handle_tracking
from handlers.dialog.answers import MIN_STORY_LETTERS
from handlers.dialog.choices import STALE, TOLD_MEANINGS, make_options, parse_choice, to_choices
from handlers.dialog.codes.typed_codes import TypedCode, remove_words_beside_code
from handlers.dialog.context import Context, reset_session
from handlers.dialog.effects import Decision, TurnResult
from handlers.dialog.receipt import normalize_receipt
from handlers.dialog.replies import AS_RECEIPT, MUST_ARRIVE, NEUTRAL, OF_CASE, ExpectedInput, Reply
from handlers.dialog.session import DialogTopic
from handlers.thai.meanings import read_meanings
from handlers.thai.phrases import Meaning
from handlers.thai.text import count_letters_and_digits

CONFIRM_SYMBOLS = 5

_HOW_IT_WAS_ASKED_FOR = re.compile(r"(?:[5๕]|ห้า)\s*(?:ตัว|หลัก)\s*(?:สุดท้าย|ท้าย|หลัง)")

_WAYS_ON: Mapping[Meaning, str] = dict.fromkeys(
    (Meaning.SKIP, Meaning.NEXT, Meaning.DONE, Meaning.YES), "skip"
)
"""Going on without typing the symbols: only what says so plainly, since the receipt is not shown again.

“ใช่” does: it is asked whether all of the code is written down.
"""


def handle_confirmation(ctx: Context) -> Decision:
    """Compare what was typed with the receipt. A longer text or a file is treated as a message to the case."""
    choice = parse_choice(
        ctx.event,
        ctx.session,
        make_options(("skip", *list_subscription_options(ctx.event))),
        numbers=False,
        more=_WAYS_ON,
        is_message=True,
    )
    if choice == "skip":
        return _finish_confirmation(ctx, Reply("confirm.skipped", OF_CASE))
    if choice == "news":
        return (yield from handle_subscribe(ctx, _ask_last_five(ctx)))
    receipt, text = ctx.session.receipt, ctx.event.text or ""
    if receipt is None:
        return show_complaints_greeting(ctx)
    if {*read_meanings(text)} - TOLD_MEANINGS:  # a short reply such as “ขอบคุณค่ะ” is no message to the case
        return reprompt_confirmation(ctx, Reply("pick.unclear", NEUTRAL))
    symbols = normalize_receipt(remove_words_beside_code(_HOW_IT_WAS_ASKED_FOR.sub("", text)))
    if ctx.event.file is None and symbols == receipt.last_five:  # with words beside it: “5 ตัวท้ายคือ z1dqy ค่ะ”
        return _finish_confirmation(ctx, Reply("confirm.right", OF_CASE))
    if ctx.event.file is not None or (
        count_letters_and_digits(text) >= MIN_STORY_LETTERS and normalize_receipt(text) != receipt.symbols
    ):
        return (yield from handle_tracking(ctx.replace_session(topic=DialogTopic.TRACK, step="case")))
    if normalize_receipt(text)[-CONFIRM_SYMBOLS:] == receipt.last_five:
        return _finish_confirmation(ctx, Reply("confirm.right", OF_CASE))
    return reprompt_confirmation(
        ctx,
        Reply("pick.stale", NEUTRAL)
        if choice is STALE
        else Reply("confirm.wrong", OF_CASE, {"unsent": text}),
    )


def confirm_with_code(ctx: Context, code: TypedCode) -> TurnResult:
    """Compare a whole code that was typed instead of its last five symbols. Another case's code opens nothing here."""
    if code.receipt == ctx.session.receipt:
        return _finish_confirmation(ctx, Reply("confirm.right", OF_CASE))
    return reprompt_confirmation(ctx, Reply("confirm.other" if code.receipt else "confirm.wrong", OF_CASE))


def reprompt_confirmation(ctx: Context, *before: Reply) -> TurnResult:
    """Ask for the five symbols again and repeat the receipt, which may no longer be visible anywhere else."""
    turn, receipt = _ask_last_five(ctx), ctx.session.receipt
    shown = (
        (Reply("confirm.receipt", MUST_ARRIVE, {"receipt": receipt.formatted}, presentation=AS_RECEIPT),)
        if receipt
        else ()
    )
    return replace(turn, replies=(*before, *shown, *turn.replies))


def _ask_last_five(ctx: Context) -> TurnResult:
    ways = make_options(("skip", *list_subscription_options(ctx.event)))
    return TurnResult(
        ctx.session,
        (Reply("confirm.ask", OF_CASE, {}, to_choices(ways, ctx.session), wants=ExpectedInput.CODE),),
    )


def _finish_confirmation(ctx: Context, note: Reply) -> TurnResult:
    """Remove the receipt from the session, and say how to leave: from here on only the person has it.

    Who made it with a slip keeps it a little longer, to read what an officer wrote down for them.
    """
    if ctx.session.step == SLIP_CONFIRM_STEP:
        return offer_record(ctx, note)
    advice = Reply(f"advice.{ctx.event.channel}", NEUTRAL)
    return show_complaints_menu(ctx.with_session(reset_session(ctx)), note, advice)
