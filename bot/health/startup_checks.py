"""Warnings at the start: cases that nobody could read, and channels that would receive nothing."""

from collections.abc import Iterator
from datetime import datetime

from bot.bootstrap import App
from bot.errors import ConfigurationError
from bot.office_file import is_example_office
from bot.platforms.registry import PLATFORMS
from bot.rollup.directory import DirectoryError, load_listed_channels
from bot.settings import ENV_PREFIX, DeskSettings
from handlers.complaints.conflict_of_interest import find_alternates
from handlers.staff.members import ListStaff, StaffMember
from handlers.staff.permissions import CASE_WORKERS

ALTERNATES_SETTING = "office.toml [alternate]"
ALTERNATE_NEEDED_FROM = "0.7.0"
"""The version from which on an office that ran before needs an alternate too, or says that it has none."""

_TWO_WAYS_TH = (
    'เลือกอย่างใดอย่างหนึ่ง: officers = ["ชื่อ"] โดยชื่อนั้นอยู่ใน ita-bot staff list เป็น officer หรือ supervisor'
    " (เพิ่มด้วย ita-bot staff add) หรือ outside_only = true คือไม่มีผู้รับเรื่องแทน และผู้แจ้งจะได้รับคำบอกก่อนส่งว่าหน่วยงานใดรับได้"
)
_TWO_WAYS_EN = (
    'Do one of two things: officers = ["name"], a name that stands in `ita-bot staff list` as officer or supervisor'
    " (`ita-bot staff add` adds it), or outside_only = true: there is no alternate, and reporters hear before sending"
    " which outside bodies can take the case."
)
NO_ALTERNATE_ERROR = (
    f"{ALTERNATES_SETTING}: ยังไม่บอกว่าใครรับเรื่องแทน เมื่อผู้ถูกร้องคือหัวหน้าหน่วยงานหรือผู้ดูแลช่องทาง"
    f" จึงยังไม่เปิดช่องทางแจ้งทุจริต {_TWO_WAYS_TH}"
    f" / does not say who takes a case that concerns the head, so the complaints desk does not open. {_TWO_WAYS_EN}"
)
NO_ALTERNATE_WARNING = (
    f"{ALTERNATES_SETTING}: ยังไม่บอกว่าใครรับเรื่องแทน เมื่อผู้ถูกร้องคือหัวหน้าหน่วยงานหรือผู้ดูแลช่องทาง"
    f" ตั้งแต่รุ่น {ALTERNATE_NEEDED_FROM} จะไม่เปิดช่องทางแจ้งทุจริต {_TWO_WAYS_TH}"
    f" / does not say who takes a case that concerns the head. From version {ALTERNATE_NEEDED_FROM} on the"
    f" complaints desk does not open like this. {_TWO_WAYS_EN}"
)
OUTSIDE_ONLY_WARNING = (
    f"{ALTERNATES_SETTING} outside_only: ไม่มีผู้รับเรื่องแทน เรื่องที่เกี่ยวกับหัวหน้าหน่วยงานหรือผู้ดูแลช่องทางจะไม่มีผู้ใดในสำนักงานอ่านได้"
    " ผู้แจ้งได้รับคำบอกเช่นนั้นก่อนส่ง"
    " / there is no alternate: a case that concerns the head is read by NOBODY, and reporters hear so before sending."
)
NO_ABLE_ALTERNATE_WARNING = (
    f"{ALTERNATES_SETTING} officers: ผู้รับเรื่องแทนยังไม่เข้าร่วม (/join) เรื่องที่เกี่ยวกับหัวหน้าหน่วยงานจะยังไม่มีผู้ใดอ่านได้"
    " ผู้แจ้งได้รับคำบอกเช่นนั้นก่อนส่ง"
    " / no alternate has joined yet (/join): until then a case that concerns the head is read by NOBODY, and reporters"
    " hear so before sending."
)
URGENT_KIND_OPEN_WARNING = (
    'office.toml [notice] urgent: ผู้แจ้งแบบสั้น ([report] way = "short") ไม่ต้องเลือกประเภท เรื่องที่ไม่มีประเภทจึงไม่ถูกบอกทันที'
    ' ถ้าต้องรู้ทันที ให้ตั้ง way = "guided" หรือ delay = 0'
    ' / who reports the short way ([report] way = "short") need not choose a kind, and of a case without one officers'
    ' are not told at once; where they have to be, set way = "guided" or delay = 0.'
)
UNLISTED_WARNING = (
    "ITA_DIRECTORY: หน้าเว็บไม่แสดงรายการช่องทางที่ลงนาม: {th} (ดู ita-bot doctor)"
    " / the pages do not show the signed directory of channels: {en} (see ita-bot doctor)."
)
CLOSED_CHANNEL_WARNING = (
    "{prefix}{token}: ว่างอยู่ แต่ตั้ง {secret} ไว้ ช่องทางนี้จึงยังไม่เปิด"
    " / is empty beside {secret}: this channel stays closed."
)
WEAK_CONFINEMENT_WARNING = (
    "เครื่องนี้ไม่ให้กรองคำสั่งของระบบ (seccomp) ภาพที่ผู้แจ้งส่งมาจึงถอดรหัสในโปรเซสที่จำกัดได้เพียงหน่วยความจำ เวลา ไฟล์ และเครือข่าย"
    " และอาจอ่านหน่วยความจำของเซิร์ฟเวอร์ได้ หากระบบอนุญาต (ptrace) โปรดให้บริการบน Linux x86_64 หรือ aarch64 ที่อนุญาต seccomp"
    " / this machine refuses the filter of system calls (seccomp): pictures are decoded in a process that can open no"
    " file and no connection, but may send signals to other processes of its user and, where the system allows"
    " tracing (ptrace), read their memory, the server's too."
)


