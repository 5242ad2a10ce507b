"""Which rich menu each person sees: in the language of their talk, with news or without."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.line_menu import Menus
from handlers.turn import Channel, Lang
from storage.store import Store

REMEMBERED = 20_000
"""Persons whose menu is known; the least lately seen are forgotten, and told once more when they come."""

ASKED: dict[str | None, Lang] = {"/th": "th", "/en": "en"}
"""What the buttons of the languages say: LINE is told then, whatever we believe it to show."""


@dataclass
class Shown:
    """The menus of the persons of one account. All that is kept is in memory: LINE remembers what it shows."""

    menus: Menus
    store: Store
    fault: Callable[[BaseException], None]
    _langs: "OrderedDict[str, Lang]" = field(default_factory=OrderedDict, repr=False)

    async def flag(self, person: str, news: bool) -> None:
        """Show a person the menu with the red dot, or the one without. Raises as the calls do."""
        lang = self._langs.get(person) or await self._kept(person)
        await self.menus.show(person, lang, news=news)

    async def speaks(self, person: str, lang: Lang, choice: str | None) -> None:
        """A person was answered in a language: their menu follows, where it may not be in it. Never raises."""
        known = self._langs.get(person, "th")
        self._note(person, lang)
        if known == lang and choice not in ASKED:
            return
        try:
            await self.menus.show(person, lang, news=False)
        except Exception as trouble:  # the talk goes on; the next language button tells LINE again
            self._langs.pop(person, None)
            self.fault(trouble)

    def _note(self, person: str, lang: Lang) -> None:
        self._langs[person] = lang
        self._langs.move_to_end(person)
        while len(self._langs) > REMEMBERED:
            self._langs.popitem(last=False)

    async def _kept(self, person: str) -> Lang:
        session = await self.store.session(self.store.seals.who(Channel.LINE, person))
        return session.lang if session else "th"
