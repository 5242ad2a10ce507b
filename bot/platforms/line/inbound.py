"""What a person did in LINE, as an event of the talk."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.delivery.worker import DeliveryWorker
from bot.engine import EngineAnswer, build_error_answer
from bot.platforms.line.events import MessageContent, WebhookEvent
from bot.platforms.line.rich_menu import TAB_DATA_PREFIX, load_language
from handlers.dialog.events import Channel, Event, File, FileProblem, Lang
from handlers.dialog.replies import Phrase
from handlers.i18n import render_text
from storage.errors import DiskFullError
from storage.files.evidence import MAX_FILE_BYTES
from storage.store import Store

FILE_NAME_KEYS: Mapping[str, str] = {"image": "photo", "video": "video", "audio": "audio", "file": "file"}
"""Kinds of messages that are files, and what one is called that came without a name."""

MAX_UNSENT_MESSAGES = 10_000
"""Messages of which memory knows that they were unsent; behind it stands the desk's own memory of events."""


@dataclass(frozen=True, slots=True)
class LineInboundEvent:
    """Something that a person did. sent: the message that carries a file."""

    webhook_event: WebhookEvent
    user_id: str
    event: Event
    file_message: MessageContent | None = None


@dataclass
class LineEventParser:
    """Understands events for one desk."""

    store: Store
    delivery_worker: DeliveryWorker
    _unsent_messages: dict[str, None] = field(default_factory=dict, repr=False)

    def person_id(self, person: str) -> bytes:
        """A person, by user id."""
        return self.store.keyring.hash_id(Channel.LINE, person)

    async def parse_event(self, happening: WebhookEvent, person: str, back: bytes) -> LineInboundEvent | None:
        """What a person did; None for what asks for no answer."""
        who = self.person_id(person)
        blank = Event(happening.event_key, who, Channel.LINE, reply_to=back)
        if happening.type == "unsend" and happening.unsend is not None:
            message = happening.unsend.messageId
            self._record_unsent(message)
            return LineInboundEvent(
                happening, person, replace(blank, id=to_unsend_event_id(message), unsent_message_id=message)
            )
        if happening.type == "follow":
            return LineInboundEvent(happening, person, replace(blank, choice="/start"))
        if happening.type == "postback" and happening.postback is not None:
            if happening.postback.data.startswith(TAB_DATA_PREFIX):
                return None  # LINE has turned the page itself
            return LineInboundEvent(happening, person, replace(blank, choice=happening.postback.data))
        if happening.type != "message" or happening.message is None:
            return None
        said = happening.message
        if await self._is_unsent(happening, said.id):
            return None
        blank = replace(blank, message_id=said.id)
        if said.type in FILE_NAME_KEYS:
            return LineInboundEvent(happening, person, blank, said)
        text = (
            said.text or ""
            if said.type == "text"
            else _format_location(said, await load_language(self.store, who))
        )
        return LineInboundEvent(happening, person, replace(blank, text=text))

    async def attach_file(self, heard: LineInboundEvent) -> Event:
        """The event with its file: kept, refused, or on its way; the errand is on the disk when this returns."""
        said = heard.file_message
        if said is None:
            return heard.event
        lang = await load_language(self.store, heard.event.person_id)
        name = said.fileName or render_text(Phrase(f"line.{FILE_NAME_KEYS[said.type]}"), lang)
        if said.contentProvider is not None and said.contentProvider.type != "line":
            file = File("", name, "", 0, FileProblem.UNREADABLE)  # lies where somebody says: never fetched
        elif (said.fileSize or 0) > MAX_FILE_BYTES:
            file = File("", name, "", said.fileSize or 0, FileProblem.TOO_LARGE)
        else:
            file = await self.delivery_worker.fetch_file(heard.event, name, {"message": said.id})
        return replace(heard.event, file=file)

    async def prepare(self, heard: LineInboundEvent) -> Event | EngineAnswer:
        """The event with its file; or its answer, where it has one already or the file finds no room."""
        if heard.file_message is None:
            return heard.event
        try:
            # Brought again after a start: what is kept of it is neither fetched nor sealed twice.
            return await self.delivery_worker.engine.find_previous_answer(
                heard.event.id
            ) or await self.attach_file(heard)
        except Exception as trouble:  # the person is told the truth, and what else they did is heard
            self.delivery_worker.on_error(trouble)
            key = "sorry.busy" if isinstance(trouble, DiskFullError) else "sorry.fault"
            return build_error_answer(key, await load_language(self.store, heard.event.person_id))

    async def prepare_all(self, several: Sequence[LineInboundEvent]) -> list[Event | EngineAnswer]:
        """The events of several, whose files are fetched side by side."""
        return list(await asyncio.gather(*(self.prepare(one) for one in several)))

    def _record_unsent(self, message: str) -> None:
        self._unsent_messages[message] = None
        while len(self._unsent_messages) > MAX_UNSENT_MESSAGES:
            del self._unsent_messages[next(iter(self._unsent_messages))]

    async def _is_unsent(self, happening: WebhookEvent, message: str) -> bool:
        """Whether a message was unsent before it came, or came again: nothing of it is to be kept then.

        What LINE brings late it marks as brought again; only for that the disk is asked.
        """
        if message in self._unsent_messages:
            return True
        again = happening.deliveryContext is not None and happening.deliveryContext.isRedelivery
        return (
            again
            and await self.delivery_worker.engine.find_previous_answer(to_unsend_event_id(message))
            is not None
        )


def to_unsend_event_id(message: str) -> str:
    """The id under which it is marked, as an event is, that a message was unsent: for two days (decision 0003)."""
    return f"line:unsent:{message}"


def _format_location(said: MessageContent, lang: Lang) -> str:
    """A place in words. A sticker says nothing that could be kept."""
    if said.type == "location":
        place = {
            "title": said.title or "",
            "address": said.address or "",
            "latitude": f"{said.latitude or 0:.5f}",
            "longitude": f"{said.longitude or 0:.5f}",
        }
        return render_text(Phrase("line.place", place), lang)
    return ""
