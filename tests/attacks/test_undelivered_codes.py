"""A code that cannot be delivered stands beside its account for 72 hours at most, and nobody loses it unawares."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.delivery.transport import PermanentError
from bot.delivery.undelivered import LOST_CODE
from handlers.dialog.events import Channel, Event
from handlers.dialog.receipt import parse_receipt
from handlers.dialog.replies import MUST_ARRIVE, Reply
from handlers.i18n import render_reply
from storage.errors import DiskFullError
from storage.serialization import OutboxMessage
from tests.attacks.test_enumeration import read_rows, send_lines
from tests.bot.platforms.in_memory_driver import InMemoryDriver
from tests.bot.platforms.line.api_rules import needs_contracts
from tests.bot.platforms.line.driver import LineDriver, line_user_id
from tests.in_memory_desk import WHOLE_REPORT

LOST_TEXT = render_reply(LOST_CODE, "th").text


@pytest.fixture
def driver(tmp_path: Path) -> InMemoryDriver:
    return InMemoryDriver(tmp_path / "var")


def file_out_of_reach(driver: InMemoryDriver, person: str) -> str:
    """File a report whose answer does not arrive; returns the code that the outbox holds."""
    send_lines(driver, person, *WHOLE_REPORT)
    driver.platform.away.add(person)
    keyring = driver.desk.store.keyring
    event = Event(
        f"memory:filed by {person}",
        keyring.hash_id(Channel.TELEGRAM, person),
        Channel.TELEGRAM,
        text="ส่งเรื่อง",
        reply_to=keyring.encrypt_address(person),
    )
    answer = driver.run(driver.desk.engine.handle(event))
    return next(message.receipt for message in answer.messages if message.receipt)


def run_worker(driver: InMemoryDriver, hours: float) -> None:
    """Let time pass, and the delivery worker try in each hour; its failures are expected."""
    for _ in range(max(1, int(hours))):
        driver.desk.clock_offset += timedelta(hours=min(hours, 1))
        driver.run(driver.platform.worker.run_once())
    driver.desk.errors.clear()


def list_received(driver: InMemoryDriver, person: str) -> list[str]:
    return [message.text for who, message in driver.platform.sent if who == person]


def come_back(driver: InMemoryDriver, person: str, words: str = "สวัสดี") -> None:
    """Write once more; unlike `send_lines`, the event is not repeated, since a notice is given once."""
    driver.run(driver.platform.receive(f"{words} of {person}", person, text=words))


def count_waiting(driver: InMemoryDriver) -> int:
    return len(driver.run(read_rows(driver, "outbox")))


def test_who_comes_back_gets_the_code_at_once(driver: InMemoryDriver) -> None:
    receipt = file_out_of_reach(driver, "ก")
    run_worker(driver, 30)
    assert count_waiting(driver) == 1
    driver.platform.away.clear()
    driver.desk.clock_offset += timedelta(seconds=1)
    send_lines(driver, "ก", "สวัสดี")
    driver.run(driver.platform.worker.run_once())
    received = list_received(driver, "ก")
    assert sum(receipt in text for text in received) == 1
    assert LOST_TEXT not in received
    assert count_waiting(driver) == 0
    driver.close()


def test_what_an_earlier_run_could_not_deliver_is_sent_to_who_comes_back(driver: InMemoryDriver) -> None:
    receipt = file_out_of_reach(driver, "ก")
    run_worker(driver, 20)
    driver.clock_offset = driver.desk.clock_offset
    driver.restart_program()
    driver.platform.away.clear()
    assert driver.desk
    driver.run(driver.platform.worker.undelivered.load([Channel.TELEGRAM]))
    send_lines(driver, "ก", "สวัสดี")
    driver.run(driver.platform.worker.run_once())
    assert sum(receipt in text for text in list_received(driver, "ก")) == 1
    driver.close()


def test_after_72_hours_it_is_gone_and_the_person_hears_so_once(driver: InMemoryDriver) -> None:
    receipt = file_out_of_reach(driver, "ก")
    run_worker(driver, 70)
    assert count_waiting(driver) == 1
    run_worker(driver, 4)
    assert count_waiting(driver) == 0
    driver.platform.away.clear()
    come_back(driver, "ข")
    assert LOST_TEXT not in list_received(driver, "ข")
    come_back(driver, "ก")
    come_back(driver, "ก", "ช่วยเหลือ")
    received = list_received(driver, "ก")
    assert received.count(LOST_TEXT) == 1
    assert not any(receipt in text for text in received)
    assert len(driver.run(read_rows(driver, "cases"))) == 1  # the report itself stays
    driver.close()


def test_a_program_that_was_stopped_longer_tries_once_more(driver: InMemoryDriver) -> None:
    receipt = file_out_of_reach(driver, "ก")
    driver.platform.away.clear()
    driver.desk.clock_offset += timedelta(hours=100)
    driver.run(driver.platform.worker.run_once())
    assert sum(receipt in text for text in list_received(driver, "ก")) == 1
    driver.close()


def test_who_blocked_the_account_leaves_nothing_and_hears_so_when_they_return(driver: InMemoryDriver) -> None:
    file_out_of_reach(driver, "ก")
    other = file_out_of_reach(driver, "ข")
    who = driver.desk.store.keyring.hash_id(Channel.TELEGRAM, "ก")
    driver.run(driver.platform.worker.undelivered.forget_person(Channel.TELEGRAM, who))
    assert count_waiting(driver) == 1
    driver.platform.away.clear()
    run_worker(driver, 1)
    assert sum(other in text for text in list_received(driver, "ข")) == 1
    come_back(driver, "ก")
    assert list_received(driver, "ก").count(LOST_TEXT) == 1
    driver.close()


def lose_code(driver: InMemoryDriver, person: str) -> None:
    """Let a person file out of reach until the code is given up."""
    file_out_of_reach(driver, person)
    run_worker(driver, 74)
    assert count_waiting(driver) == 0


def come_and_go(driver: InMemoryDriver, person: str, number: int = 1) -> None:
    """Write something whose answer does not arrive: nothing is shown of it."""
    keyring = driver.desk.store.keyring
    event = Event(
        f"memory:gone again {number} {person}",
        keyring.hash_id(Channel.TELEGRAM, person),
        Channel.TELEGRAM,
        text="สวัสดี",
        reply_to=keyring.encrypt_address(person),
    )
    driver.run(driver.desk.engine.handle(event))


def test_a_notice_that_does_not_arrive_with_the_answer_is_sent_later_once(driver: InMemoryDriver) -> None:
    lose_code(driver, "ก")
    come_and_go(driver, "ก")
    assert count_waiting(driver) == 1
    run_worker(driver, 20)
    assert LOST_TEXT not in list_received(driver, "ก")
    driver.platform.away.clear()
    run_worker(driver, 3)
    come_back(driver, "ก")
    assert list_received(driver, "ก").count(LOST_TEXT) == 1
    assert count_waiting(driver) == 0
    driver.close()


def test_a_notice_that_waits_survives_the_end_of_the_program(driver: InMemoryDriver) -> None:
    lose_code(driver, "ก")
    come_and_go(driver, "ก")
    driver.clock_offset = driver.desk.clock_offset
    driver.restart_program()
    driver.platform.away.clear()
    run_worker(driver, 2)
    assert list_received(driver, "ก").count(LOST_TEXT) == 1
    driver.close()


@pytest.mark.parametrize("rounds", [1, 3])
def test_a_notice_that_is_given_up_itself_is_said_the_next_time(driver: InMemoryDriver, rounds: int) -> None:
    lose_code(driver, "ก")
    for number in range(rounds):
        come_and_go(driver, "ก", number)
        run_worker(driver, 74)
        assert count_waiting(driver) == 0
    driver.platform.away.clear()
    come_back(driver, "ก")
    come_back(driver, "ก", "ช่วยเหลือ")
    assert list_received(driver, "ก").count(LOST_TEXT) == 1
    assert count_waiting(driver) == 0
    driver.close()


def test_who_blocks_the_account_before_the_notice_arrives_hears_it_on_return(driver: InMemoryDriver) -> None:
    lose_code(driver, "ก")
    come_and_go(driver, "ก")
    who = driver.desk.store.keyring.hash_id(Channel.TELEGRAM, "ก")
    driver.run(driver.platform.worker.undelivered.forget_person(Channel.TELEGRAM, who))
    assert count_waiting(driver) == 0
    driver.platform.away.clear()
    come_back(driver, "ก")
    assert list_received(driver, "ก").count(LOST_TEXT) == 1
    driver.close()


def test_a_notice_that_cannot_be_stored_is_said_now_and_once_more(
    driver: InMemoryDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    lose_code(driver, "ก")
    driver.platform.away.clear()

    async def fail(*_: object) -> str:
        raise DiskFullError

    with monkeypatch.context() as patched:
        patched.setattr(driver.desk.store.outbox, "add", fail)
        come_back(driver, "ก")
    assert [type(error) for error in driver.desk.errors] == [DiskFullError]
    driver.desk.errors.clear()
    come_back(driver, "ก", "ช่วยเหลือ")
    come_back(driver, "ก", "ขอบคุณ")
    assert list_received(driver, "ก").count(LOST_TEXT) == 2
    driver.close()


def test_what_the_platform_refuses_for_good_is_deleted_at_once(
    driver: InMemoryDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_out_of_reach(driver, "ก")

    async def refuse(*_: object) -> None:
        raise PermanentError

    with monkeypatch.context() as patched:
        patched.setattr(driver.platform, "deliver", refuse)
        run_worker(driver, 1)
    assert count_waiting(driver) == 0
    come_back(driver, "ก")
    assert list_received(driver, "ก").count(LOST_TEXT) == 1
    driver.close()


def test_a_row_of_an_earlier_version_has_no_end_and_is_delivered(driver: InMemoryDriver) -> None:
    back = driver.desk.store.keyring.encrypt_address("ก")
    reply = Reply("confirm.receipt", MUST_ARRIVE, {"receipt": "0123-4567-89AB-CDEF-V"})
    message = OutboxMessage(Channel.TELEGRAM, back, "th", (reply,))
    driver.run(driver.desk.store.outbox.add(Channel.TELEGRAM, message, driver.desk.now()))
    driver.platform.away.add("ก")
    run_worker(driver, 90)
    driver.platform.away.clear()
    run_worker(driver, 2)
    assert any(parse_receipt(text.split("\n")[-1]) for text in list_received(driver, "ก"))
    driver.close()


@needs_contracts
def test_blocking_the_account_on_line_ends_news_and_what_waits(tmp_path: Path) -> None:
    driver = LineDriver(tmp_path / "var")
    player = send_lines(driver, "ก", *WHOLE_REPORT, "[ส่งเรื่อง]", "[แจ้งเตือนเมื่อมีข่าว]", "[ข้าม]")
    assert len(driver.run(read_rows(driver, "addresses"))) == 1
    line, person = driver.line_desk.line, line_user_id("ก")
    driver.send_office_message(player.receipt, "ขอบคุณ")
    assert count_rows_of(driver, "outbox") == 1
    assert driver.run(line.post_events(line.make_event(person, "unfollow"))) == 200
    driver.run(driver._wait_until_idle())
    assert driver.run(read_rows(driver, "addresses")) == []
    assert count_rows_of(driver, "outbox") == 0
    driver.send_office_message(player.receipt, "ขอบคุณอีกครั้ง")
    assert count_rows_of(driver, "outbox") == 0
    driver.close()


def count_rows_of(driver: LineDriver, table: str) -> int:
    return len(driver.run(read_rows(driver, table)))
