"""The register of a period goes out as a list without content, in which nothing runs."""

import csv
import io
from datetime import date
from pathlib import Path

import openpyxl

from bot.exporters.register_file import HEADINGS, list_register, render_register_csv, render_register_xlsx
from handlers.complaints.lifecycle import CaseOutcome, CaseSource, CaseStatus
from handlers.complaints.messages import Exclusion, ExclusionGround, ImportedCase, SetExclusion
from handlers.dialog.events import LANGS
from handlers.i18n import WORDING
from handlers.staff.complaints.matters.messages import MergeCases
from handlers.staff.complaints.messages import AssignCase, FindCaseByNumber, OfficerCase
from handlers.staff.members import StaffProfile
from handlers.staff.permissions import Role
from ita_stats.period import parse_period
from storage.statistics.register_lines import stream_register
from storage.store import Store
from tests.in_memory_desk import OFFICE
from tests.storage.cases.test_officer_queries import file_many
from tests.storage.conftest import CANARY, NOW, StoredDesk

CASES = (
    ImportedCase(2, 2569, 40, date(2025, 11, 3), CaseSource.WALK_IN, "misconduct", CaseStatus.CLOSED,
                 CaseOutcome.SUBSTANTIATED, date(2026, 2, 1)),
    ImportedCase(3, 2569, 41, date(2026, 3, 1), None, "corruption", CaseStatus.INVESTIGATING),
    ImportedCase(5, 2568, 7, date(2025, 1, 6), CaseSource.LETTER, "corruption", CaseStatus.CLOSED,
                 CaseOutcome.FORWARDED, date(2025, 2, 1)),
    ImportedCase(6, 2568, 8, date(2025, 1, 7), CaseSource.CALL, "corruption", CaseStatus.CLOSED,
                 CaseOutcome.WITHDRAWN, date(2025, 2, 1)),
    ImportedCase(4, 2570, 1, date(2026, 10, 5), CaseSource.LETTER, "corruption", CaseStatus.RECEIVED),
)  # fmt: skip
LINES = [
    ["40/2569", "03/11/2568", "ประพฤติมิชอบ", "มาด้วยตนเอง", "แล้วเสร็จ", "มีมูล", "01/02/2569", 90, ""],
    ["41/2569", "01/03/2569", "ทุจริตต่อหน้าที่", "", "อยู่ระหว่างดำเนินการ", "", "", "", ""],
]


def test_a_period_is_listed_and_written_in_both_forms(tmp_path: Path) -> None:
    ground = StoredDesk(tmp_path / "var")

    async def scene(store: Store) -> None:
        await store.register_importer.import_cases(b"x", CASES, lambda on: on, NOW.date(), NOW)
        await ground.file_complaint(store)
        await store.staff_admin.add(Role.OFFICER, StaffProfile("=สมหญิง"), NOW)
        period = parse_period("fy2569", NOW.date())
        lines = await list_register(store, OFFICE, period, NOW)
        assert str(lines[0][0]).startswith("ลับ")
        assert "ยังไม่มีผู้รับ หรือเป็นเรื่องที่ไม่แสดงชื่อผู้รับ" in str(lines[0][0])
        assert lines[1] == [*HEADINGS]
        assert [[cell for at, cell in enumerate(line) if at not in {4, 5}] for line in lines[2:]] == [
            [cell for at, cell in enumerate(line) if at not in {4, 5}] for line in LINES
        ]
        before = await list_register(store, OFFICE, parse_period("fy2568", NOW.date()), NOW)
        assert [line[5] for line in before[2:]] == ["ส่งต่อหน่วยงานอื่น", "ผู้แจ้งถอนเรื่อง"]
        running = await list_register(store, OFFICE, parse_period("fy2570", NOW.date()), NOW)
        assert len(running) == 4  # the imported one and the complaint
        assert CANARY not in str(running)
        async with store.open_read_context(NOW) as context:
            found = [
                one async for some in stream_register(context, period.first, period.last) for one in some
            ]
        assert [line.closed_on for line in found] == [date(2026, 2, 1), None]

    ground.run_scenario(scene)


def test_no_officer_is_named_of_a_case_that_is_kept_from_somebody_nor_of_its_matter(tmp_path: Path) -> None:
    ground, day = StoredDesk(tmp_path / "var"), NOW.date()

    async def scene(store: Store) -> None:
        one, two, three, four = await file_many(ground, store, 4)
        await ground.commit_acts(
            store, *(AssignCase(case, 2, day, "a", "s") for case in (one, two, three, four))
        )
        await ground.commit_acts(store, MergeCases(one, two, "s", day))
        await ground.commit_acts(
            store,
            SetExclusion(two, Exclusion("y", ExclusionGround.BARRED), day),
            SetExclusion(four, Exclusion("y", ExclusionGround.LIFTED), day),
        )
        async with store.open_read_context(NOW) as context:
            lines = [line async for some in stream_register(context, day, day) for line in some]
        assert [line.officer for line in lines] == ["", "", "a", "a"]

    ground.run_scenario(scene)


def test_of_a_case_that_is_kept_from_who_reads_there_are_number_state_and_days(tmp_path: Path) -> None:
    ground, day = StoredDesk(tmp_path / "var"), NOW.date()

    async def scene(store: Store) -> None:
        await store.register_importer.import_cases(b"x", CASES[:1], lambda on: on, NOW.date(), NOW)
        number, period = FindCaseByNumber(40, 2569, "s"), parse_period("fy2569", day)
        found = await store.answer_query(number, NOW)
        assert isinstance(found, OfficerCase)
        await ground.commit_acts(
            store, SetExclusion(found.id, Exclusion("y", ExclusionGround.BARRED, "s"), day)
        )
        lines = [await list_register(store, OFFICE, period, NOW, reader) for reader in ("y", "s", "")]
        assert lines[0][2] == ["40/2569", "03/11/2568", "", "", "ยุติแล้ว", "", "01/02/2569", 90, ""]
        assert lines[1] == lines[2]
        assert all(lines[1][2][:-1])  # nothing is left out but who has it: nobody

    ground.run_scenario(scene)


def test_every_state_outcome_and_source_has_words() -> None:
    keys = [
        *(f"staff.outcome.{one}" for one in CaseOutcome),
        *(f"staff.status.{one}" for one in CaseStatus),
        *(f"staff.source.{one}" for one in CaseSource),
    ]
    for lang in LANGS:
        assert [key for key in keys if key not in WORDING[lang]] == []


def test_no_cell_runs() -> None:
    lines: list[list[str | int]] = [["ลับ"], ["1/2570", "=cmd|' /C calc'!A0", 3], ["@x", "+1", ""]]
    rows = [*csv.reader(io.StringIO(render_register_csv(lines).decode("utf-8-sig")))]
    assert rows == [["ลับ"], ["1/2570", "'=cmd|' /C calc'!A0", "3"], ["'@x", "'+1", ""]]
    book = openpyxl.load_workbook(io.BytesIO(render_register_xlsx(lines, NOW)))
    cells = [[(cell.value, cell.data_type) for cell in row] for row in book.worksheets[0].iter_rows()]
    assert cells[1] == [("1/2570", "s"), ("'=cmd|' /C calc'!A0", "s"), (3, "n")]
