"""After filing: the person types back the last five symbols, so that the receipt is surely written down."""

from dataclasses import replace

from handlers import thai
from handlers.complaints import menu, track
from handlers.complaints import subscriptions as news
from handlers.dialog.answers import FEWEST_LETTERS
from handlers.dialog.choices import STALE, offered, options, picked
from handlers.dialog.context import Context
from handlers.dialog.events import Deciding, DialogTopic, ExpectedInput, Reply, TurnResult
from handlers.dialog.receipt import folded

SYMBOLS = 5


def hear(m: Context) -> Deciding:
    """Compare what was typed with the receipt; a longer text or a file is meant for the case itself."""
    choice = picked(m.event, m.session, options(("skip", *news.ways(m.event))), numbers=False)
    if choice == "skip":
        return _over(m, Reply("confirm.skipped"))
    if choice == "news":
        return (yield from news.wished(m, _question(m)))
    receipt, text = m.session.receipt, m.event.text or ""
    if receipt is None:
        return menu.greet(m)
    if m.event.file is not None or (thai.letters(text) >= FEWEST_LETTERS and folded(text) != receipt.symbols):
        return (yield from track.hear(m.with_(topic=DialogTopic.TRACK, step="case")))
    if folded(text)[-SYMBOLS:] == receipt.last_five:
        return _over(m, Reply("confirm.right"))
    return again(m, Reply("pick.stale") if choice is STALE else Reply("confirm.wrong", {"unsent": text}))


def again(m: Context, *before: Reply) -> TurnResult:
    """Ask for the five symbols once more, beside the receipt: it may be on no other page or screen any longer."""
    turn, receipt = _question(m), m.session.receipt
    shown = (Reply("confirm.receipt", {"receipt": receipt.shown}, certain=True),) if receipt else ()
    return replace(turn, says=(*before, *shown, *turn.says))


def _question(m: Context) -> TurnResult:
    ways = options(("skip", *news.ways(m.event)))
    return TurnResult(
        m.session, (Reply("confirm.ask", {}, offered(ways, m.session), wants=ExpectedInput.CODE),)
    )


def _over(m: Context, told: Reply) -> TurnResult:
    """Forget the receipt; from here on only the person has it."""
    return menu.again(m.on(track.fresh(m)), told)
