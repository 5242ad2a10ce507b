"""A start says loudly that complaints about the head would be read by nobody."""

import asyncio
import json
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot import bootstrap as app
from bot import startup_checks as advice
from bot.settings import DeskSettings, Settings
from handlers.office import Office
from handlers.staff.permissions import Role
from storage.crypto.key_files import DeskPaths
from tests.end.chat import surroundings
from tests.end.desk import DeskHarness, opened
from tests.end.officers import hired
from tests.play import OFFICE


def naming(*officers: str) -> Office:
    alternate = OFFICE.alternate.model_copy(update={"officers": officers})
    return OFFICE.model_copy(update={"alternate": alternate})


async def said(desk: DeskHarness, home: Path, office: Office, name: str = "complaints") -> tuple[str, ...]:
    own = app.RunningDesk(name, DeskPaths.under(home, name), desk.store, desk.engine)
    return await advice.given(app.App(Settings(), office, {name: own}), desk.now())


def test_who_could_read_a_case_that_concerns_the_head(tmp_path: Path) -> None:
    home = tmp_path / "var"

    async def scene() -> None:
        async with opened(home) as desk:
            assert await said(desk, home, OFFICE) == (advice.NOBODY,)
            assert await said(desk, home, naming("วิชัย มั่นคง")) == (advice.NONE_ABLE,)
            await desk.employ("นายวิชัย มั่นคง", "officer")  # invited, and not there yet
            assert await said(desk, home, naming("วิชัย มั่นคง")) == (advice.NONE_ABLE,)
            await hired(desk, "ผู้ตรวจ", Role.AUDITOR)
            assert await said(desk, home, naming("ผู้ตรวจ")) == (advice.NONE_ABLE,)
            await hired(desk, "มาลี", Role.SUPERVISOR)
            assert await said(desk, home, naming("นางสาวมาลี", "วิชัย มั่นคง")) == ()
            await desk.dismiss("มาลี")
            assert await said(desk, home, naming("มาลี")) == (advice.NONE_ABLE,)
            assert await said(desk, home, OFFICE, "service") == ()

    asyncio.run(scene())


def test_which_bot_would_stay_mute(tmp_path: Path) -> None:
    home, secret = tmp_path / "var", SecretStr("CANARY")
    public, token = {"public_url": "https://ita.example.go.th"}, {"telegram_token": secret}

    async def scene() -> None:
        async with opened(home) as desk:
            own = app.RunningDesk("complaints", DeskPaths.under(home, "complaints"), desk.store, desk.engine)

            async def hears(**told: Any) -> list[str]:
                house = app.App(Settings(complaints=DeskSettings(**told)), naming("x"), {"complaints": own})
                said = await advice.given(house, desk.now())
                assert "CANARY" not in "".join(said)
                return [words.partition(":")[0] for words in said if words != advice.NONE_ABLE]

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
    env = surroundings(tmp_path / "var")
    with subprocess.Popen(command, cwd=tmp_path, env=env, text=True, **pipes) as program:  # type: ignore[call-overload]
        assert program.stdout is not None
        assert program.stdout.readline().startswith("ready http://")
        assert program.stderr is not None
        lines = [json.loads(program.stderr.readline()) for _ in range(2)]
        program.send_signal(signal.SIGTERM)
        program.communicate(timeout=60)
    assert program.returncode == 0
    assert [line["event"] for line in lines] == ["started", "advice"]
    assert lines[1]["words"] == advice.NOBODY


def test_it_is_said_in_both_languages() -> None:
    for words in (advice.NOBODY, advice.NONE_ABLE):
        thai, _, english = words.partition(" / ")
        assert re.search("[ก-๛]", thai)
        assert not re.search("[ก-๛]", english)
