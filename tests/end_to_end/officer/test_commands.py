"""Every command for every role, status and owner of a case; and approvals under concurrency."""

import asyncio
import random
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from sqlalchemy import select

from handlers.complaints.lifecycle import CaseOutcome, CaseStatus
from handlers.complaints.messages import Exclusion, ExclusionGround, SetExclusion
from handlers.dialog.effects import TurnResult
from handlers.dialog.session import Session
from handlers.staff.complaints.messages import FindCaseByNumber
from handlers.staff.members import AuditRefusal
from handlers.staff.permissions import CommandName, Role
from handlers.staff.state import OfficerState
from handlers.thai.dates import to_bangkok_date
from ita_stats.calendar import get_fiscal_year
from storage import tables
from tests.end_to_end.desk_harness import DeskHarness
from tests.end_to_end.officer.test_permissions import assert_history_consistent, run_desk_scenario
from tests.end_to_end.officers import Officer, add_officer, file_case
from tests.handlers.staff.officer_commands import REASON
from tests.in_memory_desk import STRICT_OFFICE_TOML
from tests.properties import examples

EVERYBODY, HANDLING, DECIDING = "officer supervisor admin auditor", "officer supervisor", "supervisor"
COMMAND_TABLE: dict[str, tuple[str, str, str]] = {
    # command: who may use it, what follows the number, and the keys of the allowed reply
    "help": (EVERYBODY, "", "help.all"),
    "join": (EVERYBODY, "", "join.already"),
    "leave": (EVERYBODY, "", "leave.ask"),
    "stats": (EVERYBODY, "", "stats.all"),
    "inbox": (HANDLING, "", "inbox.some no_more"),
    "due": (HANDLING, "", "due.none due.some no_more"),
    "overdue": (HANDLING, "", "overdue.none no_more"),
    "search": (HANDLING, "", "search.short"),
    "intake": (HANDLING, "", "intake.ask"),
    "confirm": (HANDLING, "", "confirm.stale"),
    "case": (HANDLING, "", "case.summary"),
    "facts": (HANDLING, "", "facts"),
    "files": (HANDLING, "", "files.none"),
    "history": (HANDLING, "", "history"),
    "take": (HANDLING, "", "take.done+case.summary"),
    "screen": (HANDLING, "", "moved+case.summary forbidden"),
    "investigate": (HANDLING, "", "moved+case.summary forbidden"),
    "notaccept": (HANDLING, f"policy {REASON}", "confirm.ask forbidden"),
    "close": (HANDLING, f"insufficient {REASON}", "confirm.ask forbidden"),
    "forward": (HANDLING, f"nacc {REASON}", "confirm.ask forbidden"),
    "reply": (HANDLING, "ขอบคุณครับ", "confirm.ask"),
    "ask": (HANDLING, "3 วัน เลขที่สัญญาเท่าใด", "confirm.ask"),
    "canned": (HANDLING, "1", "confirm.ask"),
    "note": (HANDLING, "โทรหาพยาน", "note.done"),
    "undo": (HANDLING, "", "undo.nothing"),
    "link": (HANDLING, "2", "link.done link.not"),
    "merge": (HANDLING, "2 !", "merge.done merge.same merge.ended"),
    "separate": (HANDLING, "", "merge.alone"),
    "kind": (HANDLING, "misconduct", "kind.done"),
    "check": (HANDLING, "1", "check.none"),
    "identity": (HANDLING, REASON, "approval.asked"),
    "approve": (HANDLING, "", "approval.nothing"),
    "assign": (DECIDING, "คนofficer", "assign.done+case.summary"),
    "appoint": (DECIDING, "คนofficer", "appoint.done+case.summary"),
    "reopen": (DECIDING, REASON, "confirm.ask forbidden"),
    "hold": (DECIDING, "ศาลขอ", "hold.on"),
    "bar": (DECIDING, f"คนofficer {REASON}", "bar.barred"),
    "lift": (DECIDING, f"คนofficer {REASON}", "bar.nobody"),
    "release": (DECIDING, "ok 1/2570", "release.unknown release.none"),
    "remark": (DECIDING, "", "remark.how"),
    "clock": ("supervisor admin", "", "clock.believed"),
    "setting": ("supervisor admin", "", "setting.list setting.which"),
    "log": ("supervisor auditor", "", "log.lines"),
    "here": ("supervisor admin", "", "here.how"),
    "page": (HANDLING, "", "page.nowhere"),
    "export": (HANDLING, "", "page.nowhere"),
    "import": ("supervisor admin", "", "page.nowhere"),
    "slip": (HANDLING, "", "slip.not_entered"),
    "staff": ("supervisor admin", "", "people.all_some_no_unit"),
    "invite": ("admin", "", "people.how_invite"),
    "dismiss": ("admin", "", "people.not_own people.ask_dismiss people.reset_first people.no_such_person"),
    "reset": ("supervisor admin", "", "people.not_own people.ask_reset people.admins_only people.no_such_person"),
    "away": (HANDLING, "", "away.ask away.ask_supervisor away.no_days"),
    "handover": ("admin", "", "people.how_handover people.who_takes people.whose"),
    "workspace": (EVERYBODY, "", "workspace.link.nowhere"),
}  # fmt: skip
"""Written a second time, so that the test does not read what it tests."""

