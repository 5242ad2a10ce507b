"""The first day of an office with Telegram and LINE: `init` typed at a terminal, to a case restored from its backup.

The programs are those that an office runs; Telegram and LINE are fakes that refuse what the real ones refuse.
"""

import asyncio
import fcntl
import json
import os
import pty
import re
import subprocess
import sys
import termios
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pyotp import TOTP

from storage.backup.age_files import Identity
from tests.bot.installation.test_setup_flow import OFFICE_LINES
from tests.bot.platforms.line.api_rules import CONTRACTS, load_line_rules, needs_contracts
from tests.bot.platforms.line.driver import line_user_id, read_enrolment_page, to_messages
from tests.bot.platforms.line.fake_line_api import SECRET, FakeLineApi, serve_fake_line_api
from tests.bot.platforms.line.fake_line_api import TOKEN as LINE_TOKEN
from tests.bot.platforms.telegram.api_rules import load_telegram_rules
from tests.bot.platforms.telegram.driver import RECEIPT_PATTERN
from tests.bot.platforms.telegram.fake_bot_api import TOKEN as TELEGRAM_TOKEN
from tests.bot.platforms.telegram.fake_bot_api import FakeBotApi, serve_fake_bot_api
from tests.bot.platforms.telegram.user import TelegramChatUser
from tests.end_to_end.terminal_driver import build_environment

pytestmark = [pytest.mark.full("an office's first day"), needs_contracts]

ADDRESS = "https://localhost:1"
"""As the office types it; there is no proxy here, so that pages are opened at the program's own address."""

TYPED = (*OFFICE_LINES, ADDRESS, "", TELEGRAM_TOKEN, LINE_TOKEN, SECRET, "ไม่มี")
STORY = "เจ้าหน้าที่พัสดุเรียกรับเงินร้อยละสิบจากผู้รับเหมาก่อนตรวจรับงาน"
REPORT = ("แจ้งเรื่อง", "[รับทราบ เริ่มแจ้งเรื่อง]", STORY, "เสร็จแล้ว", "[ไม่ใช่]", "[ส่งเรื่อง]")


def type_at_terminal(words: Sequence[str], lines: Sequence[str], folder: Path, env: Mapping[str, str]) -> str:
    """Run a command at a terminal of its own, type a line at each prompt; returns all that stood on the screen."""
    main, other = pty.openpty()

    def take_terminal() -> None:
        os.setsid()
        fcntl.ioctl(other, termios.TIOCSCTTY, 0)

    program = subprocess.Popen(
        [sys.executable, "-m", "bot", *words],
        cwd=folder,
        env=env,
        stdin=other,
        stdout=other,
        stderr=other,
        preexec_fn=take_terminal,  # secrets are read from the terminal itself
    )
    os.close(other)
    screen, waiting = b"", list(lines)
    with suppress(OSError):  # the program is at its end
        while piece := os.read(main, 4096):
            screen += piece
            if screen.endswith(b"> ") and waiting:
                os.write(main, f"{waiting.pop(0)}\n".encode())
    os.close(main)
    assert (program.wait(60), waiting) == (0, []), screen.decode()
    return screen.decode()


def run(folder: Path, env: Mapping[str, str], *words: str) -> str:
    """Run a command that must succeed; returns its output."""
    command = [sys.executable, "-m", "bot", *words]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@asynccontextmanager
async def serve(
    folder: Path, env: Mapping[str, str], bot: FakeBotApi, line: FakeLineApi
) -> AsyncIterator[str]:
    """Run the server, and lead the webhooks to it, as a proxy does; yields its address."""
    command = [sys.executable, "-m", "bot", "run", "--port", "0"]
    pipe = asyncio.subprocess.PIPE
    program = await asyncio.create_subprocess_exec(*command, cwd=folder, env=env, stdout=pipe, stderr=pipe)
    assert program.stdout is not None
    try:
        address = (await program.stdout.readline()).decode().split()[-1].rstrip("/")
        async with asyncio.timeout(30):
            while [call.method for call in bot.calls].count("setWebhook") < 2:  # noqa: ASYNC110 - the fake keeps a list
                await asyncio.sleep(0.02)
        assert bot.webhook["url"] == f"{ADDRESS}/telegram/complaints"
        assert line.endpoint == f"{ADDRESS}/line/complaints"
        bot.webhook["url"] = f"{address}/telegram/complaints"
        line.webhook = f"{address}/line/complaints"
        yield address
    finally:
        program.terminate()
        await program.communicate()


async def say_on_line(line: FakeLineApi, person: str, *lines: str) -> str:
    """Say lines on LINE, or tap a label in brackets; returns all that the last was answered with."""
    shown: list[dict[str, object]] = []
    for words in lines:
        before = len(line.chats.get(person, []))
        event = line.make_text_event(person, words)
        if words.startswith("["):
            last = next(m for m in reversed(to_messages(line.chats[person])) if m.choices)
            data = next(data for label, data in last.choices if label.startswith(words[1:-1]))
            event = line.make_postback_event(person, data)
        assert await line.post_events(event) == 200
        shown = await line.wait_for_messages(person, before)
    return "\n".join(message.text for message in to_messages(shown))


async def open_join_page(text: str, address: str, digits: str) -> str:
    """Open the link of an invitation with the digits; returns the authenticator secret."""
    link = re.search(rf"{ADDRESS}(/staff/join/\S+)", text)
    assert link is not None, text
    page = await read_enrolment_page(address + link[1], digits)
    secret = re.search(r"\b[A-Z2-7]{32}\b", page.replace(" ", ""))
    assert secret is not None, " ".join(page.split())[:1500]
    return secret[0]


