"""`/stats`: the text and the chart show the same exact figures, to officers only."""

from pathlib import Path

import pytest

from bot.platforms.terminal import Terminal
from handlers.complaints.lifecycle import CaseStatus
from handlers.dialog.events import Channel, Event
from handlers.staff.permissions import Role
from handlers.thai.dates import BUDDHIST_ERA, to_bangkok_date
from tests.end_to_end.desk_harness import DeskHarness
from tests.end_to_end.officer.test_permissions import run_desk_scenario
from tests.end_to_end.officers import add_officer, file_case


def test_the_chart_has_the_months_of_the_year_until_now(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        for number, status in enumerate(CaseStatus, 1):
            await file_case(desk, number, status)
        for role in Role:
            officer = await add_officer(desk, f"คน{role}", role)
            (shown,) = await officer.say("/stats")
            chart = shown.chart
            assert chart is not None
            today = to_bangkok_date(desk.now())
            year = today.year + BUDDHIST_ERA + (today.month >= 10)
            assert str(year) in chart.title
            assert len(chart.months) == (today.month - 10) % 12 + 1
            assert chart.months[0].label.startswith("ต.ค.")
            assert (chart.months[-1].received, chart.months[-1].done) == (5, 1)
            assert {(m.received, m.done) for m in chart.months[:-1]} <= {(0, 0)}
            assert shown.text.count("รับ 5 แล้วเสร็จ 1") == 2
            assert chart.series == ("รับไว้", "แล้วเสร็จ")

    run_desk_scenario(tmp_path / "var", scene)


def test_in_english(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        officer = await add_officer(desk, "สมหญิง")
        await officer.say("/english")
        (shown,) = await officer.say("/stats")
        assert shown.chart is not None
        words = (shown.chart.title, *shown.chart.series, *(m.label for m in shown.chart.months))
        assert not any("ก" <= letter <= "๛" for word in words for letter in word)
        assert shown.chart.months[0].label.startswith("Oct ")

    run_desk_scenario(tmp_path / "var", scene)


def test_a_stranger_gets_no_figures(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        await add_officer(desk, "สมหญิง")
        for channel in Channel:
            told = await desk.handle(Event(f"e{channel}", desk.person_id("ใครไม่รู้"), channel, "/stats"))
            assert all(message.chart is None and "สถิติ (" not in message.text for message in told)

    run_desk_scenario(tmp_path / "var", scene)


def test_the_terminal_shows_bars(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async def scene(desk: DeskHarness) -> None:
        await file_case(desk, 1)
        officer = await add_officer(desk, "สมหญิง")
        told = await officer.say("/stats")
        for jsonl in (False, True):
            Terminal(desk.engine, desk.store, "สมหญิง", jsonl)._show_messages(told)
            shown = capsys.readouterr().out
            assert "█" * 24 + " 1" in shown
            assert "รับ 1" in shown

    run_desk_scenario(tmp_path / "var", scene)
