"""The register of a period as a file for the office: CSV or XLSX, without content, marked as confidential."""

import csv
import io
from collections.abc import Sequence
from datetime import date, datetime

from handlers.complaints.lifecycle import CaseSource
from handlers.dialog.replies import Phrase
from handlers.i18n import render_text
from handlers.office import Office
from handlers.thai.dates import BUDDHIST_ERA
from ita_stats.cases.model import Period
from ita_stats.formulas import escape_text
from ita_stats.render.spreadsheet import render_list_xlsx
from storage.statistics.register_lines import RegisterLine, stream_register
from storage.store import Store

CONFIDENTIAL = "ลับ"
BLANK_HOLDER = "ผู้รับผิดชอบที่เว้นว่าง คือยังไม่มีผู้รับ หรือเป็นเรื่องที่ไม่แสดงชื่อผู้รับ"
"""What is said of cases without an officer. Which of the two it is would tell from whom a case is kept."""

HEADINGS = (
    "เลขรับ", "วันที่รับ", "ประเภท", "ช่องทาง", "สถานะ", "ผลการพิจารณา", "วันที่แล้วเสร็จ", "จำนวนวัน", "ผู้รับผิดชอบ",
)  # fmt: skip

RegisterCells = list[str | int]


async def list_register(
    store: Store, office: Office, period: Period, now: datetime, reader: str = ""
) -> list[RegisterCells]:
    """List the register of a period in Thai, with its title, its headings and a line for each case.

    reader: see `stream_register`.
    """
    names = {member.id: member.name for member, _ in store.roster}
    kinds = {one.code: one.name.th for one in office.categories}
    title = f"{CONFIDENTIAL} - ทะเบียนเรื่องร้องเรียน {period.label_th} ใช้ภายในหน่วยงาน ห้ามเผยแพร่ ({BLANK_HOLDER})"
    lines: list[RegisterCells] = [[title], [*HEADINGS]]
    async with store.open_read_context(now) as context:
        async for several in stream_register(context, period.first, period.last, reader):
            lines += [_describe_line(one, kinds, names) for one in several]
    return lines


def _describe_line(line: RegisterLine, kinds: dict[str, str], names: dict[str, str]) -> RegisterCells:
    days: str | int = "" if line.closed_on is None else (line.closed_on - line.received_on).days
    source = _say(f"staff.source.{CaseSource(line.source)}") if line.source else ""
    outcome = _say(f"staff.outcome.{line.outcome}") if line.outcome else ""
    return [
        f"{line.number}/{line.fiscal_year}",
        _write_day(line.received_on),
        kinds.get(line.category, line.category),
        source,
        _say(f"staff.status.{line.status}"),
        outcome,
        "" if line.closed_on is None else _write_day(line.closed_on),
        days,
        names.get(line.officer, ""),
    ]


def _say(key: str) -> str:
    return render_text(Phrase(key), "th")


def _write_day(day: date) -> str:
    return f"{day.day:02}/{day.month:02}/{day.year + BUDDHIST_ERA}"


def render_register_csv(lines: Sequence[RegisterCells]) -> bytes:
    """Render a register as CSV that Excel opens in Thai; no cell is one that a spreadsheet program would run."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for line in lines:
        writer.writerow([cell if isinstance(cell, int) else escape_text(cell) for cell in line])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def render_register_xlsx(lines: Sequence[RegisterCells], now: datetime) -> bytes:
    """Render a register as XLSX."""
    return render_list_xlsx(lines, now)
