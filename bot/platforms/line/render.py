"""What is said, as LINE shows it: at most five messages, choices as quick replies and in the text too."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from bot.platforms.line import flex as line_card
from handlers import i18n as wording
from handlers.dialog.chart import MonthlyChart
from handlers.dialog.events import Lang, Message, Reply

LONGEST = 5000
"""UTF-16 units of a text message."""

MOST = 5
"""Messages in one reply or push."""

MOST_QUICK = 13
LONGEST_LABEL = 20
"""Characters as a person counts them: a vowel above a letter is part of it."""

NEUTRAL = frozenset(
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

GAP = "\n\n"
NO_PICTURES: Mapping[MonthlyChart | str, str] = {}


@dataclass(frozen=True, slots=True)
class MessageBatch:
    """What goes in one call. whole: how many of the messages that must arrive have come whole with its end.

    mark: the span of the messages that it holds, by which LINE tells it from others of the same letter.
    """

    batch: list[dict[str, Any]]
    whole: int
    mark: str


def bubbles(
    messages: Sequence[Message], lang: Lang = "th", pictures: Mapping[MonthlyChart | str, str] = NO_PICTURES
) -> list[list[dict[str, Any]]]:
    """Messages for LINE, in batches of at most five."""
    return [parcel.batch for parcel in parcels(messages, lang, pictures)]


def parcels(
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
    made = list(_made(messages, lang, pictures, before))
    choices = next((m.choices for m in reversed(messages) if m.choices), ())
    if made and choices:
        made[-1] = ({**made[-1][0], "quickReply": quick(choices)}, made[-1][1])
    packed, whole, over = list[MessageBatch](), before, 0
    for at in range(0, len(made), MOST):
        some, begun = made[at : at + MOST], f"{whole}.{over}"
        for _, ends in some:
            whole, over = (ends, 0) if ends > whole else (whole, over + 1)
        packed.append(MessageBatch([bubble for bubble, _ in some], whole, f"{begun}-{whole}.{over}"))
    return packed


Made: TypeAlias = tuple[dict[str, Any], int]
"""A message of LINE's, and how many of ours that must arrive have come whole with it."""


def _made(
    messages: Sequence[Message], lang: Lang, pictures: Mapping[MonthlyChart | str, str], whole: int
) -> Iterator[Made]:
    text, begun = "", whole
    for message in messages:
        words = GAP.join(filter(None, (message.text.strip(), listed(message, lang)))) or "…"
        card = line_card.card(message, words, lang)
        joined = GAP.join(filter(None, (text, words)))
        if card is not None or units(joined) > LONGEST:
            yield from _texts(text, begun, whole)
            joined, begun = words, whole
        text, whole = joined, whole + message.certain
        if card is not None:
            yield card, whole
            text = ""
        if address := pictures.get(message.chart or message.qr):
            yield from _texts(text, begun, whole)
            yield {"type": "image", "originalContentUrl": address, "previewImageUrl": address}, whole
            text = ""
    yield from _texts(text, begun, whole)


def _texts(text: str, begun: int, whole: int) -> Iterator[Made]:
    """A text in as many as it takes: only with the last of them is there more than was before."""
    *first, last = [*cut(text, LONGEST)] or [""]
    for piece in first:
        yield {"type": "text", "text": piece}, begun
    if last:
        yield {"type": "text", "text": last}, whole


def listed(message: Message, lang: Lang) -> str:
    """The choices in words: numbered where a number picks, else as what may be typed."""
    labels = [label for label, _ in message.choices]
    if not labels:
        return ""
    if message.typed:
        return wording.text(Reply("line.type", {"labels": " / ".join(labels)}), lang)
    return "\n".join(f"{number}. {label}" for number, label in enumerate(labels, start=1))


def quick(choices: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Choices as quick replies; those for which there is no room can be typed."""
    return {
        "items": [{"type": "action", "action": action(label, data)} for label, data in choices[:MOST_QUICK]]
    }


def action(label: str, data: str) -> dict[str, Any]:
    """A choice as a postback. What is only a way through the talk is shown as the person's words, an answer is not."""
    made = {"type": "postback", "label": short(label), "data": data}
    if data.startswith("/") or data.partition(".")[2] in NEUTRAL:
        made["displayText"] = label
    return made


def short(label: str) -> str:
    """A label that LINE takes: at most 20 characters as a person counts them."""
    if len(list(_graphemes(label))) <= LONGEST_LABEL:
        return label
    return "".join(list(_graphemes(label))[: LONGEST_LABEL - 1]) + "…"


def _graphemes(text: str) -> Iterator[str]:
    """The letters of a text, each with the marks that belong to it."""
    letter = ""
    for sign in text:
        if letter and unicodedata.category(sign) not in {"Mn", "Me", "Cf"}:
            yield letter
            letter = ""
        letter += sign
    if letter:
        yield letter


def cut(text: str, longest: int) -> Iterator[str]:
    """A text in pieces that fit, cut at a line, else at a space, else anywhere but within a symbol."""
    text = text.strip()
    while units(text) > longest:
        head = text[:longest]
        while units(head) > longest:
            head = head[: len(head) - max(1, (units(head) - longest) // 2)]
        at = next((place for sign in ("\n", " ") if (place := head.rfind(sign)) > longest // 2), len(head))
        yield text[:at].rstrip() or "…"
        text = text[at:].lstrip()
    if text:
        yield text


def units(text: str) -> int:
    """UTF-16 units, as LINE counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
