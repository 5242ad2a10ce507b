"""`ita-bot import`: an old register becomes cases, or every row that hinders it is named."""

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer

from bot import bootstrap as house
from bot.importers import spreadsheet as sheet
from bot.settings import DeskName
from handlers import i18n as wording
from handlers import thai
from handlers.complaints import deadlines
from handlers.complaints import import_rows as oldregister
from handlers.complaints.import_rows import RejectedRow
from handlers.complaints.imported_case import ImportedCase
from handlers.dialog.events import Lang, Reply
from handlers.office import Office
from storage.store import Store

DONE, FINDINGS, WRONG_USE = 0, 1, 2
LONG = 1000
"""Rows from which on a bar shows how far it is."""


@dataclass(frozen=True, slots=True)
class RegisterImportResult:
    """What came of a file: how many rows, which are bad, whether they were taken, and the last word."""

    rows: int
    bad: tuple[RejectedRow, ...]
    taken: bool
    say: Reply
    cases: tuple[ImportedCase, ...] = ()


async def take(
    path: Path,
    content: bytes,
    store: Store,
    office: Office,
    now: datetime,
    *,
    trial: bool = False,
    quiet: bool = False,
) -> RegisterImportResult:
    """Import a register: all or nothing. quiet: no bar. Raises Unusable for a file that is none."""
    today = thai.day(now)
    before = await store.importing.imported_on(content)
    if before is not None:
        return RegisterImportResult(
            0, (), taken=False, say=Reply("import.again", {"day": thai.shown(before, "th")})
        )
    found = await asyncio.to_thread(lambda: list(oldregister.read(sheet.lines(path, content), office, today)))
    if not found:
        raise sheet.RegisterFileError(Reply("import.empty"))
    cases = [row for row in found if isinstance(row, ImportedCase)]
    bad = [row for row in found if isinstance(row, RejectedRow)]
    bad += [oldregister.clash(case) for case in await store.importing.taken(cases)]
    if bad:
        bad.sort(key=lambda row: row.line)
        say = Reply("import.nothing", {"bad": len(bad), "rows": len(found)})
        return RegisterImportResult(len(found), tuple(bad), taken=False, say=say)
    if trial:
        fits = Reply("import.fits", {"rows": len(found)})
        return RegisterImportResult(len(found), (), taken=False, say=fits, cases=tuple(cases))
    with typer.progressbar(length=len(cases), file=sys.stderr, hidden=quiet or len(cases) < LONG) as bar:
        await store.importing.take(
            content,
            cases,
            lambda received: deadlines.answer_by(received, office.deadlines),
            today,
            now,
            lambda: bar.update(1),
        )
    return RegisterImportResult(len(found), (), taken=True, say=Reply("import.done", {"rows": len(found)}))


def told(result: RegisterImportResult) -> str:
    """What a person reads: each bad row with its reasons, Thai then English, and the last word."""
    lines = [
        wording.text(Reply("import.line", {"line": row.line, "reasons": reasons(row, lang)}), lang)
        for row in result.bad
        for lang in ("th", "en")
    ]
    return "\n".join([*lines, both(result.say)]) + "\n"


def both(say: Reply) -> str:
    """Words in Thai and in English."""
    return f"{wording.text(say, 'th')}\n{wording.text(say, 'en')}"


def as_json(result: RegisterImportResult) -> str:
    """What a program reads."""
    problems: Sequence[dict[str, Any]] = [
        {
            "line": row.line,
            "columns": [fault.column for fault in row.faults],
            "th": reasons(row, "th"),
            "en": reasons(row, "en"),
        }
        for row in result.bad
    ]
    told = {"rows": result.rows, "bad": len(result.bad), "imported": result.rows if result.taken else 0}
    return json.dumps({**told, "problems": problems}, ensure_ascii=False)


def reasons(row: RejectedRow, lang: Lang) -> str:
    """What is wrong with a row, column by column."""
    parts = [(fault.column, wording.text(fault.say, lang)) for fault in row.faults]
    return " · ".join(f"{column}: {words}" if column else words for column, words in parts)


async def run(file: Path, desk: DeskName, *, trial: bool) -> int:
    """The command: tells a person on standard error, a program on standard output; gives the exit code."""
    content = await asyncio.to_thread(file.read_bytes)
    async with house.opened([desk]) as opened:
        store = opened.desks[desk].store
        try:
            result = await take(file, content, store, opened.office, datetime.now(UTC), trial=trial)
        except sheet.RegisterFileError as trouble:
            sys.stderr.write(both(trouble.say) + "\n")
            return WRONG_USE
    sys.stderr.write(told(result))
    sys.stdout.write(as_json(result) + "\n")
    return FINDINGS if result.bad else DONE
