"""The check of the signed directory of true channels: its signature, and whether it names what the office does."""

from collections.abc import AsyncIterator

from bot.both_languages import BothLanguages
from bot.health.check import Finding
from bot.health.machine import Machine
from bot.rollup.directory import DirectoryError, load_listed_channels

NEXT_STEP = BothLanguages(
    "ขอฉบับล่าสุดพร้อม .sig จากผู้ลงนาม และเทียบกับ office.toml ทีละบัญชี ถ้าไม่ใช่ท่านที่แก้ ให้ถือว่ามีบัญชีปลอม โทรถามผู้ลงนาม",
    "get the newest edition with its .sig from who signed it and compare each account with office.toml; if it was not"
    " you who changed something, take it for a false account and telephone who signed",
)


async def check_directory(machine: Machine) -> AsyncIterator[Finding]:
    """Find why the office's entry in the directory is not shown, where the office uses one."""
    if machine.settings is None:
        return
    try:
        load_listed_channels(machine.require_office(), machine.settings)
    except DirectoryError as trouble:
        yield Finding(
            BothLanguages(
                f"หน้าเว็บไม่แสดงรายการช่องทางที่ลงนาม: {trouble.why.th}",
                f"the pages do not show the signed directory: {trouble.why.en}",
            ),
            NEXT_STEP,
        )
