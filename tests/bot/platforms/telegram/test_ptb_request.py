"""Calls over kept-alive connections: every caller gets its own response, whatever the server does."""

import asyncio
import random
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from telegram.error import NetworkError, TimedOut

from bot.platforms.telegram import ptb_request
from bot.platforms.telegram.ptb_request import AiohttpRequest, decode_response
from tests.memory_scan import find_reachable

Answer = Callable[[bytes], Awaitable[bytes]]


def make_http_response(body: bytes, status: int = 200, more: bytes = b"") -> bytes:
    """A response as most servers send it."""
    return b"HTTP/1.1 %d X\r\ncontent-length: %d\r\n%b\r\n%b" % (status, len(body), more, body)


@dataclass
class Server:
    """The server. heads: of each request; opened: number of connections so far.

    unasked: sent some time after each answer; resets: how it closes, by a reset.
    """

    answer: Answer
    unasked: bytes = b""
    resets: bool = False
    heads: list[bytes] = field(default_factory=list)
    opened: int = 0
    serving: "set[asyncio.Task[Any]]" = field(default_factory=set)

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection. After an answer that ends in NUL it closes."""
        self.opened += 1
        if (task := asyncio.current_task()) is not None:
            self.serving.add(task)
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                self.heads.append(head)
                length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
                told = await self.answer(await reader.readexactly(length))
                writer.write(told.removesuffix(b"\0"))
                await writer.drain()
                if told.endswith(b"\0"):
                    break
                if self.unasked:
                    await asyncio.sleep(0.01)
                    writer.write(self.unasked)
        if self.resets:
            linger = struct.pack("ii", 1, 0)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.close()


@dataclass
class Caller:
    """Calls of one bot. base: the URL before the method's name, with the token."""

    base: str
    wire: AiohttpRequest = field(default_factory=AiohttpRequest)

    async def post(self, method: str, body: bytes, seconds: float) -> tuple[int, bytes]:
        """Call a method."""
        return await self.wire.send_request("POST", f"{self.base}/{method}", body, seconds)


@asynccontextmanager
async def serve_answers(
    answer: Answer, secure: ssl.SSLContext | None = None
) -> AsyncIterator[tuple[Server, Caller]]:
    """A server and a client for it."""
    server = Server(answer)
    listening = await asyncio.start_server(server, "127.0.0.1", 0, ssl=secure)
    port = listening.sockets[0].getsockname()[1]
    calling = Caller(f"{'https' if secure else 'http'}://localhost:{port}/bot1:TOKEN")
    await calling.wire.initialize()
    try:
        yield server, calling
    finally:
        await calling.wire.shutdown()
        listening.close()
        await asyncio.wait_for(asyncio.gather(*server.serving), 5)


async def echo_body(body: bytes) -> bytes:
    """Answer with the body of the request."""
    return make_http_response(body)


def test_one_connection_serves_call_after_call() -> None:
    async def play() -> None:
        async with serve_answers(echo_body) as (server, calling):
            for number in range(20):
                told = b"CANARY %d" % number
                assert await calling.post("sendMessage", told, 5) == (200, told)
            assert server.opened == 1
            assert find_reachable(calling, ["CANARY"]) == set()  # responses are not kept
            first = server.heads[0]
            assert first.startswith(b"POST /bot1:TOKEN/sendMessage HTTP/1.1\r\nHost: localhost:")
            names = [line.partition(b":")[0].lower() for line in first.splitlines()[1:] if line]
            assert names == [b"host", b"content-type", b"content-length"]  # nothing that names the program
            assert b"content-type: application/json\r\n" in first

    asyncio.run(play())


