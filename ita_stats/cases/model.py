"""The tables of one release, from which every page, sheet, report and chart of it is rendered.

A figure that is None is suppressed: it is not zero, and cannot be derived from the others.
Months are codes with the Buddhist year first: "2569-10" is October 2026.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Literal

from ita_stats.service.model import ServiceFigures


class StatisticsColumn(StrEnum):
    """The figures of every line, in the order of the printed columns: received, and where the cases stand."""

    RECEIVED = "received"
    DONE = "done"
    IN_PROGRESS = "in_progress"
    NOT_ACCEPTED = "not_accepted"


STATE_COLUMNS = (StatisticsColumn.DONE, StatisticsColumn.IN_PROGRESS, StatisticsColumn.NOT_ACCEPTED)
"""Where a case stands at the cut-off: it is counted in one of these."""

Layout = Literal["month", "quarter", "half"]
"""Months in a row of the table: 1, 3 or 6."""


@dataclass(frozen=True, slots=True)
class StatusCounts:
    """Cases received, and their state at the cut-off. `received` is the sum of the other three."""

    received: int | None
    done: int | None
    in_progress: int | None
    not_accepted: int | None

    @property
    def cells(self) -> tuple[int | None, int | None, int | None, int | None]:
        """The four counts, in the order of the printed columns."""
        return (self.received, self.done, self.in_progress, self.not_accepted)


UNKNOWN_COUNTS = StatusCounts(None, None, None, None)
"""The counts of a row that was not reached."""


@dataclass(frozen=True, slots=True)
class Period:
    """The days in which the cases of a table were received, both ends included, in Bangkok."""

    code: str
    first: date
    last: date
    label_th: str
    label_en: str


@dataclass(frozen=True, slots=True)
class StatisticsRow:
    """The cases received in one month, quarter or half year.

    categories: received by category code, in the order of `StatisticsTables.categories`; only in exact tables.
    note: what the office remarks on it.
    reached: whether the row had begun by the cut-off; where not, all of its figures are None, since nothing can have
    been received in it yet.
    """

    label_th: str
    label_en: str
    months: tuple[str, ...]
    figures: StatusCounts
    categories: Mapping[str, int | None]
    note: str = ""
    reached: bool = True


REST_CODE = "rest"
"""Code of the line that stands for the folded lines of a split together."""


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """The figures of a month; None where the layout shows no single months, or where it was not reached (see rows)."""

    month: str
    figures: StatusCounts | None
    reached: bool = True


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A line of a split. In exact tables: a category, source or outcome of the period, with all its figures.

    In tables for the public it is a line of a span that was told once: `received` is its one figure, the others are
    None. Of an outcome, `received` is how many cases ended so. A line of the code `REST_CODE` stands for all lines
    whose figure is None, together.
    """

    code: str
    name_th: str
    name_en: str
    figures: StatusCounts


@dataclass(frozen=True, slots=True)
class DaysToClose:
    """Calendar days from receipt to the last closing, of cases that are done.

    median: days, None where suppressed or where nothing is done; within_deadline: share from 0 to 1, None likewise;
    deadline: days that the office sets itself; protected: whether a None is a suppressed figure. Tables for the public
    tell the class of the median instead: median_class is its first and last day, without a last one in the highest.
    """

    median: float | None
    within_deadline: float | None
    deadline: int
    protected: bool
    median_class: tuple[int, int | None] | None = None


@dataclass(frozen=True, slots=True)
class Footnote:
    """A sentence printed under the tables. `code`: its subject, the same in every release."""

    code: str
    th: str
    en: str


@dataclass(frozen=True, slots=True)
class SplitsOrigin:
    """What printed splits are about: the fiscal years that they split, and the last day of recording that counts."""

    span: Period
    recorded_until: date


