"""No leaks: canaries in what a person sends, their names and what they get are searched for in every place."""

import base64
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from handlers.dialog.replies import NEUTRAL, Message
from tests.end_to_end.terminal_driver import (
    ChatProgram,
    TerminalDriver,
    build_environment,
    run_ita_bot,
    start_chat,
)
from tests.in_memory_desk import WHOLE_REPORT
from tests.samples import SAMPLE_FILES

pytestmark = pytest.mark.full("real programs")

PERSON = "KANARYPERSON"
TEXT = "คานารีเรื่องลับ"
NAME = "คานารีชื่อจริง"
CONTACT = "KANARY-053-999"
REPLY = "คานารีข้อความเพิ่ม"
FILE_NAME = "คานารีหลักฐาน.txt"
CONTENT = "คานารีในไฟล์" * 30


def encode_canary(canary: str) -> list[bytes]:
    """The encodings in which a text may be in a file."""
    utf8 = canary.encode()
    escaped = canary.encode("unicode_escape")
    aligned = [base64.b64encode(b" " * pad + utf8)[4:-4] for pad in (0, 1, 2)] if len(utf8) > 12 else []
    return [utf8, canary.encode("utf-16-le"), utf8.hex().encode(), escaped, *aligned]


def find_canaries(place: Path, canaries: list[str]) -> list[str]:
    """Where canaries are under a folder: in contents and in names."""
    found = []
    for path in place.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        hits = [c for c in canaries if c in path.name or any(s in content for s in encode_canary(c))]
        found.extend(f"{canary} in {path.relative_to(place)}" for canary in hits)
    return found


def test_the_search_finds_what_is_there(tmp_path: Path) -> None:
    for number, spelling in enumerate(encode_canary(TEXT)):
        (tmp_path / f"{number}").write_bytes(b"xx" + spelling + b"yy")
    assert len(find_canaries(tmp_path, [TEXT])) == len(encode_canary(TEXT))


def test_no_canary_stands_anywhere_in_clear(tmp_path: Path) -> None:
    home, temporary = tmp_path / "var", tmp_path / "temporary"
    temporary.mkdir()
    environment = build_environment(home, TMPDIR=str(temporary))
    server = subprocess.Popen(
        [sys.executable, "-m", "bot", "run", "--port", "0"],
        cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert server.stdout is not None
    assert server.stdout.readline().startswith(b"ready http://127.0.0.1:")
    door = TerminalDriver(home)
    said: list[str] = []
    kept = tmp_path / FILE_NAME

    def tells(line: str) -> list[Message]:
        if line.startswith("["):
            messages = door.pick_choice(PERSON, line[1:-1], "")
        elif line.startswith("file"):
            kept.write_text(CONTENT, "utf-8")
            messages = [
                Message(m["text"], NEUTRAL) for m in door.programs[PERSON].send_line(f":file {kept}".encode())
            ]
            kept.unlink()
        else:
            messages = door.send_text(PERSON, line)
        said.extend(m.receipt for m in messages if m.receipt)
        return messages

    story = [line.replace("เจ้าหน้าที่พัสดุเรียก", TEXT) for line in WHOLE_REPORT[:9]]
    for line in [*story, "file"]:
        tells(line)
    draft = [TEXT, PERSON, FILE_NAME, CONTENT[:20]]
    assert find_canaries(home, draft) == []
    door.labels[PERSON] = ["เสร็จแล้ว"]
    for line in ["[เสร็จแล้ว]", "[ข้าม]", "[ไม่เคย]", "[ข้าม]", "[ไม่ใช่]", "[บอกชื่อ]", NAME, CONTACT, "[ส่งเรื่อง]"]:
        tells(line)
    (receipt,) = said
    tells(receipt.replace("-", "")[-5:])
    for line in (receipt, "[ส่งข้อความ]", REPLY):
        tells(line)
    bare = receipt.replace("-", "")
    every = [*draft, NAME, CONTACT, REPLY, receipt, bare, bare[-5:], bare[:16]]
    # Killed, so that the write-ahead log stays as it is.
    program = door.programs.pop(PERSON)
    os.kill(program.process.pid, signal.SIGKILL)
    _, errors = program.process.communicate()
    assert find_canaries(home, every) == []
    server.terminate()
    out, logged = server.communicate(timeout=60)
    assert server.returncode == 0
    for canary in every:
        assert not any(s in errors + logged + out for s in encode_canary(canary)), canary
    assert find_canaries(home, every) + find_canaries(temporary, every) == []
    assert_erased(home, every, receipt)


def assert_erased(home: Path, every: list[str], receipt: str) -> None:
    """An erased case is gone from the disk, and its receipt is like one that never existed."""
    program = ChatProgram(start_chat(home, "ผู้อื่น"))
    for line in (receipt, ":4", ":1"):
        answer = program.send_line(line.encode())
    assert "ถอนเรื่องแล้ว" in answer[0]["text"]
    program.finish()
    done = run_ita_bot(home, "tick", "--now", "2028-11-22T00:00:00Z")
    assert '"cases-erased", "count": 1' in done.stdout
    assert not list((home / "complaints" / "evidence").iterdir())
    program = ChatProgram(start_chat(home, "ผู้อื่น"))
    program.send_line("ติดตาม".encode())
    assert "ไม่พบเรื่องของรหัสนี้" in program.send_line(receipt.encode())[0]["text"]
    program.finish()
    assert find_canaries(home, every) == []
    assert run_ita_bot(home, "audit", "verify").returncode == 0


@pytest.mark.parametrize(
    "raw", [b"\xff\xfe\xfa", b"\xe0\xb8", b"\x00", "\u202eก".encode(), b"\xed\xa0\x80", b""]
)
def test_bytes_that_are_no_text(tmp_path: Path, raw: bytes) -> None:
    program = ChatProgram(start_chat(tmp_path / "var", "ก"))
    for line in ("แจ้งเรื่อง".encode(), b":1", b":1", raw, raw + "เจ้าหน้าที่เรียกรับเงิน".encode()):
        assert program.send_line(line)[-1]["text"]
    for odd in (b":", b":0", b":999999999999", b":file", b":file ", b":file /", b":file \xff", b"::", b":x"):
        assert program.send_line(odd)[-1]["text"]
    assert program.finish() == ""


def test_a_file_of_every_kind_is_sealed(tmp_path: Path) -> None:
    door = TerminalDriver(tmp_path / "var")
    for name in SAMPLE_FILES:
        assert door.send_file("ก", name)[-1].text
    door.close()
    assert find_canaries(tmp_path / "var", ["CANARYCAMERA", "%PDF-1.4", "IHDR"]) == []
