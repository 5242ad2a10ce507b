"""What is open for comment just now: offered to pick from, or it is said that nothing is."""

from handlers.consultations.messages import ListBallots
from handlers.dialog.context import Moment
from handlers.dialog.events import Deciding, Say, read
from handlers.feedback import give as opinion
from handlers.questions import menu as welcome


def begin(m: Moment) -> Deciding:
    """Offer the open consultations; where there are none, say how to give an opinion all the same."""
    ballots = yield from read(ListBallots())
    if any(one.is_open(m.now) for one in ballots):
        return (yield from opinion.begin(m))
    return welcome.again(m, Say("welcome.consultations.none"))
