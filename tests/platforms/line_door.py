"""The door of LINE: signed webhooks to the real route, the real SDK, and a LINE on loopback that refuses."""

import asyncio
import re
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import uvicorn
from pydantic import SecretStr

from bot import bootstrap as app
from bot.jobs import housekeeping as clock
from bot.platforms.line import setup as line_desk
from bot.settings import DeskSettings, Settings
from bot.web.app import SecurityMiddleware, site
from handlers import i18n as wording
from handlers.complaints.lifecycle import TransitionRequest
from handlers.dialog.events import Message
from storage.crypto.key_files import DeskPaths
from tests import samples
from tests.end.desk import DeskHarness, opened
from tests.platforms.line_api import BOT, SECRET, TOKEN, FakeContent, FakeLineApi, serving
from tests.platforms.line_rules import rules
from tests.play import OFFICE

T = TypeVar("T")
RECEIPT = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]\b")
NUMBERED = re.compile(r"^(\d{1,2})\. (.+)$", re.MULTILINE)
TYPED = re.compile(r"^" + wording.WORDS["th"]["line.type"].replace("{labels}", "(.+)") + "$", re.MULTILINE)
TYPED_EN = re.compile(r"^" + wording.WORDS["en"]["line.type"].replace("{labels}", "(.+)") + "$", re.MULTILINE)


def person(name: str) -> str:
    """A LINE user id, for a name."""
    return "U" + name.encode().hex().ljust(32, "0")[:32]


@dataclass
class LineDesk:
    """A desk behind LINE: both ends of the wire."""

    line: FakeLineApi
    desk: DeskHarness
    door: line_desk.LineSetup
    settings: DeskSettings


@asynccontextmanager
async def at_work(
    home: Path,
    line: FakeLineApi | None = None,
    name: str = "complaints",
    public: str | None = None,
    **more: Any,
) -> AsyncIterator[LineDesk]:
    """Serve a desk over real sockets. A fault is the test's failure."""
    async with AsyncExitStack() as stack:
        if line is None:
            line = await stack.enter_async_context(serving(rules()))
        desk = await stack.enter_async_context(opened(home, name))
        own = DeskSettings(line_token=SecretStr(TOKEN), line_secret=SecretStr(SECRET), public_url=public)
        work = app.RunningDesk(name, DeskPaths.under(home, name), desk.store, desk.engine)
        door = await stack.enter_async_context(
            line_desk.opened(work, own, line.url, desk.faults.append, **more)
        )
        house = app.App(Settings(), OFFICE, {name: work})
        line.webhook = await stack.enter_async_context(web(house, door)) + f"/line/{name}"
        line.now = lambda: desk.now().timestamp()
        yield LineDesk(line, desk, door, own)


@asynccontextmanager
async def web(house: app.App, door: line_desk.LineSetup) -> AsyncIterator[str]:
    """The web of a house, with the routes of a door; gives its origin."""
    config = uvicorn.Config(
        SecurityMiddleware(site(house, door.routes)),
        port=0,
        log_config=None,
        access_log=False,
        lifespan="off",
    )
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    listening = config.bind_socket()
    task = asyncio.create_task(server._serve([listening]))
    while not server.started:  # noqa: ASYNC110
        await asyncio.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
        listening.close()


def messages(shown: list[dict[str, Any]]) -> list[Message]:
    """What stands in a chat, as words and choices. Choices are found by the words too, as on a PC."""
    read = []
    for one in shown:
        text = one.get("text") or one.get("altText") or ""
        labels = [label for _, label in NUMBERED.findall(text)]
        for typed in (*TYPED.findall(text), *TYPED_EN.findall(text)):
            labels = typed.split(" / ")
        quick = [item["action"] for item in one.get("quickReply", {}).get("items", [])]
        data = [action["data"] for action in quick]
        choices = tuple((label, data[n] if n < len(data) else "") for n, label in enumerate(labels))
        if not quick:
            choices = ()
        else:
            assert len(labels) >= len(quick), text
        receipt = RECEIPT.search(text)
        read.append(Message(text, choices, receipt.group() if receipt and "clipboard" in str(one) else None))
    return read


