"""Rich menus: two tabs per desk, audience and language, without and with a red dot for who has undelivered messages."""

import json
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Any, assert_never

from bot.delivery.transport import TransportError
from bot.desk_names import DeskName
from bot.platforms.line.client import LineClient
from handlers.dialog.events import DEFAULT_LANG, LANGS, NEXT_LANG, Channel, Lang
from handlers.dialog.replies import Phrase
from handlers.i18n import render_text
from handlers.staff.dispatch import CITIZENS_MENU
from handlers.staff.permissions import CASE_WORKERS, CommandName, ServiceCommandName
from storage.store import Store

MENU_IMAGES_FOLDER = Path(__file__).parents[2] / "menus"
MENU_WIDTH, TAB_STRIP_HEIGHT = 1200, 130
"""Width of an image, and height of the tabs at its top, in pixels."""

MENU_HEIGHTS: Mapping[DeskName, int] = {"complaints": 600, "service": 808}
"""Pixels; as low as the buttons allow, since a menu covers the chat. LINE demands a width of at least 1.45 heights."""

TAB_DATA_PREFIX = "menu:"
"""Prefix of the postback data of a tab, which gets no answer."""


@dataclass(frozen=True, slots=True)
class TapArea:
    """A part of the image that can be tapped. box: x, y, width, height in pixels. has_news: it has the red dot.

    label_key: wording key of its label. data: of its postback.
    """

    label_key: str
    data: str
    box: tuple[int, int, int, int]
    has_news: bool = False


class MenuAudience(StrEnum):
    """For whom a menu is."""

    CITIZENS = "citizens"
    OFFICERS = "officers"


@dataclass(frozen=True, slots=True)
class RichMenu:
    """One tab of a desk's menu, with or without news."""

    desk: DeskName
    tab: str
    has_news: bool
    lang: Lang = DEFAULT_LANG
    audience: MenuAudience = MenuAudience.CITIZENS

    @property
    def alias(self) -> str:
        """The id of its rich menu alias, which stays the same when the image changes."""
        lang = "" if self.lang == DEFAULT_LANG else f"-{self.lang}"
        whose = "work-" if self.audience is MenuAudience.OFFICERS else ""
        return f"ita-{self.desk}-{whose}{self.tab}{'-news' if self.has_news else ''}{lang}"

    @property
    def height(self) -> int:
        """Height of its image in pixels."""
        return MENU_HEIGHTS[self.desk]

    @property
    def image_path(self) -> Path:
        """File of its image."""
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
"""Label key and postback data of each tab's buttons; `/lang` stands for the language that the menu is not in."""

_OFFICERS_MORE = (
    ("line.menu_help", "/help"),
    ("line.officer.citizen", CITIZENS_MENU),
    ("line.menu_lang", "/lang"),
    ("line.menu_cancel", "/cancel"),
)
OFFICER_BUTTONS: Mapping[tuple[DeskName, str], tuple[tuple[str, str], ...]] = {
    ("complaints", "main"): tuple(
        (f"line.officer.{name}", f"/{name}")
        for name in (CommandName.INBOX, CommandName.DUE, CommandName.INTAKE, CommandName.STATS)
    ),
    ("complaints", "more"): _OFFICERS_MORE,
    ("service", "main"): tuple(
        (f"line.officer.{name}", f"/{name}")
        for name in (
            ServiceCommandName.QUESTIONS,
            ServiceCommandName.OPINIONS,
            ServiceCommandName.CONSULT,
            ServiceCommandName.FAQ,
        )
    ),
    ("service", "more"): _OFFICERS_MORE,
}
"""The same for officers, who have menus of their own."""

NEWS_COMMANDS = frozenset({"/track", "/follow", f"/{CommandName.INBOX}", f"/{ServiceCommandName.QUESTIONS}"})
"""Commands whose buttons have the red dot: they show undelivered messages."""


def build_rich_menus(desk: DeskName) -> list[RichMenu]:
    """Return every menu of a desk: by audience and language, with and without news, by tab."""
    return [
        RichMenu(desk, tab, news, lang, audience)
        for audience in MenuAudience
        for lang in LANGS
        for news in (False, True)
        for tab in MENU_TABS
    ]


