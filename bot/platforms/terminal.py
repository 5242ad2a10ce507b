"""The talk in a terminal: a line is a message, `:2` picks, `:file PATH` attaches, `::` begins a text with a colon."""

import asyncio
import json
import os
import secrets
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from bot.engine import Engine, EngineAnswer
from bot.images import qr
from bot.images.chart import barred
from handlers import i18n as wording
from handlers.dialog.events import Channel, Event, File, Message, Reply
from storage.errors import StorageError
from storage.store import Store

PIECE = 64 * 1024
LONG_NUMBER = 5
"""Digits that no list of choices needs."""

HOW_TO = """\
พิมพ์ข้อความแล้วกด Enter  |  :2 เลือกข้อ 2  |  :file ที่อยู่ไฟล์ แนบไฟล์  |  Ctrl-D จบ
(A line is a message; :2 picks choice 2; :file PATH attaches; Ctrl-D ends.)
"""


class TerminalInputError(Exception):
    """A line that cannot become a message. Its text is a wording key."""


@dataclass
class Terminal:
    """One person at one terminal."""

    engine: Engine
    store: Store
    name: str
    jsonl: bool
    choices: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        """Make a name of bytes that are no text into one that can be written."""
        self.name = self.name.encode("utf-8", "backslashreplace").decode()

    async def talk(self, source: BinaryIO) -> None:
        """Answer line after line until the input ends."""
        await self._bring_what_waits()
        open_question = await self.engine.recall(await self._event(""))
        if source.isatty():
            sys.stderr.write(HOW_TO)
            if open_question.messages:
                self._show(open_question.messages)
            else:
                await self._hear("/start")
        self.choices = next((m.choices for m in open_question.messages if m.choices), self.choices)
        number = 0
        async for raw in _lines(source):
            number += 1
            await self._hear(raw.decode("utf-8", "replace").rstrip("\r\n"))
            if self.jsonl:
                self._print(json.dumps({"done": number}))

    async def _hear(self, line: str) -> None:
        try:
            event = await self._event(line)
        except TerminalInputError as trouble:
            session = await self.store.session(self._who())
            lang = session.lang if session else "th"
            return self._show((wording.render(Reply(str(trouble)), lang),))
        answer = await self.engine.handle(event)
        await self._deliver(answer)
        return None

    async def _event(self, line: str) -> Event:
        blank = Event(secrets.token_hex(16), self._who(), Channel.TERMINAL, back=self._address())
        if line.startswith("::"):
            return replace(blank, text=line[1:])
        command, _, rest = line.partition(" ")
        if command == ":file":
            return replace(blank, file=await self._file(rest.strip()))
        number = line[1:].strip()
        if line.startswith(":") and number.isdecimal():
            place = int(number) if len(number) < LONG_NUMBER else 0
            if not 1 <= place <= len(self.choices):
                raise TerminalInputError("terminal.no_choice")
            return replace(blank, choice=self.choices[place - 1][1])
        return replace(blank, text=line)

    async def _file(self, typed: str) -> File:
        with _opened(typed) as source:
            try:
                return await self.store.evidence.take(_pieces(source), source.name, self.engine.now())
            except (OSError, StorageError) as fault:
                self.engine.fault(fault)
                raise TerminalInputError("sorry.busy") from None

    def _who(self) -> bytes:
        return self.store.seals.who(Channel.TERMINAL, self.name)

    def _address(self) -> bytes:
        return self.store.seals.address.seal(self.name.encode(), "outbox", "", "back")

    async def _bring_what_waits(self) -> None:
        """Show what an earlier run of this name could not: it was decided, but not seen."""
        for letter in await self.store.outbox.look(Channel.TERMINAL):
            name = self.store.seals.address.open(letter.what.back, "outbox", "", "back").decode()
            if name == self.name:
                what = letter.what
                await self._deliver(EngineAnswer(what.says, what.lang, waiting=(letter.id,)))

    async def _deliver(self, answer: EngineAnswer) -> None:
        self._show(answer.messages)
        await self.store.outbox.done(answer.waiting)

    def _show(self, messages: tuple[Message, ...]) -> None:
        for message in messages:
            if message.choices:
                self.choices = message.choices
            labels = [label for label, _ in message.choices]
            told = message.text if message.chart is None else f"{message.text}\n\n{barred(message.chart)}"
            if self.jsonl:
                shown = {"text": told, "choices": labels, "files": [], "receipt": message.receipt}
                self._print(json.dumps(shown, ensure_ascii=False))
            else:
                told = f"{told}\n\n{qr.barred(message.qr)}" if message.qr else told
                numbered = [f"[{n}] {label}" for n, label in enumerate(labels, start=1)]
                self._print("\n".join((told, *numbered, "")))

    def _print(self, text: str) -> None:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()


async def _lines(source: BinaryIO) -> AsyncIterator[bytes]:
    """The lines of an input, without keeping the loop from its other work."""
    while line := await asyncio.to_thread(source.readline):
        yield line


def _opened(typed: str) -> BinaryIO:
    path = Path(os.path.expanduser(typed))  # noqa: PTH111 - Path.expanduser raises for a user nobody is
    try:
        if path.is_file():  # a pipe or a device would keep the talk waiting
            return path.open("rb")
    except (OSError, ValueError):  # ValueError: a path may hold no NUL
        pass
    raise TerminalInputError("terminal.no_file")


async def _pieces(source: BinaryIO) -> AsyncIterator[bytes]:
    while piece := await asyncio.to_thread(source.read, PIECE):
        yield piece


def anybody() -> str:
    """A name for one who gave none: nobody has it, and nobody will have it again."""
    return secrets.token_hex(16)
