"""The PDF of a case opens only with its password and has the report, but never the reporter's identity."""

import io
from pathlib import Path

import pikepdf
import pytest

from bot.exporters.case_pdf import build_case_document, export_case_pdf
from handlers.staff.complaints.messages import FindCaseByNumber, GetCaseHistory, GetCaseReport
from storage.store import Store
from tests.in_memory_desk import OFFICE
from tests.storage.conftest import NOW, StoredDesk

HOSTILE = '#panic("x") $x$ *ไม่ใช่* \\ "คำ" \x00 😀\nบรรทัดสอง'


def test_a_case_on_paper(tmp_path: Path) -> None:
    ground = StoredDesk(tmp_path / "var")

    async def scene(one: Store) -> None:
        await ground.file_complaint(
            one, answers={"story": HOSTILE, "head": "no"}, identity={"name": "วีระชัย คานารีชื่อ"}
        )
        made = await export_case_pdf(one, OFFICE, 1, 2570, NOW)
        assert made is not None
        pdf, password = made
        assert len(password) == 24
        with pytest.raises(pikepdf.PasswordError):
            pikepdf.open(io.BytesIO(pdf))
        with pikepdf.open(io.BytesIO(pdf), password=password) as opened:
            assert opened.encryption.R == 6
            assert opened.encryption.stream_method == pikepdf.models.encryption.EncryptionMethod.aesv3
            assert len(opened.pages) == 1
        assert password.encode() not in pdf
        assert await export_case_pdf(one, OFFICE, 2, 2570, NOW) is None
        again = await export_case_pdf(one, OFFICE, 1, 2570, NOW)
        assert again is not None
        assert again[1] != password
        found = await one.answer_query(FindCaseByNumber(1, 2570, ""), NOW)
        told = await one.answer_query(GetCaseReport(found.id), NOW)
        lines = await one.answer_query(GetCaseHistory(found.id), NOW)
        paper = build_case_document(found, told, lines, OFFICE, NOW)
        assert "คานารีชื่อ" not in str(paper)
        assert HOSTILE in [value for _, value in paper["told"]]  # type: ignore[attr-defined]
        assert await one.verify_audit() == []

    ground.run_scenario(scene)
    assert ground.execute_sql("SELECT actor FROM audit WHERE what = 'exported'") == [("admin",), ("admin",)]


def test_the_paper_says_which_lines_of_its_history_cannot_be_read(tmp_path: Path) -> None:
    ground = StoredDesk(tmp_path / "var")

    async def scene(one: Store) -> None:
        await ground.file_complaint(one)
        ground.execute_sql("DROP TRIGGER history_no_update", "UPDATE history SET kind = 'unheard-of'")
        case = await one.answer_query(FindCaseByNumber(1, 2570, ""), NOW)
        report = await one.answer_query(GetCaseReport(case.id), NOW)
        lines = await one.answer_query(GetCaseHistory(case.id), NOW)
        paper = build_case_document(case, report, lines, OFFICE, NOW)
        ((_, _, words),) = paper["history"]  # type: ignore[misc]
        assert "1/2570#1" in words
        assert "unheard-of" not in str(paper)

    ground.run_scenario(scene)
