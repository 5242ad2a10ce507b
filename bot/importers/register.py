"""Import of a register file: all rows become cases, or the bad rows are reported and nothing is written."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeAlias

from bot.importers.reading_process import read_table_apart
from bot.importers.spreadsheet import RegisterFileError
from handlers.complaints.deadlines import compute_answer_by
from handlers.complaints.import_rows import (
    COLUMN_NAMES,
    ImportRow,
    RejectedRow,
    match_columns,
    parse_rows,
    reject_duplicate_row,
)
from handlers.complaints.messages import ImportedCase
from handlers.dialog.events import LANGS, Lang
from handlers.dialog.replies import Phrase
from handlers.i18n import render_text
from handlers.office import Office
from handlers.table_files import CellKind, TableFile
from handlers.thai.dates import format_date
from ita_stats.calendar import to_bangkok_date
from storage.store import Store

ROWS_PER_STEP = 100
"""Rows that are parsed before others run: some milliseconds."""

ProgressBar: TypeAlias = Callable[[int], AbstractContextManager[Callable[[], None]]]
"""Opens a progress bar for a number of rows; the function that it yields is called once per row."""


def hide_progress(_: int) -> AbstractContextManager[Callable[[], None]]:
    """Show no progress bar."""
    return nullcontext(lambda: None)


@dataclass(frozen=True, slots=True)
class RegisterImportResult:
    """The result of an import. summary: one sentence about it. cases: of a trial, what would be imported."""

    row_count: int
    bad_rows: tuple[RejectedRow, ...]
    imported: bool
    summary: Phrase
    cases: tuple[ImportedCase, ...] = ()


async def import_register(
    path: Path,
    content: bytes,
    store: Store,
    office: Office,
    now: datetime,
    *,
    trial: bool = False,
    open_progress_bar: ProgressBar = hide_progress,
) -> RegisterImportResult:
    """Import a register, all or nothing. trial: check only. Raises RegisterFileError if the file is no register."""
    today = to_bangkok_date(now)
    imported_on = await store.register_importer.find_import_date(content)
    if imported_on is not None:
        return RegisterImportResult(
            0, (), imported=False, summary=Phrase("import.again", {"day": format_date(imported_on, "th")})
        )
    rows = await _parse_in_steps(list_import_rows(await read_table_apart(path, content)), office, today)
    if not rows:
        raise RegisterFileError(Phrase("import.empty"))
    cases = [row for row in rows if isinstance(row, ImportedCase)]
    bad_rows = [row for row in rows if isinstance(row, RejectedRow)]
    bad_rows += [reject_duplicate_row(case) for case in await store.register_importer.find_duplicates(cases)]
    if bad_rows:
        bad_rows.sort(key=lambda row: row.line)
        summary = Phrase("import.nothing", {"bad": len(bad_rows), "rows": len(rows)})
        return RegisterImportResult(len(rows), tuple(bad_rows), imported=False, summary=summary)
    if trial:
        fits = Phrase("import.fits", {"rows": len(rows)})
        return RegisterImportResult(len(rows), (), imported=False, summary=fits, cases=tuple(cases))
    with open_progress_bar(len(cases)) as count_row:
        await store.register_importer.import_cases(
            content,
            cases,
            lambda received: compute_answer_by(received, office.deadlines),
            today,
            now,
            count_row,
        )
    return RegisterImportResult(
        len(rows), (), imported=True, summary=Phrase("import.done", {"rows": len(rows)})
    )


def list_import_rows(table: TableFile) -> list[ImportRow]:
    """List the rows of a register below its header. Raises RegisterFileError."""
    all_rows = [row for sheet in table.sheets[:1] for row in sheet.rows]
    if not all_rows:
        raise RegisterFileError(Phrase("import.empty"))
    names, wrong = match_columns(all_rows[0].texts)
    if wrong:
        raise RegisterFileError(Phrase("import.columns", {"names": ", ".join(wrong)}))
    found = []
    for row in all_rows[1:]:
        texts = {name: row.get_text(place) for place, name in enumerate(names) if name}
        runs = [name for place, name in enumerate(names) if name and row.kinds.get(place) is CellKind.FORMULA]
        cells = {name: texts.get(name, "") for name in COLUMN_NAMES}
        found.append(ImportRow(row.line, cells, runs[0] if runs else ""))
    return found


async def _parse_in_steps(
    lines: Sequence[ImportRow], office: Office, today: date
) -> list[ImportedCase | RejectedRow]:
    """Parse the rows of a file, and let others run in between."""
    rows = list[ImportedCase | RejectedRow]()
    for row in parse_rows(lines, office, today):
        rows.append(row)
        if len(rows) % ROWS_PER_STEP == 0:
            await asyncio.sleep(0)
    return rows


def format_import_result(result: RegisterImportResult) -> str:
    """Format a result for people: each bad row with its errors, in Thai and English, and the summary."""
    lines = [
        render_text(Phrase("import.line", {"line": row.line, "reasons": format_row_errors(row, lang)}), lang)
        for row in result.bad_rows
        for lang in LANGS
    ]
    return "\n".join([*lines, format_bilingual(result.summary)]) + "\n"


def format_bilingual(phrase: Phrase) -> str:
    """Render a phrase in every language, one per line."""
    return "\n".join(render_text(phrase, lang) for lang in LANGS)


def import_result_to_json(result: RegisterImportResult, outdated: Sequence[Mapping[str, Any]] = ()) -> str:
    """Format a result as JSON for programs. outdated: the releases that differ from the register afterwards."""
    problems: Sequence[dict[str, Any]] = [
        {
            "line": row.line,
            "columns": [fault.column for fault in row.problems],
            **{lang: format_row_errors(row, lang) for lang in LANGS},
        }
        for row in result.bad_rows
    ]
    counts = {
        "rows": result.row_count,
        "bad": len(result.bad_rows),
        "imported": result.row_count if result.imported else 0,
    }
    touched = {"releases": [*outdated]} if outdated else {}
    return json.dumps({**counts, "problems": problems, **touched}, ensure_ascii=False)


def format_row_errors(row: RejectedRow, lang: Lang) -> str:
    """Format the errors of a row, by column."""
    parts = [(fault.column, render_text(fault.reason, lang)) for fault in row.problems]
    return " · ".join(f"{column}: {words}" if column else words for column, words in parts)
