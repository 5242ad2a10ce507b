"""`ita-bot consult`: a consultation from a file; each mistake is reported with its place."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import typer

from bot.importers.consultation_file import generate_consultation_code, load_consultation_file
from handlers.consultations.messages import ConsultationQuestionKind
from handlers.staff.service.consultations import pick_consultation_code
from tests.end_to_end.server_process import Visitor, start_server
from tests.end_to_end.terminal_driver import run_ita_bot

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
OFFICE = Path(__file__).parents[3] / "office.example.toml"
CHAT = 'chats.service.telegram = "https://t.me/office_bot"\n'
WHOLE = """title = "เวลาเปิดบริการ"
opens = "01/12/2569 08.00"
closes = 2569-12-31T16:30:00
[[questions]]
kind = "choice"
title = "ดีไหม"
options = ["ดี", "ไม่จำเป็น"]
[[questions]]
kind = "statements"
title = "ข้อเสนอ"
options = ["ควรจองคิวได้"]
"""


def write_consultation_file(folder: Path, text: str) -> Path:
    file = folder / "consult.toml"
    file.write_text(text, "utf-8")
    return file


def test_a_file_is_announced_listed_and_closed(tmp_path: Path) -> None:
    closes = (datetime.now(UTC) + timedelta(days=9)).strftime("%d/%m/%Y")
    text = WHOLE.replace("2569-12-31T16:30:00", f'"{closes}"').replace('opens = "01/12/2569 08.00"\n', "")
    file, home = write_consultation_file(tmp_path, text), tmp_path / "var"
    assert run_ita_bot(home, "consult", "import", str(file), "--dry-run").stdout == ""
    done = run_ita_bot(home, "consult", "import", str(file))
    assert done.returncode == 0, done.stderr
    code = done.stdout.strip()
    listed = json.loads(run_ita_bot(home, "consult", "list").stdout)
    assert (listed["code"], listed["title"], listed["phase"]) == (code, "เวลาเปิดบริการ", "open")
    poster = tmp_path / "poster.svg"
    assert (
        run_ita_bot(home, "consult", "qr", code, "--out", str(poster)).returncode == 2
    )  # it has no target yet
    (tmp_path / "office.toml").write_text(CHAT + OFFICE.read_text("utf-8"), "utf-8")
    drawn = run_ita_bot(home, "consult", "qr", code.lower(), "--out", str(poster))
    assert drawn.stdout == f"https://t.me/office_bot?start=c-{code}\n"
    assert b"<svg" in poster.read_bytes()
    for wrong in (("XXXXXX", "--out", str(poster)), (code, "--out", str(tmp_path / "a.gif"))):
        assert run_ita_bot(home, "consult", "qr", *wrong).returncode == 2
    assert run_ita_bot(home, "consult", "close", code).returncode == 0
    assert json.loads(run_ita_bot(home, "consult", "list").stdout)["phase"] == "closed"
    assert run_ita_bot(home, "consult", "close", code).returncode == 2


PDF = b"%PDF-1.7 draft"


def test_a_pdf_comes_with_it(tmp_path: Path) -> None:
    closes = (datetime.now(UTC) + timedelta(days=9)).strftime("%d/%m/%Y")
    text = f'pdf = "draft.pdf"\n{WHOLE}'.replace("2569-12-31T16:30:00", f'"{closes}"')
    file, home = (
        write_consultation_file(tmp_path, text.replace('opens = "01/12/2569 08.00"\n', "")),
        tmp_path / "var",
    )
    assert run_ita_bot(home, "consult", "import", str(file)).returncode == 2  # there is no such file
    (tmp_path / "draft.pdf").write_bytes(b"<html>")
    assert "20 MB" in run_ita_bot(home, "consult", "import", str(file), "--dry-run").stderr
    (tmp_path / "draft.pdf").write_bytes(PDF)
    assert "PUBLIC_URL" in run_ita_bot(home, "consult", "import", str(file)).stderr  # nobody would find it
    (tmp_path / ".env").write_text("ITA_SERVICE__PUBLIC_URL=https://ask.example.go.th/\n", "utf-8")
    code = run_ita_bot(home, "consult", "import", str(file)).stdout.strip()
    running = start_server(home)
    try:
        visitor, found = Visitor(running.port), f"/opinions/{code}/background.pdf"
        assert f"https://ask.example.go.th{found}" in visitor.request(f"/opinions/{code}").body
        assert visitor.request(found).body == PDF.decode()
    finally:
        running.stop()


def test_a_link_and_a_pdf_are_one_too_many(tmp_path: Path) -> None:
    with pytest.raises(typer.BadParameter, match="link, pdf"):
        load_consultation_file(
            write_consultation_file(tmp_path, f'link = "https://a.go.th"\npdf = "a.pdf"\n{WHOLE}')
        )


def test_a_whole_file_is_read(tmp_path: Path) -> None:
    text = WHOLE.replace("2569-12-31", "2026-12-31")
    made = load_consultation_file(write_consultation_file(tmp_path, text)).to_consultation(NOW)
    assert made.opens.isoformat() == "2026-12-01T08:00:00+07:00"
    assert made.closes.isoformat() == "2026-12-31T16:30:00+07:00"
    assert [(one.key, one.kind, dict(one.options)) for one in made.questions] == [
        ("q1", ConsultationQuestionKind.CHOICE, {"o1": "ดี", "o2": "ไม่จำเป็น"}),
        ("q2", ConsultationQuestionKind.STATEMENTS, {"s1": "ควรจองคิวได้"}),
    ]


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("title = ", "titel = ", "titel"),
        ('kind = "choice"', 'kind = "pick"', "questions.0.kind"),
        ('["ดี", "ไม่จำเป็น"]', '["ดี"]', "questions.0"),
        ('["ดี", "ไม่จำเป็น"]', '["ดี", ', "TOML"),
        ("01/12/2569 08.00", "1 ธันวาคม", "1 ธันวาคม"),
        ("2569-12-31T16:30:00", '"01/12/2569 07.00"', "closes"),
    ],
)
def test_a_mistake_is_told_with_its_place(old: str, new: str, place: str, tmp_path: Path) -> None:
    with pytest.raises(typer.BadParameter, match=place):
        load_consultation_file(write_consultation_file(tmp_path, WHOLE.replace(old, new))).to_consultation(
            NOW
        )


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(typer.BadParameter, match="UTF-8"):
        load_consultation_file(file)


def test_a_tracking_code_in_a_file_is_refused(tmp_path: Path) -> None:
    file = write_consultation_file(tmp_path, WHOLE.replace("ดีไหม", "รหัส HD99-FDTG-J8YE-PFZX-6 ดีไหม"))
    with pytest.raises(typer.BadParameter, match="มีรหัสติดตามอยู่"):
        load_consultation_file(file)


def test_a_code_has_a_letter() -> None:
    assert any(sign.isalpha() for sign in generate_consultation_code())
    assert pick_consultation_code("0123456789A12345") == "56789A"
    assert pick_consultation_code("0123456789012345") == "012345"
