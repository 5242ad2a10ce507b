"""Flex Messages ("cards") for what a person comes back to: the review, the receipt, the state of a case.

A card scales with the person's font size (`scaling`), and its altText contains the full text. A text that does not fit
into the altText is sent as a plain text message instead.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from handlers.dialog.events import Lang
from handlers.dialog.replies import Message, Phrase
from handlers.dialog.text import utf16_length
from handlers.i18n import render_text

MAX_ALT_TEXT_UNITS = 1500
"""UTF-16 units of altText."""

MAX_FLEX_BYTES = 30_000
"""Bytes of a bubble as sent JSON; LINE's limit is 30 KB (reference, Flex Message)."""

TEXT_COLOR, MUTED_COLOR, ACCENT_COLOR, PANEL_COLOR = "#1a1a1a", "#595959", "#0b5d3b", "#f3f8f5"
"""Each text colour has a contrast of at least 4.5:1 on the card's background."""


def render_flex_card(message: Message, text: str, lang: Lang) -> dict[str, Any] | None:
    """Render a message as a card; None if it is not of a card's kind, or does not fit."""
    if not message.is_card or utf16_length(text) > MAX_ALT_TEXT_UNITS:
        return None
    title, _, rest = text.strip().partition("\n")
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
    return {"type": "flex", "altText": text.strip(), "contents": bubble}


def replace_cards_with_text(batch: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]] | None:
    """Return the messages with each card replaced by its altText as plain text; None if there is no card."""
    if not any(payload["type"] == "flex" for payload in batch):
        return None
    return [_card_to_text(payload) if payload["type"] == "flex" else payload for payload in batch]


def _card_to_text(card: Mapping[str, Any]) -> dict[str, Any]:
    quick = {"quickReply": card["quickReply"]} if "quickReply" in card else {}
    return {"type": "text", "text": card["altText"], **quick}


def _render_heading(text: str) -> dict[str, Any]:
    return {**_render_text(text), "weight": "bold", "size": "lg", "color": ACCENT_COLOR}


def _render_line(text: str, receipt: str | None) -> Iterator[dict[str, Any]]:
    if receipt is not None and text == receipt:
        receipt_text = {**_render_text(text), "weight": "bold", "size": "xl", "align": "center"}
        yield {
            "type": "box",
            "layout": "vertical",
            "backgroundColor": PANEL_COLOR,
            "cornerRadius": "8px",
            "paddingAll": "12px",
            "contents": [receipt_text],
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
    """Render the button that copies the receipt, since text in a Flex Message cannot be selected."""
    label = render_text(Phrase("line.copy"), lang)
    action = {"type": "clipboard", "label": label, "clipboardText": receipt}
    return {"type": "button", "style": "primary", "color": ACCENT_COLOR, "scaling": True, "action": action}
