"""What one message walks through: `python -m benchmarks.walk [--list | --tree]`.

Counts the calls of the project's own functions (`bot`, `handlers`, `storage`, `ita_stats`), the distinct functions and
the distinct files, for one message on a fresh desk: a citizen's text from Telegram's webhook to the webhook's answer,
and an officer's `/inbox` from the engine to its answer.

The message before it, of somebody else, is not counted: the first of a process builds what stays for all others.

A coroutine that goes on after a wait counts as called again, since a reader follows it again. Comprehensions, generator
expressions and lambdas do not count: they stand where they are read.
"""

import asyncio
import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from starlette.routing import Route
from starlette.types import Message

from benchmarks.tables import Sizes, Table
from benchmarks.telegram.load_generator import FakeTelegram, FakeTelegramProtocol
from bot.bootstrap import open_app
from bot.platforms.registry import open_platforms
from tests.end_to_end.desk_harness import open_desk
from tests.end_to_end.officers import add_officer

ROOT = Path(__file__).parents[1]
PACKAGES = tuple(f"{ROOT / name}{os.sep}" for name in ("bot", "handlers", "storage", "ita_stats"))
READING = f"handlers{os.sep}thai{os.sep}"
"""Where functions stand that tell what somebody means with words of their own."""

GREETING = "สวัสดี"
SECRET = "walk"
SETTLE_SECONDS = 0.3
"""For the work of the start and of earlier messages, so that it is not counted."""

FIRST_INSTRUCTIONS = 8
"""A frame that is entered behind its first bytes of code goes on after a wait."""

Step = tuple[str, int, str]
"""File, first line and qualified name of a function."""


@dataclass
class Walk:
    """The calls of one message in their order. Only the thread of the event loop is watched, all its tasks included."""

    calls: list[tuple[Step, int, bool]] = field(default_factory=list)
    """Function, depth, and whether it went on after a wait."""

    _depth: int = 0

    async def record(self, work: Callable[[], Awaitable[object]]) -> None:
        """Record the calls until `work` is done, once everything before has settled."""
        await asyncio.sleep(SETTLE_SECONDS)
        sys.setprofile(self._profile)
        try:
            await work()
        finally:
            sys.setprofile(None)

    def _profile(self, frame: FrameType, event: str, _argument: object) -> None:
        code = frame.f_code
        if not code.co_filename.startswith(PACKAGES) or code.co_name.startswith("<"):
            return
        if event == "call":
            step = (code.co_filename.removeprefix(f"{ROOT}{os.sep}"), code.co_firstlineno, code.co_qualname)
            self.calls.append((step, self._depth, frame.f_lasti > FIRST_INSTRUCTIONS))
            self._depth += 1
        elif event == "return":
            self._depth = max(0, self._depth - 1)

    def format_counts(self) -> list[str]:
        """Calls, those of them that go on after a wait, those that read Thai, functions and files."""
        steps = {step for step, _, _ in self.calls}
        resumed = sum(again for _, _, again in self.calls)
        reading = sum(file.startswith(READING) for (file, _, _), _, _ in self.calls)
        files = {file for file, _, _ in steps}
        return [str(n) for n in (len(self.calls), resumed, reading, len(steps), len(files))]

    def print_functions(self) -> None:
        """Print each function in the order of its first call, with its number of calls."""
        fresh = Counter(step for step, _, again in self.calls if not again)
        for (file, line, name), count in Counter(step for step, _, _ in self.calls).items():
            resumed = count - fresh[file, line, name]
            print(f"  {count:3} {f'({resumed} go on)' if resumed else '':11} {file}:{line} {name}")

    def print_tree(self) -> None:
        """Print every call, indented by its depth; `~` where it goes on after a wait."""
        for (file, line, name), depth, again in self.calls:
            print(f"  {'  ' * depth}{'~' if again else ''}{name}  {file}:{line}")


