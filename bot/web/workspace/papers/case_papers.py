"""The export of a case, its slip, and the digits of an invitation: views, and what is fetched from them."""

from starlette.responses import Response

from bot.bootstrap import RunningDesk
from bot.exporters.case_pdf import render_case_pdf
from bot.exporters.cover_letter import find_recipient, render_cover_letter
from bot.exporters.slip_pdf import render_slip_pdf
from bot.web.case_files.viewing import FileViewing, build_safe_filename
from bot.web.officer.responses import stream_file
from bot.web.workspace.open_session import OpenWorkspace, WorkspaceOutcome
from bot.web.workspace.pages import WorkspacePages
from bot.web.workspace.papers.case_actions import make_case_actions
from bot.web.workspace.papers.register_import import RegisterImport
from handlers.dialog.codes.one_time_code import OneTimeCode
from handlers.dialog.events import File
from handlers.dialog.replies import Phrase
from handlers.office import Office
from handlers.staff.complaints.case_page import offer_export, open_digits, open_slip, record_export
from handlers.staff.complaints.intake.slips import spell_code
from handlers.staff.workspace.views import WorkspaceView
from storage.staff.page_access import derive_export_password

MAX_PACKAGE_BYTES = 60 * 1024 * 1024
"""Bytes of evidence that are attached to one export: it is made in memory."""


class CasePapers:
    """What leaves the workspace as paper, and the register that comes as a file.

    site_url: where reporters go on, which a slip says.
    """

    def __init__(
        self, desk: RunningDesk, office: Office, pages: WorkspacePages, viewing: FileViewing, site_url: str
    ) -> None:
        self._desk, self._office, self._site_url = desk, office, site_url
        self._pages, self._viewing = pages, viewing
        self.imports = RegisterImport(desk, office, pages)

    async def render(self, view: WorkspaceView, opened: OpenWorkspace) -> Response:
        """Render one of the views of this class."""
        match view:
            case WorkspaceView.SLIP:
                return await self._render_slip(opened)
            case WorkspaceView.IMPORT:
                return await self.imports.render(opened)
            case WorkspaceView.DIGITS:
                return await self._render_digits(opened)
            case _:
                return await self._render_export(opened)

    async def _render_export(self, opened: OpenWorkspace, status: int = 200, note: str = "") -> Response:
        """Offer a case as a PDF: its password, the files that may go with it, and a letter where it was forwarded."""
        offered = await make_case_actions(opened).decide(offer_export)
        if offered is None:
            return self._close(opened)
        return self._pages.render(
            "workspace/export.html",
            opened,
            WorkspaceView.EXPORT,
            WorkspaceOutcome(status=status),
            number=offered.case.register_number,
            path=opened.http.url.path.removesuffix("/paper"),
            password=self._derive_password(opened, offered.case.id),
            body=find_recipient(offered.lines),
            files=await self._viewing.list_files(offered.files, opened.lang),
            chosen=opened.http.query_params.getlist("file"),
            note=note,
        )

    async def serve_export(self, opened: OpenWorkspace) -> Response:
        """Serve the case as an encrypted PDF, with the files that were chosen."""
        actions, keys = make_case_actions(opened), frozenset(opened.http.query_params.getlist("file"))
        offered = await actions.decide(lambda v: record_export(v, keys))
        if offered is None:
            return self._close(opened)
        if sum(file.size for file in offered.chosen) > MAX_PACKAGE_BYTES:
            limit = Phrase("officer.paper_large", {"limit": MAX_PACKAGE_BYTES // 1024 // 1024})
            return await self._render_export(opened, 413, self._pages.translate(limit, opened.lang))
        export = await actions.execute(lambda v: record_export(v, keys))
        if export is None:
            return self._close(opened)
        evidence = [
            (build_safe_filename(file.name, file.kind), await self._read_whole(file))
            for file in export.chosen
        ]
        case, password = export.case, self._derive_password(opened, export.case.id)
        content = await render_case_pdf(
            self._desk.store, self._office, case, password, self._desk.engine.now(), evidence
        )
        return stream_file(content, f"case-{case.number}-{case.year}.pdf", "application/pdf", len(content))

    async def serve_letter(self, opened: OpenWorkspace) -> Response:
        """Serve the letter with which a case goes to the body that it was forwarded to."""
        keys = frozenset(opened.http.query_params.getlist("file"))
        offered = await make_case_actions(opened).decide(lambda v: record_export(v, keys))
        recipient = find_recipient(offered.lines) if offered else ""
        if offered is None or not recipient:
            return self._close(opened)
        case, now = offered.case, self._desk.engine.now()
        content = await render_cover_letter(self._office, case, recipient, len(offered.chosen), now)
        return stream_file(content, f"letter-{case.number}-{case.year}.pdf", "application/pdf", len(content))

    async def _render_slip(self, opened: OpenWorkspace) -> Response:
        """Show the one-time code of a slip, as long as it was neither used nor replaced."""
        found = await make_case_actions(opened).decide(open_slip)
        if found is None or found.session.case is None:
            return self._close(opened)
        code = OneTimeCode(found.session.access.password)
        return self._pages.render(
            "workspace/slip.html",
            opened,
            WorkspaceView.SLIP,
            number=found.session.case.register_number,
            path=opened.http.url.path,
            code=code.formatted,
            spoken=spell_code(code, opened.lang),
        )

    async def serve_slip(self, opened: OpenWorkspace) -> Response:
        """Serve a slip as a PDF to be printed."""
        found = await make_case_actions(opened).decide(open_slip)
        if found is None:
            return self._close(opened)
        code = OneTimeCode(found.session.access.password)
        content = await render_slip_pdf(self._office, code, self._site_url, self._desk.engine.now())
        # Named after nothing: it lies on the officer's machine.
        return stream_file(content, "slip.pdf", "application/pdf", len(content))

    async def _render_digits(self, opened: OpenWorkspace) -> Response:
        """Show the digits of an invitation, which whoever made it tells the invited person."""
        found = await make_case_actions(opened).decide(open_digits)
        if found is None:
            return self._close(opened)
        access = found.access
        return self._pages.render(
            "workspace/digits.html", opened, WorkspaceView.DIGITS, digits=access.password, whose=access.name
        )

    def _derive_password(self, opened: OpenWorkspace, case: str) -> str:
        return derive_export_password(self._desk.store.keyring, opened.cookie.token, case)

    def _close(self, opened: OpenWorkspace) -> Response:
        return self._pages.responses.render_closed(opened.lang)

    async def _read_whole(self, file: File) -> bytes:
        return b"".join([chunk async for chunk in self._desk.store.evidence.read_chunks(file.id)])
