"""`/clock` at either desk: says whether the clock is doubted, and takes the yes of an admin or supervisor."""

from handlers.dialog.effects import Decision, run_query
from handlers.dialog.replies import OF_CASE, Choice, Phrase, Reply
from handlers.staff.clock.messages import ConfirmClock, DoubtedClock, FindDoubtedClock
from handlers.staff.command import CommandContext
from handlers.staff.parse import NameT
from handlers.staff.permissions import CommandName
from handlers.staff.state import WorkT
from handlers.thai.dates import format_date, format_time


def review_clock(cmd: CommandContext[NameT, WorkT]) -> Decision:
    """Show a doubt and ask; with what a button carries, say yes to what that button showed, if it still stands.

    Of a doubt that has gone (the clock was mended, somebody said yes before) nothing is kept, and of one that has
    become another the new one is shown: a yes is only to what was seen.
    """
    current = yield from run_query(FindDoubtedClock())
    if current is None:
        return cmd.reply_with(Reply("staff.clock.believed", OF_CASE))
    shown = DoubtedClock.from_code(cmd.command.rest)
    asked = Reply(
        (notice := describe_doubt(current, format_time(cmd.ctx.now))).key,
        OF_CASE,
        notice.args,
        (make_yes_button(current),),
    )
    if shown is None:
        return cmd.reply_with(asked)
    if not shown.is_same_as(current):
        return cmd.reply_with(Reply("staff.clock.other", OF_CASE), asked)
    return cmd.reply_with(Reply("staff.clock.confirmed", OF_CASE), acts=(ConfirmClock(shown, cmd.staff.id),))


def describe_doubt(clock: DoubtedClock, time: str) -> Phrase:
    """Return what staff read of a doubt. time: of the day, as people write it."""
    # The day is in Thai: it must be compared with a calendar on the wall.
    now = f"{format_date(clock.day, 'th')} {time}"
    if clock.minutes is None:
        return Phrase("staff.notice.clock_jumped", {"now": now})
    return Phrase("staff.notice.clock_differs", {"now": now, "minutes": f"{abs(clock.minutes):,}"})


def make_yes_button(clock: DoubtedClock) -> Choice:
    """Return the button that says yes to a doubt; the command has the same name at both desks."""
    return Choice(f"/{CommandName.CLOCK} {clock.code}", "staff.clock.yes")
