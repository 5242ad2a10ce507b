"""The dialog in a terminal: a line is a message, `:2` picks, `:file PATH` attaches, `::` begins a text with a colon.

With `jsonl`, each message is printed as a line of JSON, and each line of input is followed by `{"done": N}`.
"""

import asyncio
import json
import os
import secrets
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from bot.delivery.transport import PlatformLimits, RetryLaterError
from bot.engine import Engine, get_error_key
from bot.errors import BotError
from bot.images.chart import render_chart_text
from bot.images.qr import render_qr_text
from bot.platforms.platform import AccountSecret, OpenPlatform, Platform, PlatformContext
from bot.settings import DeskSettings
from handlers.dialog.events import Channel, Event, File
from handlers.dialog.replies import NEUTRAL, Message, Reply
from handlers.i18n import render_reply
from storage.errors import StorageError
from storage.store import Store

CHUNK_SIZE = 64 * 1024
TOO_MANY_CHOICE_DIGITS = 5
"""A number with so many digits cannot be a choice, and need not be converted."""

NO_LIMITS = PlatformLimits()

OTHER_TERMINAL_DELAY = 60.0
"""Seconds until somebody whose terminal this is not may have opened theirs."""

HELP_TEXT = """\
พิมพ์ข้อความแล้วกด Enter  |  :2 เลือกข้อ 2  |  :file ที่อยู่ไฟล์ แนบไฟล์  |  Ctrl-D จบ
(A line is a message; :2 picks choice 2; :file PATH attaches; Ctrl-D ends.)
"""


class TerminalInputError(BotError):
    """A line that cannot be made into an event. Its text is a wording key."""


@dataclass(frozen=True, kw_only=True)
class TerminalSetup(OpenPlatform):
    """The terminal of one person. `Terminal.run` reads what they type."""

    terminal: "Terminal"


@dataclass(frozen=True)
class TerminalPlatform(Platform):
    """A terminal that the command `ita-bot chat` opens for a person. name: as of `Terminal`."""

    name: str
    jsonl: bool
    channel = Channel.TERMINAL

    def get_secrets(self, desk_settings: DeskSettings) -> Sequence[AccountSecret]:  # noqa: ARG002
        """Return none: there is no account, and no server opens it."""
        return ()

    @asynccontextmanager
    async def open(self, context: PlatformContext) -> AsyncIterator[TerminalSetup]:
        """Make the terminal (`Platform.open`)."""
        terminal = Terminal(context.desk.engine, context.desk.store, self.name, self.jsonl)
        yield TerminalSetup(transport=terminal, terminal=terminal)


