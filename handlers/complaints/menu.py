"""The front door of the talk: what may be done here, and what to do with words nobody asked for."""

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
"""What may be done from here, and the other language."""


def show_complaints_greeting(ctx: Context, *before: Reply) -> TurnResult:
    """Say what this is and offer what may be done."""
    hello = Reply(
        "menu.hello",
        NEUTRAL,
        {"office": ctx.office.name.in_lang(ctx.lang), "anonymity": describe_anonymity(ctx)},
        COMPLAINTS_MENU[ctx.lang],
    )
    return TurnResult(ctx.session.replace(topic=DialogTopic.MENU, step=""), (*before, hello))


def show_complaints_menu(ctx: Context, *before: Reply) -> TurnResult:
    """Offer what may be done, without the greeting."""
    return TurnResult(
        ctx.session.replace(topic=DialogTopic.MENU, step=""),
        (*before, Reply("menu.again", NEUTRAL, {}, COMPLAINTS_MENU[ctx.lang])),
    )


def handle_complaints_menu(ctx: Context) -> Decision:
    """Answer words or a file that nobody asked for: keep them for a report, or greet."""
    if ctx.event.choice is not None:
        return show_complaints_menu(ctx, Reply("pick.stale", NEUTRAL))
    kept = yield from keep_unasked_input(ctx)
    if kept.notes:
        held = Reply("menu.held", NEUTRAL) if kept.session.has_draft else Reply("menu.not_held", NEUTRAL)
        notes = tuple(note for note in kept.notes if note.key not in {"pick.story", "file.early"})
        return show_complaints_menu(ctx.with_session(kept.session), *notes, held)
    return show_complaints_greeting(ctx)
