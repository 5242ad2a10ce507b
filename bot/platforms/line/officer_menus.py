"""The officers' rich menu in their own chats, kept up to date with the staff list."""

from collections.abc import Callable
from dataclasses import dataclass, field

from bot.delivery.transport import PermanentError, RejectedError
from bot.guard import run_periodically
from bot.platforms.line.rich_menu import MenuAudience, RichMenus
from handlers.dialog.events import Channel, Lang
from handlers.staff.permissions import CASE_WORKERS
from storage.store import Store

REFRESH_INTERVAL = 10.0
"""Seconds between two reads of the staff list."""


@dataclass
class LineOfficerMenus:
    """Links the officers' menu as people join, change language or role, or leave; at the start to all anew.

    decrypt_address: gives the user id of an encrypted address. refresh_interval: seconds.
    """

    store: Store
    rich_menus: RichMenus
    decrypt_address: Callable[[bytes], str]
    on_error: Callable[[BaseException], None]
    refresh_interval: float = REFRESH_INTERVAL
    _linked: dict[str, Lang] = field(default_factory=dict, repr=False)

    async def run(self) -> None:
        """Refresh officers' menus forever."""
        await run_periodically(self.refresh, self.refresh_interval, self.on_error)

    async def refresh(self) -> None:
        """Bring the menus of officers' chats up to date, once the menus are there. Raises what `LineClient` raises."""
        if not self.rich_menus.is_set_up:
            return
        wanted = {
            self.decrypt_address(address.back): address.lang
            for staff, address in await self.store.staff_admin.list_contacts()
            if address.channel is Channel.LINE and staff.role in CASE_WORKERS
        }
        for person, lang in wanted.items():
            if self._linked.get(person) != lang:
                await self._show(person, lang, MenuAudience.OFFICERS)
                self._linked[person] = lang
        for person in self._linked.keys() - wanted.keys():
            await self._show(person, self._linked[person], MenuAudience.CITIZENS)
            del self._linked[person]

    async def _show(self, person: str, lang: Lang, audience: MenuAudience) -> None:
        """Show a menu; report a refusal, as of somebody who blocked the account, and go on."""
        try:
            await self.rich_menus.show(person, lang, news=False, audience=audience)
        except (PermanentError, RejectedError) as trouble:
            self.on_error(trouble)
