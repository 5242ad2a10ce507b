"""The tables as spreadsheets, read back by other programs: every figure, no formula, Thai letters, the chart."""

import csv
import io
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from ita_stats.cases.model import ReleaseInfo
from ita_stats.render.document import (
    SUPPRESSED_DASH,
    StatisticsDocument,
    build_statistics_document,
    join_languages,
)
from ita_stats.render.spreadsheet import render_statistics_csv, render_statistics_xlsx
from tests.ita_stats.render.sample_documents import make_document, make_protected_tables

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "  =cmd|' /C calc'!A0", "＝1", "\t=1", "\r=1"]


def lines(found: StatisticsDocument) -> list[list[str]]:
    """The CSV as another program reads it."""
    text = render_statistics_csv(found).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


def book(found: StatisticsDocument) -> openpyxl.Workbook:
    """The XLSX as another program reads it."""
    return openpyxl.load_workbook(io.BytesIO(render_statistics_xlsx(found)))


def where(rows: list[list[str]], first: str) -> int:
    """The line that starts with a text."""
    return next(i for i, row in enumerate(rows) if row[0].startswith(first))


def test_csv_begins_with_the_mark_that_tells_excel_its_letters() -> None:
    assert render_statistics_csv(make_document()).startswith(b"\xef\xbb\xbf" + "ข้อมูลเชิงสถิติ".encode())
    assert b"\r\n" in render_statistics_csv(make_document())


