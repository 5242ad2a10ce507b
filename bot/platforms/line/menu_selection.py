"""Which rich menu each person sees: in the language of their talk, with news or without."""

from collections import OrderedDict
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from bot.platforms.line.rich_menu import RichMenus
from handlers.dialog.events import Channel, Lang
from storage.store import Store

MAX_REMEMBERED_LANGUAGES = 20_000
"""Persons whose menu is not everybody's; the first of them are forgotten, and told once more when they come."""

LANGUAGE_CHOICES: dict[str | None, Lang] = {"/th": "th", "/en": "en"}
"""What the buttons of the languages say: LINE is told then, whatever we believe it to show."""


@dataclass
class RichMenuSelection:
    """The menus of the persons of one account.

    All that is kept is in memory, by the persons' marks: LINE remembers what it shows.
    """

    rich_menus: RichMenus
    store: Store
    on_error: Callable[[BaseException], None]
    _langs: "OrderedDict[bytes, Lang]" = field(default_factory=OrderedDict, repr=False)

    async def set_news_flag(self, person: str, news: bool) -> None:
        """Show a person the menu with the red dot, or the one without. Raises as the calls do."""
        who = self._person_id(person)
        lang = self._langs.get(who) or await load_language(self.store, who)
        await self.rich_menus.show(person, lang, news=news)

    def on_answered(self, person: str, lang: Lang, choice: str | None) -> Coroutine[Any, Any, None] | None:
        """A person was answered in a language: the work of letting their menu follow; mostly there is none."""
        who = self._person_id(person)
        if self._langs.get(who, "th") == lang and choice not in LANGUAGE_CHOICES:
            return None
        self._langs.pop(who, None)
        if lang != "th":
            self._langs[who] = lang
        while len(self._langs) > MAX_REMEMBERED_LANGUAGES:
            self._langs.popitem(last=False)
        return self._show_menu(person, lang)

    async def _show_menu(self, person: str, lang: Lang) -> None:
        try:
            await self.rich_menus.show(person, lang, news=False)
        except (
            Exception
        ) as trouble:  # the talk goes on; the next answer, or language button, tells LINE again
            self._langs.pop(self._person_id(person), None)
            self.on_error(trouble)

    def _person_id(self, person: str) -> bytes:
        return self.store.keyring.hash_id(Channel.LINE, person)


async def load_language(store: Store, who: bytes) -> Lang:
    """The language that a person's talk is in."""
    session = await store.load_session(who)
    return session.lang if session else "th"
