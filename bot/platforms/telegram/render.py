"""What is said, as Telegram shows it: texts of at most 4,096 characters with buttons under the last words."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.platforms.telegram.models import TelegramMessage
from handlers.dialog.receipt import parse_receipt
from handlers.dialog.replies import Message, MonthlyChart

MAX_TEXT_UNITS = 4096
"""UTF-16 units of a message's text; the documentation says characters, and the stricter reading is always right."""

MAX_BUTTON_ROW_WIDTH = 28
"""Characters of the labels that stand side by side; longer ones get rows of their own."""

PARAGRAPH_BREAK = "\n\n"


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """One message of a chat. certain, guarded: as of `handlers.turn.Message`; keepsake: it holds a receipt.

    fading: it is deleted after a while; qr, chart: what is sent as a picture after it.
    """

    text: str
    choices: tuple[tuple[str, str], ...] = ()
    durable: bool = False
    protected: bool = False
    has_receipt: bool = False
    expires: bool = False
    qr: str = ""
    chart: MonthlyChart | None = None

    @property
    def button_rows(self) -> list[list[dict[str, str]]]:
        """The buttons in rows, short ones side by side."""
        rows: list[list[dict[str, str]]] = []
        room = 0
        for label, data in self.choices:
            if len(label) > room:
                rows.append([])
                room = MAX_BUTTON_ROW_WIDTH
            rows[-1].append({"text": label, "callback_data": data})
            room = room - len(label) if len(rows[-1]) < 2 else 0
        return rows

    def with_inserted_text(self, more: str) -> "OutgoingMessage":
        """The bubble with words before its last ones, where there is room for them."""
        head, gap, last = self.text.rpartition(PARAGRAPH_BREAK)
        text = (
            PARAGRAPH_BREAK.join(filter(None, (head, more, last)))
            if gap
            else self.text + PARAGRAPH_BREAK + more
        )
        return replace(self, text=text) if _fits_message(text) else self

    def to_send_call(self, chat: int) -> dict[str, Any]:
        """The call that sends it."""
        call: dict[str, Any] = {"method": "sendMessage", "chat_id": chat, "text": self.text, **NO_PREVIEW}
        if self.choices:
            call["reply_markup"] = {"inline_keyboard": self.button_rows}
        if self.protected:
            call["protect_content"] = True
        return call

    def to_edit_call(self, chat: int, message: int) -> dict[str, Any]:
        """The call that puts it in the place of an earlier message."""
        call: dict[str, Any] = {"method": "editMessageText", "chat_id": chat, "message_id": message}
        call |= {"text": self.text, **NO_PREVIEW}
        if self.choices:
            call["reply_markup"] = {"inline_keyboard": self.button_rows}
        return call


NO_PREVIEW: dict[str, Any] = {"link_preview_options": {"is_disabled": True}}
"""A preview would be fetched by Telegram, and the addresses here are of bodies that take complaints."""


def render_messages(messages: Sequence[Message]) -> list[OutgoingMessage]:
    """Messages as few bubbles: one after another in one, until buttons close it or it is full."""
    made: list[OutgoingMessage] = []
    for message in messages:
        for bubble in _split_message(message):
            last = made[-1] if made else None
            if (
                last is not None
                and not last.choices
                and _fits_message(last.text + PARAGRAPH_BREAK + bubble.text)
            ):
                made[-1] = _merge_messages(last, bubble)
            else:
                made.append(bubble)
    if any(bubble.protected for bubble in made):
        return [replace(bubble, protected=True) for bubble in made]
    return made


def _merge_messages(first: OutgoingMessage, then: OutgoingMessage) -> OutgoingMessage:
    return OutgoingMessage(
        first.text + PARAGRAPH_BREAK + then.text,
        then.choices,
        first.durable or then.durable,
        first.protected or then.protected,
        first.has_receipt or then.has_receipt,
        first.expires or then.expires,
        first.qr or then.qr,
        first.chart or then.chart,
    )


def _split_message(message: Message) -> Iterator[OutgoingMessage]:
    """A message in bubbles; the buttons stand under its last part."""
    texts = list(split_message_text(message.text or "…"))
    for text in texts[:-1]:
        yield OutgoingMessage(text, (), message.durable, message.protected, expires=message.expires)
    keepsake = message.receipt is not None
    yield OutgoingMessage(
        texts[-1],
        message.choices,
        message.durable,
        message.protected,
        keepsake,
        message.expires,
        message.qr,
        message.chart,
    )


def split_message_text(text: str) -> Iterator[str]:
    """A text in pieces that fit, cut at a line, else at a space, else anywhere but within a symbol."""
    while not _fits_message(text):
        # A character has one or two units, so this many characters always fit or nearly do.
        head = text[:MAX_TEXT_UNITS]
        while _utf16_length(head) > MAX_TEXT_UNITS:
            head = head[: len(head) - max(1, (_utf16_length(head) - MAX_TEXT_UNITS) // 2)]
        at = next(
            (place for sign in ("\n", " ") if (place := head.rfind(sign)) > MAX_TEXT_UNITS // 2), len(head)
        )
        yield text[:at].rstrip() or "…"
        text = text[at:].lstrip()
    if text:
        yield text


def _fits_message(text: str) -> bool:
    # A character has two units at most, so most texts need no counting.
    return len(text) <= MAX_TEXT_UNITS // 2 or _utf16_length(text) <= MAX_TEXT_UNITS


def _utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


_RECEIPT_PATTERN = re.compile(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}-[0-9A-Z]")


@dataclass(frozen=True, slots=True)
class ExistingMessage:
    """A message of ours as it stands in a chat."""

    id: int
    text: str
    buttons: tuple[tuple[tuple[str, str | None], ...], ...]
    protected: bool

    def can_be_replaced_by(self, bubble: OutgoingMessage) -> bool:
        """Whether a bubble may stand in its place: what is guarded only where the message was sent guarded.

        A receipt always comes as a message of its own, and nothing takes its place: it is shown once.
        """
        if bubble.has_receipt or any(parse_receipt(shape) for shape in _RECEIPT_PATTERN.findall(self.text)):
            return False
        return self.protected or not bubble.protected

    def is_same_as(self, bubble: OutgoingMessage) -> bool:
        """Whether it says this already; Telegram refuses a change that changes nothing."""
        rows = tuple(tuple((b["text"], b["callback_data"]) for b in row) for row in bubble.button_rows)
        return self.text == bubble.text and self.buttons == rows


def to_existing_message(said: TelegramMessage | None) -> ExistingMessage | None:
    """The card of a tap; None where Telegram does not show it to bots any more."""
    if said is None or not said.date or said.text is None:
        return None
    keyboard = said.reply_markup.inline_keyboard if said.reply_markup else ()
    rows = tuple(tuple((b.text, b.callback_data) for b in row) for row in keyboard)
    return ExistingMessage(said.message_id, said.text, rows, said.has_protected_content)
