"""Command menus that Telegram shows beside the text field: one for everybody at a desk, and one in officers' chats."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from bot.delivery.transport import PermanentError, RejectedError
from bot.guard import run_periodically
from bot.platforms.telegram.client import TelegramClient
from handlers.dialog.events import DEFAULT_LANG, LANGS, NEXT_LANG, Channel, Lang
from handlers.dialog.replies import Phrase
from handlers.i18n import WORDING, render_text
from handlers.staff.command import CommandTable
from handlers.staff.complaints.commands import COMPLAINTS_COMMAND_TABLE
from handlers.staff.permissions import Role
from handlers.staff.service.commands import SERVICE_COMMAND_TABLE
from storage.store import Store

CommandList: TypeAlias = Sequence[tuple[str, str]]
"""Pairs of command name and description, in the order shown."""

CITIZEN_COMMANDS: Mapping[str, tuple[str, ...]] = {
    "complaints": ("start", "report", "track", "cancel", "stop", "wipe", "help", "privacy"),
    "service": (
        *("ask", "qna", "opinion", "consultations", "follow", "report"),
        *("stop", "wipe", "help", "privacy"),
    ),
}
"""The commands of everybody at a desk, in the order shown."""

OFFICER_COMMANDS: Mapping[str, CommandTable[Any, Any]] = {
    "complaints": COMPLAINTS_COMMAND_TABLE,
    "service": SERVICE_COMMAND_TABLE,
}
"""The commands of officers by desk: the menu has the daily ones, `/help` lists all."""

REFRESH_INTERVAL = 10.0
"""Seconds between two reads of the staff list."""


def list_citizen_commands(desk: str, lang: Lang) -> CommandList:
    """List the commands of everybody at a desk; the last one switches to the other language."""
    own = [(name, _describe_command(desk, name, lang)) for name in CITIZEN_COMMANDS[desk]]
    return [*own, (NEXT_LANG[lang], render_text(Phrase(f"choice.{NEXT_LANG[lang]}"), lang))]


async def set_citizen_commands(client: TelegramClient, desk: str) -> None:
    """Set the menu of everybody: Thai, and English for users whose Telegram is in English."""
    for lang in LANGS:
        code = None if lang == DEFAULT_LANG else lang
        await client.set_commands(list_citizen_commands(desk, lang), code)


def list_officer_commands(desk: str, role: Role, lang: Lang) -> CommandList:
    """List the commands of an officer; empty if the role has no commands of its own at the desk."""
    table = OFFICER_COMMANDS[desk]
    offered = [
        (name.value, _describe_command(desk, name.value, lang, f"{table.wording}.help.{name}"))
        for name in table.menu
        if table.is_allowed(role, name)
    ]
    return (
        [*offered, ("help", _describe_command("staff", "help", lang)), *_list_shared_commands(desk, lang)]
        if offered
        else []
    )


def _list_shared_commands(desk: str, lang: Lang) -> CommandList:
    """List the citizens' commands that are also in an officer's menu: those that do not lead away from work."""
    return [
        one
        for one in list_citizen_commands(desk, lang)
        if one[0] in {"start", "stop", "wipe", NEXT_LANG[lang]}
    ]


def _describe_command(desk: str, name: str, lang: Lang, otherwise: str = "") -> str:
    """Describe a command. otherwise: the wording key where the desk has none of its own for the menu."""
    own = f"command.{desk}.{name}"
    return render_text(Phrase(own if own in WORDING[lang] else otherwise or f"command.{name}"), lang)


@dataclass
class TelegramCommandMenus:
    """Keeps the command menus of one bot up to date with the staff list.

    decrypt_address: gives the chat id of an encrypted address. refresh_interval: seconds.
    """

    desk: str
    store: Store
    client: TelegramClient
    decrypt_address: Callable[[bytes], int]
    on_error: Callable[[BaseException], None]
    refresh_interval: float = REFRESH_INTERVAL
    _current_menus: dict[int, tuple[Role, Lang]] = field(default_factory=dict, repr=False)
    _refresh_lock: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)

    async def run(self) -> None:
        """Refresh officers' menus forever, as they join, change language or role, or leave."""
        await run_periodically(self.refresh, self.refresh_interval, self.on_error)

    async def refresh(self) -> None:
        """Bring the menus of officers' chats up to date, once. Raises what `TelegramClient` raises."""
        async with self._refresh_lock:
            await self._apply_menus(await self._load_wanted_menus())

    async def _apply_menus(self, wanted: Mapping[int, tuple[Role, Lang]]) -> None:
        for chat, menu in wanted.items():
            if self._current_menus.get(chat) != menu:
                await self._ignore_refusal(
                    self.client.set_commands(list_officer_commands(self.desk, *menu), None, chat)
                )
                self._current_menus[chat] = menu
        for chat in self._current_menus.keys() - wanted.keys():
            await self._ignore_refusal(self.client.delete_commands(chat))
            del self._current_menus[chat]

    async def _load_wanted_menus(self) -> dict[int, tuple[Role, Lang]]:
        """Return role and language by chat id, of all staff who joined from Telegram and have commands at this desk."""
        contacts = await self.store.staff_admin.list_contacts()
        return {
            self.decrypt_address(address.back): (staff.role, address.lang)
            for staff, address in contacts
            if address.channel is Channel.TELEGRAM
            and list_officer_commands(self.desk, staff.role, address.lang)
        }

    async def _ignore_refusal(self, call: Any) -> None:  # noqa: ANN401 - a coroutine
        """Await a call; report a refusal, as of a chat that no longer exists, and go on."""
        try:
            await call
        except (PermanentError, RejectedError) as trouble:
            self.on_error(trouble)
