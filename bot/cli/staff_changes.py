"""The work of the `ita-bot staff` commands; in a module of its own, so that other commands start faster."""

import json
import sys
from datetime import UTC, datetime

import typer

from bot.desk_names import DeskName
from handlers.staff.enrolment.messages import Invitation
from handlers.staff.members import ListStaff, StaffMember, StaffProfile
from handlers.staff.permissions import Role
from ita_stats.calendar import to_bangkok_date
from storage.store import Store


async def add_staff_member(desk: DeskName, role: Role, profile: StaffProfile) -> int:
    """Add a person; the invitation code goes to standard output, once. Returns the exit code."""
    from bot.bootstrap import open_app

    async with open_app([desk]) as app:
        store = app.desks[desk].store
        is_taken = any(member.name == profile.name for member in await _load_staff(store))
        invitation = await store.staff_admin.add(role, profile, datetime.now(UTC))
        has_page = app.settings.desk(desk).public_url is not None
    _print_invitation(invitation, has_page=has_page)
    if is_taken:
        sys.stderr.write(
            "มีคนชื่อนี้ในโต๊ะนี้อยู่แล้ว ตอนนี้จึงมีสองคน ถ้าเป็นคนเดียวกันที่รหัสหาย ลบคนที่เพิ่งเพิ่มด้วย id จาก"
            f" ita-bot staff list --desk {desk} แล้วสั่ง ita-bot staff reset ด้วย id เดิม\n"
            "Somebody of this name was there already: now there are two. If both are one person who lost the code,"
            " remove the new one by its id, and reset the other.\n"
        )
    return 0


def _print_invitation(invitation: Invitation, *, has_page: bool) -> None:
    """Print the code and the digits to standard output, and what to do with them to standard error.

    has_page: the desk has an address (PUBLIC_URL), so that joining goes by a page, which asks for the digits.
    """
    sys.stdout.write(f"{invitation.code}\n{invitation.digits}\n")
    if not has_page:
        sys.stderr.write(
            f"ให้พิมพ์ /join {invitation.code} ในแชตส่วนตัวกับบอต ภายใน 24 ชั่วโมง โต๊ะนี้ยังไม่มีที่อยู่เว็บ (PUBLIC_URL) จึงเข้าร่วมในแชต"
            " และไม่มีใครถามเลขหกหลัก"
            f" ถ้าตั้งที่อยู่เว็บก่อนเขาเข้าร่วม หน้าเว็บจะถาม: บอกเลข {invitation.digits} ต่อหน้าหรือทางโทรศัพท์\n"
            "The code is typed as /join CODE in a private chat with the bot, within 24 hours. This desk has no address"
            " yet (PUBLIC_URL), so joining goes on in the chat, and nobody asks for the digits. With an address"
            " set before they join, a page asks for them: tell them in person or on the telephone.\n"
        )
        return
    sys.stderr.write(
        f"ให้พิมพ์ /join {invitation.code} ในแชตส่วนตัวกับบอต ภายใน 24 ชั่วโมง"
        f" แล้วบอกเลข {invitation.digits} ต่อหน้าหรือทางโทรศัพท์เท่านั้น อย่าพิมพ์ในแชต หน้าที่เปิดจากลิงก์จะถามเลขนี้\n"
        "The code is typed as /join CODE in a private chat with the bot, within 24 hours. Tell the six digits in person"
        " or on the telephone only, never in a chat: the page that the link opens asks for them.\n"
    )


async def remove_staff_member(desk: DeskName, name: str) -> int:
    """Remove a person by id or full name, also while a server runs. Returns the exit code."""
    from bot.bootstrap import open_app

    async with open_app([desk]) as app:
        store = app.desks[desk].store
        member = await _find_member(store, desk, name)
        now = datetime.now(UTC)
        await store.staff_admin.remove(member.id, to_bangkok_date(now), now)
    return 0


async def reset_staff_member(desk: DeskName, name: str) -> int:
    """End the access of a person by id or full name, who joins again with what is printed. Returns the exit code."""
    from bot.bootstrap import open_app

    async with open_app([desk]) as app:
        store = app.desks[desk].store
        member = await _find_member(store, desk, name)
        invitation = await store.staff_admin.reset(member.id, datetime.now(UTC))
        has_page = app.settings.desk(desk).public_url is not None
    _print_invitation(invitation, has_page=has_page)
    return 0


async def _find_member(store: Store, desk: DeskName, name: str) -> StaffMember:
    """Return the person with an id or full name. Raises `typer.BadParameter` where it is not exactly one."""
    wanted = " ".join(name.split())
    matching = [member for member in await _load_staff(store) if wanted in {member.id, member.name}]
    if len(matching) != 1:
        problem = (
            "มีหลายคนที่ชื่อนี้ ใช้ id แทนชื่อ / several persons have this name; use the id"
            if matching
            else "ไม่มีใครชื่อหรือ id นี้ / nobody has this name or id"
        )
        raise typer.BadParameter(f"{problem} (ita-bot staff list --desk {desk})")
    return matching[0]


async def print_staff(desk: DeskName) -> int:
    """Print all staff as JSON, one per line. Returns the exit code."""
    from bot.bootstrap import open_app

    async with open_app([desk]) as app:
        for member in await _load_staff(app.desks[desk].store):
            joined = member.joined.isoformat() if member.joined else None
            line = {"id": member.id, "name": member.name, "role": member.role.value, "joined": joined}
            sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    return 0


async def _load_staff(store: Store) -> tuple[StaffMember, ...]:
    staff: tuple[StaffMember, ...] = await store.answer_query(ListStaff(), datetime.now(UTC))
    return staff
