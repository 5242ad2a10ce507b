"""An old register that is brought on the page: checked whole, shown, and taken only when that is confirmed."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from bot.bootstrap import RunningDesk
from bot.importers import register as importing
from bot.importers.register import RegisterImportResult
from bot.importers.spreadsheet import RegisterFileError
from bot.web.officer.actions import OfficerActions
from bot.web.officer.responses import OfficerResponses, gathered
from bot.web.officer.session import OfficerSession
from bot.web.upload_limits import UploadTooLargeError
from handlers.dialog.events import File, FileProblem, Lang, Reply
from handlers.office import Office
from handlers.staff.complaints import case_page as visit
from handlers.staff.complaints.case_page import PageSession
from handlers.staff.page_access import LASTS
from storage.errors import StorageError
from storage.files.evidence import clean_name

MOST_BYTES = 5 * 1024 * 1024
MOST_KEPT = 4
"""Files that wait for a confirmation, in memory only; the oldest makes room."""

MOST_SHOWN = 200
"""Bad rows on one page."""


@dataclass(frozen=True, eq=False)
class PendingImport:
    """A file that was checked and waits. It lies nowhere but in memory."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """What the page says of a file. say: what cannot be; bad: rows by line, and reasons; counts: cases by state."""

    say: str = ""
    bad: tuple[tuple[int, str], ...] = ()
    more: int = 0
    counts: tuple[tuple[str, int], ...] = ()
    rows: int = 0
    name: str = ""
    taken: bool = False


@dataclass
class RegisterImport:
    """The registers that are brought."""

    desk: RunningDesk
    office: Office
    sheets: OfficerResponses
    _kept: dict[bytes, PendingImport] = field(default_factory=dict, repr=False)

    def forget(self, holder: OfficerSession) -> None:
        """Let go of what somebody brought."""
        self._kept.pop(holder.mark, None)

    def begun(self, request: Request, holder: OfficerSession, lang: Lang) -> Response:
        """The page before anything was brought."""
        return self._page(request, holder, lang, ImportPreview())

    async def heard(self, request: Request, holder: OfficerSession, visitor: PageSession) -> Response | None:
        """A form of this page; None where the seat is to be left."""
        brought: list[bytes] = []

        async def take(chunks: AsyncIterator[bytes], name: str) -> File:
            try:
                content = await gathered(chunks, MOST_BYTES)
            except UploadTooLargeError:
                return File("", clean_name(name), "", 0, FileProblem.TOO_LARGE)
            brought.append(content)
            return File("", clean_name(name), "", len(content))

        filled = await self.sheets.filled(request, holder, take)
        lang, choice = visitor.hole.lang, filled.words("choice")
        if not holder.gave(filled.words("csrf")):
            return self._page(request, holder, lang, self._note("officer.stale", lang), 403)
        if choice == "leave":
            return None
        if choice == "import":
            return await self._import(request, holder, lang)
        if not filled.files:
            return self._page(request, holder, lang, self._note("officer.import_none", lang))
        if filled.files[0].problem is not None:
            return self._page(request, holder, lang, self._note("officer.import_large", lang))
        return await self._check(request, holder, lang, filled.files[0].name, brought[0])

    async def _check(
        self, request: Request, holder: OfficerSession, lang: Lang, name: str, content: bytes
    ) -> Response:
        """Say what would come of a file, and keep it for the confirmation where all of it fits."""
        found, fits = await self._judged(name, content, lang, trial=True)
        self.forget(holder)
        if fits:
            self._keep(holder, name, content)
        return self._page(request, holder, lang, found)

    async def _import(self, request: Request, holder: OfficerSession, lang: Lang) -> Response:
        kept = self._kept.pop(holder.mark, None)
        if kept is None:
            return self._page(request, holder, lang, self._note("officer.import_again", lang))
        deeds = OfficerActions(self.desk, self.office, holder.mark)
        if await deeds.done(visit.brought) is None:
            return self.sheets.closed(lang)
        found, _ = await self._judged(kept.name, kept.content, lang, trial=False)
        return self._page(request, holder, lang, found)

    async def _judged(
        self, name: str, content: bytes, lang: Lang, *, trial: bool
    ) -> tuple[ImportPreview, bool]:
        now = self.desk.engine.now()
        try:
            result = await importing.take(
                Path(name), content, self.desk.store, self.office, now, trial=trial, quiet=True
            )
        except RegisterFileError as trouble:
            return ImportPreview(self.sheets.words(trouble.say, lang)), False
        except StorageError as trouble:
            self.desk.engine.fault(trouble)
            return self._note("officer.unsaved", lang), False
        return self._found(result, name, lang), bool(result.cases)

    def _found(self, result: RegisterImportResult, name: str, lang: Lang) -> ImportPreview:
        bad = tuple((row.line, importing.reasons(row, lang)) for row in result.bad[:MOST_SHOWN])
        states = Counter(case.status for case in result.cases)
        counts = tuple(
            (self.sheets.words(Reply(f"staff.status.{state}"), lang), count)
            for state, count in states.items()
        )
        say = "" if result.taken or result.cases else self.sheets.words(result.say, lang)
        more = len(result.bad) - len(bad)
        return ImportPreview(say, bad, more, counts, result.rows, name, taken=result.taken)

    def _keep(self, holder: OfficerSession, name: str, content: bytes) -> None:
        while len(self._kept) >= MOST_KEPT:
            self._kept.pop(next(iter(self._kept)))
        self._kept[holder.mark] = kept = PendingImport(name, content)
        asyncio.get_running_loop().call_later(LASTS.total_seconds(), self._lapse, holder.mark, kept)

    def _lapse(self, mark: bytes, kept: PendingImport) -> None:
        """Let go of what nobody confirmed; not of what was brought since."""
        if self._kept.get(mark) is kept:
            del self._kept[mark]

    def _note(self, key: str, lang: Lang) -> ImportPreview:
        return ImportPreview(self.sheets.words(Reply(key), lang))

    def _page(
        self, request: Request, holder: OfficerSession, lang: Lang, found: ImportPreview, status: int = 200
    ) -> Response:
        return self.sheets.shown(
            "officer_register.html",
            lang,
            status,
            path=request.url.path,
            csrf=holder.ticket(),
            found=found,
        )
