"""The front door of the talk: what may be done here, and what to do with words nobody asked for."""

from collections.abc import Mapping

from handlers.complaints import form as complaint
from handlers.dialog.answers import set_aside
from handlers.dialog.context import Moment
from handlers.dialog.events import Choice, Deciding, Lang, Say, Topic, Turn


def _commands(*names: str) -> tuple[Choice, ...]:
    return tuple(Choice(f"/{name}", f"choice.{name}") for name in names)


CHOICES: Mapping[Lang, tuple[Choice, ...]] = {
    "th": _commands("report", "track", "privacy", "help", "en"),
    "en": _commands("report", "track", "privacy", "help", "th"),
}
"""What may be done from here, and the other language."""


def greet(m: Moment, *before: Say) -> Turn:
    """Say what this is and offer what may be done."""
    hello = Say(
        "menu.hello",
        {"office": m.office.name.in_(m.lang), "anonymity": complaint.anonymity(m)},
        CHOICES[m.lang],
    )
    return Turn(m.session.with_(topic=Topic.MENU, step=""), (*before, hello))


def again(m: Moment, *before: Say) -> Turn:
    """Offer what may be done, without the greeting."""
    return Turn(m.session.with_(topic=Topic.MENU, step=""), (*before, Say("menu.again", {}, CHOICES[m.lang])))


def hear(m: Moment) -> Deciding:
    """Answer words or a file that nobody asked for: keep them for a report, or greet."""
    if m.event.choice is not None:
        return again(m, Say("pick.stale"))
    kept = yield from set_aside(m)
    if kept.notes:
        held = Say("menu.held") if kept.session.drafting else Say("menu.not_held")
        notes = tuple(note for note in kept.notes if note.key not in {"pick.story", "file.early"})
        return again(m.on(kept.session), *notes, held)
    return greet(m)
