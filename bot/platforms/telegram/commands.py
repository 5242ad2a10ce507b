"""The commands that Telegram shows beside the field of text: everybody's of a desk, and an officer's in their chat."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from bot.delivery.transport import PermanentError, RejectedError
from bot.platforms.telegram.client import TelegramClient
from handlers.dialog.events import OTHER_LANG, Channel, Lang
from handlers.dialog.replies import Reply
from handlers.i18n import WORDING, render_text
from handlers.staff.permissions import CASE_WORKERS, CommandName, Role, is_allowed
from storage.store import Store

CommandList: TypeAlias = Sequence[tuple[str, str]]
"""Names with what each does, as they are shown."""

CITIZEN_COMMANDS: Mapping[str, tuple[str, ...]] = {
    "complaints": ("start", "report", "track", "cancel", "stop", "wipe", "help", "privacy"),
    "service": (
        *("ask", "qna", "opinion", "consultations", "follow", "report"),
        *("stop", "wipe", "help", "privacy"),
    ),
}
"""What everybody may do at a desk, in the order in which it is shown."""

CASE_OFFICER_COMMANDS = (
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

SERVICE_OFFICER_COMMANDS = ("questions", "opinions", "consult", "faq")
"""What officers of the service desk do every day."""

REFRESH_INTERVAL = 10.0
"""Seconds between two looks at who is on the staff."""


def list_citizen_commands(desk: str, lang: Lang) -> CommandList:
    """The commands of everybody at a desk, with the other language at the end."""
    own = [(name, _describe_command(desk, name, lang)) for name in CITIZEN_COMMANDS[desk]]
    return [*own, (OTHER_LANG[lang], render_text(Reply(f"choice.{OTHER_LANG[lang]}"), lang))]


def list_officer_commands(desk: str, role: Role, lang: Lang) -> CommandList:
    """The commands of a person of the staff; none where a role has nothing to do at a desk but what all may."""
    if desk == "service":
        work = SERVICE_OFFICER_COMMANDS if role in CASE_WORKERS else ()
        offered = [(name, _describe_command(desk, name, lang)) for name in work]
    else:
        offered = [
            (order.value, render_text(Reply(f"staff.help.{order}"), lang))
            for order in CASE_OFFICER_COMMANDS
            if is_allowed(role, order)
        ]
    return (
        [*offered, ("help", _describe_command("staff", "help", lang)), *_list_shared_commands(desk, lang)]
        if offered
        else []
    )


def _list_shared_commands(desk: str, lang: Lang) -> CommandList:
    """What an officer may do as everybody may, where it leads away from no work."""
    return [
        one
        for one in list_citizen_commands(desk, lang)
        if one[0] in {"start", "stop", "wipe", OTHER_LANG[lang]}
    ]


def _describe_command(desk: str, name: str, lang: Lang) -> str:
    own = f"command.{desk}.{name}"
    return render_text(Reply(own if own in WORDING[lang] else f"command.{name}"), lang)


@dataclass
class TelegramCommandMenus:
    """Keeps what Telegram shows as it should be, for one bot. round: seconds between two looks at the staff."""

    desk: str
    store: Store
    client: TelegramClient
    decrypt_address: Callable[[bytes], int]
    on_error: Callable[[BaseException], None]
    refresh_interval: float = REFRESH_INTERVAL
    _current_menus: dict[int, tuple[Role, Lang]] = field(default_factory=dict, repr=False)
    _refresh_lock: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)

    async def set_citizen_commands(self) -> None:
        """Tell Telegram the commands of everybody: Thai, and English for whose Telegram is English."""
        await self.client.set_commands(list_citizen_commands(self.desk, "th"), None)
        await self.client.set_commands(list_citizen_commands(self.desk, "en"), "en")

    async def run(self) -> None:
        """Show officers their commands, for ever, as they join, change their language or leave."""
        while True:
            try:
                await self.refresh()
            except Exception as trouble:  # Telegram is away, or busy: the next look mends it
                self.on_error(trouble)
            await asyncio.sleep(self.refresh_interval)

    async def refresh(self) -> None:
        """Bring the officers' chats up to date, once. Raises as the calls do."""
        async with self._refresh_lock:
            await self._apply_menus(await self._load_wanted_menus())

    async def _apply_menus(self, wanted: Mapping[int, tuple[Role, Lang]]) -> None:
        for chat, told in wanted.items():
            if self._current_menus.get(chat) != told:
                await self._ignore_refusal(
                    self.client.set_commands(list_officer_commands(self.desk, *told), None, chat)
                )
                self._current_menus[chat] = told
        for chat in self._current_menus.keys() - wanted.keys():
            await self._ignore_refusal(self.client.delete_commands(chat))
            del self._current_menus[chat]

    async def _load_wanted_menus(self) -> dict[int, tuple[Role, Lang]]:
        """Whose chat shows what: everybody of the staff who joined from Telegram and has work at this desk."""
        there = await self.store.staff_admin.list_contacts()
        return {
            self.decrypt_address(address.back): (staff.role, address.lang)
            for staff, address in there
            if address.channel is Channel.TELEGRAM
            and list_officer_commands(self.desk, staff.role, address.lang)
        }

    async def _ignore_refusal(self, call: Any) -> None:  # noqa: ANN401 - a coroutine
        """Carry a call out; a chat that is not there any more has no list to keep."""
        try:
            await call
        except (PermanentError, RejectedError) as trouble:
            self.on_error(trouble)
