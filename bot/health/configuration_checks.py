"""Checks of what people wrote: settings, office.toml, the people it names, addresses, holidays."""

import os
import stat
from collections.abc import AsyncIterator, Iterator
from datetime import date
from pathlib import Path

from bot.both_languages import BothLanguages
from bot.desk_names import DESK_NAMES
from bot.health.check import Finding, Weight, build_command
from bot.health.machine import Machine
from bot.platforms.registry import PLATFORMS
from bot.settings import ENV_PREFIX, Settings
from handlers.complaints.conflict_of_interest import find_alternates
from handlers.questions.faq_messages import GetFaqCatalogue
from handlers.staff.permissions import CASE_WORKERS, Role
from handlers.workdays import is_workday
from ita_stats.calendar import BUDDHIST_ERA, to_bangkok_date

OPEN_TO_OTHERS = 0o077
FEWEST_HOLIDAYS = 8
"""Holidays on working days that a Thai year has at the least; a year of fewer is not known yet."""


async def check_settings(machine: Machine) -> AsyncIterator[Finding]:
    """Find settings that prevent the start."""
    mend = BothLanguages(
        "แก้บรรทัดนี้ใน .env (ชื่อทั้งหมดอยู่ใน docs/settings.md)",
        "mend it in .env (docs/settings.md has all names)",
    )
    for finding in _list_lines(machine.settings_error, mend):
        yield finding


def _list_lines(error: str, mend: BothLanguages) -> list[Finding]:
    """List the lines of an error that speaks both languages itself. mend: what to do about each."""
    return [Finding(BothLanguages(line, line), mend) for line in error.splitlines()]


async def check_secret_files(machine: Machine) -> AsyncIterator[Finding]:
    """Find files of secrets that other users of this machine can read."""
    folder = machine.require_settings().secrets_dir
    secrets = sorted(folder.iterdir()) if folder else []
    for path in (machine.folder / ".env", *secrets):
        if _is_readable_by_others(path):
            yield Finding(
                BothLanguages(
                    f"ผู้ใช้อื่นของเครื่องอ่าน {path} ได้ ในนั้นมีโทเคน",
                    f"other users of this machine can read {path}, which has tokens",
                ),
                build_command(f"chmod 600 {path}"),
            )


def _is_readable_by_others(path: Path) -> bool:
    return os.name == "posix" and path.is_file() and bool(stat.S_IMODE(path.stat().st_mode) & OPEN_TO_OTHERS)


async def check_office(machine: Machine) -> AsyncIterator[Finding]:
    """Find what is wrong in office.toml, or that there is none."""
    mend = BothLanguages(
        "แก้ที่คีย์หรือบรรทัดนั้น แล้วสั่ง ita-bot doctor อีกครั้ง",
        "mend that key or line, then ita-bot doctor again",
    )
    for finding in _list_lines(machine.office_error, mend):
        yield finding
    if machine.office is not None and machine.source is not None and machine.source.is_example:
        yield Finding(
            BothLanguages(
                "ยังไม่มี office.toml ระบบจึงใช้ตัวอย่างซึ่งเป็นของหน่วยงานอื่น",
                "there is no office.toml, so the example of another office is used",
            ),
            build_command("ita-bot init"),
        )


async def check_contact(machine: Machine) -> AsyncIterator[Finding]:
    """Find what the office has not said of how it is reached: such questions get no answer then."""
    contact = machine.require_office().contact
    missing = [name for name in ("phone", "hours", "address") if getattr(contact, name) is None]
    if missing:
        yield Finding(
            BothLanguages(
                f"ยังไม่มี {', '.join(missing)} ใน [contact] ของ office.toml ใครถามว่าเบอร์อะไร เปิดกี่โมง อยู่ที่ไหน ยังไม่ได้คำตอบ",
                f"[contact] in office.toml has no {', '.join(missing)}, so that such questions get no answer at once",
            ),
            BothLanguages("เพิ่มใน office.toml แล้วเริ่มระบบใหม่", "add it to office.toml and start again"),
            Weight.NOTE,
        )


