"""The files of a case on the officers' page: who may see them, and that each opening is recorded in the audit log."""

from starlette.requests import Request
from starlette.responses import Response

from bot.bootstrap import RunningDesk
from bot.decoding.pool import DecoderPool
from bot.web.case_files.viewing import FileAddress, FilePage, FileViewing, get_page_number
from bot.web.officer.actions import OfficerActions
from bot.web.officer.responses import OfficerResponses, reject_files
from bot.web.officer.session import OFFICER_SESSION_COOKIE, OfficerSession
from bot.web.templating import PageRenderer
from handlers.dialog.replies import Phrase
from handlers.evidence.file_kinds import ShownAs
from handlers.staff.complaints.case_page import (
    PageActionResult,
    find_case_file,
    open_case_file,
    open_original_file,
)


class CaseFiles:
    """Serves files to the holder of a case page session."""

    def __init__(
        self, desk: RunningDesk, pages: PageRenderer, responses: OfficerResponses, decoders: DecoderPool
    ) -> None:
        self.desk, self.pages, self.responses = desk, pages, responses
        self.viewing = FileViewing(desk, responses, decoders)

    def find_session(self, request: Request) -> OfficerSession | None:
        """The session of the request's cookie, not yet checked against the database."""
        return OfficerSession.from_request(request, OFFICER_SESSION_COOKIE, self.desk.store.keyring)

    def create_actions(self, session: OfficerSession) -> OfficerActions:
        return OfficerActions(self.desk.engine, self.pages.office, session.token_hash)

    async def serve_file(self, request: Request) -> Response:
        """Show the page of a file; what is on it is recorded, or is when its copy is fetched."""
        session, key = self.find_session(request), request.path_params["key"]
        if session is None:
            return self.responses.render_closed("th")
        actions = self.create_actions(session)
        named = await actions.decide(lambda v: find_case_file(v, key))
        if named is None or named.file is None:
            return self.responses.render_closed("th", status=404 if named else 410)
        shown = await self.viewing.find_shown_as(named.file)
        if shown is None:
            return self.responses.render_closed("th", status=404)
        if shown in {ShownAs.TEXT, ShownAs.SOUND, ShownAs.VIDEO}:
            opened = await actions.execute(lambda v: open_case_file(v, key))
            if opened is None or opened.file is None:
                return self.responses.render_closed("th")
        return await self._render_file_page(request, session, named)

    async def serve_picture(self, request: Request) -> Response:
        """Serve the sanitised copy of a picture: its pixels and nothing else."""
        session, key = self.find_session(request), request.path_params["key"]
        if session is None:
            return self.responses.render_closed("th")
        opened = await self.create_actions(session).execute(lambda v: open_case_file(v, key))
        if (
            opened is None
            or opened.file is None
            or await self.viewing.find_shown_as(opened.file) is not ShownAs.PICTURE
        ):
            return self.responses.render_closed("th")
        return await self.viewing.send_copy(opened.file, session.token_hash.hex(), get_page_number(request))

    async def serve_stream(self, request: Request) -> Response:
        """Play sound or video, from any place; only from its page, whose view is what is recorded."""
        session, key = self.find_session(request), request.path_params["key"]
        if session is None or not session.has_issued(request.query_params.get("t", "")):
            return self.responses.render_closed("th")
        named = await self.create_actions(session).decide(lambda v: find_case_file(v, key))
        if named is None or named.file is None:
            return self.responses.render_closed("th")
        if await self.viewing.find_shown_as(named.file) not in {ShownAs.SOUND, ShownAs.VIDEO}:
            return self.responses.render_closed("th")
        return await self.viewing.send_stream(request, named.file)

    async def serve_original(self, request: Request) -> Response:
        """Download a file as it was sent; requires a reason."""
        session, key = self.find_session(request), request.path_params["key"]
        filled = await self.responses.read_form(request, session, reject_files)
        reason = filled.get_text("text")
        if session is None:
            return self.responses.render_closed("th", reason)
        actions = self.create_actions(session)
        if not session.has_issued(filled.get_text("csrf")):
            opened, note = (
                await actions.decide(lambda v: find_case_file(v, key)),
                Phrase("officer.stale"),
            )
        else:
            opened = await actions.execute(lambda v: open_original_file(v, key, reason))
            if opened is None or opened.file is None:
                return self.responses.render_closed("th", reason, status=404 if opened else 410)
            if opened.note is None:
                return await self.viewing.send_original(opened.file, reason)
            note = opened.note
        if opened is None or opened.file is None:
            return self.responses.render_closed("th", reason)
        return await self._render_file_page(request, session, opened, note, reason, 403)

    async def _render_file_page(
        self, request: Request, session: OfficerSession, opened: PageActionResult, note: Phrase | None = None,
        typed: str = "", status: int = 200,
    ) -> Response:  # fmt: skip
        base = request.url.path.rsplit("/", 2)[0]  # of the case, here or in the workspace
        if opened.file is None:
            return self.responses.render_closed("th", typed)
        page = FilePage(
            opened.file,
            FileAddress(base, request.path_params["key"]),
            base,
            opened.session.access.lang,
            session.token_hash.hex(),
            get_page_number(request),
            note,
            typed,
        )
        return await self.viewing.render_page(page, session, status)
