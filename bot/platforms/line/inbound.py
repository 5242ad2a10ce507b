"""What a person did in LINE, as an event of the talk."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.delivery.worker import DeliveryWorker
from bot.engine import EngineAnswer, sorry
from bot.platforms.line.events import MessageContent, WebhookEvent
from bot.platforms.line.menu_selection import spoken
from bot.platforms.line.rich_menu import TAB
from handlers import i18n as wording
from handlers.dialog.events import Channel, Event, File, FileProblem, Lang, Reply
from storage.errors import DiskFullError
from storage.files.evidence import MOST_BYTES
from storage.store import Store

FILES: Mapping[str, str] = {"image": "photo", "video": "video", "audio": "audio", "file": "file"}
"""Kinds of messages that are files, and what one is called that came without a name."""

MOST_UNSENT = 10_000
"""Messages of which memory knows that they were unsent; behind it stands the desk's own memory of events."""


@dataclass(frozen=True, slots=True)
class LineInboundEvent:
    """Something that a person did. sent: the message that carries a file."""

    happening: WebhookEvent
    person: str
    event: Event
    sent: MessageContent | None = None


@dataclass
class LineEventParser:
    """Understands events for one desk."""

    store: Store
    courier: DeliveryWorker
    _unsent: dict[str, None] = field(default_factory=dict, repr=False)

    def who(self, person: str) -> bytes:
        """A person, by user id."""
        return self.store.seals.who(Channel.LINE, person)

    async def understood(self, happening: WebhookEvent, person: str, back: bytes) -> LineInboundEvent | None:
        """What a person did; None for what asks for no answer."""
        who = self.who(person)
        blank = Event(happening.key, who, Channel.LINE, back=back)
        if happening.type == "unsend" and happening.unsend is not None:
            message = happening.unsend.messageId
            self._taken_back(message)
            return LineInboundEvent(happening, person, replace(blank, id=unsend_of(message), unsent=message))
        if happening.type == "follow":
            return LineInboundEvent(happening, person, replace(blank, choice="/start"))
        if happening.type == "postback" and happening.postback is not None:
            if happening.postback.data.startswith(TAB):
                return None  # LINE has turned the page itself
            return LineInboundEvent(happening, person, replace(blank, choice=happening.postback.data))
        if happening.type != "message" or happening.message is None:
            return None
        said = happening.message
        if await self._was_taken_back(happening, said.id):
            return None
        blank = replace(blank, message=said.id)
        if said.type in FILES:
            return LineInboundEvent(happening, person, blank, said)
        text = said.text or "" if said.type == "text" else _words(said, await spoken(self.store, who))
        return LineInboundEvent(happening, person, replace(blank, text=text))

    async def with_file(self, heard: LineInboundEvent) -> Event:
        """The event with its file: kept, refused, or on its way; the errand is on the disk when this returns."""
        said = heard.sent
        if said is None:
            return heard.event
        lang = await spoken(self.store, heard.event.who)
        name = said.fileName or wording.text(Reply(f"line.{FILES[said.type]}"), lang)
        if said.contentProvider is not None and said.contentProvider.type != "line":
            file = File("", name, "", 0, FileProblem.UNREADABLE)  # lies where somebody says: never fetched
        elif (said.fileSize or 0) > MOST_BYTES:
            file = File("", name, "", said.fileSize or 0, FileProblem.TOO_LARGE)
        else:
            file = await self.courier.bring(heard.event, name, {"message": said.id})
        return replace(heard.event, file=file)

    async def ready(self, heard: LineInboundEvent) -> Event | EngineAnswer:
        """The event with its file; or its answer, where it has one already or the file finds no room."""
        if heard.sent is None:
            return heard.event
        try:
            # Brought again after a start: what is kept of it is neither fetched nor sealed twice.
            return await self.courier.engine.said(heard.event.id) or await self.with_file(heard)
        except Exception as trouble:  # the person is told the truth, and what else they did is heard
            self.courier.fault(trouble)
            key = "sorry.busy" if isinstance(trouble, DiskFullError) else "sorry.fault"
            return sorry(key, await spoken(self.store, heard.event.who))

    async def all_ready(self, several: Sequence[LineInboundEvent]) -> list[Event | EngineAnswer]:
        """The events of several, whose files are fetched side by side."""
        return list(await asyncio.gather(*(self.ready(one) for one in several)))

    def _taken_back(self, message: str) -> None:
        self._unsent[message] = None
        while len(self._unsent) > MOST_UNSENT:
            del self._unsent[next(iter(self._unsent))]

    async def _was_taken_back(self, happening: WebhookEvent, message: str) -> bool:
        """Whether a message was unsent before it came, or came again: nothing of it is to be kept then.

        What LINE brings late it marks as brought again; only for that the disk is asked.
        """
        if message in self._unsent:
            return True
        again = happening.deliveryContext is not None and happening.deliveryContext.isRedelivery
        return again and await self.courier.engine.said(unsend_of(message)) is not None


def unsend_of(message: str) -> str:
    """The id under which it is marked, as an event is, that a message was unsent: for two days (decision 0003)."""
    return f"line:unsent:{message}"


def _words(said: MessageContent, lang: Lang) -> str:
    """A place in words. A sticker says nothing that could be kept."""
    if said.type == "location":
        place = {
            "title": said.title or "",
            "address": said.address or "",
            "latitude": f"{said.latitude or 0:.5f}",
            "longitude": f"{said.longitude or 0:.5f}",
        }
        return wording.text(Reply("line.place", place), lang)
    return ""
