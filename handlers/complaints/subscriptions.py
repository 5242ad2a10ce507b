"""News of a case: off until the person wishes it, told without content, and off again at a word."""

from handlers.complaints.messages import FindCase, SubscribeToCase, Unsubscribe
from handlers.dialog.context import Context
from handlers.dialog.events import Act, Channel, Deciding, Event, Reply, TurnResult, literal, read

PUSHED = frozenset({Channel.TELEGRAM, Channel.LINE})
"""Where a message can reach a person who is not there."""


def ways(event: Event) -> tuple[str, ...]:
    """The option to be told, where that can be done."""
    return ("news",) if event.back is not None and event.channel in PUSHED else ()


def kept(m: Context, case: str) -> tuple[Reply, tuple[Act, ...]]:
    """What is said and written when a person wishes to be told of a case."""
    event = m.event
    if event.back is None:
        return literal(""), ()
    return Reply("news.on"), (SubscribeToCase(case, event.who, event.channel, event.back, m.lang),)


def wished(m: Context, turn: TurnResult) -> Deciding:
    """The same question again, after a person who follows a case wished to be told."""
    receipt = m.session.receipt
    case = (yield from read(FindCase(receipt))) if receipt is not None else None
    if case is None:
        return turn
    said, acts = kept(m, case.id)
    return TurnResult(turn.session, (said, *turn.says), acts)


def stopped(m: Context, turn: TurnResult) -> TurnResult:
    """The same question again, after a person wished to hear no more, of any case."""
    return TurnResult(turn.session, (Reply("news.off"), *turn.says), (Unsubscribe(m.event.who), *turn.acts))
