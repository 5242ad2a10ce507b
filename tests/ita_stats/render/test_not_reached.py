"""Months that have not come are blank in every format, and the statement of no cases ends at the cut-off."""

import csv
import io
import json
from datetime import date

import pikepdf
import pytest
from openpyxl import load_workbook

from bot.statistics.tables import format_tables
from ita_stats.cases.model import ReleaseInfo
from ita_stats.cases.tables import TableRequest, build_exact_tables, build_public_tables
from ita_stats.period import parse_period
from ita_stats.render import render_release_files
from ita_stats.render.document import BlankCell, build_statistics_document
from ita_stats.render.html import render_wordpress_html
from ita_stats.render.json_text import parse_statistics, serialize_statistics
from ita_stats.render.svg_chart import build_row_chart
from tests.ita_stats.cases.sample_facts import count_facts
from tests.ita_stats.render.sample_documents import TERMS, make_protected_tables

JANUARY_END = date(2026, 1, 31)
REACHED = ("2568-10", "2568-11", "2568-12", "2569-01")
TABLES = make_protected_tables(60, as_of=JANUARY_END)
FILES = dict(render_release_files(TABLES, ReleaseInfo()))
WORDS = "ยังไม่ถึงกำหนด"


def test_json_has_null_and_says_that_the_month_was_not_reached() -> None:
    found = json.loads(FILES["statistics.json"])
    for row in (*found["rows"], *found["months"]):
        month = row["months"][0] if "months" in row else row["month"]
        figures = [row[name] for name in ("received", "done", "in_progress", "not_accepted")]
        assert row["reached"] == (month in REACHED)
        assert all((figure is None) == (month not in REACHED) for figure in figures)


def test_what_was_written_is_read_again_and_an_earlier_versions_zeros_are_blank() -> None:
    found = json.loads(FILES["statistics.json"])
    assert parse_statistics(FILES["statistics.json"]).rows == TABLES.rows
    for row in (*found["rows"], *found["months"]):
        if not row.pop("reached"):
            row |= dict.fromkeys(("received", "done", "in_progress", "not_accepted"), 0)
    earlier = parse_statistics(json.dumps(found))
    assert (earlier.rows, earlier.months) == (TABLES.rows, TABLES.months)


def test_csv_and_workbook_leave_the_cells_empty() -> None:
    lines = list(csv.reader(io.StringIO(FILES["statistics.csv"].decode("utf-8-sig"))))
    sheet = load_workbook(io.BytesIO(FILES["statistics.xlsx"])).worksheets[0]
    printed = [[*row] for row in sheet.iter_rows(values_only=True)]
    for label in [row.label_th for row in TABLES.rows]:
        (line,) = (line for line in lines if line[0] == label)
        (cells,) = (cells for cells in printed if cells[0] == label)
        is_reached = label in {row.label_th for row in TABLES.rows[: len(REACHED)]}
        assert all(bool(cell) == is_reached for cell in line[1:5])
        assert all((cell is not None) == is_reached for cell in cells[1:5])


@pytest.mark.parametrize("form", ["table", "csv"])
def test_the_command_leaves_them_empty(form: str) -> None:
    printed = format_tables(TABLES, form)  # type: ignore[arg-type]
    (june,) = (line for line in printed.splitlines() if "มิ.ย. 2569" in line and "rows/" not in line)
    assert not set(june.replace("มิ.ย. 2569", "")) & set("0123456789–")


def test_page_and_report_say_so_in_words_once_a_month() -> None:
    page = FILES["statistics.html"].decode()
    table = page[page.index("<tbody>") : page.index("</tbody>")]
    wordpress = render_wordpress_html(build_statistics_document(TABLES, ReleaseInfo()), "p.png", ())
    assert table.count(WORDS) == len(TABLES.rows) - len(REACHED)
    assert wordpress[: wordpress.index("</tbody>")].count(WORDS) == len(TABLES.rows) - len(REACHED)
    with pikepdf.open(io.BytesIO(FILES["statistics.pdf"])) as report:
        assert len(report.pages) >= 1
    body = build_statistics_document(TABLES, ReleaseInfo()).main.body
    assert [line[1] is BlankCell.NOT_REACHED for line in body] == [not row.reached for row in TABLES.rows]


def test_the_chart_and_the_notes() -> None:
    chart = build_row_chart(build_statistics_document(TABLES, ReleaseInfo()))
    assert len(chart.bars) == len(REACHED)
    assert "not_reached" in {note.code for note in TABLES.notes}
    assert "not_reached" not in {note.code for note in make_protected_tables(60).notes}


def test_exact_tables_say_it_too() -> None:
    wanted = TableRequest(parse_period("fy2569", JANUARY_END), JANUARY_END, "month")
    exact = build_exact_tables(count_facts([], wanted.days), TERMS, wanted)
    assert [row.reached for row in exact.rows] == [month.month in REACHED for month in exact.months]


@pytest.mark.parametrize(
    ("as_of", "statement"),
    [
        (JANUARY_END, "ไม่มีเรื่องร้องเรียน ตั้งแต่วันที่ 1 ตุลาคม 2568 ถึงวันที่ 31 มกราคม 2569"),
        (date(2026, 9, 30), "ไม่มีเรื่องร้องเรียน ปีงบประมาณ พ.ศ. 2569 (1 ตุลาคม 2568 - 30 กันยายน 2569)"),
    ],
)
def test_the_statement_of_no_cases_speaks_of_what_has_passed(as_of: date, statement: str) -> None:
    wanted = TableRequest(parse_period("fy2569", as_of), as_of, "month")
    empty = build_public_tables(count_facts([], wanted.days), TERMS, wanted)
    assert empty.statement == statement
    assert json.loads(serialize_statistics(empty))["statement"] == statement
