"""`ita-bot init` from the first question to a desk that opens, with a person, with a file, and in two runs."""

import asyncio
import io
import json
import os
import re
import stat
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.errors import ConfigurationError
from bot.installation.accounts import find_platform
from bot.installation.interview import FileInterview, SetupStoppedError, TerminalInterview
from bot.installation.questions import QUESTIONS
from bot.installation.setup_flow import build_next_steps, set_up_office
from bot.office_file import load_office
from bot.settings import Settings, load_settings
from tests.bot.health.broken_setup import examine
from tests.bot.platforms.line.api_rules import CONTRACTS, load_line_rules, needs_contracts
from tests.bot.platforms.line.fake_line_api import SECRET, FakeLineApi, serve_fake_line_api
from tests.bot.platforms.line.fake_line_api import TOKEN as LINE_TOKEN
from tests.bot.platforms.telegram.api_rules import load_telegram_rules
from tests.bot.platforms.telegram.fake_bot_api import TOKEN as TELEGRAM_TOKEN
from tests.bot.platforms.telegram.fake_bot_api import FakeBotApi, serve_fake_bot_api
from tests.end_to_end.terminal_driver import run_ita_bot

OFFICE_LINES = (
    *("สำนักงานทดสอบน่าน", "", "www.nan.go.th", "ศึกษาธิการจังหวัดน่าน", "กลุ่มวินัย", "กลุ่มอำนวยการ", ""),
    *(
        "ทุนการศึกษา",
        "054 000 000",
        "",
        "จันทร์ถึงศุกร์ 08.30-16.30 น.",
        "",
        "",
        "1",
        "ไม่มี",
        "สมหญิง ใจดี",
        "สมชาย ไอที",
        "สมชาย 081 000 0000",
    ),
)
"""Answers to all questions but those for addresses and accounts."""

