"""Bodies made at random, to the pages and both webhooks of the real program: none is answered with a fault of ours.

`python -m tests.end_to_end.generated_bodies HOME COUNT SEED` posts so many to each, some as people write, most spoiled
in a way that keeps them signed and addressed. Prints one JSON line: the statuses of each, and by how many bytes the
server's memory grew after the first tenth, in which caches fill.
"""

import asyncio
import json
import random
import re
import string
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import aiohttp

from tests.bot.platforms.line.api_rules import load_line_rules
from tests.bot.platforms.line.driver import line_user_id
from tests.bot.platforms.line.fake_line_api import FakeLineApi, serve_fake_line_api, sign_body
from tests.bot.platforms.telegram.api_rules import find_contracts, load_telegram_rules
from tests.bot.platforms.telegram.driver import SECRET
from tests.bot.platforms.telegram.fake_bot_api import serve_fake_bot_api
from tests.end_to_end.platform_kill_rounds import World, start
from tests.end_to_end.server_process import MULTIPART_BOUNDARY, ServerProcess

ACCOUNTS = 500
FORMS = 20
FORM_TOKEN = re.compile(r'name="csrf" value="([^"]+)"')
AT_ONCE = 8
SAID = (
    "สวัสดี",
    "/start",
    "แจ้งเรื่อง",
    "ยกเลิก",
    "/wipe",
    "1",
    "เจ้าหน้าที่เรียกรับเงิน",
    "AB12-CD34-EF56-GH78",
    "ไม่มี",
    "รับทราบ",
)
NEVER_OLD = 4_000_000_000
"""A time of Telegram's at which no message is too old."""

FIELDS = ("csrf", "text", "choice", "lang", "sent", "page", "file", "")

OpenForm: TypeAlias = tuple[str, str]
"""Cookie and form token."""

Request: TypeAlias = tuple[str, bytes, dict[str, str]]
"""Path, body and headers."""


def make_text(rng: random.Random) -> str:
    """Words that somebody says, or any characters, lone halves of symbols among them."""
    if rng.random() < 0.6:
        return rng.choice(SAID)
    return "".join(
        chr(rng.choice((rng.randrange(128), rng.randrange(0xE00, 0xE60), rng.randrange(0x11000))))
        for _ in range(rng.randrange(60))
    )


def make_value(rng: random.Random, depth: int = 0) -> Any:
    """Any value that JSON can hold, and the numbers that only Python's can."""
    kinds: tuple[Callable[[], Any], ...] = (
        lambda: None, lambda: rng.random() < 0.5, lambda: rng.randrange(-(2**70), 2**70),
        lambda: rng.uniform(-1e300, 1e300), lambda: float("inf"), lambda: make_text(rng),
        lambda: [make_value(rng, depth + 1) for _ in range(rng.randrange(4))],
        lambda: {make_text(rng): make_value(rng, depth + 1) for _ in range(rng.randrange(4))},
    )  # fmt: skip
    return rng.choice(kinds[: 6 if depth > 3 else None])()


def replace_somewhere(rng: random.Random, value: Any) -> Any:
    """Return a value with one of its parts replaced, taken out or doubled."""
    if not isinstance(value, dict | list) or not value or rng.random() < 0.15:
        return make_value(rng)
    if isinstance(value, list):
        at = rng.randrange(len(value))
        return [*value[:at], replace_somewhere(rng, value[at]), *value[at : len(value) * rng.randrange(2)]]
    key = rng.choice(list(value))
    rest = {name: part for name, part in value.items() if name != key}
    return rest if rng.random() < 0.2 else {**rest, key: replace_somewhere(rng, value[key])}


def spoil_bytes(rng: random.Random, body: bytes) -> bytes:
    """Return a body with some bytes changed, a part cut off, or nothing of it left."""
    at, size = rng.randrange(len(body) + 1), rng.randrange(12)
    return rng.choice(
        (body[:at], body[:at] + rng.randbytes(size) + body[at + size :], rng.randbytes(size), b"[" * 5000)
    )


def write_json(rng: random.Random, value: Any) -> bytes:
    """A value as the body of a webhook: as it is, with one part replaced, or with some bytes changed."""
    way = rng.random()
    if way < 0.7:
        value = replace_somewhere(rng, value)
    body = json.dumps(value).encode()
    return spoil_bytes(rng, body) if way > 0.9 else body


def make_telegram_request(rng: random.Random, number: int) -> Request:
    """An update of one of some accounts."""
    chat = 4_300_000_000 + rng.randrange(ACCOUNTS)
    who, place = {"id": chat, "is_bot": False, "first_name": "x"}, {"id": chat, "type": "private"}
    message = {"message_id": number, "date": NEVER_OLD, "chat": place, "from": who}
    tap = {"id": str(number), "from": who, "message": message, "chat_instance": "1", "data": make_text(rng)}
    kinds = {
        "message": {**message, "text": make_text(rng)},
        "edited_message": {**message, "edit_date": NEVER_OLD, "text": make_text(rng)},
        "callback_query": tap,
        "my_chat_member": {
            "chat": place, "from": who, "date": NEVER_OLD, "new_chat_member": {"status": "kicked"},
        },
    }  # fmt: skip
    kind = rng.choice(list(kinds))
    body = write_json(rng, {"update_id": number, kind: kinds[kind]})
    headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET, "content-type": "application/json"}
    return "/telegram/complaints", body, headers


