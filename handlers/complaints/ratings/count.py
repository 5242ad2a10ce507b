"""Count what a reporter answered to how their case was handled."""

from dataclasses import replace

from handlers.complaints.case_status import show_reporter_case
from handlers.complaints.messages import ReporterCase
from handlers.complaints.ratings.ask import list_rating_actions
from handlers.complaints.ratings.messages import RecordSatisfaction, Satisfaction
from handlers.dialog.context import Context
from handlers.dialog.effects import TurnResult
from handlers.dialog.replies import OF_CASE, Reply
from handlers.thai.dates import to_bangkok_date


def count_rating(ctx: Context, case: ReporterCase, choice: str) -> TurnResult:
    """Count an answer. The case does not know of it, and the question is not offered again.

    Raises ValueError where the choice is no answer.
    """
    if not list_rating_actions(case, ctx):  # reopened since it was asked, or answered already
        return show_reporter_case(ctx, case)
    act = RecordSatisfaction(Satisfaction(choice), to_bangkok_date(ctx.now))
    shown = show_reporter_case(ctx.replace_session(may_rate=False), case, Reply("track.rated", OF_CASE))
    return replace(shown, acts=(act,))
