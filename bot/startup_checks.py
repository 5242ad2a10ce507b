"""What a start says to the administrator once it serves: who would read nothing, and which bot would stay mute."""

from collections.abc import Iterator
from datetime import datetime

from bot.bootstrap import App
from bot.settings import ENV_PREFIX, DeskSettings
from handlers.complaints.conflict_of_interest import find_alternates
from handlers.staff.members import ListStaff, StaffMember
from handlers.staff.permissions import CASE_WORKERS

ALTERNATES_SETTING = "office.toml [alternate] officers"
NO_ALTERNATE_WARNING = (
    f"{ALTERNATES_SETTING}: ว่างอยู่ เรื่องที่ผู้แจ้งบอกว่าเกี่ยวกับหัวหน้าหน่วยงานหรือผู้ดูแลช่องทาง จะไม่มีผู้ใดในสำนักงานอ่านได้"
    " ใส่ชื่อผู้รับเรื่องแทนให้ตรงกับ ita-bot staff list"
    " / is empty: a case that the reporter marks as concerning the head is read by NOBODY. Name an alternate."
)
NO_ABLE_ALTERNATE_WARNING = (
    f"{ALTERNATES_SETTING}: ไม่มีชื่อใดเป็นเจ้าหน้าที่หรือหัวหน้าที่เข้าร่วมแล้ว เรื่องที่เกี่ยวกับหัวหน้าหน่วยงานจะไม่มีผู้ใดอ่านได้"
    " ตรวจตัวสะกดกับ ita-bot staff list"
    " / names nobody who handles cases and has joined: a case that concerns the head is read by NOBODY."
)


NO_PUBLIC_URL_WARNING = (
    "{desk}__PUBLIC_URL: ว่างอยู่ Telegram จึงไม่รู้ว่าจะส่งข้อความมาที่ใด และบอตจะเงียบ"
    " ใส่ที่อยู่ https ของเครื่องนี้ หรือตั้ง {desk}__TELEGRAM_MODE=polling"
    " / is empty: Telegram does not know where to bring messages, and the bot stays mute."
    " Set the https address, or TELEGRAM_MODE=polling."
)
CLOSED_CHANNEL_WARNING = (
    "{desk}__{name}_TOKEN: ว่างอยู่ แต่ตั้ง {name}_SECRET ไว้ ช่องทางนี้จึงยังไม่เปิด"
    " / is empty beside {name}_SECRET: this channel stays closed."
)


async def collect_startup_warnings(house: App, now: datetime) -> tuple[str, ...]:
    """What there is to say, without anybody's name."""
    unheard = (words for name in house.desks for words in _check_channels(name, house.settings.desk(name)))
    return (*await _check_alternates(house, now), *unheard)


def _check_channels(name: str, own: DeskSettings) -> Iterator[str]:
    """What keeps the channels of a desk from hearing anything, though somebody meant to open them."""
    desk = f"{ENV_PREFIX}{name.upper()}"
    if own.telegram_token is not None and own.telegram_mode == "webhook" and not own.public_url:
        yield NO_PUBLIC_URL_WARNING.format(desk=desk)
    if own.telegram_secret is not None and own.telegram_token is None:
        yield CLOSED_CHANNEL_WARNING.format(desk=desk, name="TELEGRAM")
    if own.line_secret is not None and own.line_token is None:
        yield CLOSED_CHANNEL_WARNING.format(desk=desk, name="LINE")


async def _check_alternates(house: App, now: datetime) -> tuple[str, ...]:
    """Nothing where somebody could read a case that concerns the head."""
    desk = house.desks.get("complaints")
    if desk is None:
        return ()
    named = house.office.alternate.officers
    if not named:
        return (NO_ALTERNATE_WARNING,)
    staff: tuple[StaffMember, ...] = await desk.store.answer_query(ListStaff(), now)
    able = [one for one in find_alternates(staff, named) if one.active and one.role in CASE_WORKERS]
    return () if able else (NO_ABLE_ALTERNATE_WARNING,)
