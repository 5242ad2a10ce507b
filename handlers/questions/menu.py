"""The counter of the service desk: what may be done here."""

from collections.abc import Mapping

from handlers.dialog.context import Moment
from handlers.dialog.events import Choice, Lang, Say, Topic, Turn

_COMMANDS: Mapping[str, str] = {
    "ask": "choice.ask",
    "follow": "choice.follow",
    "opinion": "choice.opinion",
    "board": "choice.board",
    "report": "choice.complain",
    "privacy": "choice.privacy",
    "help": "choice.help",
}
"""Commands of the counter with their labels, in the order in which they are offered."""


def _choices(other: Lang) -> tuple[Choice, ...]:
    own = tuple(Choice(f"/{name}", label) for name, label in _COMMANDS.items())
    return (*own, Choice(f"/{other}", f"choice.{other}"))


CHOICES: Mapping[Lang, tuple[Choice, ...]] = {"th": _choices("en"), "en": _choices("th")}
"""What may be done from here, and the other language."""


def greet(m: Moment, *before: Say) -> Turn:
    """Say what this is and offer what may be done."""
    hello = Say("welcome.hello", {"office": m.office.name.in_(m.lang)}, CHOICES[m.lang])
    return Turn(m.session.with_(topic=Topic.MENU, step=""), (*before, hello))


def again(m: Moment, *before: Say) -> Turn:
    """Offer what may be done, without the greeting."""
    said = Say("welcome.again", {}, CHOICES[m.lang])
    return Turn(m.session.with_(topic=Topic.MENU, step=""), (*before, said))