@dataclass(frozen=True, slots=True)
class ToldMeasures:
    """How well the desk worked in a span that was measured from its beginning, told once with its splits (0055).

    first_answer: cases received in it, by whether the reporter had an answer, or the case its end, within `deadline`
    days; answer_class: the class of days in which the median of these lies, first and last day, None where not told.
    came_back: cases told online, by whether they were opened again with their code. satisfaction: what reporters
    answered, counted by the day on which they did. A table whose lines have no figure at all is not told.
    """

    deadline: int
    first_answer: tuple[Breakdown, ...]
    answer_class: tuple[int, int | None] | None
    came_back: tuple[Breakdown, ...]
    satisfaction: tuple[Breakdown, ...]


@dataclass(frozen=True, slots=True)
class ToldSplits:
    """The splits of a span that is over: frozen, and the same in every release that prints them.

    A split whose lines have no figure at all is not told. measures: None where the span was not measured.
    """

    origin: SplitsOrigin
    categories: tuple[Breakdown, ...]
    sources: tuple[Breakdown, ...]
    outcomes: tuple[Breakdown, ...]
    days: DaysToClose
    measures: ToldMeasures | None = None

    @property
    def is_any_told(self) -> bool:
        """Whether any split is told."""
        return any(map(is_split_told, (self.categories, self.sources, self.outcomes)))


def is_split_told(lines: Sequence[Breakdown]) -> bool:
    """Whether a split is told: then at least one of its lines has a figure."""
    return any(line.figures.received is not None for line in lines)


@dataclass(frozen=True, slots=True)
class StatisticsTables:
    """All tables of a period, as of a cut-off, for one desk of an office.

    cutoff: the instant up to which facts are counted (UTC); as_of: its last whole day in Bangkok.
    brought_forward: cases received before the period that were in progress when it began;
    carried_over: cases in progress at the cut-off, received in the period or before it.
    statement: "ไม่มีเรื่องร้องเรียน" with the period where nothing was received in it, else None.
    exact: nothing is suppressed; such tables are for officers only.
    splits: the span whose splits are printed, None where none has settled yet, and in exact tables, which split the
    period itself; splits_from: the name of the release that told them first, such as 2/2570, None where none is told.
    service: of the service desk, what it counts beside its questions. There, received is asked, done is answered, in
    progress is waiting, not accepted is closed without an answer; days are working days to the first answer.
    remark: what the office remarks on the whole period; empty where nothing.
    measures: how well the desk worked in the span of the splits; None where no span that was measured has settled.
    """

    office_th: str
    office_en: str
    desk: str
    period: Period
    cutoff: datetime
    as_of: date
    layout: Layout
    total: StatusCounts
    brought_forward: int
    carried_over: int
    rows: tuple[StatisticsRow, ...]
    months: tuple[MonthFigures, ...]
    categories: tuple[Breakdown, ...]
    sources: tuple[Breakdown, ...]
    outcomes: tuple[Breakdown, ...]
    days: DaysToClose
    statement: str | None
    notes: tuple[Footnote, ...]
    exact: bool = False
    splits: SplitsOrigin | None = None
    splits_from: str | None = None
    service: ServiceFigures | None = None
    remark: str = ""
    measures: ToldMeasures | None = None

    @property
    def splits_period(self) -> bool:
        """Whether the splits are of the period itself: in exact tables, and in releases of earlier versions."""
        return any(row.categories for row in self.rows)

    @property
    def percentages(self) -> Mapping[str, float | None]:
        """Done, in progress and not accepted in percent of received, to one decimal; None where none was received."""
        return MappingProxyType(
            {
                column: compute_percentage(part, self.total.received)
                for column, part in zip(STATE_COLUMNS, self.total.cells[1:], strict=True)
            }
        )


@dataclass(frozen=True, slots=True)
class ReleaseInfo:
    """Which release of a desk this is, in the fiscal year of its period.

    Of a correction: `corrects` is the number of the corrected release (default: the one before), `changes` lists the
    figures that differ, and `why` is the office's reason.
    """

    number: int = 1
    changes: tuple[Footnote, ...] = ()
    why: str = ""
    corrects: int | None = None

    @property
    def corrected_number(self) -> int:
        return self.corrects or self.number - 1


def compute_percentage(part: int | None, whole: int | None) -> float | None:
    """Return a percentage to one decimal; None where either number is suppressed or `whole` is 0."""
    return round(100 * part / whole, 1) if part is not None and whole else None
