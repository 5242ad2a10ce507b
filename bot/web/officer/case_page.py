"""What a seat shows: one case, its files and a reply; or a paper to fetch; or an old register to bring."""

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.bootstrap import RunningDesk
from bot.exporters.case_pdf import render_case_pdf
from bot.web.html import text_to_html
from bot.web.multipart import FormData
from bot.web.officer.actions import OfficerActions
from bot.web.officer.files import CaseFiles
from bot.web.officer.import_register import RegisterImport
from bot.web.officer.responses import OfficerResponses, reject_files, stream_file
from bot.web.officer.session import OFFICER_SESSION_COOKIE, OfficerSession, delete_officer_cookie
from bot.web.templating import PageRenderer
from handlers.dialog.events import Lang
from handlers.dialog.replies import Reply
from handlers.staff.complaints.case_page import (
    PAGE_CLOSED,
    OpenedCasePage,
    PageSession,
    authorize_page,
    log_out,
    open_case_page,
    open_identity,
    record_export,
    reply_from_page,
    undo_from_page,
)
from handlers.staff.page_access import PageKind
from handlers.thai import clean_text
from storage.errors import StorageError

REJECTED_TEXT_KEYS = frozenset({"staff.held.already", "staff.too_long", "staff.reply.ask"})
"""What is said where words were not taken, so that they stand in the box again."""


