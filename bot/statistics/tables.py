"""Statistics of a desk: counted from its facts, and formatted as a text table, JSON or CSV."""

import asyncio
import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Literal, assert_never

from handlers.complaints.lifecycle import OUTCOME_RULES, STATUS_RULES, CaseOutcome, CaseSource, CountedAs
from handlers.office import Office
from ita_stats.calendar import to_bangkok_date
from ita_stats.cases.count import CodeLabel, CountingRules, OutcomeLine, SourceLine
from ita_stats.cases.fact import CaseState, FactVocabulary, UnknownFactError
from ita_stats.cases.model import (
    Breakdown,
    DaysToClose,
    Layout,
    ReleaseInfo,
    StatisticsColumn,
    StatisticsRow,
    StatisticsTables,
    is_split_told,
)
from ita_stats.cases.tables import TableRequest, build_exact_tables
from ita_stats.cases.timeline import TimelineBuilder, TimelineCounts
from ita_stats.period import parse_cutoff_date, parse_period
from ita_stats.render.document import (
    MEASURE_TABLES,
    PrintedTable,
    build_statistics_document,
    format_cell,
    join_languages,
)
from ita_stats.render.json_text import serialize_statistics
from ita_stats.render.spreadsheet import escape_formula
from ita_stats.strings import get_statistics_text
from storage.db.pieces import iterate_pieces
from storage.store import Store

CASES_PER_STEP = 200
"""Cases that are counted before other tasks run: a millisecond or two. A commit takes some ten turns of the loop, and
each waits for one such step.
"""

StatisticsFormat = Literal["table", "json", "csv"]
DASH = "–"
SERVICE_COLUMNS = ["asked", "answered", "waiting", "closed_without_answer"]
CASES_HEADING = "จำนวนเรื่อง / cases"
FIGURE_HEADINGS = ("รับไว้ / received", "แล้วเสร็จ / done", "อยู่ระหว่าง / in progress", "ไม่รับเรื่อง / not accepted")


def _to_counted_state(counted_as: CountedAs) -> CaseState:
    match counted_as:
        case CountedAs.OPEN:
            return CaseState.OPEN
        case CountedAs.NOT_ACCEPTED:
            return CaseState.NOT_ACCEPTED
        case CountedAs.BY_OUTCOME:
            return CaseState.CLOSED
        case _:
            assert_never(counted_as)


def get_source_line(source: CaseSource) -> SourceLine:
    """Return the line of the split by source in which a source counts."""
    match source:
        case CaseSource.WEB | CaseSource.LINE | CaseSource.TELEGRAM | CaseSource.TERMINAL:
            return SourceLine.ONLINE
        case CaseSource.LETTER | CaseSource.DELEGATED:
            return SourceLine.LETTER
        case CaseSource.WALK_IN | CaseSource.CALL:
            return SourceLine.IN_PERSON
        case _:
            assert_never(source)


def get_outcome_line(outcome: CaseOutcome) -> OutcomeLine:
    """Return the line of the split by outcome in which an outcome counts."""
    match outcome:
        case CaseOutcome.SUBSTANTIATED:
            return OutcomeLine.SUBSTANTIATED
        case CaseOutcome.UNSUBSTANTIATED | CaseOutcome.INSUFFICIENT:
            return OutcomeLine.UNSUBSTANTIATED
        case CaseOutcome.FORWARDED | CaseOutcome.WITHDRAWN:
            return OutcomeLine.OTHERWISE
        case _:
            assert_never(outcome)


FACT_VOCABULARY = FactVocabulary(
    {status.value: _to_counted_state(rules.counted_as) for status, rules in STATUS_RULES.items()},
    frozenset(outcome.value for outcome in CaseOutcome),
)
"""The states and outcomes that facts may hold, as the lifecycle has them."""


def build_counting_rules(
    office: Office, desk: str, forwarded_by_year: Mapping[int, bool] | None = None
) -> CountingRules:
    """Build the counting rules from office.toml. forwarded_by_year: how earlier fiscal years count for ever."""
    return CountingRules(
        office_th=office.name.th,
        office_en=office.name.en or office.name.th,
        desk=desk,
        categories=tuple(CodeLabel(c.code, c.name.th, c.name.en or c.name.th) for c in office.categories),
        sources=tuple(CodeLabel(s.value, *get_statistics_text("source", s.value)) for s in CaseSource),
        outcomes=tuple(CodeLabel(o.value, *get_statistics_text("outcome", o.value)) for o in CaseOutcome),
        forwarding_outcomes=frozenset(o.value for o, rules in OUTCOME_RULES.items() if rules.is_forwarding),
        deadline_days=office.deadlines.first_answer_days,
        forwarded_is_done=office.statistics.forwarded_counts_as == "done",
        threshold=office.statistics.hide_below,
        forwarded_by_year=forwarded_by_year or {},
        source_lines={source.value: get_source_line(source) for source in CaseSource},
        outcome_lines={outcome.value: get_outcome_line(outcome) for outcome in CaseOutcome},
    )


