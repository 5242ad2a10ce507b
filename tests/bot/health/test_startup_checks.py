"""The start warns if complaints about the head would be read by nobody."""

import asyncio
import json
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.bootstrap import App, RunningDesk
from bot.errors import ConfigurationError
from bot.health.startup_checks import (
    NO_ABLE_ALTERNATE_WARNING,
    NO_ALTERNATE_ERROR,
    NO_ALTERNATE_WARNING,
    OUTSIDE_ONLY_WARNING,
    UNLISTED_WARNING,
    URGENT_KIND_OPEN_WARNING,
    collect_startup_warnings,
)
from bot.settings import DeskSettings, Settings
from handlers.office import DirectorySettings, Office
from handlers.staff.permissions import Role
from storage.crypto.key_files import DeskPaths
from tests.end_to_end.desk_harness import DeskHarness, open_desk
from tests.end_to_end.officers import add_officer, file_case
from tests.end_to_end.terminal_driver import build_environment, run_ita_bot
from tests.in_memory_desk import OFFICE, ROOT
from tests.template_desk import copy_template_desks

NEITHER = OFFICE.model_copy(update={"alternate": OFFICE.alternate.model_copy(update={"outside_only": False})})
"""An office that names no alternate and does not say that it has none."""


def make_office_naming(*officers: str) -> Office:
    alternate = NEITHER.alternate.model_copy(update={"officers": officers})
    return OFFICE.model_copy(update={"alternate": alternate})


async def collect_warnings(
    desk: DeskHarness, home: Path, office: Office, name: str = "complaints", *, own: bool = True
) -> tuple[str, ...]:
    """The warnings at a start. own: the office has an office.toml, and is not the example."""
    running = RunningDesk(name, DeskPaths.under(home, name), desk.store, desk.engine)
    settings = Settings(office=home / "office.toml" if own else None)
    return await collect_startup_warnings(App(settings, office, {name: running}), desk.now())


async def is_refused(desk: DeskHarness, home: Path, office: Office) -> bool:
    try:
        await collect_warnings(desk, home, office)
    except ConfigurationError as refusal:
        return str(refusal) == NO_ALTERNATE_ERROR
    return False


def test_who_could_read_a_case_that_concerns_the_head(tmp_path: Path) -> None:
    home = tmp_path / "var"

    async def scene() -> None:
        async with open_desk(home) as desk:
            named = make_office_naming("วิชัย มั่นคง")
            assert await collect_warnings(desk, home, OFFICE) == (OUTSIDE_ONLY_WARNING,)
            assert await collect_warnings(desk, home, NEITHER, "service") == ()
            assert await is_refused(desk, home, NEITHER)
            assert await is_refused(desk, home, named)  # not on the staff list
            await desk.add_staff("นายวิชัย มั่นคง", "auditor")
            assert await is_refused(desk, home, named)  # handles no cases
            await desk.remove_staff("นายวิชัย มั่นคง")
            await desk.add_staff("นายวิชัย มั่นคง", "officer")  # invited, but not joined yet
            assert await collect_warnings(desk, home, named) == (NO_ABLE_ALTERNATE_WARNING,)
            await add_officer(desk, "มาลี", Role.SUPERVISOR)
            assert await collect_warnings(desk, home, make_office_naming("นางสาวมาลี", "วิชัย มั่นคง")) == ()

    asyncio.run(scene())


@pytest.mark.parametrize(
    ("way", "delay", "urgent", "warned"),
    [
        ("short", 90, True, True),
        ("short", 90, False, False),
        ("short", 0, True, False),
        ("guided", 90, True, False),
    ],
)
def test_an_urgent_kind_that_need_not_be_chosen_is_warned_of(
    tmp_path: Path, way: str, delay: int, *, urgent: bool, warned: bool
) -> None:
    kinds = (OFFICE.categories[0].code,) if urgent else ()
    notice = OFFICE.notice.model_copy(update={"delay": delay, "urgent": kinds})
    report = OFFICE.report.model_copy(update={"way": way})
    office = OFFICE.model_copy(update={"notice": notice, "report": report})

    async def scene() -> None:
        async with open_desk(tmp_path / "var") as desk:
            warnings = await collect_warnings(desk, tmp_path / "var", office)
            assert (URGENT_KIND_OPEN_WARNING in warnings) == warned
            assert await collect_warnings(desk, tmp_path / "var", office, "service") == ()

    asyncio.run(scene())


