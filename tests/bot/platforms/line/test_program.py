"""`ita-bot run` with LINE as a program of its own: killed, and started without required settings."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.bot.platforms.line.api_rules import load_line_rules, needs_contracts
from tests.bot.platforms.line.driver import line_user_id, to_messages
from tests.bot.platforms.line.fake_line_api import SECRET, TOKEN, FakeLineApi, LineFault, serve_fake_line_api
from tests.end_to_end.desk_harness import open_desk
from tests.end_to_end.terminal_driver import ROOT, build_environment, run_ita_bot, write_office_beside
from tests.in_memory_desk import WHOLE_REPORT

A = line_user_id("ก")
DESKS = ("COMPLAINTS", "SERVICE")


@asynccontextmanager
async def program(home: Path, line: FakeLineApi, **more: str) -> AsyncIterator[subprocess.Popen[bytes]]:
    """Run the program until it is killed."""
    write_office_beside(home)
    own = {"ITA_OFFICE": str(home.parent / "office.toml"), "ITA_LINE_API_URL": line.url}
    own |= {"ITA_COMPLAINTS__LINE_TOKEN": TOKEN}
    own |= {"ITA_COMPLAINTS__LINE_SECRET": SECRET, **more}
    command = [sys.executable, "-m", "bot", "run", "--desk", "complaints", "--port", "0"]
    running = subprocess.Popen(  # noqa: ASYNC220 - it must outlive the loop it is killed in
        command,
        cwd=ROOT,
        env=build_environment(home, **own) | {"PYTHONWARNINGS": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        assert running.stdout is not None
        told = (await asyncio.to_thread(running.stdout.readline)).decode().split()
        line.webhook = told[-1].rstrip("/") + "/line/complaints"
        yield running
    finally:
        running.kill()
        await asyncio.to_thread(running.communicate)


@needs_contracts
@pytest.mark.full("real programs")
def test_what_was_answered_with_200_survives_kill_9(tmp_path: Path) -> None:
    home = tmp_path / "var"

    async def play() -> None:
        async with serve_fake_line_api(load_line_rules()) as line:

            async def exchange(words: str) -> None:
                before = len(line.chats.get(A, []))
                event = line.make_text_event(A, words)
                if words.startswith("["):
                    last = next(m for m in reversed(to_messages(line.chats[A])) if m.choices)
                    event = line.make_postback_event(A, dict(last.choices)[words[1:-1]])
                assert await line.post_events(event) == 200
                await line.wait_for_messages(A, before)

            async with program(home, line) as running:
                for words in WHOLE_REPORT:
                    await exchange(words)
                last = to_messages(line.chats[A])[-1]
                tap, before = line.make_postback_event(A, dict(last.choices)["ส่งเรื่อง"]), len(line.chats[A])
                line.inject_fault = lambda name, _body: (
                    LineFault(cut="before") if name == "replyMessage" else None
                )
                assert await line.post_events(tap) == 200
                running.send_signal(signal.SIGKILL)
            assert len(line.chats[A]) == before
            line.inject_fault = lambda _name, _body: None
            async with program(home, line):
                assert await line.post_events(line.mark_redelivered(tap)) == 200
                shown = to_messages(await line.wait_for_messages(A, before))
                assert sum(m.receipt is not None for m in shown) == 1
            async with open_desk(home) as desk:
                assert len(await desk.load_register_numbers()) == 1
                assert await desk.check_integrity() == []

    asyncio.run(play())


@needs_contracts
@pytest.mark.full("real programs")
def test_a_token_without_its_secret_stops_the_start_and_is_named(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bot", "run", "--desk", "complaints", "--port", "0"]
    env = build_environment(tmp_path / "var", ITA_COMPLAINTS__LINE_TOKEN=TOKEN) | {"PYTHONWARNINGS": ""}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 78
    assert "ITA_COMPLAINTS__LINE_SECRET" in done.stderr
    assert TOKEN not in done.stderr


@needs_contracts
@pytest.mark.parametrize("same", ["TOKEN", "SECRET"])
@pytest.mark.full("real programs")
def test_one_account_is_not_for_two_desks(tmp_path: Path, same: str) -> None:
    own = {f"ITA_{desk}__LINE_{what}": f"{desk}{what}" for desk in DESKS for what in ("TOKEN", "SECRET")}
    own |= {f"ITA_{desk}__LINE_{same}": TOKEN for desk in DESKS}
    env = build_environment(tmp_path / "var", **own) | {"PYTHONWARNINGS": ""}
    command = [sys.executable, "-m", "bot", "run", "--port", "0"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 78
    assert f"ITA_SERVICE__LINE_{same}" in done.stderr
    assert TOKEN not in done.stderr


@pytest.mark.full("real programs")
def test_without_line_its_library_is_not_loaded(tmp_path: Path) -> None:
    told = "import sys, bot.serve, bot.platforms.registry; sys.exit(any(n.startswith('linebot') for n in sys.modules))"
    assert subprocess.run([sys.executable, "-c", told], cwd=ROOT, check=False).returncode == 0
    assert run_ita_bot(tmp_path / "var", "version").returncode == 0
