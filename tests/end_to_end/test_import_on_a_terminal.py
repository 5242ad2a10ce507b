"""`ita-bot import` on a real terminal asks about words and headings once, and whether all is right; `--undo` too."""

import os
import pty
import re
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.end_to_end.terminal_driver import build_environment, run_ita_bot
from tests.template_desk import copy_template_desks

pytestmark = pytest.mark.full("real programs")

HEAD = "เลขรับ,วันเข้าแฟ้ม,ช่องทาง,สถานะ\n"
WAIT_SECONDS = 90


def run_on_terminal(home: Path, arguments: tuple[str, ...], answers: tuple[tuple[str, str], ...]) -> str:
    """Run the command on a terminal of its own; type each answer once its question stands there. Returns the screen."""
    ours, theirs = pty.openpty()
    program = [sys.executable, "-m", "bot", "import", *arguments, "--desk", "complaints"]
    process = subprocess.Popen(
        program, stdin=theirs, stdout=theirs, stderr=theirs, env=build_environment(home), cwd=home.parent
    )
    os.close(theirs)
    seen, waiting, from_here = "", list(answers), 0
    raw, until = b"", time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        if not select.select([ours], [], [], 1)[0]:
            continue
        try:
            piece = os.read(ours, 4096)
        except OSError:  # the program has ended
            break
        raw += piece
        seen = raw.decode("utf-8", "ignore")
        while waiting and waiting[0][0] in seen[from_here:] and seen.rstrip().endswith(">"):
            os.write(ours, (waiting.pop(0)[1] + "\n").encode())
            from_here = len(seen)
    os.close(ours)
    process.wait(timeout=WAIT_SECONDS)
    assert not waiting, seen
    return seen


def test_words_are_asked_once_and_an_import_is_reversed(tmp_path: Path) -> None:
    home = tmp_path / "var"
    copy_template_desks(home)
    first = tmp_path / "old.csv"
    first.write_text(HEAD + "1/2560,1/11/2559,หนังสือ,ปิดงาน\n", "utf-8")
    seen = run_on_terminal(
        home,
        (str(first),),
        (("“วันเข้าแฟ้ม”", "2"), ("“ปิดงาน” (1", "99"), ("“ปิดงาน” (1", "๔"), ("พิมพ์ ใช่ เพื่อนำเข้า", "ใช่ครับ")),
    )
    assert "นำเข้าแล้ว 1 เรื่อง เป็นการนำเข้าครั้งที่ 1" in seen
    second = tmp_path / "new.csv"
    second.write_text(HEAD + "2/2560,2/11/2559,หนังสือ,ปิด งาน\n", "utf-8")
    again = run_on_terminal(home, (str(second),), (("พิมพ์ ใช่ เพื่อนำเข้า", "ไม่"),))
    assert "ไม่รู้จัก" not in again, "it was asked once"
    assert "นำเข้าแล้ว" not in again
    undone = run_on_terminal(home, ("--undo", "1"), (("พิมพ์ ใช่ เพื่อย้อนกลับ", "yes"),))
    assert re.search(r"นำเข้าครั้งที่ 1 เมื่อ [^\n]*: ย้อนกลับแล้ว", undone)
    done = run_ita_bot(home, "import", "--undo", "1", "--desk", "complaints")
    assert done.returncode == 1
    assert '"obstacle": "undone"' in done.stdout
