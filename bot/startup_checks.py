"""Warnings at the start: cases that nobody could read, and channels that would receive nothing."""

from collections.abc import Iterator
from datetime import datetime

from bot.bootstrap import App
from bot.platforms.registry import PLATFORMS
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
CLOSED_CHANNEL_WARNING = (
    "{prefix}{token}: ว่างอยู่ แต่ตั้ง {secret} ไว้ ช่องทางนี้จึงยังไม่เปิด"
    " / is empty beside {secret}: this channel stays closed."
)


async def collect_startup_warnings(app: App, now: datetime) -> tuple[str, ...]:
    """Return the warnings for the administrator, without anybody's name."""
    channel_warnings = (
        warning for name in app.desks for warning in _check_channels(name, app.settings.desk(name))
    )
    return (*await _check_alternates(app, now), *channel_warnings)


def _check_channels(name: str, desk_settings: DeskSettings) -> Iterator[str]:
    """Yield warnings for platforms of a desk that are configured only in part."""
    prefix = f"{ENV_PREFIX}{name.upper()}__"
    for platform in PLATFORMS:
        yield from platform.iterate_warnings(prefix, desk_settings)
        token, *others = platform.get_secrets(desk_settings)
        for secret in others if token.value is None else ():
            if secret.value is not None:
                yield CLOSED_CHANNEL_WARNING.format(prefix=prefix, token=token.setting, secret=secret.setting)


async def _check_alternates(app: App, now: datetime) -> tuple[str, ...]:
    """Return a warning if nobody could read a case that concerns the head of the office."""
    desk = app.desks.get("complaints")
    if desk is None:
        return ()
    named = app.office.alternate.officers
    if not named:
        return (NO_ALTERNATE_WARNING,)
    staff: tuple[StaffMember, ...] = await desk.store.answer_query(ListStaff(), now)
    readers = [
        member for member in find_alternates(staff, named) if member.active and member.role in CASE_WORKERS
    ]
    return () if readers else (NO_ABLE_ALTERNATE_WARNING,)