def test_side_by_side_each_hears_its_own_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some callers cancel, some responses come late: no caller gets the response of another."""
    monkeypatch.setattr(ptb_request, "MAX_CONNECTIONS", 8)
    chance = random.Random(4)

    async def answer_late(body: bytes) -> bytes:
        await asyncio.sleep(chance.random() * 0.02)
        return make_http_response(body)

    async def play() -> None:
        async with serve_answers(answer_late) as (server, calling):

            async def call(number: int) -> bool:
                body = b"%d" % number * chance.randrange(1, 2000)
                try:
                    told = await calling.post("sendMessage", body, chance.choice((0.005, 0.01, 5)))
                except TimedOut:
                    return False
                assert told == (200, body)
                return True

            heard = await asyncio.gather(*map(call, range(400)))
            assert 100 < sum(heard) < 400
            assert 8 <= server.opened < 400
            assert await calling.post("getMe", b"last", 5) == (200, b"last")

    asyncio.run(play())


def test_no_more_than_so_many_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ptb_request, "MAX_CONNECTIONS", 3)
    now = most = 0

    async def count_and_answer(body: bytes) -> bytes:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.01)
        now -= 1
        return make_http_response(body)

    async def play() -> None:
        async with serve_answers(count_and_answer) as (server, calling):
            await asyncio.gather(*(calling.post("getMe", b"", 5) for _ in range(20)))
            assert (most, server.opened) == (3, 3)

    asyncio.run(play())


GOOD = {
    "chunked": b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nard\r\n0\r\n\r\n",
    "announced": b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n"
    + make_http_response(b"heard"),
    "the last": make_http_response(b"heard", more=b"connection: close\r\n"),
    "of old": b"HTTP/1.0 200 OK\r\ncontent-length: 5\r\n\r\nheard",
    "two at once": make_http_response(b"heard") + make_http_response(b"ANOTHER'S"),
    "refused": make_http_response(b"heard", 403),
    "until it closes": b"HTTP/1.1 200 OK\r\n\r\nheard\0",
}


@pytest.mark.parametrize("how", GOOD)
def test_an_answer_is_read_however_it_comes(how: str) -> None:
    async def play() -> None:
        async def answer(_: bytes) -> bytes:
            return GOOD[how]

        async with serve_answers(answer) as (server, calling):
            for _ in range(3):
                assert await calling.post("getMe", b"{}", 5) == (403 if how == "refused" else 200, b"heard")
            assert server.opened == (1 if how in {"chunked", "announced", "refused"} else 3)

    asyncio.run(play())


BAD = {
    "nothing": b"\0",
    "half": b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhalf\0",
    "rubbish": b"\x16\x03\x01 this is no HTTP\r\n\r\n",
    "without end": make_http_response(b"x" * 1_000_000),
}


@pytest.mark.parametrize("how", BAD)
def test_a_broken_answer_is_an_error_and_the_next_call_a_new_try(
    how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ptb_request, "MAX_RESPONSE_BYTES", 2000)
    told = iter((BAD[how], make_http_response(b"heard")))

    async def answer(_: bytes) -> bytes:
        return next(told)

    async def play() -> None:
        async with serve_answers(answer) as (server, calling):
            with pytest.raises(NetworkError):
                await calling.post("getMe", b"{}", 5)
            assert await calling.post("getMe", b"", 5) == (200, b"heard")
            assert server.opened == 2

    asyncio.run(play())


def test_who_waits_too_long_or_goes_away_leaves_no_answer_to_the_next() -> None:
    async def play() -> None:
        freed = asyncio.Event()

        async def slow(body: bytes) -> bytes:
            if body == b"slow":
                await freed.wait()
            return make_http_response(body)

        async with serve_answers(slow) as (server, calling):
            await calling.post("getMe", b"warm", 5)
            with pytest.raises(TimedOut):
                await calling.post("getMe", b"slow", 0.05)
            gone = asyncio.create_task(calling.post("getMe", b"slow", 5))
            await asyncio.sleep(0.05)
            gone.cancel()
            with pytest.raises(asyncio.CancelledError):
                await gone
            freed.set()
            assert await calling.post("getMe", b"mine", 5) == (200, b"mine")
            assert server.opened == 3

    asyncio.run(play())


def test_a_connection_that_rested_too_long_is_not_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ptb_request, "IDLE_TIMEOUT", 0.05)

    async def play() -> None:
        async with serve_answers(echo_body) as (server, calling):
            for rest, opened in ((0.0, 1), (0.2, 2), (0.0, 2)):
                await asyncio.sleep(rest)
                await calling.post("getMe", b"", 5)
                assert server.opened == opened

    asyncio.run(play())


UNASKED = {
    "an answer": make_http_response(b"ANOTHER'S"),
    "half an answer": make_http_response(b"ANOTHER'S")[:-4],
    "rubbish": b"\x16\x03\x01",
    "another protocol": b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
}


@pytest.mark.parametrize("what", UNASKED)
def test_a_connection_that_spoke_unasked_is_not_used_again(what: str) -> None:
    async def play() -> None:
        async with serve_answers(echo_body) as (server, calling):
            server.unasked = UNASKED[what]
            for number in range(3):
                assert await calling.post("getMe", b"%d" % number, 5) == (200, b"%d" % number)
                await asyncio.sleep(0.05)
            assert server.opened == 3

    asyncio.run(play())


def test_without_our_connector_the_library_mixes_up_the_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """If this fails, `CheckedConnector` may not be needed for it any more."""
    monkeypatch.setattr(ptb_request, "CheckedConnector", aiohttp.TCPConnector)

    async def play() -> None:
        async with serve_answers(echo_body) as (server, calling):
            server.unasked = UNASKED["an answer"]
            await calling.post("getMe", b"first", 5)
            await asyncio.sleep(0.05)
            assert await calling.post("getMe", b"second", 5) == (200, b"ANOTHER'S")

    asyncio.run(play())


def test_another_protocol_is_no_answer_and_its_connection_not_used_again() -> None:
    told = iter((UNASKED["another protocol"], make_http_response(b"heard")))

    async def answer(_: bytes) -> bytes:
        return next(told)

    async def play() -> None:
        async with serve_answers(answer) as (server, calling):
            status, body = await calling.post("getMe", b"{}", 5)
            with pytest.raises(NetworkError):
                decode_response(status, body)
            assert await calling.post("getMe", b"", 5) == (200, b"heard")
            assert server.opened == 2

    asyncio.run(play())


@pytest.mark.parametrize("resets", [False, True])
def test_a_call_over_a_connection_that_closes_instead_of_answering_is_made_once_more(resets: bool) -> None:
    """Over a new connection, though another one rests."""

    async def play() -> None:
        told = iter([b"\0"])

        async def answer(body: bytes) -> bytes:
            if body == b"waits":
                await asyncio.sleep(0.05)
            return next(told, make_http_response(body)) if body == b"told" else make_http_response(body)

        async with serve_answers(answer) as (server, calling):
            server.resets = resets
            await asyncio.gather(*(calling.post("getMe", b"waits", 5) for _ in range(2)))
            assert server.opened == 2
            assert await calling.post("sendMessage", b"told", 5) == (200, b"told")
            assert (server.opened, len(server.heads)) == (3, 4)

    asyncio.run(play())


@pytest.mark.parametrize("resets", [False, True])
def test_a_call_over_a_new_connection_that_closes_is_not_repeated(resets: bool) -> None:
    async def close(_: bytes) -> bytes:
        return b"\0"

    async def play() -> None:
        async with serve_answers(close) as (server, calling):
            server.resets = resets
            with pytest.raises(NetworkError):
                await calling.post("sendMessage", b"{}", 5)
            assert len(server.heads) == 1

    asyncio.run(play())


def test_a_connection_that_was_just_being_closed_is_no_error() -> None:
    async def play() -> None:
        async def once(body: bytes) -> bytes:
            return make_http_response(body) + b"\0"  # closed without an announcing header

        async with serve_answers(once) as (server, calling):
            for number in range(20):
                assert await calling.post("sendMessage", b"%d" % number, 5) == (200, b"%d" % number)
            assert server.opened == len(server.heads) == 20

    asyncio.run(play())


@pytest.mark.parametrize("what", ["half", "a status", "a head"])
def test_one_that_closes_in_the_middle_of_an_answer_is_not_asked_twice(what: str) -> None:
    halves = {"a status": b"HTTP/1.1 2\0", "a head": b"HTTP/1.1 200 OK\r\ncontent-le\0", **BAD}
    told = iter((make_http_response(b"first"), halves[what]))

    async def half(_: bytes) -> bytes:
        return next(told)

    async def play() -> None:
        async with serve_answers(half) as (server, calling):
            await calling.post("sendMessage", b"{}", 5)
            with pytest.raises(NetworkError):
                await calling.post("sendMessage", b"{}", 5)
            assert len(server.heads) == 2

    asyncio.run(play())


def test_nobody_there_is_an_error() -> None:
    async def play() -> None:
        async with serve_answers(echo_body) as (_, calling):
            pass
        await calling.wire.initialize()
        for base in (calling.base, "http://nobody.invalid/bot1:TOKEN"):
            with pytest.raises(NetworkError, match=r"^(?!.*TOKEN)"):
                await Caller(base, calling.wire).post("getMe", b"", 5)
        await calling.wire.shutdown()

    asyncio.run(play())


def make_certificate(home: Path, name: str) -> Path:
    """A self-signed certificate with its key."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = home / f"{name}.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(made.public_bytes(Encoding.PEM) + secret)
    return path


@pytest.mark.parametrize(("name", "trusted"), [("localhost", True), ("localhost", False), ("other", True)])
def test_a_secure_call_goes_to_whom_the_machine_trusts(
    name: str, trusted: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_certificate(tmp_path, name)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(path))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)

    async def play() -> None:
        async with serve_answers(echo_body, context) as (server, calling):
            if trusted and name == "localhost":
                for _ in range(2):
                    assert await calling.post("getMe", b"sealed", 5) == (200, b"sealed")
                assert server.opened == 1
                return
            with pytest.raises(NetworkError, match=r"^ClientConnectorCertificateError$"):
                await calling.post("getMe", b"CANARY", 5)
            assert server.heads == []

    asyncio.run(play())