def parse_table_request(text: str, as_of: str, layout: Layout, now: datetime) -> TableRequest:
    """Parse period and cut-off date. Raises PeriodError, whose text says what is allowed."""
    today = to_bangkok_date(now)
    day = parse_cutoff_date(as_of, today) if as_of else today
    return TableRequest(parse_period(text, day), day, layout)


async def count_exact_tables(store: Store, rules: CountingRules, request: TableRequest) -> StatisticsTables:
    """Count the tables of a desk with everything that is known: for officers only."""
    timelines = await collect_timelines(store, request.days)
    return await asyncio.to_thread(build_exact_tables, timelines, rules, request)


async def collect_timelines(
    store: Store, days: Sequence[date], recorded_until: date | None = None
) -> TimelineCounts:
    """Collect the timelines of all cases, as of some days. Raises UnknownFactError.

    recorded_until: the last day on which what was recorded counts; None for all that is recorded now.
    """
    builder = TimelineBuilder(TimelineCounts(tuple(days), FACT_VOCABULARY))
    try:
        async for facts in store.stream_grouped_facts(recorded_until):
            for several in iterate_pieces(facts, CASES_PER_STEP):
                builder.add(several)
                await asyncio.sleep(0)  # whoever writes meanwhile is answered between two steps
    except UnknownFactError as unknown:
        about = await store.find_case_of_fact(unknown.field, unknown.value)
        raise UnknownFactError(unknown.field, unknown.value, about) from None
    return await asyncio.to_thread(builder.build)


def format_tables(tables: StatisticsTables, form: StatisticsFormat) -> str:
    """Format the tables."""
    if form == "json":
        return serialize_statistics(tables)
    if form == "csv":
        return _format_csv(tables)
    return _format_table(tables) if tables.service is None else _format_service_table(tables)


def _collect_lines(tables: StatisticsTables) -> list[tuple[str, str, list[int | str]]]:
    """Return every line of figures: table, name, the four figures as they are written."""
    lines = [("rows", row.label_th, _format_row_cells(row, row.figures.cells)) for row in tables.rows]
    lines.append(("total", "รวม / total", [*map(_format_cell, tables.total.cells)]))
    for name, splits in _list_breakdowns(tables):
        lines += [(name, split.name_th, [*map(_format_cell, split.figures.cells)]) for split in splits]
    return lines


def _list_breakdowns(tables: StatisticsTables) -> tuple[tuple[str, tuple[Breakdown, ...]], ...]:
    return (("categories", tables.categories), ("sources", tables.sources), ("outcomes", tables.outcomes))


def _list_remarks(tables: StatisticsTables) -> list[tuple[str, str]]:
    """Return what the office remarks: the name of a row or of the sum, and the remark."""
    noted = [(row.label_th, row.note) for row in tables.rows]
    return [(name, remark) for name, remark in (*noted, ("รวม / total", tables.remark)) if remark]


def _format_csv(tables: StatisticsTables) -> str:
    """Format all tables as one CSV, with codes; a protected figure is a dash, one of a row not reached is empty."""
    out = io.StringIO()
    sheet = csv.writer(out, lineterminator="\r\n")
    columns = [column.value for column in StatisticsColumn] if tables.service is None else SERVICE_COLUMNS
    sheet.writerow(["table", "name", *columns])
    for table, name, cells in _collect_lines(tables):
        sheet.writerow([table, name, *cells])
    for row in tables.rows:
        for code, figure in zip(row.categories, _format_row_cells(row, row.categories.values()), strict=True):
            sheet.writerow([f"rows/{code}", row.label_th, figure, "", "", ""])
    for name, remark in _list_remarks(tables):
        sheet.writerow(["remarks", name, escape_formula(remark), "", "", ""])
    sheet.writerow(["brought_forward", "", "", "", tables.brought_forward, ""])
    sheet.writerow(["carried_over", "", "", "", tables.carried_over, ""])
    for grid in _list_measure_tables(tables):
        for line in grid.body:
            sheet.writerow([grid.code, *map(format_cell, line), "", "", ""])
    sheet.writerows(_list_service_lines(tables))
    return out.getvalue()


