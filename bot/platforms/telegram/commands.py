"""The commands that Telegram shows beside the field of text: everybody's of a desk, and an officer's in their chat."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from bot.delivery.worker import PermanentError, RejectedError
from bot.platforms.telegram.client import TelegramClient
from handlers import i18n as wording
from handlers.dialog.events import OTHER, Channel, Lang, Reply
from handlers.staff.permissions import HANDLING, CommandName, Role, may
from storage.store import Store

Offered: TypeAlias = Sequence[tuple[str, str]]
"""Names with what each does, as they are shown."""

CITIZENS: Mapping[str, tuple[str, ...]] = {
    "complaints": ("start", "report", "track", "cancel", "stop", "wipe", "help", "privacy"),
    "service": (
        *("ask", "qna", "opinion", "consultations", "follow", "report"),
        *("stop", "wipe", "help", "privacy"),
    ),
}
"""What everybody may do at a desk, in the order in which it is shown."""

WORK = (
    CommandName.INBOX,
    CommandName.DUE,
    CommandName.OVERDUE,
    CommandName.CASE,
    CommandName.SEARCH,
    CommandName.INTAKE,
    CommandName.STATS,
    CommandName.LOG,
)
"""What officers of cases do every day; `/help` tells the rest."""

QUESTIONS = ("questions", "opinions", "consult", "faq")
"""What officers of the service desk do every day."""

ROUND = 10.0
"""Seconds between two looks at who is on the staff."""


def everybodys(desk: str, lang: Lang) -> Offered:
    """The commands of everybody at a desk, with the other language at the end."""
    own = [(name, _words(desk, name, lang)) for name in CITIZENS[desk]]
    return [*own, (OTHER[lang], wording.text(Reply(f"choice.{OTHER[lang]}"), lang))]


def officers(desk: str, role: Role, lang: Lang) -> Offered:
    """The commands of a person of the staff; none where a role has nothing to do at a desk but what all may."""
    if desk == "service":
        work = QUESTIONS if role in HANDLING else ()
        offered = [(name, _words(desk, name, lang)) for name in work]
    else:
        offered = [
            (order.value, wording.text(Reply(f"staff.help.{order}"), lang))
            for order in WORK
            if may(role, order)
        ]
    return [*offered, ("help", _words("staff", "help", lang)), *_besides(desk, lang)] if offered else []


def _besides(desk: str, lang: Lang) -> Offered:
    """What an officer may do as everybody may, where it leads away from no work."""
    return [one for one in everybodys(desk, lang) if one[0] in {"start", "stop", "wipe", OTHER[lang]}]


def _words(desk: str, name: str, lang: Lang) -> str:
    own = f"command.{desk}.{name}"
    return wording.text(Reply(own if own in wording.WORDS[lang] else f"command.{name}"), lang)


@dataclass
class TelegramCommandMenus:
    """Keeps what Telegram shows as it should be, for one bot. round: seconds between two looks at the staff."""

    desk: str
    store: Store
    api: TelegramClient
    opened: Callable[[bytes], int]
    fault: Callable[[BaseException], None]
    round: float = ROUND
    _shown: dict[int, tuple[Role, Lang]] = field(default_factory=dict, repr=False)
    _looking: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)

    async def introduce(self) -> None:
        """Tell Telegram the commands of everybody: Thai, and English for whose Telegram is English."""
        await self.api.offer(everybodys(self.desk, "th"), None)
        await self.api.offer(everybodys(self.desk, "en"), "en")

    async def follow(self) -> None:
        """Show officers their commands, for ever, as they join, change their language or leave."""
        while True:
            try:
                await self.look()
            except Exception as trouble:  # Telegram is away, or busy: the next look mends it
                self.fault(trouble)
            await asyncio.sleep(self.round)

    async def look(self) -> None:
        """Bring the officers' chats up to date, once. Raises as the calls do."""
        async with self._looking:
            await self._brought(await self._wanted())

    async def _brought(self, wanted: Mapping[int, tuple[Role, Lang]]) -> None:
        for chat, told in wanted.items():
            if self._shown.get(chat) != told:
                await self._quietly(self.api.offer(officers(self.desk, *told), None, chat))
                self._shown[chat] = told
        for chat in self._shown.keys() - wanted.keys():
            await self._quietly(self.api.withdraw(chat))
            del self._shown[chat]

    async def _wanted(self) -> dict[int, tuple[Role, Lang]]:
        """Whose chat shows what: everybody of the staff who joined from Telegram and has work at this desk."""
        there = await self.store.personnel.reachable()
        return {
            self.opened(address.back): (staff.role, address.lang)
            for staff, address in there
            if address.channel is Channel.TELEGRAM and officers(self.desk, staff.role, address.lang)
        }

    async def _quietly(self, call: Any) -> None:  # noqa: ANN401 - a coroutine
        """Carry a call out; a chat that is not there any more has no list to keep."""
        try:
            await call
        except (PermanentError, RejectedError) as trouble:
            self.fault(trouble)
