"""The page of one case: its files and the reply form; also the PDF export, an identity, or the register import."""

from typing import Any, assert_never

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.bootstrap import RunningDesk
from bot.decoding.pool import DecoderPool
from bot.exporters.case_pdf import render_case_pdf
from bot.exporters.cover_letter import find_recipient, render_cover_letter
from bot.exporters.slip_pdf import render_slip_pdf
from bot.web.case_files.viewing import build_safe_filename
from bot.web.html import text_to_html
from bot.web.multipart import FormData
from bot.web.officer.files import CaseFiles
from bot.web.officer.import_register import RegisterImport
from bot.web.officer.responses import OfficerResponses, reject_files, stream_file
from bot.web.officer.session import OFFICER_SESSION_COOKIE, OfficerSession, delete_officer_cookie
from bot.web.templating import PageRenderer
from handlers.dialog.codes.code_finder import remove_codes
from handlers.dialog.codes.one_time_code import OneTimeCode
from handlers.dialog.codes.typed_codes import get_code_placeholder
from handlers.dialog.events import File, Lang
from handlers.dialog.replies import OfficerPageAction, Phrase, Reply
from handlers.staff.complaints.case_page import (
    OpenedCasePage,
    PageSession,
    authorize_page,
    log_out,
    offer_export,
    open_case_page,
    open_identity,
    open_slip,
    record_export,
    reply_from_page,
    undo_from_page,
)
from handlers.staff.complaints.intake.slips import spell_code
from handlers.staff.page_access import PageKind
from handlers.thai.text import clean_text
from storage.errors import StorageError

MAX_PACKAGE_BYTES = 60 * 1024 * 1024
"""Bytes of evidence that are attached to one export: it is made in memory."""


