"""Story driver on LINE: signed webhooks to the real route, the real SDK, and a fake LINE."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import uvicorn
from pydantic import SecretStr

from bot.background import run_in_background
from bot.bootstrap import App, RunningDesk
from bot.delivery.transport import Transport
from bot.delivery.worker import DeliveryWorker
from bot.platforms.line.setup import LineSetup, open_line
from bot.platforms.platform import PlatformContext
from bot.settings import DeskSettings, Settings
from bot.web.app import build_web_app
from bot.web.middleware import SecurityMiddleware
from bot.web.officer.session import make_enrolment_link_factory
from handlers.dialog.events import Channel
from handlers.dialog.replies import NEUTRAL, Message
from handlers.i18n import WORDING
from handlers.staff.enrolment.messages import NewEnrolmentLink
from storage.crypto.key_files import DeskPaths
from tests.bot.platforms.line.api_rules import load_line_rules
from tests.bot.platforms.line.fake_line_api import (
    BOT_USER_ID,
    SECRET,
    TOKEN,
    FakeContent,
    FakeLineApi,
    serve_fake_line_api,
)
from tests.end_to_end.desk_driver import DeskDriver
from tests.end_to_end.desk_harness import DeskHarness, open_desk
from tests.in_memory_desk import OFFICE
from tests.samples import SAMPLE_FILES

T = TypeVar("T")
RECEIPT_PATTERN = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]\b")
SCALE_LABEL_PATTERN = re.compile(r"^• (.+)$", re.MULTILINE)
NUMBERED_LABEL_PATTERN = re.compile(r"^(\d{1,2})\. (.+)$", re.MULTILINE)
TYPED_LABELS_PATTERN = re.compile(
    r"^" + WORDING["th"]["line.type"].replace("{labels}", "(.+)") + "$", re.MULTILINE
)
TYPED_LABELS_PATTERN_EN = re.compile(
    r"^" + WORDING["en"]["line.type"].replace("{labels}", "(.+)") + "$", re.MULTILINE
)


ENROLMENT_LINK_PATTERN = re.compile(r"http://\S+/staff/join/\S+openExternalBrowser=1")


async def read_enrolment_page(link: str, digits: str) -> str:
    """What the page of an enrolment shows once the digits were typed, a line for each of its texts."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        async with browser.get(link) as form:
            token = re.search(r'name="csrf" value="([^"]+)"', await form.text())
        assert token is not None
        async with browser.post(link, data={"csrf": token[1], "text": digits}) as page:
            return re.sub(r"<[^>]+>", "\n", await page.text())


def line_user_id(name: str) -> str:
    """The LINE user id for a name."""
    return "U" + name.encode().hex().ljust(32, "0")[:32]


@dataclass
class LineDesk:
    """A desk that is connected to a fake LINE."""

    line: FakeLineApi
    desk: DeskHarness
    setup: LineSetup
    delivery_worker: DeliveryWorker
    settings: DeskSettings


@asynccontextmanager
async def open_line_desk(
    home: Path,
    line: FakeLineApi | None = None,
    name: str = "complaints",
    public: str | None = None,
) -> AsyncIterator[LineDesk]:
    """Serve a desk over real sockets. An internal error fails the test."""
    async with AsyncExitStack() as stack:
        if line is None:
            line = await stack.enter_async_context(serve_fake_line_api(load_line_rules()))
        desk = await stack.enter_async_context(open_desk(home, name))
        desk_settings = DeskSettings(
            line_token=SecretStr(TOKEN), line_secret=SecretStr(SECRET), public_url=public
        )
        running_desk = RunningDesk(name, DeskPaths.under(home, name), desk.store, desk.engine)
        transports: dict[Channel, Transport] = {}
        delivery_worker = DeliveryWorker(desk.engine, desk.store, transports, desk.errors.append)
        settings = Settings(**{name: desk_settings}, line_api_url=line.url)
        context = PlatformContext(running_desk, settings, delivery_worker, desk.errors.append)
        line_setup = await stack.enter_async_context(open_line(context))
        transports[Channel.LINE] = line_setup.sender
        stack.push_async_callback(delivery_worker.close)
        await stack.enter_async_context(run_in_background(delivery_worker.run()))
        app = App(settings, OFFICE, {name: running_desk})
        origin = await stack.enter_async_context(serve_web(app, line_setup))
        line.webhook = f"{origin}/line/{name}"
        desk.engine.query_handlers[NewEnrolmentLink] = make_enrolment_link_factory(origin)  # type: ignore[index]
        line.now = lambda: desk.now().timestamp()
        yield LineDesk(line, desk, line_setup, delivery_worker, desk_settings)


