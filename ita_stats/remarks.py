"""What the office remarks on its statistics, printed beside the figures."""

from collections.abc import Mapping
from dataclasses import replace

from ita_stats.calendar import THAI_SHORT_MONTHS, CalendarMonth
from ita_stats.cases.model import StatisticsRow, StatisticsTables


def add_remarks(tables: StatisticsTables, remarks: Mapping[str, str]) -> StatisticsTables:
    """Return the tables with remarks: of months (`2569-11`) in their rows, of the period (`fy2569`) beside its sum.

    A row of several months names the month of each remark. A row that was not reached has none, since no remark is
    written before its month.
    """
    rows = tuple(
        replace(row, note=_join_remarks(row, remarks)) if row.reached else row for row in tables.rows
    )
    of_months = tables.period.code in tables.rows[0].months if tables.rows else False
    return replace(tables, rows=rows, remark="" if of_months else remarks.get(tables.period.code, ""))


def _join_remarks(row: StatisticsRow, remarks: Mapping[str, str]) -> str:
    written = [(month, remarks[month]) for month in row.months if month in remarks]
    if len(row.months) == 1:
        return "".join(text for _, text in written)
    return "; ".join(f"{_format_short_month(month)}: {text}" for month, text in written)


def _format_short_month(code: str) -> str:
    month = CalendarMonth.from_code(code)
    return f"{THAI_SHORT_MONTHS[month.number - 1]} {month.buddhist_year}"