def find_invitation(screen: str, name: str) -> tuple[str, str]:
    """The command and the digits with which somebody joins the complaints desk."""
    found = re.search(rf"เชิญ {name} .*?complaints: .*?(/join \S+)  แล้วบอกเลข  (\d{{6}})", screen)
    assert found is not None
    return found[1], found[2]


def restore(folder: Path, env: Mapping[str, str]) -> Path:
    """Back up beside the running server, and restore into an empty folder; returns that folder."""
    identity, backups = Identity(), folder / "backup"
    (folder / "identity.txt").write_text(f"{identity.key}\n")
    run(folder, env, "backup", "--to", str(backups), "--recipient", identity.recipient)
    (newest,) = (backups / "backups").glob("*.age")
    again = folder / "again"
    key = str(folder / "identity.txt")
    run(folder, env, "restore", str(newest), "--identity", key, "--into", str(again))
    return again


def follow_in_terminal(folder: Path, env: Mapping[str, str], receipt: str) -> str:
    command = [sys.executable, "-m", "bot", "chat", "--desk", "complaints"]
    typed = f"ติดตามเรื่อง\n{receipt}\n"
    done = subprocess.run(
        command, cwd=folder, env=env, input=typed, capture_output=True, text=True, timeout=60
    )
    return done.stdout


def test_from_init_at_a_terminal_to_a_restored_case(tmp_path: Path) -> None:
    async def play() -> None:
        rules, line_rules = load_telegram_rules(CONTRACTS), load_line_rules()
        async with (
            asyncio.timeout(300),
            serve_fake_bot_api(rules) as bot,
            serve_fake_line_api(line_rules) as line,
        ):
            apis = {"ITA_TELEGRAM_API_URL": bot.url, "ITA_LINE_API_URL": line.url, "PYTHONWARNINGS": ""}
            env = {**build_environment(tmp_path / "var"), **apis}
            screen = await asyncio.to_thread(type_at_terminal, ("init",), TYPED, tmp_path, env)
            for secret in (TELEGRAM_TOKEN, LINE_TOKEN, SECRET):
                assert secret not in screen  # what is typed of a secret does not stand on the screen
            assert bot.commands
            assert line.default_menu
            async with serve(tmp_path, env, bot, line) as address:
                await live_first_day(tmp_path, env, bot, line, screen, address)
            assert bot.refused == []
            # A new account has no address to post to yet, which is asked before it is set.
            assert set(line.refused) <= {"getWebhookEndpoint: 404 Webhook endpoint not found"}

    asyncio.run(play())


async def live_first_day(
    folder: Path, env: Mapping[str, str], bot: FakeBotApi, line: FakeLineApi, screen: str, address: str
) -> None:
    """The supervisor joins on Telegram, the admin on LINE; one citizen writes on each; one is answered and restored."""
    officer, citizen, on_line = TelegramChatUser(bot, 4200000001), TelegramChatUser(bot, 4200000002), "ก"
    command, digits = find_invitation(screen, "สมหญิง ใจดี")
    await officer.say(command)
    secret = await open_join_page(officer.last_text, address, digits)
    await officer.say(TOTP(secret).now())
    assert "เรียบร้อย" in officer.last_text
    admin, (command, digits) = line_user_id("ข"), find_invitation(screen, "สมชาย ไอที")
    secret = await open_join_page(await say_on_line(line, admin, command), address, digits)
    assert "เรียบร้อย" in await say_on_line(line, admin, TOTP(secret).now())

    for words in REPORT:
        await citizen.say(words)
    filed = await say_on_line(line, line_user_id(on_line), *REPORT)
    receipts = [*citizen.receipts[-1:], *RECEIPT_PATTERN.findall(filed)[:1]]
    assert len(set(receipts)) == 2

    later = datetime.now(UTC) + timedelta(hours=2)
    told = await asyncio.to_thread(run, folder, env, "tick", "--now", later.isoformat())
    assert "cases-announced" in told
    await officer.say("/inbox")
    # The running program tells of new cases meanwhile, so that the answer need not be the last message.
    numbers = sorted(set(re.findall(r"\d+/25\d\d", officer.bot_text)))
    assert len(numbers) == 2
    for count, number in enumerate(numbers, start=1):
        await officer.say(f"/take {number}")
        await officer.say(f"/screen {number}")
        await officer.say(f"/reply {number}")
        await officer.say("รับเรื่องแล้ว กำลังตรวจสอบ")
        await officer.tap("ส่ง")
        assert officer.bot_text.count("60 วินาที") >= count
    await asyncio.to_thread(run, folder, env, "tick", "--now", (later + timedelta(hours=1)).isoformat())
    await citizen.say("ติดตามเรื่อง")
    await citizen.say(receipts[0])
    assert "กำลังตรวจสอบ" in citizen.bot_text
    assert "กำลังตรวจสอบ" in await say_on_line(line, line_user_id("ค"), "ติดตามเรื่อง", receipts[1])
    period = f"fy{numbers[0].partition('/')[2]}"
    counted = await asyncio.to_thread(
        run, folder, env, "stats", "--desk", "complaints", "--period", period, "--format", "json"
    )
    assert json.loads(counted)["total"]["received"] == 2
    again = await asyncio.to_thread(restore, folder, env)
    for receipt in receipts:
        read = await asyncio.to_thread(follow_in_terminal, folder, {**env, "ITA_HOME": str(again)}, receipt)
        assert "กำลังตรวจสอบ" in read
