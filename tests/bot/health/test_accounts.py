"""What doctor asks the platforms and init sets there, on the fakes that refuse what the platforms refuse."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.health.check import Finding
from bot.platforms.registry import PLATFORMS
from bot.settings import load_settings
from tests.bot.health.broken_setup import examine, install_office, join_words
from tests.bot.platforms.line.api_rules import CONTRACTS, load_line_rules, needs_contracts
from tests.bot.platforms.line.fake_line_api import SECRET, FakeLineApi, serve_fake_line_api
from tests.bot.platforms.line.fake_line_api import TOKEN as LINE_TOKEN
from tests.bot.platforms.telegram.api_rules import load_telegram_rules
from tests.bot.platforms.telegram.fake_bot_api import TOKEN as TELEGRAM_TOKEN
from tests.bot.platforms.telegram.fake_bot_api import FakeBotApi, serve_fake_bot_api

pytestmark = needs_contracts


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An office in a folder, without settings of the tester."""
    for name in [n for n in os.environ if n.upper().startswith("ITA_")]:
        monkeypatch.delenv(name)
    install_office(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@asynccontextmanager
async def serve_platforms(
    folder: Path, telegram_token: str = TELEGRAM_TOKEN
) -> AsyncIterator[tuple[FakeBotApi, FakeLineApi]]:
    """Both platforms, and settings of an account at each."""
    telegram_rules, line_rules = load_telegram_rules(CONTRACTS), load_line_rules()
    async with serve_fake_bot_api(telegram_rules) as bot, serve_fake_line_api(line_rules) as line:
        (folder / ".env").write_text(
            f"ITA_TELEGRAM_API_URL={bot.url}\nITA_LINE_API_URL={line.url}\n"
            f"ITA_COMPLAINTS__TELEGRAM_TOKEN={telegram_token}\nITA_COMPLAINTS__LINE_TOKEN={LINE_TOKEN}\n"
            f"ITA_COMPLAINTS__LINE_SECRET={SECRET}\nITA_COMPLAINTS__PUBLIC_URL=https://localhost:1\n"
        )
        (folder / ".env").chmod(0o600)
        yield bot, line


async def find_problems(folder: Path) -> tuple[Finding, ...]:
    """What `check_accounts` finds."""
    result = (await examine(folder, asks=True))["accounts"]
    return result.findings


def test_accounts_are_set_up_and_then_in_order(folder: Path) -> None:
    async def scene() -> None:
        async with serve_platforms(folder) as (bot, line):
            words = join_words(await find_problems(folder))
            assert words.count("posts to “nowhere”, not “https://localhost:1") == 2
            for platform in PLATFORMS:
                await platform.register_account("complaints", load_settings())
            assert await find_problems(folder) == ()
            assert bot.webhook["url"] == "https://localhost:1/telegram/complaints"
            assert line.endpoint == "https://localhost:1/line/complaints"
            assert len(bot.commands) == 2
            assert line.default_menu in line.images
            assert bot.refused == line.refused[1:] == []  # the first: no webhook was set

    asyncio.run(scene())


def test_what_platforms_could_not_deliver_is_told_with_their_reason(folder: Path) -> None:
    async def scene() -> None:
        async with serve_platforms(folder) as (bot, line):
            for platform in PLATFORMS:
                await platform.register_account("complaints", load_settings())
            bot.webhook_failure = {
                "last_error_message": "Wrong response from the webhook: 502 Bad Gateway",
                "last_error_date": int(time.time()) - 60,
                "pending_update_count": 480,
            }
            line.webhook_answer = (404, "ERROR_STATUS_CODE")
            line.chat_mode, line.used = "chat", 290
            words = join_words(await find_problems(folder))
            for part in ("502 Bad Gateway", "404 ERROR_STATUS_CODE", "480 ข้อความ", "ปิด “แชต”", "290 จาก 300"):
                assert part in words
            bot.webhook_failure["last_error_date"] = int(time.time()) - 3 * 86400
            assert "502" not in join_words(await find_problems(folder))
            line.uses_webhook = False
            assert "Use webhook" in join_words(await find_problems(folder))

    asyncio.run(scene())


def test_a_refused_token_and_an_unreachable_platform_are_told_by_their_names(folder: Path) -> None:
    async def scene() -> None:
        async with serve_platforms(folder, "1:wrong"):
            words = join_words(await find_problems(folder))
            assert "ITA_COMPLAINTS__TELEGRAM_TOKEN: Telegram ไม่รับโทเคนนี้" in words
            assert "wrong" not in words
        words = join_words(await find_problems(folder))
        assert words.count("cannot be reached") == 2

    asyncio.run(scene())
