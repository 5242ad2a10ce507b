"""Import of a register file: all rows become cases, or what is wrong or doubtful is reported and nothing is written."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeAlias

from bot.importers.reading_process import read_table_apart
from bot.importers.register_preview import describe_reading, describe_unknown_words, name_column
from bot.importers.spreadsheet import RegisterFileError
from handlers.complaints.deadlines import compute_answer_by
from handlers.complaints.messages import ImportedCase, ToldWord
from handlers.complaints.registers.reading import (
    RegisterReading,
    UnreadableRegisterError,
    list_rows_without_yes,
    read_register,
)
from handlers.complaints.registers.rows import MAX_CELL_LENGTH, RejectedRow, reject_duplicate_row
from handlers.complaints.registers.word_meanings import RecallWord, RegisterWords
from handlers.dialog.events import LANGS, Lang
from handlers.dialog.replies import Phrase
from handlers.i18n import render_text
from handlers.office import Office
from handlers.table_files import TableEncoding, TableFile
from handlers.thai.dates import format_date
from ita_stats.calendar import to_bangkok_date
from storage.store import Store

ProgressBar: TypeAlias = Callable[[int], AbstractContextManager[Callable[[], None]]]
"""Opens a progress bar for a number of rows; the function that it yields is called once per row."""


def hide_progress(_: int) -> AbstractContextManager[Callable[[], None]]:
    """Show no progress bar."""
    return nullcontext(lambda: None)


@dataclass(frozen=True, slots=True)
class RegisterImportRequest:
    """What is asked for. trial: check only; is_confirmed: what was guessed is right; sheet: only this one.

    words: what words and headings of the register mean, as `word=value`; told: the same, as somebody answered.
    """

    trial: bool = False
    is_confirmed: bool = False
    sheet: str = ""
    words: tuple[str, ...] = ()
    told: tuple[ToldWord, ...] = ()

    def list_told(self, office: Office) -> tuple[ToldWord, ...]:
        """List what is told of words. Raises RegisterFileError for a value that no word can have."""
        known, found = RegisterWords(office), [*self.told]
        for pair in self.words:
            word, _, written = pair.rpartition("=")
            told = known.read_told(word, written)
            if not told:
                raise RegisterFileError(Phrase("import.no_such_value", {"word": pair}))
            found += told
        return tuple(found)

    def build_words(self, office: Office, remembered: RecallWord) -> RegisterWords:
        """Build the words that the register may use. remembered: what the desk was told before."""
        told = {(one.kind, one.word): one.value for one in self.list_told(office)}
        return RegisterWords(office, lambda kind, word: told.get((kind, word)) or remembered(kind, word))


@dataclass(frozen=True, slots=True)
class RegisterImportResult:
    """The result of an import. summary: one sentence about it. cases: of a trial, what would be imported.

    reading: what was understood, which `words` read; None where the file was not read. waits: nothing is wrong, and
    something was guessed that nobody confirmed. import_id: the number of the import that was made.
    """

    row_count: int
    bad_rows: tuple[RejectedRow, ...]
    imported: bool
    summary: Phrase
    cases: tuple[ImportedCase, ...] = ()
    reading: RegisterReading | None = None
    words: RegisterWords | None = None
    encoding: TableEncoding = TableEncoding.UTF_8
    waits: bool = False
    import_id: int = 0


PLAIN_IMPORT = RegisterImportRequest()


async def import_register(
    path: Path,
    content: bytes,
    store: Store,
    office: Office,
    now: datetime,
    request: RegisterImportRequest = PLAIN_IMPORT,
    open_progress_bar: ProgressBar = hide_progress,
) -> RegisterImportResult:
    """Import a register, all or nothing. Raises RegisterFileError if the file is no register."""
    today = to_bangkok_date(now)
    imported_on = await store.register_importer.find_import_date(content)
    if imported_on is not None:
        return RegisterImportResult(
            0, (), imported=False, summary=Phrase("import.again", {"day": format_date(imported_on, "th")})
        )
    table = await read_table_apart(path, content, MAX_CELL_LENGTH + 1)
    memory = await store.register_importer.load_words()
    words = request.build_words(office, memory.recall)
    reading = await _read_beside_the_loop(table, words, today, request.sheet)
    if not reading.row_count:
        raise RegisterFileError(Phrase("import.empty"))
    found = _Found(reading, words, table.encoding)
    taken = await store.register_importer.find_duplicates(reading.cases)
    reading.bad_rows += [reject_duplicate_row(case) for case in taken]
    if reading.bad_rows or (reading.doubts and not request.is_confirmed and not request.trial):
        return found.refuse(is_same=bool(taken) and len(taken) == len(reading.cases))
    if request.trial:
        fits = Phrase("import.fits", {"rows": reading.row_count})
        return found.build(fits, cases=tuple(reading.cases), waits=bool(reading.doubts))
    with open_progress_bar(len(reading.cases)) as count_row:
        id_ = await store.register_importer.import_cases(
            content,
            reading.cases,
            lambda received: compute_answer_by(received, office.deadlines),
            today,
            now,
            count_row,
            # What was only tried is not remembered: it may have been a slip.
            (*words.list_guesses(), *request.list_told(office)),
        )
    done = Phrase("import.done", {"rows": len(reading.cases), "id": id_})
    return replace(found.build(done, imported=True), import_id=id_)


@dataclass(frozen=True, slots=True)
class _Found:
    """What was read, from which results are built."""

    reading: RegisterReading
    words: RegisterWords
    encoding: TableEncoding

    def build(
        self,
        summary: Phrase,
        *,
        bad_rows: tuple[RejectedRow, ...] = (),
        imported: bool = False,
        cases: tuple[ImportedCase, ...] = (),
        waits: bool = False,
    ) -> RegisterImportResult:
        return RegisterImportResult(
            self.reading.row_count, bad_rows, imported, summary, cases, self.reading, self.words, self.encoding,
            waits,
        )  # fmt: skip

    def refuse(self, *, is_same: bool) -> RegisterImportResult:
        """Return that nothing was taken, and why, row by row."""
        waits = not self.reading.bad_rows
        rows = list_rows_without_yes(self.reading) if waits else self.reading.bad_rows
        bad = tuple(sorted(rows, key=lambda row: (row.sheet, row.line)))
        if is_same:
            return self.build(Phrase("import.same_register"), bad_rows=bad)
        if waits:
            return self.build(Phrase("import.confirm"), bad_rows=bad, waits=True)
        counts = {"bad": len(bad), "rows": self.reading.row_count}
        return self.build(Phrase("import.nothing", counts), bad_rows=bad)


class RegisterHeadingsError(RegisterFileError):
    """A file has no column that a register needs. headings: those of it of which nobody knows what they are."""

    def __init__(self, reason: Phrase, headings: tuple[str, ...]) -> None:
        super().__init__(reason)
        self.headings = headings


async def _read_beside_the_loop(
    table: TableFile, words: RegisterWords, today: date, sheet: str
) -> RegisterReading:
    """Read the rows of a file in a thread, so that others are answered meanwhile."""
    if sheet and sheet not in {one.name for one in table.sheets}:
        names = ", ".join(one.name for one in table.sheets)
        raise RegisterFileError(Phrase("import.no_such_sheet", {"names": names}))
    reading = RegisterReading()
    try:
        await asyncio.to_thread(read_register, table, words, today, reading, sheet)
    except UnreadableRegisterError as error:
        raise RegisterHeadingsError(error.reason, tuple(reading.unknown_headings)) from None
    return reading


MOST_ROWS_SHOWN = 20


def format_import_result(result: RegisterImportResult, rest: str = "") -> str:
    """Format a result for people: what was understood, the first bad rows with their errors, and the summary.

    In Thai and English. rest: the file that has the other bad rows.
    """
    lines = list[str]()
    if result.reading is not None and result.words is not None:
        for lang in LANGS:
            lines += describe_reading(result.reading, result.encoding, result.words, lang)
            lines += [*describe_unknown_words(result.reading, result.words, lang), ""]
    shown = [row for row in result.bad_rows if row.line][:MOST_ROWS_SHOWN]
    lines += [format_bad_row(row, lang, result.reading) for row in shown for lang in LANGS]
    more = sum(row.line > 0 for row in result.bad_rows) - len(shown)
    if more:
        phrase = Phrase("import.more_in_file" if rest else "import.more", {"count": more, "file": rest})
        lines.append(format_bilingual(phrase))
    return "\n".join([*lines, format_bilingual(result.summary)]) + "\n"


def format_bad_row(row: RejectedRow, lang: Lang, reading: RegisterReading | None = None) -> str:
    """Format one bad row with its place."""
    key = "import.line_of_sheet" if row.sheet else "import.line"
    reasons = format_row_errors(row, lang, reading)
    return render_text(Phrase(key, {"line": row.line, "sheet": row.sheet, "reasons": reasons}), lang)


def format_bilingual(phrase: Phrase) -> str:
    """Render a phrase in every language, one per line."""
    return "\n".join(render_text(phrase, lang) for lang in LANGS)


def import_result_to_json(result: RegisterImportResult, outdated: Sequence[Mapping[str, Any]] = ()) -> str:
    """Format a result as JSON for programs. outdated: the releases that differ from the register afterwards."""
    problems: Sequence[dict[str, Any]] = [
        {
            "line": row.line,
            "columns": [fault.column for fault in row.problems],
            **({"sheet": row.sheet} if row.sheet else {}),
            **{lang: format_row_errors(row, lang, result.reading) for lang in LANGS},
        }
        for row in result.bad_rows
    ]
    counts: dict[str, Any] = {
        "rows": result.row_count,
        "bad": len({(row.sheet, row.line) for row in result.bad_rows if row.line}),
        "imported": result.row_count if result.imported else 0,
        **({"import": result.import_id} if result.imported else {}),
    }
    understood = {} if result.reading is None else _understanding_to_json(result, result.reading)
    touched = {"releases": [*outdated]} if outdated else {}
    return json.dumps({**counts, "problems": problems, **understood, **touched}, ensure_ascii=False)


def _understanding_to_json(result: RegisterImportResult, reading: RegisterReading) -> dict[str, Any]:
    return {
        "needs_confirmation": result.waits,
        "encoding": result.encoding.value,
        "sheets": [
            {
                "name": name,
                "header": header.first_line,
                "columns": dict(header.headings),
                "unread": header.unread,
            }
            for name, header in reading.headers.items()
        ],
        "skipped": [{"sheet": s.sheet, "line": s.line, "kind": s.kind} for s in reading.skipped],
        "doubts": [
            {
                "sheet": d.sheet,
                "line": d.line,
                "kind": d.row.kind,
                "found": d.row.found,
                "taken_as": d.row.taken_as,
            }
            for d in reading.doubts
        ],
        "words": [{"kind": w.kind, "word": w.text, "rows": w.count} for w in reading.words],
    }


def format_row_errors(row: RejectedRow, lang: Lang, reading: RegisterReading | None = None) -> str:
    """Format the errors of a row, by column, which is named as the file names it."""
    parts = [(name_column(fault, reading, lang), render_text(fault.reason, lang)) for fault in row.problems]
    return " · ".join(f"{column}: {words}" if column else words for column, words in parts)