OF_A_CASE = frozenset({
    "case", "facts", "files", "history", "take", "screen", "investigate", "notaccept", "close", "forward", "reply",
    "ask", "canned", "note", "undo", "link", "merge", "separate", "kind", "identity", "approve", "assign", "appoint",
    "reopen", "hold", "log", "page", "export", "slip", "check",
})  # fmt: skip
"""Commands that open or change one case, and so must do nothing for a hidden case or a colleague's."""


async def try_command(desk: DeskHarness, officer: Officer, order: str, number: int) -> TurnResult:
    """What a command by an officer with a fresh second factor would lead to; nothing is committed."""
    session = Session(at=desk.now(), officer=OfficerState(verified_at=desk.now()))
    return await officer.dry_run(f"/{order} {number} {COMMAND_TABLE[order][1]}".strip(), session)


def join_reply_keys(turn: TurnResult) -> str:
    return "+".join(say.key.removeprefix("staff.") for say in turn.replies)


def test_the_table_has_every_command() -> None:
    assert set(COMMAND_TABLE) == {order.value for order in CommandName}
    assert {role for who, _, _ in COMMAND_TABLE.values() for role in who.split()} == {
        role.value for role in Role
    }


def test_every_command_for_every_role_in_every_state(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        for number, status in enumerate(CaseStatus, 1):
            await file_case(desk, number, status)
        seen: dict[str, set[str]] = {}
        for role in Role:
            officer = await add_officer(desk, f"คน{role}", role)
            for order, (may, _, keys) in COMMAND_TABLE.items():
                for number, status in enumerate(CaseStatus, 1):
                    turn, where = await try_command(desk, officer, order, number), f"{role} {order} {status}"
                    if role not in may.split():
                        assert join_reply_keys(turn) == "refused", where
                        assert [type(act) for act in turn.acts] == [AuditRefusal], where
                        continue
                    assert join_reply_keys(turn) in keys.split(), f"{where}: {join_reply_keys(turn)}"
                    seen.setdefault(order, set()).add(join_reply_keys(turn))
        assert {order for order in COMMAND_TABLE if not seen[order]} == set()
        assert all("forbidden" in seen[o] for o in ("screen", "investigate", "close", "notaccept", "reopen"))

    run_desk_scenario(tmp_path / "var", scene)


def test_nothing_of_a_case_that_concerns_who_asks(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        for number, status in enumerate(CaseStatus, 1):
            await file_case(desk, number, status)
        chief = await add_officer(desk, "หัวหน้าคนหนึ่ง", Role.SUPERVISOR)
        staff = [
            await add_officer(desk, f"คน{role}", role)
            for role in (Role.OFFICER, Role.SUPERVISOR, Role.AUDITOR)
        ]
        for number in range(1, len(CaseStatus) + 1):
            found = await find_officer_case(desk, number, chief)
            for one in staff:
                barred = Exclusion(one.id, ExclusionGround.BARRED, chief.id, REASON)
                await desk.commit_office_act(SetExclusion(found.id, barred, found.received_on))
        for one, role in zip(staff, (Role.OFFICER, Role.SUPERVISOR, Role.AUDITOR), strict=True):
            for order in OF_A_CASE:
                for number in range(1, len(CaseStatus) + 1):
                    turn = await try_command(desk, one, order, number)
                    allowed = role.value in COMMAND_TABLE[order][0].split()
                    assert join_reply_keys(turn) == ("hidden" if allowed else "refused"), (
                        f"{role} {order} {number}"
                    )
                    assert {type(act) for act in turn.acts} <= {AuditRefusal}, f"{role} {order}"

    run_desk_scenario(tmp_path / "var", scene)


def test_nothing_of_a_case_that_another_officer_has(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        await file_case(desk, 1)
        one, other = await add_officer(desk, "สมหญิง"), await add_officer(desk, "วิชัย")
        await one.say("/take 1")
        for order in OF_A_CASE:
            if "officer" in COMMAND_TABLE[order][0].split():
                turn = await try_command(desk, other, order, 1)
                assert join_reply_keys(turn) == "not_yours", order
                assert turn.acts == (), order

    run_desk_scenario(tmp_path / "var", scene)


def test_while_something_waits_to_be_sent_what_else_is_sent_follows_it(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        await file_case(desk, 1, CaseStatus.SCREENING)
        officer = await add_officer(desk, "สมหญิง")
        await officer.confirm(await officer.say("/reply 1 ขอบคุณครับ"))
        for order in ("reply", "ask", "canned", "close", "notaccept", "forward"):
            assert join_reply_keys(await try_command(desk, officer, order, 1)) == "confirm.ask_after", order
        assert join_reply_keys(await try_command(desk, officer, "investigate", 1)) == "held.after"
        assert join_reply_keys(await try_command(desk, officer, "note", 1)) == "note.done"
        assert join_reply_keys(await try_command(desk, officer, "undo", 1)) == "undo.done"

    run_desk_scenario(tmp_path / "var", scene)


def test_each_standing_of_an_approval(tmp_path: Path) -> None:
    (tmp_path / "office.toml").write_text(STRICT_OFFICE_TOML, "utf-8")
    words = f"/close 1 unsubstantiated {REASON}"

    async def keys(officer: Officer, given: str) -> list[str]:
        return [reply.key.removeprefix("staff.") for reply in await officer.say_for_replies(given)]

    async def picked_key(officer: Officer, data: str) -> str:
        answer = await officer.desk.engine.handle(officer.new_event(choice=data))
        return answer.replies[0].key

    async def scene(desk: DeskHarness) -> None:
        await file_case(desk, 1, CaseStatus.INVESTIGATING)
        one, two, chief = (
            await add_officer(desk, "สมหญิง"),
            await add_officer(desk, "วิชัย"),
            await add_officer(desk, "มาลี", Role.SUPERVISOR),
        )
        assert await keys(one, "/close 1 unsubstantiated สั้นไป") == ["reason.ask"]
        assert await keys(one, words) == ["approval.asked"]
        assert await keys(one, words) == ["approval.waits"]
        assert await keys(one, "/approve 1") == ["approval.own"]
        assert await keys(two, "/approve 1") == ["approval.ask"]
        assert await keys(two, "/approve 1 " + "f" * 32) == ["approval.ask"]  # an unknown id approves nothing
        (shown,) = await chief.say("/approve 1")
        assert await picked_key(chief, shown.choices[0][1]) == "staff.approval.done"
        assert await picked_key(two, shown.choices[0][1]) == "staff.approval.own"  # it is approved already
        assert await keys(two, words) == ["approval.asked"]  # and is valid only for its requester
        assert await keys(one, words) == ["confirm.ask"]
        desk.clock_offset += timedelta(hours=25)
        assert await keys(one, words) == ["approval.asked"]  # the approval expired after a day

    run_desk_scenario(tmp_path / "var", scene)


async def find_officer_case(desk: DeskHarness, number: int, officer: Officer) -> Any:
    year = get_fiscal_year(to_bangkok_date(desk.now()))
    found = await desk.store.answer_query(
        FindCaseByNumber(number, year, officer.id, exact_year=False), desk.now()
    )
    assert found is not None
    return found


COMMANDS = (
    "/take 1", "/screen 1", "/investigate 1", "/note 1 จดไว้", "/reopen 1 " + REASON, "/assign 1 คน0", "/undo 1",
    "/close 1 unsubstantiated " + REASON, "/close 1 unsubstantiated " + REASON, "/approve 1", "/approve 1",
    "/identity 1 " + REASON, "/hold 1 ศาลขอ", "/hold 1 off", "/reply 1 ขอบคุณ", "/bar 1 คน2 " + REASON,
    "/lift 1 คน2 " + REASON, "/search คานารี", "/log 1", "/stats", "/release", "clock",
)  # fmt: skip


@examples(10, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32), picked=st.lists(st.sampled_from(COMMANDS), min_size=9, max_size=30))
def test_three_at_once_never_close_as_unfounded_alone(
    tmp_path_factory: Any, seed: int, picked: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("desk")
    (folder / "office.toml").write_text(STRICT_OFFICE_TOML, "utf-8")

    async def scene(desk: DeskHarness) -> None:
        await file_case(desk, 1, CaseStatus.INVESTIGATING)
        staff = [await add_officer(desk, f"คน{n}", Role.SUPERVISOR) for n in range(3)]
        chance = random.Random(seed)

        async def does(officer: Officer, words: str) -> None:
            if words == "clock":
                await desk.store.scheduled_replies.send_due(desk.now() + timedelta(seconds=61))
                return
            shown = await officer.say(words)
            yes = [
                data for m in shown for _, data in m.choices if data.startswith("/approve") and len(data) > 30
            ]
            await (officer.pick(yes[0]) if yes else officer.confirm(shown))

        left = list(picked)
        while left:
            together, left = left[:3], left[3:]
            await asyncio.gather(*(does(chance.choice(staff), words) for words in together))
        await desk.store.scheduled_replies.send_due(desk.now() + timedelta(seconds=61))
        await assert_history_consistent(desk)
        await assert_two_agreed(desk)

    run_desk_scenario(folder / "var", scene)


async def assert_two_agreed(desk: DeskHarness) -> None:
    """Each closing as unfounded used an approval by another officer than its requester."""
    line, history = tables.audit.c, tables.history.c
    async with desk.store._reader.connect() as connection:
        trail = (await connection.execute(select(line.actor, line.what).order_by(line.seq))).all()
        unfounded = select(history.seq).where(history.outcome == CaseOutcome.UNSUBSTANTIATED.value)
        closings = len((await connection.execute(unfounded)).all())
    used = [row for row in trail if row.what == "used-approval"]
    assert closings <= len(used) <= len([row for row in trail if row.what == "approved"])
    for place, row in enumerate(trail):
        if row.what == "used-approval":
            before = trail[:place]
            assert any(b.what.startswith("asked-") and b.actor == row.actor for b in before)
            assert any(b.what == "approved" and b.actor != row.actor for b in before)