ANSWERS_TOML = """
[office]
name_th = "สำนักงานทดสอบน่าน"
website = "https://www.nan.go.th"
head_th = "ศึกษาธิการจังหวัดน่าน"
unit_th = "กลุ่มวินัย"
privacy_contact_th = "กลุ่มอำนวยการ"
[alternate]
officers = ["วิชัย มั่นคง"]
[people]
supervisor = "สมหญิง ใจดี"
admin = "สมชาย ไอที"
[kit]
it_contact = "สมชาย 081"
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, without settings of the tester."""
    for name in [n for n in os.environ if n.upper().startswith("ITA_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def type_lines(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))


def run_init(answers: Path | None = None) -> int:
    return asyncio.run(set_up_office(answers))


def test_a_person_is_led_from_nothing_to_invitations(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    type_lines(monkeypatch, *OFFICE_LINES, "", "", "ไม่มี", "ไม่มี")
    assert run_init() == 0
    said = capsys.readouterr().out
    assert said.count("/join ") == 4 + 1  # two persons at two desks; and what to do next
    assert "chat --desk complaints" in said
    invited = [line for line in said.splitlines() if line.startswith("✓ เชิญ")]
    assert all(
        re.search(r"/join [A-Z0-9-]+  ถ้าตั้งที่อยู่เว็บก่อนเขาเข้าร่วม หน้าเว็บจะถามเลข: บอก  \d{6}  ", line)
        for line in invited
    )
    assert not (folder / "emergency-kit.pdf").exists()
    office = load_office(None)
    assert office.name.th == "สำนักงานทดสอบน่าน"
    assert (office.contact.phone, office.contact.email, office.contact.address) == ("054 000 000", None, None)
    assert stat.S_IMODE((folder / "var").stat().st_mode) == 0o700
    assert not (folder / "var" / "init.json").exists()
    found = asyncio.run(examine(folder))
    assert [name for name, result in found.items() if result.is_serious] == [
        "staff",
        "backup",
    ]  # nobody has joined yet


def test_stopped_in_the_middle_it_goes_on_and_overwrites_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for at in range(0, len(OFFICE_LINES), 3):
        type_lines(monkeypatch, *OFFICE_LINES[at : at + 3])
        assert run_init() == 1
        assert "ทำต่อ" in capsys.readouterr().out
    type_lines(monkeypatch, "", "", "ไม่มี", "ไม่มี")
    assert run_init() == 0
    office, kit = (folder / "office.toml").read_bytes(), (folder / "var" / "emergency-kit.pdf").read_bytes()
    keys = {path: path.read_bytes() for path in folder.rglob("*.key")}
    first = capsys.readouterr().out
    type_lines(monkeypatch, "1", "สมหญิง ใจดี", "สมชาย ไอที", "อีกเบอร์", "", "", "ไม่มี", "ไม่มี")
    assert run_init() == 0
    again = capsys.readouterr().out
    assert (folder / "office.toml").read_bytes() == office
    assert (folder / "var" / "emergency-kit.pdf").read_bytes() == kit
    assert {path: path.read_bytes() for path in folder.rglob("*.key")} == keys
    assert len(keys) == 10
    assert first.count("✓ เชิญ") == 4
    assert again.count("✓ เชิญ") == 0
    assert again.count("เชิญไว้แล้ว") == 4


def test_an_earlier_answer_is_changed_by_going_back(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A tester's mistake: an address was taken as the post of the head, and stood in everything public."""
    name, rest = OFFICE_LINES[:3], OFFICE_LINES[4:]
    type_lines(monkeypatch, "ย้อน", *name, "https://report.nan.go.th", rest[0], "ย้อน", "ย้อนกลับ")
    assert run_init() == 1
    said = capsys.readouterr().out
    assert "ข้อนี้เป็นข้อแรกแล้ว" in said
    assert "ท่านตอบไว้ว่า: https://report.nan.go.th" in said
    type_lines(monkeypatch, OFFICE_LINES[3], *rest, "", "", "ไม่มี", "ไม่มี")
    assert run_init() == 0
    assert load_office(None).head.th == OFFICE_LINES[3]


@pytest.mark.parametrize(
    ("typed", "email"), [("", "a@nan.go.th"), ("ไม่มี", None), ("b@nan.go.th", "b@nan.go.th")]
)
def test_going_back_over_an_optional_question_keeps_its_answer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], typed: str, email: str | None
) -> None:
    at = next(place for place, one in enumerate(QUESTIONS) if one.name == "office.email")
    before = sum(one.name != "office.email" for one in QUESTIONS[:at])
    lines = [*OFFICE_LINES[:before], "a@nan.go.th", "ย้อน", typed, *OFFICE_LINES[before + 1 :]]
    type_lines(monkeypatch, *lines, "", "", "ไม่มี", "ไม่มี")
    assert run_init() == 0
    assert "กด Enter เพื่อคงคำตอบเดิม พิมพ์ ไม่มี เพื่อลบ: a@nan.go.th" in capsys.readouterr().out
    assert load_office(None).contact.email == email


def test_a_wrong_answer_is_asked_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    question = next(question for question in QUESTIONS if question.name == "office.retention_days")
    type_lines(monkeypatch, "เจ็ด", "7", "400")
    assert asyncio.run(TerminalInterview().ask(question)) == "400"
    assert capsys.readouterr().out.count("ขออภัย") == 2
    type_lines(monkeypatch)
    with pytest.raises(SetupStoppedError):
        asyncio.run(TerminalInterview().ask(question))


def test_a_file_answers_instead(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "answers.toml").write_text(ANSWERS_TOML, "utf-8")
    assert run_init(folder / "answers.toml") == 0
    assert "เชิญ วิชัย มั่นคง เป็น officer" in capsys.readouterr().out
    assert load_office(None).alternate.officers == ("วิชัย มั่นคง",)
    listed = run_ita_bot(folder / "var", "staff", "list", "--desk", "complaints").stdout
    assert {json.loads(line)["role"] for line in listed.splitlines()} == {"officer", "supervisor", "admin"}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('website = "https://www.nan.go.th"', 'website = "เว็บ"', "office.website"),
        ('head_th = "ศึกษาธิการจังหวัดน่าน"\n', "", "office.head_th"),
        ('supervisor = "สมหญิง ใจดี"', 'supervizor = "สมหญิง ใจดี"', "people.supervisor"),
        ('it_contact = "สมชาย 081"', "it_contact = สมชาย", "หลัง ="),
        ('officers = ["วิชัย มั่นคง"]', 'officers = ""', "alternate.officers"),
    ],
)
def test_a_mistake_in_the_file_ends_with_78_and_writes_no_office(
    old: str, new: str, told: str, folder: Path
) -> None:
    assert old in ANSWERS_TOML
    (folder / "answers.toml").write_text(ANSWERS_TOML.replace(old, new), "utf-8")
    done = run_ita_bot(folder / "var", "init", "--answers", "answers.toml")
    assert done.returncode == 78
    assert told in done.stderr
    assert not (folder / "office.toml").exists()
    assert not list(folder.rglob("*.key"))


