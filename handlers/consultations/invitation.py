"""What is open for comment just now: offered to pick from, or it is said that nothing is."""

from handlers.consultations.messages import ListConsultations
from handlers.dialog.context import Context
from handlers.dialog.events import Deciding, Reply, read
from handlers.feedback import give as opinion
from handlers.questions import menu as welcome


def begin(m: Context) -> Deciding:
    """Offer the open consultations; where there are none, say how to give an opinion all the same."""
    ballots = yield from read(ListConsultations())
    if any(one.is_open(m.now) for one in ballots):
        return (yield from opinion.begin(m))
    return welcome.again(m, Reply("welcome.consultations.none"))
