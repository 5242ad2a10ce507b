"""The work of `ita-bot backup` and `ita-bot restore`; in a module of its own, so that other commands start faster."""

import asyncio
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from bot.backup.making import BackupJob, BackupResult
from bot.backup.rehearsal import rehearse_restore
from bot.backup.restoring import RestoreResult, RestoreSource, find_restore_source, restore_backup
from bot.backup.state import update_backup_state
from bot.bootstrap import open_app
from bot.cli.runner import EXIT_DONE, EXIT_FINDINGS, print_json
from bot.desk_names import DESK_NAMES, DeskName
from bot.errors import ConfigurationError
from bot.office_file import find_office_path
from bot.settings import ENV_PREFIX, Settings, load_settings
from ita_stats.calendar import to_bangkok_date
from storage.backup.age_files import Identity, is_recipient, read_identity_file
from storage.backup.folder import BackupFolder
from storage.errors import BackupDamagedError, BackupError, BackupKeyError, DiskFullError

NICENESS = 10
"""How far a backup stands back behind a server on the same machine."""

_NO_RECIPIENT = (
    f"{ENV_PREFIX}BACKUP_RECIPIENT: ต้องมีกุญแจสาธารณะของหน่วยงาน (age1…) สร้างคู่กุญแจด้วย age-keygen บนเครื่องอื่น"
    " แล้วเก็บส่วนลับไว้นอกเครื่องนี้"
    " / needs the office's public key (age1…); make a pair with age-keygen on another machine, and keep its private"
    " half off this one."
)
_WRONG_RECIPIENT = (
    "กุญแจสาธารณะที่ให้มาผิด (--recipient หรือ ITA_BACKUP_RECIPIENT) น่าจะพิมพ์ตกหรือคัดลอกไม่ครบ คัดลอกทั้งบรรทัดที่ขึ้นต้นด้วย age1"
    " ยังไม่ได้สำรอง"
    " / the public key is wrong (--recipient or ITA_BACKUP_RECIPIENT): a letter may be missing. Copy the whole line"
    " that begins with age1. No backup was made."
)
_PRIVATE_RECIPIENT = (
    "ที่ให้มาคือกุญแจลับ ซึ่งต้องไม่อยู่บนเครื่องนี้ ใช้กุญแจสาธารณะที่ขึ้นต้นด้วย age1 แทน ถ้าผู้อื่นเห็นบรรทัดนี้ได้ ให้สร้างคู่กุญแจใหม่"
    " / this is the private key, which must not be on this machine: give the public one, which begins with age1. If"
    " others can see this line, make a new pair."
)
_DAMAGED = (
    "ไฟล์สำรองเสียหายหรือมาไม่ครบ คัดลอกมาใหม่จากที่เก็บ ถ้ายังไม่ได้ ใช้ชุดก่อนหน้า"
    " / a file of the backup is damaged or cut off: copy it anew from where it is kept, else use an earlier one"
)
_WRONG_KEY = (
    "กุญแจลับไม่ใช่ของชุดสำรองนี้ หรือไฟล์กุญแจไม่ครบ / see that the private key is the one of this backup, and whole"
)
_NO_ROOM = "ที่ว่างในเครื่องไม่พอ / make room on this disk"
_OTHER = "อ่านสาเหตุท้ายบรรทัดนี้ / the cause stands at the end"
_LOST_TH = (
    "กู้คืนแล้ว ข้อมูลเป็นของวันที่ {day} สิ่งที่มีหลังจากนั้นหายไป: เรื่อง ข้อความ และคำถามที่ส่งมาหลังสำรอง (รหัสของเรื่องเหล่านั้นใช้ไม่ได้)"
    " และข้อความที่รอส่ง ร่างที่ค้าง ลิงก์ที่เปิดไว้ กลุ่มที่รับแจ้ง ประกาศให้ประชาชนรู้ว่าเรื่องที่ส่งหลังวันที่ {day} ต้องส่งใหม่"
    " เจ้าหน้าที่ทุกคนต้องเข้าร่วมใหม่ด้วยรหัสและเลขหกหลักที่พิมพ์ไว้ข้างบน (ภายใน 24 ชั่วโมง) ตัดผู้ที่พ้นหน้าที่แล้วออกก่อนแจกรหัส"
)
_LOST_EN = (
    "Restored as of {day}. What came after is lost: reports, messages and questions that were sent after the backup"
    " (their codes are unknown here), messages that waited, drafts, open links, groups that were told. Let the public"
    " know that what was sent after {day} has to be sent again. Everybody of the staff joins anew with the codes and"
    " digits above, within 24 hours: remove who has left before you hand them out."
)


async def make_backup(to: Path | None, recipient: str | None, *, is_ledger_only: bool = False) -> int:
    """Make a backup; say what was made as JSON on standard output. Returns the exit code."""
    settings = load_settings()
    folder, key = _choose_target(settings, to, recipient)
    wanted = _list_existing_desks(settings)
    os.nice(NICENESS)
    now = datetime.now(UTC)
    async with open_app(wanted) as app:
        job = BackupJob(app, BackupFolder(folder), key, find_office_path(settings.office))
        try:
            if is_ledger_only:
                print_json({"ledger": await job.run_ledger(now)})
                return EXIT_DONE
            result = await job.run(now)
        except (BackupError, DiskFullError, OSError) as error:
            sys.stderr.write(
                "สำรองไม่สำเร็จ ชุดก่อนยังอยู่ครบ / no backup was made; earlier ones are still there\n"
                f"{explain_backup_error(error)}: {error}\n"
            )
            return EXIT_FINDINGS
    _print_backup(result)
    return EXIT_FINDINGS if result.findings else EXIT_DONE


