"""Checks of what a desk keeps: folders, keys, database, audit trail, evidence."""

import asyncio
import os
import stat
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from bot.both_languages import BothLanguages
from bot.desk_names import DESK_NAMES
from bot.health.check import Finding, Weight, build_command
from bot.health.machine import ExaminedDesk, Machine, is_owner
from storage.crypto.key_files import KEY_NAMES
from storage.db.integrity import DatabaseState, count_database_faults
from storage.files.inspection import inspect_evidence
from storage.rotation.rotate_keys import count_old_rows, find_unfinished_rotation

OPEN_TO_OTHERS = 0o077
_RESTORE = BothLanguages(
    "หยุดโปรแกรม เก็บเครื่องตามสภาพ แล้วกู้จากชุดสำรองล่าสุด (docs/guides/it.th.md เมื่อเกิดเหตุ)",
    "stop the program, keep the machine as it is, and restore the newest backup (docs/guides/it.th.md)",
)


async def check_data_folder(machine: Machine) -> AsyncIterator[Finding]:
    """Find that there are no data here, or that others can enter the folder, or that another user owns it."""
    settings = machine.require_settings()
    home = settings.home
    if not any(settings.desk_paths(name).database.exists() for name in DESK_NAMES):
        yield Finding(
            BothLanguages(
                f"ไม่พบฐานข้อมูลใน {home.absolute()} ยังไม่ได้ติดตั้ง หรือสั่งจากโฟลเดอร์อื่น",
                f"there is no database in {home.absolute()}: not set up yet, or this is another folder",
            ),
            BothLanguages(
                "เข้าโฟลเดอร์ของระบบก่อน (cd) หรือตั้ง ITA_HOME ถ้ายังไม่ได้ติดตั้ง: ita-bot init",
                "go to the program's folder, or set ITA_HOME; if it is not set up yet: ita-bot init",
            ),
        )
        return
    if not is_owner(home):
        owner = _get_owner_name(home)
        yield Finding(
            BothLanguages(
                f"{home} เป็นของผู้ใช้ {owner} จึงไม่เปิดฐานข้อมูล เพราะไฟล์ที่สร้างใหม่จะเป็นของผู้ใช้นี้ และเซิร์ฟเวอร์เปิดไม่ได้",
                f"{home} belongs to {owner}: nothing was opened, as the server could not open what this user creates",
            ),
            build_command(f"sudo -u {owner} ita-bot doctor"),
        )
    for folder in (home, *(desk.paths.folder for desk in machine.desks)):
        if os.name == "posix" and stat.S_IMODE(folder.stat().st_mode) & OPEN_TO_OTHERS:
            yield Finding(
                BothLanguages(
                    f"ผู้ใช้อื่นของเครื่องเข้า {folder} ได้", f"other users of this machine can enter {folder}"
                ),
                build_command(f"chmod 700 {folder}"),
            )


def _get_owner_name(path: Path) -> str:
    try:
        return path.owner()
    except (KeyError, NotImplementedError):
        return str(path.stat().st_uid)


async def check_keys(machine: Machine) -> AsyncIterator[Finding]:
    """Find keys that are missing, readable by others, equal, or of another database."""
    for desk in machine.desks:
        found = list(_iterate_key_file_problems(desk)) if desk.is_ours else []
        for finding in found:
            yield finding
        if desk.key_error and not found:
            yield Finding(
                BothLanguages(
                    f"กุญแจของโต๊ะ {desk.name} ใช้ไม่ได้: {desk.key_error}",
                    f"the keys of {desk.name} cannot be used: {desk.key_error}",
                ),
                BothLanguages(
                    "นำกุญแจที่สำรองไว้ของโต๊ะนี้กลับมาวาง", "put the keys of this desk back from their backup"
                ),
            )


def _iterate_key_file_problems(desk: ExaminedDesk) -> Iterator[Finding]:
    for name in KEY_NAMES:
        path = desk.paths.key_paths[name]
        if not path.exists():
            yield Finding(
                BothLanguages(
                    f"กุญแจ {path} หาย ฐานข้อมูลของโต๊ะ {desk.name} เปิดไม่ได้ถ้าไม่มี",
                    f"the key {path} is missing; without it the {desk.name} desk cannot be opened",
                ),
                BothLanguages(
                    "นำกุญแจที่สำรองไว้กลับมาวาง อย่าสร้างใหม่", "put it back from its backup; do not make a new one"
                ),
            )
        elif os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & OPEN_TO_OTHERS:
            yield Finding(
                BothLanguages(
                    f"ผู้ใช้อื่นของเครื่องอ่านกุญแจ {path} ได้", f"other users of this machine can read the key {path}"
                ),
                build_command(f"chmod 600 {path}"),
            )


