"""Once a month the supervisors hear what changed, once, and only of an office's own desk."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.assessment.checks import build_report
from bot.assessment.findings import EvidenceReport, Fault
from bot.assessment.monthly import RememberedEvidence, build_notice, list_changes, run_monthly_evidence
from bot.bootstrap import App, RunningDesk
from bot.office_file import OfficeSource
from bot.settings import Settings
from handlers.assessment.items import build_assessment
from handlers.assessment.vocabulary import AgencyVariant, ElementCode
from handlers.dialog.events import Channel
from handlers.staff.permissions import Role
from ita_stats.calendar import BANGKOK
from storage.crypto.key_files import DeskPaths
from tests.bot.assessment.office_front import LoopbackSite, serve_site
from tests.bot.assessment.test_checks import BODIES, PublicPage, observe
from tests.end_to_end.desk_harness import DeskHarness, open_desk
from tests.end_to_end.officers import add_officer
from tests.in_memory_desk import OFFICE


def report_of(bodies: dict[PublicPage, str] | None = None) -> EvidenceReport:
    assessment = build_assessment(OFFICE.model_copy(update={"items": ()}), 2563, AgencyVariant.MOE)
    return build_report(replace(assessment, year=2569), observe(bodies))


NO_LINKS = report_of({PublicPage.WEBSITE: "<p>"})


def remembered(**faults: Fault) -> RememberedEvidence:
    return RememberedEvidence(year=2569, variant="moe", faults=faults)


def test_what_changed_is_named_by_number() -> None:
    before = remembered(statistics_current=Fault.OUT_OF_DATE, ask_linked=Fault.NO_LINK_TO_ASK)
    changes = [(item.number, one.element.code) for item, one in list_changes(NO_LINKS, before)]
    assert changes == [
        ("26", ElementCode.REPORT_LINKED),
        ("28", ElementCode.OPINION_LINKED),
        ("27", ElementCode.STATISTICS_CURRENT),
    ]
    lines = build_notice(NO_LINKS, before, "th").splitlines()
    assert lines[1].startswith("✗ ข้อ 26: ")
    assert lines[3].startswith("✓ ข้อ 27: ")
    assert lines[-1] == "ดูทั้งหมด: ita-bot evidence --year 2569 --out โฟลเดอร์"


def test_the_first_time_and_an_unchanged_month_say_so() -> None:
    same = {one.element.code.value: one.seen.fault for _, one in NO_LINKS.findings if one.seen.fault}
    assert "nothing changed" in build_notice(NO_LINKS, remembered(**same), "en")
    assert "changed" not in build_notice(NO_LINKS, None, "en")
    assert "changed" not in build_notice(NO_LINKS, remembered().model_copy(update={"year": 2568}), "en")


def test_many_changes_are_counted() -> None:
    everything = {code.value: Fault.PAGE_CLOSED for code in ElementCode}
    assert "และอีก" in build_notice(report_of(), remembered(**everything), "th")


async def run_job(
    desk: DeskHarness, home: Path, address: str, now: datetime, source: OfficeSource | None
) -> int:
    settings = Settings(complaints={"public_url": address}, service={"public_url": address})  # type: ignore[arg-type]
    own = RunningDesk("complaints", DeskPaths.under(home, "complaints"), desk.store, desk.engine)
    office = OFFICE.model_copy(update={"website": address})
    app = App(settings, office, {"complaints": own}, source)
    return len([done async for done in run_monthly_evidence(app, now)])


def begin_next_month(now: datetime) -> datetime:
    """Return 9 o'clock in Bangkok on the first day after the month that it is there, in UTC."""
    next_month = (now.astimezone(BANGKOK).replace(day=1) + timedelta(32)).replace(day=1)
    return next_month.replace(hour=9, minute=0).astimezone(UTC)


def test_the_clock_tells_the_supervisors_once_a_month(tmp_path: Path) -> None:
    home, source = tmp_path / "var", OfficeSource(tmp_path / "office.toml", is_example=False)

    async def scene(address: str) -> None:
        async with open_desk(home) as desk:
            for name, role in (("หัวหน้า", Role.SUPERVISOR), ("เจ้าหน้าที่", Role.OFFICER)):
                await add_officer(desk, name, role, name.encode())
            start = desk.now()
            begins = begin_next_month(start)  # 9 in Bangkok
            told = [
                await run_job(desk, home, address, now, source)
                for now in (start, begins - timedelta(hours=1), begins, begins, begins + timedelta(days=20))
            ]
            assert told == [0, 0, 1, 0, 0]
            assert await run_job(desk, home, address, begins + timedelta(32), None) == 0
            example = OfficeSource(None, is_example=True)
            assert await run_job(desk, home, address, begins + timedelta(32), example) == 0
            waiting = await desk.store.outbox.list_all(Channel.TELEGRAM)
            assert len(waiting) == 1
            assert RememberedEvidence.model_validate_json(
                (home / "complaints" / "assessment" / "last.json").read_bytes()
            ).faults

    with serve_site(LoopbackSite({"/": BODIES[PublicPage.WEBSITE]})) as site:
        asyncio.run(scene(site.address))


def test_a_machine_without_a_network_waits_and_tells_on_the_third(tmp_path: Path) -> None:
    home, source = tmp_path / "var", OfficeSource(tmp_path / "office.toml", is_example=False)

    async def scene() -> None:
        async with open_desk(home) as desk:
            begins = begin_next_month(desk.now())
            closed = "http://127.0.0.1:9"
            told = [
                await run_job(desk, home, closed, begins + later, source)
                for later in (timedelta(0), timedelta(minutes=5), timedelta(hours=3), timedelta(days=2))
            ]
            assert told == [0, 0, 0, 1]

    asyncio.run(scene())
