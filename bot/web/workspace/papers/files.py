"""The files of a case in the workspace: who may see them, and that each opening is recorded in the audit log."""

from starlette.requests import Request
from starlette.responses import Response

from bot.web.case_files.viewing import FileAddress, FilePage, FileViewing, get_page_number
from bot.web.officer.responses import OfficerResponses, reject_files
from bot.web.officer.session import OfficerSession
from bot.web.workspace.papers.case_actions import WorkspaceCaseActions
from handlers.dialog.replies import Phrase
from handlers.evidence.file_kinds import ShownAs
from handlers.staff.complaints.case_page import (
    PageActionResult,
    find_case_file,
    open_case_file,
    open_original_file,
)


class CaseFiles:
    """Serves the files of one case to a session of the workspace."""

    def __init__(
        self,
        viewing: FileViewing,
        responses: OfficerResponses,
        session: OfficerSession,
        actions: WorkspaceCaseActions,
    ) -> None:
        self._viewing, self._responses = viewing, responses
        self._session, self._actions = session, actions

    async def serve_file(self, request: Request) -> Response:
        """Show the page of a file; what is on it is recorded, or is when its copy is fetched."""
        key = request.path_params["key"]
        named = await self._actions.decide(lambda v: find_case_file(v, key))
        if named is None or named.file is None:
            return self._responses.render_closed("th", status=404 if named else 410)
        shown = await self._viewing.find_shown_as(named.file)
        if shown is None:
            return self._responses.render_closed("th", status=404)
        if shown in {ShownAs.TEXT, ShownAs.SOUND, ShownAs.VIDEO}:
            opened = await self._actions.execute(lambda v: open_case_file(v, key))
            if opened is None or opened.file is None:
                return self._responses.render_closed("th")
        return await self._render_file_page(request, named)

    async def serve_picture(self, request: Request) -> Response:
        """Serve the sanitised copy of a picture: its pixels and nothing else."""
        key = request.path_params["key"]
        opened = await self._actions.execute(lambda v: open_case_file(v, key))
        if (
            opened is None
            or opened.file is None
            or await self._viewing.find_shown_as(opened.file) is not ShownAs.PICTURE
        ):
            return self._responses.render_closed("th")
        lane = self._session.token_hash.hex()
        return await self._viewing.send_copy(opened.file, lane, get_page_number(request))

    async def serve_stream(self, request: Request) -> Response:
        """Play sound or video, from any place; only from its page, whose view is what is recorded."""
        key = request.path_params["key"]
        if not self._session.has_issued(request.query_params.get("t", "")):
            return self._responses.render_closed("th")
        named = await self._actions.decide(lambda v: find_case_file(v, key))
        if named is None or named.file is None:
            return self._responses.render_closed("th")
        if await self._viewing.find_shown_as(named.file) not in {ShownAs.SOUND, ShownAs.VIDEO}:
            return self._responses.render_closed("th")
        return await self._viewing.send_stream(request, named.file)

    async def serve_original(self, request: Request) -> Response:
        """Download a file as it was sent; requires a reason."""
        key = request.path_params["key"]
        filled = await self._responses.read_form(request, self._session, reject_files)
        reason = filled.get_text("text")
        if not self._session.has_issued(filled.get_text("csrf")):
            opened, note = (
                await self._actions.decide(lambda v: find_case_file(v, key)),
                Phrase("officer.stale"),
            )
        else:
            opened = await self._actions.execute(lambda v: open_original_file(v, key, reason))
            if opened is None or opened.file is None:
                return self._responses.render_closed("th", reason, status=404 if opened else 410)
            if opened.note is None:
                return await self._viewing.send_original(opened.file, reason)
            note = opened.note
        if opened is None or opened.file is None:
            return self._responses.render_closed("th", reason)
        return await self._render_file_page(request, opened, note, reason, 403)

    async def _render_file_page(
        self,
        request: Request,
        opened: PageActionResult,
        note: Phrase | None = None,
        typed: str = "",
        status: int = 200,
    ) -> Response:
        base = request.url.path.rsplit("/", 2)[0]
        if opened.file is None:
            return self._responses.render_closed("th", typed)
        page = FilePage(
            opened.file,
            FileAddress(base, request.path_params["key"]),
            base,
            opened.session.access.lang,
            self._session.token_hash.hex(),
            get_page_number(request),
            note,
            typed,
        )
        return await self._viewing.render_page(page, self._session, status)
