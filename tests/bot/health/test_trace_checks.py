"""Traces of visitors: a visit of `doctor` is looked for in the proxy's logs, the system's, and the journal."""

import asyncio
import os
from pathlib import Path

import pytest

from bot.health.check import Weight
from bot.health.doctor import CheckResult
from bot.health.trace_checks import CANARY_PREFIX
from tests.bot.health.broken_setup import examine, install_office, join_words


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An office without settings of the tester, and without a journal."""
    for name in [n for n in os.environ if n.upper().startswith("ITA_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr("bot.health.trace_checks.LOG_WAIT_SECONDS", 0.0)
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}")
    install_office(tmp_path)
    return tmp_path


def install_journal(folder: Path, *lines: str) -> None:
    """A `journalctl` that says these lines of the shell."""
    program = folder / "bin" / "journalctl"
    program.write_text("\n".join(("#!/bin/sh", *lines)) + "\n")
    program.chmod(0o755)


def visit(folder: Path, *, logs: tuple[Path, ...] = (), recorded: Path, only: bytes = b"") -> CheckResult:
    """Look for traces beside a proxy that writes down what it is asked. only: lines that begin with this."""

    async def scene() -> CheckResult:
        async def write_what_comes(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            asked = await reader.readuntil(b"\r\n\r\n")
            lines = [line for line in asked.splitlines(keepends=True) if line.startswith(only)]
            with recorded.open("ab") as log:
                log.write(b"".join(lines))
            writer.write(b"HTTP/1.1 404 x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            await writer.drain()
            writer.close()

        proxy = await asyncio.start_server(write_what_comes, "127.0.0.1", 0)
        async with proxy:
            (folder / ".env").write_text(f"ITA_PORT={proxy.sockets[0].getsockname()[1]}\n")
            (folder / ".env").chmod(0o600)
            return (await examine(folder, logs=logs))["traces"]

    return asyncio.run(scene())


@pytest.mark.parametrize("only", [b"GET", b"Referer", b"Cookie", b"User-Agent"])
def test_a_proxy_that_records_visitors_is_found(only: bytes, folder: Path) -> None:
    log = folder / "access.log"
    log.write_text("")
    result = visit(folder, logs=(log,), recorded=log, only=only)
    assert result.is_serious
    assert "access_log off" in join_words(result.findings)
    assert "shred" in join_words(result.findings)


def test_a_record_in_the_journal_or_in_syslog_is_found(folder: Path) -> None:
    log, told = folder / "syslog", folder / "said.txt"
    log.write_text("")
    install_journal(folder, f"/bin/cat {log}", f'echo "$@" > {told}')
    result = visit(folder, logs=(log,), recorded=log)
    assert [finding.weight for finding in result.findings] == [Weight.FINDING, Weight.FINDING]
    words = join_words(result.findings)
    assert "journal ของเครื่องบันทึกผู้ที่เข้าเว็บไว้" in words
    assert "shred" not in words  # the log of the whole machine is no proxy's
    assert "--since=@" in told.read_text()


def test_logs_without_a_trace_are_in_order(folder: Path) -> None:
    log = folder / "access.log"
    log.write_text("nothing of anybody\n")
    install_journal(folder, 'echo "ready http://127.0.0.1:8080"')
    assert visit(folder, logs=(log,), recorded=folder / "nowhere").findings == ()


@pytest.mark.parametrize(
    "told",
    [
        "Hint: You are currently not seeing messages from other users and the system.",
        "No journal files were opened due to insufficient permissions.",
    ],
)
def test_a_journal_that_cannot_be_read_is_said(told: str, folder: Path) -> None:
    install_journal(folder, f'echo "{told}" >&2', "exit 1")
    result = visit(folder, recorded=folder / "nowhere")
    assert (result.is_serious, len(result.findings)) == (False, 1)
    assert "sudo journalctl" in join_words(result.findings)


def test_where_nothing_is_written_nothing_was_looked_at(folder: Path) -> None:
    result = visit(folder, recorded=folder / "asked.txt")
    assert (result.is_serious, len(result.findings)) == (False, 1)
    assert "--logs FILE" in join_words(result.findings)
    assert CANARY_PREFIX.encode() not in (folder / "asked.txt").read_bytes()  # visited by other checks alone


def test_without_a_server_nothing_is_said_to_be_in_order(folder: Path) -> None:
    install_journal(folder, "exit 9")
    result = asyncio.run(examine(folder))["traces"]
    assert (result.is_serious, len(result.findings)) == (False, 1)
    assert "ไม่มีเซิร์ฟเวอร์ตอบ" in join_words(result.findings)
