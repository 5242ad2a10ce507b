"""Telegram adapter of a desk: turns an update into an engine event and sends the answer to the chat.

Called by the webhook (`webhook.py`), by long polling (`setup.py`) and, as a `Transport`, by the delivery worker.
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from bot.clock.outside_time import OUTSIDE_TIME
from bot.delivery.transport import MessageGoneError, PlatformLimits, TransportError
from bot.delivery.worker import DeliveryWorker
from bot.engine import Engine
from bot.guard import run_guarded
from bot.keyed_lock import PersonLock
from bot.log import LogEvent, log_event
from bot.platforms.telegram.albums import AlbumBuffer
from bot.platforms.telegram.inbound import TelegramInbound, normalize_command_text
from bot.platforms.telegram.long_texts import LongTextTimers
from bot.platforms.telegram.models import (
    PRIVATE_CHAT,
    CallbackQuery,
    ChatMemberUpdated,
    TelegramMessage,
    Update,
)
from bot.platforms.telegram.render import LIMITS, OutgoingMessage, to_existing_message
from bot.platforms.telegram.replies import SHUTDOWN_TIMEOUT, TelegramReplies, WebhookReply
from bot.platforms.telegram.sender import TelegramSender
from handlers.dialog.effects import Answer
from handlers.dialog.events import Lang
from handlers.dialog.replies import NEUTRAL, Message, Phrase, Reply
from handlers.i18n import render_text
from handlers.staff.group_notices import GROUP_ARGUMENT
from storage.store import Store

MAX_UPDATE_AGE = timedelta(hours=25)
"""Telegram keeps an update for 24 hours, so an older one is a recording that somebody replays."""

MAX_SEEN = 4096
"""Entries of each in-memory set that tells a repetition from a first time (taps, informed groups)."""


@dataclass
class TelegramAdapter:
    """The adapter of one desk.

    reply_in_webhook: whether a reply may be sent in the response to Telegram's request; false with polling.
    """

    engine: Engine
    store: Store
    sender: TelegramSender
    delivery_worker: DeliveryWorker
    on_error: Callable[[BaseException], None]
    reply_in_webhook: bool = True
    limits: PlatformLimits = LIMITS
    inbound: TelegramInbound = field(init=False)
    albums: AlbumBuffer = field(init=False)
    long_texts: LongTextTimers = field(init=False)
    replies: TelegramReplies = field(init=False)
    _seen_taps: "OrderedDict[str, None]" = field(default_factory=OrderedDict, repr=False)
    _informed_groups: "OrderedDict[bytes, None]" = field(default_factory=OrderedDict, repr=False)

    def __post_init__(self) -> None:
        self.inbound = TelegramInbound(
            self.engine, self.store, self.delivery_worker, self.sender.client, self.on_error
        )
        self.replies = TelegramReplies(
            self.store, self.sender, self.inbound, self.on_error, self.reply_in_webhook
        )
        self.albums = AlbumBuffer(self._send_late_answer)
        self.long_texts = LongTextTimers(self._finish_long_text)

    async def handle_update(self, update: Update) -> WebhookReply | None:
        """Answer one update. Returns the Bot API call to put into the webhook response, if any."""
        topics = self.sender.client.topics
        tapped = update.callback_query.message if update.callback_query is not None else None
        written = update.message or update.edited_message or tapped
        if written is not None and written.chat.type == PRIVATE_CHAT:
            topics.remember(written.chat.id, written.topic)
        reply = await self._dispatch(update)
        return topics.address(reply) if reply is not None else None

    async def _dispatch(self, update: Update) -> WebhookReply | None:
        if update.message is not None:
            return await self._on_message(update.update_id, update.message)
        if update.callback_query is not None:
            return await self._on_callback_query(update.update_id, update.callback_query)
        if update.edited_message is not None:
            return await self._on_edited_message(update.update_id, update.edited_message)
        if update.my_chat_member is not None:
            return await self._on_membership_change(update.update_id, update.my_chat_member)
        return None

    async def deliver(self, back: bytes, messages: Sequence[Message], delivery_id: str) -> None:  # noqa: ARG002
        """Send messages to an encrypted address (`Transport.deliver`). The Bot API has no idempotency key."""
        await self.replies.deliver(self.inbound.decrypt_address(back), messages)

    def fetch(self, what: Mapping[str, str]) -> AsyncIterator[bytes]:
        """Download a file in pieces (`Transport.fetch`)."""
        return self.sender.client.download_file(what["file"])

    async def clean_up(self, now: datetime) -> int:
        """Delete messages from chats whose time is over (`Cleanup.clean_up`). Returns how many."""
        return await self.replies.expiring.delete_due(now)

    def evict_caches(self) -> None:
        """Clear what identifies persons in memory: identities, old texts, idle chats, and taps.

        A callback query's id contains the id of the person who tapped.
        """
        self.inbound.evict_old_texts()
        self.inbound.clear_identities()
        self.sender.limiter.evict_idle_chats()
        self._seen_taps.clear()

    async def close(self) -> None:
        """Finish open albums, long texts and background work, within `SHUTDOWN_TIMEOUT` each."""
        for waiting in (self.albums, self.long_texts):
            with suppress(TimeoutError):
                async with asyncio.timeout(SHUTDOWN_TIMEOUT):
                    await waiting.close()
        await self.replies.close()

    def _lock_chat(self, chat: int) -> PersonLock:
        """Return the lock of the person of a private chat: what they send is answered in order."""
        return self.engine.lock_person(self.inbound.person_id(chat))

    async def _on_message(self, number: int, message: TelegramMessage) -> WebhookReply | None:
        if message.chat.type != PRIVATE_CHAT:
            if self._is_group_registration(message):
                return await self._register_group(number, message)
            return self._explain_private_only(message.chat.id)
        if not self._is_recent_from_person(message):
            return None
        chat = message.chat.id
        async with self._lock_chat(chat):
            self.replies.record_message(chat, message.message_id)
            if message.media_group_id is not None and message.file is not None:
                await self._handle_album_photo(number, message)
                return None
            await self.albums.finish(chat)
            if normalize_command_text((message.text or "").strip()) == "/wipe":
                return await self._wipe_chat(chat)
            answer = await self.inbound.answer_message(number, message)
            if answer is not None and answer.awaits_more:
                self.long_texts.start(chat, number)
            return await self.replies.send_answer(chat, answer) if answer else None

    def _is_recent_from_person(self, message: TelegramMessage) -> bool:
        return message.sender is not None and not message.sender.is_bot and self._is_recent(message.date)

    def _is_recent(self, date: int) -> bool:
        # By other clocks than ours: of one that is a year ahead every message would be too old, in silence.
        if OUTSIDE_TIME.correct(self.engine.now()).timestamp() - date > MAX_UPDATE_AGE.total_seconds():
            log_event(LogEvent.QUARANTINED)
            return False
        return True

    async def _handle_album_photo(self, number: int, message: TelegramMessage) -> None:
        """Handle one picture of an album like any other; its answer is sent together with the others'."""
        self.albums.wait_for_more(message.chat.id)
        answer = await self.inbound.answer_message(number, message)
        if answer is not None:
            self.albums.add(message.chat.id, answer, self._finish_album)

    async def _finish_long_text(self, chat: int, number: int) -> None:
        """Answer a long text once no further part of it came (`LongTextTimers`). number: of the last update of it."""
        async with self._lock_chat(chat):
            if self.long_texts.is_waiting(chat):
                return  # another part came while this was about to begin
            event = self.inbound.build_event(number, chat)
            answer = await self.engine.finish_long_text_locked(event)
            await run_guarded(self._send_late_answer(chat, answer), self.on_error)

    async def _finish_album(self, chat: int) -> None:
        """Send the answer to an album once no further picture came (`AlbumBuffer.add`)."""
        async with self._lock_chat(chat):
            await run_guarded(self.albums.finish(chat), self.on_error)

    async def _send_late_answer(self, chat: int, answer: Answer) -> None:
        await self.replies.send_answer(chat, answer, allow_webhook_reply=False)

    async def _on_edited_message(self, number: int, message: TelegramMessage) -> WebhookReply | None:
        if message.chat.type != PRIVATE_CHAT or not self._is_recent_from_person(message):
            return None
        async with self._lock_chat(message.chat.id):
            answer = await self.inbound.answer_edited_message(number, message)
            return await self.replies.send_answer(message.chat.id, answer) if answer else None

    async def _on_callback_query(self, number: int, tap: CallbackQuery) -> WebhookReply | None:
        if tap.data is None or (tap.message is not None and tap.message.chat.type != PRIVATE_CHAT):
            return _to_callback_answer(tap) if self.reply_in_webhook and self._is_first_tap(tap) else None
        chat = tap.sender.id
        async with self._lock_chat(chat):
            await self.albums.finish(chat)
            existing = to_existing_message(tap.message)
            if existing is not None:
                self.replies.record_message(chat, existing.id)
            answer = await self.engine.handle_locked(self.inbound.build_event(number, chat, choice=tap.data))
            reply = await self.replies.send_answer(chat, answer, existing)
        if not self._is_first_tap(tap):
            return reply
        if reply is None and self.reply_in_webhook:
            return _to_callback_answer(tap)
        self.replies.run_in_background(self._answer_callback(tap))
        return reply

    async def _wipe_chat(self, chat: int) -> WebhookReply | None:
        """Delete every message of the chat that is on record (the person sent /wipe)."""
        who = self.inbound.person_id(chat)
        lang = await self.store.load_language(who)
        now = self.engine.now()
        known = self.store.chat_messages.pop_all(who, now)
        try:
            await self.sender.delete(chat, known)
        except TransportError as error:  # the reply says that it failed, so the person can try again
            self.on_error(error)
            for number in known:
                self.store.chat_messages.record(who, number, now)
            return await self._send_reply(chat, Reply("chat.not_wiped", NEUTRAL), lang)
        return await self._send_reply(chat, Reply("chat.wiped", NEUTRAL, {"count": len(known)}), lang)

    async def _send_reply(self, chat: int, reply: Reply, lang: Lang) -> WebhookReply | None:
        return await self.replies.send_answer(chat, Answer((reply,), lang))

    def _is_group_registration(self, message: TelegramMessage) -> bool:
        """Whether an officer asks for notices of new cases in this group, or for an end of them (/here)."""
        words = normalize_command_text((message.text or "").strip()).split()
        is_command = bool(words) and words[0] in {"/here", "/ที่นี่"} and self._is_recent_from_person(message)
        return (
            is_command
            and message.sender is not None
            and self.inbound.person_id(message.sender.id) in self.store.roster
        )

    async def _register_group(self, number: int, message: TelegramMessage) -> WebhookReply | None:
        who = self.inbound.person_id(message.sender.id if message.sender else 0)
        rest = normalize_command_text((message.text or "").strip()).split()[1:] or [GROUP_ARGUMENT]
        event = replace(
            self.inbound.build_event(number, message.chat.id), person_id=who, text=f"/here {rest[0]}"
        )
        return await self.replies.send_answer(message.chat.id, await self.engine.handle(event))

    def _explain_private_only(self, chat: int) -> WebhookReply | None:
        """Say, once per group, that the bot answers in private chats only."""
        if not _remember_if_new(self._informed_groups, self.inbound.person_id(chat)):
            return None
        message = OutgoingMessage(render_text(Phrase("chat.private_only"), "th"), NEUTRAL)
        if self.reply_in_webhook:
            return message.to_send_call(chat)
        self.replies.run_in_background(self._send_message(chat, message))
        return None

    async def _on_membership_change(self, number: int, membership: ChatMemberUpdated) -> WebhookReply | None:
        status = membership.new_chat_member.status
        if not self._is_recent(membership.date):
            return None
        if membership.chat.type == PRIVATE_CHAT and status == "kicked":
            # The person blocked the bot: end notifications, and send no confirmation that nobody could read.
            event = self.inbound.build_event(number, membership.chat.id, "/stop")
            await self.engine.handle(replace(event, reply_to=None))
            await self.delivery_worker.undelivered.forget_person(event.channel, event.person_id)
            return None
        if membership.chat.type != PRIVATE_CHAT and status in {"member", "administrator"}:
            return self._explain_private_only(membership.chat.id)
        return None

    def _is_first_tap(self, tap: CallbackQuery) -> bool:
        return _remember_if_new(self._seen_taps, tap.id)

    async def _send_message(self, chat: int, message: OutgoingMessage) -> None:
        await self.sender.send(chat, message)

    async def _answer_callback(self, tap: CallbackQuery) -> None:
        with suppress(
            MessageGoneError
        ):  # too old to be answered: the client has stopped its spinner by itself
            await self.sender.client.answer_callback(tap.id)


def _to_callback_answer(tap: CallbackQuery) -> WebhookReply:
    return {"method": "answerCallbackQuery", "callback_query_id": tap.id}


def _remember_if_new(seen: "OrderedDict[Any, None]", item: object) -> bool:
    """Add to a bounded set; false if it was there. The oldest entry is dropped beyond `MAX_SEEN`."""
    if item in seen:
        return False
    seen[item] = None
    if len(seen) > MAX_SEEN:
        seen.popitem(last=False)
    return True
