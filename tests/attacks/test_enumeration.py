"""A thief with every key, database and file tries all accounts of a platform: who filed does not stand out."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TypeAlias

import pytest

from storage.tables import metadata
from tests.bot.platforms.in_memory_driver import InMemoryDriver
from tests.bot.platforms.line.api_rules import needs_contracts
from tests.bot.platforms.line.driver import LineDriver, line_user_id
from tests.bot.platforms.telegram.driver import TelegramDriver
from tests.end_to_end.desk_driver import DeskDriver
from tests.in_memory_desk import WHOLE_REPORT
from tests.story import StoryPlayer

PERSONS_A_KIND = 5
GetAccount: TypeAlias = Callable[[DeskDriver, str], tuple[str, str]]
"""Returns a person's platform and the id of their account there, which a thief can enumerate."""


def get_telegram_account(driver: DeskDriver, person: str) -> tuple[str, str]:
    assert isinstance(driver, TelegramDriver)
    return "telegram", str(driver.get_chat_id(person))


def get_line_account(_: DeskDriver, person: str) -> tuple[str, str]:
    return "line", line_user_id(person)


def get_in_memory_account(_: DeskDriver, person: str) -> tuple[str, str]:
    return "telegram", person


FULL = pytest.mark.full("attacks on every platform")
PLATFORMS = [
    pytest.param(TelegramDriver, get_telegram_account, marks=[needs_contracts, FULL], id="telegram"),
    pytest.param(LineDriver, get_line_account, marks=[needs_contracts, FULL], id="line"),
    pytest.param(InMemoryDriver, get_in_memory_account, id="in_memory"),
]


def send_lines(driver: DeskDriver, person: str, *lines: str) -> StoryPlayer:
    """Say lines as a person: texts, and labels in brackets."""
    player = StoryPlayer(driver, person)  # type: ignore[arg-type]
    for line in lines:
        player._send_line(f"{person}: {line}", line)
    return player


def browse(driver: DeskDriver, person: str) -> None:
    send_lines(driver, person, "สวัสดี", "ความเป็นส่วนตัว", "[แจ้งเรื่อง]", "[ยกเลิก]", "ช่วยเหลือ")


def write_draft(driver: DeskDriver, person: str) -> None:
    send_lines(driver, person, *WHOLE_REPORT[:6])


def discard_draft(driver: DeskDriver, person: str) -> None:
    send_lines(driver, person, *WHOLE_REPORT[:6], "ยกเลิก", "[ลบร่าง]")


def file_report(driver: DeskDriver, person: str) -> None:
    player = send_lines(driver, person, *WHOLE_REPORT, "[ส่งเรื่อง]")
    send_lines(driver, person, player.receipt[-6:].replace("-", ""), "ขอบคุณค่ะ")


def file_and_follow(driver: DeskDriver, person: str) -> None:
    player = send_lines(driver, person, *WHOLE_REPORT, "[ส่งเรื่อง]", "[ข้าม]")
    receipt = player.receipt
    send_lines(driver, person, "ติดตามเรื่อง", receipt)


KINDS: dict[str, Callable[[DeskDriver, str], None]] = {
    "browses": browse,
    "drafts": write_draft,
    "discards": discard_draft,
    "files": file_report,
    "follows": file_and_follow,
}


def enumerate_account(driver: DeskDriver, folder: Path, platform: str, account: str) -> set[str]:
    """Every place where something that the keys can compute of an account stands: tables, and bytes of files."""
    keyring, days = driver.desk.store.keyring, driver.desk.store.committer.daily_keys
    who = keyring.hash_id(platform, account)
    purposes = (b"tries", b"questions", b"bucket", b"sender")
    marks = [mark for purpose in purposes for mark in days.hash_for_all_days(purpose, who)]
    needles = [who, who.hex().encode(), account.encode(), *marks]
    found = set[str]()
    for table in metadata.sorted_tables:
        rows = driver.run(read_rows(driver, table.name))
        found.update(
            table.name for row in rows if any(value in needles for value in row if isinstance(value, bytes))
        )
    for path in (p for p in folder.rglob("*") if p.is_file() and p.parent.name != "keys"):
        content = path.read_bytes()
        if any(needle in content for needle in needles):
            found.add(path.name)
    return found


async def read_rows(driver: DeskDriver, table: str) -> list[tuple[object, ...]]:
    async with driver.desk.store.open_read_context() as context:
        rows = await context.connection.exec_driver_sql(f'SELECT * FROM "{table}"')
        return [tuple(row) for row in rows]


@pytest.mark.parametrize(("driver_type", "get_account"), PLATFORMS)
def test_who_filed_cannot_be_told_from_who_browsed(
    tmp_path: Path, driver_type: type[DeskDriver], get_account: GetAccount
) -> None:
    driver = driver_type(tmp_path / "var")
    found = dict[str, list[set[str]]]()
    people = {f"{kind}{number}": kind for number in range(PERSONS_A_KIND) for kind in KINDS}
    for person, kind in people.items():  # by turns, so that no order tells who is who
        KINDS[kind](driver, person)
    driver.advance_clock(1)
    folder = tmp_path / "var" / "complaints"
    for person, kind in people.items():
        found.setdefault(kind, []).append(enumerate_account(driver, folder, *get_account(driver, person)))
    nothing = [set[str]()] * PERSONS_A_KIND
    assert found.pop("drafts") == [{"sessions", "desk.sqlite"}] * PERSONS_A_KIND  # the thief's search works
    assert found == dict.fromkeys(found, nothing)
    assert driver.run(read_rows(driver, "cases"))
    for waiting in ("outbox", "errands"):
        assert driver.run(read_rows(driver, waiting)) == []
    driver.advance_clock(int(timedelta(minutes=31) / timedelta(minutes=1)))
    for person in (name for name, kind in people.items() if kind in {"files", "follows"}):
        assert enumerate_account(driver, folder, *get_account(driver, person)) == set()
    driver.close()
