"""Offer open consultations when somebody gives feedback or asks for them."""

from handlers.consultations.messages import (
    ListConsultations,
)
from handlers.dialog.context import Context
from handlers.dialog.effects import Decision, run_query
from handlers.dialog.replies import NEUTRAL, Reply
from handlers.feedback.give import begin_feedback
from handlers.questions.menu import show_service_menu


def offer_open_consultations(ctx: Context) -> Decision:
    """Offer the open consultations. Where there are none, say how to give feedback instead."""
    consultations = (yield from run_query(ListConsultations())).rows
    if any(one.is_open(ctx.now) for one in consultations):
        return (yield from begin_feedback(ctx))
    return show_service_menu(ctx, Reply("welcome.consultations.none", NEUTRAL))
