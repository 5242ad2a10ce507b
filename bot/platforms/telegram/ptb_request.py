"""python-telegram-bot's request class over aiohttp, and JSON encoding of Bot API calls."""

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
from bot.errors import BotError

CALL_TIMEOUT = 10.0
"""Seconds that a call may take. Whether one that timed out was carried out is unknown."""

DEFAULT_RETRY_AFTER, MAX_RETRY_AFTER = 5.0, 86_400.0
"""Seconds to wait after HTTP 429 without a usable `retry_after`, and the longest `retry_after` that is accepted."""

DOWNLOAD_TIMEOUT = 300.0
"""Total timeout of a file download (at most 20 MB), in seconds; frees its slot for others."""

CHUNK_SIZE = 64 * 1024
MAX_CONNECTIONS = 64


class FloodError(TelegramError, BotError):
    """Telegram asks to wait (HTTP 429). PTB's own RetryAfter emits a deprecation warning when it is created."""

    def __init__(self, seconds: float) -> None:
        super().__init__("wait")
        self.retry_after = seconds


class AiohttpRequest(BaseRequest):
    """PTB's requests over aiohttp, at a fifth of the cost of PTB's own transport. No error contains a URL or token."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None
        self.proxied = bool(getproxies())
        """Whether the system's settings name a proxy."""

    @property
    def read_timeout(self) -> float | None:
        """Seconds that a call may take."""
        return CALL_TIMEOUT

    async def initialize(self) -> None:
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
        """Make a request of PTB's. Returns status and body. Raises TimedOut, NetworkError, FloodError."""
        seconds = read_timeout if isinstance(read_timeout, (int, float)) else CALL_TIMEOUT
        status, response = await self.send_request(
            method, url, _encode_body(request_data) if request_data else None, seconds
        )
        return _raise_if_flood(status, response), response

    async def send_request(self, method: str, url: str, body: Any, seconds: float) -> tuple[int, bytes]:  # noqa: ANN401
        """Make a request. Returns status and body. Raises TimedOut, NetworkError."""
        timeout = aiohttp.ClientTimeout(total=seconds)
        try:
            async with self._open_session.request(
                method,
                url,
                data=body,
                headers=_content_type_headers(body),
                timeout=timeout,
                allow_redirects=False,
            ) as response:
                return response.status, await response.read()
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
        """Yield the body of a GET response in pieces. Raises NetworkError, PermanentError (404)."""
        timeout = aiohttp.ClientTimeout(
            total=DOWNLOAD_TIMEOUT, sock_connect=CALL_TIMEOUT, sock_read=CALL_TIMEOUT
        )
        try:
            async with self._open_session.get(url, timeout=timeout, allow_redirects=False) as response:
                if response.status == HTTPStatus.NOT_FOUND:
                    raise PermanentError
                if response.status != HTTPStatus.OK:
                    raise NetworkError("no file")
                async for piece in response.content.iter_chunked(CHUNK_SIZE):
                    yield piece
        except TimeoutError:
            raise TimedOut("no answer in time") from None
        except (aiohttp.ClientError, OSError) as trouble:
            raise NetworkError(type(trouble).__name__) from None


def _raise_if_flood(status: int, body: bytes) -> int:
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        raise FloodError(_parse_retry_after(body))
    return status


def decode_response(status: int, raw: bytes) -> dict[str, Any]:
    """Parse a response body. Raises FloodError, and NetworkError if it is not Telegram's (from a proxy, for example).

    PTB's own parser would log a body that it cannot parse.
    """
    _raise_if_flood(status, raw)
    try:
        response = from_json(raw)
    except ValueError:
        response = None
    if not isinstance(response, dict):
        raise NetworkError("not an answer of Telegram's")
    return response


def encode_json(call: Mapping[str, Any]) -> bytes:
    """Encode a call as JSON. A lone surrogate, which UTF-8 cannot represent, becomes a question mark."""
    try:
        return to_json(call)
    except PydanticSerializationError:
        return json.dumps(call, ensure_ascii=False).encode("utf-8", "replace")


def _content_type_headers(body: Any) -> dict[str, str]:  # noqa: ANN401
    return {"content-type": "application/json"} if isinstance(body, bytes) else {}


def _encode_body(data: RequestData) -> Any:  # noqa: ANN401 - what aiohttp takes
    if not data.contains_files:
        # As JSON: percent-encoding makes Thai text nine times as long.
        return encode_json(data.parameters)
    form = aiohttp.FormData()
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, kind) in data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=kind)
    return form


def _parse_retry_after(body: bytes) -> float:
    """Return the seconds that Telegram asks to wait; the default if there are none, or an implausible number."""
    try:
        seconds = float(json.loads(body)["parameters"]["retry_after"])
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return DEFAULT_RETRY_AFTER
    return seconds if 0 <= seconds <= MAX_RETRY_AFTER else DEFAULT_RETRY_AFTER