class CasePages(CaseFiles):
    """The pages behind a link."""

    def __init__(self, desk: RunningDesk, pages: PageRenderer, sheets: OfficerResponses) -> None:
        super().__init__(desk, pages, sheets)
        self._registers = RegisterImport(desk, pages.office, sheets)

    async def handle_case_page(self, request: Request) -> Response:
        """The page of a seat, or something that is done from there."""
        holder = self.find_session(request)
        if request.method == "POST":
            return await self._handle_form(request, holder)
        if holder is None:
            return self.sheets.render_closed("th")
        deeds = self.create_actions(holder)
        visitor = await deeds.decide(authorize_page(deeds.create_page_request(), proved=True))
        if visitor is None:
            return self.sheets.render_closed("th")
        return await self._render_page(request, holder, visitor)

    async def _render_page(
        self,
        request: Request,
        holder: OfficerSession,
        visitor: PageSession,
        note: Reply | None = None,
        typed: str = "",
        status: int = 200,
    ) -> Response:
        lang = visitor.access.lang
        words = self.sheets.translate_reply(note, lang) if note else ""
        more: dict[str, Any] = {"path": request.url.path, "csrf": holder.issue_form_token(), "note": words}
        if visitor.access.page is PageKind.IMPORT:
            return self._registers.show_upload_form(request, holder, lang)
        if visitor.access.page is PageKind.EXPORT and visitor.case is not None:
            return self.sheets.render(
                "officer_paper.html", lang, status, number=visitor.case.register_number, **more
            )
        if visitor.access.page is PageKind.IDENTITY:
            return await self._render_identity(holder, lang, more)
        look = await self.create_actions(holder).execute(open_case_page)
        if look is None:
            return self.sheets.render_closed(lang, typed)
        more |= {
            "typed": typed,
            "waits": look.case.scheduled_by == visitor.access.staff.id,
            **self._describe_case(look, lang),
        }
        return self.sheets.render("officer_case.html", lang, status, **more)

    async def _render_identity(self, holder: OfficerSession, lang: Lang, more: dict[str, Any]) -> Response:
        """The reporter's name, where it cannot be shown in the chat."""
        found = await self.create_actions(holder).execute(open_identity)
        if found is None:
            return self.sheets.render_closed(lang)
        return self.sheets.render(
            "officer_identity.html", lang, number=found.case.register_number, lines=found.lines, **more
        )

    def _describe_case(self, look: OpenedCasePage, lang: Lang) -> dict[str, Any]:
        """A case in words."""

        def translate_line(say: Reply) -> str:
            return self.sheets.translate_reply(say, lang)

        return {
            "number": look.case.register_number,
            "summary": text_to_html(translate_line(look.summary).partition("\n")[2]),
            "facts": [(translate_line(f.args["name"]), translate_line(f.args["value"])) for f in look.facts],  # type: ignore[arg-type]
            "talk": [translate_line(line) for line in look.conversation],
            "history": [translate_line(line) for line in look.history],
            "files": self.list_files(look.files),
        }

    async def _handle_form(self, request: Request, holder: OfficerSession | None) -> Response:
        visitor = None
        if holder is not None:
            deeds = self.create_actions(holder)
            visitor = await deeds.decide(authorize_page(deeds.create_page_request(), proved=True))
        if holder is None or visitor is None:
            filled = await self.sheets.read_form(request, None, reject_files)
            return self.sheets.render_closed("th", filled.get_text("text"))
        if visitor.access.page is PageKind.IMPORT:
            answer = await self._registers.handle_form(request, holder, visitor)
            return answer or await self._log_out(request, holder)
        filled = await self.sheets.read_form(request, holder, reject_files)
        if not holder.has_issued(filled.get_text("csrf")):
            return await self._render_page(
                request, holder, visitor, Reply("officer.stale"), filled.get_text("text"), 403
            )
        if filled.get_text("choice") == "leave":
            return await self._log_out(request, holder)
        try:
            return await self._handle_reply(request, holder, visitor, filled)
        except StorageError as trouble:
            self.desk.engine.on_error(trouble)
            text = filled.get_text("text")  # the case cannot be shown: that too would have to be written
            return self.sheets.render_closed(visitor.access.lang, text, "unsaved", 503)

    async def _handle_reply(
        self, request: Request, holder: OfficerSession, visitor: PageSession, filled: FormData
    ) -> Response:
        """Words to the reporter, their confirmation, or taking them back."""
        choice, text, deeds = filled.get_text("choice"), filled.get_text("text"), self.create_actions(holder)
        if choice == "undo":
            say, _ = await deeds.execute_once(filled.get_text("csrf"), undo_from_page)
        elif choice == "edit":
            return await self._render_page(request, holder, visitor, typed=text)
        elif choice == "send":
            say, _ = await deeds.execute_once(
                f"{filled.get_text('csrf')} {text}", lambda v: reply_from_page(v, text, confirmed=True)
            )
        else:
            turn = await deeds.decide(reply_from_page(deeds.create_page_request(), text, confirmed=False))
            say = turn.replies[0]
        if say.key == "staff.confirm.ask":
            return self._render_confirmation(request, holder, visitor, say, text)
        if say == PAGE_CLOSED:
            return self.sheets.render_closed(visitor.access.lang, text)
        if say.key == "staff.held.now":
            return RedirectResponse(request.url.path, 303)
        typed = text if say.key in REJECTED_TEXT_KEYS else ""
        return await self._render_page(request, holder, visitor, say, typed)

    def _render_confirmation(
        self, request: Request, holder: OfficerSession, visitor: PageSession, say: Reply, text: str
    ) -> Response:
        """What the reporter will see, to be confirmed once."""
        lang, seen = visitor.access.lang, say.args["seen"]
        return self.sheets.render(
            "officer_confirm.html",
            lang,
            path=request.url.path,
            csrf=holder.issue_form_token(),
            number=say.args["number"],
            seen=self.sheets.translate_reply(seen, lang) if isinstance(seen, Reply) else "",
            typed=clean_text(text).text,
        )

    async def _log_out(self, request: Request, holder: OfficerSession) -> Response:
        """The seat is left at once."""
        deeds = self.create_actions(holder)
        self._registers.delete_pending(holder)
        turn = await deeds.execute(log_out)
        page = self.sheets.render_closed(turn.lang if turn else "th", what="left", status=200)
        delete_officer_cookie(page, OFFICER_SESSION_COOKIE, request.url.path, request)
        return page

    async def serve_case_pdf(self, request: Request) -> Response:
        """The case as an encrypted PDF, for who asked for it in the chat."""
        holder = self.find_session(request)
        fetched = await self.create_actions(holder).execute(record_export) if holder else None
        if fetched is None or fetched.session.case is None:
            return self.sheets.render_closed("th")
        found, hole, deeds = (
            fetched.session.case,
            fetched.session.access,
            OfficerActions(self.desk, self.pages.office, b""),
        )
        content = await render_case_pdf(self.desk.store, self.pages.office, found, hole.password, deeds.now())
        name = f"case-{found.number}-{found.year}.pdf"
        return stream_file(content, name, "application/pdf", len(content))
