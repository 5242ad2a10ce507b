"""The publishing job: each month is released once, in order, and reaches every target in the end."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.publishing import releases
from bot.publishing.releases import ReleaseContext, approve_release
from bot.publishing.target import RefusedFile
from handlers.dialog.effects import TurnResult
from handlers.dialog.events import Channel, Event
from storage import tables
from storage.cases.writes import encrypt_moment
from storage.db.epoch_minutes import to_epoch_minutes
from storage.files import atomic_write
from tests.bot.publishing.fake_targets import FIRST_OPENED_AT, FakePublishTarget, PublishingScenario
from tests.bot.publishing.release_desk import (
    ReleaseDesk,
    make_busy_desk,
    make_late_case,
    make_release_request,
    patch_attributes,
)
from tests.end_to_end.terminal_driver import run_ita_bot
from tests.storage.conftest import make_file_case


def test_a_month_is_released_at_the_offices_hour_and_never_twice(tmp_path: Path) -> None:
    place = FakePublishTarget()
    town = PublishingScenario.create(tmp_path, place)
    assert town.run_at("2025-11-01T07:59:59") == []
    assert town.run_at("2025-11-01T08:00") == ["released", "published-wordpress"]
    assert town.run_at("2025-11-01T08:00") == []
    assert town.run_at("2025-11-30T23:59") == []
    assert (town.list_cutoffs(), place.posted_releases) == (["2025-10-31"], [["1/2569"]])
    released, posted = town.pop_notifications()
    assert "ออกสถิติฉบับที่ 1/2569 แล้ว" in released
    assert "https://report.example.go.th/statistics" in released
    assert "https://www.example.go.th/1/2569" in posted


def test_at_midnight_the_day_before_is_over(tmp_path: Path) -> None:
    town = PublishingScenario.create(tmp_path, publish_hour=0)
    assert town.run_at("2025-10-31T23:59:59") == []
    assert town.run_at("2025-11-01T00:00") == ["released"]
    assert town.list_cutoffs() == ["2025-10-31"]


def test_an_overdue_run_is_left_out_where_an_officer_released_a_later_day(tmp_path: Path) -> None:
    town = PublishingScenario.create(tmp_path)
    later = make_release_request("fy2569", date(2025, 11, 15))
    town.desk.make_release(later, datetime.fromisoformat("2025-11-16T00:00:00+07:00"))
    assert town.run_at("2025-11-16T08:00") == []
    assert town.pop_notifications() == []
    assert town.run_at("2025-12-01T08:00") == ["released"]
    assert town.list_cutoffs() == ["2025-11-15", "2025-11-30"]


def test_an_overdue_run_counts_up_to_the_later_day_of_a_release_of_some_of_its_months(tmp_path: Path) -> None:
    town = PublishingScenario.create(tmp_path)
    later = make_release_request("2568-10", date(2025, 11, 15))
    town.desk.make_release(later, datetime.fromisoformat("2025-11-16T00:00:00+07:00"))
    assert town.run_at("2025-11-16T08:00") == ["released"]
    assert town.run_at("2025-11-16T08:01") == []
    assert town.list_cutoffs() == ["2025-11-15", "2025-11-15"]


def test_a_span_settles_when_its_last_day_is_over_and_before_any_release(tmp_path: Path) -> None:
    town = PublishingScenario.create(tmp_path, layout="half")

    async def list_settled(context: ReleaseContext) -> list[tuple[date, bool]]:
        return [(span.last, span.settled) for span in await context.store.split_spans.list_all()]

    town.run_at("2027-10-31T23:59")
    assert town.desk.run_scenario(list_settled) == [(date(2027, 9, 30), False), (date(2030, 9, 30), False)]
    assert town.run_at("2027-11-01T00:00") == []
    assert town.desk.run_scenario(list_settled) == [(date(2027, 9, 30), True), (date(2030, 9, 30), False)]


@pytest.mark.full("simulated days of publishing")
def test_nothing_is_released_or_settled_while_a_case_of_a_day_before_waits(tmp_path: Path) -> None:
    town = PublishingScenario.create(tmp_path)
    morning = datetime.fromisoformat("2027-11-01T08:00+07:00")
    filed = morning - timedelta(hours=9)

    async def file_with_the_longer_delay(context: ReleaseContext) -> None:
        store = context.store
        act = make_file_case(1, filed, announce_within=720)
        event = Event("e1", b"a" * 32, Channel.WEB)
        await store.commit(event, None, TurnResult(None, (), (act,)), filed)
        async with store.committer.transaction() as connection:
            case = await connection.scalar(select(tables.cases.c.id))
            moment = encrypt_moment(to_epoch_minutes(morning) + 30, str(case), store.keyring)
            await connection.execute(update(tables.cases).values(announce_at=moment))

    async def read(context: ReleaseContext) -> tuple[int, bool, int]:
        spans = await context.store.split_spans.list_all()
        received = [one async for several in context.store.stream_receipts() for one in several]
        return len(await context.store.releases.list_all()), spans[0].settled, len(received)

    town.run_at("2027-10-31T22:00")
    town.pop_notifications()
    town.desk.run_scenario(file_with_the_longer_delay, filed)
    released, settled, received = town.desk.run_scenario(read, filed)
    assert not settled
    for minutes in (0, 29):
        assert town.run_job(morning + timedelta(minutes=minutes)) == []
        with pytest.raises(releases.CasesWaitingError):
            town.desk.make_release(make_release_request("fy2570", date(2027, 10, 31)), morning)
    assert town.desk.run_scenario(read, morning) == (released, False, received)
    assert town.pop_notifications() == []
    assert town.run_job(morning + timedelta(minutes=30)) == ["released"]
    assert town.desk.run_scenario(read, morning) == (released + 1, True, received + 1)


def test_another_hour(tmp_path: Path) -> None:
    town = PublishingScenario.create(tmp_path, publish_hour=17)
    assert town.run_at("2025-11-01T16:59") == []
    assert town.run_at("2025-11-01T17:00") == ["released"]


def test_missed_months_are_caught_up_in_order_and_only_the_newest_is_posted(tmp_path: Path) -> None:
    place = FakePublishTarget()
    town = PublishingScenario.create(tmp_path, place)
    assert town.run_at("2026-02-09T10:00") == ["released"] * 4 + ["published-wordpress"]
    assert town.list_cutoffs() == ["2025-10-31", "2025-11-30", "2025-12-31", "2026-01-31"]
    assert place.posted_releases == [["1/2569", "2/2569", "3/2569", "4/2569"]]
    assert town.run_at("2026-02-09T10:01") == []


def test_after_september_the_whole_year_and_then_the_next(tmp_path: Path) -> None:
    town = PublishingScenario.create(tmp_path, layout="half")
    assert town.run_at("2027-03-31T23:00") == ["released"] * 2
    assert town.run_at("2027-04-01T08:00") == ["released"]
    assert town.list_cutoffs() == ["2026-03-31", "2026-09-30", "2027-03-31"]
    assert "ฉบับที่ 1/2570" in town.pop_notifications()[-1]


def test_a_clock_that_is_set_back_releases_nothing_again(tmp_path: Path) -> None:
    place = FakePublishTarget(failures=["unreachable"])
    town = PublishingScenario.create(tmp_path, place)
    assert town.run_at("2026-01-01T09:00") == ["released"] * 3
    assert town.run_at("2025-11-15T09:00") == ["published-wordpress"]  # it does not wait until January
    assert town.run_at("2025-12-02T09:00") == []
    assert town.run_at("2026-01-02T09:00") == []
    assert len(town.list_cutoffs()) == 3


def test_a_first_start_with_a_wrong_clock_does_not_silence_it_for_years(tmp_path: Path) -> None:
    town = PublishingScenario(ReleaseDesk(tmp_path / "var"))
    assert town.run_at("2030-05-05T09:00") == []
    town.run_job(FIRST_OPENED_AT)
    make_busy_desk(town.desk.home)
    assert town.run_at("2025-11-01T08:00") == ["released"]


@pytest.mark.full("simulated days of publishing")
def test_a_website_that_is_down_for_two_days(tmp_path: Path) -> None:
    place = FakePublishTarget(failures=["unreachable"] * 500)
    town = PublishingScenario.create(tmp_path, place)
    start = datetime.fromisoformat("2025-11-01T08:00:00+07:00")
    town.run_job(start)
    made, failed = town.pop_notifications()
    assert "ไม่สำเร็จ: ติดต่อเว็บไซต์ไม่ได้ หน้าเดิมยังอยู่" in failed
    assert "ออกสถิติ" in made
    for half in range(1, 48 * 2):
        assert town.run_job(start + timedelta(minutes=30 * half)) == []
    assert 10 <= place.attempts <= 16
    assert len(town.pop_notifications()) == 1  # once more after two days
    place.failures.clear()
    back = [town.run_job(start + timedelta(hours=48 + hour)) for hour in range(7)]
    assert [did for several in back for did in several] == ["published-wordpress"]
    assert "แล้ว https://" in town.pop_notifications()[0]


def test_officers_hear_which_file_a_website_does_not_take(tmp_path: Path) -> None:
    place = FakePublishTarget(refused=(RefusedFile("statistics.csv", "file_type"),))
    town = PublishingScenario.create(tmp_path, place)
    town.run_at("2025-11-01T08:00")
    *_, posted, refused = town.pop_notifications()
    assert "https://www.example.go.th/1/2569" in posted
    assert "ไม่รับไฟล์ statistics.csv ของฉบับที่ 1/2569: เว็บไซต์ไม่อนุญาตไฟล์ชนิดนี้" in refused
    assert town.run_at("2025-11-01T09:00") == []


def test_one_places_trouble_does_not_stop_another(tmp_path: Path) -> None:
    bad, good = FakePublishTarget("wordpress", failures=["refused"]), FakePublishTarget("folder")
    town = PublishingScenario.create(tmp_path, bad, good)
    assert town.run_at("2025-11-01T08:00") == ["released", "published-folder"]
    assert town.run_at("2025-11-01T08:06") == ["published-wordpress"]
    assert good.posted_releases == bad.posted_releases == [["1/2569"]]


def test_held_until_a_supervisor_says_so(tmp_path: Path) -> None:
    place = FakePublishTarget()
    town = PublishingScenario.create(tmp_path, place, hold=True)
    assert town.run_at("2025-11-01T08:00") == ["released"]
    (told,) = town.pop_notifications()
    assert "/release ok 1/2569" in told
    assert town.run_at("2025-11-01T08:05") == []

    async def ok(bench: ReleaseContext) -> None:
        await approve_release(bench, "1/2569", datetime.fromisoformat("2025-11-01T09:00:00+07:00"))

    town.desk.run_scenario(ok)
    assert town.run_at("2025-11-01T09:01") == ["published-wordpress"]


def test_a_correction_is_posted_and_an_old_periods_is_not_the_newest(tmp_path: Path) -> None:
    place = FakePublishTarget()
    town = PublishingScenario.create(tmp_path, place)
    town.run_at("2025-12-01T08:00")
    town.desk.write_facts(make_late_case(date(2025, 10, 21)))
    now = datetime.fromisoformat("2025-12-02T09:00:00+07:00")
    made = town.desk.make_release(make_release_request("fy2569", date(2025, 10, 31), why="ลงรับย้อนหลัง"), now)
    assert made.record.name == "3/2569"
    assert town.run_at("2025-12-02T09:01") == []
    assert place.posted_releases == [["1/2569", "2/2569"]]


def test_what_an_officer_released_before_the_clock_is_not_made_again(tmp_path: Path) -> None:
    town = PublishingScenario.create(tmp_path)
    before = make_release_request("fy2569", date(2025, 10, 31))
    town.desk.make_release(before, datetime.fromisoformat("2025-11-01T07:00:00+07:00"))
    assert town.run_at("2025-11-01T08:00") == ["released"]
    assert town.list_cutoffs() == ["2025-10-31"]
    assert town.run_at("2025-11-01T08:01") == []


def test_where_the_register_was_corrected_in_between_the_clock_says_so(tmp_path: Path) -> None:
    town = PublishingScenario.create(tmp_path)
    day = date(2025, 10, 31)
    town.desk.make_release(
        make_release_request("fy2569", day), datetime.fromisoformat("2025-11-01T07:00:00+07:00")
    )
    town.desk.write_facts(make_late_case(date(2025, 10, 21)))
    town.run_at("2025-11-01T08:00")
    assert town.list_cutoffs() == ["2025-10-31", "2025-10-31"]
    page = (town.desk.paths.folder / "releases/2569/2/statistics.html").read_text("utf-8")
    assert "ทะเบียนได้รับการแก้ไขย้อนหลัง" in page


def test_a_full_disk_is_told_once_and_tried_again(tmp_path: Path) -> None:
    town = PublishingScenario.create(tmp_path, FakePublishTarget())

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    for _ in range(2):
        with patch_attributes(atomic_write, write_new_file=full), pytest.raises(OSError, match="No space"):
            town.run_at("2025-11-01T08:00")
    (told,) = town.pop_notifications()
    assert "รอบวันที่ 1 พฤศจิกายน 2568 ไม่สำเร็จ: ที่เก็บข้อมูลเต็ม" in told
    assert town.run_at("2025-11-01T08:03") == ["released", "published-wordpress"]


def test_files_that_cannot_be_made_again_are_told(tmp_path: Path) -> None:
    place = FakePublishTarget(failures=["broken"])
    town = PublishingScenario.create(tmp_path, place)
    town.run_at("2025-11-01T08:00")
    town.pop_notifications()
    (town.desk.paths.folder / "releases/2569/1/statistics.pdf").unlink()
    with patch_attributes(releases, build_manifest_schema=lambda: b"{}"):
        assert town.run_at("2025-11-01T09:00") == []
    assert "ไฟล์ของฉบับนี้หายหรือถูกแก้" in town.pop_notifications()[0]
    assert town.run_at("2025-11-02T09:00") == ["published-wordpress"]


def test_a_tick_of_the_command_releases(tmp_path: Path) -> None:
    home = tmp_path / "var"
    make_busy_desk(home)
    later = (datetime.now(UTC) + timedelta(days=40)).isoformat()
    first, second = (run_ita_bot(home, "tick", "--now", later) for _ in range(2))
    did = [json.loads(line) for line in first.stdout.splitlines()]
    assert {"desk": "complaints", "did": "released", "count": 1} in did
    assert (first.returncode, second.returncode, second.stdout) == (0, 0, "")
