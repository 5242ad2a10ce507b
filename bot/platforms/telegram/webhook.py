"""The webhook that Telegram posts updates to.

The secret header is checked before a byte of the body is read. An error of ours is still answered with 200, because
Telegram would repeat the update otherwise.
"""

import hmac
from collections.abc import Callable

from pydantic import ValidationError
from starlette.types import Message, Receive, Scope, Send

from bot.engine import build_error_answer
from bot.errors import BotError
from bot.guard import run_guarded
from bot.log import LogEvent, log_event
from bot.platforms.telegram.adapter import TelegramAdapter
from bot.platforms.telegram.models import Update
from bot.platforms.telegram.ptb_request import encode_json

MAX_UPDATE_BYTES = 1024 * 1024
"""Largest body; Telegram's largest update, a long text with all its entities, is a fifth of it."""

_EMPTY_HEADERS: tuple[tuple[bytes, bytes], ...] = ((b"content-length", b"0"),)
_JSON_HEADER = (b"content-type", b"application/json")


class UpdateTooLargeError(BotError):
    """The body is larger than any update."""


class TelegramWebhook:
    """The ASGI application behind `POST /telegram/{desk}`."""

    def __init__(
        self, adapter: TelegramAdapter, secret: str, on_error: Callable[[BaseException], None]
    ) -> None:
        self._adapter, self._secret, self._on_error = adapter, secret.encode(), on_error

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        headers = dict(scope["headers"])
        if not hmac.compare_digest(headers.get(b"x-telegram-bot-api-secret-token", b""), self._secret):
            return await _send_response(send, 401)
        if not headers.get(b"content-type", b"").startswith(b"application/json"):
            return await _send_response(send, 415)
        try:
            body = await _read_body(headers, receive)
        except UpdateTooLargeError:
            return await _send_response(send, 413)
        return await _send_response(send, 200, await self._handle_body(body)) if body is not None else None

    async def _handle_body(self, body: bytes) -> bytes:
        """Handle an update. Returns the webhook reply as JSON, or nothing."""
        try:
            update = Update.model_validate_json(body)
        except ValidationError:
            log_event(LogEvent.UNREADABLE)  # answered with 200: a repetition would be no better
            return b""
        outcome = await run_guarded(self._adapter.handle_update(update), self._on_error)
        reply = outcome.value if outcome.error is None else _to_error_reply(update)
        return encode_json(reply) if reply else b""


def _to_error_reply(update: Update) -> dict[str, object] | None:
    if update.message is None:
        return None
    return {
        "method": "sendMessage",
        "chat_id": update.message.chat.id,
        "text": build_error_answer("sorry.fault", "th").messages[0].text,
    }


async def _read_body(headers: dict[bytes, bytes], receive: Receive) -> bytes | None:
    """Read the body; None if the client disconnected. Raises UpdateTooLargeError as soon as it is too large."""
    length = headers.get(b"content-length", b"0")
    if not length.isdigit() or int(length[:20]) > MAX_UPDATE_BYTES:
        raise UpdateTooLargeError
    pieces, size = [], 0
    while True:
        message: Message = await receive()
        if message["type"] != "http.request":
            return None
        piece = message.get("body", b"")
        size += len(piece)
        if size > MAX_UPDATE_BYTES:
            raise UpdateTooLargeError
        pieces.append(piece)
        if not message.get("more_body", False):
            return b"".join(pieces)


async def _send_response(send: Send, status: int, body: bytes = b"") -> None:
    headers = [_JSON_HEADER, (b"content-length", str(len(body)).encode())] if body else list(_EMPTY_HEADERS)
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