def test_csv_has_every_figure_of_the_table_and_a_dash_for_hidden_ones() -> None:
    found = make_document()
    rows = lines(found)
    assert {len(row) for row in rows} == {len(found.main.head)}
    top = where(rows, "ประจำเดือน")
    for row, printed_row in zip(found.tables.rows, rows[top + 1 :], strict=False):
        figures = [*row.categories.values(), *row.figures.cells]
        assert printed_row == [row.label_th, *(SUPPRESSED_DASH if f is None else str(f) for f in figures), ""]
    assert rows[top + 13][0] == "รวม"
    assert rows[top + 13][1:5] == [str(f) for f in found.tables.total.cells]
    assert any(SUPPRESSED_DASH in row for row in rows)
    assert join_languages((found.tables.notes[0].th, found.tables.notes[0].en)) in [row[0] for row in rows]


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_name_is_run_as_a_formula(formula: str) -> None:
    found = make_protected_tables()
    named = replace(
        found,
        office_th=formula,
        categories=(replace(found.categories[0], name_th=formula), *found.categories[1:]),
    )
    made = build_statistics_document(named, ReleaseInfo(2, (), formula))
    begun = [cell.lstrip(" ") for row in lines(made) for cell in row if cell]
    assert not [cell for cell in begun if cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝"))]
    assert any(cell == f"'{formula}" for row in lines(made) for cell in row)
    kinds = {cell.data_type for one in book(made) for row in one.iter_rows() for cell in row}
    assert kinds <= {"s", "n", "inlineStr"}


def test_xlsx_has_every_figure_as_a_number() -> None:
    found = make_document()
    main = book(found).worksheets[0]
    values = [[cell.value for cell in row] for row in main.iter_rows()]
    top = next(i for i, row in enumerate(values) if str(row[0]).startswith("ประจำเดือน"))
    for row, printed_row in zip(found.tables.rows, values[top + 1 :], strict=False):
        figures = [*row.categories.values(), *row.figures.cells]
        assert printed_row[1:5] == [SUPPRESSED_DASH if f is None else f for f in figures]
    assert values[top + 13][1:5] == list(found.tables.total.cells)
    assert main.freeze_panes == f"B{top + 2}"
    assert main.print_title_rows == f"${top + 1}:${top + 1}"
    assert main.page_setup.orientation == "landscape"


def test_xlsx_is_set_in_the_official_typeface_and_made_at_the_cut_off() -> None:
    found = book(make_document())
    fonts = {cell.font.name for one in found for row in one.iter_rows() for cell in row if cell.value}
    assert fonts == {"TH SarabunPSK"}
    assert found.properties.created == datetime(2026, 9, 30, 16, 59, 59)  # noqa: DTZ001 - XLSX has no time zones
    assert found.properties.modified == found.properties.created
    assert found.properties.creator == "สำนักงานศึกษาธิการจังหวัดเชียงใหม่"


def test_xlsx_draws_the_cells_themselves() -> None:
    found = make_document()
    main = book(found).worksheets[0]
    archive = zipfile.ZipFile(io.BytesIO(render_statistics_xlsx(found)))
    drawn = archive.read("xl/charts/chart1.xml").decode()
    assert "แผนภูมิเรื่องที่รับไว้" in drawn
    ranges = re.findall(r"<c:val><c:numRef><c:f>'[^']+'!\$([A-Z]+)\$([0-9]+):\$[A-Z]+\$([0-9]+)", drawn)
    read = [tuple(main[f"{c}{n}"].value for n in range(int(a), int(z) + 1)) for c, a, z in ranges]
    rows = found.tables.rows
    assert read == [tuple(row.figures.cells[i] for row in rows) for i in (1, 2, 3)]
    assert "ต.ค. 2568 16" in archive.read("xl/drawings/drawing1.xml").decode()


def test_nothing_received_is_said_over_zeros_and_without_a_chart() -> None:
    found = make_document(0)
    rows = lines(found)
    told = [row[0] for row in rows if row[0].startswith("ไม่มีเรื่องร้องเรียน")]
    assert told == ["ไม่มีเรื่องร้องเรียน ปีงบประมาณ พ.ศ. 2569 (1 ตุลาคม 2568 - 30 กันยายน 2569)"]
    top = where(rows, "ประจำเดือน")
    assert all(row[1:5] == ["0"] * 4 for row in rows[top + 1 : top + 14])
    assert not [
        n for n in zipfile.ZipFile(io.BytesIO(render_statistics_xlsx(found))).namelist() if "chart" in n
    ]


def test_splits_and_notes_have_sheets_of_their_own() -> None:
    found = make_document()
    _, splits, notes = book(found).worksheets
    words = [row[0].value for row in splits.iter_rows()]
    assert "ทางออนไลน์ / Online" in words
    assert "ที่เหลือรวมกัน / The rest together" in words
    assert "ยกมา (เรื่อง) / Brought forward (cases)" in words
    assert "ไม่รับเรื่อง (ร้อยละ) / Not accepted (%)" in words
    assert notes["A1"].value.startswith("ข้อมูลเชิงสถิติ")


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_remark_is_run_as_a_formula(formula: str) -> None:
    found = make_protected_tables()
    first, *rows = found.rows
    noted = replace(found, rows=(replace(first, note=formula), *rows), remark=formula)
    document = build_statistics_document(noted, ReleaseInfo())
    cells = [cell for row in lines(document) for cell in row]
    assert formula not in cells
    assert cells.count(f"'{formula}") == 2
    typed = [(cell.value, cell.data_type) for row in book(document).worksheets[0] for cell in row]
    assert not [value for value, kind in typed if kind == "f"]


OFFICE_PROGRAM = shutil.which("soffice")


@pytest.mark.skipif(OFFICE_PROGRAM is None, reason="there is no LibreOffice on this machine")
@pytest.mark.full("files opened by other programs")
def test_a_spreadsheet_program_opens_the_book_and_shows_every_figure(tmp_path: Path) -> None:
    found = make_document()
    (tmp_path / "statistics.xlsx").write_bytes(render_statistics_xlsx(found))
    # Each sheet as a CSV of its own: fields of UTF-8, quoted where needed, as shown.
    how = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
    command = [str(OFFICE_PROGRAM), "--headless", f"-env:UserInstallation=file://{tmp_path}/profile"]
    command += ["--convert-to", how, "--outdir", str(tmp_path), str(tmp_path / "statistics.xlsx")]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    sheets = [
        list(csv.reader(io.StringIO(path.read_text("utf-8"), newline="")))
        for path in sorted(tmp_path.glob("statistics-*.csv"))
    ]
    assert len(sheets) == 3
    cells = {tuple(row[:5]) for sheet in sheets for row in sheet}
    for row in found.tables.rows:
        assert (row.label_th, *map(str, row.figures.cells)) in cells
    assert ("รวม", *map(str, found.tables.total.cells)) in cells
    for line in (*found.tables.categories, *found.tables.sources, *found.tables.outcomes):
        if line.figures.received is not None:
            assert (join_languages((line.name_th, line.name_en)), str(line.figures.received)) in cells
