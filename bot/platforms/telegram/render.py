"""What is said, as Telegram shows it: texts of at most 4,096 characters with buttons under the last words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from handlers.dialog.chart import MonthlyChart
from handlers.dialog.events import Message

LONGEST = 4096
"""UTF-16 units of a message's text; the documentation says characters, and the stricter reading is always right."""

WIDEST = 28
"""Characters of the labels that stand side by side; longer ones get rows of their own."""

GAP = "\n\n"


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """One message of a chat. certain, guarded: as of `handlers.turn.Message`; keepsake: it holds a receipt.

    fading: it is deleted after a while; qr, chart: what is sent as a picture after it.
    """

    text: str
    choices: tuple[tuple[str, str], ...] = ()
    certain: bool = False
    guarded: bool = False
    keepsake: bool = False
    fading: bool = False
    qr: str = ""
    chart: MonthlyChart | None = None

    @property
    def keyboard(self) -> list[list[dict[str, str]]]:
        """The buttons in rows, short ones side by side."""
        rows: list[list[dict[str, str]]] = []
        room = 0
        for label, data in self.choices:
            if len(label) > room:
                rows.append([])
                room = WIDEST
            rows[-1].append({"text": label, "callback_data": data})
            room = room - len(label) if len(rows[-1]) < 2 else 0
        return rows

    def with_words(self, more: str) -> "OutgoingMessage":
        """The bubble with words before its last ones, where there is room for them."""
        head, gap, last = self.text.rpartition(GAP)
        text = GAP.join(filter(None, (head, more, last))) if gap else self.text + GAP + more
        return replace(self, text=text) if _fits(text) else self

    def sent(self, chat: int) -> dict[str, Any]:
        """The call that sends it."""
        call: dict[str, Any] = {"method": "sendMessage", "chat_id": chat, "text": self.text, **NO_PREVIEW}
        if self.choices:
            call["reply_markup"] = {"inline_keyboard": self.keyboard}
        if self.guarded:
            call["protect_content"] = True
        return call

    def put_in(self, chat: int, message: int) -> dict[str, Any]:
        """The call that puts it in the place of an earlier message."""
        call: dict[str, Any] = {"method": "editMessageText", "chat_id": chat, "message_id": message}
        call |= {"text": self.text, **NO_PREVIEW}
        if self.choices:
            call["reply_markup"] = {"inline_keyboard": self.keyboard}
        return call


NO_PREVIEW: dict[str, Any] = {"link_preview_options": {"is_disabled": True}}
"""A preview would be fetched by Telegram, and the addresses here are of bodies that take complaints."""


def bubbles(messages: Sequence[Message]) -> list[OutgoingMessage]:
    """Messages as few bubbles: one after another in one, until buttons close it or it is full."""
    made: list[OutgoingMessage] = []
    for message in messages:
        for bubble in _parts(message):
            last = made[-1] if made else None
            if last is not None and not last.choices and _fits(last.text + GAP + bubble.text):
                made[-1] = _joined(last, bubble)
            else:
                made.append(bubble)
    if any(bubble.guarded for bubble in made):
        return [replace(bubble, guarded=True) for bubble in made]
    return made


def _joined(first: OutgoingMessage, then: OutgoingMessage) -> OutgoingMessage:
    return OutgoingMessage(
        first.text + GAP + then.text,
        then.choices,
        first.certain or then.certain,
        first.guarded or then.guarded,
        first.keepsake or then.keepsake,
        first.fading or then.fading,
        first.qr or then.qr,
        first.chart or then.chart,
    )


def _parts(message: Message) -> Iterator[OutgoingMessage]:
    """A message in bubbles; the buttons stand under its last part."""
    texts = list(cut(message.text or "…"))
    for text in texts[:-1]:
        yield OutgoingMessage(text, (), message.certain, message.guarded, fading=message.fading)
    keepsake = message.receipt is not None
    yield OutgoingMessage(
        texts[-1],
        message.choices,
        message.certain,
        message.guarded,
        keepsake,
        message.fading,
        message.qr,
        message.chart,
    )


def cut(text: str) -> Iterator[str]:
    """A text in pieces that fit, cut at a line, else at a space, else anywhere but within a symbol."""
    while not _fits(text):
        # A character has one or two units, so this many characters always fit or nearly do.
        head = text[:LONGEST]
        while _size(head) > LONGEST:
            head = head[: len(head) - max(1, (_size(head) - LONGEST) // 2)]
        at = next((place for sign in ("\n", " ") if (place := head.rfind(sign)) > LONGEST // 2), len(head))
        yield text[:at].rstrip() or "…"
        text = text[at:].lstrip()
    if text:
        yield text


def _fits(text: str) -> bool:
    # A character has two units at most, so most texts need no counting.
    return len(text) <= LONGEST // 2 or _size(text) <= LONGEST


def _size(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
