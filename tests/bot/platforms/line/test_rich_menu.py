"""Rich menus: created once, replaced when they change, with a red dot for a person who has news."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.delivery.transport import PlatformUnavailableError
from bot.desk_names import DESK_NAMES
from bot.platforms.line import draw_rich_menu as line_picture
from bot.platforms.line import rich_menu
from bot.platforms.line.client import LineClient
from bot.platforms.line.draw_rich_menu import draw_rich_menu, main
from bot.platforms.line.rich_menu import (
    MENU_HEIGHTS,
    MENU_WIDTH,
    MenuAudience,
    RichMenu,
    RichMenus,
    build_rich_menus,
    build_tap_areas,
    render_rich_menu,
)
from handlers.complaints_desk import COMPLAINTS_COMMANDS
from handlers.dialog.events import Channel
from handlers.service_desk import SERVICE_COMMAND_WORDS
from handlers.staff.command import CommandTable
from handlers.staff.complaints.commands import COMPLAINTS_COMMAND_TABLE
from handlers.staff.permissions import Role
from handlers.staff.service.commands import SERVICE_COMMAND_TABLE
from storage.serialization import OutboxMessage
from tests.bot.platforms.line.api_rules import count_graphemes, load_line_rules, needs_contracts
from tests.bot.platforms.line.driver import LineDesk, line_user_id, open_line_desk, to_messages
from tests.bot.platforms.line.fake_line_api import TOKEN, LineFault, serve_fake_line_api
from tests.bot.platforms.line.test_sender import NEWS

A = line_user_id("ก")
EVERY = [sheet for desk in DESK_NAMES for sheet in build_rich_menus(desk)]


@pytest.mark.parametrize("sheet", EVERY, ids=lambda sheet: sheet.alias)
def test_a_picture_is_as_line_wants_it_and_covered_by_its_areas(sheet: RichMenu) -> None:
    with Image.open(sheet.image_path) as picture:
        assert picture.size == (MENU_WIDTH, sheet.height)
        assert picture.format == "PNG"
    assert sheet.image_path.stat().st_size < 1024 * 1024
    assert MENU_WIDTH / sheet.height >= 1.45
    assert len(sheet.alias) <= 32
    boxes = [area.box for area in build_tap_areas(sheet)]
    assert sum(width * height for _, _, width, height in boxes) == MENU_WIDTH * sheet.height
    made = render_rich_menu(sheet)
    assert count_graphemes(made["chatBarText"]) <= 14
    assert all(0 < count_graphemes(area["action"]["label"]) <= 20 for area in made["areas"])
    assert any(area.has_news for area in build_tap_areas(sheet)) == sheet.has_news


@pytest.mark.full("pictures of menus")
def test_news_are_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = draw_rich_menu(RichMenu("complaints", "main", has_news=False)).convert("RGB")
    flagged = draw_rich_menu(RichMenu("complaints", "main", has_news=True)).convert("RGB")

    def red(picture: Image.Image) -> int:
        return sum(count for count, (r, g, b) in picture.getcolors(1 << 20) if r > 150 and g < 80 and b < 80)  # type: ignore[misc]

    assert (red(plain), red(flagged) > 500) == (0, True)
    monkeypatch.setattr(rich_menu, "MENU_IMAGES_FOLDER", tmp_path)
    monkeypatch.setattr(line_picture, "MENU_IMAGES_FOLDER", tmp_path)
    main()
    assert len(list(tmp_path.glob("*.png"))) == len(EVERY)


@needs_contracts
def test_menus_are_made_once_and_old_ones_go(monkeypatch: pytest.MonkeyPatch) -> None:
    async def play() -> None:
        async with serve_fake_line_api(load_line_rules()) as line:
            account = LineClient(TOKEN, line.url)
            line.menus["theirs"] = {**render_rich_menu(EVERY[0]), "name": "of somebody else"}
            await RichMenus(account, "complaints").set_up()
            first = dict(line.menus)
            assert len(first) == 17
            assert sorted(line.aliases) == sorted(sheet.alias for sheet in build_rich_menus("complaints"))
            assert line.default_menu == line.aliases["ita-complaints-main"]
            await RichMenus(account, "complaints").set_up()
            assert line.menus == first
            del line.aliases["ita-complaints-more"]  # as if it had stopped before all were created
            await RichMenus(account, "complaints").set_up()
            assert len(line.menus) == 17
            monkeypatch.setattr(rich_menu, "MENU_HEIGHTS", {**MENU_HEIGHTS, "complaints": 598})
            await RichMenus(account, "complaints").set_up()
            assert len(line.menus) == 17
            assert set(line.menus) & set(first) == {"theirs"}
            assert set(line.aliases.values()) == set(line.menus) - {"theirs"}
            assert line.refused == []
            await account.close()

    asyncio.run(play())


@needs_contracts
def test_menus_that_were_not_finished_go() -> None:
    async def play() -> None:
        async with serve_fake_line_api(load_line_rules()) as line:
            account, bad = LineClient(TOKEN, line.url), [LineFault(500)] * 3
            line.inject_fault = lambda name, _body: bad.pop() if bad and name == "setRichMenuImage" else None
            for _ in range(3):
                with pytest.raises(PlatformUnavailableError):
                    await RichMenus(account, "complaints").set_up()
                assert line.menus == {}
            await RichMenus(account, "complaints").set_up()
            whole = dict(line.menus)
            assert len(whole) == 16
            for orders in (lambda menus: menus, lambda menus: dict(reversed(menus.items()))):
                twins = {f"twin-{number}": made for number, made in line.menus.items()}
                line.menus = orders({**whole, **twins})
                before = len(line.calls)
                await RichMenus(account, "complaints").set_up()
                assert line.menus == whole
                assert "createRichMenu" not in [call.name for call in line.calls[before:]]
            assert line.refused == []
            await account.close()

    asyncio.run(play())


@needs_contracts
def test_a_red_dot_where_the_month_is_used_up(tmp_path: Path) -> None:
    async def play() -> None:
        async with open_line_desk(tmp_path / "var") as account:
            line, store = account.line, account.desk.store
            async with asyncio.timeout(5):
                while not line.default_menu:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
            line.quota, line.used = 10, 10
            await account.setup.sender.quota.mark_exhausted()
            back = account.setup.sender.encrypt_address(A)
            await store.outbox.add(
                Channel.LINE, OutboxMessage(Channel.LINE, back, "th", NEWS), account.desk.now()
            )
            await account.delivery_worker.run_once()
            assert line.linked_menus == {A: line.aliases["ita-complaints-main-news"]}
            tab = line.make_event(A, "postback", postback={"data": "menu:more"})
            assert await line.post_events(tab) == 200
            assert line.chats == {}
            assert await line.post_events(line.make_postback_event(A, "/track")) == 200
            told = to_messages(await line.wait_for_messages(A, 0))
            assert "ต้องการทำอะไรต่อ" in told[0].text
            assert "17 ตัว" in told[-1].text
            await asyncio.sleep(0.1)
            assert line.linked_menus == {}
            assert line.refused == []
            assert account.desk.errors == []

    asyncio.run(play())


def test_what_a_desk_offers_is_understood_there() -> None:
    heard = {"complaints": COMPLAINTS_COMMANDS, "service": SERVICE_COMMAND_WORDS}
    for sheet in EVERY:
        if sheet.audience is MenuAudience.OFFICERS:
            continue
        said = [
            area.data.removeprefix("/")
            for area in build_tap_areas(sheet)
            if not area.data.startswith("menu:")
        ]
        assert set(said) <= set(heard[sheet.desk])
        assert len(set(said)) == len(said)
        assert ("th" if sheet.lang == "en" else "en") in said or sheet.tab == "main"
    tables: Mapping[str, CommandTable[Any, Any]] = {
        "complaints": COMPLAINTS_COMMAND_TABLE,
        "service": SERVICE_COMMAND_TABLE,
    }
    for sheet in EVERY:
        if sheet.audience is MenuAudience.OFFICERS and sheet.tab == "main":
            given = [tables[sheet.desk].parse(area.data) for area in build_tap_areas(sheet)][2:]
            assert None not in given
            assert all(tables[sheet.desk].is_allowed(Role.OFFICER, one.name) for one in given if one)
    service = {a.data for sheet in build_rich_menus("service") for a in build_tap_areas(sheet)}
    assert {"/ask", "/qna", "/opinion", "/consultations", "/follow", "/report"} <= service


@pytest.mark.full("pictures of menus")
def test_words_of_a_picture_stay_in_their_buttons() -> None:
    for sheet in EVERY:
        picture = draw_rich_menu(sheet).convert("RGB")
        for x, y, width, height in (a.box for a in build_tap_areas(sheet) if not a.data.startswith("menu:")):
            # The strips on both sides of a button's frame have a single colour: no text reaches them.
            for gap in (4, 18):
                edge = picture.crop((x + gap, y + height // 4, x + gap + 6, y + 3 * height // 4))
                assert len({c for _, c in edge.getcolors()}) == 1, sheet.alias  # type: ignore[union-attr]
                foot = picture.crop((x + 40, y + height - gap - 6, x + width - 40, y + height - gap))
                assert len({c for _, c in foot.getcolors()}) == 1, sheet.alias  # type: ignore[union-attr]


@needs_contracts
def test_the_menu_follows_the_language_of_the_talk(tmp_path: Path) -> None:
    async def play() -> None:
        async with open_line_desk(tmp_path / "var", name="service") as account:
            line = account.line
            await wait_until(lambda: bool(line.default_menu))
            assert line.default_menu == line.aliases["ita-service-main"]
            assert await line.post_events(line.make_postback_event(A, "/help")) == 200
            await line.wait_for_messages(A, 0)
            assert line.linked_menus == {}
            assert await line.post_events(line.make_postback_event(A, "/en")) == 200
            await wait_until(lambda: line.linked_menus == {A: line.aliases["ita-service-main-en"]})
            line.linked_menus.clear()  # as if it had been removed by others: /en sets it again
            assert await line.post_events(line.make_postback_event(A, "/qna")) == 200
            assert await line.post_events(line.make_postback_event(A, "/en")) == 200
            await wait_until(lambda: bool(line.linked_menus))
            assert await line.post_events(line.make_postback_event(A, "/th")) == 200
            await wait_until(lambda: not line.linked_menus)
            assert line.refused == []
            assert account.desk.errors == []

    asyncio.run(play())


@needs_contracts
@pytest.mark.parametrize("writes", [False, True])
def test_news_are_shown_in_the_language_of_the_talk(tmp_path: Path, *, writes: bool) -> None:
    async def play() -> None:
        async with serve_fake_line_api(load_line_rules()) as line:
            async with open_line_desk(tmp_path / "var", line, "service") as account:
                await wait_until(lambda: bool(line.default_menu))
                assert await line.post_events(line.make_postback_event(A, "/en")) == 200
                await wait_until(lambda: bool(line.linked_menus))
                await switch_news(account, "-en")
                if writes:
                    assert await line.post_events(line.make_text_event(A, "When are you open?")) == 200
            line.default_menu = ""
            async with open_line_desk(tmp_path / "var", line, "service") as account:
                await wait_until(lambda: bool(line.default_menu))
                # Of somebody at the menu nothing is on disk, not even the language.
                await switch_news(account, "-en" if writes else "")
                assert line.refused == []

    async def switch_news(account: LineDesk, ending: str) -> None:
        await account.setup.sender.set_news_flag(A, True)
        assert account.line.linked_menus == {A: account.line.aliases[f"ita-service-main-news{ending}"]}
        await account.setup.sender.set_news_flag(A, False)
        assert account.line.linked_menus.get(A) in {account.line.aliases[f"ita-service-main{ending}"], None}

    asyncio.run(play())


@needs_contracts
def test_a_menu_that_line_does_not_change_keeps_nobody_waiting(tmp_path: Path) -> None:
    async def play() -> None:
        async with open_line_desk(tmp_path / "var", name="service") as account:
            line = account.line
            await wait_until(lambda: bool(line.default_menu))
            line.inject_fault = lambda name, body: LineFault(500) if name == "linkRichMenuIdToUser" else None
            assert await line.post_events(line.make_postback_event(A, "/en")) == 200
            assert "ask" in to_messages(await line.wait_for_messages(A, 0))[-1].text.lower()
            await wait_until(lambda: bool(account.desk.errors))
            account.desk.errors.clear()
            line.inject_fault = lambda name, body: None
            assert await line.post_events(line.make_postback_event(A, "/help")) == 200
            await wait_until(lambda: bool(line.linked_menus))  # retried with the next answer

    asyncio.run(play())


async def wait_until(seen: Callable[[], bool]) -> None:
    """Wait for a condition."""
    async with asyncio.timeout(20):
        while not seen():  # noqa: ASYNC110 - what the fake saw
            await asyncio.sleep(0.01)
