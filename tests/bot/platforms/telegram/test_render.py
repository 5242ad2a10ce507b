"""Rendering for Telegram: texts, buttons and rate limits."""

import asyncio
import json

import pytest

from bot.delivery.transport import MessageGoneError, RetryLaterError
from bot.platforms.telegram.inbound import normalize_command_text
from bot.platforms.telegram.models import TelegramMessage
from bot.platforms.telegram.ptb_request import encode_json
from bot.platforms.telegram.render import (
    LIMITS,
    ExistingMessage,
    OutgoingMessage,
    render_messages,
    to_existing_message,
)
from bot.platforms.telegram.sender import MAX_SEND_WAIT, SendLimiter, TelegramSender
from handlers.dialog.receipt import make_receipt
from handlers.dialog.replies import NEUTRAL, OF_CASE, Message
from handlers.dialog.text import utf16_length


def test_what_is_said_at_once_is_one_message_until_buttons_close_it() -> None:
    said = (Message("หนึ่ง", NEUTRAL), Message("สอง", NEUTRAL, (("ก", "1"),)), Message("สาม", OF_CASE))
    first, last = render_messages(said)
    assert (first.text, first.choices, last.text) == ("หนึ่ง\n\nสอง", (("ก", "1"),), "สาม")
    assert first.policy.protected
    assert last.to_send_call(5) == {
        "method": "sendMessage",
        "chat_id": 5,
        "text": "สาม",
        "link_preview_options": {"is_disabled": True},
        "protect_content": True,
    }
    halves = render_messages((Message("ก" * (LIMITS.text_units + 5), NEUTRAL, (("ก", "1"),)),))
    assert [(utf16_length(bubble.text), bool(bubble.choices)) for bubble in halves] == [
        (LIMITS.text_units, False),
        (5, True),
    ]
    full = render_messages((Message("ก" * LIMITS.text_units, NEUTRAL), Message("ข", NEUTRAL)))
    assert [utf16_length(bubble.text) for bubble in full] == [LIMITS.text_units, 1]


def test_short_buttons_stand_side_by_side() -> None:
    labels = ("ข้าม", "ย้อนกลับ", "ยกเลิก", "ก" * 40)
    rows = OutgoingMessage("?", NEUTRAL, tuple((label, "1") for label in labels)).button_rows
    assert [[button["text"] for button in row] for row in rows] == [["ข้าม", "ย้อนกลับ"], ["ยกเลิก"], ["ก" * 40]]


def test_words_stand_before_the_last_ones_where_there_is_room() -> None:
    assert OutgoingMessage("รหัส\n\nพิมพ์", NEUTRAL).with_inserted_text("ลบแล้ว").text == "รหัส\n\nลบแล้ว\n\nพิมพ์"
    assert OutgoingMessage("รหัส", NEUTRAL).with_inserted_text("ลบแล้ว").text == "รหัส\n\nลบแล้ว"
    assert (
        OutgoingMessage("ก" * LIMITS.text_units, NEUTRAL).with_inserted_text("ข").text
        == "ก" * LIMITS.text_units
    )


def test_nothing_takes_the_place_of_a_receipt() -> None:
    shown = ExistingMessage(1, f"รหัส {make_receipt(7).formatted} จดไว้", (), protected=True)
    assert not shown.can_be_replaced_by(OutgoingMessage("ต่อไป", NEUTRAL))
    assert ExistingMessage(1, "คำถาม XXXX-XXXX-XXXX-XXXX-C", (), protected=False).can_be_replaced_by(
        OutgoingMessage("ต่อไป", NEUTRAL)
    )
    assert not ExistingMessage(1, "คำถาม", (), protected=False).can_be_replaced_by(
        OutgoingMessage("ต่อไป", OF_CASE)
    )
    assert to_existing_message(None) is None
    hidden = {"message_id": 1, "date": 0, "chat": {"id": 1, "type": "private"}}
    assert to_existing_message(TelegramMessage.model_validate(hidden)) is None


@pytest.mark.parametrize(
    ("came", "meant"),
    [
        ("/start report", "/start report"),
        ("/start@canary_bot track", "/start track"),
        ("/start 5e1f", "/start"),
        ("/track@canary_bot", "/track"),
        ("/foo bar", "/foo bar"),
        ("แจ้งเรื่อง", "แจ้งเรื่อง"),
    ],
)
def test_a_command_is_taken_without_the_bots_name(came: str, meant: str) -> None:
    assert normalize_command_text(came) == meant


def acquires_at_once(pace: SendLimiter, chat: int) -> bool:
    """Whether the limiter lets a message go without any wait."""
    acquiring = pace.acquire(chat)
    try:
        acquiring.send(None)
    except StopIteration:
        return True
    acquiring.close()
    return False


