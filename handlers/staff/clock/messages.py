"""What the confirmation of a doubted clock asks of storage, at either desk."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from handlers.dialog.effects import Act, Query

SAME_DIFFERENCE_MINUTES = 5
"""Up to which two differences of clocks are the same: what a clock may be from others and still be believed."""

SAME_JUMP = timedelta(days=10)
"""Up to which two days are of the same jump: what the clock may jump and still be believed."""

_CODE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})([+-][0-9]{1,10})?")


@dataclass(frozen=True, slots=True)
class DoubtedClock:
    """What staff are shown of a clock that is doubted, and say yes to.

    day: of today, by our clock; minutes: how far others' clocks are ahead of ours (negative: behind), None where none
    is known and ours has jumped.
    """

    day: date
    minutes: int | None

    @property
    def code(self) -> str:
        """What a button carries: all that was shown, so that nothing else is said yes to."""
        return self.day.isoformat() + ("" if self.minutes is None else f"{self.minutes:+}")

    @classmethod
    def from_code(cls, code: str) -> "DoubtedClock | None":
        """Return what a button carries; None for anything else."""
        found = _CODE.fullmatch(code)
        if found is None:
            return None
        try:
            day = date.fromisoformat(found[1])
        except ValueError:
            return None
        return cls(day, int(found[2]) if found[2] else None)

    def is_same_as(self, other: "DoubtedClock") -> bool:
        """Whether a yes to one is a yes to the other: the clock runs on, others' drift, and neither was set anew."""
        if self.minutes is None or other.minutes is None:
            return self.minutes is other.minutes and abs(self.day - other.day) <= SAME_JUMP
        return abs(self.minutes - other.minutes) <= SAME_DIFFERENCE_MINUTES


@dataclass(frozen=True, slots=True)
class FindDoubtedClock(Query[DoubtedClock | None]):
    """Whether the clock is doubted now; None where it is believed."""


@dataclass(frozen=True, slots=True)
class ConfirmClock(Act):
    """Believe the clock as it was shown. staff: id of who says so."""

    clock: DoubtedClock
    staff: str
