"""The view that imports an old register: check the whole file, show a preview, import after confirmation."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from secrets import token_urlsafe
from typing import TypeAlias

from starlette.responses import RedirectResponse, Response

from bot.bootstrap import RunningDesk
from bot.exporters.register_file import list_register, render_register_csv, render_register_xlsx
from bot.importers.register import (
    RegisterHeadingsError,
    RegisterImportRequest,
    RegisterImportResult,
    format_bad_row,
    import_register,
)
from bot.importers.register_preview import describe_reading, name_value
from bot.importers.register_questions import RegisterQuestion, list_questions
from bot.importers.spreadsheet import RegisterFileError
from bot.web.multipart import FormData
from bot.web.officer.responses import FileContents, stream_file
from bot.web.workspace.addresses import SHOWN_FORM
from bot.web.workspace.open_session import OpenWorkspace, WorkspaceOutcome
from bot.web.workspace.pages import WorkspacePages
from bot.web.workspace.papers.case_actions import make_case_actions
from handlers.complaints.messages import ToldWord
from handlers.complaints.registers.word_meanings import RegisterWords
from handlers.dialog.events import Lang
from handlers.dialog.replies import Phrase
from handlers.office import Office
from handlers.staff.complaints.case_page import record_import
from handlers.staff.page_access import ACCESS_LINK_TTL
from handlers.staff.registers.describe import describe_import, describe_obstacle
from handlers.staff.registers.messages import ImportState, ListImports
from handlers.staff.workspace.views import WorkspaceView
from handlers.thai.dates import get_fiscal_year
from handlers.thai.matching import parse_number
from ita_stats.calendar import to_bangkok_date
from ita_stats.period import PeriodError, parse_period
from storage.errors import StorageError

MAX_REGISTER_BYTES = 5 * 1024 * 1024
MAX_PENDING_IMPORTS = 8
"""Files that wait for confirmation, in memory only; the oldest is dropped for a new one."""

MAX_SHOWN_PREVIEWS = 16
"""Pages that can be gone back to, in memory only; the oldest is dropped for a new one."""

MAX_BAD_ROWS_SHOWN = 200
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_IMPORTS_LISTED = 10


@dataclass(frozen=True, eq=False)
class PendingImport:
    """A checked file that waits for confirmation, or for what words of it mean. It is held in memory only.

    fits: all of it can be imported; told: what was answered; questions: what the page asks, in this order. mark: what
    the forms of its page call it: each page has its own, so that one that is gone back to imports what it shows.
    """

    name: str
    content: bytes = field(repr=False)
    mark: str = field(default_factory=partial(token_urlsafe, 9))
    fits: bool = False
    told: tuple[ToldWord, ...] = ()
    questions: tuple[RegisterQuestion, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """What the page says about a file.

    message: an error; bad_rows: each with its place and reasons; counts: number of cases by state; understood: what
    was read of the file, a line each. questions: each with its mark and its answers, by value and what it is called;
    import_id: of what was imported; imports: the last imports, a line each, with the number of one that may be
    reversed, or 0; pending: the mark of a file that waits for a yes or for answers; undo: what is to be reversed and
    waits for a yes; year: the fiscal year that is offered for the register as a file, or empty.
    """

    message: str = ""
    bad_rows: tuple[str, ...] = ()
    hidden_bad_rows: int = 0
    counts: tuple[tuple[str, int], ...] = ()
    row_count: int = 0
    file_name: str = ""
    is_imported: bool = False
    understood: tuple[str, ...] = ()
    questions: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...] = ()
    import_id: int = 0
    imports: tuple[tuple[int, str], ...] = ()
    undo: tuple[int, str] | None = None
    year: str = ""
    pending: str = ""


PendingKey: TypeAlias = tuple[bytes, str]
"""The session of an import that waits, and its mark."""


@dataclass
class RegisterImport:
    """The register import of a desk."""

    desk: RunningDesk
    office: Office
    pages: WorkspacePages
    _pending: dict[PendingKey, PendingImport] = field(default_factory=dict, repr=False)
    _shown: dict[tuple[bytes, str], ImportPreview] = field(default_factory=dict, repr=False)

    async def render(self, opened: OpenWorkspace) -> Response:
        """The page before a file was uploaded, with the last imports, which may be reversed; or what came of a form."""
        mark = opened.cookie.token_hash
        if shown := self._shown.get((mark, opened.http.query_params.get(SHOWN_FORM, ""))):
            if shown.pending and (mark, shown.pending) not in self._pending:  # it is in already, or too old
                again = self._translate(Phrase("officer.import_again"), opened.lang)
                shown = replace(shown, counts=(), questions=(), message=again)
            return self._render_page(opened, shown)
        known = await self.desk.store.answer_query(ListImports(MAX_IMPORTS_LISTED), self.desk.engine.now())
        lines = tuple(
            (
                one.id if one.state is ImportState.DONE else 0,
                self._translate(describe_import(one), opened.lang),
            )
            for one in known
        )
        return self._render_page(opened, ImportPreview(imports=lines, year=self._get_year()))

    def _get_year(self) -> str:
        """Return the fiscal year that is offered for the register as a file."""
        return str(get_fiscal_year(to_bangkok_date(self.desk.engine.now())))

    async def handle_form(self, opened: OpenWorkspace) -> Response:
        """Handle a form of this page."""
        received = FileContents(MAX_REGISTER_BYTES)
        form = await self.pages.responses.read_form(opened.http, opened.cookie, received.store)
        choice = form.get_text("choice")
        if not opened.cookie.has_issued(form.get_text("csrf")):
            return self._render_page(opened, self._build_note("officer.stale", opened.lang), 403)
        if choice != "look":
            return await self._handle_button(opened, form)
        if not form.files:
            return self._lead_to(opened, self._build_note("officer.import_none", opened.lang))
        if form.files[0].problem is not None:
            return self._lead_to(opened, self._build_note("officer.import_large", opened.lang))
        return await self._check_file(opened, form.files[0].name, received.contents[0])

    async def _handle_button(self, opened: OpenWorkspace, form: FormData) -> Response:
        """Handle a button of what was shown before."""
        match form.get_text("choice"):
            case "import":
                return await self._run_import(opened, form)
            case "answer":
                return await self._take_answers(opened, form)
            case "export":
                return await self._export_register(opened, form)
            case "undo" | "undo_now":
                return await self._undo_import(opened, form)
            case _:
                return self._lead_to(opened, self._build_note("officer.import_none", opened.lang))

    async def _check_file(self, opened: OpenWorkspace, name: str, content: bytes) -> Response:
        """Preview the import of a file, and keep it for confirmation if all of it is valid."""
        return await self._check_pending(opened, PendingImport(name, content))

    async def _check_pending(self, opened: OpenWorkspace, pending: PendingImport) -> Response:
        preview, checked = await self._try_import(pending, opened.lang, trial=True)
        if checked.fits or checked.questions:
            self._save_pending((opened.cookie.token_hash, checked.mark), checked)
            preview = replace(preview, pending=checked.mark)
        return self._lead_to(opened, preview)

    async def _take_answers(self, opened: OpenWorkspace, form: FormData) -> Response:
        """Check a file again with what was answered about its words."""
        pending = self._find_pending(opened, form)
        if pending is None:
            return self._lead_to(opened, self._build_note("officer.import_again", opened.lang))
        chosen = [(one, form.get_text(f"word-{one.mark}")) for one in pending.questions]
        told = [one.answer(value) for one, value in chosen if value in one.values]
        answered = replace(pending, told=(*pending.told, *told), questions=(), mark=token_urlsafe(9))
        return await self._check_pending(opened, answered)

    async def _undo_import(self, opened: OpenWorkspace, form: FormData) -> Response:
        """Show what would go of an import, then reverse it; or say what stands in the way."""
        is_confirmed = form.get_text("choice") == "undo_now"
        id_ = parse_number(form.get_text("number")) or 0
        importer, now = self.desk.store.register_importer, self.desk.engine.now()
        found = await importer.find_import(id_)
        if found.obstacle is None and not is_confirmed:
            return self._lead_to(
                opened,
                ImportPreview(undo=(id_, self._translate(describe_import(found), opened.lang))),
            )
        if found.obstacle is None:
            actions = make_case_actions(opened)
            if await actions.execute(partial(record_import, what="import-undone")) is None:
                return self.pages.responses.render_closed(opened.lang)
            found = await importer.undo_import(id_, now)
        phrase = describe_import(found) if found.obstacle is None else describe_obstacle(found)
        return self._lead_to(opened, ImportPreview(self._translate(phrase, opened.lang)))

    async def _export_register(self, opened: OpenWorkspace, form: FormData) -> Response:
        """Serve the register of a period as a file for the office alone. It is audited before the first byte goes.

        The file is made in a thread, so that others are answered meanwhile: one of 20,000 lines takes seconds.
        """
        now = self.desk.engine.now()
        try:
            period = parse_period(form.get_text("period"), to_bangkok_date(now))
        except PeriodError as error:
            return self._lead_to(opened, ImportPreview(str(error), year=self._get_year()))
        record = partial(record_import, what="register-exported")
        recorded = await make_case_actions(opened).execute(record)
        if recorded is None:
            return self.pages.responses.render_closed(opened.lang)
        reader = recorded.session.access.staff.id
        lines = await list_register(self.desk.store, self.office, period, now, reader)
        if form.get_text("format") == "csv":
            content, ending, kind = await asyncio.to_thread(render_register_csv, lines), "csv", "text/csv"
        else:
            content, ending, kind = (
                await asyncio.to_thread(render_register_xlsx, lines, now),
                "xlsx",
                XLSX_TYPE,
            )
        return stream_file(content, f"register-{period.code}.{ending}", kind, len(content))

    def _find_pending(self, opened: OpenWorkspace, form: FormData) -> PendingImport | None:
        """Return the file that a page showed, with what was answered until then; None where it is no longer kept."""
        return self._pending.get((opened.cookie.token_hash, form.get_text("pending")))

    def _drop_pending(self, opened: OpenWorkspace, content: bytes) -> None:
        """Drop a file of every page that this person saw of it: it is imported once."""
        for key, one in list(self._pending.items()):
            if key[0] == opened.cookie.token_hash and one.content == content:
                del self._pending[key]

    async def _run_import(self, opened: OpenWorkspace, form: FormData) -> Response:
        pending = self._find_pending(opened, form)
        if pending is None or not pending.fits:
            return self._lead_to(opened, self._build_note("officer.import_again", opened.lang))
        self._drop_pending(opened, pending.content)
        actions = make_case_actions(opened)
        if await actions.execute(record_import) is None:
            return self.pages.responses.render_closed(opened.lang)
        preview, _ = await self._try_import(pending, opened.lang, trial=False)
        return self._lead_to(opened, preview)

    async def _try_import(
        self, pending: PendingImport, lang: Lang, *, trial: bool
    ) -> tuple[ImportPreview, PendingImport]:
        """Try a file, or import it. Returns what the page says, and the file with what is asked of it."""
        now, words = self.desk.engine.now(), RegisterWords(self.office)
        try:
            result = await import_register(
                Path(pending.name),
                pending.content,
                self.desk.store,
                self.office,
                now,
                # Who presses the button has seen what was understood.
                RegisterImportRequest(trial=trial, is_confirmed=not trial, told=pending.told),
            )
        except RegisterHeadingsError as error:
            questions = list_questions(None, error.headings, words)
            note = ImportPreview(
                self._translate(error.reason, lang), questions=_build_selects(questions, words, lang)
            )
            return note, replace(pending, questions=questions)
        except RegisterFileError as error:
            return ImportPreview(self._translate(error.reason, lang)), pending
        except StorageError as error:
            self.desk.engine.on_error(error)
            return self._build_note("officer.unsaved", lang), pending
        questions = () if result.imported else list_questions(result.reading, (), words)
        preview = self._build_preview(result, pending.name, lang)
        checked = replace(pending, fits=bool(result.cases), questions=questions)
        return replace(preview, questions=_build_selects(questions, words, lang)), checked

    def _build_preview(self, result: RegisterImportResult, name: str, lang: Lang) -> ImportPreview:
        bad = tuple(format_bad_row(row, lang, result.reading) for row in result.bad_rows[:MAX_BAD_ROWS_SHOWN])
        states = Counter(case.status for case in result.cases)
        counts = tuple(
            (self._translate(Phrase(f"staff.status.{state}"), lang), count) for state, count in states.items()
        )
        message = "" if result.imported or result.cases else self._translate(result.summary, lang)
        more = len(result.bad_rows) - len(bad)
        understood = (
            ()
            if result.reading is None or result.words is None or result.imported
            else tuple(describe_reading(result.reading, result.encoding, result.words, lang))
        )
        return ImportPreview(
            message,
            bad,
            more,
            counts,
            result.row_count,
            name,
            is_imported=result.imported,
            understood=understood,
            import_id=result.import_id,
        )

    def _save_pending(self, key: PendingKey, pending: PendingImport) -> None:
        while len(self._pending) >= MAX_PENDING_IMPORTS:
            self._pending.pop(next(iter(self._pending)))
        self._pending[key] = pending
        asyncio.get_running_loop().call_later(
            ACCESS_LINK_TTL.total_seconds(), self._expire_pending, key, pending
        )

    def _expire_pending(self, key: PendingKey, pending: PendingImport) -> None:
        """Drop an import that nobody confirmed."""
        if self._pending.get(key) is pending:
            del self._pending[key]

    def _lead_to(self, opened: OpenWorkspace, preview: ImportPreview) -> Response:
        """Lead to the page that shows what came of a form, so that Back and Reload find a page there for a while."""
        while len(self._shown) >= MAX_SHOWN_PREVIEWS:
            self._shown.pop(next(iter(self._shown)))
        key = (opened.cookie.token_hash, token_urlsafe(16))
        self._shown[key] = preview
        seconds = ACCESS_LINK_TTL.total_seconds()
        asyncio.get_running_loop().call_later(seconds, self._shown.pop, key, None)
        return RedirectResponse(f"{opened.http.url.path}?{SHOWN_FORM}={key[1]}", 303)

    def _translate(self, phrase: Phrase, lang: Lang) -> str:
        return self.pages.responses.translate_reply(phrase, lang)

    def _build_note(self, key: str, lang: Lang) -> ImportPreview:
        return ImportPreview(self._translate(Phrase(key), lang))

    def _render_page(self, opened: OpenWorkspace, preview: ImportPreview, status: int = 200) -> Response:
        return self.pages.render(
            "workspace/register.html",
            opened,
            WorkspaceView.IMPORT,
            WorkspaceOutcome(status=status),
            path=opened.http.url.path,
            found=preview,
        )


def _build_selects(
    questions: tuple[RegisterQuestion, ...], words: RegisterWords, lang: Lang
) -> tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...]:
    """Build the fields of questions: each with its mark, and the values to choose from and their names."""
    return tuple(
        (
            one.mark,
            one.render(lang, on_page=True),
            tuple((v, name_value(one.kind, v, words, lang)) for v in one.values),
        )
        for one in questions
    )
