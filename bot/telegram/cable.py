"""Cables to Telegram: HTTP/1.1 over connections that stay open, for the calls that every report makes.

aiohttp, which is made for any server and any body, costs four times as much for such a call (measured).
"""

import asyncio
import socket
import ssl
from urllib.parse import quote, urlsplit

import aiohappyeyeballs
import httptools

MOST = 64
"""Connections at once; who finds them all taken waits."""

IDLE = 15.0
"""Seconds after which an idle connection is not used again, before the other end lets it go unnoticed."""


class Cable(asyncio.Protocol):
    """One connection, with one call on it at a time. since: when it was last used, seconds of the loop's clock."""

    since = 0.0
    usable = False
    _answer: "asyncio.Future[tuple[int, bytes]] | None" = None

    def __init__(self) -> None:
        self._parser, self._pieces = httptools.HttpResponseParser(self), list[bytes]()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """It is open."""
        self._transport, self.usable = transport, True

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - whatever it was, it may name the address
        """It is open no more; whether a call on it counted nobody knows."""
        self.usable = False
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionResetError("cut"))

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """One call, as it goes over the wire; gives the status and the body of the answer. Raises OSError."""
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    def close(self) -> None:
        """Close it."""
        self.usable = False
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """Read on."""
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self.close()

    def on_body(self, body: bytes) -> None:
        """A piece of the answer."""
        self._pieces.append(body)

    def on_message_complete(self) -> None:
        """The answer is there; one that nobody asked for ends the connection."""
        told, self._pieces = b"".join(self._pieces), []
        if self._answer is None or self._answer.done():
            self.close()
            return
        self.usable = self.usable and self._parser.should_keep_alive()
        self._answer.set_result((self._parser.get_status_code(), told))


class Cables:
    """The connections to one server. No error of theirs holds an address or a token."""

    def __init__(self, origin: str) -> None:
        """Ready, but not yet connected. origin: `https://host`, with a port and a path where it has them."""
        parts = urlsplit(origin)
        secure = parts.scheme == "https"
        self._host, self._port = parts.hostname or "", parts.port or (443 if secure else 80)
        self._tls = ssl.create_default_context() if secure else None
        self._path, self._name = parts.path.rstrip("/"), parts.netloc.rpartition("@")[2].encode()
        self._room = asyncio.Semaphore(MOST)
        self._idle: list[Cable] = []

    async def post(self, path: str, body: bytes, seconds: float) -> tuple[int, bytes]:
        """Bring JSON to a path; gives the status and the body of the answer. Raises TimeoutError, OSError."""
        head = b"POST %s HTTP/1.1\r\nhost: %s\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
        request = head % (quote(self._path + path, safe="/:").encode(), self._name, len(body)) + body
        async with self._room, asyncio.timeout(seconds):
            cable = self._kept() or await self._opened()
            try:
                answer = await cable.ask(request)
            except BaseException:
                cable.close()  # else its late answer would be taken for the next one's
                raise
            self._keep(cable)
            return answer

    def close(self) -> None:
        """Close those that nobody uses."""
        while self._idle:
            self._idle.pop().close()

    def _kept(self) -> Cable | None:
        now = asyncio.get_running_loop().time()
        while self._idle:
            cable = self._idle.pop()
            if cable.usable and now - cable.since < IDLE:
                return cable
            cable.close()
        return None

    def _keep(self, cable: Cable) -> None:
        if cable.usable:
            cable.since = asyncio.get_running_loop().time()
            self._idle.append(cable)
        else:
            cable.close()

    async def _opened(self) -> Cable:
        loop = asyncio.get_running_loop()
        places = await loop.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
        # Both families side by side: many an office has an IPv6 that leads nowhere.
        line = await aiohappyeyeballs.start_connection(places, happy_eyeballs_delay=0.25)
        name = self._host if self._tls else None
        _, cable = await loop.create_connection(Cable, sock=line, ssl=self._tls, server_hostname=name)
        return cable
