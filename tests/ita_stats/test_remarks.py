"""Where a remark is printed: the row of its month, or the sum of its fiscal year."""

from datetime import date

import pytest

from ita_stats.cases.model import Layout, StatisticsTables
from ita_stats.cases.tables import TableRequest, build_exact_tables
from ita_stats.period import parse_period
from ita_stats.remarks import add_remarks
from tests.ita_stats.cases.sample_facts import count_facts
from tests.ita_stats.render.sample_documents import TERMS

REMARKS = {"2568-10": "หนึ่ง", "2568-11": "สอง", "2569-04": "สาม", "fy2569": "ทั้งปี", "fy2570": "ปีอื่น"}


def make_tables(period: str, as_of: date, layout: Layout) -> StatisticsTables:
    """Tables of a period without cases, with remarks."""
    request = TableRequest(parse_period(period, as_of), as_of, layout)
    return add_remarks(build_exact_tables(count_facts([], request.days), TERMS, request), REMARKS)


@pytest.mark.parametrize(
    ("period", "as_of", "layout", "notes", "remark"),
    [
        ("fy2569", date(2026, 9, 30), "month", {0: "หนึ่ง", 1: "สอง", 6: "สาม"}, "ทั้งปี"),
        ("fy2569", date(2026, 3, 31), "month", {0: "หนึ่ง", 1: "สอง"}, "ทั้งปี"),
        (
            "fy2569",
            date(2026, 9, 30),
            "quarter",
            {0: "ต.ค. 2568: หนึ่ง; พ.ย. 2568: สอง", 2: "เม.ย. 2569: สาม"},
            "ทั้งปี",
        ),
        ("2569H1", date(2026, 3, 31), "half", {0: "ต.ค. 2568: หนึ่ง; พ.ย. 2568: สอง"}, ""),
        ("2568-11", date(2025, 11, 30), "month", {0: "สอง"}, ""),
        ("cy2569", date(2026, 9, 30), "month", {3: "สาม"}, ""),
    ],
)
def test_where_a_remark_is_printed(
    period: str, as_of: date, layout: Layout, notes: dict[int, str], remark: str
) -> None:
    tables = make_tables(period, as_of, layout)
    assert {place: row.note for place, row in enumerate(tables.rows) if row.note} == notes
    assert tables.remark == remark
