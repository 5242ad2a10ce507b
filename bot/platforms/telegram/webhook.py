"""Where Telegram brings updates: asked who it is before a byte is read, and never answered with an error of ours."""

import hmac
from collections.abc import Callable

from pydantic import ValidationError
from starlette.types import Message, Receive, Scope, Send

from bot.engine import sorry
from bot.log import LogEvent, log
from bot.platforms.telegram.adapter import TelegramAdapter
from bot.platforms.telegram.models import Update
from bot.platforms.telegram.ptb_request import written

MOST_BYTES = 1024 * 1024
"""Of an update; Telegram's largest, with a long text and all its entities, is a fifth of it."""

_NOTHING: tuple[tuple[bytes, bytes], ...] = ((b"content-length", b"0"),)
_JSON = (b"content-type", b"application/json")


class UpdateTooLargeError(Exception):
    """The body is larger than any update."""


class TelegramWebhook:
    """`POST /telegram/{desk}`."""

    def __init__(self, door: TelegramAdapter, secret: str, fault: Callable[[BaseException], None]) -> None:
        self._door, self._secret, self._fault = door, secret.encode(), fault

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        headers = dict(scope["headers"])
        if not hmac.compare_digest(headers.get(b"x-telegram-bot-api-secret-token", b""), self._secret):
            return await _answer(send, 401)
        if not headers.get(b"content-type", b"").startswith(b"application/json"):
            return await _answer(send, 415)
        try:
            body = await _body(headers, receive)
        except UpdateTooLargeError:
            return await _answer(send, 413)
        return await _answer(send, 200, await self._heard(body)) if body is not None else None

    async def _heard(self, body: bytes) -> bytes:
        """The call that rides in the answer, or nothing."""
        try:
            update = Update.model_validate_json(body)
        except ValidationError:
            log(LogEvent.UNREADABLE)  # asked for again it would read no better
            return b""
        try:
            wish = await self._door.hear(update)
        except Exception as trouble:
            self._fault(trouble)
            wish = _sorry(update)
        return written(wish) if wish else b""


def _sorry(update: Update) -> dict[str, object] | None:
    if update.message is None:
        return None
    return {
        "method": "sendMessage",
        "chat_id": update.message.chat.id,
        "text": sorry("sorry.fault", "th").messages[0].text,
    }


async def _body(headers: dict[bytes, bytes], receive: Receive) -> bytes | None:
    """The whole body; None when the sender went away. Raises TooMuch as soon as it is."""
    length = headers.get(b"content-length", b"0")
    if not length.isdigit() or int(length[:20]) > MOST_BYTES:
        raise UpdateTooLargeError
    pieces, size = [], 0
    while True:
        message: Message = await receive()
        if message["type"] != "http.request":
            return None
        piece = message.get("body", b"")
        size += len(piece)
        if size > MOST_BYTES:
            raise UpdateTooLargeError
        pieces.append(piece)
        if not message.get("more_body", False):
            return b"".join(pieces)


async def _answer(send: Send, status: int, body: bytes = b"") -> None:
    headers = [_JSON, (b"content-length", str(len(body)).encode())] if body else list(_NOTHING)
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
