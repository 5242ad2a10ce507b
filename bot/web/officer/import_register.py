"""An old register that is brought on the page: checked whole, shown, and taken only when that is confirmed."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from bot.bootstrap import RunningDesk
from bot.importers.register import RegisterImportResult, format_row_errors, import_register
from bot.importers.spreadsheet import RegisterFileError
from bot.web.officer.actions import OfficerActions
from bot.web.officer.responses import OfficerResponses, read_chunks
from bot.web.officer.session import OfficerSession
from bot.web.upload_limits import UploadTooLargeError
from handlers.dialog.events import File, FileProblem, Lang
from handlers.dialog.replies import Reply
from handlers.office import Office
from handlers.staff.complaints.case_page import PageSession, record_import
from handlers.staff.page_access import ACCESS_LINK_TTL
from storage.errors import StorageError
from storage.files.evidence import sanitize_file_name

MAX_REGISTER_BYTES = 5 * 1024 * 1024
MAX_PENDING_IMPORTS = 4
"""Files that wait for a confirmation, in memory only; the oldest makes room."""

MAX_BAD_ROWS_SHOWN = 200
"""Bad rows on one page."""


@dataclass(frozen=True, eq=False)
class PendingImport:
    """A file that was checked and waits. It lies nowhere but in memory."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """What the page says of a file. say: what cannot be; bad: rows by line, and reasons; counts: cases by state."""

    message: str = ""
    bad_rows: tuple[tuple[int, str], ...] = ()
    hidden_bad_rows: int = 0
    counts: tuple[tuple[str, int], ...] = ()
    row_count: int = 0
    file_name: str = ""
    is_imported: bool = False


@dataclass
class RegisterImport:
    """The registers that are brought."""

    desk: RunningDesk
    office: Office
    responses: OfficerResponses
    _pending: dict[bytes, PendingImport] = field(default_factory=dict, repr=False)

    def delete_pending(self, holder: OfficerSession) -> None:
        """Let go of what somebody brought."""
        self._pending.pop(holder.token_hash, None)

    def show_upload_form(self, request: Request, holder: OfficerSession, lang: Lang) -> Response:
        """The page before anything was brought."""
        return self._render_page(request, holder, lang, ImportPreview())

    async def handle_form(
        self, request: Request, holder: OfficerSession, visitor: PageSession
    ) -> Response | None:
        """A form of this page; None where the seat is to be left."""
        brought: list[bytes] = []

        async def store_file(chunks: AsyncIterator[bytes], name: str) -> File:
            try:
                content = await read_chunks(chunks, MAX_REGISTER_BYTES)
            except UploadTooLargeError:
                return File("", sanitize_file_name(name), "", 0, FileProblem.TOO_LARGE)
            brought.append(content)
            return File("", sanitize_file_name(name), "", len(content))

        filled = await self.responses.read_form(request, holder, store_file)
        lang, choice = visitor.access.lang, filled.get_text("choice")
        if not holder.has_issued(filled.get_text("csrf")):
            return self._render_page(request, holder, lang, self._build_note("officer.stale", lang), 403)
        if choice == "leave":
            return None
        if choice == "import":
            return await self._run_import(request, holder, lang)
        if not filled.files:
            return self._render_page(request, holder, lang, self._build_note("officer.import_none", lang))
        if filled.files[0].problem is not None:
            return self._render_page(request, holder, lang, self._build_note("officer.import_large", lang))
        return await self._check_file(request, holder, lang, filled.files[0].name, brought[0])

    async def _check_file(
        self, request: Request, holder: OfficerSession, lang: Lang, name: str, content: bytes
    ) -> Response:
        """Say what would come of a file, and keep it for the confirmation where all of it fits."""
        found, fits = await self._try_import(name, content, lang, trial=True)
        self.delete_pending(holder)
        if fits:
            self._save_pending(holder, name, content)
        return self._render_page(request, holder, lang, found)

    async def _run_import(self, request: Request, holder: OfficerSession, lang: Lang) -> Response:
        kept = self._pending.pop(holder.token_hash, None)
        if kept is None:
            return self._render_page(request, holder, lang, self._build_note("officer.import_again", lang))
        deeds = OfficerActions(self.desk, self.office, holder.token_hash)
        if await deeds.execute(record_import) is None:
            return self.responses.render_closed(lang)
        found, _ = await self._try_import(kept.name, kept.content, lang, trial=False)
        return self._render_page(request, holder, lang, found)

    async def _try_import(
        self, name: str, content: bytes, lang: Lang, *, trial: bool
    ) -> tuple[ImportPreview, bool]:
        now = self.desk.engine.now()
        try:
            result = await import_register(
                Path(name), content, self.desk.store, self.office, now, trial=trial
            )
        except RegisterFileError as trouble:
            return ImportPreview(self.responses.translate_reply(trouble.reply, lang)), False
        except StorageError as trouble:
            self.desk.engine.on_error(trouble)
            return self._build_note("officer.unsaved", lang), False
        return self._build_preview(result, name, lang), bool(result.cases)

    def _build_preview(self, result: RegisterImportResult, name: str, lang: Lang) -> ImportPreview:
        bad = tuple((row.line, format_row_errors(row, lang)) for row in result.bad_rows[:MAX_BAD_ROWS_SHOWN])
        states = Counter(case.status for case in result.cases)
        counts = tuple(
            (self.responses.translate_reply(Reply(f"staff.status.{state}"), lang), count)
            for state, count in states.items()
        )
        say = "" if result.imported or result.cases else self.responses.translate_reply(result.summary, lang)
        more = len(result.bad_rows) - len(bad)
        return ImportPreview(say, bad, more, counts, result.row_count, name, is_imported=result.imported)

    def _save_pending(self, holder: OfficerSession, name: str, content: bytes) -> None:
        while len(self._pending) >= MAX_PENDING_IMPORTS:
            self._pending.pop(next(iter(self._pending)))
        self._pending[holder.token_hash] = kept = PendingImport(name, content)
        asyncio.get_running_loop().call_later(
            ACCESS_LINK_TTL.total_seconds(), self._expire_pending, holder.token_hash, kept
        )

    def _expire_pending(self, mark: bytes, kept: PendingImport) -> None:
        """Let go of what nobody confirmed; not of what was brought since."""
        if self._pending.get(mark) is kept:
            del self._pending[mark]

    def _build_note(self, key: str, lang: Lang) -> ImportPreview:
        return ImportPreview(self.responses.translate_reply(Reply(key), lang))

    def _render_page(
        self, request: Request, holder: OfficerSession, lang: Lang, found: ImportPreview, status: int = 200
    ) -> Response:
        return self.responses.render(
            "officer_register.html",
            lang,
            status,
            path=request.url.path,
            csrf=holder.issue_form_token(),
            found=found,
        )
