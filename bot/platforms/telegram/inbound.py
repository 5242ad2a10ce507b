"""Messages of private chats (texts, files, locations) become events, which the engine handles."""

import asyncio
import re
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace

from bot.background import run_in_background
from bot.delivery.transport import TransportError
from bot.delivery.worker import DeliveryWorker
from bot.engine import Engine, build_error_answer, get_error_key, merge_answers
from bot.guard import run_guarded
from bot.platforms.telegram.client import TelegramClient
from bot.platforms.telegram.long_texts import make_text_part
from bot.platforms.telegram.models import Location, TelegramFile, TelegramMessage
from handlers.dialog.effects import Answer
from handlers.dialog.events import Channel, Event, Lang
from handlers.dialog.replies import Phrase
from handlers.dialog.session import SESSION_IDLE_TIMEOUT
from handlers.i18n import render_text
from storage.files.evidence import sanitize_file_name
from storage.store import Store

DEEP_LINK_PATTERN = re.compile(r"report|track|ask|opinion|c-[0-9A-Za-z]{6}")
"""Payloads that a deep link may carry: t.me/BOT?start=report."""

MAX_REMEMBERED_TEXTS = 4096
"""Texts kept in memory so that an edited message can be matched with what it said before."""

MAX_IDENTITIES = 1024
"""Chats whose person id and encrypted address are cached until `clear_identities`. In memory only."""


TYPING_DELAY, TYPING_INTERVAL = 1.0, 4.0
"""Seconds until the chat shows the "typing" indicator, and between repetitions of it."""


