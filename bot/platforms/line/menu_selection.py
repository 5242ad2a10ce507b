"""Which rich menu each person sees: in the language of their talk, with news or without."""

from collections import OrderedDict
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from bot.platforms.line.rich_menu import RichMenus
from handlers.dialog.events import Channel, Lang
from storage.store import Store

REMEMBERED = 20_000
"""Persons whose menu is not everybody's; the first of them are forgotten, and told once more when they come."""

ASKED: dict[str | None, Lang] = {"/th": "th", "/en": "en"}
"""What the buttons of the languages say: LINE is told then, whatever we believe it to show."""


@dataclass
class RichMenuSelection:
    """The menus of the persons of one account.

    All that is kept is in memory, by the persons' marks: LINE remembers what it shows.
    """

    menus: RichMenus
    store: Store
    fault: Callable[[BaseException], None]
    _langs: "OrderedDict[bytes, Lang]" = field(default_factory=OrderedDict, repr=False)

    async def flag(self, person: str, news: bool) -> None:
        """Show a person the menu with the red dot, or the one without. Raises as the calls do."""
        who = self._who(person)
        lang = self._langs.get(who) or await spoken(self.store, who)
        await self.menus.show(person, lang, news=news)

    def speaks(self, person: str, lang: Lang, choice: str | None) -> Coroutine[Any, Any, None] | None:
        """A person was answered in a language: the work of letting their menu follow; mostly there is none."""
        who = self._who(person)
        if self._langs.get(who, "th") == lang and choice not in ASKED:
            return None
        self._langs.pop(who, None)
        if lang != "th":
            self._langs[who] = lang
        while len(self._langs) > REMEMBERED:
            self._langs.popitem(last=False)
        return self._follow(person, lang)

    async def _follow(self, person: str, lang: Lang) -> None:
        try:
            await self.menus.show(person, lang, news=False)
        except (
            Exception
        ) as trouble:  # the talk goes on; the next answer, or language button, tells LINE again
            self._langs.pop(self._who(person), None)
            self.fault(trouble)

    def _who(self, person: str) -> bytes:
        return self.store.seals.who(Channel.LINE, person)


async def spoken(store: Store, who: bytes) -> Lang:
    """The language that a person's talk is in."""
    session = await store.session(who)
    return session.lang if session else "th"
