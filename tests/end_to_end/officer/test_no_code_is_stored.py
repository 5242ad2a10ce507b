"""A code of a real case in what people and officers send: nothing that is encrypted, exported or logged has it."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.exporters import case_pdf
from handlers.dialog.codes.code_finder import find_receipts
from handlers.dialog.events import Channel, Event
from handlers.dialog.receipt import Receipt
from handlers.dialog.replies import Message
from handlers.thai.dates import get_fiscal_year, to_bangkok_date
from storage.crypto.aead import Cipher, StreamEncryptor
from tests.end_to_end.officer.officer_server import OfficerServer
from tests.end_to_end.test_canaries import find_canaries
from tests.in_memory_desk import OFFICE, WHOLE_REPORT
from tests.samples import make_photo

STORY = "เคยแจ้งไว้แล้ว รหัส {code} แต่หัวหน้าพัสดุยังเรียกรับเงินจากผู้รับเหมาอยู่"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[OfficerServer]:
    one = OfficerServer(tmp_path / "var")
    yield one
    one.close()


@pytest.fixture
def encrypted(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """All that is encrypted during the test, before it is: the content of every column and file."""
    seen: list[bytes] = []
    encrypt, update = Cipher.encrypt, StreamEncryptor.update

    def record_row(self: Cipher, data: bytes, table: str, row: str, field: str) -> bytes:
        seen.append(data)
        return encrypt(self, data, table, row, field)

    def record_piece(self: StreamEncryptor, piece: bytes) -> Iterator[bytes]:
        seen.append(piece)
        return update(self, piece)

    monkeypatch.setattr(Cipher, "encrypt", record_row)
    monkeypatch.setattr(StreamEncryptor, "update", record_piece)
    return seen


class Citizen:
    """A citizen who writes to the desk of a server."""

    def __init__(self, office: OfficerServer) -> None:
        self.office, self.count, self.shown = office, 0, list[Message]()

    def say(self, line: str) -> str:
        """Type a text, or tap the button whose label is given in brackets."""
        self.count += 1
        said: dict[str, Any] = {"text": line}
        if line.startswith("[") and line.endswith("]"):
            labels = next(dict(m.choices) for m in reversed(self.shown) if m.choices)
            said = {"choice": labels.get(line[1:-1]) or labels["เสร็จแล้ว"]}  # there is a file of the long text
        who = self.office.desk.person_id("ข")
        event = Event(f"citizen-{self.count}", who, Channel.TERMINAL, **said)
        self.shown = [*self.office.server.run(self.office.desk.handle(event))]
        return "\n".join(message.text for message in self.shown)


def has_code(text: str, code: Receipt) -> bool:
    return code in find_receipts(text)


def report_with_code(citizen: Citizen, code: str) -> None:
    """File a report with the code in every answer that is typed, also far beyond the limit of one; then write more."""
    for line in WHOLE_REPORT:
        if line.startswith("[") or line == "สวัสดี":
            citizen.say(line)
        elif "ร้อยละสิบ" in line:
            assert "เอารหัสติดตามออก" in citizen.say(STORY.format(code=code))
            citizen.say(f"{'ก' * 19_990} {code} และอีกหลายครั้ง")
        else:
            assert "เอารหัสติดตามออก" in citizen.say(f"{line} รหัส {code}")
    assert "รับเรื่องแล้ว" in citizen.say("[ส่งเรื่อง]")
    citizen.say("[ข้าม]")


@pytest.mark.full("codes on a real disk")
def test_no_code_is_stored_exported_or_logged(
    office: OfficerServer,
    encrypted: list[bytes],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level(logging.DEBUG)
    code = office.file_case()
    shown = code.formatted
    encrypted.clear()
    citizen = Citizen(office)
    report_with_code(citizen, shown)
    assert any("[รหัสติดตาม]".encode() in data for data in encrypted)
    assert "สถานะ" in citizen.say(f"{shown} ค่ะ")
    assert "เอารหัสติดตามออก" in citizen.say(f"{shown} เขายังเรียกเงินอยู่ทุกเดือนเลย")
    citizen.say("[ส่งข้อความนี้]")
    office.attach_file(1, f"สลิป {shown}.jpg", make_photo())

    officer = office.add_officer("สมหญิง")
    office.send_chat_text(officer, "/facts 2")
    office.send_chat_text(officer, office.next_totp_code(officer))
    for words in (f"/note 2 รหัส {shown} ขอให้เร่ง", f"/search {shown}", f"/reply 2 รหัส {shown} ใช้ต่อได้ค่ะ"):
        assert "อย่าขอรหัสจากผู้แจ้ง" in office.send_chat_text(officer, words)
    browser = office.new_browser()
    page = office.open_page(officer, browser, "/page 2")
    assert shown not in page.text
    answered = browser.submit_form(page, f"รับทราบ รหัส {shown}", given="/reply 2")
    assert "อย่าขอรหัสจากผู้แจ้ง" in answered.text
    assert answered.textbox_text == "รับทราบ รหัส [รหัสติดตาม]"
    browser.submit_form(answered, answered.textbox_text, given="/reply 2")

    printed: list[Any] = []
    typeset = case_pdf.typeset_case
    monkeypatch.setattr(case_pdf, "typeset_case", lambda *given: (printed.append(given), typeset(*given))[1])
    now = office.desk.now()
    year = get_fiscal_year(to_bangkok_date(now))
    exported = office.server.run(case_pdf.export_case_pdf(office.desk.store, OFFICE, 2, year, now))
    assert exported is not None
    assert "[รหัสติดตาม]" in repr(printed)

    assert [data for data in encrypted if has_code(data.decode("utf-8", "replace"), code)] == []
    assert find_canaries(office.home, [shown, code.symbols]) == []
    assert not any(has_code(record.getMessage(), code) for record in caplog.records)
    assert not has_code(repr(printed), code)
