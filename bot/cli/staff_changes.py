"""Staff members are added, removed and listed; apart from the commands, which start faster without the store."""

import json
import sys
from datetime import UTC, datetime

import typer

from bot.settings import DeskName
from handlers.staff.members import ListStaff, StaffMember, StaffProfile
from handlers.staff.permissions import Role
from ita_stats.calendar import day_in_bangkok
from storage.store import Store


async def add_staff_member(desk: DeskName, role: Role, profile: StaffProfile) -> int:
    """Add a person; the code of invitation goes to standard output, once."""
    from bot.bootstrap import open_app

    async with open_app([desk]) as opened:
        code = await opened.desks[desk].store.staff_admin.add(role, profile, datetime.now(UTC))
    sys.stdout.write(f"{code}\n")
    sys.stderr.write(
        f"ส่งรหัสนี้ให้ถึงตัว แล้วให้พิมพ์ /join {code} ในแชตส่วนตัวกับบอต ภายใน 24 ชั่วโมง\n"
        "Hand over this code in person; it is typed as /join CODE in a private chat with the bot, within 24 hours.\n"
    )
    return 0


async def remove_staff_member(desk: DeskName, name: str) -> int:
    """End the rights of a person, by id or whole name; beside a running server too."""
    from bot.bootstrap import open_app

    async with open_app([desk]) as opened:
        store = opened.desks[desk].store
        fitting = [one for one in await _load_staff(store) if name in {one.id, one.name}]
        if len(fitting) != 1:
            what = "several persons have this name; use the id" if fitting else "nobody has this name or id"
            raise typer.BadParameter(f"{what} (ita-bot staff list --desk {desk})")
        now = datetime.now(UTC)
        await store.staff_admin.remove(fitting[0].id, day_in_bangkok(now), now)
    return 0


async def print_staff(desk: DeskName) -> int:
    """Everybody on the staff: a JSON object for each."""
    from bot.bootstrap import open_app

    async with open_app([desk]) as opened:
        for one in await _load_staff(opened.desks[desk].store):
            joined = one.joined.isoformat() if one.joined else None
            line = {"id": one.id, "name": one.name, "role": one.role.value, "joined": joined}
            sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    return 0


async def _load_staff(store: Store) -> tuple[StaffMember, ...]:
    found: tuple[StaffMember, ...] = await store.answer_query(ListStaff(), datetime.now(UTC))
    return found
