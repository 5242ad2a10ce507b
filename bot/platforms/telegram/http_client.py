"""The calls that every report makes, over connections that stay open: HTTP/1.1 as the Bot API speaks it.

aiohttp, by which all rarer calls go, and all through a proxy, spends five times as much on each
(docs/decisions/0011). Reading is httptools'.
"""

import asyncio
import socket
import ssl
import time
from urllib.parse import quote, urlsplit

import aiohappyeyeballs
import httptools

MAX_CONNECTIONS = 64
"""Calls side by side; what comes while so many are under way waits."""

IDLE_TIMEOUT = 15.0
"""Seconds that a connection is used again after its last call: the other end may be about to close an older one."""

HAPPY_EYEBALLS_DELAY = 0.25
"""Seconds until another address of the same name is tried beside (RFC 8305)."""

MAX_RESPONSE_BYTES = 32 * 1024 * 1024
"""Of an answer; a hundred updates are a tenth of it."""


class BotApiConnection(asyncio.Protocol):
    """One connection, which carries one call at a time."""

    is_open = True
    last_used = 0.0
    """When it was last used, by the monotonic clock."""

    has_response_begun = False
    """Whether something of an answer to the last call came."""

    _response: "asyncio.Future[tuple[int, bytes]] | None" = None
    _keep_alive = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._transport, self._parser = transport, httptools.HttpResponseParser(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """End; whether a call that is under way has counted nobody knows."""
        self.is_open = False
        self._fail("cut")

    async def send_request(self, request: bytes) -> tuple[int, bytes]:
        """Send one request; gives the status and the body of its answer. Raises ConnectionError."""
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
            self._response, self._pieces = None, []  # it told who was written to, and what
        if not self._keep_alive:
            self.close()
        return answer

    def close(self) -> None:
        """Use it no more."""
        self.is_open = False
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """Read on. What nobody asked for ends the connection."""
        if self._response is None:
            return self.close()
        self.has_response_begun = True
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._fail("no HTTP")

    def on_message_begin(self) -> None:
        """An answer begins; where another follows at once, nothing that comes here can be told apart."""
        self._keep_alive = False

    def on_body(self, piece: bytes) -> None:
        """A piece of its body."""
        self._size += len(piece)
        if self._size > MAX_RESPONSE_BYTES:
            self._fail("too long")
        else:
            self._pieces.append(piece)

    def on_message_complete(self) -> None:
        """It is whole; one of the hundreds (RFC 9110, section 15.2) only says that the answer is on its way."""
        status = self._parser.get_status_code()
        if status >= 200 and self._response is not None and not self._response.done():
            self._keep_alive = self._parser.should_keep_alive()
            self._response.set_result((status, b"".join(self._pieces)))

    def _fail(self, why: str) -> None:
        if self._response is not None and not self._response.done():
            self._response.set_exception(ConnectionAbortedError(why))


class BotApiHttpClient:
    """Calls to one Bot API. base: the address before a method's name, which holds the token."""

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
        """Call a method with its parameters as JSON; gives status and body. Raises TimeoutError, OSError."""
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
        """Close what is open."""
        while self._free:
            self._free.pop().close()

    def _take_idle_connection(self) -> BotApiConnection | None:
        """The connection that was used last, if it is young enough; the older ones are older still."""
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
    """The answer over a connection that was used before; None where the other end was just closing it.

    It closed without a word, so it hardly read the call (RFC 9112, section 9.3.1 lets a client try again then).
    """
    try:
        return await connection.send_request(request)
    except ConnectionError:
        if connection.has_response_begun:
            raise
        return None