def make_line_request(rng: random.Random, number: int, now: float) -> Request:
    """Events of some accounts, with a good signature."""
    name = f"{number:018d}"
    kinds: tuple[dict[str, Any], ...] = (
        {
            "type": "message",
            "message": {"id": name, "type": "text", "text": make_text(rng), "quoteToken": "q"},
        },
        {"type": "postback", "postback": {"data": make_text(rng)}},
        {"type": "follow"},
        {"type": "unfollow"},
        {"type": "unsend", "unsend": {"messageId": name}},
    )
    events = [
        {
            "mode": "active",
            "timestamp": int(now * 1000),
            "replyToken": "0" * 32,
            "deliveryContext": {"isRedelivery": False},
            "source": {"type": "user", "userId": line_user_id(str(rng.randrange(ACCOUNTS)))},
            "webhookEventId": f"01G{number:015d}{at:08d}",
            **rng.choice(kinds),
        }
        for at in range(rng.randrange(4))
    ]
    body = write_json(rng, {"destination": "U" + "0" * 32, "events": events})
    return "/line/complaints", body, {"x-line-signature": sign_body(body), "content-type": "application/json"}


async def open_forms(address: str) -> list[OpenForm]:
    """Open the report in some browsers; return the cookie and the form token of each."""
    found = []
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        for _ in range(FORMS):
            async with session.get(f"{address}/report") as answer:
                token = FORM_TOKEN.search(await answer.text())
                assert token is not None
                cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in answer.cookies.items())
                found.append((cookie, token[1]))
    return found


def make_web_request(rng: random.Random, forms: list[OpenForm]) -> Request:
    """A form of the report: of a browser that has it open, or of one that never was here."""
    cookie, token = rng.choice(forms)
    fields = [("csrf", token)]
    if rng.random() < 0.4:
        cookie = "".join(rng.choices(string.ascii_letters + string.digits + "_-.%;= ", k=rng.randrange(50)))
        fields = []
    headers = {"cookie": cookie}
    fields += [(rng.choice(FIELDS), make_text(rng)) for _ in range(rng.randrange(6))]
    if rng.random() < 0.5:
        headers["content-type"] = "application/x-www-form-urlencoded"
        body = "&".join(f"{name}={text}" for name, text in fields).encode("utf-8", "surrogatepass")
    else:
        headers["content-type"] = f"multipart/form-data; boundary={MULTIPART_BOUNDARY}"
        head = f"--{MULTIPART_BOUNDARY}\r\nContent-Disposition: form-data; name="
        parts = "".join(f'{head}"{name}"\r\n\r\n{text}\r\n' for name, text in fields)
        body = f"{parts}--{MULTIPART_BOUNDARY}--\r\n".encode("utf-8", "surrogatepass")
    path = rng.choice(("/report", "/track", "/report", "/"))
    return path, spoil_bytes(rng, body) if rng.random() < 0.3 else body, headers


@dataclass
class BodyTally:
    """statuses: how often each was answered, by platform; growth: bytes of memory, by platform."""

    statuses: dict[str, Counter[int]] = field(default_factory=dict)
    growth: dict[str, int] = field(default_factory=dict)


async def post_all(address: str, requests: Iterator[Request], statuses: Counter[int]) -> None:
    """Post requests, some at once, each when its answer has come."""

    async def post_next(session: aiohttp.ClientSession) -> None:
        for path, body, headers in requests:
            try:
                async with session.post(
                    address + path, data=body, headers=headers, allow_redirects=False
                ) as answer:
                    await answer.read()
                    statuses[answer.status] += 1
            except aiohttp.ClientError:
                statuses[0] += 1  # hung up on

    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        await asyncio.gather(*(post_next(session) for _ in range(AT_ONCE)))


async def post_bodies(home: Path, count: int, seed: int) -> BodyTally:
    """Post `count` bodies to each platform of a new server."""
    tally = BodyTally()
    async with (
        serve_fake_bot_api(load_telegram_rules(find_contracts())) as telegram,
        serve_fake_line_api(load_line_rules()) as line,
    ):
        line.quota = None
        server = await asyncio.to_thread(start, home, World(telegram, line))
        try:
            await _post_to_each(server, line, count, seed, tally)
        finally:
            await asyncio.to_thread(server.stop)
    return tally


async def _post_to_each(
    server: ServerProcess, line: FakeLineApi, count: int, seed: int, tally: BodyTally
) -> None:
    address = f"http://127.0.0.1:{server.port}"
    forms = await open_forms(address)
    kinds: dict[str, Callable[[random.Random, int], Request]] = {
        "telegram": make_telegram_request,
        "line": lambda rng, number: make_line_request(rng, number, line.now()),
        "web": lambda rng, _: make_web_request(rng, forms),
    }
    for name, make in kinds.items():
        rng, statuses = random.Random(seed), Counter[int]()
        tenth = count // 10
        await post_all(address, (make(rng, number) for number in range(1, tenth + 1)), statuses)
        before = server.memory_bytes()
        await post_all(address, (make(rng, number) for number in range(tenth + 1, count + 1)), statuses)
        tally.statuses[name], tally.growth[name] = statuses, server.memory_bytes() - before


def main(home: str, count: str, seed: str) -> None:
    """Post all bodies and print the result."""
    tally = asyncio.run(post_bodies(Path(home), int(count), int(seed)))
    statuses = {
        name: {str(status): times for status, times in found.items()}
        for name, found in tally.statuses.items()
    }
    sys.stdout.write(json.dumps({"statuses": statuses, "growth": tally.growth}) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