async def check_desks_apart(machine: Machine) -> AsyncIterator[Finding]:
    """Find what the two desks share, which ITA and the law of evidence want apart."""
    settings = machine.require_settings()
    complaints, service = (settings.desk_paths(name) for name in DESK_NAMES)
    shared = {str(path) for path in (complaints.database, *complaints.key_paths.values())} & {
        str(path) for path in (service.database, *service.key_paths.values())
    }
    for path in sorted(shared):
        yield Finding(
            BothLanguages(f"ทั้งสองโต๊ะใช้ {path} ร่วมกัน", f"both desks use {path}"),
            BothLanguages(
                "ให้แต่ละโต๊ะมีฐานข้อมูลและกุญแจของตัวเอง (ITA_SERVICE__…)", "give each desk its own (ITA_SERVICE__…)"
            ),
        )
    for name in _iterate_shared_accounts(settings):
        yield Finding(
            BothLanguages(
                f"ITA_SERVICE__{name} เป็นบัญชีเดียวกับโต๊ะแจ้งทุจริต",
                f"ITA_SERVICE__{name} is the account of the complaints desk",
            ),
            BothLanguages("สร้างบอตหรือบัญชีแยกของโต๊ะบริการ", "make an account of its own for the service desk"),
        )


def _iterate_shared_accounts(settings: Settings) -> Iterator[str]:
    for platform in PLATFORMS:
        pairs = zip(
            platform.get_secrets(settings.complaints), platform.get_secrets(settings.service), strict=True
        )
        for one, other in pairs:
            if one.names_account and one.value is not None and one.value == other.value:
                yield one.setting


async def check_alternate(machine: Machine) -> AsyncIterator[Finding]:
    """Find that nobody could read a case about the head of the office."""
    store, alternate = machine.find_store("complaints"), machine.require_office().alternate
    if store is None:
        return
    named = find_alternates(await machine.list_staff(store), alternate.officers)
    standing = [one for one in named if one.role in CASE_WORKERS]
    if any(one.active for one in standing):
        return
    if standing:
        yield Finding(
            BothLanguages(
                "ผู้รับเรื่องแทนยังไม่เข้าร่วม เรื่องที่เกี่ยวกับหัวหน้าหน่วยงานจึงยังไม่มีผู้ใดอ่านได้",
                "no alternate has joined yet: nobody can read a case that concerns the head",
            ),
            BothLanguages("ให้ผู้นั้นพิมพ์ /join กับรหัสที่ได้รับ", "have them type /join with their code"),
        )
    elif alternate.outside_only:
        yield Finding(
            BothLanguages(
                "หน่วยงานเลือกไว้ว่าไม่มีผู้รับเรื่องแทน ผู้แจ้งได้รับคำบอกเช่นนั้น",
                "the office has no alternate by choice, and reporters hear so",
            ),
            build_command("ita-bot staff add --desk complaints --role officer --name …"),
            Weight.NOTE,
        )
    else:
        yield Finding(
            BothLanguages(
                "office.toml [alternate] ยังไม่บอกว่าใครรับเรื่องที่เกี่ยวกับหัวหน้าหน่วยงาน",
                "office.toml [alternate] does not say who takes a case that concerns the head",
            ),
            build_command("ita-bot staff add --desk complaints --role officer --name …"),
        )


async def check_public_urls(machine: Machine) -> AsyncIterator[Finding]:
    """Find addresses that are missing where officers or platforms need them, or are not https."""
    settings = machine.require_settings()
    for desk in DESK_NAMES:
        own, name = settings.desk(desk), f"{ENV_PREFIX}{desk.upper()}__PUBLIC_URL"
        if own.public_url and not own.public_url.startswith("https://"):
            yield Finding(
                BothLanguages(
                    f"{name} ไม่ใช่ https ผู้ที่อยู่ระหว่างทางอ่านได้ และ LINE กับ Telegram ไม่รับ",
                    f"{name} is not https: others on the way can read along, and LINE and Telegram refuse it",
                ),
                BothLanguages(
                    "ตั้งเป็น https://… หลังมีใบรับรอง TLS", "set it to https://… with a TLS certificate"
                ),
            )
        elif not own.public_url and own.line_token is not None:
            yield Finding(
                BothLanguages(
                    f"{name} ว่าง เจ้าหน้าที่ใน LINE จึงเปิดเนื้อเรื่องและไฟล์ไม่ได้ และ LINE ไม่รู้ว่าจะส่งมาที่ใด",
                    f"{name} is empty: officers on LINE cannot open content and files, and LINE has nowhere to post to",
                ),
                BothLanguages(f"ตั้ง {name}=https://… ใน .env", f"set {name}=https://… in .env"),
            )
        elif not own.public_url and own.telegram_token is not None and own.telegram_mode == "webhook":
            yield Finding(
                BothLanguages(
                    f"{name} ว่าง บอต Telegram จึงเงียบ", f"{name} is empty: the Telegram bot is mute"
                ),
                BothLanguages(
                    f"ตั้ง {name}=https://… หรือ {ENV_PREFIX}{desk.upper()}__TELEGRAM_MODE=polling",
                    f"set {name}=https://…, or {ENV_PREFIX}{desk.upper()}__TELEGRAM_MODE=polling",
                ),
            )


