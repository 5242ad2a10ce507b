"""What a person sends in a private chat: words, files, places on the map, each as an event that is decided."""

import asyncio
import re
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace

from bot.delivery.worker import DeliveryWorker
from bot.engine import Engine, EngineAnswer, joined, sorry
from bot.platforms.telegram.client import TelegramClient
from bot.platforms.telegram.models import TelegramFile, TelegramMessage
from handlers import i18n as wording
from handlers.dialog.events import IDLE, Channel, Event, File, FileProblem, Lang, Reply
from storage.files.evidence import MOST_BYTES, clean_name
from storage.store import Store

LINKS = re.compile(r"report|track|ask|opinion|c-[0-9A-Za-z]{6}")
"""What a deep link may ask for: t.me/BOT?start=report."""

MOST_TYPED = 4096
"""Messages that are remembered for corrections."""

MOST_MET = 1024
"""People whose mark is not made anew for each message, until `TelegramInbound.part`. Memory only."""

_BACK = ("outbox", "", "back")

SOON, AGAIN = 1.0, 4.0
"""Seconds until the chat shows that an answer is being written, and until it has to be told again."""


@dataclass
class TelegramInbound:
    """Takes messages in for one desk."""

    engine: Engine
    store: Store
    courier: DeliveryWorker
    api: TelegramClient
    fault: Callable[[BaseException], None]
    _typed: dict[tuple[bytes, int], str] = field(default_factory=dict, repr=False)
    _since: "deque[tuple[float, bytes, int]]" = field(default_factory=deque, repr=False)
    _met: dict[int, tuple[bytes, bytes]] = field(default_factory=dict, repr=False)

    def who(self, chat: int) -> bytes:
        """A person. In a private chat the chat's number is the person's."""
        return self._meet(chat)[0]

    def _meet(self, chat: int) -> tuple[bytes, bytes]:
        """A person's mark and sealed return address, remembered for a moment: each update asks a few times."""
        known = self._met.get(chat)
        if known is None:
            if len(self._met) >= MOST_MET:
                self.part()
            seals, address = self.store.seals, str(chat)
            known = seals.who(Channel.TELEGRAM, address), seals.address.seal(address.encode(), *_BACK)
            self._met[chat] = known
        return known

    def event(
        self,
        number: int,
        chat: int,
        text: str | None = None,
        choice: str | None = None,
        was: str | None = None,
    ) -> Event:
        """An event, with its deed or without one yet; number: of the update."""
        who, back = self._meet(chat)
        return Event(f"telegram:{number}", who, Channel.TELEGRAM, text, choice, back=back, was=was)

    def opened(self, back: bytes) -> int:
        """The chat of a sealed return address."""
        return int(self.store.seals.address.open(back, *_BACK))

    async def lang(self, who: bytes) -> Lang:
        """The language that a person's talk is in."""
        session = await self.store.session(who)
        return session.lang if session else "th"

    async def take(self, number: int, said: TelegramMessage) -> EngineAnswer | None:
        """The answer to a message; None for one that nobody wrote, such as a pinned one."""
        chat = said.chat.id
        if said.file is not None:
            return await self._with_file(self.event(number, chat), said, said.file)
        if said.text is not None:
            self._remember(said)
            return await self.engine.handle(self.event(number, chat, typed(said.text)))
        if said.location is not None:
            where = {
                "latitude": f"{said.location.latitude:.5f}",
                "longitude": f"{said.location.longitude:.5f}",
            }
            text = wording.text(Reply("chat.place", where), await self.lang(self.who(chat)))
            return await self.engine.handle(self.event(number, chat, text))
        return await self.engine.handle(self.event(number, chat, "")) if said.strange else None

    async def corrected(self, number: int, said: TelegramMessage) -> EngineAnswer | None:
        """The answer to a message that was changed in the chat; None where it holds no words."""
        if said.words is None:
            return None
        was = self._typed.get((self.who(said.chat.id), said.message_id), "")
        if said.words == was:
            return None  # something else about it changed
        self._remember(said)
        return await self.engine.handle(self.event(number, said.chat.id, said.words, was=was))

    def _remember(self, said: TelegramMessage) -> None:
        """Keep what was typed for as long as a draft lives, so that a correction finds its place. Memory only."""
        who = self.who(said.chat.id)
        self._typed[who, said.message_id] = said.words or ""
        self._since.append((self.engine.now().timestamp(), who, said.message_id))
        self.forget()

    def forget(self) -> None:
        """Forget what was typed so long ago that no draft holds it."""
        oldest = self.engine.now().timestamp() - IDLE.total_seconds()
        while self._since and (len(self._since) > MOST_TYPED or self._since[0][0] < oldest):
            _, who, message = self._since.popleft()
            self._typed.pop((who, message), None)

    def part(self) -> None:
        """Forget who wrote: whose mark belongs to which chat is made anew with the next message."""
        self._met.clear()

    async def _with_file(self, event: Event, said: TelegramMessage, sent: TelegramFile) -> EngineAnswer:
        """The answer to a file, and to the words that came with it."""
        try:
            async with self._typing(said.chat.id):
                # One that is brought once more is here already, or on its way.
                answer = await self.engine.said(event.id) or await self._decided(event, said, sent)
                if not said.caption:
                    return answer
                self._remember(said)
                told = await self.engine.handle(replace(event, id=f"{event.id}/caption", text=said.caption))
                return joined((answer, told))
        except Exception as trouble:  # nothing was kept, and the person is told
            self.fault(trouble)
            return sorry("sorry.busy", await self.lang(event.who))

    async def _decided(self, event: Event, said: TelegramMessage, sent: TelegramFile) -> EngineAnswer:
        """The answer to a file that is fetched; one that is too large is refused at once."""
        name = clean_name(sent.file_name or named(said, await self.lang(event.who)))
        if (sent.file_size or 0) > MOST_BYTES:
            file = File("", name, "", sent.file_size or 0, FileProblem.TOO_LARGE)
        else:
            file = await self.courier.bring(event, name, {"file": sent.file_id})
        return await self.engine.handle(replace(event, file=file))

    @asynccontextmanager
    async def _typing(self, chat: int) -> AsyncIterator[None]:
        """Show that an answer is being written, if this takes long."""
        task = asyncio.create_task(self._type(chat))
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _type(self, chat: int) -> None:
        await asyncio.sleep(SOON)
        while True:
            with suppress(Exception):  # a courtesy, and never worth a word
                await self.api.types(chat)
            await asyncio.sleep(AGAIN)


def typed(text: str) -> str:
    """What was typed: a command without the bot's name, and of a deep link only what we know."""
    if not text.startswith("/"):
        return text
    command, _, rest = text.partition(" ")
    command = command.partition("@")[0]
    if command == "/start":
        return f"/start {rest}" if LINKS.fullmatch(rest) else command
    return f"{command} {rest}" if rest else command


def named(said: TelegramMessage, lang: Lang) -> str:
    """A name for a file that came without one."""
    kind = next((kind for kind in ("photo", "voice", "audio", "video") if getattr(said, kind)), "file")
    if said.video_note or said.animation:
        kind = "video"
    return wording.text(Reply(f"chat.{kind}"), lang)
