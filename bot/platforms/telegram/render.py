"""Render messages for Telegram: texts of at most 4,096 characters, with inline buttons under the last one."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.delivery.transport import PlatformLimits
from bot.platforms.telegram.models import TelegramMessage
from handlers.dialog.receipt import parse_receipt
from handlers.dialog.replies import OF_CASE, Message, MonthlyChart, ReplyPolicy
from handlers.dialog.text import split_text, utf16_length

LIMITS = PlatformLimits(text_units=4096)
"""Telegram's limits. The documentation says characters of a text; UTF-16 units are the stricter reading."""

MAX_BUTTON_ROW_WIDTH = 28
"""Characters of the labels of buttons in one row; longer labels get rows of their own."""

PARAGRAPH_BREAK = "\n\n"


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """One message to a chat. policy: of the replies in it; what expires is deleted after a while (`expiring.py`).

    has_receipt: it shows a receipt. qr, chart: sent as a picture after it.
    """

    text: str
    policy: ReplyPolicy
    choices: tuple[tuple[str, str], ...] = ()
    has_receipt: bool = False
    qr: str = ""
    chart: MonthlyChart | None = None

    @property
    def button_rows(self) -> list[list[dict[str, str]]]:
        """The buttons in rows of one, or of two if their labels are short."""
        rows: list[list[dict[str, str]]] = []
        room = 0
        for label, data in self.choices:
            if len(label) > room:
                rows.append([])
                room = MAX_BUTTON_ROW_WIDTH
            rows[-1].append({"text": label, "callback_data": data})
            room = room - len(label) if len(rows[-1]) < 2 else 0
        return rows

    def with_inserted_text(self, paragraph: str) -> "OutgoingMessage":
        """Return the message with a paragraph inserted before its last one, if there is room."""
        head, gap, last = self.text.rpartition(PARAGRAPH_BREAK)
        text = (
            PARAGRAPH_BREAK.join(filter(None, (head, paragraph, last)))
            if gap
            else self.text + PARAGRAPH_BREAK + paragraph
        )
        return replace(self, text=text) if _fits_message(text) else self

    def to_send_call(self, chat: int) -> dict[str, Any]:
        """Return the sendMessage call."""
        call: dict[str, Any] = {"method": "sendMessage", "chat_id": chat, "text": self.text, **NO_PREVIEW}
        if self.choices:
            call["reply_markup"] = {"inline_keyboard": self.button_rows}
        if self.policy.protected:
            call["protect_content"] = True
        return call

    def to_edit_call(self, chat: int, message: int) -> dict[str, Any]:
        """Return the editMessageText call that replaces an earlier message."""
        call: dict[str, Any] = {"method": "editMessageText", "chat_id": chat, "message_id": message}
        call |= {"text": self.text, **NO_PREVIEW}
        if self.choices:
            call["reply_markup"] = {"inline_keyboard": self.button_rows}
        return call


NO_PREVIEW: dict[str, Any] = {"link_preview_options": {"is_disabled": True}}
"""No link previews: Telegram's servers would fetch the addresses, which are of offices that take complaints."""


def render_messages(messages: Sequence[Message]) -> list[OutgoingMessage]:
    """Render messages as few Telegram messages as possible: texts are joined until one has buttons or is full.

    If one is protected from forwarding, all are.
    """
    rendered: list[OutgoingMessage] = []
    for message in messages:
        for part in _split_message(message):
            last = rendered[-1] if rendered else None
            if (
                last is not None
                and not last.choices
                and _fits_message(last.text + PARAGRAPH_BREAK + part.text)
            ):
                rendered[-1] = _merge_messages(last, part)
            else:
                rendered.append(part)
    if any(part.policy.protected for part in rendered):
        return [replace(part, policy=part.policy.combine(OF_CASE)) for part in rendered]
    return rendered


def _merge_messages(first: OutgoingMessage, second: OutgoingMessage) -> OutgoingMessage:
    return OutgoingMessage(
        first.text + PARAGRAPH_BREAK + second.text,
        first.policy.combine(second.policy),
        second.choices,
        first.has_receipt or second.has_receipt,
        first.qr or second.qr,
        first.chart or second.chart,
    )


def _split_message(message: Message) -> Iterator[OutgoingMessage]:
    """Split a message to fit; the buttons are under its last part."""
    texts = list(split_text(message.text or "…", LIMITS.text_units))
    for text in texts[:-1]:
        yield OutgoingMessage(text, message.policy)
    has_receipt = message.receipt is not None
    yield OutgoingMessage(
        texts[-1],
        message.policy,
        message.choices,
        has_receipt,
        message.qr,
        message.chart,
    )


def _fits_message(text: str) -> bool:
    return utf16_length(text) <= LIMITS.text_units


_RECEIPT_PATTERN = re.compile(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}-[0-9A-Z]")


@dataclass(frozen=True, slots=True)
class ExistingMessage:
    """A message of the bot's as it is shown in a chat now."""

    id: int
    text: str
    buttons: tuple[tuple[tuple[str, str | None], ...], ...]
    protected: bool

    def can_be_replaced_by(self, replacement: OutgoingMessage) -> bool:
        """Whether it may be edited into another message.

        A protected text may only replace a protected message, since protection cannot be added by an edit. A receipt
        is always a new message and is never replaced, because it is shown only once.
        """
        if replacement.has_receipt or any(
            parse_receipt(shape) for shape in _RECEIPT_PATTERN.findall(self.text)
        ):
            return False
        return self.protected or not replacement.policy.protected

    def is_same_as(self, replacement: OutgoingMessage) -> bool:
        """Whether it reads so already: Telegram refuses an edit that changes nothing."""
        rows = tuple(tuple((b["text"], b["callback_data"]) for b in row) for row in replacement.button_rows)
        return self.text == replacement.text and self.buttons == rows


def to_existing_message(message: TelegramMessage | None) -> ExistingMessage | None:
    """Convert the message of a tapped button; None if it is inaccessible to bots by now."""
    if message is None or not message.date or message.text is None:
        return None
    keyboard = message.reply_markup.inline_keyboard if message.reply_markup else ()
    rows = tuple(tuple((b.text, b.callback_data) for b in row) for row in keyboard)
    return ExistingMessage(message.message_id, message.text, rows, message.has_protected_content)
