"""Rich menus: two tabs for each desk and language, and the same with a red dot for whom something waits."""

import json
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from bot.platforms.line.client import LineClient
from bot.settings import DeskName
from handlers.dialog.events import DEFAULT_LANG, LANGS, NEXT_LANG, Channel, Lang
from handlers.dialog.replies import Phrase
from handlers.i18n import render_text
from storage.store import Store

MENU_IMAGES_FOLDER = Path(__file__).parents[2] / "menus"
MENU_WIDTH, TAB_STRIP_HEIGHT = 1200, 130
"""Pixels of a picture, and of the strip of tabs at its top."""

MENU_HEIGHTS: Mapping[DeskName, int] = {"complaints": 600, "service": 808}
"""Pixels: as low as the buttons of a desk allow, since a menu covers the talk. The width must be 1.45 times as much."""

TAB_DATA_PREFIX = "menu:"
"""How the postback of a tab begins: nothing is answered to it."""


@dataclass(frozen=True, slots=True)
class TapArea:
    """A part of a picture that can be tapped. key: of its words; data: what comes back; news: it bears the dot."""

    label_key: str
    data: str
    box: tuple[int, int, int, int]
    has_news: bool = False


@dataclass(frozen=True, slots=True)
class RichMenu:
    """One tab of a desk's menu, with or without news."""

    desk: DeskName
    tab: str
    has_news: bool
    lang: Lang = DEFAULT_LANG

    @property
    def alias(self) -> str:
        """What LINE calls it, whichever picture it has."""
        lang = "" if self.lang == DEFAULT_LANG else f"-{self.lang}"
        return f"ita-{self.desk}-{self.tab}{'-news' if self.has_news else ''}{lang}"

    @property
    def height(self) -> int:
        """Pixels of its picture."""
        return MENU_HEIGHTS[self.desk]

    @property
    def image_path(self) -> Path:
        """Where its picture lies."""
        return MENU_IMAGES_FOLDER / f"{self.alias}.png"


MENU_TABS: Mapping[str, str] = {"main": "line.menu_main", "more": "line.menu_more"}

_MORE_BUTTONS = (
    ("line.menu_help", "/help"),
    ("line.menu_privacy", "/privacy"),
    ("line.menu_lang", "/lang"),
    ("line.menu_cancel", "/cancel"),
)
MENU_BUTTONS: Mapping[tuple[DeskName, str], tuple[tuple[str, str], ...]] = {
    ("complaints", "main"): (("line.menu_report", "/report"), ("line.menu_track", "/track")),
    ("complaints", "more"): _MORE_BUTTONS,
    ("service", "main"): (
        ("line.menu.ask", "/ask"),
        ("line.menu.follow", "/follow"),
        ("line.menu.qna", "/qna"),
        ("line.menu.opinion", "/opinion"),
    ),
    ("service", "more"): (
        ("line.menu.consultations", "/consultations"),
        ("line.menu_complain", "/report"),
        *_MORE_BUTTONS,
    ),
}
"""What stands on each tab; `/lang` is the other language than the menu's."""

NEWS_COMMANDS = frozenset({"/track", "/follow"})
"""Where news are read."""


def build_rich_menus(desk: DeskName) -> list[RichMenu]:
    """Every sheet of a desk."""
    return [RichMenu(desk, tab, news, lang) for lang in LANGS for news in (False, True) for tab in MENU_TABS]


