"""Days that a spreadsheet with the month first turned round are found by what stands beside them and by their order."""

from datetime import date

import pytest

from handlers.complaints.registers.days import DayCell, MonthFirst, judge_typed_days, turn_day
from handlers.table_files import CellKind

TODAY = date(2026, 11, 22)


def judge(*cells: str) -> MonthFirst:
    """Judge a column; an ISO day is one of the spreadsheet's."""
    return judge_typed_days(
        [DayCell(cell, CellKind.DAY if cell[4:5] == "-" else None) for cell in cells], TODAY
    )


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        (("2566-03-10", "20/10/2566", "2566-02-11", "15/11/2566"), MonthFirst.TURNED),
        (("2566-10-03", "20/10/2566", "2566-11-02", "15/11/2566"), MonthFirst.FITS),
        (("2566-10-20", "2566-03-10", "25/10/2566"), MonthFirst.FITS),
        (("2566-03-10", "5/10/2566"), MonthFirst.FITS),
        (("2566-04-05", "20/12/2566"), MonthFirst.UNCERTAIN),
        (
            ("2566-01-10", "2566-02-10", "2566-05-10", "2566-01-11", "2566-02-11", "2566-03-11"),
            MonthFirst.TURNED,
        ),
        (("3/10/2566", "20/10/2566"), MonthFirst.FITS),
        ((), MonthFirst.FITS),
    ],
)
def test_a_column_is_judged(cells: tuple[str, ...], found: MonthFirst) -> None:
    assert judge(*cells) is found


def test_a_day_is_turned() -> None:
    assert (turn_day("2566-03-10"), turn_day("20/10/2566")) == ("2566-10-03", "20/10/2566")
