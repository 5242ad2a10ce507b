"""The webhook that LINE posts events to: the signature is verified while the body streams in."""

import asyncio
import binascii
import hashlib
import hmac
from base64 import b64decode
from collections.abc import AsyncIterator, Callable

from starlette.types import Receive, Scope, Send

from bot.guard import run_guarded
from bot.log import LogEvent, log_event
from bot.platforms.line.adapter import LineAdapter
from bot.platforms.line.events import InvalidWebhookBodyError, parse_webhook

MAX_BODY_BYTES = 1024 * 1024
BODY_TIMEOUT = 15.0
"""Seconds in which a whole body must arrive. LINE needs milliseconds; nobody else may keep a connection busy."""

UNMETERED_BYTES = 16 * 1024
SHARED_BUFFER_BYTES = 2 * 1024 * 1024
"""Bytes beyond the first `UNMETERED_BYTES` of each body share one buffer limit, since only its end shows whether a body
is LINE's. LINE's own bodies are hardly longer than the unmetered part, so they are accepted whatever others send."""

SIGNATURE_LENGTH = 44
"""Characters of a SHA-256 HMAC in base64."""


class LineWebhook:
    """The ASGI application behind `POST /line/{desk}`."""

    def __init__(self, adapter: LineAdapter, secret: str, on_error: Callable[[BaseException], None]) -> None:
        self._adapter, self._secret, self._on_error = adapter, secret.encode(), on_error
        self._room = SHARED_BUFFER_BYTES

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        status = await self._handle_request(dict(scope["headers"]), receive)
        headers = [(b"content-length", b"0")] + ([(b"retry-after", b"10")] if status == 503 else [])
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    async def _handle_request(self, headers: dict[bytes, bytes], receive: Receive) -> int:
        signed = _decode_signature(headers.get(b"x-line-signature", b""))
        if signed is None:
            return 401
        if headers.get(b"content-type", b"").partition(b";")[0].strip().lower() != b"application/json":
            return 415
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length[:20]) > MAX_BODY_BYTES:
            return 413
        body = bytearray()
        try:
            async with asyncio.timeout(BODY_TIMEOUT):
                status = await self._receive_body(body, receive, signed)
        except TimeoutError:
            return 408
        finally:
            self._room += max(0, len(body) - UNMETERED_BYTES)
        return status or await self._handle_body(bytes(body))

    async def _receive_body(self, body: bytearray, receive: Receive, signed: bytes) -> int:
        """Read a body. Returns 0 if its signature is LINE's, else the HTTP status to answer."""
        proof = hmac.new(self._secret, digestmod=hashlib.sha256)
        async for piece in _iter_body(receive):
            had = max(len(body), UNMETERED_BYTES)
            body += piece
            self._room -= max(0, len(body) - had)
            if len(body) > MAX_BODY_BYTES:
                return 413
            if self._room < 0:
                return 503  # LINE redelivers it
            proof.update(piece)
        return 0 if hmac.compare_digest(proof.digest(), signed) else 401

    async def _handle_body(self, body: bytes) -> int:
        since = asyncio.get_running_loop().time()
        try:
            post = parse_webhook(body)
        except InvalidWebhookBodyError:
            log_event(LogEvent.UNREADABLE)
            return 400
        if post.unreadable_count:
            log_event(LogEvent.UNREADABLE, count=post.unreadable_count)
        # 503 if not all is on disk yet: LINE redelivers it, and what was stored meanwhile has no second effect.
        outcome = await run_guarded(self._adapter.handle_webhook(post, since), self._on_error)
        return 200 if outcome.value else 503


def _decode_signature(header: bytes) -> bytes | None:
    """Decode a signature header; None if it is malformed."""
    if len(header) != SIGNATURE_LENGTH:
        return None
    try:
        return b64decode(header, validate=True)
    except binascii.Error:
        return None


async def _iter_body(receive: Receive) -> AsyncIterator[bytes]:
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return  # the client disconnected: the part received will not match the signature
        yield message.get("body", b"")
        if not message.get("more_body", False):
            return
