"""Complaints through LINE's real webhook.

`ita-bot run` serves on one core. On the other, a fake LINE on loopback signs and posts each message of a citizen as
a webhook with one event, and receives the reply by reply token, sent through line-bot-sdk. A message counts when its
reply has arrived; every message is on disk before the webhook is answered. The texts and taps are those of
`benchmarks/desks/citizen.py`: 18 messages, 18 webhooks and 18 replies per complaint, and no push.
"""

import asyncio
import base64
import hashlib
import hmac
import itertools
import json
import secrets
import tempfile
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import uvloop
from aiohttp import web

from benchmarks.desks.citizen import COMPLAINT_LINES, MESSAGE_COUNT
from benchmarks.desks.load import LatencyTally, LoadResult, run_load
from benchmarks.desks.server_process import ServerProcess, run_server
from benchmarks.tables import HOME, Sizes, Table, format_spread, prepare_process

SECRET, TOKEN, BOT = secrets.token_hex(16), secrets.token_hex(32), "U" + "0" * 32
REDELIVERY_SECONDS = 1.0
ANSWERS = {
    "/v2/bot/info": {
        "userId": BOT,
        "basicId": "@b",
        "displayName": "b",
        "chatMode": "bot",
        "markAsReadMode": "auto",
    },
    "/v2/bot/message/quota": {"type": "limited", "value": 300},
    "/v2/bot/message/quota/consumption": {"totalUsage": 0},
}


@dataclass
class LoopbackLine:
    """The part of LINE's API that this benchmark needs."""

    server: ServerProcess = field(init=False)
    session: aiohttp.ClientSession = field(init=False)
    pushes: int = 0
    redeliveries: int = 0
    waiting: dict[str, "asyncio.Future[list[dict[str, Any]]]"] = field(default_factory=dict)
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(time.time_ns()))
    """Of events: consecutive, and new to a data folder that was used before."""

    async def handle_request(self, request: web.Request) -> web.Response:
        if request.path == "/v2/bot/message/reply":
            body = json.loads(await request.read())
            if (reply := self.waiting.pop(body["replyToken"], None)) is not None:
                reply.set_result(body["messages"])
            return web.Response(body=b'{"sentMessages":[{"id":"1"}]}', content_type="application/json")
        self.pushes += request.path.endswith("/push")
        return web.json_response(ANSWERS.get(request.path, {}))

    async def post_event(self, person: str, **content: object) -> list[dict[str, Any]]:
        """Post an event to the webhook and wait for its reply."""
        number, token = next(self.numbers), secrets.token_hex(16)
        event: dict[str, Any] = {
            "mode": "active",
            "timestamp": int(time.time() * 1000),
            "source": {"type": "user", "userId": person},
            "webhookEventId": f"01{number:024d}",
            "deliveryContext": {"isRedelivery": False},
            "replyToken": token,
            **content,
        }
        reply: asyncio.Future[list[dict[str, Any]]] = asyncio.get_running_loop().create_future()
        self.waiting[token] = reply
        while not await self._deliver(event):
            self.redeliveries += 1
            event["deliveryContext"] = {"isRedelivery": True}
            await asyncio.sleep(REDELIVERY_SECONDS)
        return await reply

    async def _deliver(self, event: dict[str, Any]) -> bool:
        """Post an event. Returns whether the server took it; false where it asks for it again (503)."""
        body = json.dumps({"destination": BOT, "events": [event]}).encode()
        signed = base64.b64encode(hmac.digest(SECRET.encode(), body, hashlib.sha256)).decode()
        headers = {"content-type": "application/json", "x-line-signature": signed}
        webhook = f"{self.server.url}/line/complaints"
        async with self.session.post(webhook, data=body, headers=headers) as answer:
            if answer.status not in {200, 503}:
                raise RuntimeError(f"the webhook answered {answer.status}")
            return answer.status == 200


