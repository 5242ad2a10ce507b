"""Looks for traces of visitors in logs: a visit with a word that stands nowhere else, then a search for that word."""

import asyncio
import secrets
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

from bot.both_languages import BothLanguages
from bot.desk_names import DESK_NAMES
from bot.health.check import Finding, Weight, build_command
from bot.health.machine import Machine
from bot.health.upkeep_checks import get_own_address, request_status

CANARY_PREFIX = "ita-doctor-"
LOG_WAIT_SECONDS = 2.0
"""In which a proxy has written of a request, if it does."""

LOG_TAIL_BYTES = 4 * 1024 * 1024
JOURNAL_SECONDS = 20
"""In which the journal of some minutes was read, or is not."""

_SYSTEM_LOGS = frozenset({"syslog", "messages", "daemon.log", "user.log"})
"""Names of logs of the whole machine, which are not thrown away for one line."""


_NOBODY_ANSWERED = Finding(
    BothLanguages("ไม่มีเซิร์ฟเวอร์ตอบ จึงไม่ได้ตรวจ", "no server answered, so nothing was looked at"),
    BothLanguages("สั่งอีกครั้งเมื่อเปิดเซิร์ฟเวอร์แล้ว", "again once the server runs"),
    Weight.NOTE,
)


async def check_traces(machine: Machine) -> AsyncIterator[Finding]:
    """Make a visit that carries a word in all that a log may have of it, and find logs in which it then stands.

    Looked at: logs of proxies, those of the system, and the journal of all programs. With --offline only the server of
    this machine is visited, and not through a proxy.
    """
    settings = machine.require_settings()
    logs = [path for path in machine.log_files if path.is_file()]
    journal = shutil.which("journalctl")
    if not logs and journal is None:
        yield Finding(
            BothLanguages(
                "ไม่พบบันทึกของ proxy ในเครื่องนี้ จึงไม่ได้ตรวจ", "no log of a proxy is here, so nothing was looked at"
            ),
            BothLanguages(
                "ถ้า proxy เขียนบันทึกไว้ที่อื่น: ita-bot doctor --logs FILE",
                "if a proxy writes one elsewhere: ita-bot doctor --logs FILE",
            ),
            Weight.NOTE,
        )
        return
    own = get_own_address(settings)
    public = {settings.desk(name).public_url for name in DESK_NAMES} if machine.asks_platforms else set()
    canary, begun = CANARY_PREFIX + secrets.token_hex(8), datetime.now(UTC)
    headers = {"Referer": f"http://{canary}/", "Cookie": canary, "User-Agent": canary}
    answers = [
        await request_status(f"{address.rstrip('/')}/track?{canary}", **headers)
        for address in {own, *filter(None, public)}
    ]
    if not any(answers):
        yield _NOBODY_ANSWERED
        return
    await asyncio.sleep(LOG_WAIT_SECONDS)
    for path in logs:
        if await asyncio.to_thread(_contains, path, canary.encode()):
            yield _build_file_finding(path)
    if journal is not None:
        async for finding in _find_in_journal(journal, begun, canary):
            yield finding


def _build_file_finding(path: Path) -> Finding:
    why = BothLanguages(
        f"{path} บันทึกผู้ที่เข้าเว็บไว้ ผู้แจ้งอาจถูกรู้ตัวจากบันทึกนี้",
        f"{path} records who visits: reporters could be found by it",
    )
    if path.name in _SYSTEM_LOGS:
        return Finding(why, _STOP_PROXY)
    return Finding(
        why,
        BothLanguages(
            f"ใส่ access_log off; ในเว็บนี้ (docs/deploy/nginx.conf) โหลดใหม่ แล้ว shred -u {path}",
            f"put access_log off; into this site (docs/deploy/nginx.conf), reload, then shred -u {path}",
        ),
    )


_STOP_PROXY = BothLanguages(
    "ปิดการบันทึกผู้เข้าเว็บใน proxy (nginx: access_log off; Caddy: ไม่มี log ในเว็บนี้) โหลดใหม่ แล้วลบส่วนที่บันทึกไว้"
    " (journalctl --rotate; journalctl --vacuum-time=1s)",
    "stop the proxy's record of visits (nginx: access_log off; Caddy: no log in this site), reload, and delete what was"
    " recorded (journalctl --rotate; journalctl --vacuum-time=1s)",
)


async def _find_in_journal(journal: str, begun: datetime, canary: str) -> AsyncIterator[Finding]:
    recorded, told = await _read_journal(journal, begun)
    if canary.encode() in recorded:
        yield Finding(
            BothLanguages(
                "journal ของเครื่องบันทึกผู้ที่เข้าเว็บไว้ ผู้แจ้งอาจถูกรู้ตัวจากบันทึกนี้",
                "the journal of this machine records who visits: reporters could be found by it",
            ),
            _STOP_PROXY,
        )
    elif "ermission" in told or "not seeing messages" in told:
        yield Finding(
            BothLanguages(
                "ผู้ใช้นี้อ่าน journal ของโปรแกรมอื่นไม่ได้ จึงไม่รู้ว่า proxy บันทึกผู้เข้าเว็บไว้ในนั้นหรือไม่",
                "this user cannot read the journal of other programs, where a proxy may record visits",
            ),
            build_command(f"sudo journalctl --since -1hour | grep -c {CANARY_PREFIX}"),
            Weight.NOTE,
        )


async def _read_journal(journal: str, begun: datetime) -> tuple[bytes, str]:
    """Return what all programs wrote into the journal since an instant, and what journalctl said of it."""
    process = await asyncio.create_subprocess_exec(
        *(journal, f"--since=@{int(begun.timestamp())}", "--output=cat", "--all", "--no-pager"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(JOURNAL_SECONDS):
            recorded, told = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        raise
    return recorded, told.decode("utf-8", "replace")


def _contains(path: Path, word: bytes) -> bool:
    try:
        with path.open("rb") as log:
            log.seek(max(0, path.stat().st_size - LOG_TAIL_BYTES))
            return word in log.read()
    except OSError:
        return False
