"""With every library at its most talkative, no log has a person, a word, a code, an address or a token in it."""

import logging
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.log import install_logging
from handlers.dialog.replies import Message
from tests.attacks.test_enumeration import FULL
from tests.bot.platforms.in_memory_driver import InMemoryDriver
from tests.bot.platforms.line.api_rules import needs_contracts
from tests.bot.platforms.line.driver import LineDriver, line_user_id
from tests.bot.platforms.telegram.driver import TelegramDriver
from tests.end_to_end.desk_driver import DeskDriver
from tests.end_to_end.server_process import Visitor
from tests.end_to_end.threaded_server import WebServer
from tests.in_memory_desk import WHOLE_REPORT
from tests.story import StoryPlayer

WORDS = ("เจ้าหน้าที่พัสดุ", "ห้องพัสดุ", "ผู้รับเหมา")


@pytest.fixture
def every_logger_at_debug() -> Iterator[None]:
    """All that libraries would say goes where the program sends it; afterwards everything is as before."""
    root = logging.getLogger()
    before = (root.handlers[:], root.level, sys.excepthook, sys.unraisablehook, threading.excepthook)
    known = [logging.getLogger(name) for name in logging.root.manager.loggerDict]
    levels = [(one, one.level, one.handlers[:], one.propagate) for one in known]
    install_logging(logging.DEBUG)
    for one in known:
        one.setLevel(logging.DEBUG)
    yield
    logging.captureWarnings(capture=False)
    root.handlers[:], root.level, sys.excepthook, sys.unraisablehook, threading.excepthook = before
    for one, level, handlers, propagate in levels:
        one.setLevel(level)
        one.handlers[:], one.propagate = handlers, propagate


def file_and_follow(driver: DeskDriver, person: str) -> str:
    """File a report, open its case, ask for news and end them; returns the code."""
    player = StoryPlayer(driver, person)  # type: ignore[arg-type]
    said: list[Message] = []
    for line in (*WHOLE_REPORT, "[ส่งเรื่อง]", "[ข้าม]"):
        player._send_line(f"{person}: {line}", line)
    for words in (player.receipt, "ขอเพิ่มว่าเรียกที่ห้องพัสดุ", "/stop"):
        said += driver.send_text(person, words)
    assert said
    return player.receipt


def assert_silent(log: str, secrets: list[str]) -> None:
    assert "foreign" in log  # libraries did speak
    found = [secret for secret in (*WORDS, *secrets) if secret in log]
    assert found == []


@pytest.mark.usefixtures("every_logger_at_debug")
@pytest.mark.parametrize(
    "driver_type",
    [
        pytest.param(TelegramDriver, marks=[needs_contracts, FULL], id="telegram"),
        pytest.param(LineDriver, marks=[needs_contracts, FULL], id="line"),
        pytest.param(InMemoryDriver, id="in_memory"),
    ],
)
def test_of_a_chat(tmp_path: Path, capsys: pytest.CaptureFixture[str], driver_type: type[DeskDriver]) -> None:
    driver = driver_type(tmp_path / "var")
    driver._runner.get_loop().set_debug(True)
    receipt = file_and_follow(driver, "ก")
    account = "1"
    if isinstance(driver, TelegramDriver):
        account = str(driver.get_chat_id("ก"))
    elif isinstance(driver, LineDriver):
        account = line_user_id("ก")
    who = driver.desk.store.keyring.hash_id("telegram", account).hex()
    driver.close()
    logging.getLogger("asyncio").debug("the end")
    captured = capsys.readouterr()
    accounts = [account] if len(account) > 5 else []
    assert_silent(
        captured.err + captured.out, [*accounts, who, receipt, receipt.replace("-", ""), "SECRET", "bot700"]
    )


@pytest.mark.usefixtures("every_logger_at_debug")
def test_of_a_browser(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    server = WebServer(tmp_path / "var")
    server._loop.call_soon_threadsafe(server._loop.set_debug, True)
    visitor = Visitor(server.port, {"X-Forwarded-For": "203.0.113.77", "User-Agent": "KANARYBROWSER/1.0"})
    visitor.open_page("/report")
    for line in (*WHOLE_REPORT[2:], "[ส่งเรื่อง]"):
        visitor.say(line)
    receipt = visitor.page.receipt
    cookie = next(iter(visitor.cookie_jar.values())).partition(".")[0]
    visitor.submit_form("x", csrf="forged")
    server.close()
    logging.getLogger("asyncio").debug("the end")
    captured = capsys.readouterr()
    assert_silent(captured.err + captured.out, [receipt, cookie, "203.0.113", "KANARYBROWSER"])