def build_tap_areas(sheet: RichMenu) -> Iterator[TapArea]:
    """Everything on a sheet that can be tapped: the tabs, then the buttons in rows of two."""
    half = MENU_WIDTH // 2
    for place, (tab, key) in enumerate(MENU_TABS.items()):
        yield TapArea(
            key,
            f"{TAB_DATA_PREFIX}{tab}",
            (place * half, 0, half, TAB_STRIP_HEIGHT),
            sheet.has_news and tab == "main",
        )
    buttons = MENU_BUTTONS[sheet.desk, sheet.tab]
    rows = (len(buttons) + 1) // 2
    height = (sheet.height - TAB_STRIP_HEIGHT) // rows
    for place, (key, data) in enumerate(buttons):
        box = (place % 2 * half, TAB_STRIP_HEIGHT + place // 2 * height, half, height)
        said = f"/{NEXT_LANG[sheet.lang]}" if data == "/lang" else data
        yield TapArea(key, said, box, sheet.has_news and data in NEWS_COMMANDS)


def render_rich_menu(sheet: RichMenu) -> dict[str, Any]:
    """A sheet as LINE's reference writes it. Every action has a label: it is what a screen reader speaks."""
    made = {
        "size": {"width": MENU_WIDTH, "height": sheet.height},
        "selected": True,
        "chatBarText": get_menu_text("line.menu_news_bar" if sheet.has_news else "line.menu_bar", sheet.lang),
        "areas": [
            {"bounds": _to_bounds(area.box), "action": _render_action(area, sheet)}
            for area in build_tap_areas(sheet)
        ],
    }
    told = json.dumps(made, sort_keys=True).encode() + sheet.image_path.read_bytes()
    return {**made, "name": f"{sheet.alias}.{sha256(told).hexdigest()[:12]}"}


def get_menu_text(key: str, lang: Lang) -> str:
    """What is written on a picture."""
    return render_text(Phrase(key), lang)


def _to_bounds(box: tuple[int, int, int, int]) -> dict[str, int]:
    return dict(zip(("x", "y", "width", "height"), box, strict=True))


def _render_action(area: TapArea, sheet: RichMenu) -> dict[str, str]:
    label = get_menu_text(area.label_key, sheet.lang)
    if area.data.startswith(TAB_DATA_PREFIX):
        other = replace(sheet, tab=area.data.removeprefix(TAB_DATA_PREFIX))
        return {"type": "richmenuswitch", "label": label, "richMenuAliasId": other.alias, "data": area.data}
    spoken = f"{label} ({get_menu_text('line.menu_news_bar', sheet.lang)})" if area.has_news else label
    spoken = spoken if len(spoken) <= 20 else label
    return {"type": "postback", "label": spoken, "data": area.data, "displayText": label}


@dataclass
class RichMenus:
    """The rich menus of one account."""

    client: LineClient
    desk: DeskName
    _menu_ids: dict[str, str] = field(default_factory=dict)

    async def set_up(self) -> None:
        """See that LINE has every sheet as it is now, and none of ours besides. Raises as the calls do.

        A menu counts as whole once its alias stands for it, for that is done last; another of the same name is not.
        """
        had, aliases = await self.client.list_rich_menus(), await self.client.list_rich_menu_aliases()
        for sheet in build_rich_menus(self.desk):
            made = render_rich_menu(sheet)
            number = aliases.get(sheet.alias, "")
            if had.get(number) != made["name"]:
                number = await self.client.create_rich_menu(made, sheet.image_path.read_bytes())
                await self.client.set_rich_menu_alias(sheet.alias, number, known=sheet.alias in aliases)
            self._menu_ids[sheet.alias] = number
        await self.client.show_rich_menu(self._menu_ids[RichMenu(self.desk, "main", has_news=False).alias])
        for number, name in had.items():
            if name.startswith(f"ita-{self.desk}-") and number not in self._menu_ids.values():
                await self.client.delete_rich_menu(number)

    async def show(self, person: str, lang: Lang, *, news: bool) -> None:
        """Show a person the menu in their language, with the red dot or without. Raises as the calls do.

        Thai without news is everybody's.
        """
        if lang == DEFAULT_LANG and not news:
            await self.client.unlink_rich_menu(person)
        elif number := self._menu_ids.get(RichMenu(self.desk, "main", news, lang).alias):
            await self.client.show_rich_menu(number, person)


MAX_REMEMBERED_LANGUAGES = 20_000
"""Persons whose menu is not everybody's; the first of them are forgotten, and told once more when they come."""

LANGUAGE_CHOICES: dict[str | None, Lang] = {f"/{lang}": lang for lang in LANGS}
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
        if self._langs.get(who, DEFAULT_LANG) == lang and choice not in LANGUAGE_CHOICES:
            return None
        self._langs.pop(who, None)
        if lang != DEFAULT_LANG:
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
    return session.lang if session else DEFAULT_LANG
