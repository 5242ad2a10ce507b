"""The first day of an office: `init`, invitations, a report, its answer, the statistics, a backup and its restoration.

All by the commands that an office types, on an empty folder.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pyotp import TOTP

from storage.backup.age_files import Identity
from tests.bot.installation.test_setup_flow import ANSWERS_TOML
from tests.end_to_end.forkserver import start_forked_program
from tests.end_to_end.terminal_driver import ChatProgram, build_environment, run_ita_bot

pytestmark = pytest.mark.full("an office's first day")


@contextmanager
def open_chat(home: Path, person: str) -> Iterator[ChatProgram]:
    words = ("chat", "--desk", "complaints", "--as", person, "--jsonl")
    program = ChatProgram(start_forked_program(words, home.parent, build_environment(home)))
    try:
        yield program
    finally:
        program.finish()


def follow(home: Path, receipt: str) -> str:
    """What somebody with the receipt reads."""
    with open_chat(home, "anybody") as program:
        return say(program, "ติดตามเรื่อง", receipt)


def say(program: ChatProgram, *lines: str) -> str:
    """Say lines; returns all that the last was answered with. A line in brackets is a choice."""
    words, choices = "", list[str]()
    for line in lines:
        typed = line
        if line.startswith("["):
            typed = f":{next(n for n, label in enumerate(choices, 1) if label.startswith(line[1:-1]))}"
        answer = program.send_line(typed.encode())
        choices = answer[-1]["choices"]
        words = "\n".join(f"{one['text']} {one['receipt'] or ''}" for one in answer)
    return words


def run(home: Path, *words: str) -> str:
    """Run a command that must succeed; returns its output."""
    done = run_ita_bot(home, *words)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_from_init_to_a_restored_case(tmp_path: Path) -> None:
    home = tmp_path / "var"
    (tmp_path / "answers.toml").write_text(ANSWERS_TOML, "utf-8")
    said = run(home, "init", "--answers", "answers.toml")
    code = re.search(r"สมหญิง ใจดี เป็น supervisor ของโต๊ะ complaints: ให้พิมพ์  (/join \S+)", said)
    assert code is not None

    with open_chat(home, "supervisor") as officer, open_chat(home, "citizen") as citizen:
        secret = re.search(r"\b[A-Z2-7]{32}\b", say(officer, code[1]).replace(" ", ""))
        assert secret is not None
        assert "เรียบร้อย" in say(officer, TOTP(secret[0]).now())

        filed = say(
            citizen,
            *("แจ้งเรื่อง", "[รับทราบ เริ่มแจ้งเรื่อง]"),
            *("เจ้าหน้าที่พัสดุเรียกรับเงินร้อยละสิบจากผู้รับเหมาก่อนตรวจรับงาน", "เสร็จแล้ว", "[ไม่ใช่]", "[ส่งเรื่อง]"),
        )
        receipt = re.search(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}-[0-9A-Z]", filed)
        assert receipt is not None

        # By then officers are told of it, whatever moment was drawn.
        later = datetime.now(UTC) + timedelta(hours=2)
        assert "cases-announced" in run(home, "tick", "--now", later.isoformat())
        number = re.search(r"\d+/25\d\d", say(officer, "/inbox"))
        assert number is not None
        say(officer, f"/take {number[0]}")
        say(officer, f"/screen {number[0]}")
        assert "60 วินาที" in say(officer, f"/reply {number[0]}", "รับเรื่องแล้ว กำลังตรวจสอบ", "[ส่ง]")
        run(home, "tick", "--now", (later + timedelta(hours=1)).isoformat())
        assert "กำลังตรวจสอบ" in follow(home, receipt[0])
    period = f"fy{number[0].partition('/')[2]}"
    counted = json.loads(run(home, "stats", "--desk", "complaints", "--period", period, "--format", "json"))
    assert counted["total"]["received"] == 1

    identity = Identity()
    (tmp_path / "identity.txt").write_text(f"{identity.key}\n")
    run(home, "backup", "--to", str(tmp_path / "backup"), "--recipient", identity.recipient)
    newest = max((tmp_path / "backup" / "backups").glob("*.age"))
    run(
        home,
        "restore",
        str(newest),
        "--identity",
        str(tmp_path / "identity.txt"),
        "--into",
        str(tmp_path / "again/var"),
    )
    assert "กำลังตรวจสอบ" in follow(tmp_path / "again/var", receipt[0])
