"""The main menu of the complaints desk, and what happens to input that no question asked for."""

from collections.abc import Mapping
from dataclasses import replace

from handlers.complaints.accused.head_post import HEAD_FIELD
from handlers.complaints.deadlines import compute_answer_by
from handlers.complaints.form import describe_anonymity
from handlers.dialog.answers import STORY_FIELD, accept_file
from handlers.dialog.choices import make_options, parse_choice, to_choices
from handlers.dialog.context import Context
from handlers.dialog.effects import Decision, TurnResult
from handlers.dialog.events import LANGS, NEXT_LANG, Lang
from handlers.dialog.receipt import is_receipt_end, normalize_receipt
from handlers.dialog.replies import NEUTRAL, Choice, Reply, ReplyArg
from handlers.dialog.session import DialogTopic, Session
from handlers.dialog.unasked import (
    DROP_TEXT,
    build_early_text_note,
    describe_unknown_choice,
    drop_held_text,
    hold_text,
    is_slip,
)
from handlers.thai.dates import format_date, to_bangkok_date
from handlers.thai.grammar.channel_questions import (
    ChannelQuestion,
    find_channel_question,
    find_question_after_account,
)
from handlers.thai.matching import parse_number
from handlers.thai.meanings import read_meanings
from handlers.thai.phrases import Meaning


def _make_command_choices(*names: str) -> tuple[Choice, ...]:
    return tuple(Choice(f"/{name}", f"choice.{name}") for name in names)


COMPLAINTS_MENU: Mapping[Lang, tuple[Choice, ...]] = {
    lang: _make_command_choices("report", "track", "privacy", "help", NEXT_LANG[lang]) for lang in LANGS
}
"""Buttons of the main menu: the commands, and the switch to the other language."""


def show_complaints_greeting(ctx: Context, *before: Reply) -> TurnResult:
    """Show the greeting and the main menu."""
    return _ask_at_menu(ctx, _build_greeting(ctx, "menu.hello"), *before)


def show_complaints_menu(ctx: Context, *before: Reply) -> TurnResult:
    """Show the main menu without the greeting."""
    return _ask_at_menu(ctx, Reply("menu.again", NEUTRAL), *before)


def _build_greeting(ctx: Context, key: str) -> Reply:
    args: dict[str, ReplyArg] = {
        "office": ctx.office.name.in_lang(ctx.lang),
        "anonymity": describe_anonymity(ctx),
    }
    return Reply(key, NEUTRAL, args)


_SEEN_IN_A_CASE = frozenset({ChannelQuestion.WHEN_ANSWERED, ChannelQuestion.READ_YET})


def answer_channel_question(ctx: Context) -> Reply | None:
    """Return the answer to a text that asks of nothing but the channel, at whatever step; None for any other event.

    The end of a code, which is typed late where nothing asks for it, is answered too, and never repeated or kept.
    """
    text = ctx.event.text if ctx.event.choice is None and ctx.event.file is None else None
    if text and _is_end_of_code(text, ctx.session):
        return Reply("code.end", NEUTRAL)
    question = find_channel_question(text) if text else None
    # Right after filing the code is shown again instead.
    if question is None or (
        question is ChannelQuestion.LOST_CODE and ctx.session.topic is DialogTopic.CONFIRM
    ):
        return None
    return _build_channel_answer(ctx, question)


def _is_end_of_code(text: str, session: Session) -> bool:
    """Whether a text is the end of a code where nothing asks for one: at the menu; in an open case that of its own."""
    if not is_receipt_end(text):
        return False
    if session.topic is DialogTopic.TRACK and session.receipt is not None:
        return normalize_receipt(text) == session.receipt.last_five
    return session.topic is DialogTopic.MENU


def answer_question_after_account(ctx: Context) -> Reply | None:
    """Return the answer to a question of the channel that ends an account, which is handled beside it."""
    text = ctx.event.text if ctx.event.choice is None and ctx.event.file is None else None
    question = find_question_after_account(text) if text else None
    return None if question is None else _build_channel_answer(ctx, question)


def _build_channel_answer(ctx: Context, question: ChannelQuestion) -> Reply:
    if ctx.session.receipt is not None and question in _SEEN_IN_A_CASE:
        return Reply("about_channel.in_case", NEUTRAL)
    if question is not ChannelQuestion.WHEN_ANSWERED:
        return Reply(f"about_channel.{question}", NEUTRAL)
    if ctx.session.topic is DialogTopic.REPORT and ctx.session.answers.get(HEAD_FIELD) in {"yes", "unsure"}:
        # Whether anybody can answer then is told before it is sent.
        return Reply("about_channel.when_answered_head", NEUTRAL)
    answer_by = compute_answer_by(to_bangkok_date(ctx.now), ctx.office.deadlines)
    return Reply("about_channel.when_answered", NEUTRAL, {"by": format_date(answer_by, ctx.lang)})


def _ask_at_menu(ctx: Context, question: Reply, *before: Reply) -> TurnResult:
    """Ask with the buttons of the menu. A text that waits is shown back as not sent yet, and may be dropped."""
    session = ctx.session.replace(topic=DialogTopic.MENU, step="")
    held, choices = session.unconfirmed, COMPLAINTS_MENU[ctx.lang]
    if held is not None and held.text:
        question = build_early_text_note(held)
        choices = (*choices, *to_choices(make_options((DROP_TEXT,)), session))
    return TurnResult(session, (*before, replace(question, choices=choices)))


def handle_complaints_menu(ctx: Context) -> Decision:
    """Handle what is sent at the menu: a text waits for the notice, a file is kept for a report.

    A slip gets the menu again; who says nothing more is greeted where that was not done yet.
    """
    yield from ()
    held = ctx.session.unconfirmed
    if held is not None and held.text and _is_drop_picked(ctx):
        return show_complaints_menu(
            ctx.with_session(drop_held_text(ctx.session)), Reply("unasked.dropped", NEUTRAL)
        )
    if ctx.event.choice is not None:
        return show_complaints_menu(ctx, Reply("pick.stale", NEUTRAL))
    if ctx.event.file is not None:
        kept = accept_file(STORY_FIELD, ctx.session, ctx.event.file)
        note = Reply("menu.held", NEUTRAL) if kept.session.files else Reply("menu.not_held", NEUTRAL)
        return show_complaints_menu(ctx.with_session(kept.session), *kept.notes, note)
    if is_slip(ctx.event):
        slip = describe_unknown_choice(ctx.event, memory_only=True)
        return show_complaints_greeting(ctx) if ctx.is_first else show_complaints_menu(ctx, slip)
    greeting = (_build_greeting(ctx, "menu.greeting"),) if ctx.is_first else ()
    waiting, notes = hold_text(ctx, memory_only=True)
    return show_complaints_menu(waiting, *greeting, *notes)


def _is_drop_picked(ctx: Context) -> bool:
    """Whether the button that drops the waiting text was tapped, or its label, its number or “delete” typed.

    “No” does not drop it: nothing is asked there that it would answer.
    """
    if ctx.event.choice is None and Meaning.NO in read_meanings(ctx.event.text or ""):
        return False
    place = parse_number(ctx.event.text or "") if ctx.event.choice is None else None
    chosen = parse_choice(ctx.event, ctx.session, make_options((DROP_TEXT,)), numbers=False)
    return chosen == DROP_TEXT or place == len(COMPLAINTS_MENU[ctx.lang]) + 1