@dataclass
class LineDriver:
    """People with LINE on their phones."""

    home: Path
    desk_name: str = "complaints"
    sets_clock = True
    shows_content = False
    public: str | None = None
    away: timedelta = timedelta()
    seen: dict[str, int] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    calls: int = 0
    _runner: asyncio.Runner = field(default_factory=asyncio.Runner)
    _outer: AsyncExitStack = field(default_factory=AsyncExitStack)
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    _line: FakeLineApi | None = None
    _account: LineDesk | None = None

    @property
    def account(self) -> LineDesk:
        """The desk at work, opened when it is first needed."""
        if self._line is None:
            self._line = self.run(self._outer.enter_async_context(serving(rules())))
        if self._account is None:
            self._account = self.run(
                self._stack.enter_async_context(at_work(self.home, self._line, self.desk_name, self.public))
            )
            self._account.desk.away = self.away
        return self._account

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do something in the loop of both."""
        return self._runner.run(work)

    def _said(self, name: str, *events: dict[str, Any]) -> list[Message]:
        return self.run(self._exchange(person(name), *events))

    async def _exchange(self, who: str, *events: dict[str, Any]) -> list[Message]:
        line, before = self.account.line, len(self.account.line.chats.get(who, []))
        assert await line.post(*events) == 200
        await line.shown(who, before)
        await self._calm()
        shown = line.chats[who][before:]
        # Brought twice, as LINE does: no second answer and no second effect.
        assert await line.post(*(line.redelivered(event) for event in events)) == 200
        assert len(line.chats[who]) == before + len(shown)
        if self.account.desk.faults:
            raise self.account.desk.faults.pop()
        return messages(shown)

    async def _calm(self) -> None:
        """Wait until nothing is said any more: an answer may be longer than one reply, and a notice under way."""
        door = self.account.door
        while tasks := [*door.talk._tasks, *door.courier._tasks]:
            await asyncio.gather(*tasks, return_exceptions=True)
            await asyncio.sleep(0)

    def hear(self, name: str, words: str) -> list[Message]:
        return self._said(name, self.account.line.text(person(name), words))

    def pick(self, name: str, label: str, data: str) -> list[Message]:
        if not data:  # there is room for thirteen quick replies; the others are typed
            return self.hear(name, label)
        return self._said(name, self.account.line.tap(person(name), data))

    def send(self, name: str, file: str) -> list[Message]:
        content = FakeContent(samples.FILES[file]())
        more = {"fileName": file, "fileSize": len(content.data)}
        return self._said(name, self.account.line.file(person(name), content, "file", **more))

    def quit(self, name: str) -> None:
        """The server is started anew."""
        self.run(self._stack.aclose())
        self._account = None

    def later(self, minutes: int) -> None:
        self.away += timedelta(minutes=minutes)
        self.account.desk.away = self.away

        async def tick() -> None:
            desk = self.account.desk
            async for _ in clock.tick(
                DeskPaths.under(self.home, self.desk_name), desk.store, OFFICE, desk.now()
            ):
                pass

        self.run(tick())

    def step(self, receipt: str, step: TransitionRequest) -> None:
        self.run(self.account.desk.step(receipt, step))

    def tell(self, receipt: str, words: str) -> None:
        self.run(self.account.desk.tell(receipt, words))

    def employ(self, person: str, role: str) -> str:
        return self.run(self.account.desk.employ(person, role))

    def dismiss(self, person: str) -> None:
        self.run(self.account.desk.dismiss(person))

    def time(self) -> float:
        return self.account.desk.now().timestamp()

    def answer(self, receipt: str, words: str) -> None:
        self.run(self.account.desk.answers(receipt, words))

    def close(self) -> None:
        """Close the desk; everything in it must be sound, and LINE must have refused nothing."""
        if self._account is not None:
            assert self.run(self.account.desk.findings()) == []
        self.quit("")
        if self._line is not None:
            self.refused, self.calls = self._line.refused, len(self._line.calls)
        self.run(self._outer.aclose())
        self._runner.close()


__all__ = ["BOT", "LineDesk", "LineDriver", "at_work", "person"]
