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
from bot.log import LogEvent, log_event
from bot.platforms.telegram.albums import AlbumBuffer
from bot.platforms.telegram.client import MessageGoneError
from bot.platforms.telegram.inbound import TelegramInbound, normalize_command_text
from bot.platforms.telegram.models import (
    PRIVATE_CHAT,
    CallbackQuery,
    ChatMemberUpdated,
    TelegramMessage,
    Update,
)
from bot.platforms.telegram.render import OutgoingMessage, to_existing_message
from bot.platforms.telegram.replies import SHUTDOWN_TIMEOUT, TelegramReplies, WebhookReply
from bot.platforms.telegram.sender import TelegramSender
from handlers.dialog.events import Lang
from handlers.dialog.replies import Message, Reply
from handlers.i18n import render_text
from handlers.staff.group_notices import GROUP_ARGUMENT
from storage.store import Store

MAX_UPDATE_AGE = timedelta(hours=25)
"""Telegram keeps an update for 24 hours; what is older was recorded by somebody and is played back."""

MAX_SEEN = 4096


@dataclass
class TelegramAdapter:
    """The door of one desk. riding: whether answers may ride in the answer to Telegram's request (webhook)."""

    engine: Engine
    store: Store
    sender: TelegramSender
    delivery_worker: DeliveryWorker
    on_error: Callable[[BaseException], None]
    reply_in_webhook: bool = True
    inbound: TelegramInbound = field(init=False)
    albums: AlbumBuffer = field(init=False)
    replies: TelegramReplies = field(init=False)
    _chat_locks: KeyedLocks[int] = field(default_factory=KeyedLocks, repr=False)
    _seen_taps: "OrderedDict[str, None]" = field(default_factory=OrderedDict, repr=False)
    _informed_groups: "OrderedDict[bytes, None]" = field(default_factory=OrderedDict, repr=False)

    def __post_init__(self) -> None:
        """Make what takes messages in."""
        self.inbound = TelegramInbound(
            self.engine, self.store, self.delivery_worker, self.sender.client, self.on_error
        )
        self.replies = TelegramReplies(
            self.store, self.sender, self.inbound, self.on_error, self.reply_in_webhook
        )
        self.albums = AlbumBuffer(self._send_album_answer)

    async def handle_update(self, update: Update) -> WebhookReply | None:
        """Answer one update; gives the call that may ride in the answer to it."""
        if update.message is not None:
            return await self._on_message(update.update_id, update.message)
        if update.callback_query is not None:
            return await self._on_callback_query(update.update_id, update.callback_query)
        if update.edited_message is not None:
            return await self._on_edited_message(update.update_id, update.edited_message)
        if update.my_chat_member is not None:
            return await self._on_membership_change(update.update_id, update.my_chat_member)
        return None

    async def deliver(self, back: bytes, messages: Sequence[Message], letter: str) -> None:  # noqa: ARG002
        """Send messages to a sealed address (`bot.courier.Carrier`). Telegram has no key that makes a try the same."""
        await self.replies.deliver(self.inbound.decrypt_address(back), messages)

    def fetch(self, what: Mapping[str, str]) -> AsyncIterator[bytes]:
        """The content of a file (`bot.courier.Carrier`)."""
        return self.sender.client.download_file(what["file"])

    async def clean_up(self, now: datetime) -> int:
        """Delete from the chats what stood there long enough (`bot.courier.Tidy`)."""
        return await self.replies.expiring.delete_due(now)

    def evict_caches(self) -> None:
        """Forget who wrote, whose button was tapped (a tap's id holds a person's), what was typed long ago."""
        self.inbound.evict_old_texts()
        self.inbound.clear_identities()
        self.sender.limiter.evict_idle_chats()
        self._seen_taps.clear()

    async def close(self) -> None:
        """End what is done on the side."""
        with suppress(TimeoutError):
            async with asyncio.timeout(SHUTDOWN_TIMEOUT):
                await self.albums.close()
        await self.replies.close()

    async def _on_message(self, number: int, said: TelegramMessage) -> WebhookReply | None:
        if said.chat.type != PRIVATE_CHAT:
            if self._is_group_registration(said):
                return await self._register_group(number, said)
            return self._explain_private_only(said.chat.id)
        if not self._is_recent_from_person(said):
            return None
        chat = said.chat.id
        async with self._chat_locks.lock(chat):
            self.replies.record_message(chat, said.message_id)
            if said.media_group_id is not None and said.file is not None:
                await self._handle_album_photo(number, said)
                return None
            await self.albums.finish(chat)
            if normalize_command_text((said.text or "").strip()) == "/wipe":
                return await self._wipe_chat(chat)
            answer = await self.inbound.answer_message(number, said)
            return await self.replies.send_answer(chat, answer) if answer else None

    def _is_recent_from_person(self, said: TelegramMessage) -> bool:
        """Whether a person wrote it, and lately."""
        return said.sender is not None and not said.sender.is_bot and self._is_recent(said.date)

    def _is_recent(self, date: int) -> bool:
        if self.engine.now().timestamp() - date > MAX_UPDATE_AGE.total_seconds():
            log_event(LogEvent.QUARANTINED)
            return False
        return True

    async def _handle_album_photo(self, number: int, said: TelegramMessage) -> None:
        """One picture of an album: decided like any other, and answered with them."""
        self.albums.wait_for_more(said.chat.id)
        answer = await self.inbound.answer_message(number, said)
        if answer is not None:
            self.albums.add(said.chat.id, answer, self._finish_album)

    async def _finish_album(self, chat: int) -> None:
        """An album is whole."""
        try:
            async with self._chat_locks.lock(chat):
                await self.albums.finish(chat)
        except Exception as trouble:
            self.on_error(trouble)

    async def _send_album_answer(self, chat: int, answer: EngineAnswer) -> None:
        await self.replies.send_answer(chat, answer, rides=False)

    async def _on_edited_message(self, number: int, said: TelegramMessage) -> WebhookReply | None:
        if said.chat.type != PRIVATE_CHAT or not self._is_recent_from_person(said):
            return None
        async with self._chat_locks.lock(said.chat.id):
            answer = await self.inbound.answer_edited_message(number, said)
            return await self.replies.send_answer(said.chat.id, answer) if answer else None

    async def _on_callback_query(self, number: int, tap: CallbackQuery) -> WebhookReply | None:
        if tap.data is None or (tap.message is not None and tap.message.chat.type != PRIVATE_CHAT):
            return _to_callback_answer(tap) if self.reply_in_webhook and self._is_first_tap(tap) else None
        chat = tap.sender.id
        async with self._chat_locks.lock(chat):
            await self.albums.finish(chat)
            carrier = to_existing_message(tap.message)
            if carrier is not None:
                self.replies.record_message(chat, carrier.id)
            answer = await self.engine.handle(self.inbound.build_event(number, chat, choice=tap.data))
            wish = await self.replies.send_answer(chat, answer, carrier)
        if not self._is_first_tap(tap):
            return wish
        if wish is None and self.reply_in_webhook:
            return _to_callback_answer(tap)
        self.replies.run_in_background(self._answer_callback(tap))
        return wish

    async def _wipe_chat(self, chat: int) -> WebhookReply | None:
        """Delete what is known of the chat, as the person wishes."""
        who = self.inbound.person_id(chat)
        lang = await self.inbound.load_language(who)
        known = await self.store.chat_messages.pop_all(who)
        try:
            await self.sender.delete(chat, known)
        except Exception as trouble:  # the person is told the truth, and asks again
            self.on_error(trouble)
            for number in known:
                self.store.chat_messages.record(who, number)
            return await self._send_reply(chat, Reply("chat.not_wiped"), lang)
        return await self._send_reply(chat, Reply("chat.wiped", {"count": len(known)}), lang)

    async def _send_reply(self, chat: int, say: Reply, lang: Lang) -> WebhookReply | None:
        return await self.replies.send_answer(chat, EngineAnswer((say,), lang))

    def _is_group_registration(self, said: TelegramMessage) -> bool:
        """Whether an officer wishes that a group hears of new cases, or no more."""
        words = normalize_command_text((said.text or "").strip()).split()
        asked = bool(words) and words[0] in {"/here", "/ที่นี่"} and self._is_recent_from_person(said)
        return (
            asked and said.sender is not None and self.inbound.person_id(said.sender.id) in self.store.roster
        )

    async def _register_group(self, number: int, said: TelegramMessage) -> WebhookReply | None:
        who = self.inbound.person_id(said.sender.id if said.sender else 0)
        rest = normalize_command_text((said.text or "").strip()).split()[1:] or [GROUP_ARGUMENT]
        event = replace(
            self.inbound.build_event(number, said.chat.id), person_id=who, text=f"/here {rest[0]}"
        )
        return await self.replies.send_answer(said.chat.id, await self.engine.handle(event))

    def _explain_private_only(self, chat: int) -> WebhookReply | None:
        """In a group: said once that this works in private only."""
        if not _remember_if_new(self._informed_groups, self.inbound.person_id(chat)):
            return None
        bubble = OutgoingMessage(render_text(Reply("chat.private_only"), "th"))
        if self.reply_in_webhook:
            return bubble.to_send_call(chat)
        self.replies.run_in_background(self._send_message(chat, bubble))
        return None

    async def _on_membership_change(self, number: int, membership: ChatMemberUpdated) -> WebhookReply | None:
        standing = membership.new_chat_member.status
        if not self._is_recent(membership.date):
            return None
        if membership.chat.type == PRIVATE_CHAT and standing == "kicked":
            # Blocked: nothing is to be told any more, and nobody hears that it was understood.
            async with self._chat_locks.lock(membership.chat.id):
                await self.engine.handle(self.inbound.build_event(number, membership.chat.id, "/stop"))
            return None
        if membership.chat.type != PRIVATE_CHAT and standing in {"member", "administrator"}:
            return self._explain_private_only(membership.chat.id)
        return None

    def _is_first_tap(self, tap: CallbackQuery) -> bool:
        return _remember_if_new(self._seen_taps, tap.id)

    async def _send_message(self, chat: int, bubble: OutgoingMessage) -> None:
        await self.sender.send(chat, bubble)

    async def _answer_callback(self, tap: CallbackQuery) -> None:
        with suppress(MessageGoneError):  # it was too late, and turns no more
            await self.sender.client.answer_callback(tap.id)


def _to_callback_answer(tap: CallbackQuery) -> WebhookReply:
    return {"method": "answerCallbackQuery", "callback_query_id": tap.id}


def _remember_if_new(seen: "OrderedDict[Any, None]", one: object) -> bool:
    """Whether this is the first of its kind, as far as is remembered."""
    if one in seen:
        return False
    seen[one] = None
    if len(seen) > MAX_SEEN:
        seen.popitem(last=False)
    return True
