"""Open consultations are offered when somebody gives feedback or asks."""

from handlers.consultations.messages import (
    ListConsultations,
)
from handlers.dialog.context import Context
from handlers.dialog.effects import Decision, run_query
from handlers.dialog.replies import Reply
from handlers.feedback.give import begin_feedback
from handlers.questions.menu import show_service_menu


def offer_open_consultations(m: Context) -> Decision:
    """Offer the open consultations; where there are none, say how to give an opinion all the same."""
    ballots = yield from run_query(ListConsultations())
    if any(one.is_open(m.now) for one in ballots):
        return (yield from begin_feedback(m))
    return show_service_menu(m, Reply("welcome.consultations.none"))
