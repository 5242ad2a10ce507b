"""Make a demo, or take the one that is there; tell what to try in it."""

import shutil
import sys
from datetime import datetime
from pathlib import Path

from bot.bootstrap import App, open_app
from bot.demo.folder import (
    DemoRecord,
    enter_demo,
    read_demo_record,
    write_demo_office,
    write_demo_record,
    write_demo_settings,
)
from bot.demo.plan import YEAR_DAYS, plan_demo
from bot.demo.play import DemoPlayer
from bot.demo.steps import DemoPlan
from bot.demo.texts import load_demo_texts
from bot.desk_names import DESK_NAMES, DeskName
from bot.engine import utc_now
from bot.office_file import load_office
from bot.process import hold_desks
from handlers.staff.enrolment.messages import Invitation
from handlers.staff.members import ListStaff, StaffProfile
from handlers.staff.permissions import Role
from ita_stats.calendar import to_bangkok_date

GUEST = "ผู้มาทดลอง"
"""The name under which whoever looks around joins the staff.

No word of it stands in a case: that would shut them out.
"""

SHOWN_CODES = 3
"""Codes of cases and of questions that are printed, each: an old one, one of the middle, the newest."""


async def ensure_demo(folder: Path, seed: int, now: datetime, days: int = YEAR_DAYS) -> DemoRecord:
    """Make a demo in a folder, unless it is there; one that was not finished is made anew.

    Raises ConfigurationError where the folder holds anything else, or a server serves it.
    """
    record = read_demo_record(folder)
    if record is not None and record.is_complete:
        return record
    today = to_bangkok_date(now)
    write_demo_record(folder, DemoRecord(seed, str(today)))
    for desk in DESK_NAMES:
        shutil.rmtree(folder / desk, ignore_errors=True)
    write_demo_office(folder)
    write_demo_settings(folder, 0)
    with enter_demo(folder), hold_desks([Path(desk) for desk in DESK_NAMES], now):
        plan = plan_demo(load_demo_texts(), load_office(None), today, seed, days)
        started = plan.steps[0].at if plan.steps else now
        async with open_app(DESK_NAMES, started) as app:
            await DemoPlayer(app).play(plan, now, _report_progress)
    record = DemoRecord(seed, str(today), is_complete=True, codes=_pick_codes(plan))
    write_demo_record(folder, record)
    return record


def _report_progress(hundredths: int) -> None:
    sys.stderr.write(f"\r{hundredths:3} %")
    sys.stderr.flush()


def _pick_codes(plan: DemoPlan) -> tuple[tuple[str, str], ...]:
    """Pick an old, a middle and the newest case and question."""
    picked = list[tuple[str, str]]()
    for what, receipts in (("complaints", plan.cases), ("service", plan.questions)):
        last = len(receipts) - 1
        places = sorted({last // 3, last * 5 // 6, last}) if receipts else []
        picked += [(what, receipts[place].formatted) for place in places[:SHOWN_CODES]]
    return tuple(picked)


async def invite_guest(app: App, desk: DeskName, now: datetime) -> Invitation | None:
    """Return a new invitation for whoever looks around, as a supervisor; None where they have joined."""
    store = app.desks[desk].store
    everybody = await store.answer_query(ListStaff(), now)
    guest = next((one for one in everybody if one.name == GUEST), None)
    if guest is None:
        return await store.staff_admin.add(Role.SUPERVISOR, StaffProfile(GUEST), now)
    return None if guest.joined else await store.staff_admin.reset(guest.id, now)


async def run_demo(folder: Path, seed: int, port: int) -> int:
    """Make or take a demo, tell what to try, and serve it on 127.0.0.1 until a signal. Returns the exit code."""
    from bot.serve import serve

    folder = _resolve_folder(folder)  # it is entered below
    if read_demo_record(folder) is None:
        sys.stderr.write("กำลังแต่งข้อมูลสมมติหนึ่งปี ราวหนึ่งนาที / Inventing a year, about a minute ...\n")
    record = await ensure_demo(folder, seed, utc_now())
    write_demo_settings(folder, port)
    with enter_demo(folder):
        async with open_app(DESK_NAMES) as app:
            invitations = {desk: await invite_guest(app, desk, utc_now()) for desk in DESK_NAMES}
        _print_guide(folder, record, invitations)
        return await serve(DESK_NAMES, "127.0.0.1", port)


def _resolve_folder(folder: Path) -> Path:
    return folder.resolve()


def _print_guide(folder: Path, record: DemoRecord, invitations: dict[DeskName, Invitation | None]) -> None:
    lines = [
        "",
        f"ข้อมูลสมมติทั้งหมด อยู่ใน {folder} ไม่มีอะไรส่งออกไป / All invented, in {folder}; nothing goes out.",
        "รหัสติดตามให้ลอง / Codes to follow:",
        *(f"  {code}  ({what})" for what, code in record.codes),
    ]
    program = Path(sys.executable).with_name("ita-bot")
    for desk, invitation in invitations.items():
        lines.append(f"  cd {folder} && {program} chat --desk {desk} --as guest")
        if invitation is not None:
            lines.append(f"    /join {invitation.code}   เลข / digits {invitation.digits}")
    lines.insert(-2 * len(invitations), "เป็นเจ้าหน้าที่ดู / Look around as an officer, beside this server:")
    sys.stderr.write("\n".join(lines) + "\n\n")
