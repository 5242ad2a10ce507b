"""What a person sends in a private chat: words, files, places on the map, each as an event that is decided."""

import asyncio
import re
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace

from bot.delivery.worker import DeliveryWorker
from bot.engine import Engine, EngineAnswer, build_error_answer, merge_answers
from bot.platforms.telegram.client import TelegramClient
from bot.platforms.telegram.models import TelegramFile, TelegramMessage
from handlers.dialog.events import Channel, Event, File, FileProblem, Lang
from handlers.dialog.replies import Reply
from handlers.dialog.session import SESSION_IDLE_TIMEOUT
from handlers.i18n import render_text
from storage.files.evidence import MAX_FILE_BYTES, sanitize_file_name
from storage.store import Store

DEEP_LINK_PATTERN = re.compile(r"report|track|ask|opinion|c-[0-9A-Za-z]{6}")
"""What a deep link may ask for: t.me/BOT?start=report."""

MAX_REMEMBERED_TEXTS = 4096
"""Messages that are remembered for corrections."""

MAX_IDENTITIES = 1024
"""People whose mark is not made anew for each message, until `TelegramInbound.part`. Memory only."""

_ADDRESS_CONTEXT = ("outbox", "", "back")

TYPING_DELAY, TYPING_INTERVAL = 1.0, 4.0
"""Seconds until the chat shows that an answer is being written, and until it has to be told again."""


