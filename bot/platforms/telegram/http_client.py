"""HTTP/1.1 client with keep-alive connections for the Bot API calls that every report makes.

aiohttp costs five times as much per call (docs/decisions/0011); rarer calls, and all calls through a proxy, use it
(`ptb_request.py`). Responses are parsed by httptools.
"""

import asyncio
import socket
import ssl
import time
from urllib.parse import quote, urlsplit

import aiohappyeyeballs
import httptools

MAX_CONNECTIONS = 64
"""Simultaneous calls; further ones wait for a free connection."""

IDLE_TIMEOUT = 15.0
"""Seconds after its last call for which a connection is reused: the server may be about to close an older one."""

HAPPY_EYEBALLS_DELAY = 0.25
"""Seconds until another address of the host is tried in parallel (RFC 8305)."""

MAX_RESPONSE_BYTES = 32 * 1024 * 1024
"""Largest response body; a hundred updates are a tenth of it."""


class BotApiConnection(asyncio.Protocol):
    """One connection, used for one call at a time."""

    is_open = True
    last_used = 0.0
    """When the last call ended, in seconds of the monotonic clock."""

    has_response_begun = False
    """Whether any byte of the response to the last call came."""

    _response: "asyncio.Future[tuple[int, bytes]] | None" = None
    _keep_alive = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._transport, self._parser = transport, httptools.HttpResponseParser(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """Fail the call under way. Whether the server has carried it out is unknown."""
        self.is_open = False
        self._fail("cut")

    async def send_request(self, request: bytes) -> tuple[int, bytes]:
        """Send one request. Returns the status and body of the response. Raises ConnectionError."""
        if not self.is_open:
            raise ConnectionResetError("closed")
        self._pieces, self._size = list[bytes](), 0
        self._response, self.has_response_begun = asyncio.get_running_loop().create_future(), False
        try:
            self._transport.write(request)
            answer = await self._response
        except BaseException:
            self.close()
            raise
        finally:
            self._response, self._pieces = (
                None,
                [],
            )  # do not keep whom a message went to, and its text, in memory
        if not self._keep_alive:
            self.close()
        return answer

    def close(self) -> None:
        self.is_open = False
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """Feed the parser. Data that no call waits for closes the connection."""
        if self._response is None:
            return self.close()
        self.has_response_begun = True
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._fail("no HTTP")

    def on_message_begin(self) -> None:
        """Not reusable until this response completes: an extra response would be matched to the wrong call."""
        self._keep_alive = False

    def on_body(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size > MAX_RESPONSE_BYTES:
            self._fail("too long")
        else:
            self._pieces.append(piece)

    def on_message_complete(self) -> None:
        """Complete the call. A 1xx response is only informational (RFC 9110, section 15.2); the final one follows."""
        status = self._parser.get_status_code()
        if status >= 200 and self._response is not None and not self._response.done():
            self._keep_alive = self._parser.should_keep_alive()
            self._response.set_result((status, b"".join(self._pieces)))

    def _fail(self, reason: str) -> None:
        if self._response is not None and not self._response.done():
            self._response.set_exception(ConnectionAbortedError(reason))


class BotApiHttpClient:
    """Calls to one Bot API. base: the URL before the method's name, which contains the bot token."""

    def __init__(self, base: str) -> None:
        where = urlsplit(base)
        self._host = where.hostname or ""
        self._secure = ssl.create_default_context() if where.scheme == "https" else None
        self._port = where.port or (443 if self._secure else 80)
        self._path = quote(where.path, safe="/:%").encode()
        self._rest = f" HTTP/1.1\r\nhost: {where.netloc.rpartition('@')[2]}\r\n".encode()
        self._room = asyncio.Semaphore(MAX_CONNECTIONS)
        self._free = list[BotApiConnection]()

    async def post(self, method: str, body: bytes, seconds: float) -> tuple[int, bytes]:
        """Call a method with parameters as JSON. Returns status and body. Raises TimeoutError, OSError."""
        request = b"POST %b/%b%bcontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (
            self._path,
            method.encode(),
            self._rest,
            len(body),
            body,
        )
        async with asyncio.timeout(seconds), self._room:
            connection = self._take_idle_connection()
            answer = await _try_reused_connection(connection, request) if connection else None
            if connection is None or answer is None:
                connection = await self._open_connection()
                answer = await connection.send_request(request)
        if connection.is_open:
            connection.last_used = time.monotonic()
            self._free.append(connection)
        return answer

    def close(self) -> None:
        """Close the idle connections."""
        while self._free:
            self._free.pop().close()

    def _take_idle_connection(self) -> BotApiConnection | None:
        """Return the most recently used connection if it may still be reused; close those that may not."""
        while self._free:
            last = self._free.pop()
            if last.is_open and time.monotonic() - last.last_used < IDLE_TIMEOUT:
                return last
            last.close()
        return None

    async def _open_connection(self) -> BotApiConnection:
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
        reached = await aiohappyeyeballs.start_connection(
            found, happy_eyeballs_delay=HAPPY_EYEBALLS_DELAY, interleave=1
        )
        name = self._host if self._secure else None
        try:
            _, connection = await loop.create_connection(
                BotApiConnection, sock=reached, ssl=self._secure, server_hostname=name
            )
        except BaseException:
            reached.close()
            raise
        return connection


async def _try_reused_connection(connection: BotApiConnection, request: bytes) -> tuple[int, bytes] | None:
    """Send a request over a reused connection; None if the server closed it before any byte of a response.

    The server then hardly read the request, and a client may send it again (RFC 9112, section 9.3.1).
    """
    try:
        return await connection.send_request(request)
    except ConnectionError:
        if connection.has_response_begun:
            raise
        return None
