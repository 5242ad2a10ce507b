"""What a message of Telegram brings: its text, also out of kinds that only contain one, or the kind that brings none.

Names of fields and types are those of core.telegram.org/bots/api. Every field of a message stands in one of the sets
here; one that Telegram adds is taken for something that a person sent, so that they are answered.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from handlers.dialog.events import UnreadableKind

SERVICE_FIELDS = frozenset(
    {
        "new_chat_members", "left_chat_member", "chat_owner_left", "chat_owner_changed", "new_chat_title",
        "new_chat_photo", "delete_chat_photo", "group_chat_created", "supergroup_chat_created",
        "channel_chat_created", "message_auto_delete_timer_changed", "migrate_to_chat_id", "migrate_from_chat_id",
        "pinned_message", "successful_payment", "refunded_payment", "users_shared", "chat_shared", "gift",
        "unique_gift", "gift_upgrade_sent", "connected_website", "write_access_allowed", "passport_data",
        "proximity_alert_triggered", "boost_added", "chat_background_set", "checklist_tasks_done",
        "checklist_tasks_added", "direct_message_price_changed", "forum_topic_created", "forum_topic_edited",
        "forum_topic_closed", "forum_topic_reopened", "general_forum_topic_hidden", "general_forum_topic_unhidden",
        "giveaway_created", "giveaway_completed", "managed_bot_created", "paid_message_price_changed",
        "poll_option_added", "poll_option_deleted", "suggested_post_approved", "suggested_post_approval_failed",
        "suggested_post_declined", "suggested_post_paid", "suggested_post_refunded", "video_chat_scheduled",
        "video_chat_started", "video_chat_ended", "video_chat_participants_invited", "web_app_data",
    }
)  # fmt: skip
"""Fields of messages that Telegram writes itself, about something that was done: they need no answer."""

UNREADABLE_FIELDS: Mapping[str, UnreadableKind] = {
    "sticker": UnreadableKind.STICKER,
    "contact": UnreadableKind.CONTACT,
    "dice": UnreadableKind.OTHER,
    "game": UnreadableKind.OTHER,
    "giveaway": UnreadableKind.OTHER,
    "giveaway_winners": UnreadableKind.OTHER,
    "invoice": UnreadableKind.OTHER,
    "paid_media": UnreadableKind.OTHER,
    "story": UnreadableKind.OTHER,
}
"""What a person can send that brings nothing that is kept."""

TEXT_FIELDS = ("rich_message", "poll", "checklist")
"""What a person can send that is no text, but contains one."""

_LINE_KEYS = ("title", "question", "summary")
_INLINE_KEYS = ("label", "text", "expression", "alternative_text")
_BLOCK_KEYS = ("blocks", "items", "options", "tasks", "cells")
_CLOSING_KEYS = ("caption", "credit")
_MEDIA_KEYS = ("photo", "video", "audio", "animation", "voice_note", "location")


def is_service_message(message: Mapping[str, Any]) -> bool:
    """Whether Telegram wrote a message itself, about something that was done."""
    return not SERVICE_FIELDS.isdisjoint(message)


def get_unreadable_kind(message: Mapping[str, Any]) -> UnreadableKind:
    """Return the kind of a message that brought no text and no file."""
    found = (kind for name, kind in UNREADABLE_FIELDS.items() if message.get(name) is not None)
    return next(found, UnreadableKind.OTHER)


def extract_text(message: Mapping[str, Any]) -> str | None:
    """Return the text in a rich message, poll or checklist, a line for each of its blocks; None where there is none."""
    contents = [content for name in TEXT_FIELDS if isinstance(content := message.get(name), dict)]
    lines = ["".join(line).strip() for content in contents for line in _split_lines(content)]
    return "\n".join(filter(None, lines)) or None


def add_quote(text: str, message: Mapping[str, Any]) -> str:
    """Return a text with what it quotes of another chat, which was brought here by that; commands bring nothing else.

    A quote of this chat repeats what both know.
    """
    quote = message.get("quote")
    words = quote.get("text") if isinstance(quote, dict) and message.get("external_reply") else None
    return f"{text}\n“{words}”" if isinstance(words, str) and words and not text.startswith("/") else text


def contains_media(message: Mapping[str, Any]) -> bool:
    """Whether a rich message contains pictures or other files, which are not kept."""
    rich = message.get("rich_message")
    return isinstance(rich, dict) and any(
        isinstance(part, dict) and any(part.get(key) for key in _MEDIA_KEYS) for part in _walk(rich)
    )


def _split_lines(content: Mapping[str, Any]) -> list[list[str]]:
    """Return the pieces of each line of a content: a block begins a line, inline text goes on with it."""
    lines: list[list[str]] = [[]]
    for part in _walk(content):
        if part is _LINE_BREAK:
            lines.append([])
        elif isinstance(part, str):
            lines[-1].append(part)
    return lines


_LINE_BREAK: Mapping[str, Any] = {}


def _walk(content: Mapping[str, Any]) -> Iterator[Any]:
    """Yield the parts of a content in reading order: strings of text, objects, line breaks.

    Without recursion, so that no depth is too deep.
    """
    waiting: list[Any] = [content]
    while waiting:
        part = waiting.pop()
        yield part
        if isinstance(part, dict):
            waiting.extend(reversed(_list_inner_parts(part)))
        elif isinstance(part, list):
            waiting.extend(reversed(part))


def _list_inner_parts(part: Mapping[str, Any]) -> list[Any]:
    """Return what an object contains, with a line break round what begins a line of its own."""
    inner = list[Any]()
    for key in _LINE_KEYS:
        inner += [part[key], _LINE_BREAK] if key in part else []
    for key in _INLINE_KEYS:
        inner += [part[key]] if key in part else []
        inner += [" "] if key == "label" and key in part else []
    if isinstance(part.get("url"), str) and part["url"] != part.get("text"):
        inner += [" (", part["url"], ")"]
    for key in _BLOCK_KEYS:
        blocks = part.get(key)
        for number, block in enumerate(blocks if isinstance(blocks, list) else []):
            row = [piece for cell in block for piece in (cell, " ")] if isinstance(block, list) else block
            goes_on = number == 0 and "label" in part
            inner += [row, _LINE_BREAK] if goes_on else [_LINE_BREAK, row, _LINE_BREAK]
    for key in _CLOSING_KEYS:
        inner += [_LINE_BREAK, part[key], _LINE_BREAK] if key in part else []
    return inner
