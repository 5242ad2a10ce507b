"""Cables: a connection serves many calls, one at a time, and no call ever hears another one's answer."""

import asyncio
import contextlib
import ipaddress
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bot.telegram import cable
from bot.telegram.cable import Cables

YES = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
CHUNKS = (
    b"HTTP/1.1 400 Bad Request\r\ntransfer-encoding: chunked\r\n\r\n4\r\nzer",
    b"o\r\n",
    b"2\r\ns!\r\n0\r\n\r\n",
)


class Exchange:
    """A server that reads a request and does as the next deed says; keeps what it read and who came."""

    def __init__(self, *deeds: Callable[[asyncio.StreamWriter], Awaitable[None]]) -> None:
        self.deeds, self.heard, self.came = list(deeds), list[bytes](), 0
        self.serving = list[asyncio.Task[None]]()

    def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        self.came += 1
        self.serving.append(asyncio.create_task(self._serve(reader, writer)))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while not writer.is_closing():
                head = await reader.readuntil(b"\r\n\r\n")
                size = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
                self.heard.append(head + await reader.readexactly(size))
                await self.deeds.pop(0)(writer)
        writer.close()
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            await writer.wait_closed()


def says(
    *pieces: bytes, then: str = "", after: float = 0
) -> Callable[[asyncio.StreamWriter], Awaitable[None]]:
    """Write pieces, each for itself; then: "close"."""

    async def deed(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(after)
        for piece in pieces:
            writer.write(piece)
            await asyncio.sleep(0.01)
        if then:
            writer.close()

    return deed


@asynccontextmanager
async def open_(exchange: Exchange, tls: ssl.SSLContext | None = None) -> AsyncIterator[Cables]:
    """The exchange, and cables to it."""
    server = await asyncio.start_server(exchange.serve, "127.0.0.1", 0, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    cables = Cables(f"http{'s' if tls else ''}://127.0.0.1:{port}/base/")
    try:
        yield cables
    finally:
        cables.close()
        server.close()
        await asyncio.gather(*exchange.serving)


def play(exchange: Exchange, scene: Callable[[Cables], Awaitable[None]]) -> None:
    """A scene with an exchange."""

    async def whole() -> None:
        async with asyncio.timeout(20), open_(exchange) as cables:
            await scene(cables)

    asyncio.run(whole())


async def noticed(cables: Cables) -> None:
    """Wait until no idle connection is usable."""
    while any(one.usable for one in cables._idle):  # noqa: ASYNC110 - the cable tells nobody
        await asyncio.sleep(0.005)


async def ask(cables: Cables, body: bytes = b"{}", seconds: float = 5) -> tuple[int, bytes]:
    return await cables.post("/bot1:x/sendMessage", body, seconds)


def test_many_calls_share_a_connection_and_answers_may_come_in_pieces() -> None:
    exchange = Exchange(says(YES), says(*CHUNKS), says(YES[:20], YES[20:]))

    async def scene(cables: Cables) -> None:
        assert await ask(cables, '{"text":"ก"}'.encode()) == (200, b"ok")
        assert await ask(cables) == (400, b"zeros!")
        assert await ask(cables) == (200, b"ok")

    play(exchange, scene)
    assert exchange.came == 1
    head, _, body = exchange.heard[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /base/bot1:x/sendMessage HTTP/1.1\r\nhost: 127.0.0.1:")
    assert body.decode() == '{"text":"ก"}'


def test_what_would_break_the_request_line_is_quoted() -> None:
    exchange = Exchange(says(YES))

    async def scene(cables: Cables) -> None:
        assert await cables.post("/botก\r\nx: y/getMe", b"{}", 5) == (200, b"ok")

    play(exchange, scene)
    assert exchange.heard[0].startswith(b"POST /base/bot%E0%B8%81%0D%0Ax:%20y/getMe HTTP/1.1\r\n")


def test_side_by_side_each_has_a_connection_of_its_own() -> None:
    exchange = Exchange(*[says(YES, after=0.05)] * 4)

    async def scene(cables: Cables) -> None:
        assert await asyncio.gather(*(ask(cables) for _ in range(3))) == [(200, b"ok")] * 3
        assert exchange.came == 3
        await ask(cables)
        assert exchange.came == 3

    play(exchange, scene)


def test_who_finds_all_taken_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cable, "MOST", 2)
    exchange = Exchange(*[says(YES, after=0.02)] * 5)

    async def scene(cables: Cables) -> None:
        assert await asyncio.gather(*(ask(cables) for _ in range(5))) == [(200, b"ok")] * 5

    play(exchange, scene)
    assert exchange.came == 2


BROKEN = {
    "cut": says(then="close"),
    "half": says(YES[:-1], then="close"),
    "rubbish": says(b"SSH-2.0-OpenSSH\r\n\r\n"),
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_answer_is_an_error_and_the_next_call_has_a_new_connection(how: str) -> None:
    exchange = Exchange(BROKEN[how], says(YES))

    async def scene(cables: Cables) -> None:
        with pytest.raises(ConnectionError) as trouble:
            await ask(cables)
        assert "bot1" not in str(trouble.value)
        assert await ask(cables) == (200, b"ok")

    play(exchange, scene)
    assert exchange.came == 2


def test_an_answer_that_comes_too_late_is_never_the_next_ones() -> None:
    exchange = Exchange(says(YES.replace(b"ok", b"no"), after=0.1), says(YES))

    async def scene(cables: Cables) -> None:
        with pytest.raises(TimeoutError):
            await ask(cables, seconds=0.03)
        assert await ask(cables) == (200, b"ok")

    play(exchange, scene)
    assert exchange.came == 2


def test_nor_that_of_a_call_which_nobody_waits_for() -> None:
    exchange = Exchange(says(YES.replace(b"ok", b"no"), after=0.1), says(YES))

    async def scene(cables: Cables) -> None:
        given_up = asyncio.create_task(ask(cables))
        await asyncio.sleep(0.05)
        given_up.cancel()
        assert await ask(cables) == (200, b"ok")
        assert given_up.cancelled()

    play(exchange, scene)
    assert exchange.came == 2


def test_an_answer_that_nobody_asked_for_ends_the_connection() -> None:
    exchange = Exchange(says(YES, YES.replace(b"ok", b"no")), says(YES))

    async def scene(cables: Cables) -> None:
        assert await ask(cables) == (200, b"ok")
        await noticed(cables)
        assert await ask(cables) == (200, b"ok")

    play(exchange, scene)
    assert exchange.came == 2


@pytest.mark.parametrize(
    "ends", [says(YES, then="close"), says(YES.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n"))]
)
def test_a_connection_that_the_other_end_lets_go_is_not_used_again(
    ends: Callable[[asyncio.StreamWriter], Awaitable[None]],
) -> None:
    exchange = Exchange(ends, says(YES))

    async def scene(cables: Cables) -> None:
        assert await ask(cables) == (200, b"ok")
        await noticed(cables)
        assert await ask(cables) == (200, b"ok")

    play(exchange, scene)
    assert exchange.came == 2


def test_nor_one_that_was_idle_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cable, "IDLE", 0)
    exchange = Exchange(says(YES), says(YES))

    async def scene(cables: Cables) -> None:
        await ask(cables)
        await ask(cables)

    play(exchange, scene)
    assert exchange.came == 2


def test_nobody_there_is_an_error() -> None:
    async def scene() -> None:
        server = await asyncio.start_server(lambda r, w: None, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        server.close()
        await server.wait_closed()
        with pytest.raises(ConnectionRefusedError):
            await Cables(f"http://127.0.0.1:{port}").post("/x", b"{}", 5)

    asyncio.run(scene())


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    certificate = self_signed(tmp_path)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)

    async def scene() -> None:
        exchange = Exchange(says(YES))
        async with asyncio.timeout(20), open_(exchange, tls) as cables:
            with pytest.raises(ssl.SSLCertVerificationError):
                await ask(cables)
            assert cables._tls is not None
            cables._tls.load_verify_locations(certificate)
            assert await ask(cables) == (200, b"ok")
            assert len(exchange.heard) == 1

    asyncio.run(scene())


def self_signed(folder: Path) -> Path:
    """A certificate of 127.0.0.1 with its key, in one file."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    place = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(place, critical=False)
        .sign(key, SHA256())
    )
    file = folder / "certificate.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(secret + made.public_bytes(Encoding.PEM))
    return file
