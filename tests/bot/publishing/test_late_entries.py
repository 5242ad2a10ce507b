"""A late entry that touches released months: which releases, and whether a correction is owed, is told."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

from bot.publishing.late_entries import OutdatedRelease, find_outdated_releases
from bot.publishing.releases import ReleaseContext
from handlers.complaints.lifecycle import CaseSource, CaseStatus
from handlers.complaints.messages import ImportedCase
from ita_stats.cases.fact import Fact, FactField
from tests.bot.publishing.fake_targets import PublishingScenario
from tests.bot.publishing.release_desk import (
    ReleaseDesk,
    make_busy_desk,
    make_late_case,
    make_release_request,
)
from tests.end_to_end.terminal_driver import run_ita_bot

REGISTER = (
    "number,received_on,source,category,status,outcome,closed_on\r\n"
    "900/2569,10/02/2569,หนังสือ,ประพฤติมิชอบ,รับเรื่อง,,\r\n"
)


def find_outdated(desk: ReleaseDesk) -> tuple[OutdatedRelease, ...]:
    async def scene(context: ReleaseContext) -> tuple[OutdatedRelease, ...]:
        return await find_outdated_releases(context.store, context.office, "complaints")

    found: tuple[OutdatedRelease, ...] = desk.run_scenario(scene)
    return found


def make_two_releases(desk: ReleaseDesk) -> None:
    desk.make_release(make_release_request(as_of=date(2026, 1, 31)))
    desk.make_release(make_release_request(as_of=date(2026, 8, 31)))
    desk.make_release()


def test_only_releases_that_count_the_day_are_touched_and_only_the_newest_is_owed(tmp_path: Path) -> None:
    desk = make_busy_desk(tmp_path / "var")
    make_two_releases(desk)
    assert find_outdated(desk) == ()
    desk.write_facts(make_late_case(date(2026, 2, 10)))
    found = find_outdated(desk)
    assert [(one.name, one.is_owed) for one in found] == [("2/2569", False), ("3/2569", True)]
    changed = [note.th for note in found[-1].changes]
    assert "รวม: รับไว้ จาก 60 เป็น 61" in changed
    assert all(note.code.split("/")[0] in {"rows", "total", "overview"} for note in found[-1].changes)
    desk.make_release(make_release_request(why="ลงรับย้อนหลัง"))
    assert [(one.name, one.is_owed) for one in find_outdated(desk)] == [("2/2569", False)]


def test_a_mere_change_of_kind_changes_no_exact_figure(tmp_path: Path) -> None:
    desk = make_busy_desk(tmp_path / "var").write_facts(make_late_case(date(2026, 2, 10)))
    make_two_releases(desk)
    filed = make_late_case(date(2026, 2, 10))
    other = Fact("f" * 32, len(filed) + 1, date(2026, 2, 10), date(2026, 10, 1), FactField.CATEGORY, "other")
    desk.write_facts([other])
    assert find_outdated(desk) == ()


def test_the_command_says_so_on_both_outputs(tmp_path: Path) -> None:
    desk = make_busy_desk(tmp_path / "var")
    make_two_releases(desk)
    (tmp_path / "ทะเบียน.csv").write_text(REGISTER, "utf-8")
    done = run_ita_bot(desk.home, "import", str(tmp_path / "ทะเบียน.csv"), "--desk", "complaints")
    assert done.returncode == 0
    found = json.loads(done.stdout)
    assert [(one["release"], one["correction"]) for one in found["releases"]] == [
        ("2/2569", False),
        ("3/2569", True),
    ]
    assert "ก.พ. 2569: รับไว้ จาก" in done.stderr
    assert "should be corrected" in done.stderr
    assert "--period fy2569 --as-of 2026-09-30 --correct" in done.stderr


def test_an_import_that_touches_nothing_released_says_nothing(tmp_path: Path) -> None:
    desk = make_busy_desk(tmp_path / "var")
    desk.make_release(make_release_request(as_of=date(2026, 1, 31)))
    (tmp_path / "ทะเบียน.csv").write_text(REGISTER, "utf-8")
    done = run_ita_bot(desk.home, "import", str(tmp_path / "ทะเบียน.csv"), "--desk", "complaints")
    assert "releases" not in json.loads(done.stdout)
    assert "ita-bot release" not in done.stderr


def test_officers_hear_of_it_once_for_each_import(tmp_path: Path) -> None:
    town = PublishingScenario.create(tmp_path)
    town.run_at("2026-03-01T08:00")
    town.pop_notifications()

    async def import_letter(context: ReleaseContext, number: int) -> None:
        case = ImportedCase(
            1, 2569, number, date(2026, 2, 10), CaseSource.LETTER, "misconduct", CaseStatus.RECEIVED
        )
        now = datetime(2026, 3, 2, tzinfo=UTC)
        importer = context.store.register_importer
        await importer.import_cases(str(number).encode(), [case], lambda day: day, date(2026, 3, 2), now)

    town.desk.run_scenario(lambda context: import_letter(context, 901))
    town.run_at("2026-03-02T08:00")
    (told,) = town.pop_notifications()
    assert "5/2569 (28 กุมภาพันธ์ 2569)" in told
    assert "4/2569" not in told
    assert "ควรแก้ไขฉบับที่ 5/2569" in told
    town.run_at("2026-03-02T08:01")
    assert town.pop_notifications() == []
    town.desk.run_scenario(lambda context: import_letter(context, 902))
    town.run_at("2026-03-02T08:02")
    assert len(town.pop_notifications()) == 1
