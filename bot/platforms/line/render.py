"""What is said, as LINE shows it: at most five messages, choices as quick replies and in the text too."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from bot.platforms.line.flex import render_flex_card
from handlers.dialog.events import Lang
from handlers.dialog.replies import Message, MonthlyChart, Phrase
from handlers.i18n import render_text

MAX_TEXT_UNITS = 5000
"""UTF-16 units of a text message."""

MAX_MESSAGES_PER_CALL = 5
"""Messages in one reply or push."""

MAX_QUICK_REPLIES = 13
MAX_LABEL_LENGTH = 20
"""Characters as a person counts them: a vowel above a letter is part of it."""

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
"""Choices that tell nothing about a matter, so that they may stand in the chat."""

PARAGRAPH_BREAK = "\n\n"
NO_PICTURES: Mapping[MonthlyChart | str, str] = {}


@dataclass(frozen=True, slots=True)
class MessageBatch:
    """What goes in one call. whole: how many of the messages that must arrive have come whole with its end.

    mark: the span of the messages that it holds, by which LINE tells it from others of the same letter.
    """

    payloads: list[dict[str, Any]]
    delivered_count: int
    span: str


def render_payload_batches(
    messages: Sequence[Message], lang: Lang = "th", pictures: Mapping[MonthlyChart | str, str] = NO_PICTURES
) -> list[list[dict[str, Any]]]:
    """Messages for LINE, in batches of at most five."""
    return [parcel.payloads for parcel in render_batches(messages, lang, pictures)]


def render_batches(
    messages: Sequence[Message],
    lang: Lang = "th",
    pictures: Mapping[MonthlyChart | str, str] = NO_PICTURES,
    before: int = 0,
) -> list[MessageBatch]:
    """Messages for LINE, at most five in each parcel: one after another in one text, until choices or a card end it.

    The quick replies stand under the last message, since LINE shows no others; every choice stands in words too,
    for LINE on a PC has no quick replies. pictures: the https addresses of charts and QR codes;
    one without is left to the words. before: how many that must arrive came with earlier calls.
    """
    made = list(_render_each(messages, lang, pictures, before))
    choices = next((m.choices for m in reversed(messages) if m.choices), ())
    if made and choices:
        made[-1] = ({**made[-1][0], "quickReply": render_quick_replies(choices)}, made[-1][1])
    packed, whole, over = list[MessageBatch](), before, 0
    for at in range(0, len(made), MAX_MESSAGES_PER_CALL):
        some, begun = made[at : at + MAX_MESSAGES_PER_CALL], f"{whole}.{over}"
        for _, ends in some:
            whole, over = (ends, 0) if ends > whole else (whole, over + 1)
        packed.append(MessageBatch([bubble for bubble, _ in some], whole, f"{begun}-{whole}.{over}"))
    return packed


RenderedMessage: TypeAlias = tuple[dict[str, Any], int]
"""A message of LINE's, and how many of ours that must arrive have come whole with it."""


def _render_each(
    messages: Sequence[Message], lang: Lang, pictures: Mapping[MonthlyChart | str, str], whole: int
) -> Iterator[RenderedMessage]:
    text, begun = "", whole
    for message in messages:
        words = (
            PARAGRAPH_BREAK.join(filter(None, (message.text.strip(), format_choices(message, lang)))) or "…"
        )
        card = render_flex_card(message, words, lang)
        joined = PARAGRAPH_BREAK.join(filter(None, (text, words)))
        if card is not None or utf16_length(joined) > MAX_TEXT_UNITS:
            yield from _render_texts(text, begun, whole)
            joined, begun = words, whole
        text, whole = joined, whole + message.durable
        if card is not None:
            yield card, whole
            text = ""
        if address := pictures.get(message.chart or message.qr):
            yield from _render_texts(text, begun, whole)
            yield {"type": "image", "originalContentUrl": address, "previewImageUrl": address}, whole
            text = ""
    yield from _render_texts(text, begun, whole)


def _render_texts(text: str, begun: int, whole: int) -> Iterator[RenderedMessage]:
    """A text in as many as it takes: only with the last of them is there more than was before."""
    *first, last = [*split_text(text, MAX_TEXT_UNITS)] or [""]
    for piece in first:
        yield {"type": "text", "text": piece}, begun
    if last:
        yield {"type": "text", "text": last}, whole


def format_choices(message: Message, lang: Lang) -> str:
    """The choices in words: numbered where a number picks, else as what may be typed."""
    labels = [label for label, _ in message.choices]
    if not labels:
        return ""
    if message.expects_text:
        return render_text(Phrase("line.type", {"labels": " / ".join(labels)}), lang)
    return "\n".join(f"{number}. {label}" for number, label in enumerate(labels, start=1))


def render_quick_replies(choices: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Choices as quick replies; those for which there is no room can be typed."""
    return {
        "items": [
            {"type": "action", "action": render_postback_action(label, data)}
            for label, data in choices[:MAX_QUICK_REPLIES]
        ]
    }


def render_postback_action(label: str, data: str) -> dict[str, Any]:
    """A choice as a postback. What is only a way through the talk is shown as the person's words, an answer is not."""
    made = {"type": "postback", "label": shorten_label(label), "data": data}
    if data.startswith("/") or data.partition(".")[2] in NEUTRAL_CHOICES:
        made["displayText"] = label
    return made


def shorten_label(label: str) -> str:
    """A label that LINE takes: at most 20 characters as a person counts them."""
    if len(list(_split_graphemes(label))) <= MAX_LABEL_LENGTH:
        return label
    return "".join(list(_split_graphemes(label))[: MAX_LABEL_LENGTH - 1]) + "…"


def _split_graphemes(text: str) -> Iterator[str]:
    """The letters of a text, each with the marks that belong to it."""
    letter = ""
    for sign in text:
        if letter and unicodedata.category(sign) not in {"Mn", "Me", "Cf"}:
            yield letter
            letter = ""
        letter += sign
    if letter:
        yield letter


def split_text(text: str, longest: int) -> Iterator[str]:
    """A text in pieces that fit, cut at a line, else at a space, else anywhere but within a symbol."""
    text = text.strip()
    while utf16_length(text) > longest:
        head = text[:longest]
        while utf16_length(head) > longest:
            head = head[: len(head) - max(1, (utf16_length(head) - longest) // 2)]
        at = next((place for sign in ("\n", " ") if (place := head.rfind(sign)) > longest // 2), len(head))
        yield text[:at].rstrip() or "…"
        text = text[at:].lstrip()
    if text:
        yield text


def utf16_length(text: str) -> int:
    """UTF-16 units, as LINE counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
