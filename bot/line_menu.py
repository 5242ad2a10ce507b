"""Rich menus: two tabs for each desk, and the same with a red dot for a person for whom something waits."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from bot.line import Line
from bot.settings import DeskName
from handlers import wording
from handlers.turn import Say

PICTURES = Path(__file__).parent / "menus"
WIDTH, HEIGHT, STRIP = 1200, 600, 130
"""Pixels of a picture, and of the strip of tabs at its top."""

TAB = "menu:"
"""How the postback of a tab begins: nothing is answered to it."""


@dataclass(frozen=True, slots=True)
class Area:
    """A part of a picture that can be tapped. key: of its words; data: what comes back; news: it bears the dot."""

    key: str
    data: str
    box: tuple[int, int, int, int]
    news: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """One tab of a desk's menu, with or without news."""

    desk: DeskName
    tab: str
    news: bool

    @property
    def alias(self) -> str:
        """What LINE calls it, whichever picture it has."""
        return f"ita-{self.desk}-{self.tab}{'-news' if self.news else ''}"

    @property
    def picture(self) -> Path:
        """Where its picture lies."""
        return PICTURES / f"{self.alias}.png"


TABS: Mapping[str, str] = {"main": "line.menu_main", "more": "line.menu_more"}

BUTTONS: Mapping[tuple[DeskName, str], tuple[tuple[str, str], ...]] = {
    ("complaints", "main"): (("line.menu_report", "/report"), ("line.menu_track", "/track")),
    ("service", "main"): (("line.menu_service", "/start"), ("line.menu_complain", "/report")),
    **{
        (desk, "more"): (
            ("line.menu_help", "/help"),
            ("line.menu_privacy", "/privacy"),
            ("line.menu_lang", "/en"),
            ("line.menu_cancel", "/cancel"),
        )
        for desk in ("complaints", "service")
    },
}


def sheets(desk: DeskName) -> list[Sheet]:
    """Every sheet of a desk."""
    return [Sheet(desk, tab, news) for news in (False, True) for tab in TABS]


def areas(sheet: Sheet) -> Iterator[Area]:
    """Everything on a sheet that can be tapped: the tabs, then the buttons in rows of two."""
    half = WIDTH // 2
    for place, (tab, key) in enumerate(TABS.items()):
        yield Area(key, f"{TAB}{tab}", (place * half, 0, half, STRIP), sheet.news and tab == "main")
    buttons = BUTTONS[sheet.desk, sheet.tab]
    rows = (len(buttons) + 1) // 2
    height = (HEIGHT - STRIP) // rows
    for place, (key, data) in enumerate(buttons):
        box = (place % 2 * half, STRIP + place // 2 * height, half, height)
        yield Area(key, data, box, sheet.news and data == "/track")


def menu(sheet: Sheet) -> dict[str, Any]:
    """A sheet as LINE's reference writes it. Every action has a label: it is what a screen reader speaks."""
    made = {
        "size": {"width": WIDTH, "height": HEIGHT},
        "selected": True,
        "chatBarText": words("line.menu_news_bar" if sheet.news else "line.menu_bar"),
        "areas": [{"bounds": _bounds(area.box), "action": _action(area, sheet)} for area in areas(sheet)],
    }
    told = json.dumps(made, sort_keys=True).encode() + sheet.picture.read_bytes()
    return {**made, "name": f"{sheet.alias}.{sha256(told).hexdigest()[:12]}"}


def words(key: str) -> str:
    """What is written on a picture."""
    return wording.text(Say(key), "th")


def _bounds(box: tuple[int, int, int, int]) -> dict[str, int]:
    return dict(zip(("x", "y", "width", "height"), box, strict=True))


def _action(area: Area, sheet: Sheet) -> dict[str, str]:
    label = words(area.key)
    if area.data.startswith(TAB):
        other = Sheet(sheet.desk, area.data.removeprefix(TAB), sheet.news)
        return {"type": "richmenuswitch", "label": label, "richMenuAliasId": other.alias, "data": area.data}
    spoken = f"{label} ({words('line.menu_news')})" if area.news else label
    spoken = spoken if len(spoken) <= 20 else label
    return {"type": "postback", "label": spoken, "data": area.data, "displayText": label}


@dataclass
class Menus:
    """The rich menus of one account."""

    line: Line
    desk: DeskName
    _there: dict[str, str] = field(default_factory=dict)

    async def set_up(self) -> None:
        """See that LINE has every sheet as it is now, and none of ours besides. Raises as the calls do.

        A menu counts as whole once its alias stands for it, for that is done last.
        """
        had, aliases = await self.line.menus(), await self.line.aliases()
        whole = {one for alias, one in aliases.items() if alias.startswith(f"ita-{self.desk}-")}
        for sheet in sheets(self.desk):
            made = menu(sheet)
            number = had.get(made["name"], "")
            if number not in whole:
                number = await self.line.make_menu(made, sheet.picture.read_bytes())
                await self.line.name_menu(sheet.alias, number, known=sheet.alias in aliases)
            self._there[sheet.alias] = number
        await self.line.show_menu(self._there[Sheet(self.desk, "main", news=False).alias])
        for name, number in had.items():
            if name.startswith(f"ita-{self.desk}-") and number not in self._there.values():
                await self.line.drop_menu(number)

    async def flag(self, person: str, news: bool) -> None:
        """Show a person the menu with the red dot, or the one of everybody again. Raises as the calls do."""
        if not news:
            await self.line.hide_menu(person)
        elif number := self._there.get(Sheet(self.desk, "main", news=True).alias):
            await self.line.show_menu(number, person)
