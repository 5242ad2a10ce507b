"""A search opens a few cases at a time without blocking others, reports its progress, and can be continued."""

import asyncio
from pathlib import Path

import pytest

from handlers.dialog.replies import Message
from handlers.staff.complaints.messages import SearchCases
from handlers.staff.permissions import Role
from storage.cases import search
from tests.end_to_end.desk_harness import DeskHarness
from tests.end_to_end.officer.test_permissions import run_desk_scenario
from tests.end_to_end.officers import Officer, add_officer, file_case


async def search_with_code(officer: Officer, words: str) -> Message:
    """A search, with the code that it asks for."""
    told = await officer.say(words)
    if "6 หลัก" in told[0].text:
        told = await officer.say(officer.totp_code())
    return told[0]


def numbers(shown: Message) -> list[str]:
    return [label for label, data in shown.choices if data.startswith("/case")]


def test_it_says_how_many_were_searched_and_goes_on(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        for number in range(1, 21):
            await file_case(desk, number)
        chief = await add_officer(desk, "มาลี", Role.SUPERVISOR)
        first = await search_with_code(chief, "/search คานารี")
        assert "ค้นแล้ว 8 เรื่อง ยังมีเรื่องที่เก่ากว่านี้" in first.text
        assert [n.partition("/")[0] for n in numbers(first)] == [str(n) for n in range(20, 12, -1)]
        (label, data) = first.choices[-1]
        assert label == "ค้นต่อ"
        assert len(data.encode()) <= 64
        (second,) = await chief.pick(data)
        assert "ค้นแล้ว 16 เรื่อง" in second.text
        assert [n.partition("/")[0] for n in numbers(second)] == [str(n) for n in range(12, 4, -1)]
        (last,) = await chief.pick(second.choices[-1][1])
        assert "ค้นแล้ว 20 เรื่อง ครบทุกเรื่อง" in last.text
        assert numbers(last)[-1].startswith("1/")
        assert "ค้นต่อ" not in dict(last.choices)
        (over,) = await chief.pick(data)
        assert "อย่างน้อย" in over.text  # nothing is left to search

    run_desk_scenario(tmp_path / "var", scene)


def test_it_stops_in_time_and_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "SEARCH_SLICE", 3)
    monkeypatch.setattr(search, "SEARCH_SECONDS", 0.0)

    async def scene(desk: DeskHarness) -> None:
        for number in range(1, 8):
            await file_case(desk, number)
        chief = await add_officer(desk, "มาลี", Role.SUPERVISOR)
        shown, found = await search_with_code(chief, "/search เรื่องที่ 2"), []
        while True:
            found += numbers(shown)
            if "ค้นต่อ" not in dict(shown.choices):
                break
            (shown,) = await chief.pick(shown.choices[-1][1])
        assert [n.partition("/")[0] for n in found] == ["2"]
        assert "7 เรื่อง" in shown.text

    run_desk_scenario(tmp_path / "var", scene)


def test_others_go_on_while_it_looks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "SEARCH_SLICE", 2)

    async def scene(desk: DeskHarness) -> None:
        for number in range(1, 13):
            await file_case(desk, number)
        chief = await add_officer(desk, "มาลี", Role.SUPERVISOR)
        looking_ = asyncio.create_task(
            desk.store.answer_query(SearchCases("ไม่มีคำนี้", chief.id, all_officers=True), desk.now())
        )
        beats = 0
        while not looking_.done():
            await asyncio.sleep(0)
            beats += 1
        found = await looking_
        assert (found.cases, found.searched_count, found.has_more) == ((), 12, False)
        assert beats >= 6

    run_desk_scenario(tmp_path / "var", scene)


def test_only_what_may_be_read_is_opened_and_counted(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        for number in range(1, 5):
            await file_case(desk, number)
        one, other = await add_officer(desk, "สมหญิง"), await add_officer(desk, "วิชัย")
        await one.say("/take 1")
        shown = await search_with_code(other, "/search คานารี")
        assert "ค้นแล้ว 3 เรื่อง" in shown.text
        assert [n.partition("/")[0] for n in numbers(shown)] == ["4", "3", "2"]
        none = await search_with_code(other, "/search คำที่ไม่มี")
        assert "ไม่พบคำนี้ใน 3 เรื่อง" in none.text
        assert none.choices == ()

    run_desk_scenario(tmp_path / "var", scene)
