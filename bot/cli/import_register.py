"""`ita-bot import`: check and import a register file."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer

from bot.bootstrap import open_app
from bot.cli.runner import EXIT_DONE, EXIT_FINDINGS, EXIT_WRONG_USE
from bot.desk_names import DeskName
from bot.importers.register import (
    MOST_ROWS_SHOWN,
    RegisterImportRequest,
    RegisterImportResult,
    format_bad_row,
    format_bilingual,
    format_import_result,
    import_register,
    import_result_to_json,
)
from bot.importers.spreadsheet import RegisterFileError
from bot.publishing.late_entries import (
    OutdatedRelease,
    describe_outdated_releases,
    find_outdated_releases,
)
from handlers.dialog.events import LANGS
from storage.files.atomic_write import replace_file

PROGRESS_BAR_MIN_ROWS = 1000
"""Number of rows from which on a progress bar is shown."""


@contextmanager
def open_progress_bar(rows: int) -> Iterator[Callable[[], None]]:
    """Show a progress bar on standard error for a long import."""
    with typer.progressbar(length=rows, file=sys.stderr, hidden=rows < PROGRESS_BAR_MIN_ROWS) as bar:
        yield lambda: bar.update(1)


async def run_register_import(file: Path, desk: DeskName, request: RegisterImportRequest) -> int:
    """Run the command: text for people on standard error, JSON on standard output. Returns the exit code.

    On a terminal what was understood is shown first, and somebody has to say yes.
    """
    content = await asyncio.to_thread(file.read_bytes)
    async with open_app([desk]) as app:
        store = app.desks[desk].store

        async def run(asked: RegisterImportRequest) -> RegisterImportResult:
            now = datetime.now(UTC)
            return await import_register(
                file, content, store, app.office, now, asked, open_progress_bar=open_progress_bar
            )

        try:
            asks = sys.stdin.isatty() and not request.trial and not request.is_confirmed
            result = await run(replace(request, trial=True) if asks else request)
            if asks and result.cases:
                sys.stderr.write(format_import_result(result))
                if not await asyncio.to_thread(_ask_yes):
                    return EXIT_FINDINGS
                result = await run(replace(request, is_confirmed=True))
        except RegisterFileError as trouble:
            sys.stderr.write(format_bilingual(trouble.reason) + "\n")
            return EXIT_WRONG_USE
        outdated: tuple[OutdatedRelease, ...] = ()
        if result.imported:
            outdated = await find_outdated_releases(store, app.office, desk)
    rest = await asyncio.to_thread(_write_other_rows, file, result)
    sys.stderr.write(format_import_result(result, rest))
    if outdated:
        sys.stderr.write(
            "\n\n".join(describe_outdated_releases(outdated, desk, lang) for lang in LANGS) + "\n"
        )
    sys.stdout.write(import_result_to_json(result, [_describe_release(one) for one in outdated]) + "\n")
    return EXIT_FINDINGS if result.bad_rows else EXIT_DONE


def _ask_yes() -> bool:
    """Ask on the terminal whether what is shown is right."""
    sys.stderr.write("ถูกต้องและให้นำเข้าหรือไม่ พิมพ์ ใช่ หรือ yes / Is it right? Type yes to import: ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"ใช่", "yes", "y"}


def _write_other_rows(file: Path, result: RegisterImportResult) -> str:
    """Write all bad rows beside the register where there are more than are shown; returns the file's name."""
    rows = [row for row in result.bad_rows if row.line]
    if len(rows) <= MOST_ROWS_SHOWN:
        return ""
    target = file.with_name(f"{file.name}.problems.txt")
    try:
        lines = [format_bad_row(row, "th", result.reading) for row in rows]
        replace_file(target, ("\n".join(lines) + "\n").encode("utf-8-sig"), 0o600)
    except OSError:
        return ""
    return target.name


def _describe_release(found: OutdatedRelease) -> dict[str, Any]:
    return {
        "release": found.name,
        "period": found.period,
        "as_of": str(found.as_of),
        "correction": found.is_owed,
        "changes": [{"code": note.code, "th": note.th, "en": note.en} for note in found.changes],
    }
