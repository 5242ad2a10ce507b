"""The command lists in Telegram: everybody's for each desk in two languages, an officer's in their own chat."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.platforms.telegram.commands import (
    CITIZEN_COMMANDS,
    OFFICER_COMMANDS,
    TelegramCommandMenus,
    list_citizen_commands,
    list_officer_commands,
    set_citizen_commands,
)
from handlers.complaints_desk import COMPLAINTS_COMMANDS
from handlers.dialog.events import Lang
from handlers.service_desk import SERVICE_COMMAND_WORDS
from handlers.staff.permissions import Role
from tests.bot.platforms.telegram.driver import TelegramDriver
from tests.bot.platforms.telegram.fake_bot_api import TelegramFault
from tests.bot.platforms.telegram.test_officers import join_staff

HEARD: Mapping[str, Mapping[str, str]] = {
    "complaints": COMPLAINTS_COMMANDS,
    "service": SERVICE_COMMAND_WORDS,
}
BY_DOOR = {"wipe"}
LANGS: tuple[Lang, ...] = ("th", "en")


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("desk", CITIZEN_COMMANDS)
def test_every_command_that_is_shown_is_understood(desk: str, lang: Lang) -> None:
    offered = list_citizen_commands(desk, lang)
    assert {name for name, _ in offered} <= {*HEARD[desk], *BY_DOOR}
    assert len(dict(offered)) == len(offered)
    assert all(0 < len(told) <= 60 for _, told in offered)
    for role in Role:
        own = list_officer_commands(desk, role, lang)
        names = {name for name, _ in own}
        table = OFFICER_COMMANDS[desk]
        known = {name.value for name in table.names if table.is_allowed(role, name)}
        assert names <= {*known, *HEARD[desk], *BY_DOOR}
        assert all(told for _, told in own)


def test_the_service_desk_has_a_face_of_its_own() -> None:
    assert [name for name, _ in list_citizen_commands("service", "th")] == [
        *("ask", "qna", "opinion", "consultations", "follow", "report"),
        *("stop", "wipe", "help", "privacy", "en"),
    ]
    assert dict(list_citizen_commands("service", "th"))["follow"] == "ติดตามคำถามของฉัน"
    assert dict(list_citizen_commands("service", "en"))["follow"] == "Follow my question"
    assert dict(list_citizen_commands("complaints", "en"))["report"] == "Report a matter"
    assert [name for name, _ in list_officer_commands("service", Role.OFFICER, "en")][:5] == [
        *("questions", "opinions", "consult", "faq", "help")
    ]
    assert list_officer_commands("service", Role.AUDITOR, "th") == []
    assert "intake" not in dict(list_officer_commands("complaints", Role.AUDITOR, "th"))
    assert "inbox" in dict(list_officer_commands("complaints", Role.OFFICER, "th"))


def test_an_officer_sees_their_own_commands_until_they_leave(tmp_path: Path) -> None:
    door = TelegramDriver(tmp_path / "var", desk_name="service")
    try:
        chat, shown = join_staff(door, "สมหญิง"), watch_commands(door)
        door.run(set_citizen_commands(shown.client, shown.desk))
        door.run(shown.refresh())
        assert door.fake.commands.keys() == {
            ("all_private_chats", ""),
            ("all_private_chats", "en"),
            (f"chat {chat}", ""),
        }
        assert door.fake.commands[f"chat {chat}", ""][0]["command"] == "questions"
        door.fake.commands.pop((f"chat {chat}", ""))
        door.run(shown.refresh())
        assert (f"chat {chat}", "") not in door.fake.commands  # no call for what Telegram already has
        door.fake.commands[f"chat {chat}", ""] = []
        door.remove_staff("สมหญิง")
        door.run(shown.refresh())
        assert (f"chat {chat}", "") not in door.fake.commands
        assert door.fake.refused == []
    finally:
        door.close()


def test_what_telegram_does_not_take_now_is_shown_later(tmp_path: Path) -> None:
    door = TelegramDriver(tmp_path / "var", desk_name="service")
    try:
        join_staff(door, "สมหญิง")
        shown = watch_commands(door)
        door.run(set_citizen_commands(shown.client, shown.desk))
        door.fake.inject_fault = lambda method, params: (
            TelegramFault(500) if "mycommands" in method.lower() else None
        )

        async def follow() -> None:
            task = asyncio.create_task(shown.run())
            async with asyncio.timeout(20):
                while not door.telegram_desk.desk.errors:  # noqa: ASYNC110 - a list of the fake
                    await asyncio.sleep(0.01)
                assert len(door.fake.commands) == 2
                door.fake.inject_fault = lambda method, params: None
                while len(door.fake.commands) == 2:  # noqa: ASYNC110 - a list of the fake
                    await asyncio.sleep(0.01)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

        door.run(follow())
        door.telegram_desk.desk.errors.clear()
    finally:
        door.close()


def test_a_chat_that_is_gone_is_not_asked_again(tmp_path: Path) -> None:
    door = TelegramDriver(tmp_path / "var", desk_name="service")
    try:
        chat, shown = join_staff(door, "สมหญิง"), watch_commands(door)
        shown._current_menus.clear()  # in case the job ran in between
        del door.fake.chats[chat]
        door.run(shown.refresh())
        door.run(shown.refresh())
        assert len(door.telegram_desk.desk.errors) == 1
        assert len(door.fake.refused) == 1
        door.telegram_desk.desk.errors.clear()
    finally:
        door.close()


def watch_commands(door: TelegramDriver) -> TelegramCommandMenus:
    """The job that keeps an adapter's command lists up to date, running more often than in production."""
    here = door.telegram_desk.setup.command_menus
    here.refresh_interval = 0.02
    return here
