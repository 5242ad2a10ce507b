"""What the demo is planned with: one generator of chance, the days of its world, and the steps that were planned."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from bot.demo.steps import Step, TimedStep
from bot.demo.texts import DemoTexts
from bot.desk_names import DeskName
from handlers.dialog.receipt import Receipt, make_receipt
from handlers.office import Office
from handlers.workdays import SATURDAY, is_workday
from ita_stats.calendar import BANGKOK, to_bangkok_date

WEEKEND_SHARE = 0.35
"""Of a working day's number, what comes on a Saturday or Sunday."""


@dataclass
class Planner:
    """Draws all from one generator. last_day: the last day on which anything happens (Bangkok).

    published: the questions that are on the board, each once.
    """

    texts: DemoTexts
    office: Office
    first_day: date
    last_day: date
    chance: random.Random
    steps: list[TimedStep] = field(default_factory=list)
    published: set[str] = field(default_factory=set)

    def add(self, at: datetime, desk: DeskName, step: Step) -> None:
        """Plan a step, unless it would come after the last day."""
        if to_bangkok_date(at) <= self.last_day:
            self.steps.append(TimedStep(at, desk, step))

    def draw_instant(self, day: date, *, in_office: bool = False) -> datetime:
        """Draw an instant of a day, and of officers in working hours of the next working day."""
        if in_office:
            while not is_workday(day):
                day += timedelta(days=1)
        first, last = (8 * 60 + 40, 16 * 60 + 20) if in_office else (6 * 60, 23 * 60 + 30)
        return datetime.combine(day, time(), BANGKOK).astimezone(UTC) + timedelta(
            minutes=self.chance.randint(first, last)
        )

    def draw_later(self, after: datetime, days: Sequence[int], *, in_office: bool = True) -> datetime:
        """Draw an instant that is one of these numbers of days after another, and in working hours if officers act."""
        return self.draw_instant(
            to_bangkok_date(after) + timedelta(days=self.chance.choice(days)), in_office=in_office
        )

    def draw_days(self, each_day: float) -> Iterator[date]:
        """Yield a day for everything that comes, in the order of time. each_day: how many on a working day."""
        day = self.first_day
        while day <= self.last_day:
            expected = each_day * (1 if day.weekday() < SATURDAY else WEEKEND_SHARE)
            # As many as of six chances come true: now and then there are several on a day.
            yield from (day for _ in range(6) if self.chance.random() < expected / 6)
            day += timedelta(days=1)

    def draw_receipt(self) -> Receipt:
        return make_receipt(self.chance.getrandbits(80))

    def draw_person(self) -> bytes:
        return self.chance.randbytes(32)
