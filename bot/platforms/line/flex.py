"""Cards (Flex Messages) for what a person returns to: the review, the receipt, the state of a case.

A card grows with the person's own letter size (`scaling`), and its altText carries the whole meaning. Where that has
no room the same words go as plain text, which loses nothing.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from handlers.dialog.events import Lang
from handlers.dialog.replies import Message, Phrase
from handlers.i18n import render_text

MAX_ALT_TEXT_UNITS = 1500
"""UTF-16 units."""

MAX_FLEX_BYTES = 30_000
"""Bytes of JSON, as they go out; LINE takes bubbles of 30 KB (reference, Flex Message)."""

TEXT_COLOR, MUTED_COLOR, ACCENT_COLOR, PANEL_COLOR = "#1a1a1a", "#595959", "#0b5d3b", "#f3f8f5"
"""Every one of these on the card's ground has a contrast of at least 4.5 to 1."""

CARD_KINDS = {
    "report.review": "review",
    "report.filed": "receipt",
    "confirm.receipt": "receipt",
    "ask.filed": "receipt",
    "track.status": "status",
}
"""What is shown as a card, by the wording key of its text."""


def render_flex_card(message: Message, words: str, lang: Lang) -> dict[str, Any] | None:
    """A message as a card; None for one that is not shown as such, or that would not fit."""
    kind = CARD_KINDS.get(message.key)
    if kind is None or len(words.encode("utf-16-le", "surrogatepass")) // 2 > MAX_ALT_TEXT_UNITS:
        return None
    title, _, rest = words.strip().partition("\n")
    body = [_render_heading(title), {"type": "separator", "margin": "md"}]
    body += [
        line for raw in rest.split("\n") if raw.strip() for line in _render_line(raw.strip(), message.receipt)
    ]
    bubble: dict[str, Any] = {
        "type": "bubble",
        "size": "giga",
        "body": {"type": "box", "layout": "vertical", "spacing": "sm", "contents": body},
    }
    if message.receipt is not None:
        bubble["footer"] = {
            "type": "box",
            "layout": "vertical",
            "contents": [_render_copy_button(message.receipt, lang)],
        }
    if len(json.dumps(bubble)) > MAX_FLEX_BYTES:
        return None
    return {"type": "flex", "altText": words.strip(), "contents": bubble}


def replace_cards_with_text(batch: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]] | None:
    """Messages with their cards as texts of the same words; None where there is no card among them."""
    if not any(one["type"] == "flex" for one in batch):
        return None
    return [_card_to_text(one) if one["type"] == "flex" else one for one in batch]


def _card_to_text(card: Mapping[str, Any]) -> dict[str, Any]:
    quick = {"quickReply": card["quickReply"]} if "quickReply" in card else {}
    return {"type": "text", "text": card["altText"], **quick}


def _render_heading(text: str) -> dict[str, Any]:
    return {**_render_text(text), "weight": "bold", "size": "lg", "color": ACCENT_COLOR}


def _render_line(text: str, receipt: str | None) -> Iterator[dict[str, Any]]:
    if receipt is not None and text == receipt:
        shown = {**_render_text(text), "weight": "bold", "size": "xl", "align": "center"}
        yield {
            "type": "box",
            "layout": "vertical",
            "backgroundColor": PANEL_COLOR,
            "cornerRadius": "8px",
            "paddingAll": "12px",
            "contents": [shown],
        }
        return
    name, colon, value = text.partition(": ")
    if colon and name.strip() and value.strip() and len(name) < len(text) // 2 + 30 and name[0] != "•":
        yield {**_render_text(name), "size": "sm", "color": MUTED_COLOR}
        yield _render_text(value)
    else:
        yield _render_text(text)


def _render_text(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text, "wrap": True, "scaling": True, "size": "md", "color": TEXT_COLOR}


def _render_copy_button(receipt: str, lang: Lang) -> dict[str, Any]:
    """The button that copies the receipt: a card's own words cannot be marked and copied."""
    label = render_text(Phrase("line.copy"), lang)
    press = {"type": "clipboard", "label": label, "clipboardText": receipt}
    return {"type": "button", "style": "primary", "color": ACCENT_COLOR, "scaling": True, "action": press}
