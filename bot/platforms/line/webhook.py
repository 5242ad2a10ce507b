"""Where LINE brings events: proven by their signature while they stream in, and answered within two seconds."""

import asyncio
import binascii
import hashlib
import hmac
from base64 import b64decode
from collections.abc import AsyncIterator, Callable

from starlette.types import Receive, Scope, Send

from bot.log import LogEvent, log
from bot.platforms.line.adapter import LineAdapter
from bot.platforms.line.events import InvalidWebhookBodyError, read

MOST_BYTES = 1024 * 1024
PATIENCE = 15.0
"""Seconds in which a whole body comes in. LINE needs a few milliseconds; nobody else is to hold a place here."""

FREE_BYTES = 16 * 1024
ROOM_BYTES = 2 * 1024 * 1024
"""Of each body that is coming in the first part is free: LINE's own are hardly longer, and find a place whatever others
send. What is beyond shares some room, since nobody knows before its end whether a body is LINE's."""

SIGNATURE = 44
"""Characters of a SHA-256 HMAC in base64."""


class LineWebhook:
    """`POST /line/{desk}`."""

    def __init__(self, talk: LineAdapter, secret: str, fault: Callable[[BaseException], None]) -> None:
        self._talk, self._secret, self._fault = talk, secret.encode(), fault
        self._room = ROOM_BYTES

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        status = await self._status(dict(scope["headers"]), receive)
        headers = [(b"content-length", b"0")] + ([(b"retry-after", b"10")] if status == 503 else [])
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    async def _status(self, headers: dict[bytes, bytes], receive: Receive) -> int:
        signed = _signature(headers.get(b"x-line-signature", b""))
        if signed is None:
            return 401
        if headers.get(b"content-type", b"").partition(b";")[0].strip().lower() != b"application/json":
            return 415
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length[:20]) > MOST_BYTES:
            return 413
        body = bytearray()
        try:
            async with asyncio.timeout(PATIENCE):
                status = await self._taken(body, receive, signed)
        except TimeoutError:
            return 408
        finally:
            self._room += max(0, len(body) - FREE_BYTES)
        return status or await self._heard(bytes(body))

    async def _taken(self, body: bytearray, receive: Receive, signed: bytes) -> int:
        """Take a body in; gives the status of one that is not to be heard, 0 for one that LINE signed."""
        proof = hmac.new(self._secret, digestmod=hashlib.sha256)
        async for piece in _pieces(receive):
            had = max(len(body), FREE_BYTES)
            body += piece
            self._room -= max(0, len(body) - had)
            if len(body) > MOST_BYTES:
                return 413
            if self._room < 0:
                return 503  # LINE brings it again
            proof.update(piece)
        return 0 if hmac.compare_digest(proof.digest(), signed) else 401

    async def _heard(self, body: bytes) -> int:
        since = asyncio.get_running_loop().time()
        try:
            post = read(body)
        except InvalidWebhookBodyError:
            log(LogEvent.UNREADABLE)
            return 400
        if post.unread:
            log(LogEvent.UNREADABLE, count=post.unread)
        try:
            # Not yet on the disk: LINE is to bring it again, and what was kept meanwhile has no second effect.
            return 200 if await self._talk.hear(post, since) else 503
        except Exception as trouble:
            self._fault(trouble)
            return 503


def _signature(header: bytes) -> bytes | None:
    """The bytes of a signature; None for what has not the shape of one."""
    if len(header) != SIGNATURE:
        return None
    try:
        return b64decode(header, validate=True)
    except binascii.Error:
        return None


async def _pieces(receive: Receive) -> AsyncIterator[bytes]:
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return  # the sender went away: what is there does not fit its signature
        yield message.get("body", b"")
        if not message.get("more_body", False):
            return
