"""Decide whether the clock is to be believed, from what is known of it. Reads no clock, no row and no network."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

MAX_DIFFERENCE = timedelta(minutes=5)
"""How far the clocks of platforms and websites may be from ours."""

MAX_JUMP = timedelta(days=10)
"""Days that may lie between the last day on which the clock was believed and today, where nobody else's clock is known:
longer than the longest row of Thai public holidays with its weekends."""

CLOCK_DOUBTED_TH = (
    "นาฬิกาของเครื่องนี้อาจผิด จึงยังไม่ลบ ปิด เตือน หรือเผยแพร่สิ่งใด"
    " ตรวจวันและเวลาของเครื่อง ถ้าถูกต้องแล้ว: ita-bot tick --confirm"
)
CLOCK_DOUBTED_EN = (
    "The clock of this machine may be wrong, so nothing is erased, closed, reminded of or published."
    " Check its day and time; if they are right: ita-bot tick --confirm"
)
"""For whoever runs the machine, in the log and after a command."""


class ClockDoubt(StrEnum):
    """Why the clock is not believed. The values stand in rows and in the wording."""

    DIFFERS = "differs"
    JUMPED = "jumped"
    UNHEARD = "unheard"
    """The program has just started, and a platform is about to say what time it is."""

    FAILED = "failed"
    """The check itself ended with an error, which is logged."""


@dataclass(frozen=True, slots=True)
class ClockEvidence:
    """What is known of the clock of one desk.

    today: the day in Bangkok, by our clock; difference: how far others' clocks are ahead of ours (negative: behind),
    None where none was heard of; last_day: the last day on which the clock was believed, None for a new desk;
    known_difference: what a server measured last when it did not believe the clock, None where it did;
    confirmed_difference, confirmed_day: what an admin said yes to.
    """

    today: date
    difference: timedelta | None
    last_day: date | None
    known_difference: timedelta | None = None
    confirmed_difference: timedelta | None = None
    confirmed_day: date | None = None


def judge_clock(evidence: ClockEvidence) -> ClockDoubt | None:
    """Return why the clock is not to be believed; None where it is.

    What is heard now goes before what was measured earlier, and both before a jump: a program that was stopped for a
    year, on a machine whose clock others share, has not jumped.
    """
    difference = evidence.difference if evidence.difference is not None else evidence.known_difference
    if difference is not None and abs(difference) > MAX_DIFFERENCE:
        confirmed = evidence.confirmed_difference
        if confirmed is not None and abs(difference - confirmed) <= MAX_DIFFERENCE:
            return None
        return ClockDoubt.DIFFERS
    if evidence.difference is not None or evidence.last_day is None:
        return None
    believed = [day for day in (evidence.last_day, evidence.confirmed_day) if day is not None]
    if all(abs(evidence.today - day) > MAX_JUMP for day in believed):
        return ClockDoubt.JUMPED
    return None
