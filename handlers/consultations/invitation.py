"""What is open for comment just now: offered to pick from, or it is said that nothing is."""

from handlers.consultations.messages import ListConsultations
from handlers.dialog.context import Context
from handlers.dialog.events import Decision, Reply, run_query
from handlers.feedback.give import begin_feedback
from handlers.questions.menu import show_service_menu


def offer_open_consultations(m: Context) -> Decision:
    """Offer the open consultations; where there are none, say how to give an opinion all the same."""
    ballots = yield from run_query(ListConsultations())
    if any(one.is_open(m.now) for one in ballots):
        return (yield from begin_feedback(m))
    return show_service_menu(m, Reply("welcome.consultations.none"))
