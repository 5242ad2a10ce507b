"""A proxy on this machine for one browser, which reaches public addresses and the office's own hosts, and no other.

A page that is drawn loads what it likes from where it likes. The browser resolves no name itself: each is resolved
here, by the rule of `bot.fetching.public_sites`, and the address that was judged is the one that is connected to.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit, urlunsplit

from bot.assessment.public_fetch import get_host
from bot.fetching.public_sites import AddressNotPublicError, PublicOnlyResolver

MAX_HEAD_BYTES = 32 * 1024
CONNECT_SECONDS = 10
_REFUSED = b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
_CONNECTED = b"HTTP/1.1 200 Connected\r\n\r\n"


class PublicProxy:
    """Handles connections of the browser. own_places: hosts and ports that may be private; other ports of them not."""

    def __init__(self, own_places: Iterable[tuple[str, int]]) -> None:
        self._own_places = frozenset(own_places)
        self._own_resolver = PublicOnlyResolver(host for host, _ in self._own_places)
        self._public_resolver = PublicOnlyResolver(())

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Handle one connection, to its end."""
        try:
            with suppress(OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                await self._serve(reader, writer)
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        line, _, rest = head.partition(b"\r\n")
        method, target, _ = line.decode("latin-1").split(" ", 2)
        is_tunnel = method == "CONNECT"
        parts = urlsplit(f"//{target}" if is_tunnel else target)
        host, port = (parts.hostname or "").lower(), parts.port or (443 if is_tunnel else 80)
        if not is_tunnel and parts.scheme != "http":
            return
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                address = await self._judge(host, port)
                far_reader, far_writer = await asyncio.open_connection(address, port)
        except (OSError, TimeoutError, AddressNotPublicError):
            writer.write(_REFUSED)
            await writer.drain()
            return
        if is_tunnel:
            writer.write(_CONNECTED)
        else:
            path = urlunsplit(("", "", parts.path or "/", parts.query, ""))
            kept = [
                one
                for one in rest.split(b"\r\n")
                if one and not one.lower().startswith((b"proxy-", b"connection:"))
            ]
            far_writer.write(
                b"\r\n".join([f"{method} {path} HTTP/1.1".encode(), *kept, b"Connection: close", b"", b""])
            )
        await _relay(reader, writer, far_reader, far_writer)

    async def _judge(self, host: str, port: int) -> str:
        """Return the address to connect to. Raises OSError, AddressNotPublicError."""
        is_own = (host, port) in self._own_places
        resolver = self._own_resolver if is_own else self._public_resolver
        return (await resolver.resolve(host, port))[0]["host"]


async def _relay(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    far_reader: asyncio.StreamReader,
    far_writer: asyncio.StreamWriter,
) -> None:
    async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while chunk := await source.read(65536):
                sink.write(chunk)
                await sink.drain()
            sink.write_eof()

    try:
        await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer))
    finally:
        far_writer.close()


def _get_place(address: str) -> tuple[str, int] | None:
    """Return the host and port of a URL; None where it has none or cannot be read."""
    host = get_host(address)
    try:
        parts = urlsplit(address)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return None
    return (host, port) if host else None


@asynccontextmanager
async def open_public_proxy(own_addresses: Iterable[str]) -> AsyncIterator[int]:
    """Open a proxy on a free port of 127.0.0.1, for as long as the context lasts; yields the port."""
    proxy = PublicProxy(filter(None, map(_get_place, own_addresses)))
    server = await asyncio.start_server(proxy.handle, "127.0.0.1", 0, limit=MAX_HEAD_BYTES)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
