"""Story driver on `ita-bot chat`: a real program for each person, driven through its pipes."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from handlers.complaints.lifecycle import TransitionRequest
from handlers.dialog.replies import NEUTRAL, Message
from storage.crypto.key_files import DeskPaths
from tests.end_to_end.desk_harness import DeskHarness, open_desk
from tests.end_to_end.forkserver import ForkedProgram, start_forked_program
from tests.in_memory_desk import OFFICE_TOML
from tests.report import FiledReport
from tests.samples import write_sample_file
from tests.template_desk import copy_template_desk

T = TypeVar("T")
ROOT = Path(__file__).parent.parent.parent


def build_environment(home: Path, **more: str) -> Mapping[str, str]:
    """The environment of a program whose data are in `home`, without the tester's own settings."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("ITA_")}
    return {**inherited, "ITA_HOME": str(home), "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error", **more}


def write_office_beside(home: Path) -> None:
    """Write the office.toml in which officers are told at once beside a data folder, unless another stands there."""
    office_toml = home.parent / "office.toml"
    if not office_toml.exists():
        office_toml.write_text(OFFICE_TOML, "utf-8")


def run_ita_bot(home: Path, *words: str, **more: Any) -> subprocess.CompletedProcess[str]:
    """Run `ita-bot` to its end."""
    if not more:
        program = start_forked_program(words, home.parent, build_environment(home))
        output, errors = program.communicate()
        return subprocess.CompletedProcess(words, program.returncode or 0, output.decode(), errors.decode())
    command = [sys.executable, "-m", "bot", *words]
    return subprocess.run(
        command,
        cwd=home.parent,
        env=build_environment(home),
        capture_output=True,
        text=True,
        timeout=60,
        **more,
    )


@dataclass
class ChatProgram:
    """One running `ita-bot chat --jsonl`."""

    process: subprocess.Popen[bytes] | ForkedProgram
    line_count: int = 0

    def send_line(self, line: bytes) -> list[dict[str, Any]]:
        """Send one line; returns the messages of the answer."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(line + b"\n")
        self.process.stdin.flush()
        self.line_count += 1
        messages = []
        while answer := self.process.stdout.readline():
            message = json.loads(answer)
            if message == {"done": self.line_count}:
                return messages
            messages.append(message)
        raise AssertionError(self.process.communicate(timeout=60)[1].decode() or "ended")

    def finish(self) -> str:
        """Close its input and wait; returns what it wrote to standard error."""
        _, errors = self.process.communicate(timeout=60)
        assert self.process.returncode == 0, errors.decode()
        return errors.decode()


@dataclass
class TerminalDriver:
    """People in terminals on one machine."""

    home: Path
    desk_name: str = "complaints"
    sets_clock = False
    shows_content = True
    has_menu = True
    programs: dict[str, ChatProgram] = field(default_factory=dict)
    labels: dict[str, list[str]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def _send_line(self, person: str, line: bytes) -> list[Message]:
        if person not in self.programs:
            copy_template_desk(DeskPaths.under(self.home, self.desk_name))
            if self.desk_name == "complaints":  # the service desk keeps the example, with its known answers
                write_office_beside(self.home)
            words = ("chat", "--desk", self.desk_name, "--as", person, "--jsonl")
            self.programs[person] = ChatProgram(
                start_forked_program(words, self.home.parent, build_environment(self.home))
            )
        raw = self.programs[person].send_line(line)
        self.labels[person] = raw[-1]["choices"]
        return [
            Message(
                m["text"],
                NEUTRAL,
                tuple((label, str(n)) for n, label in enumerate(m["choices"], 1)),
                m["receipt"],
            )
            for m in raw
        ]

    def send_text(self, person: str, words: str) -> list[Message]:
        return self._send_line(person, words.encode())

    def pick_choice(self, person: str, label: str, data: str) -> list[Message]:
        return self._send_line(person, f":{self.labels[person].index(label) + 1}".encode())

    def send_file(self, person: str, name: str) -> list[Message]:
        return self._send_line(person, f":file {write_sample_file(self.home.parent, name)}".encode())

    def restart_program(self, person: str) -> None:
        self.errors.append(self.programs.pop(person).finish())

    def advance_clock(self, minutes: int) -> None:
        done = run_ita_bot(
            self.home, "tick", "--now", (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat()
        )
        assert done.returncode == 0, done.stderr

    def move_case(self, receipt: str, step: TransitionRequest) -> None:
        self._run_on_desk(lambda desk: desk.move_case(receipt, step))

    def send_office_message(self, receipt: str, words: str) -> None:
        self._run_on_desk(lambda desk: desk.send_office_message(receipt, words))

    def answer_question(self, receipt: str, words: str) -> None:
        self._run_on_desk(lambda desk: desk.answer_question(receipt, words))

    def load_filed_report(self, receipt: str) -> FiledReport:
        return self._run_on_desk(lambda desk: desk.load_filed_report(receipt))

    def add_staff(self, person: str, role: str) -> str:
        return self._run_on_desk(lambda desk: desk.add_staff(person, role))

    def remove_staff(self, person: str) -> None:
        self._run_on_desk(lambda desk: desk.remove_staff(person))

    def _run_on_desk(self, office_action: Callable[[DeskHarness], Awaitable[T]]) -> T:
        """Act as the office in this process, beside the running chats."""

        async def work() -> T:
            async with open_desk(self.home, self.desk_name) as desk:
                return await office_action(desk)

        return asyncio.run(work())

    def time(self) -> float:
        return datetime.now(UTC).timestamp()

    def close(self) -> None:
        for person in list(self.programs):
            self.restart_program(person)


def start_chat(home: Path, person: str, desk: str = "complaints") -> subprocess.Popen[bytes]:
    """Start a chat as a person."""
    copy_template_desk(DeskPaths.under(home, desk))
    if desk == "complaints":
        write_office_beside(home)
    command = [sys.executable, "-m", "bot", "chat", "--desk", desk, "--as", person, "--jsonl"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, cwd=home.parent, env=build_environment(home), **pipes)  # type: ignore[call-overload,no-any-return]
