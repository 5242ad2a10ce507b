"""The front door of the talk: what may be done here, and what to do with words nobody asked for."""

from dataclasses import replace

from handlers import complaint
from handlers.answers import set_aside
from handlers.moment import Moment
from handlers.turn import Choice, Deciding, Say, Topic, Turn

COMMANDS = ("report", "track", "privacy", "help")


def choices(m: Moment) -> tuple[Choice, ...]:
    """What may be done from here, and the other language."""
    other = "en" if m.lang == "th" else "th"
    return tuple(Choice(f"/{name}", f"choice.{name}") for name in (*COMMANDS, other))


def greet(m: Moment, *before: Say) -> Turn:
    """Say what this is and offer what may be done."""
    hello = Say(
        "menu.hello",
        {"office": m.office.name.in_(m.lang), "anonymity": complaint.anonymity(m)},
        choices(m),
    )
    return Turn(replace(m.session, topic=Topic.MENU, step=""), (*before, hello))


def again(m: Moment, *before: Say) -> Turn:
    """Offer what may be done, without the greeting."""
    return Turn(replace(m.session, topic=Topic.MENU, step=""), (*before, Say("menu.again", {}, choices(m))))


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