def encode_text_update(text: str, person: int) -> bytes:
    """A private text message of a person, as Telegram sends it."""
    names = {"id": person, "first_name": "สมชาย"}
    sender, chat = {**names, "is_bot": False, "language_code": "th"}, {**names, "type": "private"}
    message = {"message_id": 1001, "from": sender, "chat": chat, "date": int(time.time()), "text": text}
    return json.dumps({"update_id": 1000 + person, "message": message}, ensure_ascii=False).encode()


async def walk_citizen_text(folder: Path) -> Walk:
    """From the webhook to its answer, in a server that has both its tasks and a fake Telegram."""
    telegram, walk = FakeTelegram(), Walk()
    loop = asyncio.get_running_loop()
    fake = await loop.create_server(lambda: FakeTelegramProtocol(telegram), "127.0.0.1", 0)
    os.environ |= {
        "ITA_HOME": str(folder / "var"),
        "ITA_TELEGRAM_API_URL": f"http://127.0.0.1:{fake.sockets[0].getsockname()[1]}",
        "ITA_COMPLAINTS__TELEGRAM_TOKEN": "700000001:bench",
        "ITA_COMPLAINTS__TELEGRAM_SECRET": SECRET,
    }
    bodies = [encode_text_update(GREETING, person) for person in (5, 6)]
    answers = list[Message]()
    headers = {
        "x-telegram-bot-api-secret-token": SECRET,
        "content-type": "application/json",
        "content-length": str(len(bodies[0])),
    }
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/telegram/complaints",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }

    async def receive() -> Message:
        return {"type": "http.request", "body": bodies.pop(0)}

    async def send(message: Message) -> None:
        answers.append(message)

    async with open_app(("complaints",), datetime.now(UTC)) as app, open_platforms(app) as routes:
        webhook = next(one for one in routes if isinstance(one, Route) and one.path == scope["path"])
        await webhook.app(scope, receive, send)
        await walk.record(lambda: webhook.app(scope, receive, send))
    fake.close()
    if b"sendMessage" not in answers[-1]["body"]:
        raise RuntimeError("the webhook did not answer")
    return walk


async def walk_officer_inbox(folder: Path) -> Walk:
    """From the engine to its answer, for an officer of an empty desk."""
    walk = Walk()
    async with open_desk(folder / "var") as desk:
        officer, other = await add_officer(desk, "เจ้าหน้าที่"), await add_officer(desk, "เพื่อนร่วมงาน")
        await other.say("/inbox")
        event = officer.new_event(text="/inbox")
        await walk.record(lambda: desk.engine.handle(event))
    return walk


def record_walks() -> dict[str, Walk]:
    """Record both walks, each on a fresh desk."""
    for name in [name for name in os.environ if name.startswith("ITA_")]:
        del os.environ[name]
    walks: dict[str, Walk] = {}
    for name, walk_message in (
        ("citizen's text, Telegram webhook", walk_citizen_text),
        ("/inbox, engine", walk_officer_inbox),
    ):
        with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
            walks[name] = asyncio.run(walk_message(Path(folder)))
    return walks


def measure(_sizes: Sizes) -> Iterable[Table]:
    """Count both walks."""
    yield _make_table(record_walks())


def _make_table(walks: Mapping[str, Walk]) -> Table:
    return Table(
        "Walk: calls of own functions for one message",
        ("", "calls", "of them go on after a wait", "of them read Thai", "functions", "files"),
        [[name, *walk.format_counts()] for name, walk in walks.items()],
        "sys.setprofile in the event loop's thread; comprehensions and lambdas do not count",
    )


def main(options: Sequence[str]) -> None:
    """Print both walks."""
    walks = record_walks()
    print(_make_table(walks).format_text())
    for name, walk in walks.items():
        if "--list" in options:
            print(f"\n{name}")
            walk.print_functions()
        if "--tree" in options:
            print(f"\n{name}")
            walk.print_tree()


if __name__ == "__main__":
    main(sys.argv[1:])
