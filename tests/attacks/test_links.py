"""A link in what a reporter or a citizen sends leads no officer to a page that attacks, or tells who opened it."""

from datetime import date

from handlers.i18n import render_text
from handlers.questions.messages import ThreadLine, ThreadLineKind
from handlers.staff.complaints.case_view import list_report_answers
from handlers.staff.complaints.messages import CaseReport
from tests.in_memory_desk import OFFICE

LINK, SHOWN = "https://evil.example/เอกสาร?q=1", "hxxps://evil[.]example/เอกสาร?q=1"


def test_in_a_report_on_page_chat_and_paper() -> None:
    report = CaseReport({"story": f"ดูหลักฐานที่ {LINK}", "head": "no"})
    told = [render_text(answer.value, "th") for answer in list_report_answers(report, OFFICE)]
    assert told == [f"ดูหลักฐานที่ {SHOWN}", "ไม่ใช่"]


def test_in_a_question() -> None:
    asked = ThreadLine(1, date(2026, 11, 20), ThreadLineKind.ASKED, f"ตาม {LINK} ใช่ไหม")
    assert asked.officer_text == f"ตาม {SHOWN} ใช่ไหม"
    assert asked.display_text == f"ตาม {LINK} ใช่ไหม"
