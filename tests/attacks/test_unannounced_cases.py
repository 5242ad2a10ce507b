"""Before its moment no officer can find out that a case came: whatever they call answers as if it had not.

Every command of the registry is given before and after reporters do things in any order. A command that is added is
tried without being named here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from bot.assessment.collect import load_records
from bot.bootstrap import App, RunningDesk
from bot.exporters.case_pdf import export_case_pdf
from bot.exporters.register_file import list_register
from bot.health.monitor import HealthMonitor
from bot.jobs.housekeeping import run_due_jobs
from bot.settings import Settings
from bot.statistics.desk_tables import count_exact_desk_tables
from bot.statistics.splits import SplitsDesk, settle_splits
from handlers.complaints.lifecycle import CaseOutcome, CaseStatus, Transition, TransitionRequest
from handlers.complaints.messages import (
    ActorKind,
    AddHistoryEntry,
    ApplyTransition,
    Exclusion,
    ExclusionGround,
    FileCase,
    HistoryEntryKind,
    ReporterCase,
)
from handlers.dialog.effects import Act
from handlers.dialog.events import Channel
from handlers.dialog.receipt import make_receipt
from handlers.dialog.session import Session
from handlers.office import Office
from handlers.staff.members import ListStaff
from handlers.staff.permissions import CommandName, Role
from handlers.staff.state import OfficerState
from handlers.thai.dates import to_bangkok_date
from ita_stats.cases.tables import TableRequest
from ita_stats.period import parse_period
from tests.end_to_end.desk_harness import DeskHarness
from tests.end_to_end.officer.test_commands import COMMAND_TABLE
from tests.end_to_end.officer.test_permissions import run_desk_scenario
from tests.end_to_end.officers import Officer, add_officer, file_case
from tests.in_memory_desk import OFFICE
from tests.properties import examples

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
WITHIN = 90
TODAY = to_bangkok_date(NOW)
CANARY = "คานารีที่ยังไม่มีใครรู้"
WRITING = "คานารีเพิ่มเติม"
SAID_AFTER = ("", "2", "-1", "2/2570", CANARY, "1")


@dataclass
class Reporters:
    """People who report and go on with their cases, each case unannounced."""

    desk: DeskHarness
    officers: list[Officer]
    receipts: list[Any] = field(default_factory=list)

    async def file(self) -> None:
        receipt = make_receipt(900 + len(self.receipts))
        concerned = self.officers[len(self.receipts) % len(self.officers)]
        act = FileCase(
            receipt, "misconduct", Channel.WEB, TODAY, TODAY + timedelta(days=15), "2570-1",
            concerns_head=len(self.receipts) % 2 == 1,
            answers={"story": CANARY, "where": "ห้องลับ"},
            exclusions=(Exclusion(concerned.id, ExclusionGround.NAMED),),
            announce_within=WITHIN,
        )  # fmt: skip
        await self._commit(act)
        self.receipts.append(receipt)

    async def write(self) -> None:
        await self._act_on_last(
            lambda case: AddHistoryEntry(
                case.id, case.seq + 1, TODAY, HistoryEntryKind.REPORTER, ActorKind.REPORTER, WRITING
            )
        )

    async def withdraw(self) -> None:
        step = TransitionRequest(Transition.WITHDRAW, CaseOutcome.WITHDRAWN)
        await self._move(step, CaseStatus.RECEIVED, CaseStatus.CLOSED)

    async def reopen(self) -> None:
        await self._move(TransitionRequest(Transition.REOPEN), CaseStatus.CLOSED, CaseStatus.INVESTIGATING)

    async def tick(self) -> None:
        """A minute before the case came, by the clock: none of the moments can have come, whatever was drawn."""
        assert await run_jobs(self.desk) & {"cases-announced", "cases-hidden", "officers-reminded"} == set()

    async def rescan(self) -> None:
        await self.desk.store.retention.mark_newest_done("hidden", "never")
        await self.tick()

    async def settle(self) -> None:
        await settle_splits(SplitsDesk(self.desk.store, OFFICE, "complaints"), NOW)

    async def _move(self, step: TransitionRequest, before: CaseStatus, after: CaseStatus) -> None:
        answer_by = TODAY + timedelta(days=15) if step.move is Transition.REOPEN else None
        await self._act_on_last(
            lambda case: (
                ApplyTransition(
                    case.id, case.seq + 1, TODAY, step, after, ActorKind.REPORTER, answer_by=answer_by
                )
                if case.status is before
                else None
            )
        )

    async def _act_on_last(self, build: Callable[[ReporterCase], Act | None]) -> None:
        if not self.receipts:
            return
        case = await self.desk.find_reporter_case(self.receipts[-1].formatted)
        assert case is not None, "its reporter follows it at once"
        if (act := build(case)) is not None:
            await self._commit(act)

    async def _commit(self, act: Act) -> None:
        await self.desk.commit_office_act(act)


async def run_jobs(desk: DeskHarness) -> set[str]:
    """Run what is due a minute before now; returns what was done."""
    paths, earlier = desk.store.keyring.key_files.paths, NOW - timedelta(minutes=1)
    return {result.job async for result in run_due_jobs(paths, desk.store, OFFICE, earlier)}


STEPS = ("file", "write", "withdraw", "reopen", "tick", "rescan", "settle")


async def ask_everything(desk: DeskHarness, staff: list[Officer]) -> Mapping[str, object]:
    """What everything that an officer can call answers: each command with each number and phrase, figures, files."""
    seen: dict[str, object] = {}
    session = Session(at=NOW, officer=OfficerState(verified_at=NOW))
    for officer in staff:
        for command in CommandName:
            allowed, more, _ = COMMAND_TABLE[command.value]
            for rest in SAID_AFTER if officer.name.removeprefix("คน") in allowed.split() else ():
                said = f"/{command} {rest} {more}".strip()
                turn = await officer.dry_run(said, session)
                seen[f"{officer.name} {said}"] = (turn.replies, [type(act) for act in turn.acts])
    store = desk.store
    seen["staff"] = await store.answer_query(ListStaff(), NOW)
    request = TableRequest(parse_period("fy2570", TODAY), TODAY, "month")
    seen["figures"] = await count_exact_desk_tables(SplitsDesk(store, OFFICE, "complaints"), request)
    anchor = await store.build_audit_anchor(NOW)
    seen["audit"] = (anchor.count, anchor.mac, await store.verify_audit())
    seen["letters"] = [one.payload.says for one in await store.outbox.list_all("telegram")]
    seen["exports"] = [await export_case_pdf(store, OFFICE, number, 2570, NOW) for number in (2, 3)]
    period, readers = request.period, ("", *(officer.id for officer in staff))
    seen["register"] = [await list_register(store, OFFICE, period, NOW, reader) for reader in readers]
    seen["records"] = await load_records(store, OFFICE, NOW)
    app = App(Settings(_env_file=None), OFFICE, {})  # type: ignore[call-arg]
    running = RunningDesk("complaints", store.keyring.key_files.paths, store, desk.engine)
    measured = await HealthMonitor(app).measure(running, NOW)
    seen["metrics"] = replace(measured, disk_free=0)  # of the machine, which others use too
    return seen


async def begin_desk(desk: DeskHarness) -> list[Officer]:
    """A desk with one case that officers know, one of them for each role, two hear by Telegram."""
    desk.engine.now = lambda: NOW
    desk.now = lambda: NOW  # type: ignore[method-assign]
    staff = [await add_officer(desk, f"คน{role}", role, b"to") for role in Role]
    await file_case(desk, 1)
    await Reporters(desk, staff).settle()
    await run_jobs(desk)
    await desk.store.outbox.complete([one.id for one in await desk.store.outbox.list_all("telegram")])
    return staff


@pytest.mark.full("attacks on unannounced cases")
@examples(8, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(st.sampled_from(STEPS), min_size=1, max_size=14))
def test_nothing_that_an_officer_can_call_tells_of_a_case_before_its_moment(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str]
) -> None:
    async def scene(desk: DeskHarness) -> None:
        staff = await begin_desk(desk)
        before = await ask_everything(desk, staff)
        reporters = Reporters(desk, staff)
        for step in ("file", *steps):
            await getattr(reporters, step)()
        assert await ask_everything(desk, staff) == before

    run_desk_scenario(tmp_path_factory.mktemp("desk") / "var", scene)


def test_at_its_moment_everything_that_should_tell_of_it_does(tmp_path: Any) -> None:
    async def scene(desk: DeskHarness) -> None:
        staff = await begin_desk(desk)
        chiefs = [one for one in staff if one.name == f"คน{Role.SUPERVISOR}"]
        before = await ask_everything(desk, chiefs)
        reporters = Reporters(desk, staff)
        for step in ("file", "write"):
            await getattr(reporters, step)()
        assert await desk.store.announcements.announce_due(NOW + timedelta(minutes=WITHIN)) == 1
        after = await ask_everything(desk, chiefs)
        changed = {name for name in before if before[name] != after[name]}
        assert {"figures", "audit", "letters"} <= changed
        assert {f"คนsupervisor /{command} 2" for command in ("case", "files", "log")} <= changed

    run_desk_scenario(tmp_path / "var", scene)


def test_a_day_is_released_once_officers_know_all_that_came_on_it() -> None:
    office = with_delay(90)
    midnight = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)
    for minutes, day in ((0, 22), (89, 22), (90, 23)):
        counted = office.notice.get_counting_instant(midnight + timedelta(minutes=minutes))
        assert to_bangkok_date(counted).day == day


def with_delay(minutes: int, *urgent: str) -> Office:
    return OFFICE.model_copy(
        update={"notice": OFFICE.notice.model_copy(update={"delay": minutes, "urgent": urgent})}
    )


@pytest.mark.parametrize(
    ("minutes", "urgent", "within"), [(90, (), 90), (0, (), 0), (90, ("corruption",), 0)]
)
def test_officers_are_told_at_once_where_the_office_or_the_kind_wants_it(
    minutes: int, urgent: tuple[str, ...], within: int
) -> None:
    assert with_delay(minutes, *urgent).notice.get_delay("corruption") == within
