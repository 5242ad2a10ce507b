"""A forwarded case has a covering letter, and the evidence that the officer chose goes inside the encrypted PDF."""

import io
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import pikepdf
import pytest

from bot.web.workspace.papers import case_papers
from handlers.complaints.lifecycle import CaseOutcome, Transition, TransitionRequest
from tests.end_to_end.officer.officer_server import OfficerServer
from tests.end_to_end.officer.test_link_pages import find_password

PDF = b"%PDF-1.4\n" + b"x" * 200
CHOICE = re.compile(r'name="file" value="([0-9a-f]+)"')


@pytest.fixture
def office(tmp_path: Path) -> Iterator[OfficerServer]:
    one = OfficerServer(tmp_path / "var")
    yield one
    one.close()


def forward_case(office: OfficerServer) -> None:
    """File a case with two files, and forward it."""
    receipt = office.file_case().formatted
    office.attach_file(1, "สัญญา.pdf", PDF)
    office.attach_file(1, "ใบเสร็จ.pdf", PDF)

    async def work() -> None:
        await office.desk.move_case(receipt, TransitionRequest(Transition.SCREEN))
        step = TransitionRequest(Transition.CLOSE, CaseOutcome.FORWARDED, body="สำนักงาน ป.ป.ท. เขต 5")
        await office.desk.move_case(receipt, step, "อยู่ในอำนาจของ ป.ป.ท.")

    office.server.run(work())


def test_the_letter_and_the_chosen_evidence(office: OfficerServer, monkeypatch: pytest.MonkeyPatch) -> None:
    forward_case(office)
    officer, browser = office.add_officer("สมหญิง"), office.new_browser()
    seen = office.open_page(officer, browser, "/export 1")
    password = find_password(seen)
    assert "ป.ป.ท. เขต 5" in seen.text
    slugs = CHOICE.findall(seen.text)
    assert len(slugs) == 2
    letter = browser.request(f"{seen.path}/letter?file={slugs[0]}")
    assert letter.headers["content-type"] == "application/pdf"
    paper = browser.request(f"{seen.path}/paper?file={slugs[0]}&file=nothing")
    with pikepdf.open(io.BytesIO(paper.content), password=password) as pdf:
        names = sorted(pdf.attachments)
        assert len(names) == 2
        assert names[0].startswith("01-")
        assert pdf.attachments[names[0]].get_file().read_bytes() == PDF
    lines = office.load_audit_lines()
    assert lines.count((f"staff:{officer.id}", "exported-file")) == 1
    office.desk.clock_offset += timedelta(minutes=31)
    late = browser.request(f"{seen.path}/paper?file={slugs[1]}")
    asked = browser.request(late.headers["location"])
    body = urlencode({"csrf": asked.form_token, "code": office.next_totp_code(officer)}).encode()
    back = browser.request(browser.request(asked.path, body).headers["location"])
    chosen = re.findall(r'value="([^"]+)" checked', back.text)
    assert (chosen, CHOICE.findall(back.text)) == ([slugs[1]], slugs)  # what was chosen is chosen still
    monkeypatch.setattr(case_papers, "MAX_PACKAGE_BYTES", 10)
    refused = browser.request(f"{seen.path}/paper?file={slugs[0]}")
    assert refused.status == 413
    assert office.new_browser().request(f"{seen.path}/letter").status == 401


def test_a_case_that_was_not_forwarded_has_no_letter(office: OfficerServer) -> None:
    office.file_case()
    officer, browser = office.add_officer("สมหญิง"), office.new_browser()
    seen = office.open_page(officer, browser, "/export 1")
    assert "/letter" not in seen.text
    assert browser.request(f"{seen.path}/letter").status == 410
