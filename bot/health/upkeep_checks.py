"""Checks of what goes on day by day: server, disk, messages, releases, backup, certificate."""

from collections.abc import AsyncIterator

import aiohttp

from bot.backup.state import read_backup_state
from bot.both_languages import BothLanguages
from bot.desk_names import DESK_NAMES
from bot.health.check import Finding, Weight, build_command
from bot.health.machine import Machine
from bot.health.measurements import (
    BACKUP_AGE,
    CALL_TIMEOUT,
    CERTIFICATE_WARNING,
    count_missing_releases,
    count_stuck_messages,
    measure_disk,
    read_certificate_end,
)
from bot.settings import Settings
from ita_stats.calendar import format_calendar_date, to_bangkok_date
from storage.errors import (
    ConflictError,
    DatabaseBusyError,
    DatabaseDamagedError,
    StorageError,
    TamperedError,
)

FEW_PERCENT, NO_PERCENT = 15, 5
"""Share of the disk that is free, under which it is soon full, and under which files are refused."""


FAILURES_OF_THE_DATA = frozenset(
    {
        error.__name__
        for error in (StorageError, ConflictError, DatabaseBusyError, DatabaseDamagedError, TamperedError)
    }
)
"""Errors of a backup for which neither the disk nor the folder is to blame."""
_OF_THE_DATA = BothLanguages(
    "ไม่ใช่ดิสก์หรือโฟลเดอร์: สั่ง ita-bot backup --to DIR แล้วอ่านเหตุที่พิมพ์ ดูบรรทัดอื่นของคำสั่งนี้ (ฐานข้อมูล) และอัปเดตโปรแกรม",
    "neither disk nor folder is to blame: ita-bot backup --to DIR says why; see this command's other lines (database),"
    " and update the program",
)
_OF_THE_DISK = BothLanguages(
    "ตรวจดิสก์และโฟลเดอร์ปลายทาง แล้ว ita-bot backup --to DIR",
    "see to disk and folder, then ita-bot backup --to DIR",
)
_SET_NIGHTLY = BothLanguages(
    "ตั้ง ITA_BACKUP_DIR และ ITA_BACKUP_RECIPIENT ใน .env เพื่อสำรองเองทุกคืน (docs/guides/backup.th.md)"
    " แล้วสั่ง ita-bot backup",
    "set ITA_BACKUP_DIR and ITA_BACKUP_RECIPIENT in .env to back up each night (docs/guides/backup.th.md), then ita-bot"
    " backup",
)


async def check_server(machine: Machine) -> AsyncIterator[Finding]:
    """Find that no server answers here, or that it cannot keep what it is sent."""
    address = get_own_address(machine.require_settings())
    status = await request_status(f"{address}/readyz")
    if status is None:
        yield Finding(
            BothLanguages(
                f"ไม่มีเซิร์ฟเวอร์ตอบที่ {address} ระหว่างนี้ไม่มีคำตอบหรือคำเตือนใดถูกส่งออกไป",
                f"no server answers at {address}; until one does, no answer and no warning leaves",
            ),
            BothLanguages("systemctl start ita-bot (หรือ make run)", "systemctl start ita-bot (or make run)"),
            Weight.NOTE,
        )
    elif status != 200:
        yield Finding(
            BothLanguages(
                f"เซิร์ฟเวอร์ตอบ {status} ที่ /readyz คือเขียนหรืออ่านฐานข้อมูลไม่ได้ หรือพบหน้าที่เสียหาย",
                f"the server answers {status} at /readyz: it cannot write or read its database, or met a damage",
            ),
            build_command("journalctl -u ita-bot -n 50"),
        )


def get_own_address(settings: Settings) -> str:
    """Return the address at which the server of this machine is asked."""
    host = "127.0.0.1" if settings.host in {"0.0.0.0", "::"} else settings.host  # noqa: S104 - compared only
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"


async def request_status(url: str, **headers: str) -> int | None:
    """Return the status that an address answers with; None where nothing answers."""
    limit = aiohttp.ClientTimeout(total=CALL_TIMEOUT)
    try:
        async with (
            aiohttp.ClientSession(timeout=limit) as session,
            session.get(url, headers=headers, allow_redirects=False) as answer,
        ):
            return answer.status
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
        return None


async def check_disk(machine: Machine) -> AsyncIterator[Finding]:
    """Find disks of the data that are nearly full."""
    settings = machine.require_settings()
    for folder in {settings.home, *(desk.paths.database.parent for desk in machine.desks)}:
        if not folder.exists():
            continue
        space = measure_disk(folder)
        if space.free_percent < FEW_PERCENT:
            full = space.free_percent < NO_PERCENT
            yield Finding(
                BothLanguages(
                    f"ดิสก์ของ {folder} เหลือ {space.free_percent:.0f}% ({space.free // 2**20:,} MB)"
                    + (" ระบบจะเริ่มไม่รับไฟล์" if full else ""),
                    f"the disk of {folder} has {space.free_percent:.0f}% left ({space.free // 2**20:,} MB)"
                    + ("; files will be refused" if full else ""),
                ),
                build_command("df -h; journalctl --vacuum-size=200M"),
            )