async def check_staff(machine: Machine) -> AsyncIterator[Finding]:
    """Find a desk without a supervisor or an administrator, and staff without a second factor."""
    for desk, store in machine.open_desks:
        everybody = await machine.list_staff(store)
        active = [one for one in everybody if one.active]
        invited = {one.role for one in everybody if one.joined is None and one.removed is None}
        for role, th, en in (
            (
                Role.SUPERVISOR,
                "หัวหน้า (supervisor) ที่เข้าร่วมแล้ว จึงไม่มีใครอนุมัติหรือมอบหมายได้",
                "supervisor who has joined",
            ),
            (
                Role.ADMIN,
                "ผู้ดูแลช่องทาง (admin) ที่เข้าร่วมแล้ว จึงไม่มีใครได้รับคำเตือนของระบบ",
                "admin who has joined to be warned",
            ),
        ):
            if not any(one.role is role for one in active):
                yield Finding(
                    BothLanguages(f"โต๊ะ {desk.name} ไม่มี{th}", f"the {desk.name} desk has no {en}"),
                    BothLanguages(
                        "เชิญไว้แล้ว ให้ผู้นั้นเข้าร่วม ถ้ารหัสหายหรือเกิน 24 ชั่วโมง:"
                        f" ita-bot staff reset --desk {desk.name} --name …",
                        "somebody is invited and has to join; where the code is lost or older than 24 hours:"
                        f" ita-bot staff reset --desk {desk.name} --name …",
                    )
                    if role in invited
                    else build_command(f"ita-bot staff add --desk {desk.name} --role {role.value} --name …"),
                )
        without = sum(not one.secret for one in active)
        if without:
            yield Finding(
                BothLanguages(
                    f"โต๊ะ {desk.name}: เจ้าหน้าที่ {without} คนไม่มีรหัสยืนยันขั้นที่สอง",
                    f"{desk.name}: {without} of the staff have no second factor",
                ),
                BothLanguages(
                    "เพิ่มผู้นั้นใหม่ด้วย ita-bot staff remove แล้ว ita-bot staff add",
                    "ita-bot staff remove, then ita-bot staff add",
                ),
            )


async def check_knowledge(machine: Machine) -> AsyncIterator[Finding]:
    """Find that the knowledge base is empty, or that no answer in it was checked."""
    store = machine.find_store("service")
    if store is None:
        return
    entries = (await store.answer_query(GetFaqCatalogue(), machine.now)).entries
    if all(one.off for one in entries):
        yield Finding(
            BothLanguages(
                f"คลังคำตอบยังไม่มีข้อที่เจ้าหน้าที่ตรวจแล้ว (ร่าง {len(entries)} ข้อ) ทุกคำถามจะไปถึงเจ้าหน้าที่",
                f"the knowledge base has no answer that was checked ({len(entries)} drafts): every question goes to"
                " an officer",
            ),
            BothLanguages(
                "เจ้าหน้าที่โต๊ะบริการพิมพ์ /ตรวจคลัง หรือ ita-bot faq import FILE",
                "an officer of the service desk types /check, or: ita-bot faq import FILE",
            ),
            Weight.NOTE,
        )


async def check_holidays(machine: Machine) -> AsyncIterator[Finding]:
    """Find that the holidays of a year that deadlines reach into are not known, where working days are counted."""
    today = to_bangkok_date(machine.now)
    if machine.require_office().deadlines.counted_in != "working":
        return
    for year in (today.year, today.year + 1):
        weekdays = [date(year, month, day) for month in range(1, 13) for day in range(1, 29)]
        found = sum(not is_workday(day) for day in weekdays if day.weekday() < 5)
        if found < FEWEST_HOLIDAYS:
            yield Finding(
                BothLanguages(
                    f"ไม่รู้วันหยุดราชการของปี {year + BUDDHIST_ERA} กำหนดเวลาจะนับผิด",
                    f"the holidays of {year} are not known, so deadlines would be wrong",
                ),
                BothLanguages(
                    "ใส่วันหยุดใน office.toml [deadlines] days_off หรืออัปเดตระบบ",
                    "put them into office.toml [deadlines] days_off, or update the program",
                ),
            )