@dataclass
class TelegramInbound:
    """Answers what people send; callers of `answer_…` hold the person's lock (`Engine.lock_person`)."""

    engine: Engine
    store: Store
    delivery_worker: DeliveryWorker
    client: TelegramClient
    on_error: Callable[[BaseException], None]
    _texts: dict[tuple[bytes, int], str] = field(default_factory=dict, repr=False)
    _text_ages: "deque[tuple[float, bytes, int]]" = field(default_factory=deque, repr=False)
    _identities: dict[int, tuple[bytes, bytes]] = field(default_factory=dict, repr=False)

    def person_id(self, chat: int) -> bytes:
        """Return the keyed hash of a person. The id of a private chat is that of its person."""
        return self._identify(chat)[0]

    def _identify(self, chat: int) -> tuple[bytes, bytes]:
        """Return a person's id and encrypted address, cached because each update asks several times."""
        known = self._identities.get(chat)
        if known is None:
            if len(self._identities) >= MAX_IDENTITIES:
                self.clear_identities()
            keyring, address = self.store.keyring, str(chat)
            known = (
                keyring.hash_id(Channel.TELEGRAM, address),
                keyring.encrypt_address(address),
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
        """Build an event of a chat; text, choice or file may be added later. number: of the update."""
        who, back = self._identify(chat)
        return Event(
            f"telegram:{number}", who, Channel.TELEGRAM, text, choice, reply_to=back, previous_text=was
        )

    def decrypt_address(self, back: bytes) -> int:
        """Return the chat id of an encrypted address."""
        return int(self.store.keyring.decrypt_address(back))

    async def answer_message(self, number: int, message: TelegramMessage) -> Answer | None:
        """Answer a message; None for one that Telegram itself wrote, such as that another was pinned."""
        chat = message.chat.id
        if message.file is not None:
            return await self._answer_file(self.build_event(number, chat), message, message.file)
        if message.text_or_caption is not None:
            self._remember_text(message)
            text = normalize_command_text(message.text_or_caption)
            event = replace(
                self.build_event(number, chat, text),
                part=make_text_part(message),
                sent_at=message.date * 1000,
            )
            answer = await self.engine.handle_locked(event)
            is_partly_unreadable = message.contains_media or message.written_text is None
            return (
                await self._add_unreadable_note(number, message, answer) if is_partly_unreadable else answer
            )
        if message.location is not None:
            return await self._answer_location(number, message, message.location)
        if message.is_service:
            return None
        return await self.engine.handle_locked(
            replace(self.build_event(number, chat), unreadable=message.unreadable)
        )

    async def _add_unreadable_note(self, number: int, message: TelegramMessage, answer: Answer) -> Answer:
        """Return an answer to a text with a note on what came with it and was not kept."""
        event = self.build_event(number, message.chat.id)
        rest = replace(event, id=f"{event.id}/rest", unreadable=message.unreadable)
        return merge_answers((answer, await self.engine.handle_locked(rest)))

    async def _answer_location(self, number: int, message: TelegramMessage, location: Location) -> Answer:
        chat = message.chat.id
        coordinates = {"latitude": f"{location.latitude:.5f}", "longitude": f"{location.longitude:.5f}"}
        lang = await self.store.load_language(self.person_id(chat))
        place = (message.venue.title, message.venue.address) if message.venue is not None else ()
        text = "\n".join(filter(None, (*place, render_text(Phrase("chat.place", coordinates), lang))))
        return await self.engine.handle_locked(self.build_event(number, chat, text))

    async def answer_edited_message(self, number: int, message: TelegramMessage) -> Answer | None:
        """Answer an edited message; None if it has no text or its text did not change."""
        if message.text_or_caption is None:
            return None
        was = self._texts.get((self.person_id(message.chat.id), message.message_id), "")
        if message.text_or_caption == was:
            return None  # something other than the text changed
        self._remember_text(message)
        return await self.engine.handle_locked(
            self.build_event(number, message.chat.id, message.text_or_caption, was=was)
        )

    def _remember_text(self, message: TelegramMessage) -> None:
        """Keep a text for as long as a draft lives, so that an edit finds the answer it corrects. In memory only."""
        who = self.person_id(message.chat.id)
        self._texts[who, message.message_id] = message.text_or_caption or ""
        self._text_ages.append((self.engine.now().timestamp(), who, message.message_id))
        self.evict_old_texts()

    def evict_old_texts(self) -> None:
        """Forget texts older than any draft can be."""
        oldest = self.engine.now().timestamp() - SESSION_IDLE_TIMEOUT.total_seconds()
        while self._text_ages and (
            len(self._text_ages) > MAX_REMEMBERED_TEXTS or self._text_ages[0][0] < oldest
        ):
            _, who, message = self._text_ages.popleft()
            self._texts.pop((who, message), None)

    def clear_identities(self) -> None:
        """Clear the cache from chat id to person id and address."""
        self._identities.clear()

    async def _answer_file(self, event: Event, message: TelegramMessage, sent: TelegramFile) -> Answer:
        """Answer a file and its caption. If it could not be stored, the answer says so."""
        outcome = await run_guarded(self._handle_file_and_caption(event, message, sent), self.on_error)
        if outcome.value is not None:
            return outcome.value
        key = get_error_key(outcome.error, default="sorry.busy")
        return build_error_answer(key, await self.store.load_language(event.person_id))

    async def _handle_file_and_caption(
        self, event: Event, message: TelegramMessage, sent: TelegramFile
    ) -> Answer:
        """Answer a file and its caption, which is handled as a second event."""
        async with run_in_background(self._show_typing(message.chat.id)):
            # A file of a repeated update is here already, or still being fetched.
            answer = await self.store.find_previous_answer(event.id) or await self._fetch_and_handle_file(
                event, message, sent
            )
            if not message.caption:
                return answer
            self._remember_text(message)
            caption_answer = await self.engine.handle_locked(
                replace(event, id=f"{event.id}/caption", text=message.caption)
            )
            return merge_answers((answer, caption_answer))

    async def _fetch_and_handle_file(
        self, event: Event, message: TelegramMessage, sent: TelegramFile
    ) -> Answer:
        """Fetch a file and answer it; one that is too large is refused without fetching."""
        name = sanitize_file_name(
            sent.file_name or default_file_name(message, await self.store.load_language(event.person_id))
        )
        file = await self.delivery_worker.fetch_file(event, name, {"file": sent.file_id}, sent.file_size or 0)
        return await self.engine.handle_locked(replace(event, file=file))

    async def _show_typing(self, chat: int) -> None:
        """Show the "typing" indicator again and again, from `TYPING_DELAY` on, until it is cancelled."""
        await asyncio.sleep(TYPING_DELAY)
        while True:
            with suppress(TransportError):  # only a courtesy: a failure is not worth a log line
                await self.client.send_typing(chat)
            await asyncio.sleep(TYPING_INTERVAL)


def normalize_command_text(text: str) -> str:
    """Strip the bot's name from a command, and an unknown payload from a deep link (`DEEP_LINK_PATTERN`)."""
    if not text.startswith("/"):
        return text
    command, _, rest = text.partition(" ")
    command = command.partition("@")[0]
    if command == "/start":
        return f"/start {rest}" if DEEP_LINK_PATTERN.fullmatch(rest) else command
    return f"{command} {rest}" if rest else command


def default_file_name(message: TelegramMessage, lang: Lang) -> str:
    """Return a file name in the person's language for a file that has none."""
    kind = next((kind for kind in ("photo", "voice", "audio", "video") if getattr(message, kind)), "file")
    if message.video_note or message.animation:
        kind = "video"
    return render_text(Phrase(f"chat.{kind}"), lang)
