"""Telegram's door: an update becomes an event of the talk, and the answer becomes messages of the chat."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from bot.delivery.worker import DeliveryWorker
from bot.engine import Engine, EngineAnswer
from bot.keyed_lock import KeyedLocks
from bot.log import LogEvent, log
from bot.platforms.telegram.albums import AlbumBuffer
from bot.platforms.telegram.client import MessageGoneError
from bot.platforms.telegram.existing_message import card
from bot.platforms.telegram.inbound import TelegramInbound, typed
from bot.platforms.telegram.models import PRIVATE, CallbackQuery, ChatMemberUpdated, TelegramMessage, Update
from bot.platforms.telegram.render import OutgoingMessage
from bot.platforms.telegram.replies import LAST, TelegramReplies, Wish
from bot.platforms.telegram.sender import TelegramSender
from handlers import i18n as wording
from handlers.dialog.events import Lang, Message, Reply
from handlers.staff.complaints.case_settings import GROUP
from storage.store import Store

OLDEST = timedelta(hours=25)
"""Telegram keeps an update for 24 hours; what is older was recorded by somebody and is played back."""

MOST_REMEMBERED = 4096


@dataclass
class TelegramAdapter:
    """The door of one desk. riding: whether answers may ride in the answer to Telegram's request (webhook)."""

    engine: Engine
    store: Store
    post: TelegramSender
    courier: DeliveryWorker
    fault: Callable[[BaseException], None]
    riding: bool = True
    intake: TelegramInbound = field(init=False)
    albums: AlbumBuffer = field(init=False)
    voice: TelegramReplies = field(init=False)
    _turns: KeyedLocks[int] = field(default_factory=KeyedLocks, repr=False)
    _heard: "OrderedDict[str, None]" = field(default_factory=OrderedDict, repr=False)
    _groups: "OrderedDict[bytes, None]" = field(default_factory=OrderedDict, repr=False)

    def __post_init__(self) -> None:
        """Make what takes messages in."""
        self.intake = TelegramInbound(self.engine, self.store, self.courier, self.post.api, self.fault)
        self.voice = TelegramReplies(self.store, self.post, self.intake, self.fault, self.riding)
        self.albums = AlbumBuffer(self._tell_whole)

    async def hear(self, update: Update) -> Wish | None:
        """Answer one update; gives the call that may ride in the answer to it."""
        if update.message is not None:
            return await self._said(update.update_id, update.message)
        if update.callback_query is not None:
            return await self._tapped(update.update_id, update.callback_query)
        if update.edited_message is not None:
            return await self._edited(update.update_id, update.edited_message)
        if update.my_chat_member is not None:
            return await self._joined(update.update_id, update.my_chat_member)
        return None

    async def deliver(self, back: bytes, messages: Sequence[Message], letter: str) -> None:  # noqa: ARG002
        """Send messages to a sealed address (`bot.courier.Carrier`). Telegram has no key that makes a try the same."""
        await self.voice.deliver(self.intake.opened(back), messages)

    def fetch(self, what: Mapping[str, str]) -> AsyncIterator[bytes]:
        """The content of a file (`bot.courier.Carrier`)."""
        return self.post.api.file(what["file"])

    async def tidy(self, now: datetime) -> int:
        """Delete from the chats what stood there long enough (`bot.courier.Tidy`)."""
        return await self.voice.fading.tidy(now)

    def forget(self) -> None:
        """Forget who wrote, whose button was tapped (a tap's id holds a person's), what was typed long ago."""
        self.intake.forget()
        self.intake.part()
        self.post.pace.forget()
        self._heard.clear()

    async def close(self) -> None:
        """End what is done on the side."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST):
                await self.albums.close()
        await self.voice.close()

    async def _said(self, number: int, said: TelegramMessage) -> Wish | None:
        if said.chat.type != PRIVATE:
            if self._registers(said):
                return await self._register(number, said)
            return self._outside(said.chat.id)
        if not self._is_fresh(said):
            return None
        chat = said.chat.id
        async with self._turns.of(chat):
            self.voice.note(chat, said.message_id)
            if said.media_group_id is not None and said.file is not None:
                await self._pictured(number, said)
                return None
            await self.albums.finish(chat)
            if typed((said.text or "").strip()) == "/wipe":
                return await self._wipe(chat)
            answer = await self.intake.take(number, said)
            return await self.voice.answer(chat, answer) if answer else None

    def _is_fresh(self, said: TelegramMessage) -> bool:
        """Whether a person wrote it, and lately."""
        return said.sender is not None and not said.sender.is_bot and self._is_of_today(said.date)

    def _is_of_today(self, date: int) -> bool:
        if self.engine.now().timestamp() - date > OLDEST.total_seconds():
            log(LogEvent.QUARANTINED)
            return False
        return True

    async def _pictured(self, number: int, said: TelegramMessage) -> None:
        """One picture of an album: decided like any other, and answered with them."""
        self.albums.hold(said.chat.id)
        answer = await self.intake.take(number, said)
        if answer is not None:
            self.albums.add(said.chat.id, answer, self._whole)

    async def _whole(self, chat: int) -> None:
        """An album is whole."""
        try:
            async with self._turns.of(chat):
                await self.albums.finish(chat)
        except Exception as trouble:
            self.fault(trouble)

    async def _tell_whole(self, chat: int, answer: EngineAnswer) -> None:
        await self.voice.answer(chat, answer, rides=False)

    async def _edited(self, number: int, said: TelegramMessage) -> Wish | None:
        if said.chat.type != PRIVATE or not self._is_fresh(said):
            return None
        async with self._turns.of(said.chat.id):
            answer = await self.intake.corrected(number, said)
            return await self.voice.answer(said.chat.id, answer) if answer else None

    async def _tapped(self, number: int, tap: CallbackQuery) -> Wish | None:
        if tap.data is None or (tap.message is not None and tap.message.chat.type != PRIVATE):
            return _let_go(tap) if self.riding and self._once(tap) else None
        chat = tap.sender.id
        async with self._turns.of(chat):
            await self.albums.finish(chat)
            carrier = card(tap.message)
            if carrier is not None:
                self.voice.note(chat, carrier.id)
            answer = await self.engine.handle(self.intake.event(number, chat, choice=tap.data))
            wish = await self.voice.answer(chat, answer, carrier)
        if not self._once(tap):
            return wish
        if wish is None and self.riding:
            return _let_go(tap)
        self.voice.beside(self._let_go(tap))
        return wish

    async def _wipe(self, chat: int) -> Wish | None:
        """Delete what is known of the chat, as the person wishes."""
        who = self.intake.who(chat)
        lang = await self.intake.lang(who)
        known = await self.store.traces.take(who)
        try:
            await self.post.delete(chat, known)
        except Exception as trouble:  # the person is told the truth, and asks again
            self.fault(trouble)
            for number in known:
                self.store.traces.note(who, number)
            return await self._tell(chat, Reply("chat.not_wiped"), lang)
        return await self._tell(chat, Reply("chat.wiped", {"count": len(known)}), lang)

    async def _tell(self, chat: int, say: Reply, lang: Lang) -> Wish | None:
        return await self.voice.answer(chat, EngineAnswer((say,), lang))

    def _registers(self, said: TelegramMessage) -> bool:
        """Whether an officer wishes that a group hears of new cases, or no more."""
        words = typed((said.text or "").strip()).split()
        asked = bool(words) and words[0] in {"/here", "/ที่นี่"} and self._is_fresh(said)
        return asked and said.sender is not None and self.intake.who(said.sender.id) in self.store.roster

    async def _register(self, number: int, said: TelegramMessage) -> Wish | None:
        who = self.intake.who(said.sender.id if said.sender else 0)
        rest = typed((said.text or "").strip()).split()[1:] or [GROUP]
        event = replace(self.intake.event(number, said.chat.id), who=who, text=f"/here {rest[0]}")
        return await self.voice.answer(said.chat.id, await self.engine.handle(event))

    def _outside(self, chat: int) -> Wish | None:
        """In a group: said once that this works in private only."""
        if not _first(self._groups, self.intake.who(chat)):
            return None
        bubble = OutgoingMessage(wording.text(Reply("chat.private_only"), "th"))
        if self.riding:
            return bubble.sent(chat)
        self.voice.beside(self._told(chat, bubble))
        return None

    async def _joined(self, number: int, membership: ChatMemberUpdated) -> Wish | None:
        standing = membership.new_chat_member.status
        if not self._is_of_today(membership.date):
            return None
        if membership.chat.type == PRIVATE and standing == "kicked":
            # Blocked: nothing is to be told any more, and nobody hears that it was understood.
            async with self._turns.of(membership.chat.id):
                await self.engine.handle(self.intake.event(number, membership.chat.id, "/stop"))
            return None
        if membership.chat.type != PRIVATE and standing in {"member", "administrator"}:
            return self._outside(membership.chat.id)
        return None

    def _once(self, tap: CallbackQuery) -> bool:
        return _first(self._heard, tap.id)

    async def _told(self, chat: int, bubble: OutgoingMessage) -> None:
        await self.post.send(chat, bubble)

    async def _let_go(self, tap: CallbackQuery) -> None:
        with suppress(MessageGoneError):  # it was too late, and turns no more
            await self.post.api.heard(tap.id)


def _let_go(tap: CallbackQuery) -> Wish:
    return {"method": "answerCallbackQuery", "callback_query_id": tap.id}


def _first(seen: "OrderedDict[Any, None]", one: object) -> bool:
    """Whether this is the first of its kind, as far as is remembered."""
    if one in seen:
        return False
    seen[one] = None
    if len(seen) > MOST_REMEMBERED:
        seen.popitem(last=False)
    return True
