"""The tables as grids of texts and figures, which page, sheet and report render each in their own form."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from ita_stats.calendar import format_calendar_date
from ita_stats.cases.model import (
    STATE_COLUMNS,
    Breakdown,
    DaysToClose,
    Period,
    ReleaseInfo,
    StatisticsColumn,
    StatisticsRow,
    StatisticsTables,
    ToldMeasures,
    is_split_told,
)
from ita_stats.disclosure.split_rule import MedianClass
from ita_stats.service.count import format_topic_span
from ita_stats.service.model import ServiceFigures
from ita_stats.strings import STATISTICS_STRINGS, BilingualText, get_statistics_text

SUPPRESSED_DASH = "–"
"""Printed for a suppressed figure: an en dash."""


MEASURE_TABLES = frozenset({"first_answer", "answer_days", "came_back", "satisfaction"})
"""Codes of the tables of how well the desk worked."""


class BlankCell(Enum):
    """A cell without a figure."""

    NOT_REACHED = "not_reached"


CellValue = BilingualText | str | int | float | BlankCell | None
"""A text, a figure, None for a suppressed figure, or why there is none."""


@dataclass(frozen=True, slots=True)
class PrintedTable:
    """A printed table. The first column holds names; the next `spanned` columns are below the heading `span`.

    In a line that was not reached, all cells between the name and the remark are blank.
    """

    code: str
    title: BilingualText
    head: tuple[BilingualText, ...]
    body: tuple[tuple[CellValue, ...], ...]
    foot: tuple[CellValue, ...] = ()
    span: BilingualText | None = None
    spanned: int = 0


@dataclass(frozen=True, slots=True)
class StatisticsDocument:
    """Everything that is printed of a release, in order."""

    tables: StatisticsTables
    issue: ReleaseInfo
    title: BilingualText
    period: BilingualText
    as_of: BilingualText
    number_label: BilingualText
    main: PrintedTable
    others: tuple[PrintedTable, ...]

    @property
    def totals(self) -> tuple[tuple[BilingualText, CellValue], ...]:
        """Received, done, in progress and not accepted, with their headings."""
        names = (self.get_heading(column) for column in StatisticsColumn)
        return tuple(zip(names, self.tables.total.cells, strict=True))

    def get_heading(self, name: str, **filled: object) -> BilingualText:
        """Return a heading as the desk of this release says it."""
        return get_desk_heading(self.tables.desk, name, **filled)


def build_statistics_document(tables: StatisticsTables, issue: ReleaseInfo) -> StatisticsDocument:
    """Build the printed tables of a release."""
    return StatisticsDocument(
        tables=tables,
        issue=issue,
        title=get_desk_heading(tables.desk, "title"),
        period=(tables.period.label_th, tables.period.label_en),
        as_of=get_heading(
            "as_of",
            day_th=format_calendar_date(tables.as_of),
            day_en=format_calendar_date(tables.as_of, "en"),
        ),
        number_label=get_heading("issue", number=issue.number),
        main=_build_main_table(tables),
        others=tuple(_build_other_tables(tables)),
    )


def get_heading(name: str, **filled: object) -> BilingualText:
    """Return a heading in Thai and English."""
    return get_statistics_text("heading", name, **filled)


def get_desk_heading(desk: str, name: str, **filled: object) -> BilingualText:
    """Return a heading as a desk says it: the service desk counts questions, so some are its own."""
    own = f"{name}_{desk}"
    return get_heading(own if own in STATISTICS_STRINGS["heading"] else name, **filled)


def format_cell(cell: CellValue) -> str:
    """Format a cell: thousands separated with commas, suppressed figures as a dash, blank cells empty."""
    if cell is None:
        return SUPPRESSED_DASH
    if isinstance(cell, BlankCell):
        return ""
    if isinstance(cell, tuple):
        return join_languages(cell)
    if isinstance(cell, str):
        return cell
    return f"{cell:,}" if isinstance(cell, int) else f"{cell:,.1f}"


def join_languages(words: BilingualText) -> str:
    """Return Thai and English in one line; once where they are the same."""
    return " / ".join(dict.fromkeys(words))


def describe_statistics(document: StatisticsDocument) -> str:
    """Describe a release in one sentence, as alternative text of its picture."""
    tables = document.tables
    if tables.statement:
        return f"{tables.office_th} {tables.statement}"
    states = " ".join(f"{thai} {format_cell(figure)}" for (thai, _), figure in document.totals)
    return f"{tables.office_th} {document.title[0]} {document.period[0]} {states} {document.as_of[0]}"


def _build_main_table(tables: StatisticsTables) -> PrintedTable:
    """Build the table that the office is assessed on: received, and the states of the cases; all exact.

    Releases of earlier versions have the categories of each row too.
    """
    categories = tables.categories if tables.splits_period else ()
    states = ("sum" if tables.service is None else StatisticsColumn.RECEIVED, *STATE_COLUMNS, "remark")
    head = (
        get_heading(tables.layout),
        *((c.name_th, c.name_en) for c in categories),
        *(get_desk_heading(tables.desk, state) for state in states),
    )
    body = tuple(
        (
            row.label_th,
            *_blank_if_not_reached(row, [row.categories[c.code] for c in categories]),
            *_blank_if_not_reached(row, row.figures.cells),
            row.note,
        )
        for row in tables.rows
    )
    foot = (
        get_heading("sum")[0],
        *(c.figures.received for c in categories),
        *tables.total.cells,
        tables.remark,
    )
    span = get_heading("received_by_category") if categories else None
    return PrintedTable(
        "rows", get_desk_heading(tables.desk, "rows"), head, body, foot, span, len(categories)
    )


def _blank_if_not_reached(row: StatisticsRow, cells: Sequence[int | None]) -> Sequence[CellValue]:
    return cells if row.reached else [BlankCell.NOT_REACHED] * len(cells)


def _build_other_tables(tables: StatisticsTables) -> Iterator[PrintedTable]:
    yield PrintedTable(
        "overview",
        get_heading("overview"),
        (get_heading("item"), get_heading("value")),
        tuple(_build_overview_rows(tables)),
    )
    if tables.service is not None:
        yield from _build_service_tables(tables.service)
        return
    splits = (
        ("categories", "category", tables.categories),
        ("sources", "source", tables.sources),
        ("outcomes", "outcome", tables.outcomes),
    )
    if tables.splits_period:
        for code, label, lines in splits:
            yield _build_period_split(code, label, lines)
    elif tables.splits is not None:
        yield from _build_span_tables(tables, tables.splits.span, splits)


def _build_span_tables(
    tables: StatisticsTables, span: Period, splits: Sequence[tuple[str, str, Sequence[Breakdown]]]
) -> Iterator[PrintedTable]:
    """Yield what is told of a span. splits: code, heading and lines of each."""
    for code, label, lines in splits:
        if is_split_told(lines):
            yield _build_told_split(code, label, lines, span)
    days = tuple(_build_days_rows(tables.days))
    if days:
        head = (get_heading("item"), get_heading("value"))
        yield PrintedTable("days", build_span_title("days", span), head, days)
    if tables.measures is not None:
        yield from _build_measure_tables(tables.measures, span)


def _build_told_split(
    code: str, label: str, lines: Sequence[Breakdown], span: Period, counted: str = "cases"
) -> PrintedTable:
    """Build the table of a split that was told once: a line each, the rest together, and their sum."""
    body = tuple((_get_breakdown_name(line), line.figures.received) for line in lines)
    foot = (get_heading("sum"), sum(line.figures.received or 0 for line in lines))
    head = (get_heading(label), get_heading(counted))
    return PrintedTable(code, build_span_title(code, span), head, body, foot)


def _build_measure_tables(told: ToldMeasures, span: Period) -> Iterator[PrintedTable]:
    """Yield what is told of how well the desk worked."""
    if is_split_told(told.first_answer):
        yield _build_told_split("first_answer", "answer", told.first_answer, span)
    if told.answer_class is not None:
        head = (get_heading("item"), get_heading("value"))
        middle = get_heading("median_class"), _name_days(told.answer_class, "answers_from")
        yield PrintedTable("answer_days", build_span_title("answer_days", span), head, (middle,))
    if is_split_told(told.came_back):
        yield _build_told_split("came_back", "return", told.came_back, span)
    if is_split_told(told.satisfaction):
        yield _build_told_split("satisfaction", "satisfied", told.satisfaction, span, "answers")


def build_span_title(code: str, span: Period) -> BilingualText:
    """Return the title of a split: its days stand in the notes."""
    thai, english = get_heading(code)
    years_th, years_en = (label.partition(" (")[0] for label in (span.label_th, span.label_en))
    return f"{thai} {years_th}", f"{english}, {years_en[0].lower()}{years_en[1:]}"


def _build_period_split(code: str, label: str, lines: Sequence[Breakdown]) -> PrintedTable:
    """Build the table of a split of the period itself. Of an outcome there is one figure."""
    if code == "outcomes":
        ended = tuple((_get_breakdown_name(s), s.figures.received) for s in lines)
        return PrintedTable(code, get_heading(code), (get_heading(label), get_heading("cases")), ended)
    states = tuple(map(get_heading, StatisticsColumn))
    body = tuple((_get_breakdown_name(s), *s.figures.cells) for s in lines)
    return PrintedTable(code, get_heading(code), (get_heading(label), *states), body)


def _build_service_tables(figures: ServiceFigures) -> Iterator[PrintedTable]:
    """Yield opinions by topic and part of a year, and the consultations that closed; none that is empty."""
    if figures.opinions:
        head = tuple(map(get_heading, ("topic", "span", "responses", "mean")))
        body = tuple(
            ((one.th, one.en), format_topic_span(one), one.responses, one.mean) for one in figures.opinions
        )
        yield PrintedTable("opinions", get_heading("opinions"), head, body)
    if figures.consultations:
        head = tuple(map(get_heading, ("consultation", "closed_on", "voices")))
        lines = tuple(
            (
                one.title,
                (format_calendar_date(one.closed_on), format_calendar_date(one.closed_on, "en")),
                one.responses,
            )
            for one in figures.consultations
        )
        yield PrintedTable("consultations", get_heading("consultations"), head, lines)


def _get_breakdown_name(split: Breakdown) -> BilingualText:
    return split.name_th, split.name_en


def _build_overview_rows(tables: StatisticsTables) -> Iterator[tuple[CellValue, ...]]:
    """Yield brought forward, carried over, percentages and days. Figures that need cases and have none are left out."""
    yield get_desk_heading(tables.desk, "brought_forward"), tables.brought_forward
    yield get_desk_heading(tables.desk, "carried_over"), tables.carried_over
    for state, share in tables.percentages.items():
        if share is not None:
            yield get_desk_heading(tables.desk, f"percent_{state}"), share
    if tables.splits_period or tables.service is not None:
        yield from _build_period_days_rows(tables.days, tables.desk)


def _build_period_days_rows(days: DaysToClose, desk: str) -> Iterator[tuple[CellValue, ...]]:
    if days.median is not None or days.protected:
        yield get_desk_heading(desk, "median"), days.median
        within = get_desk_heading(desk, "within_deadline", deadline=days.deadline)
        yield within, _compute_share_percent(days)


def _build_days_rows(days: DaysToClose) -> Iterator[tuple[CellValue, ...]]:
    """Yield what is told of the days of a span: only what is told."""
    if days.median_class is not None:
        yield get_heading("median_class"), _name_days(days.median_class, "days_from")
    if days.within_deadline is not None:
        yield get_heading("within_deadline", deadline=days.deadline), _compute_share_percent(days)


def _name_days(days: MedianClass, endless: str) -> BilingualText:
    """Name a class of days. endless: the heading of the highest."""
    first, last = days
    name = endless if last is None else "days_between" if first else "days_up_to"
    return get_heading(name, first=first, last=last)


def _compute_share_percent(days: DaysToClose) -> float | None:
    return None if days.within_deadline is None else round(100 * days.within_deadline, 1)
