"""The front door of the talk: what may be done here, and what to do with words nobody asked for."""

from collections.abc import Mapping

from handlers.complaints import form as complaint
from handlers.dialog.answers import set_aside
from handlers.dialog.context import Context
from handlers.dialog.events import Choice, Deciding, DialogTopic, Lang, Reply, TurnResult


def _commands(*names: str) -> tuple[Choice, ...]:
    return tuple(Choice(f"/{name}", f"choice.{name}") for name in names)


CHOICES: Mapping[Lang, tuple[Choice, ...]] = {
    "th": _commands("report", "track", "privacy", "help", "en"),
    "en": _commands("report", "track", "privacy", "help", "th"),
}
"""What may be done from here, and the other language."""


def greet(m: Context, *before: Reply) -> TurnResult:
    """Say what this is and offer what may be done."""
    hello = Reply(
        "menu.hello",
        {"office": m.office.name.in_(m.lang), "anonymity": complaint.anonymity(m)},
        CHOICES[m.lang],
    )
    return TurnResult(m.session.with_(topic=DialogTopic.MENU, step=""), (*before, hello))


def again(m: Context, *before: Reply) -> TurnResult:
    """Offer what may be done, without the greeting."""
    return TurnResult(
        m.session.with_(topic=DialogTopic.MENU, step=""), (*before, Reply("menu.again", {}, CHOICES[m.lang]))
    )


def hear(m: Context) -> Deciding:
    """Answer words or a file that nobody asked for: keep them for a report, or greet."""
    if m.event.choice is not None:
        return again(m, Reply("pick.stale"))
    kept = yield from set_aside(m)
    if kept.notes:
        held = Reply("menu.held") if kept.session.drafting else Reply("menu.not_held")
        notes = tuple(note for note in kept.notes if note.key not in {"pick.story", "file.early"})
        return again(m.on(kept.session), *notes, held)
    return greet(m)
