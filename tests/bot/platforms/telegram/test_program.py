"""`ita-bot run` with a Telegram bot: set-up calls, an invalid token is reported, nothing is lost when killed."""

import asyncio
import logging
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.delivery.transport import PlatformLimits
from bot.log import LibraryLogHandler
from bot.platforms.telegram.replies import TelegramReplies
from handlers.dialog.events import Channel
from tests.bot.platforms.telegram.api_rules import find_contracts, load_telegram_rules
from tests.bot.platforms.telegram.driver import RECEIPT_PATTERN, SECRET, TelegramDesk, open_telegram_desk
from tests.bot.platforms.telegram.fake_bot_api import (
    CANARY_NAME,
    TOKEN,
    FakeBotApi,
    TelegramFault,
    serve_fake_bot_api,
)
from tests.bot.platforms.telegram.user import CHAT, TelegramChatUser, run_scenario, wait_until_idle
from tests.end_to_end.terminal_driver import ROOT, build_environment, write_office_beside

WORDS = "คานารีเรียกรับเงินร้อยละสิบ"


@asynccontextmanager
async def run_telegram_program(
    home: Path, fake: FakeBotApi, **more: str
) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """The program in a process of its own, and its URL."""
    write_office_beside(home)
    told = {
        "ITA_OFFICE": str(home.parent / "office.toml"),
        "ITA_TELEGRAM_API_URL": fake.url,
        "ITA_COMPLAINTS__TELEGRAM_TOKEN": TOKEN,
        "ITA_COMPLAINTS__TELEGRAM_SECRET": SECRET,
        "ITA_COMPLAINTS__PUBLIC_URL": "https://report.example.test/",
        **more,
    }
    pipe = asyncio.subprocess.PIPE
    command = [sys.executable, "-m", "bot", "run", "--port", "0", "--desk", "complaints"]
    program = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, env=build_environment(home, **told), stdout=pipe, stderr=pipe
    )
    assert program.stdout is not None
    try:
        ready = (await program.stdout.readline()).decode()
        found = re.fullmatch(r"ready (http://\S+)\n", ready)
        assert found is not None, (await program.stderr.read()).decode() if program.stderr else ready
        yield program, found[1]
    finally:
        if program.returncode is None:
            program.kill()
        await program.communicate()


async def wait_for_call(what: object, fake: FakeBotApi) -> None:
    async with asyncio.timeout(15):
        while what not in [c.method for c in fake.calls]:  # noqa: ASYNC110 - the fake keeps a list
            await asyncio.sleep(0.02)


@pytest.mark.full("real programs")
def test_it_introduces_itself_and_ends_in_order(tmp_path: Path) -> None:
    async def run_in_loop() -> None:
        async with asyncio.timeout(60), serve_fake_bot_api(load_telegram_rules(find_contracts())) as fake:
            async with run_telegram_program(tmp_path / "var", fake) as (program, address):
                await wait_for_call("setWebhook", fake)
                assert fake.webhook["url"] == "https://report.example.test/telegram/complaints"
                assert fake.webhook["secret_token"] == SECRET
                assert int(fake.webhook["max_connections"]) == 100
                assert fake.commands.keys() == {("all_private_chats", ""), ("all_private_chats", "en")}
                fake.webhook["url"] = f"{address}/telegram/complaints"
                person = TelegramChatUser(fake)
                await person.say("สวัสดี")
                assert "ต้องการทำอะไร" in person.last_text
                program.send_signal(signal.SIGTERM)
                _, errors = await program.communicate()
                assert program.returncode == 0
                assert TOKEN not in errors.decode()
            assert fake.refused == []

    asyncio.run(run_in_loop())


