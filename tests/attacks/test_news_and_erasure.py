"""News wished and given up, a chat wiped, a message unsent: no trace of the account stays."""

from collections.abc import Callable
from pathlib import Path

import pytest

from storage.cases.subscriptions import hash_subscriber
from tests.attacks.test_enumeration import (
    PLATFORMS,
    GetAccount,
    enumerate_account,
    read_rows,
    send_lines,
)
from tests.bot.platforms.in_memory_driver import InMemoryDriver
from tests.bot.platforms.line.api_rules import needs_contracts
from tests.bot.platforms.line.driver import LineDriver, line_user_id
from tests.end_to_end.desk_driver import DeskDriver
from tests.in_memory_desk import WHOLE_REPORT
from tests.story import StoryPlayer

STORY_LINE = 4


def file_report(driver: DeskDriver, person: str, *after: str) -> StoryPlayer:
    return send_lines(driver, person, *WHOLE_REPORT, "[ส่งเรื่อง]", *after, "[ข้าม]")


def find_traces(driver: DeskDriver, folder: Path, platform: str, account: str) -> set[str]:
    """As `enumerate_account`, and the hash under which a thief finds who wished for news."""
    keyring = driver.desk.store.keyring
    subscriber = hash_subscriber(keyring, keyring.hash_id(platform, account))
    driver.run(driver.desk.store.retention.checkpoint_wal())
    files = (path for path in folder.rglob("*") if path.is_file() and path.parent.name != "keys")
    found = {path.name for path in files if subscriber in path.read_bytes()}
    return found | enumerate_account(driver, folder, platform, account)


def wish_and_stop(driver: DeskDriver, person: str) -> None:
    file_report(driver, person, "[แจ้งเตือนเมื่อมีข่าว]")
    send_lines(driver, person, "/stop")


def wish_and_hear(driver: DeskDriver, person: str) -> None:
    player = file_report(driver, person, "[แจ้งเตือนเมื่อมีข่าว]")
    driver.send_office_message(player.receipt, "ขอบคุณ")
    send_lines(driver, person, "/stop")


def file_and_wipe(driver: DeskDriver, person: str) -> None:
    file_report(driver, person)
    send_lines(driver, person, "/wipe")


def follow_and_wipe(driver: DeskDriver, person: str) -> None:
    receipt = file_report(driver, person).receipt
    send_lines(driver, person, "ติดตามเรื่อง", receipt, "ออก", "/wipe")


@pytest.mark.parametrize(("driver_type", "get_account"), PLATFORMS)
def test_nothing_tells_who_it_was(
    tmp_path: Path, driver_type: type[DeskDriver], get_account: GetAccount
) -> None:
    # Names that no random bytes look like: they are searched for in all of the disk.
    kinds: dict[str, Callable[[DeskDriver, str], None]] = {
        "stops": wish_and_stop,
        "wipes": file_and_wipe,
        "follows": follow_and_wipe,
    }
    if driver_type is InMemoryDriver:
        kinds["hears"] = wish_and_hear
    driver, folder = driver_type(tmp_path / "var"), tmp_path / "var" / "complaints"
    wishing = file_report(driver, "wishes", "[แจ้งเตือนเมื่อมีข่าว]")
    assert find_traces(driver, folder, *get_account(driver, "wishes")) == {"desk.sqlite"}  # the search works
    send_lines(driver, "wishes", "/stop")
    for person, act in kinds.items():
        act(driver, person)
    if isinstance(driver, InMemoryDriver):
        driver.run(driver.platform.worker.run_once())
    driver.advance_clock(31)
    found = {
        person: find_traces(driver, folder, *get_account(driver, person)) for person in (*kinds, "wishes")
    }
    assert found == {person: set() for person in found}
    assert driver.run(read_rows(driver, "addresses")) == []
    assert driver.load_filed_report(wishing.receipt)  # the report itself stays
    driver.close()


@needs_contracts
def test_what_is_unsent_on_line_after_filing_leaves_neither_words_nor_account(tmp_path: Path) -> None:
    driver, folder = LineDriver(tmp_path / "var"), tmp_path / "var" / "complaints"
    line, person = driver.line_desk.line, line_user_id("ก")
    send_lines(driver, "ก", *WHOLE_REPORT[:STORY_LINE])
    told = line.make_text_event(person, "ส่วนที่จะยกเลิกการส่ง")
    driver._send_events("ก", told)
    player = file_report_rest(driver)
    report = driver.load_filed_report(player.receipt)
    assert "ส่วนที่จะยกเลิกการส่ง" in str(report)
    unsent = line.make_event(person, "unsend", unsend={"messageId": told["message"]["id"]})
    assert driver.run(line.post_events(unsent)) == 200
    assert "ส่วนที่จะยกเลิกการส่ง" not in str(driver.load_filed_report(player.receipt))
    driver.advance_clock(31)
    assert find_traces(driver, folder, "line", person) == set()
    driver.close()


def file_report_rest(driver: LineDriver) -> StoryPlayer:
    """Tell the story as usual beside what was told, and file."""
    return send_lines(driver, "ก", *WHOLE_REPORT[STORY_LINE:], "[ส่งเรื่อง]", "[ข้าม]")
