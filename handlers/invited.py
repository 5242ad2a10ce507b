"""What is open for comment just now: offered to pick from, or it is said that nothing is."""

from handlers import opinion, welcome
from handlers.moment import Moment
from handlers.turn import Deciding, Say, read
from handlers.voice import ListBallots


def begin(m: Moment) -> Deciding:
    """Offer the open consultations; where there are none, say how to give an opinion all the same."""
    ballots = yield from read(ListBallots())
    if any(one.is_open(m.now) for one in ballots):
        return (yield from opinion.begin(m))
    return welcome.again(m, Say("welcome.consultations.none"))
