"""`ita-bot import`: check and import a register file, or reverse an import."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

import typer

from bot.bootstrap import open_app
from bot.cli.runner import EXIT_DONE, EXIT_FINDINGS, EXIT_WRONG_USE, print_json
from bot.desk_names import DeskName
from bot.importers.register import (
    MOST_ROWS_SHOWN,
    RegisterHeadingsError,
    RegisterImportRequest,
    RegisterImportResult,
    format_bad_row,
    format_bilingual,
    format_import_result,
    import_register,
    import_result_to_json,
)
from bot.importers.register_questions import RegisterQuestion, ask_in_turn, list_questions
from bot.importers.spreadsheet import RegisterFileError
from bot.publishing.late_entries import (
    OutdatedRelease,
    describe_outdated_releases,
    find_outdated_releases,
)
from handlers.complaints.registers.word_meanings import RegisterWords
from handlers.dialog.events import LANGS
from handlers.dialog.replies import Phrase
from handlers.office import Office
from handlers.staff.registers.describe import describe_import, describe_obstacle
from handlers.staff.registers.messages import ImportSummary
from handlers.thai.meanings import read_meanings
from handlers.thai.phrases import Meaning
from storage.files.atomic_write import replace_file

_RunImport: TypeAlias = Callable[[RegisterImportRequest], Awaitable[RegisterImportResult]]

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
            result = await (_ask_and_import(request, app.office, run) if asks else run(request))
            if result is None:
                return EXIT_FINDINGS
        except RegisterFileError as trouble:
            sys.stderr.write(format_bilingual(trouble.reason) + "\n")
            return EXIT_WRONG_USE
        outdated: tuple[OutdatedRelease, ...] = ()
        if result.imported:
            outdated = await find_outdated_releases(store, app.office, desk)
    rest = await asyncio.to_thread(_write_other_rows, file, result)
    sys.stderr.write(format_import_result(result, rest))
    if result.imported:
        how = Phrase("imports.how", {"desk": desk, "id": result.import_id})
        sys.stderr.write(format_bilingual(how) + "\n")
    if outdated:
        sys.stderr.write(
            "\n\n".join(describe_outdated_releases(outdated, desk, lang) for lang in LANGS) + "\n"
        )
    sys.stdout.write(import_result_to_json(result, [_describe_release(one) for one in outdated]) + "\n")
    return EXIT_FINDINGS if result.bad_rows else EXIT_DONE


async def _ask_and_import(
    request: RegisterImportRequest, office: Office, run: _RunImport
) -> RegisterImportResult | None:
    """Ask on the terminal about words, and whether all is right; None where somebody says no."""
    request, result = await _ask_words(replace(request, trial=True), office, run)
    if not result.cases:
        return result
    sys.stderr.write(format_import_result(result))
    if not await asyncio.to_thread(_ask_yes, "import"):
        return None
    return await run(replace(request, trial=False, is_confirmed=True))


async def _ask_words(
    request: RegisterImportRequest, office: Office, run: _RunImport
) -> tuple[RegisterImportRequest, RegisterImportResult]:
    """Ask what words and headings mean that nobody knows, until none is left or somebody leaves the rest open.

    Returns the request with what was told, and the last trial. Raises RegisterFileError.
    """
    words, asked = RegisterWords(office), set[RegisterQuestion]()
    while True:
        result, trouble, headings = None, None, tuple[str, ...]()
        try:
            result = await run(request)
        except RegisterHeadingsError as error:
            trouble, headings = error, error.headings
        questions = list_questions(result.reading if result else None, headings, words)
        new = [one for one in questions if one not in asked]
        told = await asyncio.to_thread(ask_in_turn, new, words, _write_at_once, sys.stdin.readline)
        asked.update(new)
        if told:
            request = replace(request, told=(*request.told, *told))
            continue
        if result is None:
            raise trouble or RegisterFileError(Phrase("import.unreadable"))
        return request, result


def _write_at_once(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


async def run_import_undo(id_: int, desk: DeskName, *, trial: bool, confirmed: bool) -> int:
    """Run the command: text for people on standard error, JSON on standard output. Returns the exit code.

    On a terminal what would go is shown first, and somebody has to say yes. trial: show it only.
    """
    async with open_app([desk]) as app:
        store = app.desks[desk].store
        importer = store.register_importer
        found = await importer.find_import(id_)
        if found.obstacle is None:
            sys.stderr.write(format_bilingual(describe_import(found)) + "\n")
            if trial:
                return EXIT_DONE
            if sys.stdin.isatty() and not confirmed and not await asyncio.to_thread(_ask_yes, "undo"):
                return EXIT_FINDINGS
            now = datetime.now(UTC)
            found = await importer.undo_import(id_, now)
            if found.obstacle is None:
                await store.staff_admin.audit("import-undone", str(id_), now)
    _print_result(found)
    return EXIT_DONE if found.obstacle is None else EXIT_FINDINGS


def _print_result(found: ImportSummary) -> None:
    phrase = describe_import(found) if found.obstacle is None else describe_obstacle(found)
    sys.stderr.write(format_bilingual(phrase) + "\n")
    gone = found.rows - found.kept if found.obstacle is None else 0
    print_json({"import": found.id, "undone": gone, "kept": found.kept, "obstacle": found.obstacle})


def _ask_yes(what: str) -> bool:
    """Ask on the terminal whether what is shown is to be done. what: a question of `import.ask`."""
    sys.stderr.write(format_bilingual(Phrase(f"import.ask.{what}")) + "\n> ")
    sys.stderr.flush()
    text = sys.stdin.readline()
    return text.strip().lower() in {"y", "yes"} or read_meanings(text) == (Meaning.YES,)


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
