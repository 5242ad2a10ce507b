"""Convert webhook events of LINE to engine events, with the files that were sent."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.delivery.worker import DeliveryWorker
from bot.engine import build_error_answer, get_error_key
from bot.guard import run_guarded
from bot.platforms.line.events import MessageContent, WebhookEvent
from bot.platforms.line.rich_menu import TAB_DATA_PREFIX
from handlers.dialog.effects import Answer
from handlers.dialog.events import Channel, Event, File, FileProblem, Lang, UnreadableKind
from handlers.dialog.replies import Phrase
from handlers.i18n import render_text
from storage.store import Store

FILE_NAME_KEYS: Mapping[str, str] = {"image": "photo", "video": "video", "audio": "audio", "file": "file"}
"""Message types that are files, with the wording key (after `line.`) of the name for one without a name."""

UNREADABLE_TYPES: Mapping[str, UnreadableKind] = {"sticker": UnreadableKind.STICKER}
"""Message types that bring nothing that is kept; a type that LINE adds is `UnreadableKind.OTHER`."""

MAX_UNSENT_MESSAGES = 10_000
"""Unsent messages remembered in memory; older ones are by the event hashes in the database."""


@dataclass(frozen=True, slots=True)
class LineInboundEvent:
    """A webhook event with the engine event made of it. file_message: the message, if it is a file."""

    webhook_event: WebhookEvent
    user_id: str
    event: Event
    file_message: MessageContent | None = None


@dataclass
class LineEventParser:
    store: Store
    delivery_worker: DeliveryWorker
    _unsent_messages: dict[str, None] = field(default_factory=dict, repr=False)

    def person_id(self, person: str) -> bytes:
        """Return the keyed hash of a user id."""
        return self.store.keyring.hash_id(Channel.LINE, person)

    async def parse_event(
        self, webhook_event: WebhookEvent, person: str, back: bytes
    ) -> LineInboundEvent | None:
        """Convert an event; None if it needs no answer."""
        who = self.person_id(person)
        blank = Event(
            webhook_event.event_key, who, Channel.LINE, reply_to=back, sent_at=webhook_event.timestamp
        )
        if webhook_event.type == "unsend" and webhook_event.unsend is not None:
            message = webhook_event.unsend.messageId
            self._record_unsent(message)
            return LineInboundEvent(
                webhook_event,
                person,
                replace(blank, id=to_unsend_event_id(message), unsent_message_id=message),
            )
        if webhook_event.type in {"follow", "unfollow"}:
            return LineInboundEvent(webhook_event, person, _build_contact_event(webhook_event, blank))
        if webhook_event.type == "postback" and webhook_event.postback is not None:
            if webhook_event.postback.data.startswith(TAB_DATA_PREFIX):
                return None  # LINE has switched the menu's tab by itself
            return LineInboundEvent(webhook_event, person, replace(blank, choice=webhook_event.postback.data))
        content = webhook_event.message
        if content is None:
            return None
        if webhook_event.type == "messageEdited":
            # What it said before is not kept, so it corrects no answer; the person hears so.
            edited = replace(blank, text=content.text or "", previous_text="")
            return LineInboundEvent(webhook_event, person, edited)
        if webhook_event.type != "message" or await self._is_unsent(webhook_event, content.id):
            return None
        return await self._parse_message(
            webhook_event, person, replace(blank, message_id=content.id), content
        )

    async def _parse_message(
        self, webhook_event: WebhookEvent, person: str, blank: Event, content: MessageContent
    ) -> LineInboundEvent:
        """Convert a message: a file, a text (also one written on a sticker), a location, or another kind."""
        if content.type in FILE_NAME_KEYS:
            return LineInboundEvent(webhook_event, person, blank, content)
        if content.text:
            return LineInboundEvent(webhook_event, person, replace(blank, text=content.text))
        if content.type == "location":
            text = _format_location(content, await self.store.load_language(blank.person_id))
            return LineInboundEvent(webhook_event, person, replace(blank, text=text))
        kind = UNREADABLE_TYPES.get(content.type, UnreadableKind.OTHER)
        return LineInboundEvent(webhook_event, person, replace(blank, unreadable=kind))

    async def attach_file(self, inbound: LineInboundEvent) -> Event:
        """Return the event with its file: stored, refused, or still being fetched by a task that is on disk by now."""
        message = inbound.file_message
        if message is None:
            return inbound.event
        lang = await self.store.load_language(inbound.event.person_id)
        name = message.fileName or render_text(Phrase(f"line.{FILE_NAME_KEYS[message.type]}"), lang)
        if message.contentProvider is not None and message.contentProvider.type != "line":
            file = File("", name, "", 0, FileProblem.UNREADABLE)  # at a URL that somebody sent: never fetched
        else:
            file = await self.delivery_worker.fetch_file(
                inbound.event, name, {"message": message.id}, message.fileSize or 0
            )
        return replace(inbound.event, file=file)

    async def prepare(self, inbound: LineInboundEvent) -> Event | Answer:
        """Return the event with its file, or an answer: the previous one of a redelivery, or an error's."""
        if inbound.file_message is None:
            return inbound.event
        outcome = await run_guarded(self._find_answer_or_attach_file(inbound), self.delivery_worker.on_error)
        if outcome.value is not None:
            return outcome.value
        key = get_error_key(outcome.error)
        return build_error_answer(key, await self.store.load_language(inbound.event.person_id))

    async def _find_answer_or_attach_file(self, inbound: LineInboundEvent) -> Event | Answer:
        # Redelivered after a restart: a file that is kept already is neither fetched nor encrypted twice.
        return await self.store.find_previous_answer(inbound.event.id) or await self.attach_file(inbound)

    async def prepare_all(self, events: Sequence[LineInboundEvent]) -> list[Event | Answer]:
        """Prepare several events; their files are fetched concurrently."""
        return list(await asyncio.gather(*(self.prepare(event) for event in events)))

    def _record_unsent(self, message: str) -> None:
        self._unsent_messages[message] = None
        while len(self._unsent_messages) > MAX_UNSENT_MESSAGES:
            del self._unsent_messages[next(iter(self._unsent_messages))]

    async def _is_unsent(self, webhook_event: WebhookEvent, message: str) -> bool:
        """Whether a message was unsent before it arrived, so that nothing of it may be stored.

        The database is asked only for redeliveries, since a late event is always marked as one.
        """
        if message in self._unsent_messages:
            return True
        is_redelivery = (
            webhook_event.deliveryContext is not None and webhook_event.deliveryContext.isRedelivery
        )
        return (
            is_redelivery and await self.store.find_previous_answer(to_unsend_event_id(message)) is not None
        )


def _build_contact_event(webhook_event: WebhookEvent, blank: Event) -> Event:
    """Return the event of a person who added the account, or blocked it: news end, and nothing is sent to them."""
    if webhook_event.type == "follow":
        return replace(blank, choice="/start")
    return replace(blank, choice="/stop", reply_to=None)


def to_unsend_event_id(message: str) -> str:
    """Return the event id that records that a message was unsent; known for two days (decision 0003)."""
    return f"line:unsent:{message}"


def _format_location(message: MessageContent, lang: Lang) -> str:
    place = {
        "title": message.title or "",
        "address": message.address or "",
        "latitude": f"{message.latitude or 0:.5f}",
        "longitude": f"{message.longitude or 0:.5f}",
    }
    return render_text(Phrase("line.place", place), lang)
