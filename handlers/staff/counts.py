"""`/stats`: the figures of this month and this fiscal year, as the statistics count them."""

from dataclasses import dataclass

from handlers import thai
from handlers.staff.call import Call, button
from handlers.staff.role import Order
from handlers.turn import Deciding, Query, Say, read


@dataclass(frozen=True, slots=True)
class Counts:
    """The four figures of a period; exact, for officers only. label: by language."""

    th: str
    en: str
    received: int
    done: int
    in_progress: int
    not_accepted: int


@dataclass(frozen=True, slots=True)
class CountCases(Query[tuple[Counts, ...]]):
    """The figures of some periods, each by its code: `2570-02`, `fy2570`."""

    periods: tuple[str, ...]


def stats(c: Call) -> Deciding:
    """The figures of this month and this year."""
    today = thai.day(c.m.now)
    year = today.year + thai.BUDDHIST_ERA
    fiscal = year + (today.month >= 10)
    counted = yield from read(CountCases((f"{year}-{today.month:02}", f"fy{fiscal}")))
    lines = tuple(
        Say(
            "staff.stats.line",
            {
                "label": one.en if c.m.lang == "en" else one.th,
                "received": one.received,
                "done": one.done,
                "in_progress": one.in_progress,
                "not_accepted": one.not_accepted,
            },
        )
        for one in counted
    )
    return c.says(Say("staff.stats.all", {"lines": lines}, (button(Order.HELP),)))
