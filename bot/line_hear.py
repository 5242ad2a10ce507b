"""What a person did in LINE, as an event of the talk."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.courier import Courier
from bot.line_event import Happening, Sent
from bot.line_menu import TAB
from bot.line_shown import spoken
from handlers import wording
from handlers.turn import Channel, Event, File, FileProblem, Lang, Say
from storage.evidence import MOST_BYTES
from storage.store import Store

FILES: Mapping[str, str] = {"image": "photo", "video": "video", "audio": "audio", "file": "file"}
"""Kinds of messages that are files, and what one is called that came without a name."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Something that a person did. sent: the message that carries a file."""

    happening: Happening
    person: str
    event: Event
    sent: Sent | None = None


@dataclass
class Ear:
    """Understands events for one desk."""

    store: Store
    courier: Courier

    def who(self, person: str) -> bytes:
        """A person, by user id."""
        return self.store.seals.who(Channel.LINE, person)

    async def understood(self, happening: Happening, person: str, back: bytes) -> Heard | None:
        """What a person did; None for what asks for no answer."""
        who = self.who(person)
        blank = Event(happening.key, who, Channel.LINE, back=back)
        if happening.type == "unsend" and happening.unsend is not None:
            return Heard(happening, person, replace(blank, unsent=happening.unsend.messageId))
        if happening.type == "follow":
            return Heard(happening, person, replace(blank, choice="/start"))
        if happening.type == "postback" and happening.postback is not None:
            if happening.postback.data.startswith(TAB):
                return None  # LINE has turned the page itself
            return Heard(happening, person, replace(blank, choice=happening.postback.data))
        if happening.type != "message" or happening.message is None:
            return None
        said = happening.message
        blank = replace(blank, message=said.id)
        if said.type in FILES:
            return Heard(happening, person, blank, said)
        text = said.text or "" if said.type == "text" else _words(said, await spoken(self.store, who))
        return Heard(happening, person, replace(blank, text=text))

    async def with_file(self, heard: Heard) -> Event:
        """The event with its file: kept, refused, or on its way; the errand is on the disk when this returns."""
        said = heard.sent
        if said is None:
            return heard.event
        lang = await spoken(self.store, heard.event.who)
        name = said.fileName or wording.text(Say(f"line.{FILES[said.type]}"), lang)
        if said.contentProvider is not None and said.contentProvider.type != "line":
            file = File("", name, "", 0, FileProblem.UNREADABLE)  # lies where somebody says: never fetched
        elif (said.fileSize or 0) > MOST_BYTES:
            file = File("", name, "", said.fileSize or 0, FileProblem.TOO_LARGE)
        else:
            file = await self.courier.bring(heard.event, name, {"message": said.id})
        return replace(heard.event, file=file)

    async def with_files(self, several: Sequence[Heard]) -> list[Event]:
        """The events of several, whose files are fetched side by side."""
        return list(await asyncio.gather(*(self.with_file(one) for one in several)))


def _words(said: Sent, lang: Lang) -> str:
    """A place in words. A sticker says nothing that could be kept."""
    if said.type == "location":
        place = {
            "title": said.title or "",
            "address": said.address or "",
            "latitude": f"{said.latitude or 0:.5f}",
            "longitude": f"{said.longitude or 0:.5f}",
        }
        return wording.text(Say("line.place", place), lang)
    return ""