def test_a_mistake_in_an_office_file_that_is_there_is_told_first(folder: Path) -> None:
    (folder / "office.toml").write_text("name = = 1\n", "utf-8")
    (folder / "answers.toml").write_text(ANSWERS_TOML, "utf-8")
    with pytest.raises(ConfigurationError, match="บรรทัด 1"):
        run_init(folder / "answers.toml")
    assert (folder / "office.toml").read_text("utf-8") == "name = = 1\n"


def test_what_comes_next_tells_of_the_chat_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    first = build_next_steps(Settings(), ("service",))
    assert "ita-bot chat" in first
    assert "ITA_BACKUP_DIR และ ITA_BACKUP_RECIPIENT" in first
    monkeypatch.setenv("ITA_SERVICE__TELEGRAM_TOKEN", "1:a")
    assert "ita-bot chat" not in build_next_steps(load_settings(), ("service",))


def test_nobody_can_answer_again_in_a_file() -> None:
    with pytest.raises(ConfigurationError, match="LINE_TOKEN: ไม่รับ"):
        FileInterview("a.toml", {}).refuse("LINE_TOKEN", "ไม่รับ")
    assert find_platform("line").title == "LINE"


@asynccontextmanager
async def serve_platforms(folder: Path) -> AsyncIterator[tuple[FakeBotApi, FakeLineApi]]:
    telegram_rules, line_rules = load_telegram_rules(CONTRACTS), load_line_rules()
    async with serve_fake_bot_api(telegram_rules) as bot, serve_fake_line_api(line_rules) as line:
        (folder / ".env").write_text(f"ITA_TELEGRAM_API_URL={bot.url}\nITA_LINE_API_URL={line.url}\n")
        yield bot, line


@needs_contracts
def test_tokens_are_tried_and_accounts_set_up(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    type_lines(
        monkeypatch,
        *(*OFFICE_LINES, "https://localhost:1", ""),
        *("โทเคน ผิด", "1:refused", TELEGRAM_TOKEN),  # the complaints desk
        *(LINE_TOKEN, "", LINE_TOKEN, SECRET),
        *(TELEGRAM_TOKEN, "ไม่มี"),  # the service desk: the other desk's is not taken
    )

    async def scene() -> None:
        async with serve_platforms(folder) as (bot, line):
            assert await set_up_office(None) == 0
            assert bot.webhook["url"] == "https://localhost:1/telegram/complaints"
            assert line.endpoint == "https://localhost:1/line/complaints"
            assert line.default_menu
            assert bot.commands

    asyncio.run(scene())
    said = capsys.readouterr().out
    for part in ("ไม่มีช่องว่าง", "Telegram ไม่รับโทเคนนี้", "ต้องใส่ LINE_SECRET", "ของอีกโต๊ะหนึ่ง", "บัญชี @canary"):
        assert part in said
    assert TELEGRAM_TOKEN not in said
    assert LINE_TOKEN not in said
    settings = load_settings()
    assert settings.complaints.line_secret is not None
    assert settings.service.telegram_token is None
    assert stat.S_IMODE((folder / ".env").stat().st_mode) == 0o600
    assert load_office(None).chats.complaints.telegram == "https://t.me/canary_bot"
    assert load_office(None).chats.complaints.line == "https://line.me/R/ti/p/@canary"


@needs_contracts
def test_a_platform_that_cannot_be_reached_stops_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / ".env").write_text("ITA_TELEGRAM_API_URL=http://127.0.0.1:1\n")
    whole = f"123456789:{'a' * 35}"
    type_lines(monkeypatch, *OFFICE_LINES, "", "", "123456789:", whole, "ไม่มี")
    assert run_init() == 0
    said = capsys.readouterr().out
    assert "TELEGRAM_TOKEN ไม่เป็นรูปแบบของ Telegram" in said
    assert load_settings().complaints.telegram_token is not None
    assert (folder / ".env").read_text().count(whole) == 1
    assert "ยังติดต่อ Telegram ไม่ได้" in said
    assert "ยังตั้งไม่ได้" in said
    assert load_settings().complaints.telegram_mode == "polling"