@dataclass
class Terminal:
    """One person at one terminal. name: identifies the person, like the user id of a platform."""

    engine: Engine
    store: Store
    name: str
    jsonl: bool
    limits: PlatformLimits = NO_LIMITS
    choices: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        """Escape surrogates, which a name from the command line may contain if it is not valid UTF-8."""
        self.name = self.name.encode("utf-8", "backslashreplace").decode()

    async def run(self, source: BinaryIO) -> None:
        """Answer line after line until the input ends."""
        await self._deliver_outbox()
        open_question = await self.engine.current_prompt(await self._parse_line(""))
        if source.isatty():
            sys.stderr.write(HELP_TEXT)
            if open_question.messages:
                self._show_messages(open_question.messages)
            else:
                await self._handle_line("/start")
        self.choices = next((m.choices for m in open_question.messages if m.choices), self.choices)
        number = 0
        async for raw in _read_lines(source):
            number += 1
            await self._handle_line(raw.decode("utf-8", "replace").rstrip("\r\n"))
            if self.jsonl:
                self._print_text(json.dumps({"done": number}))

    async def _handle_line(self, line: str) -> None:
        try:
            event = await self._parse_line(line)
        except TerminalInputError as trouble:
            lang = await self.store.load_language(self._person_id())
            return self._show_messages((render_reply(Reply(str(trouble), NEUTRAL), lang),))
        answer = await self.engine.handle(event)
        self._show_messages(answer.messages)
        await self.store.outbox.complete(answer.outbox_ids)
        return None

    async def _parse_line(self, line: str) -> Event:
        blank = Event(
            secrets.token_hex(16),
            self._person_id(),
            Channel.TERMINAL,
            reply_to=self.store.keyring.encrypt_address(self.name),
        )
        if line.startswith("::"):
            return replace(blank, text=line[1:])
        command, _, rest = line.partition(" ")
        if command == ":file":
            return replace(blank, file=await self._store_file(rest.strip()))
        number = line[1:].strip()
        if line.startswith(":") and number.isdecimal():
            place = int(number) if len(number) < TOO_MANY_CHOICE_DIGITS else 0
            if not 1 <= place <= len(self.choices):
                raise TerminalInputError("terminal.no_choice")
            return replace(blank, choice=self.choices[place - 1][1])
        return replace(blank, text=line)

    async def _store_file(self, typed: str) -> File:
        try:
            return await self.store.evidence.store(self.fetch({"path": typed}), typed, self.engine.now())
        except (OSError, StorageError) as fault:
            self.engine.on_error(fault)
            raise TerminalInputError(get_error_key(fault, default="sorry.busy")) from None

    async def deliver(self, back: bytes, messages: Sequence[Message], delivery_id: str) -> None:  # noqa: ARG002
        """Show messages (`Transport.deliver`). Raises RetryLaterError if they are for a person at another terminal."""
        if self.store.keyring.decrypt_address(back) != self.name:
            raise RetryLaterError(OTHER_TERMINAL_DELAY)
        self._show_messages(messages)

    async def fetch(self, what: Mapping[str, str]) -> AsyncIterator[bytes]:
        """Read a file of this machine (`Transport.fetch`). Raises TerminalInputError, and OSError."""
        with _open_file(what["path"]) as source:
            while piece := await asyncio.to_thread(source.read, CHUNK_SIZE):
                yield piece

    def _person_id(self) -> bytes:
        return self.store.keyring.hash_id(Channel.TERMINAL, self.name)

    async def _deliver_outbox(self) -> None:
        """Show what an earlier run with this name has committed but not shown."""
        for item in await self.store.outbox.list_all(Channel.TERMINAL):
            messages = [render_reply(say, item.payload.lang) for say in item.payload.says]
            with suppress(RetryLaterError):
                await self.deliver(item.payload.back, messages, item.id)
                await self.store.outbox.complete([item.id])

    def _show_messages(self, messages: Sequence[Message]) -> None:
        for message in messages:
            if message.choices:
                self.choices = message.choices
            labels = [label for label, _ in message.choices]
            text = (
                message.text
                if message.chart is None
                else f"{message.text}\n\n{render_chart_text(message.chart)}"
            )
            if self.jsonl:
                output = {"text": text, "choices": labels, "files": [], "receipt": message.receipt}
                self._print_text(json.dumps(output, ensure_ascii=False))
            else:
                text = f"{text}\n\n{render_qr_text(message.qr)}" if message.qr else text
                numbered = [
                    f"• {label}" if message.has_own_numbers else f"[{n}] {label}"
                    for n, label in enumerate(labels, start=1)
                ]
                self._print_text("\n".join((text, *numbered, "")))

    def _print_text(self, text: str) -> None:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()


async def _read_lines(source: BinaryIO) -> AsyncIterator[bytes]:
    """Yield the lines of an input, read in a thread so that the event loop goes on."""
    while line := await asyncio.to_thread(source.readline):
        yield line


def _open_file(typed: str) -> BinaryIO:
    path = Path(os.path.expanduser(typed))  # noqa: PTH111 - Path.expanduser raises for an unknown user
    try:
        if path.is_file():  # a pipe or a device could block
            return path.open("rb")
    except (OSError, ValueError):  # ValueError: a NUL in the path
        pass
    raise TerminalInputError("terminal.no_file")


def make_random_name() -> str:
    """Return a name that nobody else has, for a run without a name."""
    return secrets.token_hex(16)
