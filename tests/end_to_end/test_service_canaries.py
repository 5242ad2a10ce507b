"""No leaks at the service desk: canaries in opinions, contacts, responses and questions are searched for."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from handlers.consultations.messages import (
    AnnounceConsultation,
    Consultation,
    ConsultationQuestion,
    ConsultationQuestionKind,
)
from tests.end_to_end.desk_harness import DeskHarness
from tests.end_to_end.server_process import Visitor
from tests.end_to_end.terminal_driver import TerminalDriver, build_environment
from tests.end_to_end.test_canaries import encode_canary, find_canaries

pytestmark = pytest.mark.full("real programs")

PERSON = "KANARYPERSON"
OPINION, WISH, CONTACT = "คานารีความเห็นลับ", "คานารีความหวัง", "KANARY-053-999"
VOICE, STATEMENT, QUESTION = "คานารีคำตอบในการรับฟัง", "คานารีข้อเสนอของประชาชน", "คานารีขอยืมเต็นท์ได้ไหม"
PAGE = "คานารีบนหน้าเว็บ"
CODE = "KANAR2"


async def announce(desk: DeskHarness) -> None:
    """Announce a consultation that is open now."""
    questions = (
        ConsultationQuestion("q1", ConsultationQuestionKind.TEXT, "อยากให้ทำอะไร"),
        ConsultationQuestion("q2", ConsultationQuestionKind.STATEMENTS, "ข้อเสนอ", {"s1": "ควรจองคิวได้"}),
    )
    opens = desk.now() - timedelta(hours=1)
    ballot = Consultation(CODE, "เรื่อง", "", "", opens, opens + timedelta(days=9), questions)
    await desk.commit_office_act(AnnounceConsultation(ballot, "staff:x"))


def talk_and_collect_codes(door: TerminalDriver) -> list[str]:
    """Send one person's feedback, consultation response and question; returns their codes."""
    codes = []
    for line in (
        *("ความคิดเห็น", "[ความคิดเห็นเรื่องอื่น]", "[การให้บริการของสำนักงาน]", "[2 ควรปรับปรุง]"),
        *(OPINION, WISH, "[ขอให้ติดต่อกลับ]", CONTACT, "[ส่งความคิดเห็น]"),
        *(f"c-{CODE}", VOICE, "[เห็นด้วย]", STATEMENT, "[ส่งความคิดเห็น]"),
        *(QUESTION, "[ถามเจ้าหน้าที่]"),
    ):
        messages = (
            door.pick_choice(PERSON, line[1:-1], "") if line[0] == "[" else door.send_text(PERSON, line)
        )
        codes += [message.receipt for message in messages if message.receipt]
    return codes


def test_no_canary_of_the_service_desk_stands_anywhere_in_clear(tmp_path: Path) -> None:
    home, temporary = tmp_path / "var", tmp_path / "temporary"
    temporary.mkdir()
    server = subprocess.Popen(
        [sys.executable, "-m", "bot", "run", "--port", "0"],
        cwd=tmp_path, env=build_environment(home, TMPDIR=str(temporary)),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert server.stdout is not None
    port = int(server.stdout.readline().decode().rpartition(":")[2])
    door = TerminalDriver(home, "service")
    door._run_on_desk(announce)
    codes = talk_and_collect_codes(door)
    visitor = Visitor(port)
    visitor.open_page("/ask")
    assert PAGE in visitor.submit_form(text=PAGE).body + visitor.submit_form(text=PAGE * 400).body
    # Killed, so that the write-ahead log stays as it is.
    program = door.programs.pop(PERSON)
    os.kill(program.process.pid, signal.SIGKILL)
    _, errors = program.process.communicate()
    every = [PERSON, OPINION, WISH, CONTACT, VOICE, STATEMENT, QUESTION, PAGE, *codes]
    every += [code.replace("-", "") for code in codes]
    assert find_canaries(home, every) == []
    door._run_on_desk(lambda desk: desk.store.retention.checkpoint_wal())
    server.terminate()
    out, logged = server.communicate(timeout=60)
    assert server.returncode == 0
    for canary in every:
        assert not any(s in errors + logged + out for s in encode_canary(canary)), canary
    assert find_canaries(home, every) + find_canaries(temporary, every) == []
    assert len(codes) == 1
