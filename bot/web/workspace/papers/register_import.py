"""The view that imports an old register: check the whole file, show a preview, import after confirmation."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from starlette.responses import Response

from bot.bootstrap import RunningDesk
from bot.importers.register import (
    RegisterImportRequest,
    RegisterImportResult,
    format_bad_row,
    import_register,
)
from bot.importers.register_preview import describe_reading
from bot.importers.spreadsheet import RegisterFileError
from bot.web.limits.upload_limits import UploadTooLargeError
from bot.web.officer.responses import read_chunks
from bot.web.workspace.open_session import OpenWorkspace, WorkspaceOutcome
from bot.web.workspace.pages import WorkspacePages
from bot.web.workspace.papers.case_actions import make_case_actions
from handlers.dialog.events import File, FileProblem, Lang
from handlers.dialog.replies import Phrase
from handlers.office import Office
from handlers.staff.complaints.case_page import record_import
from handlers.staff.page_access import ACCESS_LINK_TTL
from handlers.staff.workspace.views import WorkspaceView
from storage.errors import StorageError
from storage.files.evidence import sanitize_file_name

MAX_REGISTER_BYTES = 5 * 1024 * 1024
MAX_PENDING_IMPORTS = 4
"""Files that wait for confirmation, in memory only; the oldest is dropped for a new one."""

MAX_BAD_ROWS_SHOWN = 200


@dataclass(frozen=True, eq=False)
class PendingImport:
    """A checked file that waits for confirmation. It is held in memory only."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """What the page says about a file.

    message: an error; bad_rows: each with its place and reasons; counts: number of cases by state; understood: what was
    read of the file, a line each.
    """

    message: str = ""
    bad_rows: tuple[str, ...] = ()
    hidden_bad_rows: int = 0
    counts: tuple[tuple[str, int], ...] = ()
    row_count: int = 0
    file_name: str = ""
    is_imported: bool = False
    understood: tuple[str, ...] = ()


@dataclass
class RegisterImport:
    """The register import of a desk."""

    desk: RunningDesk
    office: Office
    pages: WorkspacePages
    _pending: dict[bytes, PendingImport] = field(default_factory=dict, repr=False)

    def render(self, opened: OpenWorkspace) -> Response:
        """The page before a file was uploaded."""
        return self._render_page(opened, ImportPreview())

    async def handle_form(self, opened: OpenWorkspace) -> Response:
        """Handle a form of this page."""
        contents: list[bytes] = []

        async def store_file(chunks: AsyncIterator[bytes], name: str) -> File:
            try:
                content = await read_chunks(chunks, MAX_REGISTER_BYTES)
            except UploadTooLargeError:
                return File("", sanitize_file_name(name), "", 0, FileProblem.TOO_LARGE)
            contents.append(content)
            return File("", sanitize_file_name(name), "", len(content))

        form = await self.pages.responses.read_form(opened.http, opened.cookie, store_file)
        if not opened.cookie.has_issued(form.get_text("csrf")):
            return self._render_page(opened, self._build_note("officer.stale", opened.lang), 403)
        if form.get_text("choice") == "import":
            return await self._run_import(opened)
        if not form.files:
            return self._render_page(opened, self._build_note("officer.import_none", opened.lang))
        if form.files[0].problem is not None:
            return self._render_page(opened, self._build_note("officer.import_large", opened.lang))
        return await self._check_file(opened, form.files[0].name, contents[0])

    async def _check_file(self, opened: OpenWorkspace, name: str, content: bytes) -> Response:
        """Preview the import of a file, and keep it for confirmation if all of it is valid."""
        preview, fits = await self._try_import(name, content, opened.lang, trial=True)
        mark = opened.cookie.token_hash
        self._pending.pop(mark, None)
        if fits:
            self._save_pending(mark, name, content)
        return self._render_page(opened, preview)

    async def _run_import(self, opened: OpenWorkspace) -> Response:
        pending = self._pending.pop(opened.cookie.token_hash, None)
        if pending is None:
            return self._render_page(opened, self._build_note("officer.import_again", opened.lang))
        if await make_case_actions(opened).execute(record_import) is None:
            return self.pages.responses.render_closed(opened.lang)
        preview, _ = await self._try_import(pending.name, pending.content, opened.lang, trial=False)
        return self._render_page(opened, preview)

    async def _try_import(
        self, name: str, content: bytes, lang: Lang, *, trial: bool
    ) -> tuple[ImportPreview, bool]:
        now = self.desk.engine.now()
        try:
            result = await import_register(
                Path(name),
                content,
                self.desk.store,
                self.office,
                now,
                # Who presses the button has seen what was understood.
                RegisterImportRequest(trial=trial, is_confirmed=not trial),
            )
        except RegisterFileError as error:
            return ImportPreview(self.pages.responses.translate_reply(error.reason, lang)), False
        except StorageError as error:
            self.desk.engine.on_error(error)
            return self._build_note("officer.unsaved", lang), False
        return self._build_preview(result, name, lang), bool(result.cases)

    def _build_preview(self, result: RegisterImportResult, name: str, lang: Lang) -> ImportPreview:
        bad = tuple(format_bad_row(row, lang, result.reading) for row in result.bad_rows[:MAX_BAD_ROWS_SHOWN])
        states = Counter(case.status for case in result.cases)
        counts = tuple(
            (self.pages.responses.translate_reply(Phrase(f"staff.status.{state}"), lang), count)
            for state, count in states.items()
        )
        message = (
            ""
            if result.imported or result.cases
            else self.pages.responses.translate_reply(result.summary, lang)
        )
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
        )

    def _save_pending(self, mark: bytes, name: str, content: bytes) -> None:
        while len(self._pending) >= MAX_PENDING_IMPORTS:
            self._pending.pop(next(iter(self._pending)))
        self._pending[mark] = pending = PendingImport(name, content)
        asyncio.get_running_loop().call_later(
            ACCESS_LINK_TTL.total_seconds(), self._expire_pending, mark, pending
        )

    def _expire_pending(self, token_hash: bytes, pending: PendingImport) -> None:
        """Drop an import that nobody confirmed, but not a newer one of the same session."""
        if self._pending.get(token_hash) is pending:
            del self._pending[token_hash]

    def _build_note(self, key: str, lang: Lang) -> ImportPreview:
        return ImportPreview(self.pages.responses.translate_reply(Phrase(key), lang))

    def _render_page(self, opened: OpenWorkspace, preview: ImportPreview, status: int = 200) -> Response:
        return self.pages.render(
            "workspace/register.html",
            opened,
            WorkspaceView.IMPORT,
            WorkspaceOutcome(status=status),
            path=opened.http.url.path,
            found=preview,
        )
