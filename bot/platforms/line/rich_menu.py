"""Rich menus: two tabs for each desk and language, and the same with a red dot for whom something waits."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from bot.platforms.line.client import LineClient
from bot.settings import DeskName
from handlers import i18n as wording
from handlers.dialog.events import OTHER, Lang, Reply

PICTURES = Path(__file__).parents[2] / "menus"
WIDTH, STRIP = 1200, 130
"""Pixels of a picture, and of the strip of tabs at its top."""

HEIGHTS: Mapping[DeskName, int] = {"complaints": 600, "service": 808}
"""Pixels: as low as the buttons of a desk allow, since a menu covers the talk. The width must be 1.45 times as much."""

TAB = "menu:"
"""How the postback of a tab begins: nothing is answered to it."""


@dataclass(frozen=True, slots=True)
class TapArea:
    """A part of a picture that can be tapped. key: of its words; data: what comes back; news: it bears the dot."""

    key: str
    data: str
    box: tuple[int, int, int, int]
    news: bool = False


@dataclass(frozen=True, slots=True)
class RichMenu:
    """One tab of a desk's menu, with or without news."""

    desk: DeskName
    tab: str
    news: bool
    lang: Lang = "th"

    @property
    def alias(self) -> str:
        """What LINE calls it, whichever picture it has."""
        lang = "" if self.lang == "th" else f"-{self.lang}"
        return f"ita-{self.desk}-{self.tab}{'-news' if self.news else ''}{lang}"

    @property
    def height(self) -> int:
        """Pixels of its picture."""
        return HEIGHTS[self.desk]

    @property
    def picture(self) -> Path:
        """Where its picture lies."""
        return PICTURES / f"{self.alias}.png"


TABS: Mapping[str, str] = {"main": "line.menu_main", "more": "line.menu_more"}

_MORE = (
    ("line.menu_help", "/help"),
    ("line.menu_privacy", "/privacy"),
    ("line.menu_lang", "/lang"),
    ("line.menu_cancel", "/cancel"),
)
BUTTONS: Mapping[tuple[DeskName, str], tuple[tuple[str, str], ...]] = {
    ("complaints", "main"): (("line.menu_report", "/report"), ("line.menu_track", "/track")),
    ("complaints", "more"): _MORE,
    ("service", "main"): (
        ("line.menu.ask", "/ask"),
        ("line.menu.follow", "/follow"),
        ("line.menu.qna", "/qna"),
        ("line.menu.opinion", "/opinion"),
    ),
    ("service", "more"): (
        ("line.menu.consultations", "/consultations"),
        ("line.menu_complain", "/report"),
        *_MORE,
    ),
}
"""What stands on each tab; `/lang` is the other language than the menu's."""

FOLLOWS = frozenset({"/track", "/follow"})
"""Where news are read."""


def sheets(desk: DeskName) -> list[RichMenu]:
    """Every sheet of a desk."""
    return [RichMenu(desk, tab, news, lang) for lang in OTHER for news in (False, True) for tab in TABS]


def areas(sheet: RichMenu) -> Iterator[TapArea]:
    """Everything on a sheet that can be tapped: the tabs, then the buttons in rows of two."""
    half = WIDTH // 2
    for place, (tab, key) in enumerate(TABS.items()):
        yield TapArea(key, f"{TAB}{tab}", (place * half, 0, half, STRIP), sheet.news and tab == "main")
    buttons = BUTTONS[sheet.desk, sheet.tab]
    rows = (len(buttons) + 1) // 2
    height = (sheet.height - STRIP) // rows
    for place, (key, data) in enumerate(buttons):
        box = (place % 2 * half, STRIP + place // 2 * height, half, height)
        said = f"/{OTHER[sheet.lang]}" if data == "/lang" else data
        yield TapArea(key, said, box, sheet.news and data in FOLLOWS)


def menu(sheet: RichMenu) -> dict[str, Any]:
    """A sheet as LINE's reference writes it. Every action has a label: it is what a screen reader speaks."""
    made = {
        "size": {"width": WIDTH, "height": sheet.height},
        "selected": True,
        "chatBarText": words("line.menu_news_bar" if sheet.news else "line.menu_bar", sheet.lang),
        "areas": [{"bounds": _bounds(area.box), "action": _action(area, sheet)} for area in areas(sheet)],
    }
    told = json.dumps(made, sort_keys=True).encode() + sheet.picture.read_bytes()
    return {**made, "name": f"{sheet.alias}.{sha256(told).hexdigest()[:12]}"}


def words(key: str, lang: Lang) -> str:
    """What is written on a picture."""
    return wording.text(Reply(key), lang)


def _bounds(box: tuple[int, int, int, int]) -> dict[str, int]:
    return dict(zip(("x", "y", "width", "height"), box, strict=True))


def _action(area: TapArea, sheet: RichMenu) -> dict[str, str]:
    label = words(area.key, sheet.lang)
    if area.data.startswith(TAB):
        other = replace(sheet, tab=area.data.removeprefix(TAB))
        return {"type": "richmenuswitch", "label": label, "richMenuAliasId": other.alias, "data": area.data}
    spoken = f"{label} ({words('line.menu_news_bar', sheet.lang)})" if area.news else label
    spoken = spoken if len(spoken) <= 20 else label
    return {"type": "postback", "label": spoken, "data": area.data, "displayText": label}


@dataclass
class RichMenus:
    """The rich menus of one account."""

    line: LineClient
    desk: DeskName
    _there: dict[str, str] = field(default_factory=dict)

    async def set_up(self) -> None:
        """See that LINE has every sheet as it is now, and none of ours besides. Raises as the calls do.

        A menu counts as whole once its alias stands for it, for that is done last; another of the same name is not.
        """
        had, aliases = await self.line.menus(), await self.line.aliases()
        for sheet in sheets(self.desk):
            made = menu(sheet)
            number = aliases.get(sheet.alias, "")
            if had.get(number) != made["name"]:
                number = await self.line.make_menu(made, sheet.picture.read_bytes())
                await self.line.name_menu(sheet.alias, number, known=sheet.alias in aliases)
            self._there[sheet.alias] = number
        await self.line.show_menu(self._there[RichMenu(self.desk, "main", news=False).alias])
        for number, name in had.items():
            if name.startswith(f"ita-{self.desk}-") and number not in self._there.values():
                await self.line.drop_menu(number)

    async def show(self, person: str, lang: Lang, *, news: bool) -> None:
        """Show a person the menu in their language, with the red dot or without. Raises as the calls do.

        Thai without news is everybody's.
        """
        if lang == "th" and not news:
            await self.line.hide_menu(person)
        elif number := self._there.get(RichMenu(self.desk, "main", news, lang).alias):
            await self.line.show_menu(number, person)
