"""Subscriptions to notifications of a case: opt-in, without any content of the case, and ended by one command."""

from handlers.complaints.messages import FindCase, SubscribeToCase, Unsubscribe
from handlers.dialog.channels import get_channel_traits
from handlers.dialog.context import Context
from handlers.dialog.effects import Act, Decision, TurnResult, run_query
from handlers.dialog.events import Event
from handlers.dialog.replies import NEUTRAL, OF_CASE, Reply


def list_subscription_options(event: Event) -> tuple[str, ...]:
    """Return the option to subscribe where the channel can push messages, else nothing."""
    can_push = get_channel_traits(event.channel).can_push
    return ("news",) if event.reply_to is not None and can_push else ()


def build_subscription(ctx: Context, case: str) -> tuple[Reply, tuple[Act, ...]]:
    """Return the reply and the acts that subscribe a person to a case; no acts where there is no reply address."""
    event = ctx.event
    if event.reply_to is None:
        return Reply("literal", NEUTRAL, {"text": ""}), ()
    return Reply("news.on", OF_CASE), (
        SubscribeToCase(case, event.person_id, event.channel, event.reply_to, ctx.lang),
    )


def handle_subscribe(ctx: Context, turn: TurnResult) -> Decision:
    """Subscribe the person to the case of the session, and repeat the present question."""
    receipt = ctx.session.receipt
    case = (yield from run_query(FindCase(receipt))) if receipt is not None else None
    if case is None:
        return turn
    notice, acts = build_subscription(ctx, case.id)
    return TurnResult(turn.session, (notice, *turn.replies), acts)


def handle_unsubscribe(ctx: Context, turn: TurnResult) -> TurnResult:
    """Unsubscribe the person from all cases, and repeat the present question."""
    return TurnResult(
        turn.session,
        (Reply("news.off", NEUTRAL), *turn.replies),
        (Unsubscribe(ctx.event.person_id), *turn.acts),
    )