def list_buttons(menu: RichMenu) -> tuple[tuple[str, str], ...]:
    """Return label key and postback data of a menu's buttons."""
    match menu.audience:
        case MenuAudience.CITIZENS:
            return MENU_BUTTONS[menu.desk, menu.tab]
        case MenuAudience.OFFICERS:
            return OFFICER_BUTTONS[menu.desk, menu.tab]
        case _:
            assert_never(menu.audience)


def build_tap_areas(menu: RichMenu) -> Iterator[TapArea]:
    """Yield the tap areas of a menu: the tabs, then the buttons in rows of two."""
    half = MENU_WIDTH // 2
    for place, (tab, key) in enumerate(MENU_TABS.items()):
        yield TapArea(
            key,
            f"{TAB_DATA_PREFIX}{tab}",
            (place * half, 0, half, TAB_STRIP_HEIGHT),
            menu.has_news and tab == "main",
        )
    buttons = list_buttons(menu)
    rows = (len(buttons) + 1) // 2
    height = (menu.height - TAB_STRIP_HEIGHT) // rows
    for place, (key, data) in enumerate(buttons):
        box = (place % 2 * half, TAB_STRIP_HEIGHT + place // 2 * height, half, height)
        command = f"/{NEXT_LANG[menu.lang]}" if data == "/lang" else data
        yield TapArea(key, command, box, menu.has_news and data in NEWS_COMMANDS)


def render_rich_menu(menu: RichMenu) -> dict[str, Any]:
    """Render a menu as JSON for LINE. Its name contains a hash of JSON and image, which tells whether it changed.

    Every action has a label, which screen readers speak.
    """
    rendered = {
        "size": {"width": MENU_WIDTH, "height": menu.height},
        "selected": True,
        "chatBarText": get_menu_text("line.menu_news_bar" if menu.has_news else "line.menu_bar", menu.lang),
        "areas": [
            {"bounds": _to_bounds(area.box), "action": _render_action(area, menu)}
            for area in build_tap_areas(menu)
        ],
    }
    content = json.dumps(rendered, sort_keys=True).encode() + menu.image_path.read_bytes()
    return {**rendered, "name": f"{menu.alias}.{sha256(content).hexdigest()[:12]}"}


def get_menu_text(key: str, lang: Lang) -> str:
    """Return a text of the menu."""
    return render_text(Phrase(key), lang)


def _to_bounds(box: tuple[int, int, int, int]) -> dict[str, int]:
    return dict(zip(("x", "y", "width", "height"), box, strict=True))


def _render_action(area: TapArea, menu: RichMenu) -> dict[str, str]:
    label = get_menu_text(area.label_key, menu.lang)
    if area.data.startswith(TAB_DATA_PREFIX):
        other = replace(menu, tab=area.data.removeprefix(TAB_DATA_PREFIX))
        return {"type": "richmenuswitch", "label": label, "richMenuAliasId": other.alias, "data": area.data}
    spoken_label = f"{label} ({get_menu_text('line.menu_news_bar', menu.lang)})" if area.has_news else label
    spoken_label = spoken_label if len(spoken_label) <= 20 else label
    return {"type": "postback", "label": spoken_label, "data": area.data, "displayText": label}


@dataclass
class RichMenus:
    client: LineClient
    desk: DeskName
    _menu_ids: dict[str, str] = field(default_factory=dict)
    is_set_up: bool = False

    async def set_up(self) -> None:
        """Create missing or changed menus at LINE, set the default, and delete our outdated ones.

        Raises what `LineClient` raises. A menu is complete only if its alias points to it, because that is done last;
        others of the same name are leftovers.
        """
        existing, aliases = await self.client.list_rich_menus(), await self.client.list_rich_menu_aliases()
        for menu in build_rich_menus(self.desk):
            rendered = render_rich_menu(menu)
            menu_id = aliases.get(menu.alias, "")
            if existing.get(menu_id) != rendered["name"]:
                menu_id = await self.client.create_rich_menu(rendered, menu.image_path.read_bytes())
                await self.client.set_rich_menu_alias(menu.alias, menu_id, known=menu.alias in aliases)
            self._menu_ids[menu.alias] = menu_id
        await self.client.show_rich_menu(self._menu_ids[RichMenu(self.desk, "main", has_news=False).alias])
        for menu_id, name in existing.items():
            if name.startswith(f"ita-{self.desk}-") and menu_id not in self._menu_ids.values():
                await self.client.delete_rich_menu(menu_id)
        self.is_set_up = True

    async def show(
        self, person: str, lang: Lang, *, news: bool, audience: MenuAudience = MenuAudience.CITIZENS
    ) -> None:
        """Show a person the menu in their language, with or without the red dot. Raises what `LineClient` raises.

        The citizens' menu in Thai without news is the account's default menu.
        """
        if lang == DEFAULT_LANG and not news and audience is MenuAudience.CITIZENS:
            await self.client.unlink_rich_menu(person)
        elif menu_id := self._menu_ids.get(RichMenu(self.desk, "main", news, lang, audience).alias):
            await self.client.show_rich_menu(menu_id, person)


MAX_REMEMBERED_LANGUAGES = 20_000
"""Persons remembered whose menu is not the default. For one who was forgotten, the menu is set again."""

OFFICERS_ALONE = frozenset(
    data for (_, tab), buttons in OFFICER_BUTTONS.items() if tab == "main" for _, data in buttons
)
"""Buttons that stand in officers' menus alone: one that a former officer taps shows that the menu was left to them."""

LANGUAGE_CHOICES: dict[str | None, Lang] = {f"/{lang}": lang for lang in LANGS}
"""Choices of a language, after which the menu is set in any case, whatever the memory here says."""


@dataclass
class RichMenuSelection:
    """Which menu each person of one account sees.

    Kept in memory only, by person id; LINE itself remembers what it shows.
    """

    rich_menus: RichMenus
    store: Store
    on_error: Callable[[BaseException], None]
    _langs: "OrderedDict[bytes, Lang]" = field(default_factory=OrderedDict, repr=False)

    async def set_news_flag(self, person: str, news: bool) -> None:
        """Show a person the menu with or without the red dot. Raises what `LineClient` raises."""
        who = self._person_id(person)
        lang = self._langs.get(who) or await self.store.load_language(who)
        await self.rich_menus.show(person, lang, news=news, audience=self._find_audience(who))

    def on_answered(self, person: str, lang: Lang, choice: str | None) -> Coroutine[Any, Any, None] | None:
        """Return the work of switching a person's menu to the language of an answer; mostly None."""
        who = self._person_id(person)
        is_former = choice in OFFICERS_ALONE and self._find_audience(who) is MenuAudience.CITIZENS
        if self._langs.get(who, DEFAULT_LANG) == lang and choice not in LANGUAGE_CHOICES and not is_former:
            return None
        self._langs.pop(who, None)
        if lang != DEFAULT_LANG:
            self._langs[who] = lang
        while len(self._langs) > MAX_REMEMBERED_LANGUAGES:
            self._langs.popitem(last=False)
        return self._show_menu(person, lang)

    async def _show_menu(self, person: str, lang: Lang) -> None:
        try:
            audience = self._find_audience(self._person_id(person))
            await self.rich_menus.show(person, lang, news=False, audience=audience)
        except TransportError as trouble:  # the next answer, or language button, tries again
            self._langs.pop(self._person_id(person), None)
            self.on_error(trouble)

    def _find_audience(self, who: bytes) -> MenuAudience:
        if who not in self.store.roster:  # the way of everybody else: one look into memory
            return MenuAudience.CITIZENS
        is_officer = any(
            staff.person_id == who and staff.role in CASE_WORKERS for staff, _ in self.store.roster
        )
        return MenuAudience.OFFICERS if is_officer else MenuAudience.CITIZENS

    def _person_id(self, person: str) -> bytes:
        return self.store.keyring.hash_id(Channel.LINE, person)
