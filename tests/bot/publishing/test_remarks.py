"""Remarks in a real release: printed in every file as text, frozen with it, and no correction for their sake."""

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import pypdf
import pytest

from bot.publishing.releases import ReleaseContext, ReleaseResult, make_release, read_folder_files
from bot.statistics.desk_tables import count_desk_tables
from bot.statistics.tables import format_tables
from handlers.dialog.effects import TurnResult
from handlers.dialog.session import Session
from handlers.staff.remark_messages import SetRemark
from ita_stats.cases.tables import TableRequest
from ita_stats.render.document import build_statistics_document
from ita_stats.render.html import render_wordpress_html
from ita_stats.render.json_text import parse_release_info, parse_statistics
from tests.bot.publishing.release_desk import (
    END,
    NOW,
    ReleaseDesk,
    make_busy_desk,
    make_late_case,
    make_release_request,
)
from tests.run_decision import make_event

SCRIPT, FORMULA = "<script>alert(1)</script> & “อ้าง” #panic() \\", "=cmd|' /C calc'!A0"
REMARKS = {"2569-02": SCRIPT, "fy2569": FORMULA}


async def set_remarks(context: ReleaseContext, remarks: Mapping[str, str]) -> None:
    """Keep remarks as the command does."""
    acts = tuple(SetRemark(period, text, "s3") for period, text in remarks.items())
    event = replace(make_event(), id=json.dumps(remarks))  # the same event again would not be written
    await context.store.commit(event, None, TurnResult(Session(at=NOW), (), acts), NOW)


def release_with(desk: ReleaseDesk, remarks: Mapping[str, str]) -> ReleaseResult:
    """Keep remarks, and make the release of the fiscal year."""

    async def scene(context: ReleaseContext) -> ReleaseResult:
        await set_remarks(context, remarks)
        return await make_release(context, make_release_request(), NOW)

    made: ReleaseResult = desk.run_scenario(scene)
    return made


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of a release with remarks that would do harm where they are not text."""
    return dict(
        read_folder_files(release_with(make_busy_desk(tmp_path_factory.mktemp("desk")), REMARKS).folder)
    )


def test_pages_print_remarks_as_text(files: dict[str, bytes]) -> None:
    document = build_statistics_document(
        parse_statistics(files["statistics.json"]),
        parse_release_info(files["statistics.json"]) or pytest.fail("no release"),
    )
    for page in (files["statistics.html"].decode(), render_wordpress_html(document, "", ())):
        assert "<script" not in page
        assert page.count("&lt;script&gt;alert(1)&lt;/script&gt; &amp; “อ้าง”") == 1
        assert page.count("=cmd|&#39; /C calc&#39;!A0") == 1


def test_sheets_print_remarks_as_text(files: dict[str, bytes]) -> None:
    cells = [
        cell for line in csv.reader(io.StringIO(files["statistics.csv"].decode("utf-8-sig"))) for cell in line
    ]
    assert (cells.count(SCRIPT), cells.count("'" + FORMULA), cells.count(FORMULA)) == (1, 1, 0)
    with ZipFile(io.BytesIO(files["statistics.xlsx"])) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        texts = book.read("xl/sharedStrings.xml").decode()
    assert "<f>" not in sheet
    assert "=cmd|' /C calc'!A0" in texts
    assert "&lt;script&gt;" in texts


def test_json_has_remarks_of_rows_and_of_the_whole(files: dict[str, bytes]) -> None:
    found = json.loads(files["statistics.json"])
    assert {row["months"][0]: row["note"] for row in found["rows"] if row["note"]} == {"2569-02": SCRIPT}
    assert found["remark"] == FORMULA
    assert json.loads(files["statistics.schema.json"])["properties"]["remark"]["type"] == "string"


def test_the_report_prints_remarks_as_text(files: dict[str, bytes]) -> None:
    pages = pypdf.PdfReader(io.BytesIO(files["statistics.pdf"])).pages
    told = "".join("".join(page.extract_text().split()) for page in pages)
    assert ("<script>alert(1)</script>" in told, "#panic()" in told, "=cmd|" in told) == (True, True, True)


def test_a_changed_remark_waits_for_the_next_release_and_owes_no_correction(tmp_path: Path) -> None:
    desk = make_busy_desk(tmp_path / "var")
    first = release_with(desk, {"2569-02": "ก่อน"})
    again = release_with(desk, {"2569-02": "หลัง", "fy2569": "ใหม่"})
    assert (first.is_new, again.is_new, again.record) == (True, False, first.record)
    assert [row.note for row in parse_statistics(again.record.figures).rows if row.note] == ["ก่อน"]
    for path in first.folder.iterdir():
        path.unlink()
    restored = release_with(desk, {})  # made again as it was, with the remarks that it was released with
    assert (restored.is_new, (restored.folder / "statistics.json").read_bytes()) == (
        False,
        first.record.figures,
    )
    desk.write_facts(make_late_case())

    async def correct(context: ReleaseContext) -> ReleaseResult:
        return await make_release(context, make_release_request(why="ลงรับช้า"), NOW)

    corrected: ReleaseResult = desk.run_scenario(correct)
    tables = parse_statistics(corrected.record.figures)
    assert ([row.note for row in tables.rows if row.note], tables.remark) == (["หลัง"], "ใหม่")
    info = parse_release_info(corrected.record.figures)
    assert info is not None
    assert all("ใหม่" not in change.th for change in info.changes)


def test_the_commands_statistics_have_remarks(tmp_path: Path) -> None:
    async def scene(context: ReleaseContext) -> dict[str, str]:
        await set_remarks(context, REMARKS)
        request = TableRequest(make_release_request().period, END, "quarter")
        tables = await count_desk_tables(context.splits_desk, request, ())
        return {form: format_tables(tables, form) for form in ("table", "csv", "json")}

    told = make_busy_desk(tmp_path / "var").run_scenario(scene)
    assert f"ไตรมาส 2 (ม.ค. 2569 - มี.ค. 2569): ก.พ. 2569: {SCRIPT}" in told["table"]
    assert f"รวม / total: {FORMULA}" in told["table"]
    lines = [line for line in csv.reader(io.StringIO(told["csv"])) if line[0] == "remarks"]
    assert [line[2] for line in lines] == [f"ก.พ. 2569: {SCRIPT}", f"'{FORMULA}"]
    assert json.loads(told["json"])["remark"] == FORMULA
