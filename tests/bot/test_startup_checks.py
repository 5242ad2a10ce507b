"""The start warns if complaints about the head would be read by nobody."""

import asyncio
import json
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.bootstrap import App, RunningDesk
from bot.settings import DeskSettings, Settings
from bot.startup_checks import NO_ABLE_ALTERNATE_WARNING, NO_ALTERNATE_WARNING, collect_startup_warnings
from handlers.office import Office
from handlers.staff.permissions import Role
from storage.crypto.key_files import DeskPaths
from tests.end_to_end.desk_harness import DeskHarness, open_desk
from tests.end_to_end.officers import add_officer
from tests.end_to_end.terminal_driver import build_environment
from tests.in_memory_desk import OFFICE


def make_office_naming(*officers: str) -> Office:
    alternate = OFFICE.alternate.model_copy(update={"officers": officers})
    return OFFICE.model_copy(update={"alternate": alternate})


async def collect_warnings(
    desk: DeskHarness, home: Path, office: Office, name: str = "complaints"
) -> tuple[str, ...]:
    own = RunningDesk(name, DeskPaths.under(home, name), desk.store, desk.engine)
    return await collect_startup_warnings(App(Settings(), office, {name: own}), desk.now())


def test_who_could_read_a_case_that_concerns_the_head(tmp_path: Path) -> None:
    home = tmp_path / "var"

    async def scene() -> None:
        async with open_desk(home) as desk:
            assert await collect_warnings(desk, home, OFFICE) == (NO_ALTERNATE_WARNING,)
            assert await collect_warnings(desk, home, make_office_naming("วิชัย มั่นคง")) == (
                NO_ABLE_ALTERNATE_WARNING,
            )
            await desk.add_staff("นายวิชัย มั่นคง", "officer")  # invited, but not joined yet
            assert await collect_warnings(desk, home, make_office_naming("วิชัย มั่นคง")) == (
                NO_ABLE_ALTERNATE_WARNING,
            )
            await add_officer(desk, "ผู้ตรวจ", Role.AUDITOR)
            assert await collect_warnings(desk, home, make_office_naming("ผู้ตรวจ")) == (
                NO_ABLE_ALTERNATE_WARNING,
            )
            await add_officer(desk, "มาลี", Role.SUPERVISOR)
            assert await collect_warnings(desk, home, make_office_naming("นางสาวมาลี", "วิชัย มั่นคง")) == ()
            await desk.remove_staff("มาลี")
            assert await collect_warnings(desk, home, make_office_naming("มาลี")) == (
                NO_ABLE_ALTERNATE_WARNING,
            )
            assert await collect_warnings(desk, home, OFFICE, "service") == ()

    asyncio.run(scene())


def test_which_bot_would_stay_mute(tmp_path: Path) -> None:
    home, secret = tmp_path / "var", SecretStr("CANARY")
    public, token = {"public_url": "https://ita.example.go.th"}, {"telegram_token": secret}

    async def scene() -> None:
        async with open_desk(home) as desk:
            own = RunningDesk("complaints", DeskPaths.under(home, "complaints"), desk.store, desk.engine)

            async def hears(**told: Any) -> list[str]:
                house = App(
                    Settings(complaints=DeskSettings(**told)), make_office_naming("x"), {"complaints": own}
                )
                said = await collect_startup_warnings(house, desk.now())
                assert "CANARY" not in "".join(said)
                return [words.partition(":")[0] for words in said if words != NO_ABLE_ALTERNATE_WARNING]

            assert await hears() == []
            assert await hears(**token) == ["ITA_COMPLAINTS__PUBLIC_URL"]
            assert await hears(**token, **public) == []
            assert await hears(**token, telegram_mode="polling") == []
            assert await hears(telegram_secret=secret) == ["ITA_COMPLAINTS__TELEGRAM_TOKEN"]
            assert await hears(line_secret=secret, **public) == ["ITA_COMPLAINTS__LINE_TOKEN"]

    asyncio.run(scene())


def test_it_is_said_at_the_start_and_names_nobody(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bot", "run", "--desk", "complaints", "--port", "0"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    env = build_environment(tmp_path / "var")
    with subprocess.Popen(command, cwd=tmp_path, env=env, text=True, **pipes) as program:  # type: ignore[call-overload]
        assert program.stdout is not None
        assert program.stdout.readline().startswith("ready http://")
        assert program.stderr is not None
        lines = [json.loads(program.stderr.readline()) for _ in range(2)]
        program.send_signal(signal.SIGTERM)
        program.communicate(timeout=60)
    assert program.returncode == 0
    assert [line["event"] for line in lines] == ["started", "advice"]
    assert lines[1]["words"] == NO_ALTERNATE_WARNING


def test_it_is_said_in_both_languages() -> None:
    for words in (NO_ALTERNATE_WARNING, NO_ABLE_ALTERNATE_WARNING):
        thai, _, english = words.partition(" / ")
        assert re.search("[ก-๛]", thai)
        assert not re.search("[ก-๛]", english)
