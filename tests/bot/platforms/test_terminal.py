"""The dialogue in a terminal, through the pipes of a real program."""

import asyncio
import fcntl
import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.desk_harness import open_desk
from tests.end_to_end.forkserver import start_forked_program
from tests.end_to_end.terminal_driver import ChatProgram, build_environment, start_chat, write_office_beside
from tests.in_memory_desk import WHOLE_REPORT


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of these tests; each test uses a person of its own."""
    folder = tmp_path_factory.mktemp("terminal") / "var"
    write_office_beside(folder)
    return folder


def run_chat(home: Path, name: str, said: bytes, *words: str) -> subprocess.CompletedProcess[bytes]:
    """Run a whole chat with the given input; returns the ended process."""
    who = ("--as", name) if name else ()
    given = ("chat", "--desk", "complaints", *who, *words)
    one = start_forked_program(given, home.parent, build_environment(home))
    told, errors = one.communicate(said)
    return subprocess.CompletedProcess(given, one.returncode or 0, told, errors)


def collect_answers(home: Path, name: str, *lines: str | bytes) -> list[list[dict[str, Any]]]:
    """The messages that answer each line."""
    raw = b"".join((line.encode() if isinstance(line, str) else line) + b"\n" for line in lines)
    done = run_chat(home, name, raw, "--jsonl")
    assert (done.returncode, done.stderr) == (0, b"")
    return group_by_input(done.stdout.decode().splitlines(), len(lines))


def group_by_input(printed: Iterable[str], inputs: int) -> list[list[dict[str, Any]]]:
    """Messages by the input that they answer; each input ends with `done`."""
    groups: list[list[dict[str, Any]]] = [[]]
    for line in map(json.loads, printed):
        if line == {"done": len(groups)}:
            groups.append([])
        else:
            assert set(line) == {"text", "choices", "files", "receipt"}
            groups[-1].append(line)
    assert len(groups) == inputs + 1
    assert groups.pop() == []
    return groups


def texts(messages: list[dict[str, Any]]) -> str:
    return "\n".join(m["text"] for m in messages)


def send_lines(said: Iterable[str], program: ChatProgram) -> list[dict[str, Any]]:
    """Send lines; a label in brackets is picked by its number."""
    heard: list[dict[str, Any]] = []
    for line in said:
        if line.startswith("["):
            labels = next(m["choices"] for m in reversed(heard) if m["choices"])
            line = f":{labels.index(line[1:-1]) + 1}"
        heard = program.send_line(line.encode())
    return heard


def test_one_object_a_message_and_done_after_each_input(home: Path) -> None:
    hello, notice = collect_answers(home, "shape", "สวัสดี", ":๑")
    assert "แจ้งเรื่อง" in hello[-1]["choices"]
    assert "ประกาศความเป็นส่วนตัว" in texts(notice)
    assert (hello[0]["files"], hello[0]["receipt"]) == ([], None)


def test_plain_output_is_the_text_and_a_numbered_line_for_each_choice(home: Path) -> None:
    done = run_chat(home, "plain", "สวัสดี\n".encode())
    assert done.stderr == b""
    lines = done.stdout.decode().splitlines()
    assert lines[0].startswith("สวัสดี ที่นี่คือช่องทางแจ้งเรื่องทุจริต")
    assert "[1] แจ้งเรื่อง" in lines
    assert "[2] ติดตามเรื่อง" in lines


IMPOSSIBLE = {
    ":9": "ไม่มีข้อนี้",
    ":0": "ไม่มีข้อนี้",
    ":" + "9" * 5000: "ไม่มีข้อนี้",
    ":file /nowhere/at/all.jpg": "เปิดไฟล์นี้ไม่ได้",
    ":file /": "เปิดไฟล์นี้ไม่ได้",
    ":file ": "เปิดไฟล์นี้ไม่ได้",
    ":file": "เปิดไฟล์นี้ไม่ได้",
    ":file a\0b.jpg": "เปิดไฟล์นี้ไม่ได้",
    ":file ~nobody-at-all/x": "เปิดไฟล์นี้ไม่ได้",
    ":file " + "x" * 5000: "เปิดไฟล์นี้ไม่ได้",
    ":file /dev/zero": "เปิดไฟล์นี้ไม่ได้",
}


def test_what_cannot_be_done_is_told_kindly_and_nothing_is_lost(home: Path) -> None:
    os.mkfifo(home.parent / "pipe")  # opening it would block until there is a writer
    wrong = {**IMPOSSIBLE, f":file {home.parent / 'pipe'}": "เปิดไฟล์นี้ไม่ได้"}
    heard = collect_answers(home, "kind", "สวัสดี", *wrong, ":1")
    told = {line: texts(said) for line, said in zip(wrong, heard[1:-1], strict=True)}
    assert {line[:30]: said for line, said in told.items() if wrong[line] not in said} == {}
    assert "ก่อนเริ่ม" in texts(heard[-1])  # the choices of the last message are still valid


def test_a_text_that_begins_with_a_colon_is_typed_with_two(home: Path) -> None:
    typed = ":1 คือบาทที่ถูกเรียก"
    said = collect_answers(home, "colon", *start_of_story(), ":" + typed)
    assert f"เก็บไว้แล้ว {len(typed)} ตัวอักษร" in texts(said[-1])


def start_of_story() -> tuple[str, ...]:
    """Go to the question for the story, by typing."""
    return ("แจ้งเรื่อง", "1", "1")


def test_a_file_is_sealed_before_it_is_answered(home: Path) -> None:
    note = home.parent / "หลักฐาน ชิ้นแรก.txt"
    note.write_text("CANARYFILE", "utf-8")
    told = texts(collect_answers(home, "file", *start_of_story(), f":file {note}")[-1])
    assert "เก็บไฟล์" in told
    assert not any(b"CANARYFILE" in p.read_bytes() for p in home.rglob("*") if p.is_file())


def test_bytes_that_are_no_text_get_an_answer(home: Path) -> None:
    odd = (
        b"\xff\xfe\x80",
        b"",
        b" ",
        b"\x00",
        "\u202eก".encode(),
        b"\xed\xa0\x80",
        b"a\r",
        "😀".encode(),
        b"x",
    )
    assert all(collect_answers(home, "bytes", *odd))


def test_a_talk_goes_on_under_its_name_only(home: Path) -> None:
    collect_answers(home, "goes-on", *start_of_story(), "เขาเรียกเงิน")
    assert "เก็บไว้แล้ว" in texts(collect_answers(home, "goes-on", "แล้วเขาก็ไป")[0])
    assert "เก็บไว้แล้ว" not in texts(collect_answers(home, "", "แล้วเขาก็ไป")[0])


@pytest.mark.full("real programs")
def test_one_name_in_two_terminals(home: Path) -> None:
    one = ChatProgram(start_chat(home, "twice"))
    two = ChatProgram(start_chat(home, "twice"))
    for line in start_of_story():
        one.send_line(line.encode())
    for number in range(1, 9):
        assert "เก็บไว้แล้ว" in texts((one, two)[number % 2].send_line(f"ข้อความที่ {number}".encode()))
    together = len("\n".join(f"ข้อความที่ {number}" for number in range(1, 10)))
    assert f"เก็บไว้แล้ว {together} ตัวอักษร" in texts(one.send_line("ข้อความที่ 9".encode()))
    assert (one.finish(), two.finish()) == ("", "")


@pytest.mark.full("real programs")
def test_nobody_reads_any_more(home: Path) -> None:
    running = start_chat(home, "hung-up")
    assert running.stdout is not None
    running.stdout.close()
    assert running.stdin is not None
    running.stdin.write("สวัสดี\n".encode() * 3)
    running.stdin.close()
    assert running.wait(20) == 0
    assert running.stderr is not None
    assert running.stderr.read() == b""
    running.stderr.close()


@pytest.mark.full("real programs")
def test_ctrl_c_ends_at_once(home: Path) -> None:
    program = ChatProgram(start_chat(home, "ctrl-c"))
    program.send_line("สวัสดี".encode())
    program.process.send_signal(signal.SIGINT)
    try:
        program.process.wait(5)
    finally:
        program.process.kill()
        _, errors = program.process.communicate(timeout=5)
    assert errors == b""


@pytest.mark.full("real programs")
def test_a_tty_is_told_how_and_greeted(home: Path) -> None:
    keyboard, end = pty.openpty()
    command = [sys.executable, "-m", "bot", "chat", "--desk", "complaints"]
    running = subprocess.Popen(
        command,
        env=build_environment(home),
        cwd=home.parent,
        stdin=end,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    os.close(end)
    os.write(keyboard, b"\x04")
    out, errors = running.communicate(timeout=60)
    os.close(keyboard)
    assert ":file" in errors.decode()
    assert "Ctrl-D" in errors.decode()
    assert "[1] แจ้งเรื่อง" in out.decode()
    assert running.returncode == 0


def fill(pipe: int) -> None:
    """Fill a pipe until no more fits in."""
    flags = fcntl.fcntl(pipe, fcntl.F_GETFL)
    fcntl.fcntl(pipe, fcntl.F_SETFL, flags | os.O_NONBLOCK)
    try:
        while True:
            os.write(pipe, b"\n")
    except BlockingIOError:
        pass
    finally:
        fcntl.fcntl(pipe, fcntl.F_SETFL, flags)


def test_killed_between_commit_and_print_nothing_is_lost(tmp_path: Path) -> None:
    """A receipt that could not be printed is shown first when the same person starts the chat again."""
    home = tmp_path / "var"
    write_office_beside(home)
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 65536)
    command = [sys.executable, "-m", "bot", "chat", "--desk", "complaints", "--as", "killed", "--jsonl"]
    running = subprocess.Popen(
        command,
        env=build_environment(home),
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=writing,
        stderr=subprocess.PIPE,
    )
    running.stdout = os.fdopen(reading, "rb")
    program = ChatProgram(running)
    review = send_lines(WHOLE_REPORT, program)
    fill(writing)
    assert running.stdin is not None
    running.stdin.write(f":{review[-1]['choices'].index('ส่งเรื่อง') + 1}\n".encode())
    running.stdin.flush()
    shown = asyncio.run(receipt_waiting(home))
    running.kill()
    os.close(writing)
    running.communicate(timeout=10)
    back = run_chat(home, "killed", b"", "--jsonl").stdout.decode().splitlines()
    assert [json.loads(line)["receipt"] for line in back if json.loads(line)["receipt"]] == [shown]
    assert "รับเรื่องแล้ว" in back[0]
    assert run_chat(home, "killed", b"", "--jsonl").stdout == b""  # delivered once


async def receipt_waiting(home: Path) -> str:
    """Wait for a receipt in the outbox; returns it."""
    async with open_desk(home) as opened:
        until = time.monotonic() + 10
        while time.monotonic() < until:
            for letter in await opened.store.outbox.list_all("terminal"):
                for say in letter.payload.says:
                    if "receipt" in say.args:
                        return str(say.args["receipt"])
            await asyncio.sleep(0.02)
    raise AssertionError("nothing was committed")


@pytest.mark.full("real programs")
def test_nobody_elses_letters_are_shown(home: Path) -> None:
    first = ChatProgram(start_chat(home, "owner"))
    send_lines((*WHOLE_REPORT, "[ส่งเรื่อง]"), first)
    first.finish()
    assert run_chat(home, "stranger", b"", "--jsonl").stdout == b""


def test_a_person_who_writes_english_is_answered_in_english(home: Path) -> None:
    assert "cannot" in texts(collect_answers(home, "english", "English", ":file /nowhere")[1]).lower()


def test_a_name_of_any_bytes_is_a_name(home: Path) -> None:
    assert collect_answers(home, os.fsdecode(b"\xff\xfe"), "สวัสดี")[0]