async def collect_startup_warnings(app: App, now: datetime) -> tuple[str, ...]:
    """Return the warnings for the administrator, without anybody's name.

    Raises ConfigurationError for an office that may not open like this.
    """
    channel_warnings = (
        warning for name in app.desks for warning in _check_channels(name, app.settings.desk(name))
    )
    return (
        *await _check_alternates(app, now),
        *_check_urgent_kinds(app),
        *_check_directory(app),
        *channel_warnings,
    )


def _check_urgent_kinds(app: App) -> Iterator[str]:
    """Yield a warning where kinds are urgent, and a report may come without a kind and wait like any other."""
    notice, report = app.office.notice, app.office.report
    if "complaints" in app.desks and notice.urgent and notice.delay and report.way == "short":
        yield URGENT_KIND_OPEN_WARNING


def _check_directory(app: App) -> Iterator[str]:
    """Yield a warning where the office's entry in the directory of true channels cannot be shown."""
    try:
        load_listed_channels(app.office, app.settings)
    except DirectoryError as trouble:
        yield UNLISTED_WARNING.format(th=trouble.why.th, en=trouble.why.en)


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
    """Return a warning if nobody could read a case that concerns the head of the office.

    Raises ConfigurationError where a new office does not say who reads it; the example may leave it open.
    """
    desk = app.desks.get("complaints")
    if desk is None:
        return ()
    alternate = app.office.alternate
    staff: tuple[StaffMember, ...] = await desk.store.answer_query(ListStaff(), now)
    standing = [one for one in find_alternates(staff, alternate.officers) if one.role in CASE_WORKERS]
    if any(one.active for one in standing):
        return ()
    if standing:
        return (NO_ABLE_ALTERNATE_WARNING,)
    if alternate.outside_only:
        return (OUTSIDE_ONLY_WARNING,)
    if is_example_office(app.settings.office) or await desk.store.has_been_used():
        return (NO_ALTERNATE_WARNING,)
    raise ConfigurationError(NO_ALTERNATE_ERROR)
