"""The message whose button was tapped: a step may take its place, so that the chat stays short."""

import re
from dataclasses import dataclass

from bot.platforms.telegram.models import TelegramMessage
from bot.platforms.telegram.render import OutgoingMessage
from handlers.dialog.receipt import parse_receipt

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
