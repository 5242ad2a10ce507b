"""The simulated persons and their fake Telegram: raw HTTP, so that they cost less than what is measured."""

import asyncio
import re
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import httptools

from benchmarks.telegram.script import ScriptStep, encode_update

MESSAGE_RESPONSE = (
    b'{"ok":true,"result":{"message_id":9,"date":1790000000,"chat":{"id":1,"type":"private","first_name":"x"},'
    b'"from":{"id":700000001,"is_bot":true,"first_name":"bot"},"text":"x"}}'
)
GET_ME_RESPONSE = (
    b'{"ok":true,"result":{"id":700000001,"is_bot":true,"first_name":"bot","username":"bench_bot"}}'
)
TRUE_RESPONSE = b'{"ok":true,"result":true}'
VISIBLE_METHODS = {"sendMessage", "editMessageText"}
_CHAT_ID_PATTERN = re.compile(
    rb'(?:^|&)chat_id=(\d+)|name="chat_id"\r\n(?:.*\r\n)*?\r\n(\d+)|"chat_id": ?"?(\d+)'
)


@dataclass
class FakeTelegram:
    """The Bot API that the bots call: counts the calls, and wakes the person whose message arrived."""

    calls: Counter[str] = field(default_factory=Counter)
    waiting: "dict[int, asyncio.Future[None]]" = field(default_factory=dict)

    def handle_call(self, method: str, body: bytes) -> bytes:
        """Handle one call; returns the response body."""
        self.calls[method] += 1
        if method in VISIBLE_METHODS:
            self.resolve_waiter(body)
            return MESSAGE_RESPONSE
        return GET_ME_RESPONSE if method == "getMe" else TRUE_RESPONSE

    def resolve_waiter(self, body: bytes) -> None:
        """Wake the person in whose chat a message arrived."""
        found = _CHAT_ID_PATTERN.search(body)
        chat = int(next(g for g in found.groups() if g)) if found else 0
        if (waiter := self.waiting.pop(chat, None)) is not None and not waiter.done():
            waiter.set_result(None)


class FakeTelegramProtocol(asyncio.Protocol):
    """A connection from the bot to the fake Telegram."""

    def __init__(self, telegram: FakeTelegram) -> None:
        self._telegram = telegram

    def connection_made(self, transport: Any) -> None:
        self._transport, self._parser, self._body = transport, httptools.HttpRequestParser(self), b""

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_url(self, url: bytes) -> None:
        self._method = url.rpartition(b"/")[2].decode()

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        answer = self._telegram.handle_call(self._method, self._body)
        self._body = b""
        head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(
            answer
        )
        self._transport.write(head + answer)


class WebhookConnection(asyncio.Protocol):
    """A connection from the fake Telegram to the bot's webhook."""

    is_open = True
    """A busy bot may close a connection whose person waits long for the visible answer."""

    _done: "asyncio.Future[None] | None" = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_open = False
        if self._done is not None and not self._done.done():
            self._done.set_exception(ConnectionError("the bot hung up"))

    def close(self) -> None:
        self._transport.close()

    async def post_update(self, path: str, secret: str, body: bytes) -> bytes:
        """Post an update; returns the response body.

        Raises RuntimeError for a status other than 200.
        """
        self._parser, self._body = httptools.HttpResponseParser(self), b""
        self._done = asyncio.get_running_loop().create_future()
        self._transport.write(
            b"POST %s HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n"
            b"x-telegram-bot-api-secret-token: %s\r\ncontent-length: %d\r\n\r\n%s"
            % (path.encode(), secret.encode(), len(body), body)
        )
        await self._done
        if self._parser.get_status_code() != 200:
            raise RuntimeError(f"status {self._parser.get_status_code()}")
        return self._body

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        if self._done is not None:
            self._done.set_result(None)


@dataclass
class LoadGenerator:
    """Persons who report concurrently; each waits for the visible answer before the next step."""

    telegram: FakeTelegram
    steps: list[ScriptStep]
    port: int
    path: str
    secret: str
    number: int = 1000
    last_update_id: int = 700_000_000
    """Updates are numbered consecutively, as Telegram numbers a bot's updates."""

    latencies: list[float] = field(default_factory=list)
    """Seconds of every update that was answered within the measured time."""

    answered: int = 0
    stopping: bool = False
    """The measured time is over: running reports are finished but not counted."""

    async def run_for(self, persons: int, seconds: float) -> float:
        """Each person files one complaint after another; returns updates per second."""
        connections = [await self._connect() for _ in range(persons)]
        answered, started, self.stopping = self.answered, time.perf_counter(), False
        busy = [asyncio.create_task(self._report_until_stopped(one)) for one in connections]
        await asyncio.sleep(seconds)
        self.stopping = True
        rate = (self.answered - answered) / (time.perf_counter() - started)
        await asyncio.gather(*busy)
        return rate

    async def _connect(self) -> WebhookConnection:
        connect = asyncio.get_running_loop().create_connection
        return (await connect(WebhookConnection, "127.0.0.1", self.port))[1]

    async def _report_until_stopped(self, connection: WebhookConnection) -> None:
        while not self.stopping:
            connection = await self._report(connection)
        connection.close()

    async def _report(self, connection: WebhookConnection) -> WebhookConnection:
        """File one complaint. Returns the connection, or the one that replaced it."""
        self.number += 100
        chat = 1_000_000_000 + self.number
        for step in self.steps:
            self.last_update_id += 1
            body = encode_update(step, self.last_update_id, chat)
            answered_future = self.telegram.waiting[chat] = asyncio.get_running_loop().create_future()
            started = time.perf_counter()
            if not connection.is_open:
                connection = await self._connect()
            answer = await connection.post_update(self.path, self.secret, body)
            if b"chat_id" in answer:
                self.telegram.resolve_waiter(answer)
            await asyncio.wait_for(answered_future, 20)
            self.answered += 1
            if not self.stopping:
                self.latencies.append(time.perf_counter() - started)
        return connection
