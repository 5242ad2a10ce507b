"""The wire to Telegram: python-telegram-bot's requests by aiohttp."""

import json
from collections.abc import AsyncIterator, Mapping
from http import HTTPStatus
from typing import Any
from urllib.request import getproxies

import aiohttp
from pydantic_core import PydanticSerializationError, from_json, to_json
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

from bot.delivery.transport import PermanentError

CALL_TIMEOUT = 10.0
"""How long a call may take; whether one that took longer has counted nobody knows."""

DEFAULT_RETRY_AFTER, MAX_RETRY_AFTER = 5.0, 86_400.0
"""Seconds to wait when Telegram says "too many" and not for how long, and the longest that is believed."""

DOWNLOAD_TIMEOUT = 300.0
"""Seconds for a file of 20 MB: who sends slower keeps a place from others."""

CHUNK_SIZE = 64 * 1024
MAX_CONNECTIONS = 64


class FloodError(TelegramError):
    """Telegram asks to wait. PTB's own error of this name warns about itself when it is made."""

    def __init__(self, seconds: float) -> None:
        super().__init__("wait")
        self.seconds = seconds


class AiohttpRequest(BaseRequest):
    """PTB's requests by aiohttp, which costs a fifth of its own transport. No error holds an address or a token."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None
        self.proxied = bool(getproxies())
        """Whether the machine reaches others through a proxy, as the system says."""

    @property
    def read_timeout(self) -> float | None:
        """Seconds that a call may take."""
        return CALL_TIMEOUT

    async def initialize(self) -> None:
        """Open the connections."""
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=MAX_CONNECTIONS)
            self._session = aiohttp.ClientSession(
                connector=connector, trust_env=self.proxied, cookie_jar=aiohttp.DummyCookieJar()
            )

    async def shutdown(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = None,  # noqa: ANN401 - a number, or PTB's marker for "as set"
        write_timeout: Any = None,  # noqa: ANN401, ARG002 - one limit for the whole call is enough
        connect_timeout: Any = None,  # noqa: ANN401, ARG002
        pool_timeout: Any = None,  # noqa: ANN401, ARG002
    ) -> tuple[int, bytes]:
        """One request of PTB's: status and body. Raises TimedOut, NetworkError, Flood."""
        seconds = read_timeout if isinstance(read_timeout, (int, float)) else CALL_TIMEOUT
        status, told = await self.send_request(
            method, url, _encode_body(request_data) if request_data else None, seconds
        )
        return _raise_if_flood(status, told), told

    async def send_request(self, method: str, url: str, body: Any, seconds: float) -> tuple[int, bytes]:  # noqa: ANN401
        """One request: status and body. Raises TimedOut, NetworkError."""
        patience = aiohttp.ClientTimeout(total=seconds)
        try:
            async with self._open_session.request(
                method,
                url,
                data=body,
                headers=_content_type_headers(body),
                timeout=patience,
                allow_redirects=False,
            ) as answer:
                return answer.status, await answer.read()
        except TimeoutError:
            raise TimedOut("no answer in time") from None
        except (aiohttp.ClientError, OSError) as trouble:
            raise NetworkError(type(trouble).__name__) from None

    @property
    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise NetworkError("not open")
        return self._session

    async def stream(self, url: str) -> AsyncIterator[bytes]:
        """The body of an answer, piece by piece. Raises NetworkError, Never."""
        patience = aiohttp.ClientTimeout(
            total=DOWNLOAD_TIMEOUT, sock_connect=CALL_TIMEOUT, sock_read=CALL_TIMEOUT
        )
        try:
            async with self._open_session.get(url, timeout=patience, allow_redirects=False) as answer:
                if answer.status == HTTPStatus.NOT_FOUND:
                    raise PermanentError
                if answer.status != HTTPStatus.OK:
                    raise NetworkError("no file")
                async for piece in answer.content.iter_chunked(CHUNK_SIZE):
                    yield piece
        except TimeoutError:
            raise TimedOut("no answer in time") from None
        except (aiohttp.ClientError, OSError) as trouble:
            raise NetworkError(type(trouble).__name__) from None


def _raise_if_flood(status: int, told: bytes) -> int:
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        raise FloodError(_parse_retry_after(told))
    return status


def decode_response(status: int, raw: bytes) -> dict[str, Any]:
    """What an answer says. Raises Flood, and NetworkError: who speaks otherwise stands between Telegram and us.

    PTB's own reader would log what it cannot read.
    """
    _raise_if_flood(status, raw)
    try:
        told = from_json(raw)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise NetworkError("not an answer of Telegram's")
    return told


def encode_json(wish: Mapping[str, Any]) -> bytes:
    """A call as JSON. Half of a surrogate pair, which no UTF-8 can hold, becomes a question mark."""
    try:
        return to_json(wish)
    except PydanticSerializationError:
        return json.dumps(wish, ensure_ascii=False).encode("utf-8", "replace")


def _content_type_headers(body: Any) -> dict[str, str]:  # noqa: ANN401
    return {"content-type": "application/json"} if isinstance(body, bytes) else {}


def _encode_body(data: RequestData) -> Any:  # noqa: ANN401 - what aiohttp takes
    if not data.contains_files:
        # As JSON: percent signs would make Thai nine times as long.
        return encode_json(data.parameters)
    form = aiohttp.FormData()
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, kind) in data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=kind)
    return form


def _parse_retry_after(told: bytes) -> float:
    """Seconds that Telegram asks to wait; a few where it says none, or more than it ever would."""
    try:
        asked = float(json.loads(told)["parameters"]["retry_after"])
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return DEFAULT_RETRY_AFTER
    return asked if 0 <= asked <= MAX_RETRY_AFTER else DEFAULT_RETRY_AFTER
