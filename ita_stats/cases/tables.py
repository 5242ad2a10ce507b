"""The tables of a period as they may be published: counted, then protected against everything published before."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from ita_stats.calendar import get_fiscal_year
from ita_stats.cases.count import CountingRules, count_case_tables, day_before_period
from ita_stats.cases.model import (
    STATE_COLUMNS,
    Breakdown,
    DaysToClose,
    Footnote,
    Layout,
    Period,
    StatisticsColumn,
    StatisticsRow,
    StatisticsTables,
    StatusCounts,
)
from ita_stats.cases.timeline import TimelineCounts
from ita_stats.disclosure.alternatives import TableCell, TableLine
from ita_stats.disclosure.release_view import (
    ReleaseView,
    build_disclosure_model,
    build_outcome_model,
    count_states_by_month,
    count_visible_cases,
)
from ita_stats.disclosure.suppress import SuppressionSolver
from ita_stats.period import list_period_rows, parse_period
from ita_stats.strings import build_footnote, get_statistics_text

MAX_EARLIER_RELEASES = 24
"""Earlier releases that are supposed to have been made of a period: two years of months."""
HiddenCells = Mapping[str, set[TableCell]]
"""What a release hides, by split: "category", "source", "outcome"."""


@dataclass(frozen=True, slots=True)
class EarlierRelease:
    """A release that readers have: its period, day and layout; tables as published, None where they are to be made."""

    period: Period
    as_of: date
    layout: Layout
    tables: StatisticsTables | None = None


@dataclass(frozen=True, slots=True)
class TableRequest:
    """The tables that are wanted. earlier: releases that readers already have, oldest first."""

    period: Period
    as_of: date
    layout: Layout
    earlier_releases: tuple[EarlierRelease, ...] = ()

    @property
    def days(self) -> tuple[date, ...]:
        """The days on which courses must be known: cut-offs, and the eve of the period; the last is the cut-off."""
        asked = {earlier.as_of for earlier in self.earlier_releases} | {day_before_period(self.period)}
        return (*sorted(day for day in asked if day < self.as_of), self.as_of)


def build_table_request(
    period: Period, as_of: date, layout: Layout, published: Sequence[StatisticsTables] | None = None
) -> TableRequest:
    """The tables of a period as of a day.

    published: the releases that were made, as they stand. None where nobody has kept them: then it is supposed that
    the fiscal year and the period itself were released at the end of each of their rows.
    """
    if published is None:
        return TableRequest(period, as_of, layout, _assume_earlier_releases(period, as_of, layout))
    known = [
        EarlierRelease(t.period, t.as_of, t.layout, t) for t in published if _is_overlapping(t.period, period)
    ]
    known = [e for e in known if e.as_of <= as_of]
    return TableRequest(period, as_of, layout, tuple(sorted(known, key=lambda e: e.as_of)))


def build_exact_tables(
    courses: TimelineCounts, terms: CountingRules, wanted: TableRequest
) -> StatisticsTables:
    """The tables with nothing hidden: for officers only. courses: on the days of the request."""
    return count_case_tables(courses, terms, wanted.period, wanted.layout)


def build_protected_tables(
    courses: TimelineCounts, terms: CountingRules, wanted: TableRequest, salt: bytes
) -> StatisticsTables:
    """The tables as they may be published. courses: on the days of the request; salt: a secret that stays the same."""
    tables = build_exact_tables(courses, terms, wanted)
    days = {day: place for place, day in enumerate(wanted.days)}
    editions = [ReleaseView.from_period(e.period, e.layout, days[e.as_of]) for e in wanted.earlier_releases]
    editions.append(ReleaseView.from_period(wanted.period, wanted.layout, days[wanted.as_of]))
    hidden = {
        what: _choose_hidden(courses, terms, editions, wanted.earlier_releases, tables, what, salt)
        for what in ("category", "source", "outcome")
    }
    return suppress_cells(tables, hidden, len(editions) - 1, terms.threshold)


def _assume_earlier_releases(period: Period, as_of: date, layout: Layout) -> tuple[EarlierRelease, ...]:
    """The releases that an office would have made by a day: of the fiscal years and of the period, row by row."""
    years = {get_fiscal_year(period.first), get_fiscal_year(min(period.last, as_of))}
    wholes = {p.code: p for p in (parse_period(f"fy{year}", date.max) for year in sorted(years))}
    found = []
    for one in {**wholes, period.code: period}.values():
        for span in list_period_rows(one, layout):
            end = span.months[-1].last
            if end < as_of or (end == as_of and one.code != period.code):
                found.append(EarlierRelease(one, end, layout))
    found.sort(key=lambda e: (e.as_of, e.period.code == period.code))
    return tuple(found[-MAX_EARLIER_RELEASES:])


def _is_overlapping(one: Period, other: Period) -> bool:
    return one.first <= other.last and other.first <= one.last


def _choose_hidden(
    courses: TimelineCounts,
    terms: CountingRules,
    editions: Sequence[ReleaseView],
    earlier: Sequence[EarlierRelease],
    tables: StatisticsTables,
    what: str,
    salt: bytes,
) -> set[TableCell]:
    """What the last release hides of a split; earlier ones are taken as published, or decided in their turn."""
    labels = [split.code for split in _get_breakdowns(tables, what)]
    if len(labels) < 2:
        return set()  # of one kind alone, its figures are those of the rows
    small, secret, told = terms.threshold - 1, salt + what.encode(), _list_published_values(earlier, what)
    if what != "outcome":
        counts = count_visible_cases(courses.cases, terms, editions, what)
        chooser = SuppressionSolver(
            build_disclosure_model(counts, editions, labels, small, what == "category"),
            editions,
            secret,
            told,
        )
        for k in range(len(editions)):
            _settle_release(chooser, k, earlier, what)
        return chooser.get_hidden(len(editions) - 1)
    cases, settled = count_states_by_month(courses.cases), list[set[TableCell]]()
    for k in range(len(editions)):
        # What is known at a release is how cases stood until then, so the world of each is made anew.
        chooser = SuppressionSolver(
            build_outcome_model(cases, terms, editions[: k + 1], labels, small), editions, secret, told
        )
        for j, hidden in enumerate(settled):
            chooser.load_published(j, hidden)
        _settle_release(chooser, k, earlier, what)
        settled.append(chooser.get_hidden(k))
    return settled[-1]


def _settle_release(chooser: SuppressionSolver, k: int, earlier: Sequence[EarlierRelease], what: str) -> None:
    published = earlier[k].tables if k < len(earlier) else None
    if published is None:
        chooser.solve(k)
    else:
        chooser.load_published(k, find_suppressed_cells(published, k)[what])


def _get_breakdowns(tables: StatisticsTables, what: str) -> tuple[Breakdown, ...]:
    return {"category": tables.categories, "source": tables.sources, "outcome": tables.outcomes}[what]


def find_suppressed_cells(tables: StatisticsTables, k: int) -> HiddenCells:
    """What published tables hide, as the cells of release k."""
    return {
        what: {cell for cell, figure in cells.items() if figure is None}
        for what, cells in _list_cells(tables, k).items()
    }


def _list_cells(tables: StatisticsTables, k: int) -> dict[str, dict[TableCell, int | None]]:
    """The splits of published tables, as the cells of release k."""
    found: dict[str, dict[TableCell, int | None]] = {}
    for what in ("category", "source", "outcome"):
        lines = [TableLine(k, StatisticsColumn.RECEIVED, "")]
        lines += [TableLine(k, "state", s) for s in STATE_COLUMNS]
        found[what] = {
            TableCell(line, split.code): figure
            for split in _get_breakdowns(tables, what)
            for line, figure in zip(lines, split.figures.cells, strict=True)
        }
    for i, row in enumerate(tables.rows):
        line = TableLine(k, "row", str(i))
        # Nothing can have been received in a row that was not reached: readers know its figures to be zero.
        found["category"] |= {
            TableCell(line, code): figure if row.reached else 0 for code, figure in row.categories.items()
        }
    return found


def _list_published_values(earlier: Sequence[EarlierRelease], what: str) -> dict[TableCell, int]:
    """The figures of a split that readers have in their hands, though the register was corrected since."""
    return {
        cell: figure
        for k, one in enumerate(earlier)
        if one.tables is not None
        for cell, figure in _list_cells(one.tables, k)[what].items()
        if figure is not None
    }


def suppress_cells(tables: StatisticsTables, hidden: HiddenCells, k: int, threshold: int) -> StatisticsTables:
    """The tables without the cells of release k that are hidden, and with the sentences that say why."""
    rows = tuple(
        replace(
            row,
            categories=_suppress_row(
                row, {c.label for c in hidden["category"] if c.line == TableLine(k, "row", str(i))}
            ),
        )
        for i, row in enumerate(tables.rows)
    )
    days = _suppress_days(tables, threshold)
    done = replace(
        tables,
        rows=rows,
        categories=tuple(_suppress_breakdown(s, hidden["category"], k) for s in tables.categories),
        sources=tuple(_suppress_breakdown(s, hidden["source"], k) for s in tables.sources),
        outcomes=tuple(_suppress_outcome(s, hidden["outcome"], k) for s in tables.outcomes),
        days=days,
        exact=False,
    )
    return replace(done, notes=(*tables.notes, *_build_reasons(done, threshold)))


def _suppress_row(row: StatisticsRow, labels: set[str]) -> dict[str, int | None]:
    return {code: None if code in labels else figure for code, figure in row.categories.items()}


def _suppress_breakdown(split: Breakdown, hidden: set[TableCell], k: int) -> Breakdown:
    lines = [
        TableLine(k, StatisticsColumn.RECEIVED, ""),
        *(TableLine(k, "state", s) for s in STATE_COLUMNS),
    ]
    shown = zip(lines, split.figures.cells, strict=True)
    cells = (None if TableCell(line, split.code) in hidden else figure for line, figure in shown)
    return replace(split, figures=StatusCounts(*cells))


def _suppress_outcome(split: Breakdown, hidden: set[TableCell], k: int) -> Breakdown:
    """An outcome has one figure, in two columns; the columns that are 0 by rule stay so."""
    if TableCell(TableLine(k, StatisticsColumn.RECEIVED, ""), split.code) not in hidden:
        return split
    open_still = bool(split.figures.in_progress)
    return replace(split, figures=StatusCounts(None, 0 if open_still else None, None if open_still else 0, 0))


def _suppress_days(tables: StatisticsTables, threshold: int) -> DaysToClose:
    """Hidden where fewer than the threshold are done; the share also where few were in time, or few late."""
    days, done = tables.days, tables.total.done or 0
    if days.median is None or days.within_deadline is None:
        return days
    if done < threshold:
        return replace(days, median=None, within_deadline=None, protected=True)
    soon = round(days.within_deadline * done)
    if any(0 < part < threshold for part in (soon, done - soon)):
        return replace(days, within_deadline=None, protected=True)
    return days


def _build_reasons(tables: StatisticsTables, threshold: int) -> Iterator[Footnote]:
    """Why figures are hidden; and where a whole table is, where the year's is found."""
    if not tables.has_hidden:
        return
    yield build_footnote("protected", most=threshold - 1)
    if _is_all_hidden([cell for row in tables.rows if row.reached for cell in row.categories.values()]):
        yield build_footnote("rows_withheld")
    for what in ("category", "source", "outcome"):
        if _is_all_hidden([cell for split in _get_breakdowns(tables, what) for cell in split.figures.cells]):
            yield build_footnote(f"{what}_withheld", **_build_year_reference(tables))
    if tables.days.protected:
        yield build_footnote("days_withheld")


def _is_all_hidden(cells: list[int | None]) -> bool:
    """Whether nothing but dashes is left, save the zeros that the exact rows tell anyhow."""
    return None in cells and not any(cells)


def _build_year_reference(tables: StatisticsTables) -> dict[str, str]:
    """Where the year's figures are, for a period that is shorter than a fiscal year."""
    period = tables.period
    if (period.last - period.first).days > 360:
        return {"instead_th": "", "instead_en": ""}
    year = parse_period(f"fy{get_fiscal_year(period.first)}", date.max)
    th, en = get_statistics_text(
        "note", "instead", year_th=year.label_th, year_en=year.label_en[0].lower() + year.label_en[1:]
    )
    return {"instead_th": th, "instead_en": en}