@dataclass
class TelegramInbound:
    """Takes messages in for one desk."""

    engine: Engine
    store: Store
    delivery_worker: DeliveryWorker
    client: TelegramClient
    on_error: Callable[[BaseException], None]
    _texts: dict[tuple[bytes, int], str] = field(default_factory=dict, repr=False)
    _text_ages: "deque[tuple[float, bytes, int]]" = field(default_factory=deque, repr=False)
    _identities: dict[int, tuple[bytes, bytes]] = field(default_factory=dict, repr=False)

    def person_id(self, chat: int) -> bytes:
        """A person. In a private chat the chat's number is the person's."""
        return self._identify(chat)[0]

    def _identify(self, chat: int) -> tuple[bytes, bytes]:
        """A person's mark and sealed return address, remembered for a moment: each update asks a few times."""
        known = self._identities.get(chat)
        if known is None:
            if len(self._identities) >= MAX_IDENTITIES:
                self.clear_identities()
            seals, address = self.store.keyring, str(chat)
            known = (
                seals.hash_id(Channel.TELEGRAM, address),
                seals.address.encrypt(address.encode(), *_ADDRESS_CONTEXT),
            )
            self._identities[chat] = known
        return known

    def build_event(
        self,
        number: int,
        chat: int,
        text: str | None = None,
        choice: str | None = None,
        was: str | None = None,
    ) -> Event:
        """An event, with its deed or without one yet; number: of the update."""
        who, back = self._identify(chat)
        return Event(
            f"telegram:{number}", who, Channel.TELEGRAM, text, choice, reply_to=back, previous_text=was
        )

    def decrypt_address(self, back: bytes) -> int:
        """The chat of a sealed return address."""
        return int(self.store.keyring.address.decrypt(back, *_ADDRESS_CONTEXT))

    async def load_language(self, who: bytes) -> Lang:
        """The language that a person's talk is in."""
        session = await self.store.load_session(who)
        return session.lang if session else "th"

    async def answer_message(self, number: int, said: TelegramMessage) -> EngineAnswer | None:
        """The answer to a message; None for one that nobody wrote, such as a pinned one."""
        chat = said.chat.id
        if said.file is not None:
            return await self._answer_file(self.build_event(number, chat), said, said.file)
        if said.text is not None:
            self._remember_text(said)
            return await self.engine.handle(self.build_event(number, chat, normalize_command_text(said.text)))
        if said.location is not None:
            where = {
                "latitude": f"{said.location.latitude:.5f}",
                "longitude": f"{said.location.longitude:.5f}",
            }
            text = render_text(Reply("chat.place", where), await self.load_language(self.person_id(chat)))
            return await self.engine.handle(self.build_event(number, chat, text))
        return (
            await self.engine.handle(self.build_event(number, chat, ""))
            if said.has_unsupported_content
            else None
        )

    async def answer_edited_message(self, number: int, said: TelegramMessage) -> EngineAnswer | None:
        """The answer to a message that was changed in the chat; None where it holds no words."""
        if said.text_or_caption is None:
            return None
        was = self._texts.get((self.person_id(said.chat.id), said.message_id), "")
        if said.text_or_caption == was:
            return None  # something else about it changed
        self._remember_text(said)
        return await self.engine.handle(self.build_event(number, said.chat.id, said.text_or_caption, was=was))

    def _remember_text(self, said: TelegramMessage) -> None:
        """Keep what was typed for as long as a draft lives, so that a correction finds its place. Memory only."""
        who = self.person_id(said.chat.id)
        self._texts[who, said.message_id] = said.text_or_caption or ""
        self._text_ages.append((self.engine.now().timestamp(), who, said.message_id))
        self.evict_old_texts()

    def evict_old_texts(self) -> None:
        """Forget what was typed so long ago that no draft holds it."""
        oldest = self.engine.now().timestamp() - SESSION_IDLE_TIMEOUT.total_seconds()
        while self._text_ages and (
            len(self._text_ages) > MAX_REMEMBERED_TEXTS or self._text_ages[0][0] < oldest
        ):
            _, who, message = self._text_ages.popleft()
            self._texts.pop((who, message), None)

    def clear_identities(self) -> None:
        """Forget who wrote: whose mark belongs to which chat is made anew with the next message."""
        self._identities.clear()

    async def _answer_file(self, event: Event, said: TelegramMessage, sent: TelegramFile) -> EngineAnswer:
        """The answer to a file, and to the words that came with it."""
        try:
            async with self._show_typing(said.chat.id):
                # One that is brought once more is here already, or on its way.
                answer = await self.engine.find_previous_answer(
                    event.id
                ) or await self._fetch_and_handle_file(event, said, sent)
                if not said.caption:
                    return answer
                self._remember_text(said)
                told = await self.engine.handle(replace(event, id=f"{event.id}/caption", text=said.caption))
                return merge_answers((answer, told))
        except Exception as trouble:  # nothing was kept, and the person is told
            self.on_error(trouble)
            return build_error_answer("sorry.busy", await self.load_language(event.person_id))

    async def _fetch_and_handle_file(
        self, event: Event, said: TelegramMessage, sent: TelegramFile
    ) -> EngineAnswer:
        """The answer to a file that is fetched; one that is too large is refused at once."""
        name = sanitize_file_name(
            sent.file_name or default_file_name(said, await self.load_language(event.person_id))
        )
        if (sent.file_size or 0) > MAX_FILE_BYTES:
            file = File("", name, "", sent.file_size or 0, FileProblem.TOO_LARGE)
        else:
            file = await self.delivery_worker.fetch_file(event, name, {"file": sent.file_id})
        return await self.engine.handle(replace(event, file=file))

    @asynccontextmanager
    async def _show_typing(self, chat: int) -> AsyncIterator[None]:
        """Show that an answer is being written, if this takes long."""
        task = asyncio.create_task(self._send_typing_repeatedly(chat))
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _send_typing_repeatedly(self, chat: int) -> None:
        await asyncio.sleep(TYPING_DELAY)
        while True:
            with suppress(Exception):  # a courtesy, and never worth a word
                await self.client.send_typing(chat)
            await asyncio.sleep(TYPING_INTERVAL)


def normalize_command_text(text: str) -> str:
    """What was typed: a command without the bot's name, and of a deep link only what we know."""
    if not text.startswith("/"):
        return text
    command, _, rest = text.partition(" ")
    command = command.partition("@")[0]
    if command == "/start":
        return f"/start {rest}" if DEEP_LINK_PATTERN.fullmatch(rest) else command
    return f"{command} {rest}" if rest else command


def default_file_name(said: TelegramMessage, lang: Lang) -> str:
    """A name for a file that came without one."""
    kind = next((kind for kind in ("photo", "voice", "audio", "video") if getattr(said, kind)), "file")
    if said.video_note or said.animation:
        kind = "video"
    return render_text(Reply(f"chat.{kind}"), lang)