async def check_outbox(machine: Machine) -> AsyncIterator[Finding]:
    """Find messages that should have left ten minutes ago."""
    for desk, store in machine.open_desks:
        count = await count_stuck_messages(store, machine.now)
        if count:
            yield Finding(
                BothLanguages(
                    f"โต๊ะ {desk.name} มีข้อความค้างส่งเกิน 10 นาที {count} ข้อความ",
                    f"{desk.name} has {count} messages that should have left ten minutes ago",
                ),
                BothLanguages(
                    "ตรวจว่าเซิร์ฟเวอร์ทำงาน และแพลตฟอร์มติดต่อได้ (บรรทัดอื่นของคำสั่งนี้)",
                    "see that the server runs and the platforms can be reached (other lines of this command)",
                ),
            )


async def check_releases(machine: Machine) -> AsyncIterator[Finding]:
    """Find scheduled releases that were not made."""
    rules = machine.require_office().statistics
    for desk, store in machine.open_desks:
        count = await count_missing_releases(store, rules, machine.now)
        if count:
            yield Finding(
                BothLanguages(
                    f"โต๊ะ {desk.name} ยังไม่ได้ออกสถิติที่ถึงกำหนด {count} ฉบับ",
                    f"{desk.name} has not made {count} releases that were due",
                ),
                build_command("ita-bot tick"),
            )


async def check_backup(machine: Machine) -> AsyncIterator[Finding]:
    """Find that there is no backup of the last day, that one failed, or that one could not be restored for trial."""
    settings = machine.require_settings()
    state = read_backup_state(settings.home)
    is_nightly = settings.backup_dir is not None and settings.backup_recipient is not None
    command = build_command("ita-bot backup") if is_nightly else _SET_NIGHTLY
    if state.problem:
        yield Finding(
            BothLanguages("การสำรองครั้งล่าสุดไม่สำเร็จ", f"the last backup failed: {state.problem}"),
            _OF_THE_DATA if state.problem in FAILURES_OF_THE_DATA else _OF_THE_DISK,
        )
    if state.made_at is None:
        yield Finding(
            BothLanguages(
                "ยังไม่เคยสำรองข้อมูล เครื่องเสียแล้วทุกเรื่องหาย",
                "there is no backup: with this machine every case is lost",
            ),
            command,
        )
    elif machine.now - state.made_at > BACKUP_AGE:
        hours = round((machine.now - state.made_at).total_seconds() / 3600)
        yield Finding(
            BothLanguages(f"ชุดสำรองล่าสุดเก่า {hours:,} ชั่วโมง", f"the newest backup is {hours:,} hours old"),
            command,
        )
    if state.rehearsal_findings:
        yield Finding(
            BothLanguages(
                f"ชุดสำรองทดลองกู้แล้วพบปัญหา {len(state.rehearsal_findings)} ข้อ",
                f"restored for trial, the backup had {len(state.rehearsal_findings)} faults",
            ),
            build_command("ita-bot restore FILE --identity KEYFILE --rehearse"),
        )


async def check_certificates(machine: Machine) -> AsyncIterator[Finding]:
    """Find public addresses whose certificate ends soon, or is not valid, or which cannot be reached."""
    settings = machine.require_settings()
    urls = {settings.desk(name).public_url for name in DESK_NAMES} - {None}
    for url in sorted(filter(None, urls)):
        if not url.startswith("https://"):
            continue
        end = await read_certificate_end(url)
        if end is None:
            yield Finding(
                BothLanguages(f"เปิด {url} จากเครื่องนี้ไม่ได้", f"{url} cannot be reached from this machine"),
                BothLanguages(
                    "ตรวจ DNS ไฟร์วอลล์ และ proxy (ถ้าเครื่องนี้ออกทางอื่น ลองจากโทรศัพท์)",
                    "see to DNS, firewall and proxy; try it from a phone",
                ),
            )
        elif end - machine.now < CERTIFICATE_WARNING:
            gone = end <= machine.now
            day = to_bangkok_date(max(end, machine.now)) if not gone else None
            yield Finding(
                BothLanguages(
                    f"ใบรับรองของ {url} "
                    + (f"หมดอายุ {format_calendar_date(day)}" if day else "ใช้ไม่ได้หรือหมดอายุแล้ว"),
                    f"the certificate of {url} " + (f"ends on {day.isoformat()}" if day else "is not valid"),
                ),
                BothLanguages(
                    "certbot renew (nginx) หรือ systemctl restart caddy",
                    "certbot renew (nginx), or systemctl restart caddy",
                ),
            )
