"""The main menu of the service desk."""

from collections.abc import Mapping

from handlers.dialog.context import Context
from handlers.dialog.effects import TurnResult
from handlers.dialog.events import LANGS, NEXT_LANG, Lang
from handlers.dialog.replies import ASKS_FOR_QUESTION, NEUTRAL, Choice, Reply
from handlers.dialog.session import DialogTopic

_COMMANDS: Mapping[str, str] = {
    "ask": "choice.ask",
    "follow": "choice.follow",
    "opinion": "choice.opinion",
    "board": "choice.board",
    "report": "choice.complain",
    "privacy": "choice.privacy",
    "help": "choice.help",
}
"""Commands of the menu with their labels, in the order in which they are offered."""


def _build_choices(other: Lang) -> tuple[Choice, ...]:
    own = tuple(Choice(f"/{name}", label) for name, label in _COMMANDS.items())
    return (*own, Choice(f"/{other}", f"choice.{other}"))


SERVICE_MENU: Mapping[Lang, tuple[Choice, ...]] = {lang: _build_choices(NEXT_LANG[lang]) for lang in LANGS}
"""The buttons of the menu, the last one for the other language."""


def show_service_greeting(ctx: Context, *before: Reply) -> TurnResult:
    """Greet, and show the menu."""
    hello = Reply(
        "welcome.hello",
        NEUTRAL,
        {"office": ctx.office.name.in_lang(ctx.lang)},
        SERVICE_MENU[ctx.lang],
        presentation=ASKS_FOR_QUESTION,
    )
    return TurnResult(ctx.session.replace(topic=DialogTopic.MENU, step=""), (*before, hello))


def show_service_menu(ctx: Context, *before: Reply) -> TurnResult:
    """Show the menu without the greeting."""
    reply = Reply("welcome.again", NEUTRAL, {}, SERVICE_MENU[ctx.lang], presentation=ASKS_FOR_QUESTION)
    return TurnResult(ctx.session.replace(topic=DialogTopic.MENU, step=""), (*before, reply))
