"""After filing: the person types back the last five symbols, so that the receipt is surely written down."""

from handlers import menu, news, thai, track
from handlers.answers import FEWEST_LETTERS
from handlers.choices import STALE, offered, options, picked
from handlers.moment import Moment
from handlers.receipt import folded
from handlers.turn import Deciding, Say, Topic, Turn, Wants

SYMBOLS = 5


def hear(m: Moment) -> Deciding:
    """Compare what was typed with the receipt; a longer text or a file is meant for the case itself."""
    choice = picked(m.event, m.session, options(("skip", *news.ways(m.event))), numbers=False)
    if choice == "skip":
        return _over(m, Say("confirm.skipped"))
    if choice == "news":
        return (yield from news.wished(m, again(m)))
    receipt, text = m.session.receipt, m.event.text or ""
    if receipt is None:
        return menu.greet(m)
    if m.event.file is not None or (thai.letters(text) >= FEWEST_LETTERS and folded(text) != receipt.symbols):
        return (yield from track.hear(m.with_(topic=Topic.TRACK, step="case")))
    if folded(text)[-SYMBOLS:] == receipt.last_five:
        return _over(m, Say("confirm.right"))
    return again(m, Say("pick.stale") if choice is STALE else Say("confirm.wrong"))


def again(m: Moment, *before: Say) -> Turn:
    """Ask for the five symbols once more."""
    ways = options(("skip", *news.ways(m.event)))
    ask = Say("confirm.ask", {}, offered(ways, m.session), wants=Wants.CODE)
    return Turn(m.session, (*before, ask))


def _over(m: Moment, told: Say) -> Turn:
    """Forget the receipt; from here on only the person has it."""
    return menu.again(m.on(track.fresh(m)), told)
