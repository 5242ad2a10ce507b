"""A chart as data: what a door that shows pictures draws beside the words, which say the same."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChartMonth:
    """What came in within a month, and how much of that is done; exact, so for officers only."""

    label: str
    received: int
    done: int


@dataclass(frozen=True, slots=True)
class MonthlyChart:
    """Months side by side. title: what is shown; series: what the two figures of a month are called."""

    title: str
    series: tuple[str, str]
    months: tuple[ChartMonth, ...]

    @property
    def max_value(self) -> int:
        """The highest figure, at least 1."""
        return max((max(month.received, month.done) for month in self.months), default=0) or 1