def test_an_office_that_runs_already_is_warned_for_one_version(tmp_path: Path) -> None:
    home = tmp_path / "var"

    async def scene() -> None:
        async with open_desk(home) as desk:
            await desk.add_staff("สมหญิง", "officer")
            assert await is_refused(desk, home, NEITHER)  # nobody joined, and no case: it has not run yet
            await file_case(desk, 1)
            assert await collect_warnings(desk, home, NEITHER) == (NO_ALTERNATE_WARNING,)
            assert await collect_warnings(desk, home, make_office_naming("ใครไม่รู้")) == (NO_ALTERNATE_WARNING,)
        async with open_desk(tmp_path / "other") as desk:
            await add_officer(desk, "มาลี", Role.SUPERVISOR)
            assert await collect_warnings(desk, home, NEITHER) == (NO_ALTERNATE_WARNING,)
            await desk.remove_staff("มาลี")
            assert await collect_warnings(desk, home, NEITHER) == (NO_ALTERNATE_WARNING,)

    asyncio.run(scene())


def test_the_example_opens_whatever_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    async def scene() -> None:
        async with open_desk(tmp_path / "var") as desk:
            told = await collect_warnings(desk, tmp_path / "var", NEITHER, own=False)
            assert told == (NO_ALTERNATE_WARNING,)

    asyncio.run(scene())


def test_a_new_office_without_alternate_does_not_open(tmp_path: Path) -> None:
    own = (ROOT / "office.example.toml").read_text("utf-8")
    (tmp_path / "office.toml").write_text(own.replace("outside_only = true\n", ""), "utf-8")
    copy_template_desks(tmp_path / "var")
    refused = run_ita_bot(tmp_path / "var", "run", "--port", "0")
    assert (refused.returncode, refused.stdout) == (78, "")
    assert NO_ALTERNATE_ERROR in refused.stderr
    assert "Traceback" not in refused.stderr


def test_which_bot_would_stay_mute(tmp_path: Path) -> None:
    home, secret = tmp_path / "var", SecretStr("CANARY")
    public, token = {"public_url": "https://ita.example.go.th"}, {"telegram_token": secret}

    async def scene() -> None:
        async with open_desk(home) as desk:
            own = RunningDesk("complaints", DeskPaths.under(home, "complaints"), desk.store, desk.engine)

            async def hears(**told: Any) -> list[str]:
                house = App(Settings(complaints=DeskSettings(**told)), OFFICE, {"complaints": own})
                said = await collect_startup_warnings(house, desk.now())
                assert "CANARY" not in "".join(said)
                return [words.partition(":")[0] for words in said if words != OUTSIDE_ONLY_WARNING]

            assert await hears() == []
            assert await hears(**token) == ["ITA_COMPLAINTS__PUBLIC_URL"]
            assert await hears(**token, **public) == []
            assert await hears(**token, telegram_mode="polling") == []
            assert await hears(telegram_secret=secret) == ["ITA_COMPLAINTS__TELEGRAM_TOKEN"]
            assert await hears(line_secret=secret, **public) == ["ITA_COMPLAINTS__LINE_TOKEN"]

    asyncio.run(scene())


@pytest.mark.full("a server in its own process")
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
    assert lines[1]["words"] == OUTSIDE_ONLY_WARNING


def test_it_is_said_in_both_languages() -> None:
    for words in (
        NO_ALTERNATE_ERROR,
        NO_ALTERNATE_WARNING,
        NO_ABLE_ALTERNATE_WARNING,
        OUTSIDE_ONLY_WARNING,
        UNLISTED_WARNING,
        URGENT_KIND_OPEN_WARNING,
    ):
        thai, _, english = words.partition(" / ")
        assert re.search("[ก-๛]", thai)
        assert not re.search("[ก-๛]", english)


def test_an_entry_in_the_directory_that_is_not_shown_is_said_at_the_start(tmp_path: Path) -> None:
    async def scene() -> tuple[str, ...]:
        async with open_desk(tmp_path / "var") as desk:
            office = OFFICE.model_copy(update={"directory": DirectorySettings(key=f"{'A' * 43}=")})
            return await collect_warnings(desk, tmp_path, office)

    beginning = UNLISTED_WARNING.partition("{")[0]
    assert [line for line in asyncio.run(scene()) if line.startswith(beginning) and "[directory] key" in line]