@pytest.mark.full("real programs")
def test_a_token_that_telegram_refuses_is_named_and_the_rest_serves(tmp_path: Path) -> None:
    async def run_in_loop() -> None:
        async with asyncio.timeout(60), serve_fake_bot_api(load_telegram_rules(find_contracts())) as fake:
            other = "700000009:AAothercanaryTOKENcanaryTOKENcanaryTO"
            way = run_telegram_program(tmp_path / "var", fake, ITA_COMPLAINTS__TELEGRAM_TOKEN=other)
            async with way as (program, _):
                assert program.stderr is not None
                told = ""
                while "TELEGRAM_TOKEN" not in told:
                    told = (await program.stderr.readline()).decode()
                assert told.startswith("ITA_COMPLAINTS__TELEGRAM_TOKEN: Telegram ไม่รับโทเคนนี้")
                program.send_signal(signal.SIGTERM)
                _, errors = await program.communicate()
                assert program.returncode == 0
                assert other not in errors.decode()

    asyncio.run(run_in_loop())


@pytest.mark.full("real programs")
def test_an_address_that_telegram_refuses_is_named(tmp_path: Path) -> None:
    async def run_in_loop() -> None:
        async with asyncio.timeout(60), serve_fake_bot_api(load_telegram_rules(find_contracts())) as fake:
            way = run_telegram_program(tmp_path / "var", fake, ITA_COMPLAINTS__TELEGRAM_SECRET="x" * 300)
            async with way as (program, _):
                assert program.stderr is not None
                told = ""
                while "TELEGRAM_SECRET" not in told:
                    told = (await program.stderr.readline()).decode()
                assert "PUBLIC_URL" in told
                assert "x" * 300 not in told

    asyncio.run(run_in_loop())


