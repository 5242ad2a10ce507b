"""The commands that Telegram shows: everybody's of each desk in two languages, an officer's in their own chat."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.platforms.telegram.commands import CITIZENS, TelegramCommandMenus, everybodys, officers
from handlers import complaints_desk as router
from handlers import service_desk as counter
from handlers.dialog.events import Lang
from handlers.staff.permissions import CommandName, Role, may
from handlers.staff.service.dispatch import NAMES
from tests.platforms.bot_api import TelegramFault
from tests.platforms.telegram_door import TelegramDriver
from tests.platforms.test_telegram_officers import joined

HEARD: Mapping[str, Mapping[str, str]] = {"complaints": router.TYPED, "service": counter.HEARD}
BY_DOOR = {"wipe"}
LANGS: tuple[Lang, ...] = ("th", "en")


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("desk", CITIZENS)
def test_every_command_that_is_shown_is_understood(desk: str, lang: Lang) -> None:
    offered = everybodys(desk, lang)
    assert {name for name, _ in offered} <= {*HEARD[desk], *BY_DOOR}
    assert len(dict(offered)) == len(offered)
    assert all(0 < len(told) <= 60 for _, told in offered)
    for role in Role:
        own = officers(desk, role, lang)
        names = {name for name, _ in own}
        known = {*NAMES} if desk == "service" else {order.value for order in CommandName if may(role, order)}
        assert names <= {*known, *HEARD[desk], *BY_DOOR}
        assert all(told for _, told in own)


def test_the_service_desk_has_a_face_of_its_own() -> None:
    assert [name for name, _ in everybodys("service", "th")] == [
        *("ask", "qna", "opinion", "consultations", "follow", "report"),
        *("stop", "wipe", "help", "privacy", "en"),
    ]
    assert dict(everybodys("service", "th"))["follow"] == "ติดตามคำถามของฉัน"
    assert dict(everybodys("service", "en"))["follow"] == "Follow my question"
    assert dict(everybodys("complaints", "en"))["report"] == "Report a matter"
    assert [name for name, _ in officers("service", Role.OFFICER, "en")][:5] == [
        *("questions", "opinions", "consult", "faq", "help")
    ]
    assert officers("service", Role.AUDITOR, "th") == []
    assert "intake" not in dict(officers("complaints", Role.AUDITOR, "th"))
    assert "inbox" in dict(officers("complaints", Role.OFFICER, "th"))


def test_an_officer_sees_their_own_commands_until_they_leave(tmp_path: Path) -> None:
    door = TelegramDriver(tmp_path / "var", desk_name="service")
    try:
        chat, shown = joined(door, "สมหญิง"), watched(door)
        door.run(shown.introduce())
        door.run(shown.look())
        assert door.fake.commands.keys() == {
            ("all_private_chats", ""),
            ("all_private_chats", "en"),
            (f"chat {chat}", ""),
        }
        assert door.fake.commands[f"chat {chat}", ""][0]["command"] == "questions"
        door.fake.commands.pop((f"chat {chat}", ""))
        door.run(shown.look())
        assert (f"chat {chat}", "") not in door.fake.commands  # not told again what it knows
        door.fake.commands[f"chat {chat}", ""] = []
        door.dismiss("สมหญิง")
        door.run(shown.look())
        assert (f"chat {chat}", "") not in door.fake.commands
        assert door.fake.refused == []
    finally:
        door.close()


def test_what_telegram_does_not_take_now_is_shown_later(tmp_path: Path) -> None:
    door = TelegramDriver(tmp_path / "var", desk_name="service")
    try:
        joined(door, "สมหญิง")
        shown = watched(door)
        door.run(shown.introduce())
        door.fake.weather = lambda method, params: (
            TelegramFault(500) if "mycommands" in method.lower() else None
        )

        async def follow() -> None:
            task = asyncio.create_task(shown.follow())
            async with asyncio.timeout(20):
                while not door.open.desk.faults:  # noqa: ASYNC110 - a list of the fake's
                    await asyncio.sleep(0.01)
                assert len(door.fake.commands) == 2
                door.fake.weather = lambda method, params: None
                while len(door.fake.commands) == 2:  # noqa: ASYNC110 - a list of the fake's
                    await asyncio.sleep(0.01)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

        door.run(follow())
        door.open.desk.faults.clear()
    finally:
        door.close()


def test_a_chat_that_is_gone_is_not_asked_again(tmp_path: Path) -> None:
    door = TelegramDriver(tmp_path / "var", desk_name="service")
    try:
        chat, shown = joined(door, "สมหญิง"), watched(door)
        shown._shown.clear()  # should a round have come between
        del door.fake.chats[chat]
        door.run(shown.look())
        door.run(shown.look())
        assert len(door.open.desk.faults) == 1
        assert len(door.fake.refused) == 1
        door.open.desk.faults.clear()
    finally:
        door.close()


def watched(door: TelegramDriver) -> TelegramCommandMenus:
    """What keeps the commands of a door, looking more often than in earnest."""
    here = door.open.entrance.commands
    here.round = 0.02
    return here
