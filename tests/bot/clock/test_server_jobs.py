"""The jobs of a server whose clock cannot be judged, or is doubted."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.bootstrap import App, RunningDesk
from bot.clock.decision import CLOCK_DOUBTED_EN, ClockDoubt
from bot.clock.outside_time import OUTSIDE_TIME, TimeSource, read_uptime
from bot.jobs.server_clock import ClockCheck, DeskClock, make_publishing_error_log
from bot.settings import Settings
from bot.statistics.splits import OfficeFileMissingError
from handlers.dialog.effects import TurnResult
from handlers.dialog.events import Channel, Event
from handlers.office import Bilingual
from handlers.staff.settings.messages import SetOfficeSetting, SettingName
from storage.crypto.key_files import DeskPaths
from tests.end_to_end.desk_harness import DeskHarness, open_desk
from tests.end_to_end.officers import add_officer, file_case
from tests.in_memory_desk import OFFICE


def build_app(desk: DeskHarness, home: Path) -> tuple[App, RunningDesk]:
    """An app that serves one desk of complaints."""
    running = RunningDesk("complaints", DeskPaths.under(home, "complaints"), desk.store, desk.engine)
    return App(Settings(_env_file=None), OFFICE, {"complaints": running}), running  # type: ignore[call-arg]


def test_a_check_that_fails_is_logged_and_stops_nothing_that_does_not_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    unending = datetime.max.replace(tzinfo=UTC), read_uptime() - 60
    monkeypatch.setattr(OUTSIDE_TIME, "_heard", {TimeSource.PLATFORM: unending})

    async def scene() -> None:
        async with open_desk(tmp_path / "var") as desk:
            app, running = build_app(desk, tmp_path / "var")
            verdict = await ClockCheck(app, running).judge(desk.now())
            assert verdict.doubt is ClockDoubt.FAILED
            await DeskClock(app, running).run_jobs()

    asyncio.run(scene())
    assert list(tmp_path.glob("var/**/anchors/*.json"))
    logged = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["kind"] for line in logged if line["event"] == "fault"] == ["builtins.OverflowError"] * 2


def test_a_doubt_is_logged_once_and_again_after_it_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def scene() -> list[int]:
        counts = []
        async with open_desk(tmp_path / "var") as desk:
            clock = DeskClock(*build_app(desk, tmp_path / "var"))
            for hours in (1, 1, 0, 1):
                heard = datetime.now(UTC) + timedelta(hours=hours), read_uptime()
                monkeypatch.setattr(OUTSIDE_TIME, "_heard", {TimeSource.PLATFORM: heard})
                await clock.run_jobs()
                counts.append(capsys.readouterr().err.count(CLOCK_DOUBTED_EN))
        return counts

    assert asyncio.run(scene()) == [1, 0, 0, 1]


def test_what_another_process_set_of_the_office_is_learned_by_the_clock(tmp_path: Path) -> None:
    told = Bilingual(th="หยุดราชการ")

    async def scene() -> None:
        async with open_desk(tmp_path / "var") as desk:
            clock = DeskClock(*build_app(desk, tmp_path / "var"))
            await clock.run_jobs()
            async with open_desk(tmp_path / "var") as terminal:
                act = SetOfficeSetting(SettingName.NOTICE, told, "s9", desk.now().date())
                event = Event("set", b"a" * 32, Channel.TERMINAL)
                await terminal.store.commit(event, None, TurnResult(None, (), (act,)), desk.now())
            await clock.run_jobs()
            assert desk.store.get_office(OFFICE).announcement == told

    asyncio.run(scene())


def test_what_people_hear_of_does_not_wait_for_the_jobs_of_each_minute(tmp_path: Path) -> None:
    async def scene() -> None:
        async with open_desk(tmp_path / "var") as desk:
            desk.clock_offset = -timedelta(minutes=2)
            desk.engine.now = desk.now
            receipt = await file_case(desk, 1)
            officer = await add_officer(desk, "สมหญิง")
            await officer.confirm(await officer.say("/ตอบ 1 ได้รับเรื่องแล้วค่ะ"))
            app, running = build_app(desk, tmp_path / "var")
            before = await desk.find_reporter_case(receipt.formatted)
            await DeskClock(app, running).run_jobs()
            assert await desk.find_reporter_case(receipt.formatted) == before
            await DeskClock(app, running, prompt=True).run_jobs()
            after = await desk.find_reporter_case(receipt.formatted)
            assert before is not None
            assert after is not None
            assert (before.seq, after.seq, after.entries[-1].text) == (1, 2, "ได้รับเรื่องแล้วค่ะ")

    asyncio.run(scene())


def test_a_missing_office_file_is_logged_once_and_other_errors_each_time(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log = make_publishing_error_log()
    for error in (OfficeFileMissingError(), ValueError(), OfficeFileMissingError(), ValueError()):
        log(error)
    logged = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["event"] for line in logged] == ["advice", "fault", "fault"]
    assert "office.toml" in json.dumps(logged[0], ensure_ascii=False)