@pytest.mark.full("real programs")
def test_two_desks_share_no_bot(tmp_path: Path) -> None:
    tokens = {f"ITA_{desk}__TELEGRAM_TOKEN": TOKEN for desk in ("COMPLAINTS", "SERVICE")}
    done = subprocess.run(
        [sys.executable, "-m", "bot", "run", "--port", "0"],
        cwd=ROOT,
        env=build_environment(tmp_path / "var", **tokens),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 78
    assert "ITA_SERVICE__TELEGRAM_TOKEN" in done.stderr
    assert TOKEN not in done.stderr


@pytest.mark.full("real programs")
def test_a_receipt_that_was_written_and_not_sent_comes_after_the_next_start(tmp_path: Path) -> None:
    async def run_in_loop() -> None:
        async with asyncio.timeout(60), serve_fake_bot_api(load_telegram_rules(find_contracts())) as fake:
            person = TelegramChatUser(fake)
            async with open_telegram_desk(tmp_path / "var", fake) as o:
                await person.fill_report()

                async def dies(*_: object, **__: object) -> None:
                    return None  # the program ends between the commit and the first call

                o.setup.adapter.replies.send_answer = dies  # type: ignore[method-assign,assignment]
                await person.tap("ส่งเรื่อง")
                assert person.receipts == []
            async with open_telegram_desk(tmp_path / "var", fake) as o:
                await fake.push_update(person.updates[-1])  # Telegram got no response and redelivers
                assert person.receipts == []
                o.desk.clock_offset = timedelta(minutes=2)
                await o.worker.run_once()
                assert len(person.receipts) == 1
                assert len(await o.desk.load_stories()) == 1
                assert await o.desk.store.outbox.list_all(Channel.TELEGRAM) == []

    asyncio.run(run_in_loop())


@pytest.mark.parametrize("accepted", [False, True], ids=["before", "after"])
@pytest.mark.full("real programs")
def test_killed_while_the_receipt_is_on_its_way(tmp_path: Path, accepted: bool) -> None:
    """`kill -9` before Telegram accepts the receipt, or after that but before the program knows."""
    held = asyncio.Event()

    def slow(method: str, params: Mapping[str, Any]) -> TelegramFault | None:
        if method == "sendMessage" and RECEIPT_PATTERN.search(str(params.get("text", ""))):
            held.set()
            return TelegramFault(delay=0.0 if accepted else 1.0, cut="after" if accepted else "before")
        return None

    async def run_in_loop() -> None:
        async with asyncio.timeout(60), serve_fake_bot_api(load_telegram_rules(find_contracts())) as fake:
            person = TelegramChatUser(fake)
            async with run_telegram_program(tmp_path / "var", fake) as (program, address):
                await wait_for_call("setWebhook", fake)
                fake.webhook["url"] = f"{address}/telegram/complaints"
                await person.fill_report()
                fake.inject_fault = slow
                filing = asyncio.create_task(person.tap("ส่งเรื่อง"))
                await held.wait()
                program.send_signal(signal.SIGKILL)
                assert await program.wait() == -signal.SIGKILL
                await asyncio.gather(filing, return_exceptions=True)
            fake.inject_fault = lambda _method, _params: None
            assert len(person.receipts) == accepted
            async with open_telegram_desk(tmp_path / "var", fake) as o:
                await fake.push_update(person.updates[-1])  # Telegram got no response and redelivers
                o.desk.clock_offset = timedelta(minutes=2)
                await o.worker.run_once()
                assert len(set(person.receipts)) == 1
                assert len(await o.desk.load_stories()) == 1
                assert await o.desk.store.outbox.list_all(Channel.TELEGRAM) == []

    asyncio.run(run_in_loop())


def test_logs_at_debug_hold_nothing_of_anybody(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    handler, root = LibraryLogHandler(), logging.getLogger()
    level = root.level

    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        await p.fill_report()
        await p.say(WORDS)
        await p.tap("เพิ่มในเหตุการณ์ที่เล่า")
        await p.send_file("photo", b"GIF89a", about={"file_name": "คานารี.gif"})
        await p.tap("ส่งเรื่อง")
        p.fake.blocked.add(CHAT)
        await p.say(p.receipts[0])

    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        fake = run_scenario(tmp_path, scene)
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    told = capsys.readouterr().err
    receipts = [
        call.params["text"] for call in fake.calls if "รหัสติดตามของท่าน" in str(call.params.get("text"))
    ]
    assert receipts
    assert '"event": "foreign"' in told
    for secret in (TOKEN, SECRET, CANARY_NAME, str(CHAT), WORDS, "คานารี", "sendMessage", "FILE0"):
        assert secret not in told


def test_nothing_on_the_disk_tells_who_wrote_or_what(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        await p.fill_report()
        await p.tap("แก้ไข")
        await p.say(f"{WORDS} ที่ห้องพัสดุ")
        p.fake.inject_fault = lambda method, params: TelegramFault(500) if method == "download" else None
        o.setup.adapter.limits = PlatformLimits(file_wait=0.01)
        await p.send_file("document", b"%PDF-1.4", about={"file_name": f"{WORDS}.pdf"})
        other = TelegramChatUser(p.fake, CHAT + 1)
        await other.fill_report()
        await other.tap("ส่งเรื่อง")
        await other.tap("แจ้งเตือนเมื่อมีข่าว")
        await o.desk.send_office_message(other.receipts[0], WORDS)  # a message waits in the outbox
        assert len(await o.desk.store.task_queue.list_all(Channel.TELEGRAM)) == 1
        await wait_until_idle(o)
        assert len(await o.desk.store.outbox.list_all(Channel.TELEGRAM)) == 1
        files = [f for f in (tmp_path / "var").rglob("*") if f.is_file() and f.parent.name != "keys"]
        kept = b"".join(f.read_bytes() for f in files)
        assert len(kept) > 10_000
        for secret in (WORDS, str(CHAT), str(CHAT + 1), CANARY_NAME, TOKEN, other.receipts[0], "FILE0"):
            assert secret.encode() not in kept
        for number in (CHAT, CHAT + 1):
            for size in (5, 8):
                assert number.to_bytes(size, "big") not in kept
                assert number.to_bytes(size, "little") not in kept
        o.desk.errors.clear()

    run_scenario(tmp_path, scene)


def test_a_door_that_was_closed_sends_nothing_more(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        await p.say("สวัสดี")
        await o.setup.adapter.close()
        assert isinstance(o.setup.adapter.replies, TelegramReplies)
        assert not o.setup.adapter.replies._tasks

    run_scenario(tmp_path, scene)
