"""`ita-bot import`: check and import a register file."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer

from bot.bootstrap import open_app
from bot.cli.runner import EXIT_DONE, EXIT_FINDINGS, EXIT_WRONG_USE
from bot.desk_names import DeskName
from bot.importers.register import (
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

PROGRESS_BAR_MIN_ROWS = 1000
"""Number of rows from which on a progress bar is shown."""


@contextmanager
def open_progress_bar(rows: int) -> Iterator[Callable[[], None]]:
    """Show a progress bar on standard error for a long import."""
    with typer.progressbar(length=rows, file=sys.stderr, hidden=rows < PROGRESS_BAR_MIN_ROWS) as bar:
        yield lambda: bar.update(1)


async def run_register_import(file: Path, desk: DeskName, *, trial: bool) -> int:
    """Run the command: text for people on standard error, JSON on standard output. Returns the exit code."""
    content = await asyncio.to_thread(file.read_bytes)
    async with open_app([desk]) as app:
        store = app.desks[desk].store
        try:
            result = await import_register(
                file,
                content,
                store,
                app.office,
                datetime.now(UTC),
                trial=trial,
                open_progress_bar=open_progress_bar,
            )
        except RegisterFileError as trouble:
            sys.stderr.write(format_bilingual(trouble.reason) + "\n")
            return EXIT_WRONG_USE
        outdated: tuple[OutdatedRelease, ...] = ()
        if result.imported:
            outdated = await find_outdated_releases(store, app.office, desk)
    sys.stderr.write(format_import_result(result))
    if outdated:
        sys.stderr.write(
            "\n\n".join(describe_outdated_releases(outdated, desk, lang) for lang in LANGS) + "\n"
        )
    sys.stdout.write(import_result_to_json(result, [_describe_release(one) for one in outdated]) + "\n")
    return EXIT_FINDINGS if result.bad_rows else EXIT_DONE


def _describe_release(found: OutdatedRelease) -> dict[str, Any]:
    return {
        "release": found.name,
        "period": found.period,
        "as_of": str(found.as_of),
        "correction": found.is_owed,
        "changes": [{"code": note.code, "th": note.th, "en": note.en} for note in found.changes],
    }
