"""Complaints through LINE's real webhook: `python -m benchmarks.line`.

`ita-bot run` serves on one core. On the other, a fake LINE on loopback signs and posts each message of a citizen as
a webhook with one event, and receives the reply by reply token, sent through line-bot-sdk. A message counts when its
reply has arrived; every message is on disk before the webhook is answered. The texts and taps are those of
`benchmarks/citizen.py`: 18 messages, 18 webhooks and 18 replies per complaint, and no push.
"""

import asyncio
import base64
import hashlib
import hmac
import itertools
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import uvloop
from aiohttp import web

from benchmarks.citizen import COMPLAINT_LINES
from benchmarks.load import LatencyTally, LoadResult, run_load

PERSONS = (16, 64, 256)
STORY_COUNT = 300
HOME = Path(__file__).parents[1] / "var"
SECRET, TOKEN, BOT = secrets.token_hex(16), secrets.token_hex(32), "U" + "0" * 32
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

    url: str = ""
    server_pid: int = 0
    webhook: str = ""
    pushes: int = 0
    session: aiohttp.ClientSession | None = None
    waiting: dict[str, "asyncio.Future[list[dict[str, Any]]]"] = field(default_factory=dict)
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    async def handle_request(self, request: web.Request) -> web.Response:
        if request.path == "/v2/bot/message/reply":
            body = json.loads(await request.read())
            self.waiting.pop(body["replyToken"]).set_result(body["messages"])
            return web.Response(body=b'{"sentMessages":[{"id":"1"}]}', content_type="application/json")
        self.pushes += request.path.endswith("/push")
        return web.json_response(ANSWERS.get(request.path, {}))

    async def post_event(self, person: str, **content: object) -> list[dict[str, Any]]:
        """Post an event to the webhook and wait for its reply."""
        number, token = next(self.numbers), secrets.token_hex(16)
        event = {
            "mode": "active",
            "timestamp": int(time.time() * 1000),
            "source": {"type": "user", "userId": person},
            "webhookEventId": f"01{number:024d}",
            "deliveryContext": {"isRedelivery": False},
            "replyToken": token,
            **content,
        }
        body = json.dumps({"destination": BOT, "events": [event]}).encode()
        signed = base64.b64encode(hmac.digest(SECRET.encode(), body, hashlib.sha256)).decode()
        headers = {"content-type": "application/json", "x-line-signature": signed}
        self.waiting[token] = reply = asyncio.get_running_loop().create_future()
        assert self.session is not None
        async with self.session.post(self.webhook, data=body, headers=headers) as answer:
            if answer.status != 200:
                raise RuntimeError(f"the webhook answered {answer.status}")
        return await reply


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
async def serve_line_desk(folder: Path) -> AsyncIterator[LoopbackLine]:
    """The fake LINE in this process, and `ita-bot run` pinned to another core."""
    line = LoopbackLine()
    app = web.Application()
    app.router.add_route("*", "/{any:.*}", line.handle_request)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    line.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("ITA_")}
    settings = {"HOME": str(folder), "LINE_API_URL": line.url, "COMPLAINTS__LINE_TOKEN": TOKEN}
    settings["COMPLAINTS__LINE_SECRET"] = SECRET
    command = [sys.executable, "-m", "bot", "run", "--desk", "complaints", "--port", "0"]
    core = min(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None
    pin_server = (lambda: os.sched_setaffinity(0, {core})) if core is not None else None
    server = subprocess.Popen(  # noqa: ASYNC220 - once, before anything is measured
        command,
        env=inherited | {f"ITA_{k}": v for k, v in settings.items()},
        stdout=subprocess.PIPE,
        preexec_fn=pin_server,
    )
    line.server_pid = server.pid
    try:
        assert server.stdout is not None
        words = (await asyncio.to_thread(server.stdout.readline)).decode().split()
        line.webhook = f"{words[-1].rstrip('/')}/line/complaints"
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
            line.session = session
            yield line
    finally:
        server.terminate()
        await asyncio.to_thread(server.wait)
        await runner.cleanup()


def read_cpu_seconds(pid: int) -> float:
    """CPU seconds used by a process, all threads; 0 on systems other than Linux."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def measure_line(persons: int) -> tuple[LoadResult, float]:
    """One run in an empty folder, after a short warm-up run.

    Returns the result and the server's CPU time per message in microseconds.
    """
    with tempfile.TemporaryDirectory(prefix="benchmark-", dir=HOME) as folder:
        async with serve_line_desk(Path(folder)) as line:
            await run_load(lambda tally: LineUser(line, tally).file_complaint(), persons=16, stories=16)
            before = read_cpu_seconds(line.server_pid)
            result = await run_load(
                lambda tally: LineUser(line, tally).file_complaint(), persons=persons, stories=STORY_COUNT
            )
            if line.pushes:
                raise RuntimeError(f"{line.pushes} pushes, where every answer has a reply token")
            return result, (read_cpu_seconds(line.server_pid) - before) / result.messages * 1e6


def main() -> None:
    """Measure each number of concurrent persons."""
    HOME.mkdir(mode=0o700, exist_ok=True)
    print(f"{STORY_COUNT:,} whole complaints of {len(COMPLAINT_LINES) + 1} messages each, replies included")
    for persons in PERSONS:
        result, work = uvloop.run(measure_line(persons))
        print(f"  {persons:4} persons in flight  {result} here, {work:5.0f} µs in the server", flush=True)


if __name__ == "__main__":
    main()