async def check_databases(machine: Machine) -> AsyncIterator[Finding]:
    """Find databases that are damaged, or of another version."""
    for desk in machine.desks:
        match desk.state:
            case DatabaseState.OLDER:
                yield Finding(
                    BothLanguages(
                        f"ฐานข้อมูลของโต๊ะ {desk.name} เป็นของรุ่นก่อน จะปรับเองเมื่อเริ่มโปรแกรมรุ่นนี้ สิ่งที่อยู่ข้างในจึงยังไม่ได้ตรวจ",
                        f"the database of {desk.name} is an earlier version's; the next start migrates it, and what"
                        " is in it was not looked at",
                    ),
                    BothLanguages(
                        "สำรองข้อมูลก่อน แล้วเริ่มโปรแกรมใหม่", "back up first, then start the program anew"
                    ),
                    Weight.NOTE,
                )
            case DatabaseState.NEWER:
                yield Finding(
                    BothLanguages(
                        f"ฐานข้อมูลของโต๊ะ {desk.name} เป็นของรุ่นที่ใหม่กว่าโปรแกรมนี้",
                        f"the database of {desk.name} was made by a newer version of this program",
                    ),
                    BothLanguages("อัปเดตโปรแกรม", "update the program"),
                )
            case DatabaseState.CURRENT | DatabaseState.UNREADABLE:
                faults = await asyncio.to_thread(count_database_faults, desk.paths.database)
                if desk.is_ours and (faults or desk.state is DatabaseState.UNREADABLE):
                    yield Finding(
                        BothLanguages(
                            f"ฐานข้อมูลของโต๊ะ {desk.name} เสียหาย ({faults} จุด)",
                            f"the database of {desk.name} is damaged ({faults} faults)",
                        ),
                        _RESTORE,
                    )


async def check_audit_trails(machine: Machine) -> AsyncIterator[Finding]:
    """Find audit trails that are broken."""
    for desk, store in machine.open_desks:
        findings = await store.verify_audit()
        if findings:
            yield Finding(
                BothLanguages(
                    f"บันทึกการตรวจสอบของโต๊ะ {desk.name} ไม่ครบหรือถูกแก้ ({len(findings)} จุด)",
                    f"the audit trail of {desk.name} is not whole or was changed ({len(findings)} places)",
                ),
                build_command(f"ita-bot audit verify --desk {desk.name}"),
            )


async def check_key_changes(machine: Machine) -> AsyncIterator[Finding]:
    """Find a change of keys that was cut off, or values that are under older keys still."""
    for desk, store in machine.open_desks:
        wanted, old = await find_unfinished_rotation(store), await count_old_rows(store)
        if wanted:
            yield Finding(
                BothLanguages(
                    f"เปลี่ยนกุญแจของโต๊ะ {desk.name} ค้างอยู่ ยังอยู่ใต้กุญแจเดิม {old} รายการ (ถ้ากำลังทำอยู่ รอให้เสร็จ)",
                    f"the keys of {desk.name} are half changed: {old} values are under the old ones (wait, if it is"
                    " running now)",
                ),
                build_command(f"ita-bot keys rotate --desk {desk.name}"),
            )
        elif old:
            yield Finding(
                BothLanguages(
                    f"โต๊ะ {desk.name} มี {old} รายการอยู่ใต้กุญแจเดิม (เช่นหลังกู้คืนชุดสำรองจากก่อนเปลี่ยนกุญแจ)",
                    f"{desk.name} has {old} values under older keys (as after a restore of a backup from before keys"
                    " were changed)",
                ),
                build_command(f"ita-bot keys rotate --desk {desk.name} --finish"),
            )


async def check_evidence(machine: Machine) -> AsyncIterator[Finding]:
    """Find evidence that is gone or differs from its hash, and files of which no row knows."""
    for desk, store in machine.open_desks:
        seen = await inspect_evidence(store.evidence, machine.evidence_limit)
        if seen.damaged or seen.missing:
            yield Finding(
                BothLanguages(
                    f"หลักฐานของโต๊ะ {desk.name}: เสียหาย {seen.damaged} ไฟล์ หาย {seen.missing} ไฟล์"
                    f" (ตรวจเนื้อหา {seen.checked} จาก {seen.total} ไฟล์)",
                    f"evidence of {desk.name}: {seen.damaged} damaged, {seen.missing} gone ({seen.checked} of"
                    f" {seen.total} files read)",
                ),
                _RESTORE,
            )
        if seen.orphans:
            yield Finding(
                BothLanguages(
                    f"โต๊ะ {desk.name} มีไฟล์ที่ไม่เป็นของเรื่องใด {seen.orphans} ไฟล์ เซิร์ฟเวอร์ลบเองภายในหนึ่งนาที",
                    f"{desk.name} has {seen.orphans} files of no case; a running server deletes them within a minute",
                ),
                build_command("ita-bot tick"),
                Weight.NOTE,
            )