def _format_table(tables: StatisticsTables) -> str:
    kinds = tables.categories if tables.splits_period else ()
    names = {split.code: split.name_th for split in kinds}
    head = ["ประจำเดือน / months", *names.values(), *FIGURE_HEADINGS]
    body = [
        [r.label_th, *map(str, _format_row_cells(r, [*r.categories.values(), *r.figures.cells]))]
        for r in tables.rows
    ]
    body.append(
        [
            "รวม / total",
            *_format_cells(s.figures.received for s in kinds),
            *_format_cells(tables.total.cells),
        ]
    )
    parts = [
        f"{tables.office_th}\n{tables.period.label_th}",
        *([tables.statement] if tables.statement else []),
    ]
    parts.append(_align_columns([head, *body]))
    remarks = "\n".join(f"{name}: {remark}" for name, remark in _list_remarks(tables))
    parts += [f"หมายเหตุ / remarks\n{remarks}"] if remarks else []
    parts.append(
        f"ยกมา / brought forward {tables.brought_forward}   ยกไป / carried over {tables.carried_over}"
    )
    titles = {"categories": "ประเภท / category", "sources": "ช่องทาง / source", "outcomes": "ผล / outcome"}
    for name, splits in _list_breakdowns(tables):
        if not is_split_told(splits):
            continue
        # A split that was told once has one figure; what it is about stands in the notes.
        columns = FIGURE_HEADINGS if tables.exact or tables.splits_period else (CASES_HEADING,)
        lines = [[split.name_th, *_format_cells(split.figures.cells[: len(columns)])] for split in splits]
        parts.append(_align_columns([[titles[name], *columns], *lines]))
    parts.append(_format_days(tables.days))
    parts += [_format_grid(grid) for grid in _list_measure_tables(tables)]
    parts.append("\n".join(f"* {note.th}\n  {note.en}" for note in tables.notes))
    return "\n\n".join(parts) + "\n"


def _format_service_table(tables: StatisticsTables) -> str:
    document = build_statistics_document(tables, ReleaseInfo())
    parts = [f"{tables.office_th}\n{tables.period.label_th}"]
    parts += [tables.statement] if tables.statement else []
    parts += [_format_grid(grid) for grid in (document.main, *document.others)]
    parts.append("\n".join(f"* {note.th}\n  {note.en}" for note in tables.notes))
    return "\n\n".join(parts) + "\n"


def _list_service_lines(tables: StatisticsTables) -> Iterator[list[object]]:
    """Yield what the service desk counts beside its questions."""
    if tables.service is None:
        return
    days = tables.days
    yield ["median_working_days", "", _format_optional(days.median), "", "", ""]
    yield ["within_deadline", days.deadline, _format_optional(days.within_deadline), "", "", ""]
    for topic in tables.service.opinions:
        yield [f"opinions/{topic.first}..{topic.last}", topic.th, _format_cell(topic.responses), "", "", ""]
    for one in tables.service.consultations:
        yield ["consultations", one.title, _format_cell(one.responses), "", "", ""]


def _list_measure_tables(tables: StatisticsTables) -> list[PrintedTable]:
    document = build_statistics_document(tables, ReleaseInfo())
    return [grid for grid in document.others if grid.code in MEASURE_TABLES]


def _format_grid(grid: PrintedTable) -> str:
    lines = [[*map(join_languages, grid.head)]]
    lines += [[*map(format_cell, line)] for line in (*grid.body, *([grid.foot] if grid.foot else []))]
    return f"{join_languages(grid.title)}\n{_align_columns(lines)}"


def _format_optional(figure: float | None) -> float | str:
    return DASH if figure is None else figure


def _format_days(days: DaysToClose) -> str:
    middle = days.median_class
    if middle is not None:
        median = f"{middle[0]}-{middle[1] or ''}"
    else:
        median = DASH if days.median is None else f"{days.median:g}"
    share = DASH if days.within_deadline is None else f"{days.within_deadline:.1%}"
    return f"มัธยฐาน / median {median} วัน   ภายใน {days.deadline} วัน / within {days.deadline} days {share}"


def _format_row_cells(row: StatisticsRow, figures: Iterable[int | None]) -> list[int | str]:
    """Format figures of a row; empty where it was not reached."""
    return [_format_cell(figure) if row.reached else "" for figure in figures]


def _format_cells(figures: Iterable[int | None]) -> list[str]:
    return [str(_format_cell(figure)) for figure in figures]


def _format_cell(figure: int | None) -> int | str:
    return DASH if figure is None else figure


def _align_columns(lines: list[list[str]]) -> str:
    """Align columns; Thai marks above and below a letter have no width."""
    widths = [max(map(_measure_width, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            text + " " * (width - _measure_width(text))
            if place == 0
            else " " * (width - _measure_width(text)) + text
            for place, (text, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def _measure_width(text: str) -> int:
    return sum(unicodedata.category(letter) != "Mn" for letter in text)
