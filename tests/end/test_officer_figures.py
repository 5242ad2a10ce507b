"""`/stats`: the words and the chart beside them say the same exact figures, and to officers only."""

from pathlib import Path

import pytest

from bot.platforms.terminal import Terminal
from handlers import thai
from handlers.complaints.lifecycle import CaseStatus
from handlers.dialog.events import Channel, Event
from handlers.staff.permissions import Role
from tests.end.desk import DeskHarness
from tests.end.officers import filed, hired
from tests.end.test_officer_rights import playing


def test_the_chart_has_the_months_of_the_year_until_now(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        for number, status in enumerate(CaseStatus, 1):
            await filed(desk, number, status)
        for role in Role:
            officer = await hired(desk, f"คน{role}", role)
            (shown,) = await officer.says("/stats")
            chart = shown.chart
            assert chart is not None
            today = thai.day(desk.now())
            year = today.year + thai.BUDDHIST_ERA + (today.month >= 10)
            assert str(year) in chart.title
            assert len(chart.months) == (today.month - 10) % 12 + 1
            assert chart.months[0].label.startswith("ต.ค.")
            assert (chart.months[-1].received, chart.months[-1].done) == (5, 1)
            assert {(m.received, m.done) for m in chart.months[:-1]} <= {(0, 0)}
            assert shown.text.count("รับ 5 แล้วเสร็จ 1") == 2
            assert chart.series == ("รับไว้", "แล้วเสร็จ")

    playing(tmp_path / "var", scene)


def test_in_english(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        officer = await hired(desk, "สมหญิง")
        await officer.says("/english")
        (shown,) = await officer.says("/stats")
        assert shown.chart is not None
        words = (shown.chart.title, *shown.chart.series, *(m.label for m in shown.chart.months))
        assert not any("ก" <= letter <= "๛" for word in words for letter in word)
        assert shown.chart.months[0].label.startswith("Oct ")

    playing(tmp_path / "var", scene)


def test_a_stranger_gets_no_figures(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        await hired(desk, "สมหญิง")
        for channel in Channel:
            told = await desk.hears(Event(f"e{channel}", desk.who("ใครไม่รู้"), channel, "/stats"))
            assert all(message.chart is None and "สถิติ (" not in message.text for message in told)

    playing(tmp_path / "var", scene)


def test_the_terminal_shows_bars(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async def scene(desk: DeskHarness) -> None:
        await filed(desk, 1)
        officer = await hired(desk, "สมหญิง")
        told = await officer.says("/stats")
        for jsonl in (False, True):
            Terminal(desk.engine, desk.store, "สมหญิง", jsonl)._show(told)
            shown = capsys.readouterr().out
            assert "█" * 24 + " 1" in shown
            assert "รับ 1" in shown

    playing(tmp_path / "var", scene)