@dataclass
class LineUser:
    """A LINE user who files a whole complaint."""

    line: LoopbackLine
    tally: LatencyTally
    who: str = field(default_factory=lambda: "U" + secrets.token_hex(16))
    buttons: dict[str, str] = field(default_factory=dict)
    receipt: str = ""

    async def file_complaint(self) -> None:
        """Play the whole dialogue.

        Raises KeyError if a label is not offered, RuntimeError if no receipt was given.
        """
        for line in COMPLAINT_LINES:
            if line.startswith("["):
                await self._send(type="postback", postback={"data": self.buttons[line[1:-1]]})
            else:
                await self._send(type="message", message={"id": "1", "type": "text", "text": line})
        if not self.receipt:
            raise RuntimeError("the complaint was told and no receipt given")
        await self._send(
            type="message", message={"id": "1", "type": "text", "text": self.receipt[-6:].replace("-", "")}
        )

    async def _send(self, **content: object) -> None:
        messages = await self.tally.measure(self.line.post_event(self.who, **content))
        quick = messages[-1].get("quickReply", {"items": []})["items"]
        self.buttons = {item["action"]["label"]: item["action"]["data"] for item in quick} or self.buttons
        for message in messages:
            if footer := message.get("contents", {}).get("footer"):
                self.receipt = footer["contents"][0]["action"]["clipboardText"]


@asynccontextmanager
async def serve_line_desk(home: Path) -> AsyncIterator[LoopbackLine]:
    """The fake LINE in this process, and `ita-bot run` on another core."""
    line = LoopbackLine()
    app = web.Application()
    app.router.add_route("*", "/{any:.*}", line.handle_request)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    settings = {
        "HOME": str(home),
        "LINE_API_URL": f"http://127.0.0.1:{runner.addresses[0][1]}",
        "COMPLAINTS__LINE_TOKEN": TOKEN,
        "COMPLAINTS__LINE_SECRET": SECRET,
    }
    try:
        async with (
            run_server(settings) as line.server,
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as line.session,
        ):
            yield line
    finally:
        await runner.cleanup()


async def measure_round(persons: Sequence[int], stories: int) -> dict[int, tuple[LoadResult, float]]:
    """A new server, and after a short warm-up each number of persons.

    Returns the results and the server's CPU time per message in microseconds.
    """
    found: dict[int, tuple[LoadResult, float]] = {}
    with tempfile.TemporaryDirectory(prefix="benchmark-", dir=HOME) as folder:
        async with serve_line_desk(Path(folder)) as line:

            async def tell_story(tally: LatencyTally) -> None:
                await LineUser(line, tally).file_complaint()

            await run_load(tell_story, persons=16, stories=16)
            for count in persons:
                before = line.server.read_cpu_seconds()
                result = await run_load(tell_story, persons=count, stories=stories)
                cpu = line.server.read_cpu_seconds() - before
                found[count] = result, cpu / result.messages * 1e6
            if line.pushes or line.redeliveries:
                raise RuntimeError(
                    f"{line.pushes} pushes and {line.redeliveries} redeliveries, where none is due"
                )
    return found


def measure(sizes: Sizes) -> Iterable[Table]:
    """Measure each number of concurrent persons; all of them take turns in every round."""
    prepare_process()
    found: dict[int, list[tuple[LoadResult, float]]] = {persons: [] for persons in sizes.persons}
    for _ in range(sizes.rounds):
        for persons, result in uvloop.run(measure_round(sizes.persons, sizes.stories)).items():
            found[persons].append(result)
    yield Table(
        "LINE, from webhook to reply",
        ("persons in flight", "messages/s", "p50 ms", "p99 ms", "CPU µs a message", "of the fake LINE"),
        [
            [
                str(persons),
                format_spread([one.rate for one, _ in results], ",.0f"),
                format_spread([one.p50 for one, _ in results]),
                format_spread([one.p99 for one, _ in results]),
                format_spread([cpu for _, cpu in results], ",.0f"),
                format_spread([one.cpu_per_message + one.own_cpu_per_message for one, _ in results], ",.0f"),
            ]
            for persons, results in found.items()
        ],
        f"{sizes.rounds} rounds of {sizes.stories} whole complaints of {MESSAGE_COUNT} messages; `ita-bot run` on one"
        " core, the fake LINE on the other; the reply's arrival included",
    )
