"""Render messages for LINE: at most five per call, with choices as quick replies and also in the text."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from bot.delivery.transport import PlatformLimits
from bot.platforms.line.flex import render_flex_card
from handlers.dialog.events import Lang
from handlers.dialog.replies import Message, MonthlyChart, Phrase
from handlers.dialog.text import shorten_to_graphemes, split_text, utf16_length
from handlers.i18n import render_text

LIMITS = PlatformLimits(text_units=5000, buttons=13, label_graphemes=20, file_wait=0.8)
"""LINE's limits (reference, "Text message", "Quick reply", "Action objects"); it waits two seconds for a webhook."""

MAX_MESSAGES_PER_CALL = 5
"""Messages in one reply or push."""

NEUTRAL_CHOICES = frozenset(
    (
        "accept",
        "skip",
        "next",
        "none",
        "done",
        "back",
        "cancel",
        "stay",
        "leave",
        "resume",
        "edit",
        "review",
        "refresh",
    )
)
"""Last parts of choices that reveal nothing about a report, so that the chat may show them as the person's words."""

PARAGRAPH_BREAK = "\n\n"
NO_PICTURES: Mapping[MonthlyChart | str, str] = {}


@dataclass(frozen=True, slots=True)
class MessageBatch:
    """The payloads of one call. delivered_count: durable messages that are complete at its end, from the first call on.

    span: which part of the outbox message it is; makes the retry key of its push unique.
    """

    payloads: list[dict[str, Any]]
    delivered_count: int
    span: str


def render_payload_batches(
    messages: Sequence[Message], lang: Lang = "th", pictures: Mapping[MonthlyChart | str, str] = NO_PICTURES
) -> list[list[dict[str, Any]]]:
    """Render messages as LINE payloads, in batches of at most five."""
    return [batch.payloads for batch in render_batches(messages, lang, pictures)]


def render_batches(
    messages: Sequence[Message],
    lang: Lang = "th",
    pictures: Mapping[MonthlyChart | str, str] = NO_PICTURES,
    before: int = 0,
) -> list[MessageBatch]:
    """Render messages in batches of at most five; texts are joined into one until it is full, or a card or image comes.

    Quick replies are attached to the last message only, since LINE shows no others. Every choice is in the text too,
    since LINE on a PC shows no quick replies. pictures: https URLs of charts and QR codes; without one, the text alone
    is sent. before: number of durable messages delivered by earlier calls.
    """
    rendered = list(_render_each(messages, lang, pictures, before))
    choices = next((m.choices for m in reversed(messages) if m.choices), ())
    if rendered and choices:
        rendered[-1] = ({**rendered[-1][0], "quickReply": render_quick_replies(choices)}, rendered[-1][1])
    batches, complete, over = list[MessageBatch](), before, 0
    for at in range(0, len(rendered), MAX_MESSAGES_PER_CALL):
        some, start = rendered[at : at + MAX_MESSAGES_PER_CALL], f"{complete}.{over}"
        for _, ends in some:
            complete, over = (ends, 0) if ends > complete else (complete, over + 1)
        batches.append(MessageBatch([payload for payload, _ in some], complete, f"{start}-{complete}.{over}"))
    return batches


RenderedMessage: TypeAlias = tuple[dict[str, Any], int]
"""A LINE message, with the number of our durable messages that are complete with it."""


def _render_each(
    messages: Sequence[Message], lang: Lang, pictures: Mapping[MonthlyChart | str, str], complete: int
) -> Iterator[RenderedMessage]:
    text, complete_before = "", complete
    for message in messages:
        message_text = (
            PARAGRAPH_BREAK.join(filter(None, (message.text.strip(), format_choices(message, lang)))) or "…"
        )
        card = render_flex_card(message, message_text, lang)
        joined = PARAGRAPH_BREAK.join(filter(None, (text, message_text)))
        if card is not None or utf16_length(joined) > LIMITS.text_units:
            yield from _render_texts(text, complete_before, complete)
            joined, complete_before = message_text, complete
        text, complete = joined, complete + message.policy.durable
        if card is not None:
            yield card, complete
            text = ""
        if address := pictures.get(message.chart or message.qr):
            yield from _render_texts(text, complete_before, complete)
            yield {"type": "image", "originalContentUrl": address, "previewImageUrl": address}, complete
            text = ""
    yield from _render_texts(text, complete_before, complete)


def _render_texts(text: str, complete_before: int, complete: int) -> Iterator[RenderedMessage]:
    """Split a text into messages. Only the last of them counts as delivering what the text contains."""
    *first, last = [*split_text(text.strip(), LIMITS.text_units)] or [""]
    for piece in first:
        yield {"type": "text", "text": piece}, complete_before
    if last:
        yield {"type": "text", "text": last}, complete


def format_choices(message: Message, lang: Lang) -> str:
    """Return the choices as text: numbered if a number picks one, else as words that can be typed."""
    labels = [label for label, _ in message.choices]
    if not labels:
        return ""
    if (
        message.has_own_numbers
    ):  # a number that is typed is the points, or a register number, as the labels say
        return "\n".join(f"• {label}" for label in labels)
    if message.expects_text:
        return render_text(Phrase("line.type", {"labels": " / ".join(labels)}), lang)
    return "\n".join(f"{number}. {label}" for number, label in enumerate(labels, start=1))


def render_quick_replies(choices: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Render choices as quick replies, up to LINE's limit of 13; the others can be typed."""
    return {
        "items": [
            {"type": "action", "action": render_postback_action(label, data)}
            for label, data in choices[: LIMITS.buttons]
        ]
    }


def render_postback_action(label: str, data: str) -> dict[str, Any]:
    """Render a choice as a postback action. Only navigation is shown in the chat as the person's words, not answers."""
    action = {"type": "postback", "label": shorten_to_graphemes(label, LIMITS.label_graphemes), "data": data}
    if data.startswith("/") or data.partition(".")[2] in NEUTRAL_CHOICES:
        action["displayText"] = label
    return action
