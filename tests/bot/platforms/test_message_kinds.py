"""Every kind of message that the platforms' own specifications list gets an answer, and its text is read."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import telegram
from linebot.v3 import webhooks

from bot.platforms.line.events import MessageContent
from bot.platforms.line.inbound import FILE_NAME_KEYS, UNREADABLE_TYPES
from bot.platforms.telegram import content
from bot.platforms.telegram.client import MAX_TOPICS, ChatTopics
from bot.platforms.telegram.content import extract_text
from bot.platforms.telegram.models import TelegramMessage, Update
from handlers.dialog.events import UnreadableKind
from tests.bot.platforms.line.api_rules import needs_contracts
from tests.bot.platforms.line.driver import LineDesk, line_user_id, open_line_desk, to_messages
from tests.bot.platforms.telegram.api_rules import find_contracts
from tests.bot.platforms.telegram.driver import TelegramDesk
from tests.bot.platforms.telegram.fake_bot_api import TelegramFault
from tests.bot.platforms.telegram.user import CHAT, TelegramChatUser, run_scenario
from tests.samples import make_photo

pytestmark = needs_contracts
MARK = "เรียกรับเงินร้อยละสิบ"
A = line_user_id("ก")

DESCRIBING_FIELDS = frozenset(
    {
        "message_id", "message_thread_id", "direct_messages_topic", "from", "sender_chat", "sender_boost_count",
        "sender_business_bot", "sender_tag", "date", "guest_query_id", "business_connection_id", "chat",
        "forward_origin", "is_topic_message", "is_automatic_forward", "reply_to_message", "external_reply", "quote",
        "reply_to_story", "reply_to_checklist_task_id", "reply_to_poll_option_id", "via_bot", "guest_bot_caller_user",
        "guest_bot_caller_chat", "edit_date", "has_protected_content", "is_from_offline", "is_paid_post",
        "media_group_id", "author_signature", "paid_star_count", "entities", "link_preview_options",
        "suggested_post_info", "effect_id", "caption_entities", "show_caption_above_media", "has_media_spoiler",
        "reply_markup",
    }
)  # fmt: skip
"""Fields that say something about a message, and are not what it brings."""
READ_FIELDS = frozenset(
    {
        "text", "caption", "photo", "document", "voice", "audio", "video", "video_note", "animation", "live_photo",
        "location", "venue",
    }
)  # fmt: skip
"""Fields that the program reads by their names."""


def load_types() -> Mapping[str, Any]:
    types: Mapping[str, Any] = json.loads((find_contracts() / "telegram" / "api.json").read_text("utf-8"))[
        "types"
    ]
    return types


def make_sample(types: Mapping[str, Any], kind: str) -> Any:
    """A value of a type of the specification, with its required fields."""
    if kind.startswith("Array of "):
        return [make_sample(types, kind.removeprefix("Array of "))]
    simple = {"String": MARK, "Integer": 1, "Float": 1.5, "Boolean": True}
    if kind in simple:
        return simple[kind]
    if kind == "RichText":
        return MARK
    about = types[kind]
    if "subtypes" in about:
        return make_sample(types, about["subtypes"][0])
    return {
        field["name"]: make_sample(types, field["types"][0])
        for field in about.get("fields", ())
        if field["required"]
    }


def test_every_field_of_a_message_has_its_place() -> None:
    fields = {field["name"] for field in load_types()["Message"]["fields"]}
    places = (
        DESCRIBING_FIELDS,
        READ_FIELDS,
        frozenset(content.TEXT_FIELDS),
        frozenset(content.UNREADABLE_FIELDS),
        content.SERVICE_FIELDS,
    )
    assert fields == frozenset().union(*places)
    assert sum(map(len, places)) == len(fields)


async def open_draft(person: TelegramChatUser) -> None:
    for said in ("แจ้งเรื่อง", "[รับทราบ เริ่มแจ้งเรื่อง]", "[ทุจริตต่อหน้าที่]", "เขาเรียกเงินจากทุกร้าน", "[เสร็จแล้ว]"):
        await person.say(said)


@pytest.mark.parametrize("mode", ["webhook", "polling"])
def test_every_kind_on_telegram_gets_an_answer_and_the_question(mode: str, tmp_path: Path) -> None:
    types = load_types()
    kinds = {field["name"]: field["types"][0] for field in types["Message"]["fields"]}

    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        await open_draft(p)
        for name in (*content.UNREADABLE_FIELDS, "a_kind_of_tomorrow"):
            before = len(p.bot_messages)
            sent = make_sample(types, kinds[name]) if name in kinds else {"x": MARK}
            await p.send_update(p.fake.make_message_update(CHAT, **{name: sent}))
            assert len(p.bot_messages) == before + 1, name
            assert "ใครทำ" in p.last_text, name
            assert "ต้องการทำอะไร" not in p.last_text, name
        await p.send_update(p.fake.make_message_update(CHAT))
        assert "ข้อความชนิดนี้ระบบอ่านไม่ได้" in p.last_text
        before = len(p.bot_messages)
        for name in sorted(content.SERVICE_FIELDS):
            await p.send_update(p.fake.make_message_update(CHAT, **{name: make_sample(types, kinds[name])}))
        assert len(p.bot_messages) == before
        await p.send_update(
            p.fake.make_message_update(CHAT, rich_message={"blocks": [{"type": "paragraph", "text": MARK}]})
        )
        assert "เมื่อไร" in p.last_text
        assert o.desk.errors == []

    run_scenario(tmp_path, scene, mode)


def test_a_shape_that_is_not_telegrams_is_answered_too(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        await open_draft(p)
        for name in sorted(READ_FIELDS | {"media_group_id", "reply_markup"}):
            for wrong in (7, {"x": []}, [[1]], None):
                before = len(p.bot_messages)
                await p.send_update(p.fake.make_message_update(CHAT, **{name: wrong}))
                assert len(p.bot_messages) == before + 1, (name, wrong)
                assert "ใครทำ" in p.last_text, (name, wrong)

    run_scenario(tmp_path, scene)


@pytest.mark.parametrize("union", ["RichBlock", "RichText"])
def test_the_text_of_every_part_of_a_rich_message_is_read(union: str) -> None:
    types = load_types()
    for name in types[union]["subtypes"]:
        if name not in types:
            continue  # a plain string, or a list
        part = {
            field["name"]: make_sample(types, field["types"][0])
            for field in types[name]["fields"]
            if field["name"] not in {"user", "type"}
        }
        says_something = MARK in json.dumps(
            {
                k: v
                for k, v in part.items()
                if k not in {"name", "anchor_name", "date_time_format", "size", "language"}
            },
            ensure_ascii=False,
        )
        blocks = [part if union == "RichBlock" else {"type": "paragraph", "text": ["ก", part, "ข"]}]
        told = extract_text({"rich_message": {"blocks": blocks}}) or ""
        media = {
            "RichBlockAnimation",
            "RichBlockAudio",
            "RichBlockPhoto",
            "RichBlockVideo",
            "RichBlockVoiceNote",
        }
        assert (MARK in told) == says_something or name in media, (name, told)


def test_the_text_of_a_rich_message_has_its_lines_and_its_order() -> None:
    item = {
        "label": "1.",
        "blocks": [{"type": "paragraph", "text": [MARK, {"type": "bold", "text": "ทุกงวด"}]}],
    }
    rich = {
        "blocks": [
            {"type": "heading", "text": "เรื่อง"},
            {"type": "list", "items": [item, {"blocks": [{"type": "paragraph", "text": "ข้อสอง"}]}]},
            {"type": "table", "cells": [[{"text": "ก"}, {"text": "ข"}], [{"text": "ค"}]]},
            {"type": "paragraph", "text": {"type": "url", "text": "ดูที่นี่", "url": "https://x.test/1"}},
            {"type": "blockquote", "blocks": [{"type": "paragraph", "text": "คำเขา"}], "credit": "เขา"},
        ]
    }
    assert extract_text({"rich_message": rich}) == (
        f"เรื่อง\n1. {MARK}ทุกงวด\nข้อสอง\nก ข\nค\nดูที่นี่ (https://x.test/1)\nคำเขา\nเขา"
    )


def test_a_poll_and_a_checklist_are_read() -> None:
    poll = {"question": "ใครรับเงิน", "options": [{"text": "หัวหน้า"}, {"text": "ธุรการ"}], "id": "1"}
    assert extract_text({"poll": poll}) == "ใครรับเงิน\nหัวหน้า\nธุรการ"
    tasks = {"title": "หลักฐาน", "tasks": [{"id": 1, "text": "ใบเสร็จ"}]}
    assert extract_text({"checklist": tasks}) == "หลักฐาน\nใบเสร็จ"
    assert extract_text({"sticker": {"text": "x"}}) is None


def test_what_is_quoted_of_another_chat_is_read_and_of_this_one_not() -> None:
    def read(text: str, **more: Any) -> str | None:
        raw = {
            "message_id": 1,
            "chat": {"id": 1, "type": "private"},
            "text": text,
            "quote": {"text": MARK},
            **more,
        }
        return TelegramMessage.model_validate(raw).written_text

    assert read("เขาส่งมา", external_reply={"origin": {}}) == f"เขาส่งมา\n“{MARK}”"
    assert read("เขาส่งมา") == "เขาส่งมา"
    assert read("/start", external_reply={"origin": {}}) == "/start"
    assert read("ก", external_reply={"origin": {}}, quote={"text": 7}) == "ก"


def test_a_rich_message_of_any_depth_is_read() -> None:
    block: Any = {"type": "paragraph", "text": MARK}
    for _ in range(5000):
        block = {"type": "list", "items": [{"blocks": [block]}]}
    assert extract_text({"rich_message": {"blocks": [block]}}) == MARK


def test_a_picture_in_a_rich_message_is_said_to_be_left_out(tmp_path: Path) -> None:
    photo = {"type": "photo", "photo": [{"file_id": "P"}], "caption": {"text": MARK}}

    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        await open_draft(p)
        await p.send_update(p.fake.make_message_update(CHAT, rich_message={"blocks": [photo]}))
        assert "ข้อความชนิดนี้ระบบอ่านไม่ได้" in p.last_text
        assert p.last_text.count("เมื่อไร") == 1

    run_scenario(tmp_path, scene)


def test_a_caption_of_what_cannot_be_kept_is_kept(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        await open_draft(p)
        paid = {"star_count": 1, "paid_media": []}
        await p.send_update(p.fake.make_message_update(CHAT, paid_media=paid, caption=MARK))
        assert "ข้อความชนิดนี้ระบบอ่านไม่ได้" in p.last_text
        assert p.last_text.count("เมื่อไร") == 1

    run_scenario(tmp_path, scene)


def test_a_venue_has_its_name() -> None:
    raw = {
        "message_id": 1,
        "chat": {"id": 1, "type": "private"},
        "location": {"latitude": 1.0, "longitude": 2.0},
        "venue": {"location": {}, "title": "ที่ว่าการอำเภอ", "address": "ถนนหนึ่ง"},
    }
    message = Update.model_validate({"update_id": 1, "message": raw}).message
    assert message is not None
    assert message.venue is not None
    assert (message.venue.title, message.venue.address) == ("ที่ว่าการอำเภอ", "ถนนหนึ่ง")


def test_what_a_message_brings_cannot_be_told_from_outside() -> None:
    forged = {"contained_text": "x", "is_service": True, "contains_media": True, "text": MARK}
    raw = {"message_id": 1, "chat": {"id": 1, "type": "private"}, **forged}
    message = TelegramMessage.model_validate(raw)
    assert (message.written_text, message.is_service, message.contains_media) == (MARK, False, False)


def test_every_field_of_the_librarys_message_has_its_place() -> None:
    """The library may know a field before the specification that lies here does."""
    places = frozenset().union(
        DESCRIBING_FIELDS,
        READ_FIELDS,
        content.TEXT_FIELDS,
        content.UNREADABLE_FIELDS,
        content.SERVICE_FIELDS,
    )
    ours = {"from_user": "from"}
    slots = {ours.get(name, name) for name in telegram.Message.__slots__ if not name.startswith("_")}
    assert slots - places == set()


def test_answers_stay_in_the_topic_of_a_private_chat(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        def sent() -> list[tuple[int, int | None]]:
            calls = [call for call in p.fake.calls if call.method in {"sendMessage", "sendPhoto"}]
            return [(int(call.params["chat_id"]), call.params.get("message_thread_id")) for call in calls]

        await p.say("สวัสดี", message_thread_id=77, is_topic_message=True)
        await p.say("/privacy", message_thread_id=77, is_topic_message=True)
        await p.send_file("document", make_photo(), message_thread_id=77, is_topic_message=True)
        assert len(sent()) >= 3
        assert set(sent()) == {(CHAT, 77)}
        before = len(sent())
        await p.say("สวัสดี", message_thread_id=5)  # a thread of replies is no topic
        assert set(sent()[before:]) == {(CHAT, None)}

    assert run_scenario(tmp_path, scene).refused == []


def test_no_more_topics_than_so_many_are_kept_and_none_by_its_chat() -> None:
    topics = ChatTopics()
    for chat in range(MAX_TOPICS + 1):
        topics.remember(chat, 7)
    assert [topics.find(0), topics.find(1), topics.find(MAX_TOPICS)] == [None, 7, 7]
    assert all(isinstance(kept, bytes) for kept in vars(topics)["_topics"])
    topics.remember(1, None)
    assert topics.find(1) is None


def test_an_answer_for_a_topic_that_is_gone_arrives_in_the_chat(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        def refuse_topics(method: str, params: Mapping[str, Any]) -> TelegramFault | None:
            return TelegramFault(400) if "message_thread_id" in params and method == "sendMessage" else None

        p.fake.inject_fault = refuse_topics
        before = len(p.bot_messages)
        await p.say("สวัสดี", message_thread_id=77, is_topic_message=True)
        assert len(p.bot_messages) > before
        assert o.desk.errors == []

    run_scenario(tmp_path, scene, "polling")


def list_line_types() -> set[str]:
    text = (find_contracts() / "line" / "webhook.strict.yml").read_text("utf-8")
    mapping = text.split("    MessageContent:\n", 1)[1].split("    ContentProvider:", 1)[0]
    return {
        line.strip().partition(":")[0] for line in mapping.splitlines() if line.strip().endswith("MessageContent'")
        and ": '#" in line and not line.strip().startswith("-")
    }  # fmt: skip


def test_every_type_of_line_has_its_place() -> None:
    assert list_line_types() == {"text", "location", *FILE_NAME_KEYS, *UNREADABLE_TYPES}
    assert set(UNREADABLE_TYPES.values()) <= set(UnreadableKind)


def test_every_message_of_lines_library_has_its_place() -> None:
    known = {"text", "location", *FILE_NAME_KEYS, *UNREADABLE_TYPES}
    found = {
        str(vars(model)["__fields__"]["type"].default)
        for model in vars(webhooks).values()
        if isinstance(model, type)
        and issubclass(model, webhooks.MessageContent)
        and model is not webhooks.MessageContent
    }
    assert found
    assert found <= known


def test_every_kind_on_line_gets_an_answer_and_the_question(tmp_path: Path) -> None:
    async def ask(account: LineDesk, event: dict[str, Any]) -> str:
        before = len(account.line.chats.get(A, []))
        assert await account.line.post_events(event) == 200
        return "\n".join(m.text for m in to_messages(await account.line.wait_for_messages(A, before)))

    async def scene() -> None:
        async with open_line_desk(tmp_path / "var") as account:
            line = account.line
            for said in ("แจ้งเรื่อง", "1", "1", "เขาเรียกเงินจากทุกร้าน", "เสร็จแล้ว"):
                told = await ask(account, line.make_text_event(A, said))
            assert "ใครทำ" in told
            for number, kind in enumerate(("sticker", "flex", "of tomorrow", "")):
                told = await ask(account, line.make_event(A, message={"id": f"9{number}", "type": kind}))
                assert "ใครทำ" in told, kind
                assert "ต้องการทำอะไร" not in told, kind
            edited = {"id": "90", "type": "text", "text": MARK}
            told = await ask(account, line.make_event(A, "messageEdited", message=edited))
            assert "ใครทำ" in told
            written = {"id": "99", "type": "sticker", "stickerResourceType": "MESSAGE", "text": "หัวหน้าพัสดุ"}
            assert "เมื่อไร" in await ask(account, line.make_event(A, message=written))
            assert account.desk.errors == []

    asyncio.run(scene())


def test_a_text_on_a_sticker_is_a_field_of_a_message() -> None:
    assert MessageContent.model_validate({"id": "1", "type": "sticker", "text": "ครับ"}).text == "ครับ"
