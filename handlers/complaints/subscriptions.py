"""News of a case: off until the person wishes it, told without content, and off again at a word."""

from handlers.complaints.messages import FindCase, SubscribeToCase, Unsubscribe
from handlers.dialog.channels import get_channel_traits
from handlers.dialog.context import Context
from handlers.dialog.effects import Act, Decision, TurnResult, run_query
from handlers.dialog.events import Event
from handlers.dialog.replies import NEUTRAL, OF_CASE, Reply


def list_subscription_options(event: Event) -> tuple[str, ...]:
    """The option to be told, where that can be done."""
    can_push = get_channel_traits(event.channel).can_push
    return ("news",) if event.reply_to is not None and can_push else ()


def build_subscription(ctx: Context, case: str) -> tuple[Reply, tuple[Act, ...]]:
    """What is said and written when a person wishes to be told of a case."""
    event = ctx.event
    if event.reply_to is None:
        return Reply("literal", NEUTRAL, {"text": ""}), ()
    return Reply("news.on", OF_CASE), (
        SubscribeToCase(case, event.person_id, event.channel, event.reply_to, ctx.lang),
    )


def handle_subscribe(ctx: Context, turn: TurnResult) -> Decision:
    """The same question again, after a person who follows a case wished to be told."""
    receipt = ctx.session.receipt
    case = (yield from run_query(FindCase(receipt))) if receipt is not None else None
    if case is None:
        return turn
    said, acts = build_subscription(ctx, case.id)
    return TurnResult(turn.session, (said, *turn.replies), acts)


def handle_unsubscribe(ctx: Context, turn: TurnResult) -> TurnResult:
    """The same question again, after a person wished to hear no more, of any case."""
    return TurnResult(
        turn.session,
        (Reply("news.off", NEUTRAL), *turn.replies),
        (Unsubscribe(ctx.event.person_id), *turn.acts),
    )
