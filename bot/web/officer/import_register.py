"""Import an old register on the officers' page: check the whole file, show a preview, import after confirmation."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from starlette.requests import Request
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
from bot.web.officer.actions import OfficerActions
from bot.web.officer.responses import OfficerResponses, read_chunks
from bot.web.officer.session import OfficerSession
from handlers.dialog.events import File, FileProblem, Lang
from handlers.dialog.replies import Phrase
from handlers.office import Office
from handlers.staff.complaints.case_page import PageSession, record_import
from handlers.staff.page_access import ACCESS_LINK_TTL
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
    responses: OfficerResponses
    _pending: dict[bytes, PendingImport] = field(default_factory=dict, repr=False)

    def delete_pending(self, session: OfficerSession) -> None:
        self._pending.pop(session.token_hash, None)

    def show_upload_form(self, request: Request, session: OfficerSession, lang: Lang) -> Response:
        """The page before a file was uploaded."""
        return self._render_page(request, session, lang, ImportPreview())

    async def handle_form(
        self, request: Request, session: OfficerSession, page_session: PageSession
    ) -> Response | None:
        """Handle a form of this page; None if the officer logs out."""
        contents: list[bytes] = []

        async def store_file(chunks: AsyncIterator[bytes], name: str) -> File:
            try:
                content = await read_chunks(chunks, MAX_REGISTER_BYTES)
            except UploadTooLargeError:
                return File("", sanitize_file_name(name), "", 0, FileProblem.TOO_LARGE)
            contents.append(content)
            return File("", sanitize_file_name(name), "", len(content))

        form = await self.responses.read_form(request, session, store_file)
        lang, choice = page_session.access.lang, form.get_text("choice")
        if not session.has_issued(form.get_text("csrf")):
            return self._render_page(request, session, lang, self._build_note("officer.stale", lang), 403)
        if choice == "leave":
            return None
        if choice == "import":
            return await self._run_import(request, session, lang)
        if not form.files:
            return self._render_page(request, session, lang, self._build_note("officer.import_none", lang))
        if form.files[0].problem is not None:
            return self._render_page(request, session, lang, self._build_note("officer.import_large", lang))
        return await self._check_file(request, session, lang, form.files[0].name, contents[0])

    async def _check_file(
        self, request: Request, session: OfficerSession, lang: Lang, name: str, content: bytes
    ) -> Response:
        """Preview the import of a file, and keep it for confirmation if all of it is valid."""
        preview, fits = await self._try_import(name, content, lang, trial=True)
        self.delete_pending(session)
        if fits:
            self._save_pending(session, name, content)
        return self._render_page(request, session, lang, preview)

    async def _run_import(self, request: Request, session: OfficerSession, lang: Lang) -> Response:
        pending = self._pending.pop(session.token_hash, None)
        if pending is None:
            return self._render_page(request, session, lang, self._build_note("officer.import_again", lang))
        actions = OfficerActions(self.desk.engine, self.office, session.token_hash)
        if await actions.execute(record_import) is None:
            return self.responses.render_closed(lang)
        preview, _ = await self._try_import(pending.name, pending.content, lang, trial=False)
        return self._render_page(request, session, lang, preview)

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
            return ImportPreview(self.responses.translate_reply(error.reason, lang)), False
        except StorageError as error:
            self.desk.engine.on_error(error)
            return self._build_note("officer.unsaved", lang), False
        return self._build_preview(result, name, lang), bool(result.cases)

    def _build_preview(self, result: RegisterImportResult, name: str, lang: Lang) -> ImportPreview:
        bad = tuple(format_bad_row(row, lang, result.reading) for row in result.bad_rows[:MAX_BAD_ROWS_SHOWN])
        states = Counter(case.status for case in result.cases)
        counts = tuple(
            (self.responses.translate_reply(Phrase(f"staff.status.{state}"), lang), count)
            for state, count in states.items()
        )
        message = (
            "" if result.imported or result.cases else self.responses.translate_reply(result.summary, lang)
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

    def _save_pending(self, session: OfficerSession, name: str, content: bytes) -> None:
        while len(self._pending) >= MAX_PENDING_IMPORTS:
            self._pending.pop(next(iter(self._pending)))
        self._pending[session.token_hash] = pending = PendingImport(name, content)
        asyncio.get_running_loop().call_later(
            ACCESS_LINK_TTL.total_seconds(), self._expire_pending, session.token_hash, pending
        )

    def _expire_pending(self, token_hash: bytes, pending: PendingImport) -> None:
        """Drop an import that nobody confirmed, but not a newer one of the same session."""
        if self._pending.get(token_hash) is pending:
            del self._pending[token_hash]

    def _build_note(self, key: str, lang: Lang) -> ImportPreview:
        return ImportPreview(self.responses.translate_reply(Phrase(key), lang))

    def _render_page(
        self, request: Request, session: OfficerSession, lang: Lang, preview: ImportPreview, status: int = 200
    ) -> Response:
        return self.responses.render(
            "officer_register.html",
            lang,
            status,
            path=request.url.path,
            csrf=session.issue_form_token(),
            found=preview,
        )
