"""The main menu of the complaints desk, and what happens to input that no question asked for."""

from collections.abc import Mapping

from handlers.complaints.form import describe_anonymity
from handlers.dialog.answers import keep_unasked_input
from handlers.dialog.context import Context
from handlers.dialog.effects import Decision, TurnResult
from handlers.dialog.events import LANGS, NEXT_LANG, Lang
from handlers.dialog.replies import NEUTRAL, Choice, Reply
from handlers.dialog.session import DialogTopic


def _make_command_choices(*names: str) -> tuple[Choice, ...]:
    return tuple(Choice(f"/{name}", f"choice.{name}") for name in names)


COMPLAINTS_MENU: Mapping[Lang, tuple[Choice, ...]] = {
    lang: _make_command_choices("report", "track", "privacy", "help", NEXT_LANG[lang]) for lang in LANGS
}
"""Buttons of the main menu: the commands, and the switch to the other language."""


def show_complaints_greeting(ctx: Context, *before: Reply) -> TurnResult:
    """Show the greeting and the main menu."""
    hello = Reply(
        "menu.hello",
        NEUTRAL,
        {"office": ctx.office.name.in_lang(ctx.lang), "anonymity": describe_anonymity(ctx)},
        COMPLAINTS_MENU[ctx.lang],
    )
    return TurnResult(ctx.session.replace(topic=DialogTopic.MENU, step=""), (*before, hello))


def show_complaints_menu(ctx: Context, *before: Reply) -> TurnResult:
    """Show the main menu without the greeting."""
    return TurnResult(
        ctx.session.replace(topic=DialogTopic.MENU, step=""),
        (*before, Reply("menu.again", NEUTRAL, {}, COMPLAINTS_MENU[ctx.lang])),
    )


def handle_complaints_menu(ctx: Context) -> Decision:
    """Handle a text or a file sent at the menu: keep it for a report, or greet where it is too short to keep."""
    if ctx.event.choice is not None:
        return show_complaints_menu(ctx, Reply("pick.stale", NEUTRAL))
    kept = yield from keep_unasked_input(ctx)
    if kept.all_notes:
        held = Reply("menu.held", NEUTRAL) if kept.session.has_draft else Reply("menu.not_held", NEUTRAL)
        return show_complaints_menu(ctx.with_session(kept.session), *kept.notes, held)
    return show_complaints_greeting(ctx)
