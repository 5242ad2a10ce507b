"""What a submitted form means: the events in the order in which a chat would have brought them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.web.chat.form_events import follow_file, form_to_events, is_unsent_text
from bot.web.chat.session import FormToken, digest_text
from bot.web.chat.unsent_text import MAX_UNSENT_LENGTH, MAX_UNSENT_TEXTS, UnsentTextCache
from bot.web.multipart import FormData
from handlers.dialog.events import Channel, Event
from handlers.dialog.receipt import make_receipt
from handlers.dialog.session import SESSION_IDLE_TIMEOUT
from tests.run_decision import begin_session, make_file

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
WHO = b"w" * 32
TOKEN = FormToken("0" * 32, 7, "", "th", "", int(NOW.timestamp()) // 60)
EVENT = Event("", WHO, Channel.WEB, prompt_number=7, lang="th")


def fill(text: str = "", choice: str = "", *files: Any) -> FormData:
    return FormData({"text": text, "choice": choice}, [*files])


def read(form: FormData, token: FormToken = TOKEN, now: datetime = NOW) -> list[Event]:
    return form_to_events(WHO, token, form, now)


@pytest.mark.parametrize(
    ("form", "parts"),
    [
        (fill("สวัสดี"), [{"text": "สวัสดี"}]),
        (fill("", "7.done"), [{"choice": "7.done"}]),
        (fill("เล่าต่อ", "7.done"), [{"text": "เล่าต่อ"}, {"choice": "7.done"}]),
        (fill("หนึ่ง\r\nสอง"), [{"text": "หนึ่ง\nสอง"}]),
        (fill("", "", make_file(1), make_file(2)), [{"file": make_file(1)}, {"file": make_file(2)}]),
        (
            fill("คำอธิบาย", "7.done", make_file(1)),
            [{"text": "คำอธิบาย"}, {"file": make_file(1)}, {"choice": "7.done"}],
        ),
        (fill(), [{"text": ""}]),
        (FormData(), [{"text": ""}]),
        (fill("พิมพ์ค้าง", "7.back"), [{"choice": "7.back"}]),
        (fill("พิมพ์ค้าง", "/help"), [{"choice": "/help"}]),
        (
            fill("ก" * (MAX_UNSENT_LENGTH + 1), "7.back"),
            [{"text": "ก" * (MAX_UNSENT_LENGTH + 1)}, {"choice": "7.back"}],
        ),
    ],
)
def test_the_text_comes_first_then_the_files_then_the_choice(
    form: FormData, parts: list[dict[str, Any]]
) -> None:
    assert read(form) == [replace(EVENT, **part) for part in parts]


def test_a_page_that_was_shown_before_the_dialogue_began_begins_it() -> None:
    token = replace(TOKEN, start_command="report", lang="en")
    english = replace(EVENT, lang="en")
    assert read(fill("", "1.accept"), token) == [
        replace(english, choice="/report"),
        replace(english, choice="1.accept"),
    ]
    assert read(fill(), token) == [replace(english, choice="/report"), replace(english, text="")]


def test_an_answer_that_stood_in_the_box_already_is_not_sent_again() -> None:
    token = replace(TOKEN, previous_answer_digest=digest_text("เดิม"))
    assert read(fill("เดิม", "7.next"), token) == [replace(EVENT, choice="7.next")]
    assert read(fill("ใหม่", "7.next"), token) == [replace(EVENT, text="ใหม่"), replace(EVENT, choice="7.next")]
    assert read(fill("เดิม"), token) == [replace(EVENT, text="เดิม")]


@pytest.mark.parametrize(
    ("choice", "sent"), [("7.accept", "-1.7.accept"), ("/help", "/help"), ("", None), ("7.back", "-1.7.back")]
)
def test_a_form_of_an_expired_session_answers_no_present_question(choice: str, sent: str | None) -> None:
    events = read(fill("", choice), now=NOW + SESSION_IDLE_TIMEOUT)
    old = replace(EVENT, prompt_number=-1)
    assert events == [replace(old, choice=sent) if sent else replace(old, text="")]


def test_a_start_page_never_expires() -> None:
    token = replace(TOKEN, start_command="track")
    (_, answer) = read(fill("0123"), token, NOW + timedelta(days=1))
    assert (answer.prompt_number, answer.text) == (7, "0123")


@pytest.mark.parametrize(
    ("text", "choice", "unsent"),
    [
        ("ก", "7.back", True),
        ("ก", "7.cancel", True),
        ("ก", "7.stay", True),
        ("ก", "7.stay_here", True),
        ("ก", "/start", True),
        ("ก", "7.done", False),
        ("ก", "7.next", False),
        ("ก", "", False),
        ("", "7.back", False),
        ("ก" * MAX_UNSENT_LENGTH, "7.back", True),
        ("ก" * (MAX_UNSENT_LENGTH + 1), "7.back", False),
    ],
)
def test_text_beside_a_way_out_is_kept_and_not_sent(text: str, choice: str, unsent: bool) -> None:
    assert is_unsent_text(fill(text, choice)) is unsent


# What is kept until its question returns.


def test_unsent_text_returns_with_its_question_only() -> None:
    cache = UnsentTextCache()
    cache.save(WHO, "story", "ต้นเรื่อง", NOW)
    assert cache.get(WHO, "accused", NOW) == ""
    assert cache.get(WHO, "story", NOW) == "ต้นเรื่อง"
    assert cache.get(b"other", "story", NOW) == ""
    cache.save(WHO, "accused", "ใหม่", NOW)
    assert cache.get(WHO, "story", NOW) == ""
    cache.delete(WHO)
    cache.delete(WHO)
    assert cache.get(WHO, "accused", NOW) == ""


def test_unsent_text_is_forgotten_with_the_session() -> None:
    cache = UnsentTextCache()
    cache.save(WHO, "story", "ต้นเรื่อง", NOW)
    assert cache.get(WHO, "story", NOW + SESSION_IDLE_TIMEOUT - timedelta(seconds=1)) == "ต้นเรื่อง"
    assert cache.get(WHO, "story", NOW + SESSION_IDLE_TIMEOUT) == ""
    assert cache.get(WHO, "story", NOW) == ""
    assert "ต้นเรื่อง" not in repr(cache)


def test_the_oldest_of_five_hundred_and_one_is_forgotten() -> None:
    cache = UnsentTextCache()
    for number in range(MAX_UNSENT_TEXTS):
        cache.save(bytes([number // 256, number % 256]), "story", "ก", NOW)
    cache.save(b"\0\0", "story", "ใหม่กว่า", NOW)  # saved again: no longer the oldest
    cache.save(WHO, "story", "ข", NOW)
    assert cache.get(b"\0\0", "story", NOW) == "ใหม่กว่า"
    assert cache.get(b"\0\1", "story", NOW) == ""
    assert cache.get(WHO, "story", NOW) == "ข"


def test_a_file_after_another_of_its_form_goes_where_the_first_led() -> None:
    before = begin_session(receipt=make_receipt(3), prompt_number=7)
    led = before.replace(prompt_number=8)
    file = replace(EVENT, file=make_file(2))
    assert follow_file(file, before, led).prompt_number == 8
    assert follow_file(replace(EVENT, choice="7.stay"), before, led).prompt_number == 7
    for at in (None, led.replace(receipt=None), led.replace(receipt=make_receipt(4))):
        assert follow_file(file, before, at) == file
    late = replace(file, prompt_number=6)
    assert follow_file(late, before, led) == late
    assert follow_file(file, None, led) == file