def test_a_chat_that_is_written_to_too_fast_is_for_later_and_no_other() -> None:
    async def scene() -> None:
        now = 100.0
        pace = SendLimiter(overall_interval=0, clock=lambda: now)
        assert [acquires_at_once(pace, 1) for _ in range(3)] == [True] * 3
        assert acquires_at_once(pace, 2)
        pace.back_off(1, 60)
        with pytest.raises(RetryLaterError) as later:
            await pace.acquire(1)
        assert 50 < later.value.retry_after <= 60
        assert acquires_at_once(pace, 2)
        now += 61
        assert acquires_at_once(pace, 1)

    asyncio.run(scene())


def test_all_chats_together_are_written_to_thirty_times_a_second() -> None:
    async def scene() -> None:
        pace = SendLimiter(clock=lambda: 100.0)
        await asyncio.gather(*(pace.acquire(chat) for chat in range(16)))
        assert pace._next_free_at == pytest.approx(100 + 16 / 30)
        with pytest.raises(RetryLaterError):
            await asyncio.gather(*(pace.acquire(chat) for chat in range(int(MAX_SEND_WAIT * 30) + 40)))

    asyncio.run(scene())


def test_what_answers_a_person_rides_but_into_no_chat_that_must_wait() -> None:
    async def scene() -> None:
        now = 100.0
        pace = SendLimiter(clock=lambda: now)
        await pace.acquire(1)
        assert all(pace.can_reply_in_webhook(1) for _ in range(50))  # replies are not limited
        pace.back_off(1, 60)
        assert not pace.can_reply_in_webhook(
            1
        )  # Telegram set a wait; a reply in the webhook response would be dropped without an error
        assert pace.can_reply_in_webhook(2)
        now += 61
        assert pace.can_reply_in_webhook(1)
        pace.evict_idle_chats()
        assert not pace._backed_off_until

    asyncio.run(scene())


class FakeTelegramClient:
    """Records the calls and returns a prepared result for each."""

    def __init__(self, *fates: Exception | None) -> None:
        self.fates, self.made = list(fates), list[str]()

    def _record_call(self, what: str) -> None:
        self.made.append(what)
        if (fate := self.fates.pop(0) if self.fates else None) is not None:
            raise fate

    async def send(self, chat: int, bubble: OutgoingMessage) -> int:
        self._record_call("send")
        return 8

    async def edit(self, chat: int, message: int, bubble: OutgoingMessage) -> None:
        self._record_call("change")

    async def delete(self, chat: int, messages: list[int]) -> None:
        self._record_call(f"delete {len(messages)}")


def test_the_post_waits_a_little_and_sends_where_nothing_can_be_changed() -> None:
    async def scene() -> None:
        bubble = OutgoingMessage("ก", NEUTRAL)
        calls = FakeTelegramClient(RetryLaterError(0.01), None)
        assert await TelegramSender(calls, SendLimiter(0, 0)).send(1, bubble) == 8  # type: ignore[arg-type]
        assert calls.made == ["send", "send"]
        calls = FakeTelegramClient(MessageGoneError(), None)
        assert await TelegramSender(calls, SendLimiter(0, 0)).edit(1, 5, bubble) == 8  # type: ignore[arg-type]
        assert calls.made == ["change", "send"]
        for deed in ("send", "change"):
            post = TelegramSender(FakeTelegramClient(RetryLaterError(60)), SendLimiter(0, 0))  # type: ignore[arg-type]
            with pytest.raises(RetryLaterError):
                await (post.send(1, bubble) if deed == "send" else post.edit(1, 5, bubble))
            with pytest.raises(RetryLaterError):
                await post.limiter.acquire(1)
        calls = FakeTelegramClient()
        assert await TelegramSender(calls, SendLimiter(0, 0)).edit(1, 5, bubble) == 5  # type: ignore[arg-type]
        await TelegramSender(calls, SendLimiter(0, 0)).delete(1, list(range(250)))  # type: ignore[arg-type]
        assert calls.made[1:] == ["delete 100", "delete 100", "delete 50"]

    asyncio.run(scene())


def test_half_a_symbol_does_not_keep_the_rest_from_being_sent() -> None:
    wish = {"method": "sendMessage", "chat_id": 1, "text": "ก\ud83d"}
    assert json.loads(encode_json(wish)) == wish | {"text": "ก?"}
    whole = wish | {"text": "ก 😀 \n", "nested": {"rows": [[{"text": "ข"}]], "none": None, "yes": True}}
    assert json.loads(encode_json(whole)) == whole
