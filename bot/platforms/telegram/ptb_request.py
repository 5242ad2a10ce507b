"""python-telegram-bot's request class over aiohttp, and JSON encoding of Bot API calls."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Mapping
from contextvars import ContextVar
from http import HTTPStatus
from typing import Any
from urllib.request import getproxies
from weakref import WeakSet

import aiohttp
from pydantic_core import PydanticSerializationError, from_json, to_json
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

from bot.clock.outside_time import trace_dates
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
"""Simultaneous calls; further ones wait for a free connection."""

IDLE_TIMEOUT = 15.0
"""Seconds after its last call for which a connection is reused: the server may be about to close an older one."""

MAX_RESPONSE_BYTES = 32 * 1024 * 1024
"""Largest response body; a hundred updates are a tenth of it."""

_NO_TIMEOUT = aiohttp.ClientTimeout(total=None)
_JSON_HEADERS = {"content-type": "application/json"}
_over_reused: ContextVar[bool] = ContextVar("over_reused", default=False)
"""Whether the call being made went over a reused connection; if it is made again, it gets a new one."""


class FloodError(TelegramError, BotError):
    """Telegram asks to wait (HTTP 429). PTB's own RetryAfter emits a deprecation warning when it is created."""

    def __init__(self, seconds: float) -> None:
        super().__init__("wait")
        self.retry_after = seconds


class CheckedConnector(aiohttp.TCPConnector):
    """aiohttp's connections, except those on which data came that no call had asked for.

    aiohttp itself would take such data for the response to the next call.
    """

    def __init__(self) -> None:
        super().__init__(
            limit=MAX_CONNECTIONS, keepalive_timeout=IDLE_TIMEOUT, ssl=ssl.create_default_context()
        )
        self._used = WeakSet[Any]()

    async def connect(
        self,
        req: aiohttp.ClientRequest,
        traces: list[aiohttp.tracing.Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - as in aiohttp
    ) -> aiohttp.connector.Connection:
        """Return a connection that may be used, and remember whether it was used before."""
        needs_new = _over_reused.get()
        connection = await super().connect(req, traces, timeout)
        while (
            (protocol := connection.protocol) is not None
            and protocol in self._used
            and (needs_new or protocol.should_close)
        ):
            connection.close()
            connection = await super().connect(req, traces, timeout)
        is_reused = protocol in self._used
        if not is_reused:
            self._used.add(protocol)
        _over_reused.set(is_reused)
        return connection


class AiohttpRequest(BaseRequest):
    """PTB's requests over aiohttp, at a fifth of the cost of PTB's own transport. No error contains a URL or token."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        """Seconds that a call may take."""
        return CALL_TIMEOUT

    async def initialize(self) -> None:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=CheckedConnector(),
                trust_env=bool(
                    getproxies()
                ),  # without a proxy, do not let aiohttp look for one at every call
                cookie_jar=aiohttp.DummyCookieJar(),
                skip_auto_headers=("accept", "accept-encoding", "user-agent"),
                timeout=_NO_TIMEOUT,
                trace_configs=trace_dates(),
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
        """Make a request. Returns status and body. Raises TimedOut, NetworkError.

        A request over a reused connection that the server closed before any of a response came is made once more over
        a new one: the server then hardly read it (RFC 9112, section 9.3.1). aiohttp does so for GET only.
        """
        _over_reused.set(False)
        try:
            async with asyncio.timeout(seconds):
                try:
                    return await self._send_once(method, url, body)
                except _CONNECTION_ERRORS as trouble:
                    if not _over_reused.get() or not _may_repeat(trouble, body):
                        raise
                return await self._send_once(method, url, body)
        except TimeoutError:
            raise TimedOut("no answer in time") from None
        except (aiohttp.ClientError, OSError) as trouble:
            raise NetworkError(type(trouble).__name__) from None

    async def _send_once(self, method: str, url: str, body: Any) -> tuple[int, bytes]:  # noqa: ANN401
        headers = _JSON_HEADERS if isinstance(body, bytes) else None
        async with self._open_session.request(
            method, url, data=body, headers=headers, allow_redirects=False
        ) as response:
            _over_reused.set(False)  # the server read it: not to be repeated, whatever happens to the body
            pieces, size = list[bytes](), 0
            async for piece in response.content.iter_any():
                pieces.append(piece)
                size += len(piece)
                if size > MAX_RESPONSE_BYTES:
                    raise NetworkError("too long")
            return response.status, b"".join(pieces)

    @property
    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise NetworkError("not open")
        return self._session

    async def stream(self, url: str) -> AsyncIterator[bytes]:
        """Yield the body of a GET response in pieces. Raises NetworkError, PermanentError (404)."""
        _over_reused.set(False)
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


_CONNECTION_ERRORS = (
    aiohttp.ServerDisconnectedError,
    aiohttp.ClientOSError,
    aiohttp.ClientConnectionResetError,
)


def _may_repeat(trouble: aiohttp.ClientError, body: Any) -> bool:  # noqa: ANN401
    """Whether nothing of a response came, and the body can be sent again, which a form cannot."""
    has_begun = isinstance(trouble, aiohttp.ServerDisconnectedError) and not isinstance(trouble.message, str)
    return not has_begun and isinstance(body, bytes)


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