def explain_backup_error(error: Exception) -> str:
    """Return what to do about an error of a backup or a restore, in Thai and English; the error says the rest."""
    match error:
        case BackupDamagedError():
            return _DAMAGED
        case BackupKeyError():
            return _WRONG_KEY
        case DiskFullError():
            return _NO_ROOM
        case _:
            return _OTHER


def _choose_target(settings: Settings, to: Path | None, recipient: str | None) -> tuple[Path, str]:
    """Return the folder and the public key. Raises ConfigurationError where one is missing."""
    folder, key = to or settings.backup_dir, recipient or settings.backup_recipient
    if folder is None:
        raise ConfigurationError(
            f"{ENV_PREFIX}BACKUP_DIR: ต้องบอกว่าสำรองไว้ที่ใด หรือใส่ --to / say where to, or give --to."
        )
    if key is None:
        raise ConfigurationError(_NO_RECIPIENT)
    if not is_recipient(key):
        raise ConfigurationError(
            _PRIVATE_RECIPIENT if key.upper().startswith("AGE-SECRET") else _WRONG_RECIPIENT
        )
    return folder, key


def _list_existing_desks(settings: Settings) -> list[DeskName]:
    """Return the desks that have a database. Raises ConfigurationError where there is none."""
    wanted = [name for name in DESK_NAMES if settings.desk_paths(name).database.exists()]
    if not wanted:
        raise ConfigurationError(
            f"{settings.home}: ไม่มีฐานข้อมูลที่นี่ / there is no database here; see to ITA_HOME."
        )
    return wanted


def _print_backup(result: BackupResult) -> None:
    print_json(
        {
            "backup": result.stamp,
            "bytes": result.size,
            "evidence": {
                "files": result.evidence_files,
                "bytes": result.evidence_bytes,
                "waiting": result.waiting_evidence,
            },
            "removed": result.removed_backups,
            "rehearsed": not result.findings,
            "findings": list(result.findings),
        }
    )
    if result.findings:
        sys.stderr.write(
            "ลองกู้คืนแล้วพบสิ่งผิดปกติ ชุดเก่าไม่ถูกลบจนกว่าจะแก้ / the trial restore found something; no older backup is"
            " removed until it is mended\n"
        )


async def restore(
    file: Path, identity_file: Path, into: Path | None, *, is_rehearsal: bool, now: datetime | None = None
) -> int:
    """Restore a backup, or try to; say what came of it as JSON on standard output. Returns the exit code."""
    settings, at = load_settings(), now or datetime.now(UTC)
    target = into or settings.home
    try:
        identity = await asyncio.to_thread(_read_identity, identity_file)
        source = await asyncio.to_thread(find_restore_source, file)
        if is_rehearsal:
            return await _rehearse(settings, source, identity, at)
        keys_at = [settings.desk_paths(name) for name in DESK_NAMES]
        result = await restore_backup(source, identity, target, at, keys_at)
    except (BackupError, DiskFullError, OSError) as error:
        sys.stderr.write("กู้คืนไม่สำเร็จ ไม่มีอะไรถูกเขียน / nothing was restored\n")
        sys.stderr.write(f"{explain_backup_error(error)}: {error}\n")
        return EXIT_FINDINGS
    _print_restore(result, target)
    return EXIT_FINDINGS if result.findings else EXIT_DONE


async def _rehearse(settings: Settings, source: RestoreSource, identity: Identity, now: datetime) -> int:
    """Restore for trial in a folder of ITA_HOME, and remember how it went."""
    work = settings.home / ".rehearsal"
    try:
        findings = await rehearse_restore(source, identity, work, now)
    except (BackupError, DiskFullError) as error:
        sys.stderr.write(f"{explain_backup_error(error)}: {error}\n")
        findings = [str(error)]
    update_backup_state(settings.home, rehearsed_at=now, rehearsal_findings=findings)
    print_json({"rehearsed": not findings, "findings": findings})
    return EXIT_FINDINGS if findings else EXIT_DONE


def _read_identity(path: Path) -> Identity:
    try:
        return read_identity_file(path.read_text("ascii"))
    except UnicodeDecodeError:
        raise BackupKeyError(f"{path}: this is no private key of age") from None


def _print_restore(result: RestoreResult, target: Path) -> None:
    day = to_bangkok_date(result.made_at).isoformat()
    desks = {
        name: {
            "cases": len(desk.cases),
            "erased": desk.erased,
            "renewed": desk.renewed,
            "next_numbers": desk.finished.next_numbers,
            "invitations": [
                {
                    "name": one.name,
                    "role": one.role,
                    "code": one.invitation.code,
                    "digits": one.invitation.digits,
                }
                for one in desk.finished.invitations
            ],
        }
        for name, desk in result.desks.items()
    }
    print_json({"restored": day, "into": str(target), "desks": desks, "findings": result.findings})
    for text in (_LOST_TH, _LOST_EN):
        sys.stderr.write(text.format(day=day) + "\n")
