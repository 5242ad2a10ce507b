"""The gate before what cannot be undone: releases, erasure, closings and reminders wait while the clock is doubted."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.clock.decision import MAX_DIFFERENCE, ClockDoubt, ClockEvidence, judge_clock
from bot.clock.outside_time import OUTSIDE_TIME
from handlers.staff.clock.confirm import describe_doubt, make_yes_button
from handlers.staff.clock.messages import DoubtedClock, FindDoubtedClock
from handlers.staff.permissions import CHANNEL_KEEPERS
from handlers.thai.dates import format_time
from ita_stats.calendar import to_bangkok_date
from storage.db.clock_record import RememberedClock
from storage.staff.pushes import PushKind
from storage.store import Store

TOLD_DOUBTS = frozenset({ClockDoubt.DIFFERS, ClockDoubt.JUMPED})
"""Doubts that people can do something about; of the others one waits for a first answer, one is a logged error."""


@dataclass(frozen=True, slots=True)
class ClockVerdict:
    """doubt: why the clock is not believed, None where it is. difference: of other clocks, None where not known."""

    doubt: ClockDoubt | None
    difference: timedelta | None = None

    def date_messages(self, now: datetime) -> datetime | None:
        """Return the instant by which undelivered messages are old, at `now` by our clock; None: they wait too.

        While clocks differ, the earlier of both: it deletes nothing early, whichever is right. After a jump ours, since
        no other is known, and the promise that messages do not stay must not wait for a yes that may never come.
        """
        match self.doubt:
            case None | ClockDoubt.JUMPED:
                return now
            case ClockDoubt.DIFFERS:
                return min(now, now + (self.difference or timedelta()))
            case ClockDoubt.UNHEARD | ClockDoubt.FAILED:
                return None


async def check_clock(
    store: Store, now: datetime, difference: timedelta | None, *, will_hear: bool = False
) -> ClockVerdict:
    """Judge the clock for a desk, and remember what follows.

    difference: how far others' clocks are ahead of ours, None where none was heard of; will_hear: a platform is about
    to be called for the first time.
    """
    if difference is None and will_hear:
        return ClockVerdict(ClockDoubt.UNHEARD)
    known, today = await store.clock_record.load(), to_bangkok_date(now)
    doubt = _judge(known, today, difference)
    measured = difference if difference is not None else known.difference
    match doubt:
        case None:
            agrees = difference is not None and abs(difference) <= MAX_DIFFERENCE
            confirmed = known.confirmed_difference is not None or known.confirmed_day is not None
            is_noted = known.is_last_day_noted and known.last_day == today
            if not is_noted or known.difference is not None or (agrees and confirmed):
                await store.clock_record.save_believed(today, is_heard=agrees)
        case ClockDoubt.DIFFERS | ClockDoubt.JUMPED | ClockDoubt.UNHEARD | ClockDoubt.FAILED:
            if difference is not None:
                await store.clock_record.save_doubted(difference)
    return ClockVerdict(doubt, measured)


async def find_doubted_clock(
    store: Store, now: datetime, difference: timedelta | None
) -> DoubtedClock | None:
    """Return what staff are asked to say yes to; None where the clock is believed. Nothing is remembered."""
    known, today = await store.clock_record.load(), to_bangkok_date(now)
    doubt = _judge(known, today, difference)
    measured = difference if difference is not None else known.difference
    return _describe_clock(ClockVerdict(doubt, measured), now)


def make_clock_handler(
    store: Store,
) -> Callable[[FindDoubtedClock, datetime], Awaitable[DoubtedClock | None]]:
    """Make the handler of `FindDoubtedClock`."""

    async def find(_: FindDoubtedClock, now: datetime) -> DoubtedClock | None:
        return await find_doubted_clock(store, now, OUTSIDE_TIME.get_difference(now))

    return find


def _judge(known: RememberedClock, today: date, difference: timedelta | None) -> ClockDoubt | None:
    return judge_clock(
        ClockEvidence(
            today,
            difference,
            known.last_day,
            known.difference,
            known.confirmed_difference,
            known.confirmed_day,
        )
    )


def _describe_clock(verdict: ClockVerdict, now: datetime) -> DoubtedClock | None:
    """Return what can be said yes to; None where the clock is believed, or nobody can do anything about it."""
    match verdict.doubt:
        case ClockDoubt.DIFFERS:
            difference = verdict.difference or timedelta()
            return DoubtedClock(to_bangkok_date(now), round(difference.total_seconds() / 60))
        case ClockDoubt.JUMPED:
            return DoubtedClock(to_bangkok_date(now), None)
        case None | ClockDoubt.UNHEARD | ClockDoubt.FAILED:
            return None


async def confirm_clock(store: Store, now: datetime, difference: timedelta | None) -> None:
    """Believe the clock as it is: an admin says that day and time are right."""
    known = await store.clock_record.load()
    measured = difference if difference is not None else known.difference
    await store.clock_record.confirm(to_bangkok_date(now), measured)


async def tell_staff(store: Store, verdict: ClockVerdict, now: datetime) -> int:
    """Tell admins and supervisors once of each doubt what waits and how to say yes. Returns how many were told.

    Where there is none who can be told, it is tried again at the next call.
    """
    clock = _describe_clock(verdict, now)
    if clock is None:
        return 0
    minutes = clock.minutes or 0
    # A clock that drifts on is the same doubt: only the hour of difference is compared.
    what = f"{verdict.doubt} {minutes // 60}"
    if await store.clock_record.is_told(what):
        return 0
    notice = describe_doubt(clock, format_time(now))
    told_count = await store.staff_admin.notify(
        notice, CHANNEL_KEEPERS, now, (make_yes_button(clock),), PushKind.ALARM
    )
    if told_count:
        await store.clock_record.mark_told(what)
    return told_count