@asynccontextmanager
async def serve_web(app: App, line_setup: LineSetup) -> AsyncIterator[str]:
    """Serve the web application with the routes of a LINE setup; yields its origin."""
    config = uvicorn.Config(
        SecurityMiddleware(build_web_app(app, line_setup.routes)),
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


def to_messages(shown: list[dict[str, Any]]) -> list[Message]:
    """Chat messages in the form that stories use. Choices are read from the text too, as people on a PC do."""
    read = []
    for one in shown:
        text = one.get("text") or one.get("altText") or ""
        labels = [label for _, label in NUMBERED_LABEL_PATTERN.findall(text)]
        for typed in (*TYPED_LABELS_PATTERN.findall(text), *TYPED_LABELS_PATTERN_EN.findall(text)):
            labels = typed.split(" / ")
        if not labels:  # points of a scale stand at the end, without numbers of their places
            labels = SCALE_LABEL_PATTERN.findall(text.rpartition("\n\n")[2])
        quick = [item["action"] for item in one.get("quickReply", {}).get("items", [])]
        data = [action["data"] for action in quick]
        choices = tuple((label, data[n] if n < len(data) else "") for n, label in enumerate(labels))
        if not quick:
            choices = ()
        else:
            assert len(labels) >= len(quick), text
        receipt = RECEIPT_PATTERN.search(text)
        read.append(
            Message(text, NEUTRAL, choices, receipt.group() if receipt and "clipboard" in str(one) else None)
        )
    return read


@dataclass
class LineDriver(DeskDriver):
    """People who use LINE on their phones; the fake LINE keeps running when the program is restarted."""

    public: str | None = None
    line: FakeLineApi = field(init=False)
    shows_content = False
    _line_desk: LineDesk | None = None

    def __post_init__(self) -> None:
        self.line = self.run(self._outer.enter_async_context(serve_fake_line_api(load_line_rules())))

    @asynccontextmanager
    async def open_desk(self) -> AsyncIterator[DeskHarness]:
        async with open_line_desk(self.home, self.line, self.desk_name, self.public) as self._line_desk:
            # A story is about words: on a busy machine LINE waits for them.
            self._line_desk.setup.adapter.response_deadline = 60
            yield self._line_desk.desk

    @property
    def line_desk(self) -> LineDesk:
        """The desk with its adapter, opened when it is first needed."""
        assert self.desk
        assert self._line_desk is not None
        return self._line_desk

    def _send_events(self, name: str, *events: dict[str, Any]) -> list[Message]:
        return self.run(self._exchange_events(line_user_id(name), *events))

    async def _exchange_events(self, who: str, *events: dict[str, Any]) -> list[Message]:
        line, before = self.line_desk.line, len(self.line_desk.line.chats.get(who, []))
        assert await line.post_events(*events) == 200
        await line.wait_for_messages(who, before)
        await self._wait_until_idle()
        shown = line.chats[who][before:]
        # LINE may deliver an event twice: the second delivery has no answer and no effect.
        assert await line.post_events(*(line.mark_redelivered(event) for event in events)) == 200
        assert len(line.chats[who]) == before + len(shown)
        if self.line_desk.desk.errors:
            raise self.line_desk.desk.errors.pop()
        return to_messages(shown)

    async def _wait_until_idle(self) -> None:
        """Wait until no background task runs: an answer may take several calls, and a notice may follow it."""
        line_desk = self.line_desk
        while tasks := [*line_desk.setup.adapter._tasks, *line_desk.delivery_worker._tasks]:
            await asyncio.gather(*tasks, return_exceptions=True)
            await asyncio.sleep(0)

    def send_text(self, name: str, words: str) -> list[Message]:
        shown = self._send_events(name, self.line_desk.line.make_text_event(line_user_id(name), words))
        link = ENROLMENT_LINK_PATTERN.search("\n".join(message.text for message in shown))
        if link is None:
            return shown
        digits = self.line_desk.desk.invitation_digits[name]
        return [*shown, Message(self.run(read_enrolment_page(link[0], digits)), NEUTRAL)]

    def pick_choice(self, name: str, label: str, data: str) -> list[Message]:
        if not data:  # a message has at most thirteen quick replies; the others are typed
            return self.send_text(name, label)
        return self._send_events(name, self.line_desk.line.make_postback_event(line_user_id(name), data))

    def send_sticker(self, name: str) -> list[Message]:
        """Send a sticker."""
        who = line_user_id(name)
        sticker = {"id": "1", "type": "sticker", "packageId": "1", "stickerId": "2"}
        return self._send_events(name, self.line_desk.line.make_event(who, message=sticker))

    def send_file(self, name: str, file: str) -> list[Message]:
        content = FakeContent(SAMPLE_FILES[file]())
        more = {"fileName": file, "fileSize": len(content.data)}
        return self._send_events(
            name, self.line_desk.line.make_file_event(line_user_id(name), content, "file", **more)
        )


__all__ = ["BOT_USER_ID", "LineDesk", "LineDriver", "line_user_id", "open_line_desk"]
