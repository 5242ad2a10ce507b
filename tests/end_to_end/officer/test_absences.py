"""Who stands in for somebody sees and hears what they would, on these days, but for what is kept from them."""

from datetime import date, timedelta
from pathlib import Path

from handlers.complaints.messages import (
    ActorKind,
    AddHistoryEntry,
    Exclusion,
    ExclusionGround,
    HistoryEntryKind,
    SetExclusion,
)
from handlers.dialog.receipt import Receipt
from handlers.staff.absences.messages import Absence, SetAbsence
from handlers.staff.permissions import Role
from handlers.thai.dates import to_bangkok_date
from storage.staff.absences import load_stand_ins
from tests.end_to_end.desk_harness import DeskHarness
from tests.end_to_end.officer.test_commands import join_reply_keys, try_command
from tests.end_to_end.officer.test_matters import find_case, join_texts, see
from tests.end_to_end.officer.test_permissions import run_desk_scenario
from tests.end_to_end.officers import Officer, add_officer, file_case

REASON = "เป็นญาติของผู้ถูกร้องตามที่แจ้งไว้"


async def list_told(desk: DeskHarness) -> list[tuple[bytes, str]]:
    """Whom the outbox tells what: the address, and the key of the wording."""
    waiting = await desk.store.outbox.list_all("telegram")
    return sorted((one.payload.back, say.key) for one in waiting for say in one.payload.says)


async def go_away(desk: DeskHarness, away: Officer, stand_in: Officer, first: int = 0, last: int = 3) -> None:
    today = to_bangkok_date(desk.now())
    days = (today + timedelta(first), today + timedelta(last))
    await desk.commit_office_act(SetAbsence(Absence(away.id, *days, stand_in.id), away.id, today))


async def write_as_reporter(desk: DeskHarness, number: int, receipt: Receipt) -> None:
    view = await see(desk, receipt)
    act = AddHistoryEntry(
        view.id, view.seq + 1, date(2026, 11, 30), HistoryEntryKind.REPORTER, ActorKind.REPORTER,
        f"เพิ่มเติม {number}",
    )  # fmt: skip
    await desk.commit_office_act(act)


def test_from_the_first_day_to_the_last(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        await file_case(desk, 1)
        away, friend = await add_officer(desk, "สมหญิง"), await add_officer(desk, "วิชัย")
        await away.say("/รับ 1")
        await go_away(desk, away, friend, first=1, last=2)
        for day, may_see in ((0, False), (1, True), (2, True), (3, False)):
            desk.clock_offset = timedelta(days=day)
            desk.engine.now = desk.now
            keys = join_reply_keys(await try_command(desk, friend, "case", 1))
            assert keys == ("case.summary" if may_see else "not_yours"), day
            assert join_reply_keys(await try_command(desk, away, "case", 1)) == "case.summary"
            inbox = join_texts(await friend.say("/งาน"))
            assert ("ท่านทำแทน" in inbox) is may_see
        desk.clock_offset = timedelta(days=1)
        assert "ลาอยู่ วิชัย ทำแทน" in join_texts(await friend.say("/เรื่อง 1"))

    run_desk_scenario(tmp_path / "var", scene)


def test_what_the_reporter_writes_goes_to_who_stands_in(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        receipt = await file_case(desk, 1)
        away = await add_officer(desk, "สมหญิง", reply_address=b"away")
        friend = await add_officer(desk, "วิชัย", reply_address=b"friend")
        await away.say("/รับ 1")
        await go_away(desk, away, friend)
        before = await list_told(desk)
        await write_as_reporter(desk, 1, receipt)
        told = await list_told(desk)
        for one in before:
            told.remove(one)
        assert told == [(b"friend", "staff.notice.for_other")]

    run_desk_scenario(tmp_path / "var", scene)


def test_what_is_kept_from_the_stand_in_stays_with_who_is_away(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        receipt = await file_case(desk, 1)
        chief = await add_officer(desk, "มานะ", Role.SUPERVISOR)
        away = await add_officer(desk, "สมหญิง", reply_address=b"away")
        friend = await add_officer(desk, "วิชัย", reply_address=b"friend")
        await away.say("/รับ 1")
        one = await find_case(desk, 1, chief)
        barred = Exclusion(friend.id, ExclusionGround.BARRED, chief.id, REASON)
        await desk.commit_office_act(SetExclusion(one.id, barred, one.received_on))
        await go_away(desk, away, friend)
        assert (await find_case(desk, 1, friend)).hidden
        assert (await find_case(desk, 1, chief)).stand_in == ""
        assert "ท่านทำแทน" not in join_texts(await friend.say("/งาน"))
        before = await list_told(desk)
        await write_as_reporter(desk, 1, receipt)
        told = await list_told(desk)
        for letter in before:
            told.remove(letter)
        assert told == [(b"away", "staff.notice.wrote")]

    run_desk_scenario(tmp_path / "var", scene)


def test_twice_overlapping_and_a_stand_in_who_left(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        await file_case(desk, 1)
        away, friend = await add_officer(desk, "สมหญิง"), await add_officer(desk, "วิชัย")
        third = await add_officer(desk, "มานี")
        await away.say("/รับ 1")
        today = to_bangkok_date(desk.now())
        await go_away(desk, away, friend)
        await go_away(desk, away, third, first=0, last=1)  # the later word holds, for the whole of it
        async with desk.store._reader.connect() as connection:
            assert await load_stand_ins(today, connection) == {away.id: third.id}
            assert await load_stand_ins(today + timedelta(3), connection) == {}
        assert "ลาอยู่" in join_texts(await third.say("/ลา วันนี้ สมหญิง"))
        await desk.remove_staff("มานี")
        assert (await find_case(desk, 1, away)).stand_in == ""
        assert "ทำแทน" in join_texts(await away.say("/ลา วันนี้ วิชัย"))
        assert (await find_case(desk, 1, away)).stand_in == friend.id
        assert "เลิกแล้ว" in join_texts(await away.say("/ลา กลับมาแล้ว"))
        assert (await find_case(desk, 1, away)).stand_in == ""
        assert "ไม่ได้ลา" in join_texts(await away.say("/ลา เลิก"))

    run_desk_scenario(tmp_path / "var", scene)