class CasePages(CaseFiles):
    """The pages behind an access link."""

    def __init__(
        self, desk: RunningDesk, pages: PageRenderer, responses: OfficerResponses, decoders: DecoderPool,
        site_url: str,
    ) -> None:  # fmt: skip
        super().__init__(desk, pages, responses, decoders)
        self._site_url = site_url
        self._registers = RegisterImport(desk, pages.office, responses)

    async def handle_case_page(self, request: Request) -> Response:
        """Show the page of a session, or process its form."""
        session = self.find_session(request)
        if request.method == "POST":
            return await self._handle_form(request, session)
        if session is None:
            return self.responses.render_closed("th")
        actions = self.create_actions(session)
        page_session = await actions.decide(lambda v: authorize_page(v, verified=True))
        if page_session is None:
            return self.responses.render_closed("th")
        return await self._render_page(request, session, page_session)

    async def _render_page(
        self,
        request: Request,
        session: OfficerSession,
        page_session: PageSession,
        note: Phrase | Reply | None = None,
        typed: str = "",
        status: int = 200,
    ) -> Response:
        lang = page_session.access.lang
        words = self.responses.translate_reply(note, lang) if note else ""
        more: dict[str, Any] = {"path": request.url.path, "csrf": session.issue_form_token(), "note": words}
        if page_session.access.page is PageKind.IMPORT:
            return self._registers.show_upload_form(request, session, lang)
        if page_session.access.page is PageKind.EXPORT and page_session.case is not None:
            return await self._render_export(session, lang, more, status)
        if page_session.access.page is PageKind.SLIP and page_session.case is not None:
            if await self.create_actions(session).decide(open_slip) is None:  # used, or another was made
                return self.responses.render_closed(lang)
            code = OneTimeCode(page_session.access.password)
            more |= {"number": page_session.case.register_number, "code": code.formatted}
            more |= {"spoken": spell_code(code, lang)}
            return self.responses.render("officer_slip.html", lang, status, **more)
        if page_session.access.page is PageKind.DIGITS:
            return self.responses.render(
                "officer_digits.html", lang, status, digits=page_session.access.password, **more
            )
        if page_session.access.page is PageKind.IDENTITY:
            return await self._render_identity(session, lang, more)
        opened = await self.create_actions(session).execute(open_case_page)
        if opened is None:
            return self.responses.render_closed(lang, typed)
        more |= {
            "typed": typed,
            "waits": opened.case.has_waiting(page_session.access.staff.id),
            **await self._describe_case(opened, lang),
        }
        return self.responses.render("officer_case.html", lang, status, **more)

    async def _render_identity(self, session: OfficerSession, lang: Lang, more: dict[str, Any]) -> Response:
        """The reporter's identity, where it cannot be shown in the chat."""
        found = await self.create_actions(session).execute(open_identity)
        if found is None:
            return self.responses.render_closed(lang)
        return self.responses.render(
            "officer_identity.html", lang, number=found.case.register_number, lines=found.lines, **more
        )

    async def _describe_case(self, opened: OpenedCasePage, lang: Lang) -> dict[str, Any]:
        """The template values of a case."""

        def translate_line(reply: Phrase | Reply) -> str:
            return self.responses.translate_reply(reply, lang)

        return {
            "number": opened.case.register_number,
            "summary": text_to_html(translate_line(opened.summary).partition("\n")[2]),
            "facts": [(translate_line(one.label), translate_line(one.value)) for one in opened.content.facts],
            "talk": [translate_line(line) for line in opened.content.conversation],
            "history": [translate_line(line) for line in opened.content.history],
            "files": await self.viewing.list_files(opened.content.files, lang),
        }

    async def _handle_form(self, request: Request, session: OfficerSession | None) -> Response:
        page_session = None
        if session is not None:
            actions = self.create_actions(session)
            page_session = await actions.decide(lambda v: authorize_page(v, verified=True))
        if session is None or page_session is None:
            filled = await self.responses.read_form(request, None, reject_files)
            return self.responses.render_closed("th", filled.get_text("text"))
        if page_session.access.page is PageKind.IMPORT:
            answer = await self._registers.handle_form(request, session, page_session)
            return answer or await self._log_out(request, session)
        filled = await self.responses.read_form(request, session, reject_files)
        if not session.has_issued(filled.get_text("csrf")):
            return await self._render_page(
                request, session, page_session, Phrase("officer.stale"), filled.get_text("text"), 403
            )
        if filled.get_text("choice") == "leave":
            return await self._log_out(request, session)
        try:
            return await self._handle_reply(request, session, page_session, filled)
        except StorageError as error:
            self.desk.engine.on_error(error)
            text = filled.get_text("text")  # the case page cannot be shown: showing it is itself recorded
            return self.responses.render_closed(page_session.access.lang, text, "unsaved", 503)

    async def _handle_reply(
        self, request: Request, session: OfficerSession, page_session: PageSession, filled: FormData
    ) -> Response:
        """Preview, confirm, edit or undo a reply to the reporter."""
        choice, text, actions = (
            filled.get_text("choice"),
            filled.get_text("text"),
            self.create_actions(session),
        )
        if choice == "undo":
            reply, _ = await actions.execute_once(filled.get_text("csrf"), undo_from_page)
        elif choice == "edit":
            return await self._render_page(request, session, page_session, typed=text)
        elif choice == "send":
            reply, _ = await actions.execute_once(
                f"{filled.get_text('csrf')} {text}", lambda v: reply_from_page(v, text, confirmed=True)
            )
        else:
            turn = await actions.decide(lambda v: reply_from_page(v, text, confirmed=False))
            reply = turn.replies[0]
        return await self._render_outcome(request, session, page_session, reply, text)

    async def _render_outcome(
        self, request: Request, session: OfficerSession, page_session: PageSession, reply: Reply, text: str
    ) -> Response:
        """Show the reply to something that was done here. text: what was typed."""
        match reply.presentation.officer_page:
            case OfficerPageAction.CONFIRM:
                return self._render_confirmation(request, session, page_session, reply, text)
            case OfficerPageAction.CLOSE:
                return self.responses.render_closed(page_session.access.lang, text)
            case OfficerPageAction.RELOAD:
                return RedirectResponse(request.url.path, 303)
            case OfficerPageAction.KEEP_TEXT:
                kept = remove_codes(text, get_code_placeholder(page_session.access.lang))
                return await self._render_page(request, session, page_session, reply, kept)
            case OfficerPageAction.SHOW | OfficerPageAction.ENTER:
                return await self._render_page(request, session, page_session, reply)
            case _:
                assert_never(reply.presentation.officer_page)

    def _render_confirmation(
        self, request: Request, session: OfficerSession, page_session: PageSession, reply: Reply, text: str
    ) -> Response:
        """The reply as the reporter will see it, to be confirmed once."""
        lang, seen = page_session.access.lang, reply.args["seen"]
        return self.responses.render(
            "officer_confirm.html",
            lang,
            path=request.url.path,
            csrf=session.issue_form_token(),
            number=reply.args["number"],
            seen=self.responses.translate_reply(seen, lang) if isinstance(seen, Phrase) else "",
            typed=clean_text(text).text,
        )

    async def serve_slip_pdf(self, request: Request) -> Response:
        """Serve a slip as a PDF to be printed, to the officer who asked for it."""
        session = self.find_session(request)
        opened = await self.create_actions(session).decide(open_slip) if session else None
        if opened is None or opened.session.case is None:
            return self.responses.render_closed("th")
        code = OneTimeCode(opened.session.access.password)
        content = await render_slip_pdf(self.pages.office, code, self._site_url, self.desk.engine.now())
        # Named after nothing: it lies on the officer's machine.
        return stream_file(content, "slip.pdf", "application/pdf", len(content))

    async def _log_out(self, request: Request, session: OfficerSession) -> Response:
        """End the session at once."""
        actions = self.create_actions(session)
        self._registers.delete_pending(session)
        turn = await actions.execute(log_out)
        page = self.responses.render_closed(turn.lang if turn else "th", what="left", status=200)
        delete_officer_cookie(page, OFFICER_SESSION_COOKIE, request.url.path, request)
        return page

    async def _render_export(
        self, session: OfficerSession, lang: Lang, more: dict[str, Any], status: int
    ) -> Response:
        """The page of an export: the files that may go with it, and the covering letter where it was forwarded."""
        offered = await self.create_actions(session).decide(offer_export)
        if offered is None:
            return self.responses.render_closed(lang)
        return self.responses.render(
            "officer_paper.html",
            lang,
            status,
            number=offered.case.register_number,
            body=find_recipient(offered.lines),
            files=await self.viewing.list_files(offered.files, lang),
            **more,
        )

    async def serve_case_pdf(self, request: Request) -> Response:
        """Serve the case as an encrypted PDF, with the files that were chosen, to the officer who asked for it."""
        session, keys = self.find_session(request), frozenset(request.query_params.getlist("file"))
        actions = self.create_actions(session) if session else None
        offered = await actions.decide(lambda v: record_export(v, keys)) if actions else None
        if session is None or actions is None or offered is None:
            return self.responses.render_closed("th")
        if sum(file.size for file in offered.chosen) > MAX_PACKAGE_BYTES:
            limit = Phrase("officer.paper_large", {"limit": MAX_PACKAGE_BYTES // 1024 // 1024})
            return await self._render_page(request, session, offered.session, limit, status=413)
        export = await actions.execute(lambda v: record_export(v, keys))
        if export is None:
            return self.responses.render_closed("th")
        evidence = [
            (build_safe_filename(file.name, file.kind), await self._read_whole(file))
            for file in export.chosen
        ]
        case, password = export.case, export.session.access.password
        content = await render_case_pdf(
            self.desk.store, self.pages.office, case, password, self.desk.engine.now(), evidence
        )
        name = f"case-{case.number}-{case.year}.pdf"
        return stream_file(content, name, "application/pdf", len(content))

    async def serve_cover_letter(self, request: Request) -> Response:
        """Serve the letter with which a case goes to the body that it was forwarded to."""
        session, keys = self.find_session(request), frozenset(request.query_params.getlist("file"))
        offered = (
            await self.create_actions(session).decide(lambda v: record_export(v, keys)) if session else None
        )
        recipient = find_recipient(offered.lines) if offered else ""
        if offered is None or not recipient:
            return self.responses.render_closed("th")
        case, now = offered.case, self.desk.engine.now()
        content = await render_cover_letter(self.pages.office, case, recipient, len(offered.chosen), now)
        return stream_file(content, f"letter-{case.number}-{case.year}.pdf", "application/pdf", len(content))

    async def _read_whole(self, file: File) -> bytes:
        return b"".join([chunk async for chunk in self.desk.store.evidence.read_chunks(file.id)])
