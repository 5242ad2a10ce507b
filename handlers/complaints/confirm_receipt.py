"""After filing: the person types back the last five symbols, so that the receipt is surely written down."""

from dataclasses import replace

from handlers import thai
from handlers.complaints import menu, track
from handlers.complaints import subscriptions as news
from handlers.dialog.answers import FEWEST_LETTERS
from handlers.dialog.choices import STALE, offered, options, picked
from handlers.dialog.context import Moment
from handlers.dialog.events import Deciding, Say, Topic, Turn, Wants
from handlers.dialog.receipt import folded

SYMBOLS = 5


def hear(m: Moment) -> Deciding:
    """Compare what was typed with the receipt; a longer text or a file is meant for the case itself."""
    choice = picked(m.event, m.session, options(("skip", *news.ways(m.event))), numbers=False)
    if choice == "skip":
        return _over(m, Say("confirm.skipped"))
    if choice == "news":
        return (yield from news.wished(m, _question(m)))
    receipt, text = m.session.receipt, m.event.text or ""
    if receipt is None:
        return menu.greet(m)
    if m.event.file is not None or (thai.letters(text) >= FEWEST_LETTERS and folded(text) != receipt.symbols):
        return (yield from track.hear(m.with_(topic=Topic.TRACK, step="case")))
    if folded(text)[-SYMBOLS:] == receipt.last_five:
        return _over(m, Say("confirm.right"))
    return again(m, Say("pick.stale") if choice is STALE else Say("confirm.wrong", {"unsent": text}))


def again(m: Moment, *before: Say) -> Turn:
    """Ask for the five symbols once more, beside the receipt: it may be on no other page or screen any longer."""
    turn, receipt = _question(m), m.session.receipt
    shown = (Say("confirm.receipt", {"receipt": receipt.shown}, certain=True),) if receipt else ()
    return replace(turn, says=(*before, *shown, *turn.says))


def _question(m: Moment) -> Turn:
    ways = options(("skip", *news.ways(m.event)))
    return Turn(m.session, (Say("confirm.ask", {}, offered(ways, m.session), wants=Wants.CODE),))


def _over(m: Moment, told: Say) -> Turn:
    """Forget the receipt; from here on only the person has it."""
    return menu.again(m.on(track.fresh(m)), told)
