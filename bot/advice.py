"""What a start says to the administrator once it serves: that complaints about the head would be read by nobody."""

from datetime import datetime

from bot.app import House
from handlers.concerned import alternates_of
from handlers.staff.person import ListStaff, Staff
from handlers.staff.role import HANDLING

WHERE = "office.toml [alternate] officers"
NOBODY = (
    f"{WHERE}: ว่างอยู่ เรื่องที่ผู้แจ้งบอกว่าเกี่ยวกับหัวหน้าหน่วยงานหรือผู้ดูแลช่องทาง จะไม่มีผู้ใดในสำนักงานอ่านได้"
    " ใส่ชื่อผู้รับเรื่องแทนให้ตรงกับ ita-bot staff list"
    " / is empty: a case that the reporter marks as concerning the head is read by NOBODY. Name an alternate."
)
NONE_ABLE = (
    f"{WHERE}: ไม่มีชื่อใดเป็นเจ้าหน้าที่หรือหัวหน้าที่เข้าร่วมแล้ว เรื่องที่เกี่ยวกับหัวหน้าหน่วยงานจะไม่มีผู้ใดอ่านได้"
    " ตรวจตัวสะกดกับ ita-bot staff list"
    " / names nobody who handles cases and has joined: a case that concerns the head is read by NOBODY."
)


async def given(house: House, now: datetime) -> tuple[str, ...]:
    """What there is to say, without anybody's name; nothing where somebody could read such a case."""
    desk = house.desks.get("complaints")
    if desk is None:
        return ()
    named = house.office.alternate.officers
    if not named:
        return (NOBODY,)
    staff: tuple[Staff, ...] = await desk.store.answer(ListStaff(), now)
    able = [one for one in alternates_of(staff, named) if one.active and one.role in HANDLING]
    return () if able else (NONE_ABLE,)
